"""污染源基本信息."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from yunjian.access.actor import current_actor
from yunjian.identity.models import Organization
from yunjian.identity.selectors import organization_of
from yunjian.kernel.coordinates import Datum, to_wgs84
from yunjian.kernel.errors import InvalidInput
from yunjian.kernel.languages import Text
from yunjian.sources.domain.industries import industries_like
from yunjian.sources.domain.streets import streets_of
from yunjian.sources.fields import POINT, SOURCE
from yunjian.sources.forms import (
    CloseForm,
    LocationForm,
    PositionForm,
    ReopenForm,
    SourceFilterForm,
    SourceForm,
)
from yunjian.sources.models import MonitoringPoint, PollutionSource
from yunjian.sources.policies import CREATE_SOURCE, may_keep, may_move_source
from yunjian.sources.selectors import (
    dischargers_like,
    marks_around,
    source_history,
    source_or_404,
    sources_visible,
)
from yunjian.sources.services import source_close, source_create, source_reopen, source_update
from yunjian.sources.services.revisions import EAST, NORTH
from yunjian.sources.tables import SourceTable
from yunjian.sources.views.dialogs import saving
from yunjian.web.excel import stream_xlsx
from yunjian.web.guards import source_or_authority_page, source_page
from yunjian.web.lists import Action, ListPage, cleaned_query
from yunjian.web.tables import Source


@source_page
@require_GET
def home(_request: HttpRequest) -> HttpResponseBase:
    """Go where the portal begins."""
    return redirect("sources:source_list")


SOURCES = ListPage(
    name="sources.sources",
    title=gettext_lazy("污染源基本信息"),
    table=SourceTable,
    template="sources/source_list.html",
)


@source_or_authority_page
@require_GET
def source_list(request: HttpRequest) -> HttpResponseBase:
    """List the sources in sight."""
    form = SourceFilterForm(request.GET)
    new = Action(title=_("新增污染源"), address=reverse("sources:source_new"), testid="source-new")
    return SOURCES.answer(
        request,
        sources_visible(**cleaned_query(form)),
        form=form,
        actions=[new] if CREATE_SOURCE.held_by(current_actor()) else [],
    )


@source_or_authority_page
@require_http_methods(["GET", "POST"])
def source_new(request: HttpRequest) -> HttpResponseBase:
    """登记污染源: a discharger its own, an authority that of a discharger in its districts."""
    actor = current_actor()
    CREATE_SOURCE.require(actor)
    ask = actor.organization_kind == "authority"
    organization = None if ask else organization_of(actor)
    first: dict[str, Any] = {}
    if organization is not None:
        # never type what is known: a first site most often is the company itself
        first = {"name": organization.name, "district": organization.district_id or ""}
    form = SourceForm(request.POST or None, ask_owner=ask, initial=first)

    def write(owner: str = "", **values: Any) -> PollutionSource:
        return source_create(actor=actor, organization=organization or _owner(owner), **values)

    return saving(
        request,
        form,
        write,
        title=_("新增污染源"),
        streets=streets_of(str(first.get("district", ""))),
    )


def _owner(text: str) -> Organization:
    """Return the discharger of this name or code.

    Raises:
        InvalidInput: there is none in sight, or more than one.
    """
    wanted = text.strip()
    exact = [row for row in dischargers_like(wanted) if wanted in {row.uscc, row.name}]
    if len(exact) != 1:
        raise InvalidInput(_("没有找到这家排污单位，请从提示中选择"), field="owner")
    return exact[0]


@source_or_authority_page
@require_GET
def source_detail(request: HttpRequest, source_id: UUID) -> HttpResponseBase:
    """Show what is known of a source."""
    source = source_or_404(source_id)
    context = {
        "title": source.name,
        "source": source,
        "facts": SOURCE.facts(source),
        "may_edit": may_keep(current_actor(), source),
    }
    return render(request, "sources/source_detail.html", context)


@source_or_authority_page
@require_GET
def source_points(_request: HttpRequest, source_id: UUID) -> HttpResponseBase:
    """Return the points of a source as an Excel file, every field of them."""
    source = source_or_404(source_id)
    rows = MonitoringPoint.objects.filter(outlet__source=source).select_related("outlet")
    columns: list[tuple[Text, Source]] = [
        (_("排口编号"), "outlet.code"),
        (_("类型"), "get_kind_display"),
        *POINT.columns(),
        (_("状态"), lambda row: _("已关闭") if row.is_closed else _("在用")),
    ]
    ordered = rows.order_by("outlet__code", "name", "id")
    return stream_xlsx(_("测点 %(code)s.xlsx") % {"code": source.code}, columns, ordered)


@source_or_authority_page
@require_http_methods(["GET", "POST"])
def source_edit(request: HttpRequest, source_id: UUID) -> HttpResponseBase:
    """Change what is known of a source."""
    source = source_or_404(source_id)
    actor = current_actor()
    move = may_move_source(actor, source.organization_id, source.district_id)
    form = SourceForm(request.POST or None, row=source, may_move=move)
    return saving(
        request,
        form,
        partial(source_update, actor=actor, source=source),
        row=source,
        title=f"{_('编辑污染源')} · {source.code}",
        streets=streets_of(source.district_id),
    )


@source_or_authority_page
@require_http_methods(["GET", "POST"])
def source_location(request: HttpRequest, source_id: UUID) -> HttpResponseBase:
    """定位: show where a source, its outlets and points are; and move it."""
    source = source_or_404(source_id)
    form = LocationForm(request.POST or None, row=source)
    return saving(
        request,
        form,
        partial(source_update, actor=current_actor(), source=source),
        row=source,
        template="sources/source_location.html",
        title=f"{_('定位')} · {source.name}",
        source=source,
        marks=marks_around(source),
    )


@source_or_authority_page
@require_http_methods(["GET", "POST"])
def source_closing(request: HttpRequest, source_id: UUID) -> HttpResponseBase:
    """Close a source, or take a closed one into use again."""
    source = source_or_404(source_id)
    again = source.closed_on is not None
    form_class = ReopenForm if again else CloseForm
    form = form_class(request.POST or None, initial={"version": source.version})
    service: Callable[..., PollutionSource] = source_reopen if again else source_close
    write = partial(service, actor=current_actor(), source=source)
    return saving(
        request,
        form,
        write,
        row=source,
        title=f"{_('恢复污染源') if again else _('关闭污染源')} · {source.name}",
        text=_("恢复后可以新增排口；已关闭的排口和测点不会自动恢复。")
        if again
        else _("关闭前须先关闭全部排口。资料和历史仍保留，需要时可以恢复。"),
        danger=not again,
        submit=_("恢复") if again else _("关闭"),
    )


@source_or_authority_page
@require_GET
def source_events(request: HttpRequest, source_id: UUID) -> HttpResponseBase:
    """Show what happened to a source and what hangs below it."""
    source = source_or_404(source_id)
    context = {"title": f"{_('历史')} · {source.name}", "lines": source_history(source)}
    return render(request, "sources/place_history.html", context)


@source_or_authority_page
@require_GET
def position(request: HttpRequest) -> JsonResponse:
    """Say where a typed position lies in WGS84, and whether that is in the city."""
    form = PositionForm(request.GET)
    if not form.is_valid():
        return JsonResponse({"known": False})
    typed = form.cleaned_data
    east, north = to_wgs84(typed["longitude"], typed["latitude"], Datum(typed["datum"]))
    inside = EAST[0] <= east <= EAST[1] and NORTH[0] <= north <= NORTH[1]
    return JsonResponse(
        {"known": True, "longitude": float(east), "latitude": float(north), "inside": inside}
    )


@source_or_authority_page
@require_GET
def industries(request: HttpRequest) -> HttpResponse:
    """Propose industries for what is typed."""
    text = request.GET.get("industry_code") or request.GET.get("industry", "")
    options = [
        (row.code, f"{row.code} {row.name} · {row.division}") for row in industries_like(text)
    ]
    return render(request, "sources/parts/options.html", {"options": options})


@source_or_authority_page
@require_GET
def streets(request: HttpRequest) -> HttpResponse:
    """Propose the streets of a district."""
    options = [(name, name) for name in streets_of(request.GET.get("district", ""))]
    return render(request, "sources/parts/options.html", {"options": options})


@source_or_authority_page
@require_GET
def dischargers(request: HttpRequest) -> HttpResponse:
    """Propose dischargers for what is typed."""
    CREATE_SOURCE.require(current_actor())
    text = request.GET.get("owner", "").strip()
    options = [(row.uscc, row.name) for row in dischargers_like(text)] if text else []
    return render(request, "sources/parts/options.html", {"options": options})
