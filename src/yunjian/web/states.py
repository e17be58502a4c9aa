"""States as coloured dots with their words."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

COLOURS = {
    "good": {
        "official", "filed", "active", "confirmed", "done", "pass", "sent", "normal", "published",
        "in_force", "read", "accepted", "approved", "closed", "granted",
    },
    "waiting": {
        "submitted", "open", "started", "in_progress", "today", "upcoming", "coming", "unread",
        "received", "checked", "scheduled", "held", "issued", "appealed", "rectified", "asked",
    },
    "bad": {
        "returned", "objected", "overdue", "fail", "out_of_control", "late", "failed", "banned",
        "locked", "abnormal", "expired", "missing", "refused", "rectifying",
    },
    "warned": {"attention", "unknown", "expiring", "calibrate"},
}  # fmt: skip
COLOUR_OF = {state: colour for colour, states in COLOURS.items() for state in states}


def status(value: object, label: object = "") -> SafeString:
    """Return a state as a coloured dot with its words; the colour never says it alone."""
    colour = COLOUR_OF.get(str(value), "quiet")
    return format_html('<span class="yj-status yj-status-{}">{}</span>', colour, label or value)
