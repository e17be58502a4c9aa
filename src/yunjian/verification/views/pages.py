"""One report as every portal shows it, and the lists of who only looks on."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from yunjian.instruments.fields import SETTINGS, setting_labels
from yunjian.kernel.errors import DomainError
from yunjian.library.domain.labels import unit_text
from yunjian.library.domain.report_form_changes import provenance_text
from yunjian.verification.domain.findings import retention
from yunjian.verification.fields import REMARKABLE
from yunjian.verification.forms import CorrectionQuery, ReportQuery
from yunjian.verification.models import Report, ReportInstrument
from yunjian.verification.selectors.contents import checklist, original_kinds, original_titles
from yunjian.verification.selectors.corrections import corrections
from yunjian.verification.selectors.file_remarks import file_problem, file_remarks, test_remarks
from yunjian.verification.selectors.forms import (
    form_named,
    form_text,
    form_to_move_to,
    spec_of,
)
from yunjian.verification.selectors.history import VERDICT_TITLES, findings_shown, report_history
from yunjian.verification.selectors.reports import (
    certificate_signature_of,
    editions_of,
    exceptions_of,
    report_or_404,
    reports,
    with_parts,
)
from yunjian.verification.tables import CorrectionTable, ReportTable
from yunjian.web.guards import source_page
from yunjian.web.lists import ListPage, cleaned_query

TABS = [
    ("basics", _("基本信息")),
    ("instruments", _("仪器与标准器")),
    ("tests", _("比对数据")),
    ("originals", _("原始记录")),
    ("signing", _("审核与签字")),
    ("history", _("历史")),
]
CORRECTIONS_TITLE = pgettext_lazy("noun", "报告整改")


def corrections_page(name: str, base: str, parents: tuple[Any, ...], first: Any) -> ListPage:
    """Return the list of corrections of a portal, beside its list of reports."""
    return ListPage(
        name=name,
        title=CORRECTIONS_TITLE,
        table=CorrectionTable,
        order="due_on",
        parents=parents,
        tabs=((first, base), (CORRECTIONS_TITLE, f"{base}corrections/")),
        default={"state": "open"},
    )


def corrections_shown(
    request: HttpRequest, page: ListPage, *, base: str, exclude: tuple[str, ...], **more: Any
) -> HttpResponseBase:
    """Show the corrections that the actor sees; who asks for nothing is shown the open ones."""
    form = CorrectionQuery(page.query(request.GET))
    rows = corrections(**cleaned_query(form))
    return page.answer(
        request, rows, form=form, exclude=exclude, table_context={"base": base, **more}
    )


SOURCE_BASE = "/source/reports/"
SOURCE_CORRECTIONS = corrections_page(
    "verification.source_corrections",
    SOURCE_BASE,
    ((_("运维管理"), ""),),
    _("比对与校验报告"),
)
SOURCE_REPORTS = ListPage(
    name="verification.source_reports",
    title=_("比对与校验报告"),
    table=ReportTable,
    parents=((_("运维管理"), ""),),
    tabs=SOURCE_CORRECTIONS.tabs,
)


@source_page
@require_GET
def source_corrections(request: HttpRequest) -> HttpResponseBase:
    """What failed reports about the discharger's points lead to."""
    return corrections_shown(request, SOURCE_CORRECTIONS, base=SOURCE_BASE, exclude=("discharger",))


@source_page
@require_GET
def source_reports(request: HttpRequest) -> HttpResponseBase:
    """The reports about the discharger's points."""
    form = ReportQuery(request.GET)
    rows = reports(**cleaned_query(form))
    context = {"base": "/source/reports/"}
    return SOURCE_REPORTS.answer(
        request, rows, form=form, exclude=("discharger",), table_context=context
    )


