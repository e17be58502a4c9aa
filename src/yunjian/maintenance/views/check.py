"""查验: whoever holds a printed copy may see whether it is genuine."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from yunjian.access.actor import acting_as, system_actor
from yunjian.evidence.services import verify_object
from yunjian.maintenance.models import Visit


def check(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Show the digest, state and times of a visit, and whether its seals hold.

    Public: it names no person, and shows nothing that the copy itself does not show.
    """
    with acting_as(system_actor("查验")):
        visit = (
            Visit.objects.exclude(content_digest="")
            .select_related("agency", "discharger", "point")
            .filter(pk=visit_id)
            .first()
        )
        if visit is None:
            raise Http404
        report = verify_object(visit)
    return render(request, "maintenance/check.html", {"visit": visit, "report": report})
