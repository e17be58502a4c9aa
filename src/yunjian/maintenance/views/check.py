"""查验: whoever holds a printed copy may see whether it is genuine."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from yunjian.access.actor import acting_as, system_actor
from yunjian.evidence.services import verify_object
from yunjian.maintenance.models import Visit


def check(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Show the digest, state and times of a visit, and whether its seals hold.

    Public: it names no person, and shows nothing that the copy itself does not show.
    """
    with acting_as(system_actor("查验")):
        handed_in = Visit.objects.exclude(content_digest="")
        visit = get_object_or_404(
            handed_in.select_related("agency", "discharger", "point"), pk=visit_id
        )
        report = verify_object(visit)
    return render(request, "maintenance/check.html", {"visit": visit, "report": report})
