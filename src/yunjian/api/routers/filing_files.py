"""Filings on paper and in workbooks: 备案表, labels, import and its undoing."""

from tempfile import TemporaryFile
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status

from yunjian.access.permissions import require
from yunjian.access.scope import get_visible_or_404
from yunjian.api.auth import actor_of
from yunjian.api.presenters import moment
from yunjian.instruments.documents.workbooks import template
from yunjian.instruments.models import FilingImport, Instrument, InstrumentRevision
from yunjian.instruments.policies import may_file_instruments
from yunjian.instruments.selectors import revision_detail
from yunjian.instruments.services.imports import import_apply, import_check, import_undo
from yunjian.instruments.services.papers import filing_paper, labels_paper
from yunjian.sources.models import MonitoringPoint, PollutionSource
from yunjian.web.excel import xlsx
from yunjian.web.responses import pdf

router = Router(tags=["filings"])


class LabelsBody(Schema):
    """Whose labels."""

    instruments: list[UUID]


class ApplyBody(Schema):
    """Whether what is written is handed in as well."""

    submit: bool = False


@router.get("/filings/{uuid:revision_id}/paper")
def paper(request: HttpRequest, revision_id: UUID) -> HttpResponse:
    """备案表 as PDF."""
    rows = InstrumentRevision.objects.select_related("instrument__point__outlet__source")
    revision: InstrumentRevision = get_visible_or_404(
        InstrumentRevision, revision_id, queryset=rows
    )
    return pdf(f"filing-{revision.pk}", filing_paper(revision_detail(revision)))


@router.post("/instruments/labels")
def labels(request: HttpRequest, body: LabelsBody) -> HttpResponse:
    """Labels with QR codes as PDF."""
    rows = Instrument.objects.filter(pk__in=body.instruments).select_related("point__outlet")
    instruments = list(rows.order_by("point__outlet__code", "point__name", "slot"))
    return pdf("labels", labels_paper(actor=actor_of(request), instruments=instruments))


@router.get("/sources/{uuid:source_id}/filing-template")
def template_file(request: HttpRequest, source_id: UUID) -> FileResponse:
    """Return the empty workbook for the points of a source, to those who file its instruments."""
    source: PollutionSource = get_visible_or_404(PollutionSource, source_id)
    require(may_file_instruments(actor_of(request), source.organization_id))
    points = list(MonitoringPoint.objects.filter(outlet__source=source).order_by("mn_code"))
    file = TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - the response closes it
    template(file, points)
    file.seek(0)
    return xlsx(_("仪器备案导入模板.xlsx"), file)


@router.post("/sources/{uuid:source_id}/filing-imports", response={201: dict[str, Any]})
def check(
    request: HttpRequest, source_id: UUID, filename: str = "filings.xlsx"
) -> Status[dict[str, Any]]:
    """Read a workbook (the body) and try every row; nothing is filed yet."""
    source: PollutionSource = get_visible_or_404(PollutionSource, source_id)
    batch = import_check(
        actor=actor_of(request), source=source, filename=filename, content=request.body
    )
    return Status(201, _facts(batch))


@router.get("/filing-imports/{uuid:import_id}")
def imported(request: HttpRequest, import_id: UUID) -> dict[str, Any]:
    """Return what was read and what is wrong, row by row."""
    return _facts(_batch(import_id))


@router.post("/filing-imports/{uuid:import_id}/apply")
def apply(request: HttpRequest, import_id: UUID, body: ApplyBody) -> dict[str, Any]:
    """Write every row, or none."""
    batch = _batch(import_id)
    import_apply(actor=actor_of(request), batch=batch, submit=body.submit)
    return _facts(_batch(import_id))


@router.post("/filing-imports/{uuid:import_id}/undo")
def undo(request: HttpRequest, import_id: UUID) -> dict[str, Any]:
    """Take an import of today back."""
    batch = _batch(import_id)
    import_undo(actor=actor_of(request), batch=batch)
    return _facts(_batch(import_id))


def _batch(import_id: UUID) -> FilingImport:
    rows = FilingImport.objects.select_related("source")
    batch: FilingImport = get_visible_or_404(FilingImport, import_id, queryset=rows)
    return batch


def _facts(batch: FilingImport) -> dict[str, Any]:
    return {
        "id": str(batch.pk),
        "source": str(batch.source_id),
        "state": batch.state,
        "filename": batch.filename,
        "digest": batch.digest,
        "rows": len(batch.rows),
        "problems": batch.problems,
        "created_at": moment(batch.created_at),
        "applied_at": moment(batch.applied_at),
        "undone_at": moment(batch.undone_at),
    }
