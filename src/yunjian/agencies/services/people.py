"""人员 and certificates."""

from datetime import date
from typing import NotRequired, TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.agencies.dictionaries import EDUCATIONS
from yunjian.agencies.models import Certificate, Equipment, Person
from yunjian.agencies.models.filing import FilingState, Position
from yunjian.agencies.policies import agency_of_editor, may_edit_filing
from yunjian.agencies.services.checks import Problems, apply, conflict_when, locked
from yunjian.evidence.models import Attachment
from yunjian.evidence.services import record
from yunjian.identity.models import Account
from yunjian.kernel.errors import InvalidState


class PersonFields(TypedDict):
    """What is filed about a person. The account is needed to work in the phone app."""

    name: str
    education: str
    job: str
    position: str
    title: NotRequired[str]
    phone: NotRequired[str]
    joined_on: NotRequired[date | None]
    account: NotRequired[Account | None]


@transaction.atomic
def person_create(*, actor: Actor, **fields: Unpack[PersonFields]) -> Person:
    """Add a person to the agency's filing, as a draft until it is reviewed.

    Raises:
        NotAllowed: the actor does not keep the filing.
        InvalidInput: values that cannot be right.
        Conflict: the account already belongs to another person.
    """
    agency_id = agency_of_editor(actor)
    _check(actor, fields)
    person = Person(organization_id=agency_id, **fields)
    with conflict_when("agencies_person_account_id_key", "account", _("该账号已关联其他人员")):
        person.save(force_insert=True)
    record(
        actor=actor,
        verb="person.created",
        obj=person,
        payload={"name": person.name, "position": person.position},
    )
    return person


@transaction.atomic
def person_update(*, actor: Actor, person: Person, **fields: Unpack[PersonFields]) -> Person:
    """Change what is filed about a person; a filed one waits for review again.

    Raises:
        NotAllowed: not the actor's agency, or no editor.
        InvalidState: the row is being reviewed.
        InvalidInput: values that cannot be right.
        Conflict: the account already belongs to another person.
    """
    person = locked(person)
    require(may_edit_filing(actor, person.organization_id))
    if person.state == FilingState.SUBMITTED:
        raise InvalidState(_("该人员正在审核，审核完成前不能修改"))
    _check(actor, fields)
    changed = apply(person, dict(fields))
    if changed:
        person.state = FilingState.DRAFT
        with conflict_when("agencies_person_account_id_key", "account", _("该账号已关联其他人员")):
            person.save()
    # the chain keeps for ever: it says which facts changed, not the personal data themselves
    record(actor=actor, verb="person.changed", obj=person, payload={"changed": changed})
    return person


@transaction.atomic
def person_leave(*, actor: Actor, person: Person, left_on: date) -> Person:
    """Note that a person has left; nothing new is assigned after that day.

    Raises:
        NotAllowed: not the actor's agency, or no editor.
        InvalidState: the person had left already.
        InvalidInput: left before having joined.
    """
    person = locked(person)
    require(may_edit_filing(actor, person.organization_id))
    if person.left_on is not None:
        raise InvalidState(_("该人员已登记离职"))
    problems = Problems()
    problems.in_order("left_on", person.joined_on, left_on, _("离职日期不能早于入职日期"))
    problems.refuse_if_any()
    person.left_on = left_on
    person.save(update_fields=["left_on"])
    record(actor=actor, verb="person.left", obj=person, payload={"left_on": left_on.isoformat()})
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
    problems.filled("category", category, _("证书类别"))
    problems.filled("number", number, _("证书编号"))
    problems.filled("issuer", issuer, _("发证机关"))
    problems.in_order("valid_until", valid_from, valid_until, _("有效期止不能早于有效期起"))
    owned = attachment is None or attachment.organization_id == actor.organization_id
    problems.unless(owned, "attachment", _("附件不属于本机构"))
    side = "person" if isinstance(holder, Person) else "equipment"
    locked(holder)  # two requests for one holder wait for each other, so a number enters once
    twin = Certificate.unscoped().filter(**{side: holder}, number=number)
    problems.unless(not twin.exists(), "number", _("该证书编号已录入"), "taken")
    problems.refuse_if_any()
    certificate = Certificate(
        organization_id=holder.organization_id,
        person=holder if isinstance(holder, Person) else None,
        equipment=holder if isinstance(holder, Equipment) else None,
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
        verb="certificate.added",
        obj=certificate,
        payload={
            "holder": str(holder.pk),
            "number": number,
            "valid_until": valid_until.isoformat(),
            "attachment": attachment.digest if attachment else None,
        },
    )
    return certificate


def _check(actor: Actor, fields: PersonFields) -> None:
    problems = Problems()
    problems.filled("name", fields["name"], _("姓名"))
    problems.filled("job", fields["job"], _("岗位"))
    problems.one_of("education", fields["education"], EDUCATIONS.codes())
    problems.one_of("position", fields["position"], Position)
    problems.phone("phone", fields.get("phone", ""))
    account = fields.get("account")
    own = account is None or account.organization_id == actor.organization_id
    problems.unless(own, "account", _("请选择本机构的账号"))
    problems.refuse_if_any()
