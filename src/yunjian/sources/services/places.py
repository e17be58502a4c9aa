"""Pollution sources: entered, changed, closed and opened again by those who keep them."""

import re
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.access.row_policies import bypass_rls
from yunjian.evidence.services import record
from yunjian.identity.domain.uscc import is_uscc
from yunjian.identity.models import District, Organization
from yunjian.kernel.clock import today
from yunjian.kernel.errors import InvalidState
from yunjian.records.problems import Problems, conflict_when
from yunjian.sources import events
from yunjian.sources.domain.industries import industry_of
from yunjian.sources.fields import SOURCE
from yunjian.sources.models import MonitoringPoint, Outlet, PollutionSource
from yunjian.sources.policies import may_create_source, may_move_source
from yunjian.sources.services.revisions import (
    POSITION,
    TYPED,
    PlaceChange,
    assign_place,
    change_problems,
    check_days_in_order,
    check_position,
    check_reason,
    still_open,
)

CODE = re.compile(r"[0-9A-Z]{6,20}")
# a credit code, a number of three digits, and a letter for the kind of permit or receipt
PERMIT = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}\d{3}[A-Z]")
SERIAL_DIGITS = 6
NUMBERING_LOCK = 7_310_000_000


@transaction.atomic
def source_create(
    *, actor: Actor, organization: Organization, code: str = "", **fields: Any
) -> PollutionSource:
    """Enter a pollution source of a discharger; without a code it gets the next of its district.

    `fields` are those of `sources.fields.SOURCE`; the position is in degrees of `datum` ("wgs84",
    "gcj02", "bd09").

    Raises:
        NotAllowed: the actor enters no sources of this discharger.
        InvalidInput: values that cannot be right.
        Conflict: the code is taken.
    """
    SOURCE.check_names(fields, new=True)
    district = fields["district"]
    require(may_create_source(actor, organization.pk, district.pk))
    source = PollutionSource(organization=organization, code=code or _next_code(district))
    assign_place(source, _tidy(dict(fields)))
    _check_source(source, Problems())
    with conflict_when("sources_pollutionsource_code_key", _("该污染源编码已被使用"), "code"):
        source.save(force_insert=True)
    record(
        actor=actor,
        verb=events.SOURCE_CREATED,
        obj=source,
        organization_id=source.organization_id,
        payload={"code": source.code, "name": source.name, "version": source.version},
    )
    return source


