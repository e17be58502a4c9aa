"""工作台, and the plain lists beside it: agencies, sources, chains."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from yunjian.evidence.services import verify_chains
from yunjian.kernel.actor import current_actor
from yunjian.kernel.clock import today
from yunjian.maintenance.selectors.ledger import visit_counts
from yunjian.maintenance.selectors.visits import visits_visible
from yunjian.maintenance.tables.visits import VisitTable
from yunjian.sources.selectors import filing_queue, sources_visible
from yunjian.supervision.forms import AgencyQuery, SourceQuery
from yunjian.supervision.selectors import agencies_found, chain_heads, latest_events
from yunjian.supervision.tables import AgencyTable, SourceTable
from yunjian.supervision.views.filings import authority_page
from yunjian.web.excel import Column, stream_xlsx
from yunjian.web.paging import key_page

LATEST_VISITS = 12


@authority_page
@require_GET
def workbench(request: HttpRequest) -> HttpResponseBase:
    """What waits for the authority, and what happened last."""
    counts = visit_counts()
    ledger = reverse("supervision:ledger")
    day = today().isoformat()
    cards = [
        ("待审备案", filing_queue(tab="pending").count(), reverse("supervision:filings"), False),
        ("今日运维", counts["today"], f"{ledger}?since={day}&until={day}", False),
        ("待确认", counts["waiting"], f"{ledger}?state=submitted", False),
        ("超期未确认", counts["late"], f"{ledger}?state=late", True),
        ("有异议", counts["objected"], f"{ledger}?state=objected", True),
    ]
    context = {"cards": cards, "today": today(), "table": _latest(request, ledger)}
    return render(request, "supervision/workbench/workbench.html", context)


def _latest(request: HttpRequest, ledger: str) -> VisitTable:
    rows = list(visits_visible()[:LATEST_VISITS])
    return VisitTable(rows, request=request, exclude=("outlet", "submitted"), base=ledger)


@authority_page
@require_GET
def agencies(request: HttpRequest) -> HttpResponseBase:
    """List the agencies."""
    form = AgencyQuery(request.GET)
    rows = agencies_found(**(form.cleaned_data if form.is_valid() else {}))
    if request.GET.get("format") == "xlsx":
        columns: list[Column] = [
            ("机构名称", "name"),
            ("统一社会信用代码", "uscc"),
            ("所在区", "district.name"),
            ("有效合同", "contract_count"),
            ("近 30 天运维", "visit_count"),
            ("状态", "get_status_display"),
        ]
        return stream_xlsx("机构.xlsx", columns, rows.iterator())
    page = key_page(rows, request)
    return _list(request, "机构", form, page, AgencyTable(page.rows, request=request))


@authority_page
@require_GET
def sources(request: HttpRequest) -> HttpResponseBase:
    """List the sources of the authority's districts."""
    form = SourceQuery(request.GET, actor=current_actor())
    asked = form.cleaned_data if form.is_valid() else {}
    rows = sources_visible(**asked).select_related("district", "organization")
    if request.GET.get("format") == "xlsx":
        columns: list[Column] = [
            ("污染源编码", "code"),
            ("排污单位", "organization.name"),
            ("污染源名称", "name"),
            ("所属区", "district.name"),
            ("地址", "address"),
            ("行业类别", "industry_name"),
            ("管理类别", "get_management_level_display"),
            ("排口", "outlet_count"),
            ("测点", "point_count"),
        ]
        return stream_xlsx("排污单位.xlsx", columns, rows.iterator())
    page = key_page(rows, request)
    return _list(request, "排污单位", form, page, SourceTable(page.rows, request=request))


def _list(
    request: HttpRequest, title: str, form: object, page: object, table: object
) -> HttpResponse:
    context = {"title": title, "filter_form": form, "page": page, "table": table}
    return render(request, "supervision/list.html", context)


@authority_page
@require_GET
def evidence(request: HttpRequest) -> HttpResponse:
    """Where the chains stand, and what was appended last."""
    return _evidence(request, None)


@authority_page
@require_POST
def evidence_verify(request: HttpRequest) -> HttpResponse:
    """Walk the chains and say what was found."""
    return _evidence(request, verify_chains())


def _evidence(request: HttpRequest, report: object) -> HttpResponse:
    context = {"heads": chain_heads(), "events": latest_events(), "report": report}
    return render(request, "supervision/evidence.html", context)
