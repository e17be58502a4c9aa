"""The readings of a test: typed into a table, pasted, or read from a file."""

from typing import Any
from uuid import UUID

from django.core.files import File
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from yunjian.access.actor import current_actor
from yunjian.kernel.errors import DomainError, InvalidInput
from yunjian.kernel.languages import language_code
from yunjian.kernel.numbers import version_sent, whole_number
from yunjian.library.domain.labels import unit_text
from yunjian.records.versions import StaleVersion, others
from yunjian.standards.reports import EXCLUDED, Pasted, TestSpec, parse_pasted, parse_rows
from yunjian.verification.documents.tables import table_of
from yunjian.verification.models import Report, ReportTest
from yunjian.verification.models.parts import DeclaredVerdict
from yunjian.verification.policies import PREPARE_REPORTS
from yunjian.verification.selectors.file_remarks import test_remarks
from yunjian.verification.selectors.forms import form_named, spec_of
from yunjian.verification.selectors.reports import report_or_404, with_parts
from yunjian.verification.services.readings import MOST_ROWS, readings_remove, readings_save
from yunjian.web.guards import only_with
from yunjian.web.responses import done

SPARE_ROWS = 3
LEAST_ROWS = 9


@only_with(PREPARE_REPORTS)
@require_http_methods(["GET", "POST"])
def readings_page(request: HttpRequest, report_id: UUID, test: str) -> HttpResponse:
    """Show the table of a test, read what was pasted into it, or save it."""
    report = report_or_404(report_id)
    spec = _spec(report, test)
    parameter = request.GET.get("parameter", "")
    row = ReportTest.objects.filter(report=report, test=test, parameter=parameter).first()
    if request.method == "GET":
        return _page(request, report, spec, parameter, _held(report, row, parameter))
    typed = _typed(request, spec)
    if request.POST.get("then") == "read":
        return _read(request, report, spec, parameter, typed)
    version = version_sent(request.POST.get("version", ""))
    try:
        readings_save(
            actor=current_actor(),
            report=report,
            test=test,
            parameter=parameter,
            version=version,
            **typed,
        )
    except DomainError as error:
        return _page(request, report, spec, parameter, typed, error=error)
    back = reverse("verification:agency_report", args=[report.pk])
    return done(request, gettext("已保存数据并重新计算"), f"{back}?tab=tests")


@only_with(PREPARE_REPORTS)
@require_POST
def readings_drop(request: HttpRequest, report_id: UUID, test: str) -> HttpResponse:
    """Take a test out of a draft."""
    report = report_or_404(report_id)
    parameter = request.GET.get("parameter", "")
    row = ReportTest.objects.filter(report=report, test=test, parameter=parameter).first()
    if row is None:
        raise Http404
    try:
        readings_remove(actor=current_actor(), report=report, test=row)
    except DomainError as error:
        spec = _spec(report, test)
        return _page(request, report, spec, parameter, _held(report, row, parameter), error=error)
    back = reverse("verification:agency_report", args=[report.pk])
    return done(request, gettext("已删除测试项目"), f"{back}?tab=tests")


def _spec(report: Report, test: str) -> TestSpec:
    form = form_named(report.form)
    spec = spec_of(form, test) if form else None
    if spec is None:
        raise Http404
    return spec


def _held(report: Report, row: ReportTest | None, parameter: str) -> dict[str, Any]:
    """Return what a test holds; of a new one, the unit that the instrument is filed with."""
    if row is not None:
        return {
            "readings": row.readings,
            "values": row.values,
            "declared": row.declared,
            "declared_verdict": row.declared_verdict,
            "unit": unit_text(row.unit) or row.unit,
            "basis": row.basis,
        }
    snapshots = {one.instrument.slot: one.snapshot for one in with_parts(report).instruments.all()}
    unit = snapshots.get(parameter, {}).get("unit", "")
    return {
        "readings": [],
        "values": {},
        "declared": {},
        "declared_verdict": "",
        "unit": unit,
        "basis": report.standard,
    }


def _typed(request: HttpRequest, spec: TestSpec) -> dict[str, Any]:
    """Return what was typed, cell by cell, as it was typed."""
    keys = [*(column.key for column in spec.columns), EXCLUDED]
    named = [
        whole_number(name.split(".")[1]) for name in request.POST if name.startswith("readings.")
    ]
    numbers = sorted({one for one in named if one is not None and one <= MOST_ROWS + SPARE_ROWS})
    return {
        "readings": [
            {key: request.POST.get(f"readings.{number}.{key}", "") for key in keys}
            for number in numbers
        ],
        "values": {one.key: request.POST.get(f"values.{one.key}", "") for one in spec.fields},
        "declared": {
            name.removeprefix("declared."): str(text)
            for name, text in request.POST.items()
            if name.startswith("declared.")
        },
        "declared_verdict": request.POST.get("declared_verdict", ""),
        "unit": request.POST.get("unit", ""),
        "basis": request.POST.get("basis", ""),
    }


