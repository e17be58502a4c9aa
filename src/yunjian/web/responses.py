"""What a page answers when something was done."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def done(request: HttpRequest, message: str, url: str | None = None) -> HttpResponse:
    """Say what was done (as a toast on the next page) and go to `url`, or stay.

    Inside a dialog the browser is told by htmx's headers; without scripts it is redirected.
    """
    messages.success(request, message)
    if request.headers.get("HX-Request") != "true":
        return redirect(url or request.headers.get("Referer") or "/")
    response = HttpResponse(status=204)
    response["HX-Redirect" if url else "HX-Refresh"] = url or "true"
    return response


def pdf(name: str, content: bytes) -> HttpResponse:
    """Answer with a PDF that the browser shows."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response
