"""备案基本信息: the agency fills it in and hands it in; the authority decides on all of it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.agencies import events
from yunjian.agencies.models import AgencyFiling, Equipment, Person, Vehicle
from yunjian.agencies.models.filing import FilingState
from yunjian.agencies.policies import agency_of_editor, may_decide_filing, may_edit_filing
from yunjian.evidence.services import record
from yunjian.kernel.clock import now, today
from yunjian.kernel.errors import InvalidInput, InvalidState
from yunjian.records.changes import assign, facts, record_change
from yunjian.records.problems import Problems, conflict_when, locked
from yunjian.records.versions import check_version, save_changes

OPEN = [FilingState.DRAFT, FilingState.SUBMITTED, FilingState.RETURNED]
EDITABLE = [FilingState.DRAFT, FilingState.RETURNED]


@transaction.atomic
def filing_save(*, actor: Actor, version: int | None = None, **fields: Any) -> AgencyFiling:
    """Write the agency's open filing; the filed one stays as it is until a new one is filed.

    `version` is that of the open filing in sight of which it was written, 0 when there was none;
    without one nobody is warned.

    Raises:
        NotAllowed: the actor does not keep the filing of an agency.
        InvalidState: the open filing is being reviewed.
        InvalidInput: values that cannot be right.
        StaleVersion: somebody else wrote it in between.
        Conflict: somebody else began one at this very moment.
    """
    agency_id = agency_of_editor(actor)
    _check(fields)
    filing = (
        AgencyFiling.unscoped()
        .select_for_update()
        .filter(organization_id=agency_id, state__in=OPEN)
        .first()
    )
    if filing is not None and filing.state == FilingState.SUBMITTED:
        raise InvalidState(_("备案信息正在审核，审核完成前不能修改"))
    if filing is not None:
        check_version(filing, version)
    created = filing is None
    filing = filing or AgencyFiling(organization_id=agency_id)
    changes = assign(filing, fields)
    if created:
        with conflict_when("agency_filing_one_open", _("其他人刚刚开始填写备案信息，请刷新后继续")):
            filing.save(force_insert=True)
    elif changes:
        save_changes(filing, changes)
    record_change(
        actor=actor,
        verb=events.FILING_CREATED if created else events.FILING_CHANGED,
        row=filing,
        changes=changes,
        payload=facts(filing, "version"),
    )
    return filing


@transaction.atomic
def filing_submit(*, actor: Actor, filing: AgencyFiling) -> AgencyFiling:
    """Hand in the filing together with every person, device and vehicle not yet filed.

    Raises:
        NotAllowed: the actor does not keep this filing.
        InvalidState: it is not open to be handed in.
        InvalidInput: no person has been entered.
    """
    filing = locked(filing)
    require(may_edit_filing(actor, filing.organization_id))
    if filing.state not in EDITABLE:
        raise InvalidState(_("只有草稿或被退回的备案可以提交"))
    if not Person.unscoped().filter(organization_id=filing.organization_id).exists():
        raise InvalidInput(_("请先录入至少一名人员，再提交备案"))
    filing.state = FilingState.SUBMITTED
    filing.submitted_at = now()
    filing.decision_note = ""
    filing.save(update_fields=["state", "submitted_at", "decision_note"])
    moved = _move_rows(filing, EDITABLE, FilingState.SUBMITTED)
    record(actor=actor, verb=events.FILING_SUBMITTED, obj=filing, payload=dict(moved))
    return filing


@transaction.atomic
def filing_decide(
    *, actor: Actor, filing: AgencyFiling, approve: bool, note: str = ""
) -> AgencyFiling:
    """Approve the filing (it becomes the official one) or send it back with a note.

    Raises:
        NotAllowed: the actor is no reviewer.
        InvalidState: it is not under review.
        InvalidInput: sent back without saying why.
    """
    require(may_decide_filing(actor))
    filing = locked(filing)
    if filing.state != FilingState.SUBMITTED:
        raise InvalidState(_("该备案不在审核中"))
    if approve:
        _file(filing)
    elif not note.strip():
        raise InvalidInput(_("请填写退回的原因"), code="required", field="note")
    filing.state = FilingState.FILED if approve else FilingState.RETURNED
    filing.decision_note = note
    filing.save()
    moved = _move_rows(filing, [FilingState.SUBMITTED], filing.state)
    record(
        actor=actor,
        verb=events.FILING_APPROVED if approve else events.FILING_RETURNED,
        obj=filing,
        organization_id=filing.organization_id,
        payload={"note": note, "number": filing.filing_number, **moved},
    )
    return filing


def _file(filing: AgencyFiling) -> None:
    earlier = (
        AgencyFiling.unscoped()
        .select_for_update()
        .filter(organization_id=filing.organization_id, state=FilingState.FILED)
        .first()
    )
    first = f"YW-{today().year}-{filing.pk.hex[-8:].upper()}"
    if earlier is not None:
        earlier.state = FilingState.WITHDRAWN
        earlier.save(update_fields=["state"])
    filing.filed_on = today()
    filing.filing_number = earlier.filing_number if earlier else first


def _move_rows(
    filing: AgencyFiling, states: list[FilingState], target: FilingState
) -> dict[str, int]:
    """Move the rows of the second review along; one statement per table."""
    counts: dict[str, int] = {}
    for name, model in (("people", Person), ("equipment", Equipment), ("vehicles", Vehicle)):
        rows = model.unscoped().filter(organization_id=filing.organization_id, state__in=states)
        counts[name] = rows.update(state=target)
    return counts


def _check(fields: Mapping[str, Any]) -> None:
    problems = Problems()
    for path, label in (
        ("legal_representative", _("法定代表人")),
        ("address", _("办公地址")),
        ("contact_name", _("联系人")),
        ("contact_phone", _("联系电话")),
        ("scope", _("运维范围")),
    ):
        problems.filled(path, fields.get(path), label)
    problems.phone("contact_phone", fields["contact_phone"])
    capital = fields["registered_capital"]
    problems.unless(capital > 0, "registered_capital", _("注册资本应大于 0 万元"))
    problems.not_negative("project_count", fields.get("project_count", 0), _("项目数量"))
    problems.not_negative("project_amount", fields.get("project_amount", Decimal(0)), _("项目金额"))
    problems.refuse_if_any()
