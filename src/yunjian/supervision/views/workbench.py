"""工作台, and the plain pages beside it: agencies, chains, permissions."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from yunjian.access.actor import current_actor
from yunjian.agencies.models.filing import FilingState
from yunjian.evidence.log import log_state
from yunjian.evidence.models import ChainCheck
from yunjian.evidence.services import chain_check_ask
from yunjian.instruments.selectors import filing_queue
from yunjian.kernel.clock import today
from yunjian.kernel.languages import Text
from yunjian.library.models.sheets import Verdict
from yunjian.maintenance.selectors.ledger import visit_counts, visits_by_day
from yunjian.maintenance.selectors.visits import visits_visible
from yunjian.maintenance.tables.visits import LatestVisitTable
from yunjian.records.actors import with_actors
from yunjian.supervision.forms import AgencyQuery
from yunjian.supervision.policies import CHECK_CHAINS, SEE_PERMISSIONS
from yunjian.supervision.selectors.permissions import matrix
from yunjian.supervision.selectors.workbench import (
    agencies_found,
    agency_filings,
    latest_events,
)
from yunjian.supervision.tables import AgencyTable
from yunjian.web.guards import authority_page, only_with
from yunjian.web.lists import ListPage, cleaned_query

LATEST_VISITS = 12
CHART_DAYS = 14
CHART_SERIES: list[tuple[Text, str, list[str]]] = [
    (_("合格"), "#3d9a63", [Verdict.PASS]),
    (_("有异常、需校准"), "#e0a030", [Verdict.ATTENTION, Verdict.CALIBRATE, Verdict.UNKNOWN]),
    (_("失控、不合格"), "#d0453f", [Verdict.OUT_OF_CONTROL, Verdict.FAIL]),
    (_("进行中"), "#9fb3c8", [""]),
]


@authority_page
@require_GET
def workbench(request: HttpRequest) -> HttpResponseBase:
    """What waits for the authority, and what happened last."""
    counts = visit_counts()
    ledger = reverse("supervision:ledger")
    day, week = today(), today() - timedelta(days=6)
    instruments = filing_queue(tab="pending").count()
    agency_side = agency_filings(state=FilingState.SUBMITTED).count()
    cards = [
        (_("待审仪器备案"), instruments, reverse("supervision:filings"), False),
        (_("待审机构备案"), agency_side, reverse("supervision:agency_filings"), False),
        (_("今日运维"), counts["today"], f"{ledger}?since={day}&until={day}", False),
        (_("待确认"), counts["waiting"], f"{ledger}?state=submitted", False),
        (_("超期未确认"), counts["late"], f"{ledger}?state=late", True),
        (_("有异议"), counts["objected"], f"{ledger}?state=objected", True),
        (_("近 7 日失控或不合格"), counts["bad"], f"{ledger}?since={week}&verdict=bad", True),
    ]
    context = {
        "title": _("工作台"),
        "cards": cards,
        "today": day,
        "chart": _chart(),
        "table": LatestVisitTable(visits_visible()[:LATEST_VISITS], base=ledger),
    }
    return render(request, "supervision/workbench/workbench.html", context)


def _chart() -> dict[str, Any]:
    """Return the last two weeks by verdict, as the page's chart reads it."""
    days = visits_by_day(CHART_DAYS)
    return {
        "labels": [f"{day.on:%m-%d}" for day in days],
        "series": [
            {
                "name": str(label),
                "colour": colour,
                "values": [sum(day.verdicts.get(one, 0) for one in verdicts) for day in days],
            }
            for label, colour, verdicts in CHART_SERIES
        ],
    }


AGENCIES = ListPage(name="supervision.agencies", title=_("机构"), table=AgencyTable)


@authority_page
@require_GET
def agencies(request: HttpRequest) -> HttpResponseBase:
    """List the agencies."""
    form = AgencyQuery(request.GET)
    return AGENCIES.answer(request, agencies_found(**cleaned_query(form)), form=form)


@authority_page
@require_GET
def evidence(request: HttpRequest) -> HttpResponse:
    """What the log signed last, what happened last, and what the last walk found."""
    context = {
        "title": _("证据链"),
        "log": log_state(),
        "events": with_actors(latest_events()),
        "check": ChainCheck.objects.first(),
    }
    return render(request, "supervision/evidence.html", context)


@authority_page
@require_GET
def evidence_check(request: HttpRequest) -> HttpResponse:
    """Return the part of the page that tells of the last walk; asked again while it runs."""
    check = ChainCheck.objects.first()
    return render(request, "supervision/_chain_check.html", {"check": check})


@only_with(CHECK_CHAINS)
@require_POST
def evidence_verify(request: HttpRequest) -> HttpResponse:
    """Have everything walked."""
    chain_check_ask(actor=current_actor())
    return redirect("supervision:evidence")


@only_with(SEE_PERMISSIONS)
@require_GET
def permissions(request: HttpRequest) -> HttpResponse:
    """Show who may do what, from the very tables that are checked."""
    context = {"title": _("权限矩阵"), "matrix": matrix()}
    return render(request, "supervision/permissions.html", context)
