"""Organisations, their areas, and whether they may work here."""

import re
from collections.abc import Collection
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.evidence.services import record
from yunjian.identity import events
from yunjian.identity.domain.uscc import is_uscc
from yunjian.identity.models import District, Organization
from yunjian.identity.models.organizations import (
    DistrictKind,
    OrganizationKind,
    OrganizationStatus,
)
from yunjian.identity.policies import KEEP_ORGANIZATIONS
from yunjian.identity.services.sessions import sessions_end_of_organization
from yunjian.kernel.errors import InvalidInput, InvalidState
from yunjian.records.changes import assign, differences, facts, record_change
from yunjian.records.problems import Problems

PARK_CODE = re.compile(r"\d{6}")


@transaction.atomic
def organization_create(
    *,
    actor: Actor,
    kind: str,
    name: str,
    uscc: str,
    district: District | None = None,
    jurisdiction: Collection[District] = (),
) -> Organization:
    """Enter an organisation. `jurisdiction` is an authority's; none means the whole city.

    Raises:
        NotAllowed: the actor keeps no organisations.
        InvalidInput: the code is not one or is taken, or the area does not suit the kind.
    """
    KEEP_ORGANIZATIONS.require(actor)
    code = uscc.strip().upper()
    problems = _problems(kind=kind, name=name, district=district, jurisdiction=jurisdiction)
    message = _("统一社会信用代码有误，请核对 18 位字符")
    problems.unless(is_uscc(code), "uscc", message, "format")
    known = Organization.unscoped().filter(uscc=code).exists()
    problems.unless(not known, "uscc", _("该统一社会信用代码已登记"), "taken")
    problems.refuse_if_any()
    row = Organization(kind=kind, name=name.strip(), uscc=code, district=district)
    row.save(force_insert=True)
    row.jurisdiction.set(jurisdiction)
    record(
        actor=actor,
        verb=events.ORGANIZATION_CREATED,
        obj=row,
        organization_id=row.pk,
        payload=facts(row, "name", "uscc", "kind"),
    )
    return row


@transaction.atomic
def organization_update(
    *,
    actor: Actor,
    organization: Organization,
    name: str,
    district: District | None = None,
    jurisdiction: Collection[District] = (),
) -> Organization:
    """Change the name or the areas of an organisation; its code and kind stay.

    Raises:
        NotAllowed: the actor keeps no organisations.
        InvalidInput: the area does not suit the kind.
    """
    KEEP_ORGANIZATIONS.require(actor)
    kind = organization.kind
    _problems(kind=kind, name=name, district=district, jurisdiction=jurisdiction).refuse_if_any()
    row = Organization.unscoped().select_for_update().get(pk=organization.pk)
    before = sorted(row.jurisdiction.values_list("pk", flat=True))
    after = sorted(district.pk for district in jurisdiction)
    changes = assign(row, {"name": name.strip(), "district": district})
    row.save(update_fields=changes.keys())
    row.jurisdiction.set(jurisdiction)
    record_change(
        actor=actor,
        verb=events.ORGANIZATION_UPDATED,
        row=row,
        organization_id=row.pk,
        changes=changes | differences({"jurisdiction": before}, {"jurisdiction": after}),
    )
    return row


@transaction.atomic
def organization_status_set(
    *, actor: Actor, organization: Organization, status: str, reason: str
) -> Organization:
    """Lock, ban, cancel or open an organisation; unless it is open, its people are signed out
    and told the reason when they try to sign in.

    Raises:
        NotAllowed: the actor keeps no organisations, or it is the actor's own.
        InvalidInput: the status is unknown, or no reason is given.
        InvalidState: it was cancelled, which is for good.
    """
    KEEP_ORGANIZATIONS.require(actor)
    require(organization.pk != actor.organization_id, _("不能调整本单位的状态"))
    row = Organization.unscoped().select_for_update().get(pk=organization.pk)
    if status not in OrganizationStatus.values:
        raise InvalidInput(_("请选择状态"), code="unknown", field="status")
    if not reason.strip():
        raise InvalidInput(_("请填写原因"), code="required", field="reason")
    if row.status == OrganizationStatus.CANCELLED:
        raise InvalidState(_("该单位已注销，不能再调整状态"), code="cancelled")
    is_open = status == OrganizationStatus.ACTIVE
    held = "" if is_open else reason.strip()
    changes = assign(row, {"status": status, "status_reason": held})
    row.save(update_fields=changes.keys())
    if not is_open:
        sessions_end_of_organization(actor=actor, organization_id=row.pk)
    record_change(
        actor=actor,
        verb=events.ORGANIZATION_STATUS_SET,
        row=row,
        organization_id=row.pk,
        changes=changes,
        payload={"reason": reason.strip()},
    )
    return row


@transaction.atomic
def park_create(
    *,
    actor: Actor,
    code: str,
    name: str,
    longitude: Decimal,
    latitude: Decimal,
    within: District | None = None,
) -> District:
    """Enter a park with a committee of its own (化工区, 保税区); later an authority gets it as its
    jurisdiction.

    Raises:
        NotAllowed: the actor keeps no organisations.
        InvalidInput: the code is no six digits or taken, the name is taken, or what it lies
            within is no district.
    """
    KEEP_ORGANIZATIONS.require(actor)
    problems = Problems()
    is_code = PARK_CODE.fullmatch(code) is not None
    problems.unless(is_code, "code", _("请填写 6 位数字的编码"), "format")
    known = is_code and District.objects.filter(pk=code).exists()
    problems.unless(not known, "code", _("该编码已被使用"), "taken")
    is_new = bool(name.strip()) and not District.objects.filter(name=name.strip()).exists()
    problems.unless(is_new, "name", _("请填写与现有辖区不同的名称"), "taken")
    in_district = within is None or within.kind == DistrictKind.DISTRICT
    problems.unless(in_district, "within", _("请选择行政区"), "kind")
    problems.refuse_if_any()
    row = District.objects.create(
        code=code,
        name=name.strip(),
        kind=DistrictKind.PARK,
        within=within,
        longitude=longitude,
        latitude=latitude,
    )
    record(actor=actor, verb=events.DISTRICT_CREATED, obj=row, payload={"name": row.name})
    return row


def _problems(
    *, kind: str, name: str, district: District | None, jurisdiction: Collection[District]
) -> Problems:
    problems = Problems()
    problems.unless(kind in OrganizationKind.values, "kind", _("请选择单位类型"), "unknown")
    problems.unless(bool(name.strip()), "name", _("请填写名称"), "required")
    may_span = not jurisdiction or kind == OrganizationKind.AUTHORITY
    problems.unless(may_span, "jurisdiction", _("只有管理部门有管辖范围"), "kind")
    lies_somewhere = district is not None or kind != OrganizationKind.DISCHARGER
    problems.unless(lies_somewhere, "district", _("请选择所在区"), "required")
    return problems
