"""企业排口: the tree of outlets and points at the left, the chosen point at the right."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from yunjian.access.actor import current_actor
from yunjian.instruments.models.filing import InstrumentKind
from yunjian.instruments.policies import may_file_instruments
from yunjian.instruments.selectors import instruments_of_point, point_on
from yunjian.instruments.selectors.tree import (
    Branch,
    PointNode,
    branch_of,
    first_point,
    outlet_tree,
    point_nodes,
    points_of_outlet,
)
from yunjian.instruments.tables import AnalyzerTable, SamplerTable
from yunjian.sources.fields import POINT
from yunjian.sources.models import MonitoringPoint, PollutionSource
from yunjian.sources.models.places import Medium
from yunjian.sources.policies import may_keep
from yunjian.sources.selectors import place_history, revisions_of
from yunjian.sources.selectors.lookups import outlet_or_404, point_or_404, source_or_404
from yunjian.standards.factors import factors
from yunjian.web.forms import DayQuery
from yunjian.web.guards import source_or_authority_page

TABS = {"analyzers": InstrumentKind.ANALYZER, "samplers": InstrumentKind.SAMPLER}
PANEL = "point-panel"


@source_or_authority_page
@require_GET
def outlets(request: HttpRequest, source_id: UUID) -> HttpResponseBase:
    """Show the outlets of a source; asked for the panel alone, answer with the panel alone."""
    source = source_or_404(source_id)
    point = _chosen(source, request.GET.get("point", ""))
    context: dict[str, Any] = {
        "source": source,
        "point": point,
        "may_keep": may_keep(current_actor(), source),
    }
    if _panel_only(request):
        if point is not None:
            context |= _panel(request, point, point_nodes([point])[0])
        response = render(request, "instruments/parts/point_panel.html", context)
    else:
        tree = outlet_tree(source, chosen=point)
        if point is not None:
            context |= _panel(request, point, _node(tree, point))
        response = render(request, "instruments/outlets.html", context | {"tree": tree})
    # one address, two answers: what a browser keeps of one must not stand in for the other
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _panel_only(request: HttpRequest) -> bool:
    restored = request.headers.get("HX-History-Restore-Request") == "true"
    return request.headers.get("HX-Target") == PANEL and not restored


def _chosen(source: PollutionSource, point_id: str) -> MonitoringPoint | None:
    if not point_id:
        return first_point(source)
    # a foreign id is answered like an unknown one, and reported
    point = point_or_404(point_id)
    if point.outlet.source_id != source.pk:
        raise Http404(_("没有找到您要的内容"))
    return point


def _node(tree: list[Branch], point: MonitoringPoint) -> PointNode:
    nodes = (
        node
        for branch in tree
        for outlet in branch.outlets
        for node in outlet.points or ()
        if node.point.pk == point.pk
    )
    return next(nodes, None) or point_nodes([point])[0]


def _panel(request: HttpRequest, point: MonitoringPoint, node: PointNode) -> dict[str, Any]:
    water = point.kind == Medium.WASTEWATER
    tab = "samplers" if request.GET.get("tab") == "samplers" and water else "analyzers"
    kind = TABS[tab]
    table_class = SamplerTable if kind == InstrumentKind.SAMPLER else AnalyzerTable
    return {
        "tab": tab,
        "kind": kind,
        "node": node,
        "tabs": [(name, one.label) for name, one in TABS.items() if water or name == "analyzers"],
        "may_file": may_file_instruments(current_actor(), point.organization_id)
        and not point.is_closed,
        "table": table_class(instruments_of_point(point, kind)),
        "factors": [factors(point.kind).get(name) or name for name in point.parameters],
    }


@source_or_authority_page
@require_GET
def tree(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """Answer a search in the tree, or with more of it: of a kind after a code."""
    source = source_or_404(source_id)
    query = request.GET
    search = query.get("q", "").strip()[:60]
    point = _chosen(source, query["point"]) if query.get("point") else None
    context: dict[str, Any] = {
        "source": source,
        "point": point,
        "may_keep": may_keep(current_actor(), source),
        "search": search,
    }
    if query.get("kind") in Medium.values and query.get("after"):
        branch = branch_of(source, query["kind"], search=search, after=query["after"])
        return render(request, "instruments/parts/tree_outlets.html", context | {"branch": branch})
    context["tree"] = outlet_tree(source, search=search, chosen=point)
    return render(request, "instruments/parts/tree.html", context)


@source_or_authority_page
@require_GET
def outlet_points(request: HttpRequest, outlet_id: UUID) -> HttpResponse:
    """Unfold an outlet in the tree, or show more of its points."""
    outlet = outlet_or_404(outlet_id)
    after = request.GET.get("after")
    points, more = points_of_outlet(outlet, after=point_or_404(after) if after else None)
    chosen = request.GET.get("point", "")
    context = {
        "source": outlet.source,
        "outlet": outlet,
        "points": points,
        "more": more,
        "chosen": chosen,
        "may_keep": may_keep(current_actor(), outlet.source),
    }
    return render(request, "instruments/parts/tree_points.html", context)


@source_or_authority_page
@require_GET
def point_detail(request: HttpRequest, point_id: UUID) -> HttpResponseBase:
    """Show a point as it was on a day (`?on=`), how it was described since, and what happened."""
    point, form = point_or_404(point_id), DayQuery(request.GET)
    context = {
        "title": point.name,
        "point": point,
        "form": form,
        "facts": POINT.facts(point, point.kind),
        "stood": point_on(point, form.day()),
        "revisions": revisions_of(point),
        "lines": place_history(point),
        "may_keep": may_keep(current_actor(), point),
    }
    return render(request, "instruments/point_detail.html", context)