@source_page
@require_GET
def source_report(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """One of them, to read."""
    report = report_or_404(report_id)
    parents = (*SOURCE_REPORTS.parents, (SOURCE_REPORTS.title, "/source/reports/"))
    return report_shown(request, report, parents=parents, base="/source/reports/")


def report_shown(
    request: HttpRequest, report: Report, *, error: DomainError | None = None, **context: Any
) -> HttpResponse:
    """Show a report with its tabs; `context` says what may be done with it."""
    held = with_parts(report)
    tab = request.GET.get("tab", "")
    if tab not in dict(TABS):
        tab = TABS[0][0]
    findings, gone = findings_shown(held)
    titles = original_titles(held)
    originals = [(titles.get(row.kind, row.kind), row) for row in held.originals.all()]
    form, current = form_named(held.form), None if held.submitted_at else form_to_move_to(held)
    page = {
        "title": held.number,
        "report": held,
        "tabs": TABS,
        "tab": tab,
        "findings": findings,
        "gone": gone,
        "instruments": _instruments(held) if tab == "instruments" else [],
        "tests": _tests(held) if tab == "tests" else [],
        "checklist": checklist(held) if tab == "basics" else [],
        "kinds": original_kinds(held),
        "originals": originals,
        "lines": report_history(held) if tab == "history" else [],
        "editions": editions_of(held),
        "certified": certificate_signature_of(held) if tab == "signing" else None,
        "exceptions": exceptions_of(held) if tab == "signing" else [],
        "file_remarks": file_remarks(held) if tab == "basics" and held.file_id else None,
        "file_problem": file_problem(held) if tab == "tests" and held.file_id else "",
        "kept": _kept(held),
        "correction": getattr(held, "correction", None),
        "form_title": form_text(form) if form else held.form,
        "form_to_move_to": current,
        "form_to_move_to_title": form_text(current) if current else "",
        "has_word": bool(form and form.word),
        "error": error,
        "remark_labels": REMARKABLE,
        **context,
    }
    status = error.status if error else 200
    return render(request, "verification/report.html", page, status=status)


def _kept(report: Report) -> str:
    """Return until when a report is kept, and what asks for how long."""
    if report.keep_until is None:
        return ""
    held = retention()
    words = {
        "day": report.keep_until,
        "basis": held.basis,
        "clause": held.clause,
        "provenance": provenance_text(held.provenance),
    }
    return gettext("%(day)s（%(basis)s，%(clause)s，%(provenance)s）") % words


def _instruments(report: Report) -> list[tuple[ReportInstrument, str]]:
    """Return the instruments, each with its key parameters in words."""
    labels = setting_labels()
    return [
        (
            row,
            "、".join(
                f"{labels.get(SETTINGS + key, key)} {value}"
                for key, value in row.snapshot.get("settings", {}).items()
            ),
        )
        for row in report.instruments.all()
    ]


def _tests(report: Report) -> list[dict[str, Any]]:
    """Return the tests as they are shown: readings beside what they compute to."""
    form = form_named(report.form)
    remarks = test_remarks(report) if report.file_id else {}
    shown = []
    for row in report.tests.all():
        spec = spec_of(form, row.test) if form else None
        columns = list(spec.columns) if spec else []
        said = remarks.get((row.test, row.parameter), {})
        shown.append(
            {
                "row": row,
                "unit": unit_text(row.unit),
                "spec": spec,
                "columns": columns,
                "lines": [
                    (
                        [line.get(one.key, "") for one in columns],
                        line.get("excluded", ""),
                        said.get(f"readings.{number}", ""),
                    )
                    for number, line in enumerate(row.readings, start=1)
                ],
                "fields": [
                    (one, row.values.get(one.key, "")) for one in (spec.fields if spec else ())
                ],
                "quantities": [
                    (
                        one,
                        unit_text(one["unit"]),
                        row.declared.get(one["key"], ""),
                        said.get(f"declared.{one['key']}", ""),
                    )
                    for one in row.results.get("quantities", [])
                ],
                "steps": [
                    (step, unit_text(step.get("unit"))) for step in row.results.get("steps", [])
                ],
                "said_of_verdict": said.get("declared_verdict", ""),
                "said_of_rows": said.get("readings", ""),
                "verdict": VERDICT_TITLES.get(row.verdict, row.verdict),
                "provenance": provenance_text(row.results["provenance"]) if row.results else "",
            }
        )
    return shown
