"""排口树: outlets and points of a source, a part at a time, so that 500 points stay quick."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from yunjian.instruments.models import Instrument, InstrumentRevision
from yunjian.instruments.models.filing import OPEN_STATES, InstrumentKind, RevisionState
from yunjian.kernel.clock import today
from yunjian.records.filters import text_filter
from yunjian.sources.models import MonitoringPoint, Outlet, PollutionSource
from yunjian.sources.models.places import Medium

MOST_OUTLETS = 40
MOST_POINTS = 50
# of a source with so few points nothing is folded
FEW_POINTS = 30


@dataclass(frozen=True, slots=True)
class PointNode:
    """A point in the tree: how many of its parameters are on file, and what is under way."""

    point: MonitoringPoint
    filed: int
    pending: int
    returned: int

    @property
    def wanted(self) -> int:
        """Return how many analysers are to be on file."""
        return len(self.point.parameters)

    @property
    def state(self) -> str:
        """Return the state that the dot shows."""
        if self.point.is_closed:
            return "closed"
        if self.returned:
            return "returned"
        if self.pending:
            return "submitted"
        return "filed" if self.filed >= self.wanted else "attention"

    @property
    def state_text(self) -> str:
        """Return the state in words."""
        return {
            "closed": _("已关闭"),
            "returned": _("有退回"),
            "submitted": _("待审核"),
            "filed": _("已备案"),
        }.get(self.state) or _("未备齐 %(filed)s/%(wanted)s") % {
            "filed": self.filed,
            "wanted": self.wanted,
        }


@dataclass(frozen=True, slots=True)
class OutletNode:
    """An outlet in the tree; `points` is None as long as it is folded."""

    outlet: Outlet
    total: int
    pending: int
    points: list[PointNode] | None
    more: UUID | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """The outlets of a kind: the first ones, and after which code the others follow."""

    kind: str
    title: str
    total: int
    outlets: list[OutletNode]
    more: str = ""


def outlet_tree(
    source: PollutionSource, *, search: str = "", chosen: MonitoringPoint | None = None
) -> list[Branch]:
    """Return the tree of a source, wastewater first as permits list it.

    Only the outlet of the chosen point has its points, unless there are few in all. With `search`
    only outlets and points whose code, name or MN code holds the text are there, with points.
    """
    rows = _outlets_found(source, search)
    totals = _numbers(rows, "kind")
    pages = {kind: _page(rows.filter(kind=kind), chosen) for kind in Medium if totals.get(kind)}
    number = MonitoringPoint.objects.filter(outlet__source=source).count()
    shown = [outlet for page, _more in pages.values() for outlet in page]
    result = _points_found(shown, search) if search or number <= FEW_POINTS else {}
    nodes = {node.outlet.pk: node for node in _outlet_nodes(shown, result, chosen)}
    return [
        Branch(kind, str(kind.label), totals[kind], [nodes[row.pk] for row in page], more)
        for kind, (page, more) in pages.items()
    ]


def branch_of(source: PollutionSource, kind: str, *, search: str, after: str) -> Branch:
    """Return the outlets of a kind that follow a code."""
    rows = _outlets_found(source, search).filter(kind=kind)
    page, more = _page(rows.filter(code__gt=after), None)
    result = _points_found(page, search) if search else {}
    return Branch(kind, "", len(page), _outlet_nodes(page, result, None), more)


def _page(rows: QuerySet[Outlet], chosen: MonitoringPoint | None) -> tuple[list[Outlet], str]:
    """Return the first outlets, that of the chosen point among them, and the last one's code."""
    page = list(rows.order_by("code")[: MOST_OUTLETS + 1])
    shown = page[:MOST_OUTLETS]
    more = shown[-1].code if len(page) > MOST_OUTLETS else ""
    if more and chosen is not None and all(row.pk != chosen.outlet_id for row in shown):
        shown += list(rows.filter(pk=chosen.outlet_id))
    return shown, more


def _outlets_found(source: PollutionSource, search: str) -> QuerySet[Outlet]:
    """Return the outlets whose code or name, or one of whose points, holds the text."""
    rows: QuerySet[Outlet] = Outlet.objects.filter(source=source)
    if search:
        points = MonitoringPoint.objects.filter(_point_found(search), outlet=OuterRef("pk"))
        rows = rows.filter(text_filter(search, "code", "name") | Q(Exists(points)))
    return rows


def _point_found(search: str) -> Q:
    return text_filter(search, "name", "mn_code")


