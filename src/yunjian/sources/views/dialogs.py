"""What the dialogs of sources, outlets and points have in common."""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from yunjian.kernel.errors import DomainError
from yunjian.records.versions import StaleVersion
from yunjian.sources.forms import PlaceForm
from yunjian.sources.models import MonitoringPoint, Outlet, PollutionSource
from yunjian.web.forms import add_domain_errors
from yunjian.web.responses import done
from yunjian.web.stale import others_changed

Place = PollutionSource | Outlet | MonitoringPoint


def saving(
    request: HttpRequest,
    form: Any,
    template: str,
    context: Mapping[str, Any],
    write: Callable[[dict[str, Any]], str],
    *,
    row: Place | None = None,
) -> HttpResponse:
    """Show a form, or do what it asks for.

    `write` takes what was typed and returns the address to go to ("" stays). When somebody else
    changed the row in between, the form comes back with what they changed and all that was typed.
    """
    status = 200
    shown = dict(context) | {"form": form, "tiles": settings.MAP_TILE_URL}
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                address = write(form.values() if isinstance(form, PlaceForm) else form.cleaned_data)
            except DomainError as error:
                add_domain_errors(form, error)
                status = error.status
                if isinstance(error, StaleVersion) and row is not None:
                    shown["others"] = others_changed(form, row)
            else:
                return done(request, _("已保存"), address or None)
    return render(request, template, shown, status=status)
