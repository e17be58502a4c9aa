"""到期情况: what is owed at a point, when it is due, and what happened there."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from yunjian.maintenance.selectors.duties import point_duties
from yunjian.maintenance.tables.duties import DutyTable, OutOfControlTable
from yunjian.sources.selectors import point_or_404
from yunjian.web.guards import AGENCY_PORTAL, SOURCE_PORTAL, SUPERVISION_PORTAL, only_with


@only_with(AGENCY_PORTAL, SOURCE_PORTAL, SUPERVISION_PORTAL)
@require_GET
def duties(request: HttpRequest, point_id: UUID) -> HttpResponse:
    """Show what is owed at a point by the records that the acting person may see."""
    point = point_or_404(point_id)
    stood = point_duties(point)
    context = {
        "title": _("%(point)s 到期情况") % {"point": point.name},
        "point": point,
        "stood": stood,
        "duties": DutyTable(stood.duties) if stood else None,
        "out_of_control": OutOfControlTable(stood.out_of_control) if stood else None,
    }
    return render(request, "maintenance/duties.html", context)
