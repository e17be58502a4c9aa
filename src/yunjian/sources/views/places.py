"""污染源基本信息 and 企业排口."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yunjian.identity.selectors import districts
from yunjian.kernel.actor import current_actor
from yunjian.kernel.errors import DomainError
from yunjian.kernel.scope import get_visible_or_404
from yunjian.sources.forms import LocationForm, SourceFilterForm, SourceForm
from yunjian.sources.models import MonitoringPoint, PollutionSource
from yunjian.sources.models.filing import InstrumentKind
from yunjian.sources.models.places import Medium
from yunjian.sources.policies import may_file_instruments, may_keep_source
from yunjian.sources.selectors import (
    OutletNode,
    instruments_of_point,
    outlet_tree,
    source_history,
    sources_visible,
)
from yunjian.sources.services import source_update
from yunjian.sources.tables import AnalyzerTable, SamplerTable, SourceTable
from yunjian.web.excel import Column, stream_xlsx
from yunjian.web.forms import add_domain_errors
from yunjian.web.guards import source_page
from yunjian.web.paging import key_page
from yunjian.web.responses import done

TABS = {"analyzers": InstrumentKind.ANALYZER, "samplers": InstrumentKind.SAMPLER}


def _source(source_id: UUID) -> PollutionSource:
    rows = PollutionSource.objects.select_related("district", "organization")
    source: PollutionSource = get_visible_or_404(PollutionSource, source_id, queryset=rows)
    return source


@source_page
@require_GET
def home(_request: HttpRequest) -> HttpResponseBase:
    """Go where the portal begins."""
    return redirect("sources:source_list")


@source_page
@require_GET
def source_list(request: HttpRequest) -> HttpResponseBase:
    """List the discharger's sources; `?format=xlsx` exports what the query finds."""
    form = SourceFilterForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    rows = sources_visible(**asked)
    if request.GET.get("format") == "xlsx":
        return _export(rows.order_by("code").iterator())
    page = key_page(rows, request, order="-id")
    context = {
        "filter_form": form,
        "page": page,
        "table": SourceTable(page.rows, request=request),
    }
    return render(request, "sources/source_list.html", context)


def _export(rows: Iterator[PollutionSource]) -> HttpResponseBase:
    columns: list[Column] = [
        (_("污染源编码"), "code"),
        (_("污染源名称"), "name"),
        (_("所属区"), "district.name"),
        (_("街道（镇）"), "street"),
        (_("行业代码"), "industry_code"),
        (_("行业类别"), "industry_name"),
        (_("地址"), "address"),
        (_("经度"), "longitude"),
        (_("纬度"), "latitude"),
        (_("管理类别"), "get_management_level_display"),
        (_("排污许可证编号"), "permit_number"),
        (_("许可证有效期至"), "permit_valid_until"),
        (_("环保联系人"), "contact_name"),
        (_("联系电话"), "contact_phone"),
        (_("排口"), "outlet_count"),
        (_("测点"), "point_count"),
    ]
    return stream_xlsx(_("污染源基本信息.xlsx"), columns, rows)


@source_page
@require_GET
def source_detail(request: HttpRequest, source_id: UUID) -> HttpResponseBase:
    """Show what is known of a source."""
    return render(request, "sources/source_detail.html", {"source": _source(source_id)})


@source_page
@require_http_methods(["GET", "POST"])
def source_edit(request: HttpRequest, source_id: UUID) -> HttpResponseBase:
    """Change what is known of a source."""
    return _edit(request, _source(source_id), SourceForm, "sources/source_edit.html")


@source_page
@require_http_methods(["GET", "POST"])
def source_location(request: HttpRequest, source_id: UUID) -> HttpResponseBase:
    """Show and change where a source is."""
    return _edit(request, _source(source_id), LocationForm, "sources/source_location.html")


