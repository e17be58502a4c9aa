"""Who gets into a portal: one guard for all three."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from yunjian.kernel.actor import Actor

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]


def only_for(*kinds: str) -> Callable[[View[Rest]], View[Rest]]:
    """Return a decorator that lets only people of organisations of these kinds in.

    Who is not signed in is asked to; who belongs elsewhere gets 403.
    """

    def guard(view: View[Rest]) -> View[Rest]:
        @wraps(view)
        def guarded(
            request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs
        ) -> HttpResponseBase:
            actor: Actor | None = request.actor  # type: ignore[attr-defined]
            if actor is None:
                return redirect_to_login(request.get_full_path())
            if actor.organization_kind not in kinds:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return guard


source_page = only_for("discharger")
agency_page = only_for("agency")
authority_page = only_for("authority")
