"""仪器备案, handed in and decided on.

draft → submitted → official → superseded (by a newer version); submitted → draft (withdrawn) or
returned. A returned version stays as it was; what is corrected is a new draft. Nothing becomes
official but by `revision_approve`.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.evidence.models import Attachment
from yunjian.identity.selectors import account_ids_of
from yunjian.instruments import events
from yunjian.instruments.fields import MULTI_COMPONENT, fields_of
from yunjian.instruments.models import (
    Instrument,
    InstrumentAction,
    InstrumentRevision,
    MakeAndModel,
)
from yunjian.instruments.models.filing import InstrumentKind, Origin, RevisionState
from yunjian.instruments.models.lifecycle import ActionKind
from yunjian.instruments.policies import may_file_instruments, may_review_instruments
from yunjian.instruments.selectors.filings import is_plain_renewal, reviewers_of
from yunjian.instruments.selectors.lifecycle import settings_now
from yunjian.instruments.services.filing_rows import (
    check_length,
    end_on,
    locked_revision,
    note_revision,
    official_of,
    require_state,
)
from yunjian.instruments.services.filing_values import (
    SERIAL_TAKEN,
    check_complete,
    event_values,
    serial_key,
)
from yunjian.instruments.services.follow_ups import follow_ups_open
from yunjian.kernel.clock import now, today
from yunjian.kernel.errors import Conflict, InvalidInput, InvalidState
from yunjian.messaging.services import notify
from yunjian.records.problems import conflict_when, locked

MAX_REMARK = 200
MAX_BULK = 100


@transaction.atomic
def revision_submit(*, actor: Actor, revision: InstrumentRevision) -> InstrumentRevision:
    """Hand a draft in: from now on it is frozen, and the reviewers of the district are told.

    Raises:
        NotAllowed: the actor does not file the instruments of this discharger.
        InvalidState: it is not a draft, or its instrument ended meanwhile.
        InvalidInput: every field that is missing or cannot be right.
    """
    instrument, revision = locked_revision(revision)
    require(may_file_instruments(actor, instrument.organization_id))
    require_state(revision, RevisionState.DRAFT, _("只有草稿可以提交；被退回的备案请先修改"))
    _require_not_ended(instrument)
    check_complete(revision)
    revision.state = RevisionState.SUBMITTED
    revision.submitted_at = now()
    revision.save(update_fields=["state", "submitted_at"])
    point = instrument.point
    notify(
        recipients=reviewers_of(point.district_id),
        kind=events.REVISION_SUBMITTED,
        title="仪器备案待审核",
        body=f"{actor.organization_name} 提交了 {point.name} 的仪器备案：{revision}。",
        link=f"/supervision/filings/{revision.pk}/",
        about=revision,
    )
    late = {"late": True} if revision.is_late else {}
    note_revision(actor, events.REVISION_SUBMITTED, revision, values=event_values(revision), **late)
    return revision


@transaction.atomic
def revision_withdraw(*, actor: Actor, revision: InstrumentRevision) -> InstrumentRevision:
    """Take back what was handed in, as long as nobody decided on it; it is a draft again.

    Raises:
        NotAllowed: the actor does not file the instruments of this discharger.
        InvalidState: it is not under review.
    """
    instrument, revision = locked_revision(revision)
    require(may_file_instruments(actor, instrument.organization_id))
    require_state(revision, RevisionState.SUBMITTED, _("只有待审核的备案可以撤回"))
    revision.settings = settings_now(revision)
    revision.state = RevisionState.DRAFT
    revision.submitted_at = None
    revision.save(update_fields=["state", "submitted_at", "settings"])
    note_revision(actor, events.REVISION_WITHDRAWN, revision)
    return revision


@transaction.atomic
def revision_approve(
    *, actor: Actor, revision: InstrumentRevision, note: str = ""
) -> InstrumentRevision:
    """Make the version the official one.

    A new instrument holds its slot from the day it was installed, and what it replaces or moves
    away from ends that very day; a new version of a filed one holds from today, and the version
    before it until today. What the standards then want is opened as follow-ups.

    Raises:
        NotAllowed: the actor is no reviewer of the district.
        InvalidState: it is not under review, or its instrument ended meanwhile.
        Conflict: another instrument held the slot at that time, or the same thing is on file.
    """
    instrument, revision = locked_revision(revision)
    require(may_review_instruments(actor, instrument.point.district_id))
    require_state(revision, RevisionState.SUBMITTED, _("该备案不在审核中"))
    check_length(note, "note", _("审核意见"))
    _require_not_ended(instrument)
    begin = _supersede(instrument, today())
    is_new = instrument.period is None
    if is_new:
        if revision.installed_on is None:
            raise InvalidInput(_("请填写安装日期"), code="required", field="installed_on")
        begin = revision.installed_on
        _end_predecessor(instrument, revision, begin)
        instrument.period = DateRange(begin, None)
    _hold_place(instrument, revision)
    _decide(actor, revision, RevisionState.OFFICIAL, note)
    revision.effective = DateRange(begin, None)
    revision.save(update_fields=["state", "decided_at", "decided_by", "decision_note", "effective"])
    _learn_make(revision)
    follow_ups_open(revision, is_first=is_new)
    _tell_discharger(revision, "仪器备案已通过", f"已通过审核。{note}")
    note_revision(
        actor,
        events.REVISION_APPROVED,
        revision,
        note=note,
        effective_from=begin.isoformat(),
        mn_code=instrument.point.mn_code,
        values=event_values(revision),
    )
    return revision


@transaction.atomic
def renewals_approve(
    *, actor: Actor, revisions: Iterable[InstrumentRevision], note: str = ""
) -> list[InstrumentRevision]:
    """Approve renewals that change nothing but papers and contacts, all of them or none.

    Raises:
        NotAllowed: the actor is no reviewer of a district.
        InvalidState: one is not under review, or changes more than that.
        InvalidInput: none was chosen, or too many.
    """
    chosen = sorted(revisions, key=lambda revision: revision.instrument_id)
    if not 0 < len(chosen) <= MAX_BULK:
        message = _("请选择要通过的续期备案，每次最多 %(most)s 项") % {"most": MAX_BULK}
        raise InvalidInput(message, code="required", field="chosen")
    approved = []
    for revision in chosen:
        instrument, fresh = locked_revision(revision)
        official = official_of(instrument)
        if official is None or not is_plain_renewal(official, fresh):
            raise InvalidState(_("%(what)s 不是无变化的续期备案，请单独审核") % {"what": fresh})
        approved.append(revision_approve(actor=actor, revision=fresh, note=note))
    return approved


@transaction.atomic
def revision_return(
    *,
    actor: Actor,
    revision: InstrumentRevision,
    reason: str,
    remarks: Mapping[str, str] | None = None,
) -> InstrumentRevision:
    """Send the version back, saying why; `remarks` go by the paths of the fields.

    Raises:
        NotAllowed: the actor is no reviewer of the district.
        InvalidState: it is not under review.
        InvalidInput: neither a reason nor a remark, or a remark on a field that is none.
    """
    instrument, revision = locked_revision(revision)
    require(may_review_instruments(actor, instrument.point.district_id))
    require_state(revision, RevisionState.SUBMITTED, _("该备案不在审核中"))
    field_remarks = {path: text.strip() for path, text in (remarks or {}).items() if text.strip()}
    known = {
        field.path: str(field.label)
        for field in fields_of(instrument.kind, instrument.point, revision.parameter)
    }
    for path, text in field_remarks.items():
        if path not in known:
            raise InvalidInput(_("没有这一项"), code="unknown", field=f"remarks.{path}")
        check_length(text, f"remarks.{path}", known[path], MAX_REMARK)
    reason = reason.strip()
    if not reason and not field_remarks:
        raise InvalidInput(_("请填写退回的原因"), code="required", field="reason")
    reason = reason or _("请按逐项意见修改：%(fields)s") % {
        "fields": "、".join(known[path] for path in field_remarks)
    }
    check_length(reason, "reason", _("退回原因"))
    _decide(actor, revision, RevisionState.RETURNED, reason)
    revision.field_remarks = field_remarks
    revision.save(
        update_fields=["state", "decided_at", "decided_by", "decision_note", "field_remarks"]
    )
    _tell_discharger(revision, "仪器备案被退回", f"被退回：{reason}")
    note_revision(actor, events.REVISION_RETURNED, revision, reason=reason, remarks=field_remarks)
    return revision


def _require_not_ended(instrument: Instrument) -> None:
    if instrument.period is not None and instrument.period.upper is not None:
        raise InvalidState(_("该仪器已停用，这份变更不能再办理；请退回或删除"))


def _end_predecessor(instrument: Instrument, revision: InstrumentRevision, begin: date) -> None:
    """End what the instrument follows, the day the instrument begins."""
    if instrument.predecessor is None:
        return
    before = locked(instrument.predecessor)
    if before.period is None or before.period.lower >= begin:
        raise Conflict(_("安装日期应晚于原仪器的启用日期，请退回核对"), code="order")
    ended: date | None = before.period.upper
    if ended is not None and ended > begin:
        raise Conflict(_("原仪器已于 %(day)s 停用，晚于本仪器的安装日期") % {"day": ended})
    if ended is None:
        end_on(before, begin)
    moved = instrument.origin == Origin.RELOCATION
    action = InstrumentAction(
        instrument=before,
        action=ActionKind.RELOCATE if moved else ActionKind.REPLACE,
        on=begin,
        reason=revision.change_reason,
        successor=instrument,
        recorded_by_id=revision.created_by_id,
        recorded_at=now(),
    )
    action.save(force_insert=True)
    files = revision.attachments.through.objects.filter(instrumentrevision=revision)
    action.attachments.set(Attachment.objects.filter(pk__in=files.values("attachment_id")))


def _supersede(instrument: Instrument, day: date) -> date:
    """End the official version (when there is one) and return the day the next one begins."""
    official = official_of(instrument)
    if official is None:
        return day
    # versions entered before this system kept effective days hold since the instrument stands
    held = official.effective or instrument.period
    begin: date = held.lower
    official.state = RevisionState.SUPERSEDED
    official.effective = DateRange(begin, max(day, begin))
    official.save(update_fields=["state", "effective"])
    return max(day, begin)


def _hold_place(instrument: Instrument, revision: InstrumentRevision) -> None:
    """Let the instrument hold its slot, and the thing that it is be nowhere else."""
    what = revision.parameter or _("自动采样器")
    message = _(
        "该监测点同一时段已有同类仪器（%(what)s），自 %(begin)s 起不能再备案一台；"
        "请先停用原仪器，或核对安装日期"
    ) % {"what": what, "begin": instrument.period.lower}
    instrument.serial_key = serial_key(revision.maker, revision.serial_number)
    instrument.multi_component = revision.components == MULTI_COMPONENT
    with (
        conflict_when("instrument_one_per_slot_at_a_time", message),
        conflict_when("instrument_serial_at_one_place", SERIAL_TAKEN),
        conflict_when("instrument_serial_once", SERIAL_TAKEN),
    ):
        instrument.save(update_fields=["period", "serial_key", "multi_component"])


def _learn_make(revision: InstrumentRevision) -> None:
    """Remember what kind of instrument an official version is, for those who file one after it."""
    instrument = revision.instrument
    if not revision.maker.strip() or not revision.model.strip():
        return
    known = {"name": revision.name, "method": revision.method, "unit": revision.unit}
    MakeAndModel.objects.update_or_create(
        kind=instrument.kind,
        medium=instrument.point.kind,
        parameter=revision.parameter,
        maker=revision.maker.strip(),
        model=revision.model.strip(),
        defaults={**known, "filed": F("filed") + 1, "learned_at": now()},
        create_defaults={**known, "learned_at": now()},
    )


def _decide(actor: Actor, revision: InstrumentRevision, state: str, note: str) -> None:
    revision.state = state
    revision.decided_at = now()
    revision.decided_by_id = actor.account_id
    revision.decision_note = note


def _tell_discharger(revision: InstrumentRevision, title: str, outcome: str) -> None:
    point = revision.instrument.point
    source = point.outlet.source_id
    tab = "samplers" if revision.instrument.kind == InstrumentKind.SAMPLER else "analyzers"
    notify(
        recipients=account_ids_of(point.organization_id),
        kind=f"instrument_filing.{revision.state}",
        title=title,
        body=f"{point.name} 的仪器备案（{revision}）{outcome}",
        link=f"/source/sources/{source}/outlets/?point={point.pk}&tab={tab}",
        about=revision,
    )
