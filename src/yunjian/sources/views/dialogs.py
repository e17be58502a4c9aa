"""What the dialogs of sources, outlets and points have in common."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from yunjian.sources.forms import PlaceForm
from yunjian.sources.models import MonitoringPoint, Outlet, PollutionSource
from yunjian.web.dialogs import form_dialog
from yunjian.web.responses import done

Place = PollutionSource | Outlet | MonitoringPoint


def saving(
    request: HttpRequest,
    form: Any,
    write: Callable[[dict[str, Any]], str],
    *,
    row: Place | None = None,
    **context: Any,
) -> HttpResponse:
    """Show a form of a place, or do what it asks for.

    `write` takes what was typed and returns the address to go to ("" stays).
    """

    def save() -> HttpResponse:
        values = form.values() if isinstance(form, PlaceForm) else form.cleaned_data
        return done(request, _("已保存"), write(values) or None)

    return form_dialog(
        request,
        form,
        save=save,
        row=row,
        tiles=settings.MAP_TILE_URL,
        testid="place-save",
        **context,
    )
