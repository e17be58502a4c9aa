"""Filings on paper and in workbooks: 备案表, labels, import and its undoing."""

from tempfile import TemporaryFile
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router, Status

from yunjian.access.permissions import require
from yunjian.api.auth import actor_of
from yunjian.api.errors import READ, WRITE, Problem
from yunjian.api.openapi import answers_file, reads_file
from yunjian.instruments.documents.workbooks import template
from yunjian.instruments.models import FilingImport, Instrument
from yunjian.instruments.policies import may_file_instruments
from yunjian.instruments.schemas import FilingImportOut, ImportApplyIn, LabelsIn
from yunjian.instruments.selectors import import_or_404, revision_detail, revision_or_404
from yunjian.instruments.services.imports import import_apply, import_check, import_undo
from yunjian.instruments.services.papers import filing_paper, labels_paper
from yunjian.sources.models import MonitoringPoint
from yunjian.sources.selectors import source_or_404
from yunjian.web.excel import xlsx
from yunjian.web.responses import pdf

router = Router(tags=["filings"], by_alias=True)
PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get(
    "/filings/{uuid:revision_id}/paper", response={READ: Problem}, openapi_extra=answers_file(PDF)
)
def filing_paper_pdf(request: HttpRequest, revision_id: UUID) -> HttpResponse:
    """Return a filing on paper (备案表) as PDF."""
    revision = revision_or_404(revision_id)
    return pdf(f"filing-{revision.pk}", filing_paper(revision_detail(revision)))


@router.post("/instruments/labels", response={WRITE: Problem}, openapi_extra=answers_file(PDF))
def instrument_labels(request: HttpRequest, body: LabelsIn) -> HttpResponse:
    """Return labels with QR codes as PDF."""
    rows = Instrument.objects.filter(pk__in=body.instruments).select_related("point__outlet")
    instruments = list(rows.order_by("point__outlet__code", "point__name", "slot"))
    return pdf("labels", labels_paper(actor=actor_of(request), instruments=instruments))


@router.get(
    "/sources/{uuid:source_id}/filing-template",
    response={READ: Problem},
    openapi_extra=answers_file(XLSX),
)
def filing_template(request: HttpRequest, source_id: UUID) -> FileResponse:
    """Return the empty workbook for the points of a source, to those who file its instruments."""
    source = source_or_404(source_id)
    require(may_file_instruments(actor_of(request), source.organization_id))
    points = list(MonitoringPoint.objects.filter(outlet__source=source).order_by("mn_code"))
    file = TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - the response closes it
    template(file, points)
    file.seek(0)
    return xlsx(_("仪器备案导入模板.xlsx"), file)


@router.post(
    "/sources/{uuid:source_id}/filing-imports",
    response={201: FilingImportOut, WRITE: Problem},
    openapi_extra=reads_file(XLSX),
)
def check_import(
    request: HttpRequest, source_id: UUID, filename: str = "filings.xlsx"
) -> Status[FilingImport]:
    """Read a workbook (the body) and try every row; nothing is filed yet."""
    source = source_or_404(source_id)
    batch = import_check(
        actor=actor_of(request), source=source, filename=filename, content=request.body
    )
    return Status(201, batch)


@router.get("/filing-imports/{uuid:import_id}", response={200: FilingImportOut, READ: Problem})
def filing_import(request: HttpRequest, import_id: UUID) -> FilingImport:
    """Return what was read and what is wrong, row by row."""
    return import_or_404(import_id)


@router.post(
    "/filing-imports/{uuid:import_id}/apply", response={200: FilingImportOut, WRITE: Problem}
)
def apply_import(request: HttpRequest, import_id: UUID, body: ImportApplyIn) -> FilingImport:
    """Write every row, or none."""
    import_apply(actor=actor_of(request), batch=import_or_404(import_id), submit=body.submit)
    return import_or_404(import_id)


@router.post(
    "/filing-imports/{uuid:import_id}/undo",
    response={200: FilingImportOut, READ | {409}: Problem},
)
def undo_import(request: HttpRequest, import_id: UUID) -> FilingImport:
    """Take an import of today back."""
    import_undo(actor=actor_of(request), batch=import_or_404(import_id))
    return import_or_404(import_id)
