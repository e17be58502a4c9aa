"""企业排口: the tree of outlets and points at the left, the chosen point at the right."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yunjian.access.actor import current_actor
from yunjian.access.scope import get_visible_or_404
from yunjian.instruments.models.filing import InstrumentKind
from yunjian.instruments.policies import may_file_instruments
from yunjian.instruments.selectors import (
    Branch,
    PointNode,
    branch_of,
    first_point,
    instruments_of_point,
    outlet_tree,
    point_on,
    points_of_outlet,
)
from yunjian.instruments.selectors.tree import point_nodes
from yunjian.instruments.tables import AnalyzerTable, SamplerTable
from yunjian.kernel.clock import today
from yunjian.sources.forms import CloseForm, LimitEndForm, LimitForm, OutletForm, PointForm
from yunjian.sources.models import EmissionLimit, MonitoringPoint, Outlet, PollutionSource
from yunjian.sources.models.places import Medium
from yunjian.sources.policies import may_keep_source
from yunjian.sources.selectors import limits_of, place_history, revisions_of
from yunjian.sources.services import (
    limit_add,
    limit_end,
    outlet_close,
    outlet_create,
    outlet_update,
    point_close,
    point_create,
    point_update,
)
from yunjian.sources.views.dialogs import places_page, saving
from yunjian.sources.views.places import keeps, source_or_404
from yunjian.standards.factors import factors

TABS = {"analyzers": InstrumentKind.ANALYZER, "samplers": InstrumentKind.SAMPLER}
PANEL = "point-panel"


def _outlet(outlet_id: UUID) -> Outlet:
    rows = Outlet.objects.select_related("source")
    outlet: Outlet = get_visible_or_404(Outlet, outlet_id, queryset=rows)
    return outlet


def _point(point_id: UUID | str) -> MonitoringPoint:
    rows = MonitoringPoint.objects.select_related("outlet__source")
    point: MonitoringPoint = get_visible_or_404(MonitoringPoint, point_id, queryset=rows)
    return point


def _keeps_point(point: MonitoringPoint) -> bool:
    return may_keep_source(current_actor(), point.organization_id, point.district_id)


def _page(point: MonitoringPoint) -> str:
    return f"{reverse('instruments:outlets', args=[point.outlet.source_id])}?point={point.pk}"


@places_page
@require_GET
def outlets(request: HttpRequest, source_id: UUID) -> HttpResponseBase:
    """Show the outlets of a source; asked for the panel alone, answer with the panel alone."""
    source = source_or_404(source_id)
    point = _chosen(source, request.GET.get("point", ""))
    context: dict[str, Any] = {"source": source, "point": point, "may_keep": keeps(source)}
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


def _chosen(source: PollutionSource, asked: str) -> MonitoringPoint | None:
    if not asked:
        return first_point(source)
    # a foreign id is answered like an unknown one, and reported
    point = _point(asked)
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
    rows = instruments_of_point(point, kind)
    table_class = SamplerTable if kind == InstrumentKind.SAMPLER else AnalyzerTable
    return {
        "tab": tab,
        "kind": kind,
        "node": node,
        "has_samplers": water,
        "may_file": may_file_instruments(current_actor(), point.organization_id)
        and not point.is_closed,
        "table": table_class(rows),
        "factors": [factors(point.kind).get(name) or name for name in point.parameters],
    }


@places_page
@require_GET
def tree(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """Answer a search in the tree, or with more of it: of a kind after a code."""
    source = source_or_404(source_id)
    asked = request.GET
    search = asked.get("q", "").strip()[:60]
    point = _chosen(source, asked["point"]) if asked.get("point") else None
    context: dict[str, Any] = {
        "source": source,
        "point": point,
        "may_keep": keeps(source),
        "search": search,
    }
    if asked.get("kind") in Medium.values and asked.get("after"):
        branch = branch_of(source, asked["kind"], search=search, after=asked["after"])
        return render(request, "instruments/parts/tree_outlets.html", context | {"branch": branch})
    context["tree"] = outlet_tree(source, search=search, chosen=point)
    return render(request, "instruments/parts/tree.html", context)


@places_page
@require_GET
def outlet_points(request: HttpRequest, outlet_id: UUID) -> HttpResponse:
    """Unfold an outlet in the tree, or show more of its points."""
    outlet = _outlet(outlet_id)
    after = request.GET.get("after")
    points, more = points_of_outlet(outlet, after=_point(after) if after else None)
    chosen = request.GET.get("point", "")
    context: dict[str, Any] = {
        "source": outlet.source,
        "outlet": outlet,
        "points": points,
        "more": more,
        "chosen": chosen,
        "may_keep": keeps(outlet.source),
    }
    return render(request, "instruments/parts/tree_points.html", context)


@places_page
@require_http_methods(["GET", "POST"])
def outlet_new(request: HttpRequest, source_id: UUID, kind: str) -> HttpResponseBase:
    """新增排口."""
    source = source_or_404(source_id)
    form = OutletForm(request.POST or None, kind=kind)

    def write(values: dict[str, Any]) -> str:
        outlet_create(actor=current_actor(), source=source, kind=kind, **values)
        return ""

    context: dict[str, Any] = {
        "title": f"{_('新增排口')} · {Medium(kind).label}",
        "may_edit": keeps(source),
        "around": source,
    }
    return saving(request, form, write, template="sources/place_form.html", **context)


@places_page
@require_GET
def outlet_detail(request: HttpRequest, outlet_id: UUID) -> HttpResponseBase:
    """Show an outlet with its emission limits and what happened to it."""
    outlet = _outlet(outlet_id)
    context: dict[str, Any] = {
        "outlet": outlet,
        "limits": limits_of(outlet),
        "lines": place_history(outlet),
        "may_keep": keeps(outlet.source),
        "today": today(),
    }
    return render(request, "sources/outlet_detail.html", context)


@places_page
@require_http_methods(["GET", "POST"])
def outlet_edit(request: HttpRequest, outlet_id: UUID) -> HttpResponseBase:
    """Change what is said of an outlet."""
    outlet = _outlet(outlet_id)
    form = OutletForm(request.POST or None, row=outlet, kind=outlet.kind)

    def write(values: dict[str, Any]) -> str:
        outlet_update(actor=current_actor(), outlet=outlet, **values)
        return ""

    context: dict[str, Any] = {
        "title": f"{_('编辑排口')} · {outlet.code} {outlet.name}",
        "may_edit": keeps(outlet.source),
        "around": outlet.source,
    }
    return saving(request, form, write, row=outlet, template="sources/place_form.html", **context)


@places_page
@require_http_methods(["GET", "POST"])
def outlet_closing(request: HttpRequest, outlet_id: UUID) -> HttpResponseBase:
    """Close an outlet."""
    outlet = _outlet(outlet_id)
    form = CloseForm(request.POST or None, initial={"version": outlet.version})

    def write(values: dict[str, Any]) -> str:
        outlet_close(actor=current_actor(), outlet=outlet, **values)
        return ""

    context: dict[str, Any] = {
        "title": f"{_('关闭排口')} · {outlet.code} {outlet.name}",
        "text": _("关闭前须先关闭该排口的全部测点。资料、限值和历史仍保留。"),
        "danger": True,
        "submit": _("关闭"),
        "may_edit": keeps(outlet.source),
    }
    return saving(request, form, write, row=outlet, **context)


@places_page
@require_http_methods(["GET", "POST"])
def limit_new(request: HttpRequest, outlet_id: UUID) -> HttpResponseBase:
    """Add an emission limit."""
    outlet = _outlet(outlet_id)
    form = LimitForm(request.POST or None, outlet=outlet)

    def write(values: dict[str, Any]) -> str:
        limit_add(actor=current_actor(), outlet=outlet, **values)
        return ""

    context: dict[str, Any] = {"outlet": outlet, "may_edit": keeps(outlet.source)}
    return saving(request, form, write, template="sources/limit_form.html", **context)


@places_page
@require_http_methods(["GET", "POST"])
def limit_ending(request: HttpRequest, limit_id: UUID) -> HttpResponseBase:
    """End an emission limit."""
    rows = EmissionLimit.objects.select_related("outlet__source")
    limit: EmissionLimit = get_visible_or_404(EmissionLimit, limit_id, queryset=rows)
    form = LimitEndForm(request.POST or None)

    def write(values: dict[str, Any]) -> str:
        limit_end(actor=current_actor(), limit=limit, **values)
        return ""

    context: dict[str, Any] = {
        "title": f"{_('终止排放限值')} · {limit.parameter} · {limit.standard}",
        "text": _("终止前的记录仍按该限值判断。"),
        "danger": True,
        "submit": _("终止"),
        "may_edit": keeps(limit.outlet.source),
    }
    return saving(request, form, write, **context)


@places_page
@require_http_methods(["GET", "POST"])
def point_new(request: HttpRequest, outlet_id: UUID) -> HttpResponseBase:
    """新增测点."""
    outlet = _outlet(outlet_id)
    form = PointForm(request.POST or None, kind=outlet.kind)

    def write(values: dict[str, Any]) -> str:
        return _page(point_create(actor=current_actor(), outlet=outlet, **values))

    context: dict[str, Any] = {
        "title": f"{_('新增测点')} · {outlet.code} {outlet.name}",
        "may_edit": keeps(outlet.source),
        "around": outlet.source,
    }
    return saving(request, form, write, template="sources/place_form.html", **context)


@places_page
@require_http_methods(["GET", "POST"])
def point_edit(request: HttpRequest, point_id: UUID) -> HttpResponseBase:
    """Change what is said of a point."""
    point = _point(point_id)
    form = PointForm(request.POST or None, row=point, kind=point.kind)

    def write(values: dict[str, Any]) -> str:
        point_update(actor=current_actor(), point=point, **values)
        return ""

    context: dict[str, Any] = {
        "title": f"{_('编辑测点')} · {point.name}",
        "may_edit": _keeps_point(point),
        "around": point.outlet.source,
    }
    return saving(request, form, write, row=point, template="sources/place_form.html", **context)


@places_page
@require_http_methods(["GET", "POST"])
def point_closing(request: HttpRequest, point_id: UUID) -> HttpResponseBase:
    """Close a point."""
    point = _point(point_id)
    form = CloseForm(request.POST or None, initial={"version": point.version})

    def write(values: dict[str, Any]) -> str:
        point_close(actor=current_actor(), point=point, **values)
        return ""

    context: dict[str, Any] = {
        "title": f"{_('关闭测点')} · {point.name}",
        "text": _("关闭前须先停用该测点的仪器。MN 号不会再分配给其他测点，资料和历史仍保留。"),
        "danger": True,
        "submit": _("关闭"),
        "may_edit": _keeps_point(point),
    }
    return saving(request, form, write, row=point, **context)


@places_page
@require_GET
def point_detail(request: HttpRequest, point_id: UUID) -> HttpResponseBase:
    """Show a point as it was on a day (`?on=`), how it was described since, and what happened."""
    point = _point(point_id)
    day = _day(request.GET.get("on", ""))
    context: dict[str, Any] = {
        "point": point,
        "stood": point_on(point, day),
        "revisions": revisions_of(point),
        "lines": place_history(point),
        "may_keep": _keeps_point(point),
    }
    return render(request, "instruments/point_detail.html", context)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return today()
