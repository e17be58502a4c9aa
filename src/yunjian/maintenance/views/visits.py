"""现场运维 in the agency portal and 运维确认 in the source portal: lists and one visit."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from yunjian.access.actor import current_actor
from yunjian.maintenance.documents.workbooks import record_workbook
from yunjian.maintenance.forms.visits import VisitQuery
from yunjian.maintenance.policies.visits import may_fill
from yunjian.maintenance.selectors.ledger import visit_shown, visits_found
from yunjian.maintenance.services.copies import copy_of_record
from yunjian.maintenance.tables.visits import VisitTable
from yunjian.web.excel import xlsx
from yunjian.web.guards import agency_page, source_page
from yunjian.web.lists import ListPage, cleaned_query
from yunjian.web.responses import pdf

TITLES = {"agency": (_("任务管理"), _("现场运维")), "source": (_("运维管理"), _("运维确认"))}
LISTS = {
    portal: ListPage(
        name=f"maintenance.{portal}_visits", title=title, table=VisitTable, parents=((group, ""),)
    )
    for portal, (group, title) in TITLES.items()
}


@require_GET
@agency_page
def agency_visits(request: HttpRequest) -> HttpResponseBase:
    """What the agency's engineers did on site."""
    return _list(request, "agency", hidden="agency")


@require_GET
@source_page
def source_visits(request: HttpRequest) -> HttpResponseBase:
    """What was done at the discharger's points."""
    return _list(request, "source", hidden="discharger")


@require_GET
@agency_page
def agency_visit(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """One visit of the agency."""
    return _detail(request, "agency", visit_id)


@require_GET
@source_page
def source_visit(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """One visit to the discharger."""
    return _detail(request, "source", visit_id)


@require_GET
@agency_page
def agency_copy(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The copy of record for the agency."""
    return _copy(request, visit_id)


@require_GET
@source_page
def source_copy(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The copy of record for the discharger."""
    return _copy(request, visit_id)


@require_GET
@agency_page
def agency_workbook(request: HttpRequest, visit_id: UUID) -> HttpResponseBase:
    """The record sheets as Excel."""
    return xlsx(f"{visit_id}.xlsx", record_workbook(visit_shown(visit_id)))


@require_GET
@source_page
def source_workbook(request: HttpRequest, visit_id: UUID) -> HttpResponseBase:
    """The record sheets as Excel."""
    return xlsx(f"{visit_id}.xlsx", record_workbook(visit_shown(visit_id)))


def _list(request: HttpRequest, portal: str, *, hidden: str) -> HttpResponseBase:
    form = VisitQuery(request.GET)
    del form.fields[hidden]  # one's own name finds everything
    rows = visits_found(**cleaned_query(form))
    return LISTS[portal].answer(request, rows, form=form, exclude=(hidden,))


def _detail(request: HttpRequest, portal: str, visit_id: UUID) -> HttpResponse:
    shown = visit_shown(visit_id)
    group, title = TITLES[portal]
    context = {
        "shown": shown,
        "visit": shown.detail.visit,
        "group": group,
        "title": title,
        "list_url": f"/{portal}/visits/",
        "can_fill": may_fill(current_actor(), shown.detail.visit),
    }
    return render(request, "maintenance/visits/detail.html", context)


def _copy(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    actor = current_actor()
    return pdf(str(visit_id), copy_of_record(actor=actor, visit_id=visit_id))
