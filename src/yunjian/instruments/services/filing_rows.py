"""What every service of filings does with its rows: lock them, find the official one, note it."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.scope import locked_or_refused
from yunjian.evidence.models import Attachment
from yunjian.evidence.services import record
from yunjian.instruments import events
from yunjian.instruments.models import Instrument, InstrumentAction, InstrumentRevision
from yunjian.instruments.models.filing import RevisionState
from yunjian.kernel.errors import FieldError, InvalidInput, InvalidState
from yunjian.records.changes import Changes, record_change

MAX_FILES = 6
MAX_NOTE = 400


def locked_revision(revision: InstrumentRevision) -> tuple[Instrument, InstrumentRevision]:
    """Lock the instrument first, always: two people acting on one instrument take turns.

    Raises:
        InvalidState: the version was thrown away meanwhile.
        NotAllowed: the actor may read the instrument at most.
    """
    rows = Instrument.unscoped().select_related("point__outlet__source", "predecessor")
    instrument = locked_or_refused(rows.select_for_update(of=("self",)), revision.instrument_id)
    fresh = InstrumentRevision.unscoped().select_for_update().filter(pk=revision.pk).first()
    if fresh is None:
        raise InvalidState(_("该备案草稿已被删除"))
    fresh.instrument = instrument
    return instrument, fresh


def require_state(revision: InstrumentRevision, state: str, message: str) -> None:
    """Refuse unless the version is in the state.

    Raises:
        InvalidState: it is not.
    """
    if revision.state != state:
        raise InvalidState(message)


def require_in_use(instrument: Instrument) -> None:
    """Refuse unless the instrument is on file and stands there.

    Raises:
        InvalidState: it was never filed, or ended.
    """
    if instrument.period is None or instrument.period.upper is not None:
        raise InvalidState(_("只有在用的仪器可以办理此事"))


def official_of(instrument: Instrument) -> InstrumentRevision | None:
    """Return the official version of an instrument, when there is one."""
    rows = InstrumentRevision.unscoped().filter(instrument=instrument)
    return rows.filter(state=RevisionState.OFFICIAL).first()


def end_on(instrument: Instrument, day: date) -> None:
    """Let an instrument in use, its versions and its stops end; `day` is the first one after."""
    instrument.period = DateRange(instrument.period.lower, day)
    instrument.save(update_fields=["period"])
    for row in InstrumentRevision.unscoped().filter(instrument=instrument, effective__isnull=False):
        held = _until(row.effective, day)
        if held is not None:
            row.effective = held
            row.save(update_fields=["effective"])
    for stop in InstrumentAction.unscoped().filter(instrument=instrument, stopped__isnull=False):
        held = _until(stop.stopped, day)
        if held is not None:
            stop.stopped = held
            stop.save(update_fields=["stopped"])


def _until(days: "DateRange | None", day: date) -> "DateRange | None":
    """Return the days cut at a day; None when nothing of them lies beyond it."""
    if days is None or days.isempty or (days.upper is not None and days.upper <= day):
        return None
    return DateRange(days.lower, max(day, days.lower))


def own_files(
    instrument: Instrument, files: Sequence[Attachment | UUID] | None
) -> list[Attachment]:
    """Return files (rows or ids) that may be attached: of the own organisation, not too many.

    Raises:
        InvalidInput: at `attachments`; a file is somebody else's, or there are too many.
    """
    ids = {file.pk if isinstance(file, Attachment) else file for file in files or []}
    own = list(Attachment.unscoped().filter(pk__in=ids, organization_id=instrument.organization_id))
    if len(own) != len(ids) or len(own) > MAX_FILES:
        message = _("附件不存在，或超过 %(max_files)s 个") % {"max_files": MAX_FILES}
        raise InvalidInput(errors=[FieldError("attachments", "unknown", message)])
    return own


def check_length(text: str, path: str, label: str, most: int = MAX_NOTE) -> None:
    """Refuse a text that is too long.

    Raises:
        InvalidInput: it is.
    """
    if len(text) > most:
        raise InvalidInput(
            _("%(label)s不能超过 %(max_note)s 字") % {"label": label, "max_note": most},
            code="too_long",
            field=path,
        )


def note_revision(actor: Actor, verb: str, revision: InstrumentRevision, **payload: object) -> None:
    """Append what happened to a version to the chain of its discharger."""
    record(
        actor=actor,
        verb=verb,
        obj=revision,
        organization_id=revision.instrument.organization_id,
        payload=_which(revision) | payload,
    )


def note_revision_change(actor: Actor, revision: InstrumentRevision, changes: Changes) -> None:
    """Append what changed of a draft to the chain of its discharger; nothing when nothing did."""
    record_change(
        actor=actor,
        verb=events.REVISION_CHANGED,
        row=revision,
        organization_id=revision.instrument.organization_id,
        changes=changes,
        payload=_which(revision) | {"edition": revision.edition},
    )


def _which(revision: InstrumentRevision) -> dict[str, object]:
    instrument = revision.instrument
    return {
        "instrument": str(instrument.pk),
        "point": str(instrument.point_id),
        "number": revision.number,
    }
