"""What a page answers when something was done."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def done(request: HttpRequest, message: str, url: str | None = None) -> HttpResponse:
    """Say what was done (as a toast on the next page) and go to `url`, or stay.

    Inside a dialog the browser is told by htmx's headers; without scripts it is redirected. A list
    comes back with the filter, order and position with which it was left.
    """
    messages.success(request, message)
    url = _as_left(request, url) if url else url
    if request.headers.get("HX-Request") != "true":
        return redirect(url or request.headers.get("Referer") or "/")
    response = HttpResponse(status=204)
    response["HX-Redirect" if url else "HX-Refresh"] = url or "true"
    return response


def _as_left(request: HttpRequest, url: str) -> str:
    """Return the address with the query that the browser was on, or left the list with."""
    for known in (request.headers.get("HX-Current-URL", ""), request.POST.get("_back", "")):
        was = urlsplit(known)
        if was.path == url and was.query:
            return f"{url}?{was.query}"
    return url


def pdf(name: str, content: bytes) -> HttpResponse:
    """Answer with a PDF that the browser shows."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response
