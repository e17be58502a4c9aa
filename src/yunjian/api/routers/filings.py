"""仪器备案 and instruments: the same services as the pages, for a discharger's own software, for
authorities, and for the phone that scanned a label."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status

from yunjian.access.scope import get_visible_or_404
from yunjian.api.auth import actor_of
from yunjian.api.presenters import moment
from yunjian.evidence.models import Attachment
from yunjian.instruments.models import FollowUp, Instrument, InstrumentRevision
from yunjian.instruments.models.filing import RevisionState
from yunjian.instruments.selectors import (
    filings_visible,
    follow_ups_visible,
    settings_now,
    versions_of,
)
from yunjian.instruments.services import (
    follow_up_complete,
    instrument_relocate,
    instrument_replace,
    instrument_resume,
    instrument_retire,
    instrument_stop,
    parameter_change,
    revision_approve,
    revision_change,
    revision_discard,
    revision_draft,
    revision_return,
    revision_submit,
    revision_withdraw,
    values_of,
)
from yunjian.kernel.errors import InvalidInput
from yunjian.sources.models import MonitoringPoint

router = Router(tags=["filings"])
PAGE = 20
CREATED = {201: dict[str, Any]}
FOLLOW_UP_STATES = ("open", "overdue", "done")
ACTS: dict[str, Callable[..., object]] = {
    "stop": instrument_stop,
    "resume": instrument_resume,
    "retire": instrument_retire,
}


class DraftBody(Schema):
    """A draft: values by the paths of the form; files by the ids of attachments."""

    kind: str = "analyzer"
    values: dict[str, Any]
    attachments: list[UUID] | None = None


class EditBody(Schema):
    """Values that change, and the edition of the draft that they were made from."""

    values: dict[str, Any]
    edition: int
    attachments: list[UUID] | None = None


class ApproveBody(Schema):
    """A remark of the reviewer."""

    note: str = ""


class ReturnBody(Schema):
    """Why a filing goes back, in all and by field."""

    reason: str = ""
    remarks: dict[str, str] = {}


class RelocationBody(DraftBody):
    """A draft of an instrument at another point."""

    point: UUID


class ActBody(Schema):
    """From which day, why, with which evidence."""

    on: date
    reason: str
    attachments: list[UUID] = []


class DoneBody(Schema):
    """What shows that a follow-up was done."""

    on: date
    report_number: str = ""
    note: str = ""
    attachments: list[UUID] = []


class ParameterBody(Schema):
    """New key parameters, by path."""

    values: dict[str, str]
    reason: str
    changed_at: datetime
    attachments: list[UUID]


@router.get("/filings")
def filings(
    request: HttpRequest, state: str = "", point: UUID | None = None, cursor: UUID | None = None
) -> dict[str, Any]:
    """Return a page of filings, newest first; `next` is the cursor of the following page."""
    if state and state not in RevisionState.values:
        raise InvalidInput(_("不认识的状态"), code="unknown", field="state")
    rows = filings_visible(state=state, point_id=point).order_by("-id")
    if cursor is not None:
        rows = rows.filter(pk__lt=cursor)
    page = list(rows[: PAGE + 1])
    following = str(page[PAGE - 1].pk) if len(page) > PAGE else None
    return {"items": [_row(row) for row in page[:PAGE]], "next": following}


@router.get("/filings/{uuid:revision_id}")
def filing(request: HttpRequest, revision_id: UUID) -> dict[str, Any]:
    """Return a filing with all its values."""
    return _facts(_revision(revision_id))


@router.post("/points/{uuid:point_id}/filings", response=CREATED)
def create(request: HttpRequest, point_id: UUID, body: DraftBody) -> Status[dict[str, Any]]:
    """Draft the filing of a new instrument."""
    point: MonitoringPoint = get_visible_or_404(MonitoringPoint, point_id)
    revision = revision_draft(
        actor=actor_of(request),
        point=point,
        kind=body.kind,
        values=_values(body.values, body.attachments),
    )
    return Status(201, _facts(_revision(revision.pk)))


@router.post("/instruments/{uuid:instrument_id}/filings", response=CREATED)
def change(request: HttpRequest, instrument_id: UUID, body: DraftBody) -> Status[dict[str, Any]]:
    """Draft a new version of an instrument on file."""
    instrument = _instrument(instrument_id)
    revision = revision_draft(
        actor=actor_of(request),
        point=instrument.point,
        kind=instrument.kind,
        values=_values(body.values, body.attachments),
        instrument=instrument,
    )
    return Status(201, _facts(_revision(revision.pk)))


@router.post("/instruments/{uuid:instrument_id}/replacement", response=CREATED)
def replace(request: HttpRequest, instrument_id: UUID, body: DraftBody) -> Status[dict[str, Any]]:
    """Draft the filing of what takes the place of an instrument."""
    revision = instrument_replace(
        actor=actor_of(request),
        instrument=_instrument(instrument_id),
        values=_values(body.values, body.attachments),
    )
    return Status(201, _facts(_revision(revision.pk)))


@router.post("/instruments/{uuid:instrument_id}/relocation", response=CREATED)
def relocate(
    request: HttpRequest, instrument_id: UUID, body: RelocationBody
) -> Status[dict[str, Any]]:
    """Draft the filing of an instrument at another point."""
    point: MonitoringPoint = get_visible_or_404(MonitoringPoint, body.point)
    revision = instrument_relocate(
        actor=actor_of(request),
        instrument=_instrument(instrument_id),
        point=point,
        values=_values(body.values, body.attachments),
    )
    return Status(201, _facts(_revision(revision.pk)))


@router.get("/follow-ups")
def follow_ups(
    request: HttpRequest, state: str = "open", cursor: UUID | None = None
) -> dict[str, Any]:
    """Return a page of what changes of instruments lead to, newest first."""
    if state not in FOLLOW_UP_STATES:
        raise InvalidInput(_("不认识的状态"), code="unknown", field="state")
    rows = follow_ups_visible(state=state).order_by("-id")
    if cursor is not None:
        rows = rows.filter(pk__lt=cursor)
    page = list(rows[: PAGE + 1])
    following = str(page[PAGE - 1].pk) if len(page) > PAGE else None
    return {"items": [_follow_up(row) for row in page[:PAGE]], "next": following}


@router.post("/follow-ups/{uuid:follow_up_id}/done")
def follow_up_done(request: HttpRequest, follow_up_id: UUID, body: DoneBody) -> dict[str, Any]:
    """Say that a follow-up was done."""
    row: FollowUp = get_visible_or_404(FollowUp, follow_up_id)
    done = follow_up_complete(
        actor=actor_of(request),
        follow_up=row,
        on=body.on,
        report_number=body.report_number,
        note=body.note,
        attachments=_files(body.attachments),
    )
    return _follow_up(done)


@router.post("/instruments/{uuid:instrument_id}/parameter-changes", response=CREATED)
def parameters(
    request: HttpRequest, instrument_id: UUID, body: ParameterBody
) -> Status[dict[str, Any]]:
    """Record that key parameters were changed."""
    change = parameter_change(
        actor=actor_of(request),
        instrument=_instrument(instrument_id),
        values=body.values,
        reason=body.reason,
        changed_at=_aware(body.changed_at),
        attachments=_files(body.attachments),
    )
    facts = {"id": str(change.pk), "changes": change.changes, "at": moment(change.changed_at)}
    return Status(201, facts)


@router.post("/instruments/{uuid:instrument_id}/{act}")
def act(request: HttpRequest, instrument_id: UUID, act: str, body: ActBody) -> dict[str, Any]:
    """`stop`, `resume` or `retire` an instrument in use."""
    if act not in ACTS:
        raise Http404
    ACTS[act](
        actor=actor_of(request),
        instrument=_instrument(instrument_id),
        on=body.on,
        reason=body.reason,
        attachments=_files(body.attachments),
    )
    return _instrument_facts(_instrument(instrument_id))


@router.patch("/filings/{uuid:revision_id}")
def edit(request: HttpRequest, revision_id: UUID, body: EditBody) -> dict[str, Any]:
    """Edit a draft; 409 `stale` when somebody else saved it since `edition`."""
    revision = revision_change(
        actor=actor_of(request),
        revision=_revision(revision_id),
        values=_values(body.values, body.attachments),
        edition=body.edition,
    )
    return _facts(_revision(revision.pk))


@router.delete("/filings/{uuid:revision_id}", response={204: None})
def discard(request: HttpRequest, revision_id: UUID) -> Status[None]:
    """Throw a draft away."""
    revision_discard(actor=actor_of(request), revision=_revision(revision_id))
    return Status(204, None)


@router.post("/filings/{uuid:revision_id}/submit")
def submit(request: HttpRequest, revision_id: UUID) -> dict[str, Any]:
    """Hand a draft in."""
    revision_submit(actor=actor_of(request), revision=_revision(revision_id))
    return _facts(_revision(revision_id))


@router.post("/filings/{uuid:revision_id}/withdraw")
def withdraw(request: HttpRequest, revision_id: UUID) -> dict[str, Any]:
    """Take back what was handed in."""
    revision_withdraw(actor=actor_of(request), revision=_revision(revision_id))
    return _facts(_revision(revision_id))


@router.post("/filings/{uuid:revision_id}/approve")
def approve(request: HttpRequest, revision_id: UUID, body: ApproveBody) -> dict[str, Any]:
    """Make a filing official."""
    revision_approve(actor=actor_of(request), revision=_revision(revision_id), note=body.note)
    return _facts(_revision(revision_id))


@router.post("/filings/{uuid:revision_id}/return")
def send_back(request: HttpRequest, revision_id: UUID, body: ReturnBody) -> dict[str, Any]:
    """Send a filing back."""
    revision_return(
        actor=actor_of(request),
        revision=_revision(revision_id),
        reason=body.reason,
        remarks=body.remarks,
    )
    return _facts(_revision(revision_id))


@router.get("/instruments/{uuid:instrument_id}")
def instrument(request: HttpRequest, instrument_id: UUID) -> dict[str, Any]:
    """Return an instrument as its label shows it: what it is, where, and since when."""
    return _instrument_facts(_instrument(instrument_id))


def _instrument_facts(row: Instrument) -> dict[str, Any]:
    official = next((one for one in versions_of(row) if one.state == RevisionState.OFFICIAL), None)
    point = row.point
    period = row.period
    return {
        "id": str(row.pk),
        "kind": row.kind,
        "slot": row.slot,
        "in_use_from": period.lower.isoformat() if period else None,
        "in_use_until": period.upper.isoformat() if period and period.upper else None,
        "name": official.name if official else "",
        "maker": official.maker if official else "",
        "model": official.model if official else "",
        "serial": official.serial_number if official else "",
        "parameter": official.parameter if official else "",
        "range_lower": _number(official.range_lower) if official else None,
        "range_upper": _number(official.range_upper) if official else None,
        "unit": official.unit if official else "",
        "settings": settings_now(official) if official else {},
        "certificate_valid_until": _day(official.certificate_valid_until) if official else None,
        "point": {
            "id": str(point.pk),
            "name": point.name,
            "mn_code": point.mn_code,
            "outlet_code": point.outlet.code,
            "outlet_name": point.outlet.name,
            "source_name": point.outlet.source.name,
        },
    }


def _revision(revision_id: UUID) -> InstrumentRevision:
    rows = filings_visible()
    row: InstrumentRevision = get_visible_or_404(InstrumentRevision, revision_id, queryset=rows)
    return row


def _instrument(instrument_id: UUID) -> Instrument:
    rows = Instrument.objects.select_related("point__outlet__source")
    row: Instrument = get_visible_or_404(Instrument, instrument_id, queryset=rows)
    return row


def _values(values: dict[str, Any], attachments: list[UUID] | None) -> dict[str, Any]:
    known = {path: value for path, value in values.items() if path != "attachments"}
    return known if attachments is None else {**known, "attachments": attachments}


def _files(ids: list[UUID]) -> list[Attachment]:
    return list(Attachment.objects.filter(pk__in=ids))


def _follow_up(row: FollowUp) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "instrument": str(row.instrument_id),
        "code": row.code,
        "title": row.title,
        "standard": row.standard,
        "clause": row.clause,
        "due_on": _day(row.due_on),
        "done_on": _day(row.done_on),
        "report_number": row.report_number,
    }


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise InvalidInput(_("时间应带时区"), code="invalid", field="changed_at")
    return at


def _row(row: InstrumentRevision) -> dict[str, Any]:
    point = row.instrument.point
    return {
        "id": str(row.pk),
        "instrument": str(row.instrument_id),
        "kind": row.instrument.kind,
        "number": row.number,
        "state": row.state,
        "edition": row.edition,
        "name": row.name,
        "parameter": row.parameter,
        "model": row.model,
        "serial_number": row.serial_number,
        "point": {"id": str(point.pk), "name": point.name, "mn_code": point.mn_code},
        "submitted_at": moment(row.submitted_at),
        "decided_at": moment(row.decided_at),
        "file_by": _day(row.file_by),
    }


def _facts(row: InstrumentRevision) -> dict[str, Any]:
    return {
        **_row(row),
        "values": {path: _plain(value) for path, value in values_of(row).items()},
        "attachments": [str(file.pk) for file in row.attachments.all()],
        "decision_note": row.decision_note,
        "remarks": row.field_remarks,
    }


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if hasattr(value, "isoformat") else value


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _day(value: Any) -> str | None:
    return value.isoformat() if value else None