def _edit(
    request: HttpRequest,
    source: PollutionSource,
    form_class: type[SourceForm] | type[LocationForm],
    template: str,
) -> HttpResponse:
    status = 200
    form = form_class(request.POST or None, instance=source)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                source_update(actor=current_actor(), source=source, **form.cleaned_data)
            except DomainError as error:
                add_domain_errors(form, error)
                status = error.status
            else:
                return done(request, _("已保存 %(source)s") % {"source": source.name})
    context = {
        "source": source,
        "form": form,
        "may_edit": may_keep_source(current_actor(), source.organization_id, source.district_id),
        "map": district_map(source.longitude, source.latitude),
    }
    return render(request, template, context, status=status)


@source_page
@require_GET
def source_map(request: HttpRequest, source_id: UUID) -> HttpResponseBase:
    """Draw the place that is being typed, before it is saved."""
    form = LocationForm(request.GET, instance=_source(source_id))
    form.is_valid()
    place = form.cleaned_data
    drawn = district_map(place.get("longitude"), place.get("latitude"))
    return render(request, "sources/parts/map.html", {"map": drawn})


@source_page
@require_GET
def source_events(request: HttpRequest, source_id: UUID) -> HttpResponseBase:
    """Show what happened to a source."""
    source = _source(source_id)
    context = {"title": source.name, "lines": source_history(source)}
    return render(request, "sources/history.html", context)


@source_page
@require_GET
def outlets(request: HttpRequest, source_id: UUID) -> HttpResponseBase:
    """企业排口: the tree at the left, the instruments of the selected point at the right."""
    source = _source(source_id)
    tree = outlet_tree(source)
    point = _selected(tree, request.GET.get("point", ""))
    context = {"source": source, "tree": tree, "point": point}
    if point is not None:
        context |= _instruments(request, point)
    return render(request, "sources/outlets.html", context)


def _selected(tree: list[OutletNode], asked: str) -> MonitoringPoint | None:
    points = [node.point for outlet in tree for node in outlet.points]
    if not asked:
        return points[0] if points else None
    # a foreign id is answered like an unknown one, and reported
    point = get_visible_or_404(MonitoringPoint, asked)
    if point not in points:
        raise Http404(_("没有找到您要的内容"))
    return point


def _instruments(request: HttpRequest, point: MonitoringPoint) -> dict[str, object]:
    water = point.kind == Medium.WASTEWATER
    tab = "samplers" if request.GET.get("tab") == "samplers" and water else "analyzers"
    kind = TABS[tab]
    rows = instruments_of_point(point, kind)
    table_class = SamplerTable if kind == InstrumentKind.SAMPLER else AnalyzerTable
    return {
        "tab": tab,
        "kind": kind,
        "has_samplers": water,
        "may_file": may_file_instruments(current_actor(), point.organization_id),
        "table": table_class(rows, request=request),
    }


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the drawn map, in pixels."""

    x: float
    y: float
    label: str


@dataclass(frozen=True, slots=True)
class DistrictMap:
    """A drawing of the city: the middles of its districts, lines of 0.2 degrees, one place."""

    districts: list[Mark]
    meridians: list[Mark]
    parallels: list[Mark]
    place: Mark | None


WEST, EAST, SOUTH, NORTH = 120.8, 122.2, 30.6, 31.9
WIDTH, HEIGHT = 420, 450


def district_map(longitude: Decimal | None, latitude: Decimal | None) -> DistrictMap:
    """Return the drawing with a place on it (degrees, WGS84); none when it lies outside."""
    place = None
    if longitude is not None and latitude is not None:
        inside = WEST <= longitude <= EAST and SOUTH <= latitude <= NORTH
        place = _mark(float(longitude), float(latitude), "") if inside else None
    return DistrictMap(
        [_mark(float(row.longitude), float(row.latitude), row.name) for row in districts()],
        [_mark(degree / 10, SOUTH, f"{degree / 10}°E") for degree in range(1210, 1222, 2)],
        [_mark(WEST, degree / 10, f"{degree / 10}°N") for degree in range(308, 319, 2)],
        place,
    )


def _mark(longitude: float, latitude: float, label: str) -> Mark:
    x = (longitude - WEST) / (EAST - WEST) * WIDTH
    y = (NORTH - latitude) / (NORTH - SOUTH) * HEIGHT
    return Mark(round(x, 1), round(y, 1), label)
