"""What the frame shows around every page."""

from typing import Any

from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the actor of the page."""
    return {"actor": getattr(request, "actor", None)}
