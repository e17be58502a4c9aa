"""Tags and filters that every page of the frame uses."""

from collections.abc import Mapping
from datetime import date, datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from yunjian.evidence.vocabulary import Text, object_title, verb_title
from yunjian.kernel.clock import SHANGHAI
from yunjian.kernel.languages import localized
from yunjian.web.addresses import device_title

register = template.Library()

COLOURS = {
    "good": {
        "official", "filed", "active", "confirmed", "done", "pass", "sent", "normal",
    },
    "waiting": {"submitted", "open", "started", "in_progress", "today", "upcoming"},
    "bad": {
        "returned", "objected", "overdue", "fail", "out_of_control", "late", "failed", "banned",
        "locked", "abnormal", "expired",
    },
    "warned": {"attention", "unknown", "expiring", "calibrate"},
}  # fmt: skip
COLOUR_OF = {state: colour for colour, states in COLOURS.items() for state in states}


@register.simple_tag
def status(value: object, label: object = "") -> SafeString:
    """Return a state as a coloured dot with its words; the colour never says it alone."""
    colour = COLOUR_OF.get(str(value), "quiet")
    return format_html('<span class="yj-status yj-status-{}">{}</span>', colour, label or value)


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return a decorative icon by its Bootstrap name."""
    return format_html('<i class="bi bi-{}" aria-hidden="true"></i>', name)


@register.filter
def moment(at: datetime | None) -> str:
    """Return a moment in Shanghai as YYYY-MM-DD HH:mm."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if at else "—"


@register.filter("said")
def said_filter(text: Mapping[str, str]) -> str:
    """Return the side of a text with both languages that is read now."""
    return localized(text)


@register.filter
def clock(at: datetime | None) -> str:
    """Return the time of a moment in Shanghai as HH:mm:ss."""
    return at.astimezone(SHANGHAI).strftime("%H:%M:%S") if at else "—"


@register.filter
def day(on: date | None) -> str:
    """Return a day as YYYY-MM-DD."""
    return f"{on:%Y-%m-%d}" if on else "—"


@register.filter
def verb(name: str) -> Text:
    """Return what a verb of the chain is called."""
    return verb_title(name)


@register.filter
def object_kind(name: str) -> Text:
    """Return what a kind of object of the chain is called."""
    return object_title(name)


@register.filter
def device(agent: str) -> str:
    """Return browser and system in short words."""
    return device_title(agent) or "—"
