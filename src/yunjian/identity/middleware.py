"""Lets every signed-in request act as its account: scope by default starts here."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from yunjian.identity.models import Account
from yunjian.identity.selectors import actor_for
from yunjian.kernel.actor import Actor, acting_as


class ActorMiddleware:
    """Puts `request.actor` there (None when nobody is signed in) and acts as it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle the request on behalf of its actor."""
        actor = self._actor(request)
        request.actor = actor  # type: ignore[attr-defined]  # ours, as Django's request.user
        if actor is None:
            return self.get_response(request)
        with acting_as(actor):
            return self.get_response(request)

    @staticmethod
    def _actor(request: HttpRequest) -> Actor | None:
        # static files and the phone app's files need no session
        if "yunjian_session" not in request.COOKIES:
            return None
        account = request.user
        return actor_for(account) if isinstance(account, Account) else None
