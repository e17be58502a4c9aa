"""Outlets, their emission limits, and points: what is said of them."""

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yunjian.access.actor import current_actor
from yunjian.sources.fields import OUTLET
from yunjian.sources.forms import LimitEndForm, LimitForm, OutletForm, PointForm
from yunjian.sources.models import MonitoringPoint
from yunjian.sources.models.places import Medium
from yunjian.sources.policies import may_keep
from yunjian.sources.selectors import (
    limit_or_404,
    limits_of,
    outlet_or_404,
    place_history,
    point_or_404,
    source_or_404,
)
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
from yunjian.sources.views.dialogs import closing, saving
from yunjian.web.guards import source_or_authority_page


def _page(point: MonitoringPoint) -> str:
    return f"{reverse('instruments:outlets', args=[point.outlet.source_id])}?point={point.pk}"


@source_or_authority_page
@require_http_methods(["GET", "POST"])
def outlet_new(request: HttpRequest, source_id: UUID, kind: str) -> HttpResponseBase:
    """新增排口."""
    source = source_or_404(source_id)
    form = OutletForm(request.POST or None, kind=kind)
    write = partial(outlet_create, actor=current_actor(), source=source, kind=kind)
    return saving(
        request,
        form,
        write,
        title=f"{_('新增排口')} · {Medium(kind).label}",
        keeper=source,
        around=source,
    )


@source_or_authority_page
@require_GET
def outlet_detail(request: HttpRequest, outlet_id: UUID) -> HttpResponseBase:
    """Show an outlet with its emission limits and what happened to it."""
    outlet = outlet_or_404(outlet_id)
    context: dict[str, Any] = {
        "title": str(outlet),
        "outlet": outlet,
        "facts": OUTLET.facts(outlet, outlet.kind),
        "limits": limits_of(outlet),
        "lines": place_history(outlet),
        "may_keep": may_keep(current_actor(), outlet.source),
    }
    return render(request, "sources/outlet_detail.html", context)


@source_or_authority_page
@require_http_methods(["GET", "POST"])
def outlet_edit(request: HttpRequest, outlet_id: UUID) -> HttpResponseBase:
    """Change what is said of an outlet."""
    outlet = outlet_or_404(outlet_id)
    form = OutletForm(request.POST or None, row=outlet, kind=outlet.kind)
    write = partial(outlet_update, actor=current_actor(), outlet=outlet)
    return saving(
        request,
        form,
        write,
        row=outlet,
        title=f"{_('编辑排口')} · {outlet}",
        around=outlet.source,
    )


@source_or_authority_page
@require_http_methods(["GET", "POST"])
def outlet_closing(request: HttpRequest, outlet_id: UUID) -> HttpResponseBase:
    """Close an outlet."""
    outlet = outlet_or_404(outlet_id)
    return closing(
        request,
        outlet,
        partial(outlet_close, actor=current_actor(), outlet=outlet),
        title=f"{_('关闭排口')} · {outlet}",
        text=_("关闭前须先关闭该排口的全部测点。资料、限值和历史仍保留。"),
    )


@source_or_authority_page
@require_http_methods(["GET", "POST"])
def limit_new(request: HttpRequest, outlet_id: UUID) -> HttpResponseBase:
    """Add an emission limit."""
    outlet = outlet_or_404(outlet_id)
    form = LimitForm(request.POST or None, outlet=outlet)
    write = partial(limit_add, actor=current_actor(), outlet=outlet)
    return saving(
        request,
        form,
        write,
        template="sources/limit_form.html",
        size="lg",
        title=f"{_('新增排放限值')} · {outlet}",
        keeper=outlet.source,
    )


@source_or_authority_page
@require_http_methods(["GET", "POST"])
def limit_ending(request: HttpRequest, limit_id: UUID) -> HttpResponseBase:
    """End an emission limit."""
    limit = limit_or_404(limit_id)
    form = LimitEndForm(request.POST or None)
    write = partial(limit_end, actor=current_actor(), limit=limit)
    return saving(
        request,
        form,
        write,
        title=f"{_('终止排放限值')} · {limit.parameter} · {limit.standard}",
        text=_("终止前的记录仍按该限值判断。"),
        danger=True,
        submit=_("终止"),
        keeper=limit.outlet.source,
    )


@source_or_authority_page
@require_http_methods(["GET", "POST"])
def point_new(request: HttpRequest, outlet_id: UUID) -> HttpResponseBase:
    """新增测点."""
    outlet = outlet_or_404(outlet_id)
    form = PointForm(request.POST or None, kind=outlet.kind)
    write = partial(point_create, actor=current_actor(), outlet=outlet)
    return saving(
        request,
        form,
        write,
        goes_to=_page,
        title=f"{_('新增测点')} · {outlet}",
        keeper=outlet.source,
        around=outlet.source,
    )


@source_or_authority_page
@require_http_methods(["GET", "POST"])
def point_edit(request: HttpRequest, point_id: UUID) -> HttpResponseBase:
    """Change what is said of a point."""
    point = point_or_404(point_id)
    form = PointForm(request.POST or None, row=point, kind=point.kind)
    write = partial(point_update, actor=current_actor(), point=point)
    return saving(
        request,
        form,
        write,
        row=point,
        title=f"{_('编辑测点')} · {point.name}",
        around=point.outlet.source,
    )


@source_or_authority_page
@require_http_methods(["GET", "POST"])
def point_closing(request: HttpRequest, point_id: UUID) -> HttpResponseBase:
    """Close a point."""
    point = point_or_404(point_id)
    return closing(
        request,
        point,
        partial(point_close, actor=current_actor(), point=point),
        title=f"{_('关闭测点')} · {point.name}",
        text=_("关闭前须先停用该测点的仪器。MN 号不会再分配给其他测点，资料和历史仍保留。"),
    )
