"""Who gets into the agency portal, and who acts there."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from yunjian.kernel.actor import Actor, current_actor

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]


def agency_page(view: View[Rest]) -> View[Rest]:
    """Let only people of agencies in; who is not signed in is asked to."""

    @wraps(view)
    def guarded(
        request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs
    ) -> HttpResponseBase:
        actor: Actor | None = getattr(request, "actor", None)
        if actor is None:
            return redirect_to_login(request.get_full_path())
        if actor.organization_kind != "agency":
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def acting() -> Actor:
    """Return who acts on an agency page."""
    return current_actor()