def _outlet_nodes(
    outlets: Sequence[Outlet],
    results: dict[UUID, list[PointNode]],
    chosen: MonitoringPoint | None,
) -> list[OutletNode]:
    keys = [outlet.pk for outlet in outlets]
    totals = _numbers(MonitoringPoint.objects.filter(outlet__in=keys), "outlet")
    pending = _numbers(
        InstrumentRevision.objects.filter(
            instrument__point__outlet__in=keys, state=RevisionState.SUBMITTED
        ),
        "instrument__point__outlet",
    )
    nodes = []
    for outlet in outlets:
        points, more = results.get(outlet.pk), None
        if points is None and chosen is not None and outlet.pk == chosen.outlet_id:
            points, more = _points_around(outlet, chosen)
        number = pending.get(outlet.pk, 0)
        nodes.append(OutletNode(outlet, totals.get(outlet.pk, 0), number, points, more))
    return nodes


def _numbers(rows: QuerySet[Any], *by: str) -> dict[Any, int]:
    """Return how many rows there are by the value of a column, or by those of several."""
    counted = rows.order_by().values_list(*by).annotate(n=Count("pk"))
    return {key[0] if len(by) == 1 else tuple(key): number for *key, number in counted}


def _points_found(outlets: Sequence[Outlet], search: str) -> dict[UUID, list[PointNode]]:
    keys = [outlet.pk for outlet in outlets]
    by_outlet = text_filter(search, "outlet__code", "outlet__name")
    rows = MonitoringPoint.objects.filter(_point_found(search) | by_outlet, outlet__in=keys)
    results: dict[UUID, list[PointNode]] = {key: [] for key in keys}
    for node in point_nodes(rows.order_by("outlet__code", "name", "id")[:MOST_POINTS]):
        results[node.point.outlet_id].append(node)
    return results


def _points_around(outlet: Outlet, chosen: MonitoringPoint) -> tuple[list[PointNode], UUID | None]:
    """Return the first points of the outlet; the chosen one is there, wherever it stands."""
    nodes, more = points_of_outlet(outlet)
    if all(node.point.pk != chosen.pk for node in nodes):
        nodes += point_nodes([chosen])
    return nodes, more


def points_of_outlet(
    outlet: Outlet, *, after: MonitoringPoint | None = None
) -> tuple[list[PointNode], UUID | None]:
    """Return the points of an outlet that follow one, and after which the others follow."""
    rows = MonitoringPoint.objects.filter(outlet=outlet).order_by("name", "id")
    if after is not None:
        rows = rows.filter(Q(name__gt=after.name) | Q(name=after.name, id__gt=after.pk))
    page = list(rows[: MOST_POINTS + 1])
    more = page[MOST_POINTS - 1].pk if len(page) > MOST_POINTS else None
    return point_nodes(page[:MOST_POINTS]), more


def point_nodes(points: Iterable[MonitoringPoint]) -> list[PointNode]:
    """Return points as the tree shows them; two queries, however many there are."""
    rows = list(points)
    keys = [point.pk for point in rows]
    filed: dict[UUID, set[str]] = defaultdict(set)
    standing = Instrument.objects.filter(
        point__in=keys, kind=InstrumentKind.ANALYZER, period__contains=today()
    )
    for key, slot in standing.order_by().values_list("point", "slot"):
        filed[key].add(slot)
    revisions = _open_revisions().filter(instrument__point__in=keys)
    under_way = _numbers(revisions, "instrument__point", "state")
    return [
        PointNode(
            point,
            len(filed[point.pk].intersection(point.parameters)),
            under_way.get((point.pk, RevisionState.SUBMITTED), 0),
            under_way.get((point.pk, RevisionState.RETURNED), 0),
        )
        for point in rows
    ]


def _open_revisions() -> QuerySet[InstrumentRevision]:
    """Return what is being filed: open versions, and returned ones that no newer one follows."""
    newer = InstrumentRevision.objects.filter(
        instrument=OuterRef("instrument"), number__gt=OuterRef("number")
    )
    rows: QuerySet[InstrumentRevision] = InstrumentRevision.objects.filter(
        Q(state__in=OPEN_STATES) | Q(Q(state=RevisionState.RETURNED) & ~Exists(newer))
    )
    return rows


def first_point(source: PollutionSource) -> MonitoringPoint | None:
    """Return the point that is shown when nobody chose one: the first of the tree."""
    rows = MonitoringPoint.objects.filter(outlet__source=source).select_related("outlet")
    # "wastewater" comes after "flue_gas" in the alphabet, before it in the tree
    first: MonitoringPoint | None = rows.order_by("-kind", "outlet__code", "name", "id").first()
    return first
