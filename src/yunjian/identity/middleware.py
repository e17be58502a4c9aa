"""Lets every signed-in request act as its account: scope by default starts here."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse

from yunjian.access.actor import Actor, acting_as, unauthenticated
from yunjian.identity.models import Account
from yunjian.identity.models.security import Means
from yunjian.identity.policies import opens_with_wechat
from yunjian.identity.selectors import LiveSession, live_session
from yunjian.identity.services.sessions import session_expire, session_seen
from yunjian.identity.services.tries import device_remember
from yunjian.web.addresses import client_address

OVER = "signed_out_why"


class ActorMiddleware:
    """Puts `request.actor` there (None when nobody is signed in) and acts as it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle the request on behalf of its actor."""
        actor = self._actor(request)
        request.actor = actor  # type: ignore[attr-defined]  # ours, as Django's request.user
        response = self._answer(request, actor)
        if actor is not None:  # what is somebody's own is kept by no browser and no proxy
            response.headers.setdefault("Cache-Control", "no-store")
        device_remember(request=request, response=response)
        return response

    def _answer(self, request: HttpRequest, actor: Actor | None) -> HttpResponse:
        if actor is None:
            return self.get_response(request)
        proves_who_it_is = request.path.startswith(settings.UNAUTHENTICATED_PATHS)
        with unauthenticated() if proves_who_it_is else acting_as(actor):
            return self.get_response(request)

    @staticmethod
    def _actor(request: HttpRequest) -> Actor | None:
        # static files and the phone app's files need no session
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        account = request.user
        if not isinstance(account, Account):
            return None
        session = live_session(account, request.session.session_key or "")
        if session.why_over:
            _sign_out(request, session)
            return None
        request.signed_in_by = session.means  # type: ignore[attr-defined]  # the sign-in page asks
        at_phone = session.means != Means.WECHAT or opens_with_wechat(
            account.organization.kind, request.path
        )
        if not at_phone:  # here it counts for nothing: who wants in signs in
            request.user = AnonymousUser()
            return None
        if session.is_to_be_noted:
            session_seen(
                session_id=session.pk,
                kind=account.organization.kind,
                means=session.means,
                address=client_address(request),
            )
        return session.actor


def _sign_out(request: HttpRequest, session: LiveSession) -> None:
    if not session.is_ended:
        session_expire(session_id=session.pk, why=session.why_over)
    logout(request)
    request.session[OVER] = session.why_over  # the sign-in page says it
