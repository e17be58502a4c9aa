"""Who gets to the rule library: to others it is not there."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase

from yunjian.access.actor import Actor
from yunjian.web.guards import SUPERVISION_PORTAL

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]


def rules_page(view: View[Rest]) -> View[Rest]:
    """Let only authorities in; who belongs elsewhere gets 404, who is not signed in is asked."""

    @wraps(view)
    def guarded(
        request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs
    ) -> HttpResponseBase:
        actor: Actor | None = request.actor  # type: ignore[attr-defined]
        if actor is None:
            return redirect_to_login(request.get_full_path())
        if not SUPERVISION_PORTAL.held_by(actor):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded
