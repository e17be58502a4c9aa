"""The front door and the error pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from yunjian.web.menu import PORTALS


def home(request: HttpRequest) -> HttpResponse:
    """Go to one's own portal, or to the sign-in page."""
    actor = getattr(request, "actor", None)
    portal = PORTALS.get(actor.organization_kind) if actor else None
    return redirect(portal.home if portal else "/signin/")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return render(request, "web/error.html", {"status": 400}, status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return render(request, "web/error.html", {"status": 403}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return render(request, "web/error.html", {"status": 404}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500."""
    return render(request, "web/error.html", {"status": 500}, status=500)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long, or was sent from elsewhere."""
    return render(request, "web/error.html", {"status": 403, "reason": reason}, status=403)
