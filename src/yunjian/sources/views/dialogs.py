"""What the dialogs of sources, outlets and points have in common."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from yunjian.access.actor import current_actor
from yunjian.sources.forms import CloseForm, PlaceForm
from yunjian.sources.models import MonitoringPoint, Outlet, PollutionSource
from yunjian.sources.policies import may_keep
from yunjian.web.dialogs import form_dialog
from yunjian.web.responses import done

Place = PollutionSource | Outlet | MonitoringPoint


def saving(
    request: HttpRequest,
    form: Any,
    write: Callable[..., Any],
    *,
    row: Place | None = None,
    keeper: PollutionSource | MonitoringPoint | None = None,
    goes_to: Callable[[Any], str] | None = None,
    **context: Any,
) -> HttpResponse:
    """Show a form of a place, or do what it asks for.

    `write` is the service that takes what was typed; `goes_to` returns the address to go to when
    it is done, by what the service returned. `keeper` says whose a place without a row is; a new
    source is its writer's own.
    """
    keeper = row.source if isinstance(row, Outlet) else row or keeper
    if isinstance(form, PlaceForm):
        context = {"template": "sources/place_form.html", "size": "xl", **context}

    def save() -> HttpResponse:
        result = write(**form.cleaned_data)
        return done(request, _("已保存"), goes_to(result) if goes_to else None)

    return form_dialog(
        request,
        form,
        save=save,
        row=row,
        may_edit=keeper is None or may_keep(current_actor(), keeper),
        tiles=settings.MAP_TILE_URL,
        testid="place-save",
        **context,
    )


def closing(
    request: HttpRequest,
    row: Place,
    write: Callable[..., Any],
    **context: Any,
) -> HttpResponse:
    """Show the form that closes a place, or close it."""
    form = CloseForm(request.POST or None, initial={"version": row.version})
    return saving(request, form, write, row=row, danger=True, submit=_("关闭"), **context)
