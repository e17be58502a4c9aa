"""Comparison and verification reports: the same services as the pages."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema, Status

from yunjian.agencies.models import Equipment, Person
from yunjian.api.auth import actor_of
from yunjian.api.errors import LIST, READ, WRITE, Problem
from yunjian.api.pages import Page
from yunjian.api.rows import RowWith
from yunjian.certificates.models import Challenge
from yunjian.certificates.services.signing import signature_verify
from yunjian.evidence.models import Attachment
from yunjian.instruments.models import Instrument
from yunjian.kernel.cursors import Slice, newest_first
from yunjian.kernel.errors import FieldError, InvalidInput
from yunjian.records.problems import Problems
from yunjian.sources.selectors import point_or_404
from yunjian.verification.models import (
    Report,
    ReportCorrection,
    ReportMaterial,
    ReportOriginal,
    ReportTest,
)
from yunjian.verification.models.reports import ReportState
from yunjian.verification.schemas import (
    ChallengeIn,
    ChallengeOut,
    CorrectionOut,
    FileRemarkOut,
    ReportAcceptIn,
    ReportChangeIn,
    ReportCheckIn,
    ReportFileIn,
    ReportFindingOut,
    ReportFormMoveIn,
    ReportIn,
    ReportMaterialIn,
    ReportMaterialOut,
    ReportOriginalIn,
    ReportOriginalOut,
    ReportOut,
    ReportReasonIn,
    ReportReturnIn,
    ReportRowOut,
    ReportSignIn,
    ReportTestIn,
    ReportTestOut,
)
from yunjian.verification.selectors.content import digest_of
from yunjian.verification.selectors.corrections import STATES, corrections
from yunjian.verification.selectors.file_remarks import remarks_by_path
from yunjian.verification.selectors.history import findings_shown
from yunjian.verification.selectors.reports import (
    certificate_signature_of,
    part_or_404,
    report_or_404,
    reports,
    with_parts,
)
from yunjian.verification.services.drafts import (
    report_change,
    report_draft,
    report_file_set,
    report_revise,
    report_withdraw,
)
from yunjian.verification.services.form_moves import report_form_move
from yunjian.verification.services.parts import (
    material_add,
    material_remove,
    original_add,
    original_remove,
)
from yunjian.verification.services.readings import readings_remove, readings_save
from yunjian.verification.services.reviews import report_accept, report_receive, report_return
from yunjian.verification.services.signing import (
    report_challenge,
    report_check,
    report_send_back,
    report_sign,
)

router = Router(tags=["reports"], by_alias=True)
CHANGED = {200: ReportOut, WRITE: Problem}
GONE = {204: None, WRITE: Problem}
State = Annotated[str, Field(json_schema_extra={"enum": ["", *ReportState.values]})]
NEVER_EMPTY = ("number", "executed_from", "executed_to", "data_source")


CorrectionState = Annotated[str, Field(json_schema_extra={"enum": [*STATES]})]


class CorrectionPage(Page[CorrectionOut]):
    """A page of corrections."""


class ReportPage(Page[ReportRowOut]):
    """A page of reports."""


@router.get("/reports", response={200: ReportPage, LIST: Problem})
def report_list(
    request: HttpRequest, state: State = "", cursor: UUID | None = None
) -> Slice[Report]:
    """Return a page of reports, newest first."""
    if state and state not in ReportState.values:
        raise InvalidInput(_("不认识的状态"), code="unknown", field="state")
    return newest_first(reports(state=state), cursor=cursor)


@router.get("/report-corrections", response={200: CorrectionPage, LIST: Problem})
def correction_list(
    request: HttpRequest, state: CorrectionState = "open", cursor: UUID | None = None
) -> Slice[ReportCorrection]:
    """Return a page of corrections, newest first."""
    if state not in STATES:
        raise InvalidInput(_("不认识的状态"), code="unknown", field="state")
    return newest_first(corrections(state=state), cursor=cursor)


@router.get("/reports/{uuid:report_id}", response={200: ReportOut, READ: Problem})
def report(request: HttpRequest, report_id: UUID) -> RowWith:
    """Return a report with its parts and what is found about it now."""
    return _answer(report_or_404(report_id))


@router.post("/points/{uuid:point_id}/reports", response={201: ReportOut, WRITE: Problem})
def new_report(request: HttpRequest, point_id: UUID, body: ReportIn) -> Status[RowWith]:
    """Draft a report about a point."""
    actor = actor_of(request)
    made = report_draft(actor=actor, point=point_or_404(point_id), values=_values(body))
    return Status(201, _answer(made))


@router.patch("/reports/{uuid:report_id}", response=CHANGED)
def change_report(request: HttpRequest, report_id: UUID, body: ReportChangeIn) -> RowWith:
    """Change a draft; 409 `stale` when somebody else changed it since `version`."""
    row = report_or_404(report_id)
    values = _values(body)
    return _answer(
        report_change(actor=actor_of(request), report=row, values=values, version=body.version)
    )


@router.put("/reports/{uuid:report_id}/file", response=CHANGED)
def set_report_file(request: HttpRequest, report_id: UUID, body: ReportFileIn) -> RowWith:
    """Attach the report itself."""
    row = report_or_404(report_id)
    file = _file(body.attachment, "attachment")
    changed = report_file_set(
        actor=actor_of(request), report=row, attachment=file, version=body.version
    )
    return _answer(changed)


@router.post("/reports/{uuid:report_id}/form", response=CHANGED)
def move_report_form(request: HttpRequest, report_id: UUID, body: ReportFormMoveIn) -> RowWith:
    """Move a draft to the version of its form that is in force; what was typed stays."""
    row = report_or_404(report_id)
    moved = report_form_move(actor=actor_of(request), report=row, version=body.version)
    return _answer(moved)


@router.post(
    "/reports/{uuid:report_id}/materials", response={201: ReportMaterialOut, WRITE: Problem}
)
def add_material(
    request: HttpRequest, report_id: UUID, body: ReportMaterialIn
) -> Status[ReportMaterial]:
    """Add a standard gas or solution."""
    row = report_or_404(report_id)
    made = material_add(actor=actor_of(request), report=row, **body.model_dump())
    return Status(201, made)


@router.delete("/reports/{uuid:report_id}/materials/{uuid:material_id}", response=GONE)
def remove_material(request: HttpRequest, report_id: UUID, material_id: UUID) -> Status[None]:
    """Remove a standard material."""
    row = report_or_404(report_id)
    material = part_or_404(ReportMaterial, row, material_id)
    material_remove(actor=actor_of(request), report=row, material=material)
    return Status(204, None)


@router.post(
    "/reports/{uuid:report_id}/originals", response={201: ReportOriginalOut, WRITE: Problem}
)
def add_original(
    request: HttpRequest, report_id: UUID, body: ReportOriginalIn
) -> Status[ReportOriginal]:
    """Add a file of the original records."""
    row = report_or_404(report_id)
    file = _file(body.attachment, "attachment")
    made = original_add(actor=actor_of(request), report=row, kind=body.kind, attachment=file)
    return Status(201, made)


@router.delete("/reports/{uuid:report_id}/originals/{uuid:original_id}", response=GONE)
def remove_original(request: HttpRequest, report_id: UUID, original_id: UUID) -> Status[None]:
    """Take a file out of a draft."""
    row = report_or_404(report_id)
    original = part_or_404(ReportOriginal, row, original_id)
    original_remove(actor=actor_of(request), report=row, original=original)
    return Status(204, None)


@router.put("/reports/{uuid:report_id}/tests", response={200: ReportTestOut, WRITE: Problem})
def save_readings(request: HttpRequest, report_id: UUID, body: ReportTestIn) -> ReportTest:
    """Keep the readings of a test and compute them; what was there before is replaced."""
    row = report_or_404(report_id)
    return readings_save(actor=actor_of(request), report=row, **body.model_dump())


@router.delete("/reports/{uuid:report_id}/tests", response=GONE)
def remove_readings(
    request: HttpRequest, report_id: UUID, test: str, parameter: str = ""
) -> Status[None]:
    """Take a test out of a draft."""
    row = report_or_404(report_id)
    held = ReportTest.objects.filter(report=row, test=test, parameter=parameter).first()
    if held is not None:
        readings_remove(actor=actor_of(request), report=row, test=held)
    return Status(204, None)


@router.post("/reports/{uuid:report_id}/check", response=CHANGED)
def check_report(request: HttpRequest, report_id: UUID, body: ReportCheckIn) -> RowWith:
    """Check a draft, as its quality supervisor."""
    row = report_or_404(report_id)
    checked = report_check(
        actor=actor_of(request), report=row, note_text=body.note, version=body.version
    )
    return _answer(checked)


@router.post("/reports/{uuid:report_id}/send-back", response=CHANGED)
def send_back_report(request: HttpRequest, report_id: UUID, body: ReportReasonIn) -> RowWith:
    """Send a checked report back to be changed."""
    row = report_or_404(report_id)
    return _answer(report_send_back(actor=actor_of(request), report=row, reason=body.reason))


@router.post("/reports/{uuid:report_id}/sign", response=CHANGED)
def sign_report(request: HttpRequest, report_id: UUID, body: ReportSignIn) -> RowWith:
    """Sign a checked report and hand it in, by hand or with the certificate of the agency."""
    actor, row = actor_of(request), report_or_404(report_id)
    sent = body.certificate
    certified = (
        signature_verify(
            request=request,
            actor=actor,
            digest=body.shown_digest,
            challenge_id=sent.challenge,
            certificate=sent.certificate,
            signature=sent.signature,
        )
        if sent
        else None
    )
    signed = report_sign(
        actor=actor,
        report=row,
        signature=_file(body.signature, "signature") if body.signature else None,
        shown_digest=body.shown_digest,
        certified=certified,
    )
    return _answer(signed)


@router.post(
    "/reports/{uuid:report_id}/sign-challenge", response={201: ChallengeOut, WRITE: Problem}
)
def sign_challenge(request: HttpRequest, report_id: UUID, body: ChallengeIn) -> Status[Challenge]:
    """Return a text that the key of the agency is to sign for what was shown."""
    challenge = report_challenge(
        request=request,
        actor=actor_of(request),
        report=report_or_404(report_id),
        shown_digest=body.shown_digest,
    )
    return Status(201, challenge)


@router.post("/reports/{uuid:report_id}/revise", response={201: ReportOut, WRITE: Problem})
def revise_report(request: HttpRequest, report_id: UUID) -> Status[RowWith]:
    """Open a new edition of a returned or accepted report."""
    row = report_or_404(report_id)
    return Status(201, _answer(report_revise(actor=actor_of(request), report=row)))


@router.post("/reports/{uuid:report_id}/withdraw", response=CHANGED)
def withdraw_report(request: HttpRequest, report_id: UUID, body: ReportReasonIn) -> RowWith:
    """Take a report back."""
    row = report_or_404(report_id)
    return _answer(report_withdraw(actor=actor_of(request), report=row, reason=body.reason))


@router.post("/reports/{uuid:report_id}/receive", response=CHANGED)
def receive_report(request: HttpRequest, report_id: UUID) -> RowWith:
    """Take a report on for review."""
    row = report_or_404(report_id)
    return _answer(report_receive(actor=actor_of(request), report=row))


@router.post("/reports/{uuid:report_id}/return", response=CHANGED)
def return_report(request: HttpRequest, report_id: UUID, body: ReportReturnIn) -> RowWith:
    """Send a report back with remarks by field."""
    row = report_or_404(report_id)
    returned = report_return(
        actor=actor_of(request), report=row, reason=body.reason, remarks=body.remarks
    )
    return _answer(returned)


@router.post("/reports/{uuid:report_id}/accept", response=CHANGED)
def accept_report(request: HttpRequest, report_id: UUID, body: ReportAcceptIn) -> RowWith:
    """Accept a report."""
    row = report_or_404(report_id)
    return _answer(report_accept(actor=actor_of(request), report=row, note_text=body.note))


def _answer(row: Report) -> RowWith:
    held = with_parts(row)
    found = [
        ReportFindingOut(
            code=one.finding.code,
            severity=one.finding.severity,
            path=one.finding.path,
            text=one.text,
            basis=one.finding.weight.basis,
            blocking=one.is_blocking,
        )
        for one in findings_shown(held)[0]
    ]
    parts: dict[str, Any] = {
        name: list(getattr(held, name).all())
        for name in ("instruments", "people", "devices", "materials", "tests", "originals")
    }
    remarked = [FileRemarkOut(path=path, text=text) for path, text in remarks_by_path(held)]
    certified = certificate_signature_of(held)
    return RowWith(
        held,
        found=found,
        remarked=remarked,
        certified=certified,
        shown_digest=digest_of(held),
        **parts,
    )


def _file(identifier: UUID, field: str) -> Attachment:
    row: Attachment | None = Attachment.objects.filter(pk=identifier).first()
    if row is None:
        raise InvalidInput(_("没有这个附件，请先上传"), code="unknown", field=field)
    return row


def _values(body: Schema) -> dict[str, Any]:
    """Return what was said, with rows in place of keys.

    Raises:
        InvalidInput: at its field; a key of no row, a moment without its zone, a demanded value
            that was said to be nothing.
    """
    said = body.model_dump(exclude_unset=True, exclude={"version"})
    problems = Problems()
    for name in NEVER_EMPTY:
        missing = name in said and said[name] is None
        problems.unless(not missing, name, _("不能为空"), "required")
    for name in ("executed_from", "executed_to"):
        moment = said.get(name)
        zoned = moment is None or moment.tzinfo is not None
        problems.unless(zoned, name, _("时间应带时区"), "invalid")
    for name, model in (("instruments", Instrument), ("people", Person), ("devices", Equipment)):
        keys = said.get(name)
        if keys is None:
            said.pop(name, None)
            continue
        rows = {row.pk: row for row in model.objects.filter(pk__in=keys)}
        unknown = [str(key) for key in keys if key not in rows]
        if unknown:
            problems.errors.append(FieldError(name, "unknown", _("请从列表中选择")))
        said[name] = [rows[key] for key in dict.fromkeys(keys) if key in rows]
    problems.refuse_if_any()
    nothing = {name: "" for name, value in said.items() if value is None and name != "issued_on"}
    return said | nothing