def _next_code(district: District) -> str:
    """Return the next free number of a district; two people asking at once get two."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NUMBERING_LOCK + int(district.pk)])
    shape = rf"^{district.pk}\d{{{SERIAL_DIGITS}}}$"
    rows = PollutionSource.unscoped().filter(code__regex=shape)
    with bypass_rls("a number of a district is taken whoever has it"):
        last = rows.aggregate(last=Max("code"))["last"]
    number = int(last[-SERIAL_DIGITS:]) if last else 0
    return f"{district.pk}{number + 1:0{SERIAL_DIGITS}d}"


@transaction.atomic
def source_update(
    *,
    actor: Actor,
    source: PollutionSource,
    reason: str,
    effective_on: date | None = None,
    version: int | None = None,
    **changes: Any,
) -> PollutionSource:
    """Change what is said of a source; the event keeps each value before and after.

    `effective_on` is the day since which it has been so (today unless told otherwise). `version`
    is the one that the change was made in sight of. `changes` are of `sources.fields.SOURCE`.

    Raises:
        NotAllowed: the actor does not keep this source, or may not move it to another district.
        Conflict: "stale", somebody else changed it in between.
        InvalidInput: values that cannot be right.
    """
    SOURCE.check_names(changes)
    change = PlaceChange.begin(actor, source, version)
    source = change.row
    day = effective_on or today()
    district_before = source.district_id
    values = dict(changes)
    code = values.get("industry_code", source.industry_code)
    name = values.get("industry_name", source.industry_name)
    if code != source.industry_code and name == source.industry_name:
        # the name belongs to the code, unless somebody gave it one of its own
        values["industry_name"] = ""
    changed = assign_place(source, _tidy(values))
    if not changed:
        return source
    if "district" in changed:
        for district_code in (district_before, source.district_id):
            # from the one district and into the other
            require(
                may_move_source(actor, source.organization_id, district_code),
                _("所属区由管理这两个区的管理部门变更"),
            )
    _check_source(source, change_problems(reason, day, source.opened_on))
    verb = events.SOURCE_MOVED if POSITION.issuperset(changed) else events.SOURCE_CHANGED
    change.write(verb, changed, reason, day)
    if "district" in changed:
        # points carry the district so that scope needs no join
        MonitoringPoint.unscoped().filter(outlet__source=source).update(district=source.district)
    return source


@transaction.atomic
def source_close(
    *,
    actor: Actor,
    source: PollutionSource,
    on: date,
    reason: str,
    version: int | None = None,
) -> PollutionSource:
    """Close a source from a day on; what hangs below it has to be closed before.

    Raises:
        NotAllowed: the actor does not keep this source.
        InvalidState: it is closed, or an outlet is in use beyond the day.
        InvalidInput: no reason, or a day before it was opened.
    """
    change = PlaceChange.begin(actor, source, version)
    source = change.row
    change.closing_problems(on, reason, _("该污染源已关闭")).refuse_if_any()
    still = still_open(Outlet.unscoped().filter(source=source), on, "code")
    if still:
        raise InvalidState(_("请先关闭排口 %(codes)s") % {"codes": "、".join(still)})
    return change.close(events.SOURCE_CLOSED, on, reason)


@transaction.atomic
def source_reopen(
    *, actor: Actor, source: PollutionSource, reason: str, version: int | None = None
) -> PollutionSource:
    """Take a closed source into use again.

    Raises:
        NotAllowed: the actor does not keep this source.
        InvalidState: it is not closed.
        InvalidInput: no reason.
    """
    change = PlaceChange.begin(actor, source, version)
    source = change.row
    if source.closed_on is None:
        raise InvalidState(_("该污染源没有关闭"))
    problems = Problems()
    check_reason(problems, reason)
    problems.refuse_if_any()
    changed = assign_place(source, {"closed_on": None, "close_reason": ""})
    return change.write(events.SOURCE_REOPENED, changed, reason, today())


def _tidy(values: dict[str, Any]) -> dict[str, Any]:
    """Write codes as they are written, and name the industry when nobody did."""
    for name in ("uscc", "permit_number"):
        if name in values:
            values[name] = values[name].strip().upper()
    if values.get("industry_code") and not values.get("industry_name"):
        known = industry_of(values["industry_code"])
        values["industry_name"] = known.name if known else ""
    return values


def _check_source(source: PollutionSource, problems: Problems) -> None:
    industry = industry_of(source.industry_code)
    problems.unless(
        industry is not None,
        "industry_code",
        _("行业代码应为 GB/T 4754-2017 的三位中类或四位小类代码，如 222、2221"),
    )
    problems.unless(
        CODE.fullmatch(source.code) is not None,
        "code",
        _("污染源编码应为 6 至 20 位数字或大写字母"),
    )
    problems.unless(
        not source.uscc or is_uscc(source.uscc),
        "uscc",
        _("统一社会信用代码应为 18 位，且校验位正确，请核对"),
    )
    problems.unless(
        not source.permit_number or PERMIT.fullmatch(source.permit_number) is not None,
        "permit_number",
        _("许可证编号应为 22 位：统一社会信用代码 + 3 位序号 + 1 位字母"),
    )
    first, last = source.permit_valid_from, source.permit_valid_until
    problems.in_order("permit_valid_until", first, last, _("许可证有效期止不能早于有效期起"))
    check_days_in_order(problems, source)
    check_position(problems, source)
    problems.phone("contact_phone", source.contact_phone)
    problems.phone("principal_phone", source.principal_phone)
    # the name of an industry that does not exist is not asked for
    unnamed = [] if industry else ["industry_name"]
    problems.model_fields(source, exclude=["organization", "district", *TYPED, *unnamed])
    problems.refuse_if_any()
