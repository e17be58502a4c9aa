"""How the rows of a plan show the points they are for."""

from collections.abc import Mapping

from django import template
from django.forms import BoundField
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from yunjian.sources.models import MonitoringPoint

register = template.Library()
Points = Mapping[str, MonitoringPoint]


def _name(point: MonitoringPoint) -> str:
    return f"{point.outlet.code} {point.name}"


@register.simple_tag
def point_names(keys: str | None, points: Points) -> SafeString:
    """Return the name of the point, or how many there are (their names in the tooltip)."""
    result = [_name(points[key]) for key in (keys or "").split(",") if key in points]
    if len(result) == 1:
        return format_html("{}", result[0])
    number = _("%(number)s 个测点") % {"number": len(result)}
    return format_html('<span title="{}">{}</span>', "、".join(result), number)


@register.simple_tag
def point_choice(field: BoundField, points: Points) -> SafeString:
    """Return a choice of one point or all of them."""
    chosen = field.value()
    everything = ",".join(points)
    options = [(everything, _("全部测点")), *((key, _name(point)) for key, point in points.items())]
    rows = ((key, " selected" if key == chosen else "", label) for key, label in options)
    return format_html(
        '<select class="form-select form-select-sm" name="{}" aria-label="{}">{}</select>',
        field.html_name,
        _("适用测点"),
        format_html_join("", '<option value="{}"{}>{}</option>', rows),
    )