def _read(
    request: HttpRequest, report: Report, spec: TestSpec, parameter: str, typed: dict[str, Any]
) -> HttpResponse:
    """Fill the table from what was pasted or uploaded; nothing is saved yet.

    What was typed stays before it unless it shall be replaced.
    """
    unit = typed["unit"]
    pasted = request.POST.get("pasted", "")
    upload = request.FILES.get("upload")
    try:
        found = _found(upload, pasted, spec, unit)
    except InvalidInput as error:
        return _page(request, report, spec, parameter, typed, error=error, pasted=pasted)
    filled = [row for row in typed["readings"] if any(cell.strip() for cell in row.values())]
    kept = [] if request.POST.get("replace") else filled
    typed["readings"] = [*kept, *(dict(row) for row in found.rows)]
    wrong = _problems(found, after=len(kept))
    read = {"read": len(found.rows), "kept": len(kept)}
    return _page(request, report, spec, parameter, typed, wrong=wrong, numbers=read)


def _found(upload: object, pasted: str, spec: TestSpec, unit: str) -> Pasted:
    if isinstance(upload, File):
        return parse_rows(table_of(upload), spec.columns, unit)
    if pasted.strip():
        return parse_pasted(pasted, spec.columns, unit)
    message = gettext("请粘贴表格，或选择 Excel、CSV 文件")
    raise InvalidInput(message, code="required", field="pasted")


def _problems(found: Pasted, *, after: int) -> dict[str, str]:
    """Return what could not be read by the cells of the table, which holds rows before."""
    english = language_code() == "en"
    wrong: dict[str, str] = {}
    for one in found.problems:
        text = one.text.en if english else one.text.zh
        if not one.row:
            # of headings, or of the table as a whole: said above it, all of them
            wrong["readings"] = "；".join([*filter(None, [wrong.get("readings")]), text])
            continue
        row = f"readings.{one.row + after}"
        wrong[f"{row}.{one.column}" if one.column else row] = text
    return wrong


def _page(
    request: HttpRequest,
    report: Report,
    spec: TestSpec,
    parameter: str,
    held: dict[str, Any],
    *,
    error: DomainError | None = None,
    wrong: dict[str, str] | None = None,
    **context: Any,
) -> HttpResponse:
    wrong = wrong or {one.path: one.message for one in (error.errors if error else ())}
    english = language_code() == "en"
    rows = list(held["readings"])
    while len(rows) < max(LEAST_ROWS, len(held["readings"]) + SPARE_ROWS):
        rows.append({})
    columns = [
        (column, column.title.en if english else column.title.zh, column.unit)
        for column in spec.columns
    ]

    remarks = test_remarks(with_parts(report)) if report.file_id else {}
    said = remarks.get((spec.key, parameter), {})

    def cell(name: str, value: str) -> dict[str, str]:
        return {
            "name": name,
            "value": value,
            "wrong": wrong.get(name, ""),
            "said": said.get(name, ""),
        }

    seen = version_sent(request.POST.get("version", ""))
    stale = isinstance(error, StaleVersion)
    # saving once more, in sight of what changed, is meant
    version = report_or_404(report.pk).version if stale or seen is None else seen
    row = ReportTest.objects.filter(report=report, test=spec.key, parameter=parameter).first()
    results = row.results if row is not None else {}
    page = {
        "title": f"{spec.title.en if english else spec.title.zh} {parameter}".strip(),
        "parents": (
            (gettext("上传报告"), "/agency/reports/"),
            (report.number, reverse("verification:agency_report", args=[report.pk])),
        ),
        "report": report,
        "spec": spec,
        "parameter": parameter,
        "columns": columns,
        "lines": [
            {
                "number": number,
                "wrong": wrong.get(f"readings.{number}", ""),
                "said": said.get(f"readings.{number}", ""),
                "cells": [
                    cell(f"readings.{number}.{column.key}", str(line.get(column.key, "")))
                    for column in spec.columns
                ],
                "excluded": cell(f"readings.{number}.{EXCLUDED}", str(line.get(EXCLUDED, ""))),
            }
            for number, line in enumerate(rows, start=1)
        ],
        "fields": [
            (
                one.title.en if english else one.title.zh,
                one,
                cell(f"values.{one.key}", str(held["values"].get(one.key, ""))),
            )
            for one in spec.fields
        ],
        "quantities": [
            (
                one,
                unit_text(one["unit"]),
                cell(f"declared.{one['key']}", str(held["declared"].get(one["key"], ""))),
            )
            for one in results.get("quantities", [])
        ],
        "results": results,
        "verdicts": DeclaredVerdict.choices,
        "held": held,
        "said_of_verdict": said.get("declared_verdict", ""),
        "said_of_rows": said.get("readings", ""),
        "wrong": wrong,
        "error": error,
        "version": version,
        "changes": others(report, seen) if seen is not None and version != seen else [],
        **context,
    }
    status = error.status if error else (422 if wrong else 200)
    return render(request, "verification/readings.html", page, status=status)
