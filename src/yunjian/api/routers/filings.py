"""仪器备案 and instruments: the same services as the pages, for a discharger's own software, for
authorities, and for the phone that scanned a label."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Router, Status

from yunjian.api.auth import actor_of
from yunjian.api.errors import LIST, READ, WRITE, Problem
from yunjian.api.pages import Page
from yunjian.api.rows import RowWith
from yunjian.evidence.models import Attachment
from yunjian.instruments.models import FollowUp, Instrument, InstrumentRevision, ParameterChange
from yunjian.instruments.models.filing import RevisionState
from yunjian.instruments.schemas import (
    ActIn,
    ApproveIn,
    DoneIn,
    DraftIn,
    EditIn,
    FilingOut,
    FilingRowOut,
    FollowUpOut,
    InstrumentOut,
    ParameterChangeOut,
    ParametersIn,
    RelocationIn,
    ReturnIn,
)
from yunjian.instruments.selectors import (
    filings_visible,
    follow_up_or_404,
    follow_ups_visible,
    instrument_or_404,
    official_version,
    revision_or_404,
    settings_now,
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
)
from yunjian.kernel.cursors import Slice, newest_first
from yunjian.kernel.errors import InvalidInput
from yunjian.sources.selectors import point_or_404

router = Router(tags=["filings"], by_alias=True)
CREATED = {201: FilingOut, WRITE: Problem}
CHANGED = {200: FilingOut, WRITE: Problem}
MOVED = {200: InstrumentOut, WRITE: Problem}
FOLLOW_UP_STATES = ("open", "overdue", "done")
FilingState = Annotated[str, Field(json_schema_extra={"enum": ["", *RevisionState.values]})]
FollowUpState = Annotated[str, Field(json_schema_extra={"enum": [*FOLLOW_UP_STATES]})]


class FilingPage(Page[FilingRowOut]):
    """A page of filings."""


class FollowUpPage(Page[FollowUpOut]):
    """A page of follow-ups."""


@router.get("/filings", response={200: FilingPage, LIST: Problem})
def filings(
    request: HttpRequest,
    state: FilingState = "",
    point: UUID | None = None,
    cursor: UUID | None = None,
) -> Slice[InstrumentRevision]:
    """Return a page of filings, newest first."""
    if state and state not in RevisionState.values:
        raise InvalidInput(_("不认识的状态"), code="unknown", field="state")
    return newest_first(filings_visible(state=state, point_id=point), cursor=cursor)


@router.get("/filings/{uuid:revision_id}", response={200: FilingOut, READ: Problem})
def filing(request: HttpRequest, revision_id: UUID) -> InstrumentRevision:
    """Return a filing with all its values."""
    return revision_or_404(revision_id)


@router.post("/points/{uuid:point_id}/filings", response=CREATED)
def new_filing(request: HttpRequest, point_id: UUID, body: DraftIn) -> Status[InstrumentRevision]:
    """Draft the filing of a new instrument."""
    point = point_or_404(point_id)
    return _begin(revision_draft, request, body, point=point, kind=body.kind)


@router.post("/instruments/{uuid:instrument_id}/filings", response=CREATED)
def change_instrument(
    request: HttpRequest, instrument_id: UUID, body: DraftIn
) -> Status[InstrumentRevision]:
    """Draft a new version of an instrument on file."""
    instrument = instrument_or_404(instrument_id)
    target = {"point": instrument.point, "kind": instrument.kind, "instrument": instrument}
    return _begin(revision_draft, request, body, **target)


@router.post("/instruments/{uuid:instrument_id}/replacement", response=CREATED)
def replace_instrument(
    request: HttpRequest, instrument_id: UUID, body: DraftIn
) -> Status[InstrumentRevision]:
    """Draft the filing of what takes the place of an instrument."""
    instrument = instrument_or_404(instrument_id)
    return _begin(instrument_replace, request, body, instrument=instrument)


@router.post("/instruments/{uuid:instrument_id}/relocation", response=CREATED)
def relocate_instrument(
    request: HttpRequest, instrument_id: UUID, body: RelocationIn
) -> Status[InstrumentRevision]:
    """Draft the filing of an instrument at another point."""
    point = point_or_404(body.point)
    instrument = instrument_or_404(instrument_id)
    return _begin(instrument_relocate, request, body, instrument=instrument, point=point)


@router.get("/follow-ups", response={200: FollowUpPage, LIST: Problem})
def follow_ups(
    request: HttpRequest, state: FollowUpState = "open", cursor: UUID | None = None
) -> Slice[FollowUp]:
    """Return a page of what changes of instruments lead to, newest first."""
    if state not in FOLLOW_UP_STATES:
        raise InvalidInput(_("不认识的状态"), code="unknown", field="state")
    return newest_first(follow_ups_visible(state=state), cursor=cursor)


@router.post("/follow-ups/{uuid:follow_up_id}/done", response={200: FollowUpOut, WRITE: Problem})
def follow_up_done(request: HttpRequest, follow_up_id: UUID, body: DoneIn) -> FollowUp:
    """Say that a follow-up was done."""
    return follow_up_complete(
        actor=actor_of(request),
        follow_up=follow_up_or_404(follow_up_id),
        **_with_files(body),
    )


@router.post(
    "/instruments/{uuid:instrument_id}/parameter-changes",
    response={201: ParameterChangeOut, WRITE: Problem},
)
def change_parameters(
    request: HttpRequest, instrument_id: UUID, body: ParametersIn
) -> Status[ParameterChange]:
    """Record that key parameters were changed."""
    instrument = instrument_or_404(instrument_id)
    if body.changed_at.tzinfo is None:
        raise InvalidInput(_("时间应带时区"), code="invalid", field="changed_at")
    values = _with_files(body)
    return Status(201, parameter_change(actor=actor_of(request), instrument=instrument, **values))


@router.post("/instruments/{uuid:instrument_id}/stop", response=MOVED)
def stop_instrument(request: HttpRequest, instrument_id: UUID, body: ActIn) -> RowWith:
    """Stop an instrument in use."""
    return _act(instrument_stop, request, instrument_id, body)


@router.post("/instruments/{uuid:instrument_id}/resume", response=MOVED)
def resume_instrument(request: HttpRequest, instrument_id: UUID, body: ActIn) -> RowWith:
    """Let a stopped instrument run again."""
    return _act(instrument_resume, request, instrument_id, body)


@router.post("/instruments/{uuid:instrument_id}/retire", response=MOVED)
def retire_instrument(request: HttpRequest, instrument_id: UUID, body: ActIn) -> RowWith:
    """Take an instrument out of use for good."""
    return _act(instrument_retire, request, instrument_id, body)


@router.patch("/filings/{uuid:revision_id}", response=CHANGED)
def edit_filing(request: HttpRequest, revision_id: UUID, body: EditIn) -> InstrumentRevision:
    """Edit a draft; 409 `stale` when somebody else saved it since `edition`."""
    values = _values(body.values, body.attachments)
    return _moved(revision_change, request, revision_id, values=values, edition=body.edition)


@router.delete("/filings/{uuid:revision_id}", response={204: None, READ | {409}: Problem})
def discard_filing(request: HttpRequest, revision_id: UUID) -> Status[None]:
    """Throw a draft away."""
    revision_discard(actor=actor_of(request), revision=revision_or_404(revision_id))
    return Status(204, None)


@router.post("/filings/{uuid:revision_id}/submit", response=CHANGED)
def submit_filing(request: HttpRequest, revision_id: UUID) -> InstrumentRevision:
    """Hand a draft in."""
    return _moved(revision_submit, request, revision_id)


@router.post("/filings/{uuid:revision_id}/withdraw", response=CHANGED)
def withdraw_filing(request: HttpRequest, revision_id: UUID) -> InstrumentRevision:
    """Take back what was handed in."""
    return _moved(revision_withdraw, request, revision_id)


@router.post("/filings/{uuid:revision_id}/approve", response=CHANGED)
def approve_filing(request: HttpRequest, revision_id: UUID, body: ApproveIn) -> InstrumentRevision:
    """Make a filing official."""
    return _moved(revision_approve, request, revision_id, note=body.note)


@router.post("/filings/{uuid:revision_id}/return", response=CHANGED)
def return_filing(request: HttpRequest, revision_id: UUID, body: ReturnIn) -> InstrumentRevision:
    """Send a filing back."""
    return _moved(revision_return, request, revision_id, reason=body.reason, remarks=body.remarks)


@router.get("/instruments/{uuid:instrument_id}", response={200: InstrumentOut, READ: Problem})
def instrument(request: HttpRequest, instrument_id: UUID) -> RowWith:
    """Return an instrument as its label shows it: what it is, where, and since when."""
    return _instrument(instrument_or_404(instrument_id))


def _instrument(row: Instrument) -> RowWith:
    official = official_version(row)
    settings = settings_now(official) if official else {}
    return RowWith(row, official=official, settings=settings)


def _act(
    act: Callable[..., object], request: HttpRequest, instrument_id: UUID, body: ActIn
) -> RowWith:
    act(
        actor=actor_of(request),
        instrument=instrument_or_404(instrument_id),
        **_with_files(body),
    )
    return _instrument(instrument_or_404(instrument_id))


def _begin(
    write: Callable[..., InstrumentRevision], request: HttpRequest, body: DraftIn, **target: Any
) -> Status[InstrumentRevision]:
    values = _values(body.values, body.attachments)
    revision = write(actor=actor_of(request), values=values, **target)
    return Status(201, revision_or_404(revision.pk))


def _moved(
    move: Callable[..., InstrumentRevision], request: HttpRequest, revision_id: UUID, **how: Any
) -> InstrumentRevision:
    revision = move(actor=actor_of(request), revision=revision_or_404(revision_id), **how)
    return revision_or_404(revision.pk)


def _values(values: dict[str, Any], attachments: list[UUID] | None) -> dict[str, Any]:
    known = {path: value for path, value in values.items() if path != "attachments"}
    return known if attachments is None else {**known, "attachments": attachments}


def _with_files(body: ActIn | DoneIn | ParametersIn) -> dict[str, Any]:
    return body.dict() | {"attachments": list(Attachment.objects.filter(pk__in=body.attachments))}
