"""How the rules see a point, and what held at its outlet, on a day."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from yunjian.kernel.clock import today
from yunjian.sources.models import EmissionLimit, MonitoringPoint, Outlet, PointRevision
from yunjian.standards.rules import PointDescription


def description_of(point: MonitoringPoint) -> PointDescription:
    """Return a point as the rules see it today."""
    return _described(point, point)


def descriptions_on(
    points: Iterable[MonitoringPoint], day: date
) -> dict[UUID, PointDescription | None]:
    """Return how the rules saw points on a day; None where there was no point in use.

    One query. Points that nobody described by day are as they are today.
    """
    rows = list(points)
    described: dict[UUID, list[PointRevision]] = {}
    revisions = PointRevision.unscoped().filter(point__in=[point.pk for point in rows])
    for revision in revisions.order_by("number"):
        described.setdefault(revision.point_id, []).append(revision)
    return {point.pk: _description_on(point, described.get(point.pk), day) for point in rows}


def _description_on(
    point: MonitoringPoint, revisions: list[PointRevision] | None, day: date
) -> PointDescription | None:
    if not revisions:
        return description_of(point)
    return next((_described(point, row) for row in revisions if day in row.period), None)


def _described(
    point: MonitoringPoint, revision: PointRevision | MonitoringPoint
) -> PointDescription:
    return PointDescription(
        kind=point.kind,
        sampling_method=revision.sampling_method or None,
        parameters=tuple(revision.parameters),
        automatic_calibration=revision.automatic_calibration,
    )


def revisions_of(point: MonitoringPoint) -> list[PointRevision]:
    """Return how a point was described, the newest first."""
    rows = PointRevision.objects.filter(point=point).select_related("made_by")
    return list(rows.order_by("-number"))


def limits_on(outlet: Outlet, day: date | None = None) -> list[EmissionLimit]:
    """Return the emission limits that held at an outlet on a day (today by default)."""
    rows = EmissionLimit.objects.filter(outlet=outlet, period__contains=day or today())
    return list(rows.order_by("parameter", "standard"))


def limits_of(outlet: Outlet) -> list[EmissionLimit]:
    """Return every emission limit of an outlet, those without an end first."""
    rows = EmissionLimit.objects.filter(outlet=outlet)
    ordered = rows.order_by("parameter", "standard", "-period")
    return sorted(ordered, key=lambda limit: limit.period.upper is not None)
