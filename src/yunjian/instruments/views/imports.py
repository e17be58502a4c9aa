"""Filings from a workbook, and filings on paper."""

from collections import defaultdict
from functools import partial
from tempfile import TemporaryFile
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yunjian.access.actor import current_actor
from yunjian.instruments.documents.workbooks import template
from yunjian.instruments.models import FilingImport, Instrument
from yunjian.instruments.models.imports import ImportState
from yunjian.instruments.selectors import import_or_404, revision_detail, revision_or_404
from yunjian.instruments.services.imports import import_apply, import_check, import_undo
from yunjian.instruments.services.papers import filing_paper, labels_paper
from yunjian.instruments.views.lookups import UUID_TEXT, acted, refused
from yunjian.kernel.clock import business_day, today
from yunjian.kernel.errors import DomainError
from yunjian.sources.models import MonitoringPoint, PollutionSource
from yunjian.sources.selectors import source_or_404
from yunjian.web.dialogs import form_dialog
from yunjian.web.excel import xlsx
from yunjian.web.guards import source_or_authority_page, source_page
from yunjian.web.responses import pdf

SHOWN_PROBLEMS = 200


class UploadForm(forms.Form):
    """The workbook, and the source whose instruments it names."""

    source = forms.ModelChoiceField(
        label=_("污染源"), queryset=PollutionSource.unscoped().none(), empty_label=None
    )
    file = forms.FileField(
        label=_("Excel 文件"),
        help_text=_("用模板填写的 .xlsx 文件；先预览，确认后才写入"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = PollutionSource.objects.order_by("code")  # type: ignore[attr-defined]


@source_page
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponseBase:
    """批量导入: choose a workbook; what is read of it is shown before anything is written."""
    form = UploadForm(request.POST or None, request.FILES or None)

    def save() -> HttpResponse:
        file = form.cleaned_data["file"]
        batch = import_check(
            actor=current_actor(),
            source=form.cleaned_data["source"],
            filename=file.name or "",
            content=file.read(settings.IMPORT_MAX_BYTES + 1),
        )
        return redirect("instruments:import", batch.pk)

    return form_dialog(
        request,
        form,
        save=save,
        template="instruments/import_upload.html",
        recent=FilingImport.objects.select_related("source", "created_by")[:10],
    )


@source_page
@require_GET
def template_file(request: HttpRequest, source_id: UUID) -> HttpResponseBase:
    """Give the empty workbook for the points of a source."""
    source = source_or_404(source_id)
    points = list(MonitoringPoint.objects.filter(outlet__source=source).order_by("mn_code"))
    file = TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - the response closes it
    template(file, points)
    file.seek(0)
    return xlsx(gettext("仪器备案导入模板.xlsx"), file)


@source_page
@require_GET
def preview(request: HttpRequest, import_id: UUID) -> HttpResponseBase:
    """Show what was read, row by row, and what is wrong."""
    batch = import_or_404(import_id)
    wrong: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for problem in batch.problems:
        wrong[problem["sheet"], problem["row"]].append(problem)
    known = {(row["sheet"], row["number"]) for row in batch.rows}
    applied = batch.applied_at
    context = {
        "batch": batch,
        "rows": [(row, wrong.get((row["sheet"], row["number"]), [])) for row in batch.rows],
        "general": [
            problem for key, problems in wrong.items() if key not in known for problem in problems
        ][:SHOWN_PROBLEMS],
        "may_apply": batch.state == ImportState.CHECKED and not batch.problems,
        "may_undo": batch.state == ImportState.APPLIED
        and applied is not None
        and business_day(applied) == today(),
    }
    return render(request, "instruments/import_preview.html", context)


@source_page
@require_POST
def apply(request: HttpRequest, import_id: UUID) -> HttpResponseBase:
    """Write every row, or none."""
    batch = import_or_404(import_id)
    here = reverse("instruments:import", args=[batch.pk])
    submit = request.POST.get("then") == "submit"
    act = partial(import_apply, actor=current_actor(), batch=batch, submit=submit)
    message = gettext("已导入 %(rows)s 台仪器；当天可以整体撤销") % {"rows": len(batch.rows)}
    return acted(request, here, act, message)


@source_page
@require_POST
def undo(request: HttpRequest, import_id: UUID) -> HttpResponseBase:
    """Take the import back."""
    batch = import_or_404(import_id)
    here = reverse("instruments:import", args=[batch.pk])
    act = partial(import_undo, actor=current_actor(), batch=batch)
    return acted(request, here, act, gettext("已撤销导入"))


@source_or_authority_page
@require_GET
def paper(request: HttpRequest, revision_id: UUID) -> HttpResponseBase:
    """备案表 as PDF."""
    revision = revision_or_404(revision_id)
    return pdf(f"filing-{revision.pk}", filing_paper(revision_detail(revision)))


@source_page
@require_POST
def labels(request: HttpRequest) -> HttpResponseBase:
    """Labels of the chosen instruments as PDF."""
    ids = [text for text in request.POST.getlist("instrument") if UUID_TEXT.fullmatch(text)]
    rows = (
        Instrument.objects.filter(pk__in=ids)
        .select_related("point__outlet")
        .order_by("point__outlet__code", "point__name", "slot")
    )
    try:
        content = labels_paper(actor=current_actor(), instruments=list(rows))
    except DomainError as error:
        return refused(request, reverse("instruments:instruments"), error)
    return pdf(f"labels-{today()}", content)
