"""What the frame shows around every page."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from yunjian.access.actor import Actor
from yunjian.messaging.selectors import notices_at_home, unread_count
from yunjian.web.menu import PORTALS, menu_html


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the actor of the page, the portal it works in, and its unread messages."""
    actor: Actor | None = getattr(request, "actor", None)
    portal = PORTALS.get(actor.organization_kind) if actor else None
    return {
        "actor": actor,
        "portal": portal,
        # a table renders a template in each row: what only the frame shows waits until it does
        "menu": SimpleLazyObject(
            lambda: menu_html(actor, request.path) if portal and actor else ""
        ),
        "notices": SimpleLazyObject(
            lambda: (
                notices_at_home()
                if portal and request.path == (portal.notices_at or portal.home)
                else []
            )
        ),
        "unread": SimpleLazyObject(lambda: unread_count(actor) if actor else 0),
    }
