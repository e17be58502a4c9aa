"""现场运维 in the agency portal and 运维确认 in the source portal: lists and one visit."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from yunjian.access.actor import current_actor
from yunjian.kernel.languages import Text
from yunjian.maintenance.documents.workbooks import record_workbook
from yunjian.maintenance.forms.visits import VisitQuery
from yunjian.maintenance.policies.visits import may_fill
from yunjian.maintenance.selectors.ledger import visit_detail, visits_found
from yunjian.maintenance.services.copies import copy_of_record
from yunjian.maintenance.tables.visits import VisitTable
from yunjian.web.excel import xlsx
from yunjian.web.guards import agency_page, source_page
from yunjian.web.lists import ListPage, cleaned_query
from yunjian.web.responses import pdf


class VisitPages:
    """The pages of visits in a portal; `own` is the party that everybody there belongs to."""

    def __init__(
        self, portal: str, guard: Callable[..., Any], group: Text, title: Text, *, own: str
    ) -> None:
        self.portal = portal
        self.guard = guard
        self.own = own
        self.page = ListPage(
            name=f"maintenance.{portal}_visits",
            title=title,
            table=VisitTable,
            parents=((group, ""),),
        )

    def urls(self) -> list[URLPattern]:
        """Return the addresses of the pages."""
        pages: list[tuple[str, str, Callable[..., HttpResponseBase]]] = [
            ("", "visits", self.list_page),
            ("<uuid:visit_id>/", "visit", self.detail_page),
            ("<uuid:visit_id>/record.xlsx", "workbook", self.workbook),
            ("<uuid:visit_id>/record.pdf", "copy", self.copy),
        ]
        return [
            path(
                f"{self.portal}/visits/{route}",
                require_GET(self.guard(view)),
                name=f"{self.portal}_{name}",
            )
            for route, name, view in pages
        ]

    def list_page(self, request: HttpRequest) -> HttpResponseBase:
        """What the agency's engineers did on site, or what was done at the discharger's points."""
        form = VisitQuery(request.GET)
        del form.fields[self.own]  # one's own name finds everything
        rows = visits_found(**cleaned_query(form))
        return self.page.answer(request, rows, form=form, exclude=(self.own,))

    def detail_page(self, request: HttpRequest, visit_id: UUID) -> HttpResponse:
        """One visit."""
        detail = visit_detail(visit_id)
        context = {
            "detail": detail,
            "visit": detail.visit,
            "group": self.page.parents[0][0],
            "title": self.page.title,
            "list_url": f"/{self.portal}/visits/",
            "can_fill": may_fill(current_actor(), detail.visit),
        }
        return render(request, "maintenance/visits/detail.html", context)

    def copy(self, _request: HttpRequest, visit_id: UUID) -> HttpResponse:
        """The copy of record."""
        return pdf(str(visit_id), copy_of_record(actor=current_actor(), visit_id=visit_id))

    def workbook(self, _request: HttpRequest, visit_id: UUID) -> HttpResponseBase:
        """The record sheets as Excel."""
        return xlsx(f"{visit_id}.xlsx", record_workbook(visit_detail(visit_id)))


AGENCY = VisitPages("agency", agency_page, _("任务管理"), _("现场运维"), own="agency")
SOURCE = VisitPages("source", source_page, _("运维管理"), _("运维确认"), own="discharger")
