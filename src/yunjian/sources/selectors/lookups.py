"""One row by its id, or 404: for pages and API alike."""

from uuid import UUID

from yunjian.access.scope import get_visible_or_404
from yunjian.sources.models import EmissionLimit, MonitoringPoint, Outlet, PollutionSource


def source_or_404(source_id: UUID | str) -> PollutionSource:
    """Return a source with its district and discharger."""
    rows = PollutionSource.objects.select_related("district", "organization")
    return get_visible_or_404(PollutionSource, source_id, queryset=rows)


def outlet_or_404(outlet_id: UUID | str) -> Outlet:
    """Return an outlet with its source."""
    rows = Outlet.objects.select_related("source")
    return get_visible_or_404(Outlet, outlet_id, queryset=rows)


def point_or_404(point_id: UUID | str) -> MonitoringPoint:
    """Return a point with its discharger, outlet and source."""
    rows = MonitoringPoint.objects.select_related("organization", "outlet__source")
    return get_visible_or_404(MonitoringPoint, point_id, queryset=rows)


def limit_or_404(limit_id: UUID | str) -> EmissionLimit:
    """Return an emission limit with its outlet and source."""
    rows = EmissionLimit.objects.select_related("outlet__source")
    return get_visible_or_404(EmissionLimit, limit_id, queryset=rows)
