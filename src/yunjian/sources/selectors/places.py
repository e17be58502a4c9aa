"""Reads of sources, and of the tree of outlets and points below one."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from yunjian.kernel.clock import today
from yunjian.sources.models import (
    Instrument,
    InstrumentRevision,
    MonitoringPoint,
    Outlet,
    PollutionSource,
)
from yunjian.sources.models.filing import OPEN_STATES, InstrumentKind
from yunjian.sources.models.places import Medium


def sources_visible(
    *, keyword: str = "", district: str = "", management_level: str = "", medium: str = ""
) -> QuerySet[PollutionSource]:
    """Return the sources that the acting actor sees, with counts of outlets and points.

    `keyword` looks into code, name, address and permit number.
    """
    rows = PollutionSource.objects.select_related("district")
    if keyword:
        rows = rows.filter(
            Q(code__icontains=keyword)
            | Q(name__icontains=keyword)
            | Q(address__icontains=keyword)
            | Q(permit_number__icontains=keyword)
        )
    if district:
        rows = rows.filter(district_id=district)
    if management_level:
        rows = rows.filter(management_level=management_level)
    if medium:
        rows = rows.filter(Exists(Outlet.objects.filter(source=OuterRef("pk"), kind=medium)))
    outlets = Outlet.objects.filter(source=OuterRef("pk")).order_by()
    points = MonitoringPoint.objects.filter(outlet__source=OuterRef("pk")).order_by()
    counted: QuerySet[PollutionSource] = rows.annotate(
        outlet_count=_count(outlets, "source"), point_count=_count(points, "outlet__source")
    )
    return counted


def _count(rows: QuerySet[Outlet] | QuerySet[MonitoringPoint], by: str) -> Coalesce:
    counted = rows.values(by).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


@dataclass(frozen=True, slots=True)
class PointNode:
    """A point in the tree, with the instruments that stand there today and what is pending."""

    point: MonitoringPoint
    analyzers: int
    samplers: int
    pending: int


@dataclass(frozen=True, slots=True)
class OutletNode:
    """An outlet in the tree, with its points."""

    outlet: Outlet
    points: list[PointNode]


def outlet_tree(source: PollutionSource) -> list[OutletNode]:
    """Return the outlets and points of a source; three queries, however many there are."""
    standing = _instruments_by_point(source)
    nodes: dict[UUID, list[PointNode]] = {}
    points = MonitoringPoint.objects.filter(outlet__source=source).order_by("name", "id")
    for point in points:
        counts = standing.get(point.pk, {})
        node = PointNode(
            point,
            counts.get("analyzers", 0),
            counts.get("samplers", 0),
            counts.get("pending", 0),
        )
        nodes.setdefault(point.outlet_id, []).append(node)
    outlets = Outlet.objects.filter(source=source)
    # wastewater first: that is how permits list them
    ordered = sorted(outlets, key=lambda outlet: (outlet.kind != Medium.WASTEWATER, outlet.code))
    return [OutletNode(outlet, nodes.get(outlet.pk, [])) for outlet in ordered]


def _instruments_by_point(source: PollutionSource) -> dict[UUID, dict[str, int]]:
    in_use = Q(period__contains=today())
    open_revisions = InstrumentRevision.objects.filter(
        instrument=OuterRef("pk"), state__in=OPEN_STATES
    )
    rows = (
        Instrument.objects.filter(point__outlet__source=source)
        .annotate(is_pending=Exists(open_revisions))
        .order_by()
        .values("point")
        .annotate(
            analyzers=Count("pk", filter=in_use & Q(kind=InstrumentKind.ANALYZER)),
            samplers=Count("pk", filter=in_use & Q(kind=InstrumentKind.SAMPLER)),
            pending=Count("pk", filter=Q(is_pending=True)),
        )
    )
    return {row["point"]: row for row in rows}
