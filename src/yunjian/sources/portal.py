"""Who gets into the source portal."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from yunjian.kernel.actor import Actor

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]


def source_page(view: View[Rest]) -> View[Rest]:
    """Let only people of dischargers in; who is not signed in is asked to."""

    @wraps(view)
    def guarded(
        request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs
    ) -> HttpResponseBase:
        actor: Actor | None = request.actor  # type: ignore[attr-defined]
        if actor is None:
            return redirect_to_login(request.get_full_path())
        if actor.organization_kind != "discharger":
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded
