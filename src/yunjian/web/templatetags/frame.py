"""Tags and filters that every page of the frame uses."""

from datetime import date, datetime
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from yunjian.evidence.vocabulary import object_title, verb_title
from yunjian.kernel.clock import SHANGHAI
from yunjian.kernel.languages import localized
from yunjian.web.addresses import device_title
from yunjian.web.states import status
from yunjian.web.tables import Table

register = template.Library()

register.simple_tag(status)
register.filter("localized", localized)
register.filter("verb", verb_title)
register.filter("object_kind", object_title)


@register.inclusion_tag("web/table.html", takes_context=True)
def render_table(context: Context, table: Table) -> dict[str, Any]:
    """Show a table; its cells know what the page knows."""
    return {"heads": table.heads, "rows": table.rows_html(context), "empty": table.empty}


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return a decorative icon by its Bootstrap name."""
    return format_html('<i class="bi bi-{}" aria-hidden="true"></i>', name)


@register.filter
def moment(at: datetime | None) -> str:
    """Return a moment in Shanghai as YYYY-MM-DD HH:mm."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if at else "—"


@register.filter
def clock(at: datetime | None) -> str:
    """Return the time of a moment in Shanghai as HH:mm:ss."""
    return at.astimezone(SHANGHAI).strftime("%H:%M:%S") if at else "—"


@register.filter
def day(on: date | None) -> str:
    """Return a day as YYYY-MM-DD."""
    return f"{on:%Y-%m-%d}" if on else "—"


@register.filter
def device(agent: str) -> str:
    """Return browser and system in short words."""
    return device_title(agent) or "—"
