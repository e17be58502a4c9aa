"""运维台账: every visit of the authority's districts, and one with everything about it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from yunjian.access.actor import current_actor
from yunjian.access.scope import get_visible_or_404
from yunjian.evidence.services import verify_object
from yunjian.maintenance.documents.workbooks import record_workbook
from yunjian.maintenance.models import Visit
from yunjian.maintenance.selectors.ledger import visit_detail, visits_found
from yunjian.maintenance.services.copies import copy_of_record
from yunjian.maintenance.tables.visits import VisitTable
from yunjian.records.actors import with_actors
from yunjian.supervision.forms import LedgerQuery
from yunjian.web.excel import xlsx
from yunjian.web.guards import authority_page
from yunjian.web.lists import ListPage, cleaned_query
from yunjian.web.responses import pdf

LEDGER = ListPage(name="supervision.ledger", title=_("运维台账"), table=VisitTable)


@authority_page
@require_GET
def ledger(request: HttpRequest) -> HttpResponseBase:
    """List the visits."""
    form = LedgerQuery(request.GET, actor=current_actor())
    return LEDGER.answer(request, visits_found(**cleaned_query(form)), form=form)


@authority_page
@require_GET
def visit(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Show one visit."""
    detail = visit_detail(visit_id)
    row = detail.visit
    parents = ((LEDGER.title, reverse("supervision:ledger")),)
    context = {"title": row.point.name, "parents": parents, "detail": detail, "visit": row}
    return render(request, "supervision/ledger/visit.html", context)


@authority_page
@require_GET
def verify(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Say whether the seals of a visit hold."""
    result = get_visible_or_404(Visit, visit_id)
    report = verify_object(result)
    context = {"visit": result, "report": report, "events": with_actors(report.events)}
    return render(request, "supervision/ledger/verify.html", context)


@authority_page
@require_GET
def copy(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Return the copy of record as PDF."""
    return pdf(str(visit_id), copy_of_record(actor=current_actor(), visit_id=visit_id))


@authority_page
@require_GET
def workbook(request: HttpRequest, visit_id: UUID) -> HttpResponseBase:
    """Return the record sheets as Excel."""
    return xlsx(f"{visit_id}.xlsx", record_workbook(visit_detail(visit_id)))
