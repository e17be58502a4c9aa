"""人员 and certificates."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.agencies import events
from yunjian.agencies.dictionaries import EDUCATIONS
from yunjian.agencies.models import Certificate, CompetenceConfirmation, Equipment, Person
from yunjian.agencies.models.filing import FilingState, Position
from yunjian.agencies.policies import may_edit_filing
from yunjian.agencies.services.registers import RegisterService, save_row
from yunjian.evidence.models import Attachment
from yunjian.evidence.services import record
from yunjian.kernel.clock import today
from yunjian.kernel.errors import InvalidState
from yunjian.records.changes import assign, facts
from yunjian.records.problems import Problems, locked
from yunjian.records.versions import check_version


@transaction.atomic
def person_leave(
    *, actor: Actor, person: Person, left_on: date, version: int | None = None
) -> Person:
    """Note that a person has left; nothing new is assigned after that day.

    Raises:
        NotAllowed: not the actor's agency, or no editor.
        InvalidState: the person had left already.
        InvalidInput: left before having joined.
        StaleVersion: somebody else changed it in between.
    """
    person = locked(person)
    require(may_edit_filing(actor, person.organization_id))
    if person.left_on is not None:
        raise InvalidState(gettext("该人员已登记离职"))
    check_version(person, version)
    problems = Problems()
    problems.in_order("left_on", person.joined_on, left_on, gettext("离职日期不能早于入职日期"))
    problems.refuse_if_any()
    changes = assign(person, {"left_on": left_on})
    save_row(actor, events.PERSON_LEFT, person, changes, **facts(person, "left_on"))
    return person


@transaction.atomic
def certificate_add(
    *,
    actor: Actor,
    holder: Person | Equipment,
    category: str,
    number: str,
    issuer: str,
    valid_until: date,
    valid_from: date | None = None,
    attachment: Attachment | None = None,
) -> Certificate:
    """Add a certificate of a person (运维能力评定) or of a device (检定/校准).

    Raises:
        NotAllowed: not the actor's agency, or no editor.
        InvalidInput: values that cannot be right.
        Conflict: the holder already has a certificate with this number.
    """
    require(may_edit_filing(actor, holder.organization_id))
    problems = Problems()
    problems.filled("category", category, gettext("证书类别"))
    problems.filled("number", number, gettext("证书编号"))
    problems.filled("issuer", issuer, gettext("发证机关"))
    problems.in_order("valid_until", valid_from, valid_until, gettext("有效期止不能早于有效期起"))
    owned = attachment is None or attachment.organization_id == actor.organization_id
    problems.unless(owned, "attachment", gettext("附件不属于本机构"))
    side = "person" if isinstance(holder, Person) else "equipment"
    locked(holder)  # two requests for one holder wait for each other, so a number enters once
    twin = Certificate.unscoped().filter(**{side: holder}, number=number)
    problems.unless(not twin.exists(), "number", gettext("该证书编号已录入"), "taken")
    problems.refuse_if_any()
    certificate = Certificate(
        organization_id=holder.organization_id,
        **{side: holder},
        category=category,
        number=number,
        issuer=issuer,
        valid_from=valid_from,
        valid_until=valid_until,
        attachment=attachment,
    )
    certificate.save(force_insert=True)
    record(
        actor=actor,
        verb=events.CERTIFICATE_ADDED,
        obj=certificate,
        payload={
            "holder": str(holder.pk),
            **facts(certificate, "number", "valid_until"),
            "attachment": attachment.digest if attachment else None,
        },
    )
    return certificate


@transaction.atomic
def confirmation_add(
    *,
    actor: Actor,
    person: Person,
    scope: str,
    confirmed_by: str,
    basis: str,
    confirmed_on: date,
    valid_until: date,
    attachment: Attachment,
) -> CompetenceConfirmation:
    """File that the agency confirmed the competence of a person, with its document.

    Source: HJ 355-2019 4.2 (secondary): a certificate or a documented confirmation.

    Raises:
        NotAllowed: not the actor's agency, or no editor.
        InvalidInput: values that cannot be right, or a file of somebody else.
    """
    require(may_edit_filing(actor, person.organization_id))
    row = CompetenceConfirmation(
        organization_id=person.organization_id,
        person=person,
        scope=scope.strip(),
        confirmed_by=confirmed_by.strip(),
        basis=basis.strip(),
        confirmed_on=confirmed_on,
        valid_until=valid_until,
        attachment=attachment,
    )
    problems = Problems()
    problems.model_fields(row, exclude=["organization", "person", "attachment"])
    early = confirmed_on <= today()
    problems.unless(early, "confirmed_on", gettext("确认日期不能晚于今天"), "future")
    message = gettext("有效期至不能早于确认日期")
    problems.in_order("valid_until", confirmed_on, valid_until, message)
    owned = attachment.organization_id == actor.organization_id
    problems.unless(owned, "attachment", gettext("附件不属于本机构"))
    problems.refuse_if_any()
    row.save(force_insert=True)
    record(
        actor=actor,
        verb=events.CONFIRMATION_ADDED,
        obj=row,
        payload={
            "holder": str(person.pk),
            **facts(row, "scope", "confirmed_by", "confirmed_on", "valid_until"),
            "attachment": attachment.digest,
        },
    )
    return row


def _check(problems: Problems, actor: Actor, fields: Mapping[str, Any]) -> None:
    problems.filled("name", fields["name"], gettext("姓名"))
    problems.filled("job", fields["job"], gettext("岗位"))
    problems.one_of("education", fields["education"], EDUCATIONS.codes())
    problems.one_of("position", fields["position"], Position.values)
    problems.phone("phone", fields.get("phone", ""))
    account = fields.get("account")
    own = account is None or account.organization_id == actor.organization_id
    problems.unless(own, "account", gettext("请选择本机构的账号"))


def _require_not_reviewed(person: Person) -> None:
    if person.state == FilingState.SUBMITTED:
        raise InvalidState(gettext("该人员正在审核，审核完成前不能修改"))


PEOPLE = RegisterService(
    Person,
    events.PERSON_CREATED,
    events.PERSON_CHANGED,
    ("name", "position"),
    _check,
    ("agencies_person_account_id_key", _("该账号已关联其他人员"), "account"),
    _require_not_reviewed,
)
person_create = PEOPLE.create
person_update = PEOPLE.update
