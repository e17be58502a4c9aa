"""Error pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def bad_request(request: HttpRequest, _exception: Exception | None = None) -> HttpResponse:
    """400."""
    return render(request, "web/error.html", {"status": 400}, status=400)


def forbidden(request: HttpRequest, _exception: Exception | None = None) -> HttpResponse:
    """403."""
    return render(request, "web/error.html", {"status": 403}, status=403)


def not_found(request: HttpRequest, _exception: Exception | None = None) -> HttpResponse:
    """404."""
    return render(request, "web/error.html", {"status": 404}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500."""
    return render(request, "web/error.html", {"status": 500}, status=500)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long, or was sent from elsewhere."""
    return render(request, "web/error.html", {"status": 403, "reason": reason}, status=403)
