"""Who calls the API: the session of the signed-in account, with a CSRF token for writes."""

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie

from yunjian.access.actor import Actor


class SignedIn(APIKeyCookie):
    """Lets a request through when its session belongs to an active account."""

    param_name = settings.SESSION_COOKIE_NAME

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        """Return the actor that the middleware found."""
        actor: Actor | None = getattr(request, "actor", None)
        return actor


class OpenidKnown(APIKeyCookie):
    """Lets a request through when WeChat has told who holds the phone."""

    param_name = settings.SESSION_COOKIE_NAME

    def authenticate(self, request: HttpRequest, key: str | None) -> str | None:
        """Return the WeChat identity of the session."""
        openid: str | None = request.session.get(OPENID_KEY)
        return openid


OPENID_KEY = "wechat_openid"


def actor_of(request: HttpRequest) -> Actor:
    """Return who calls; only for routes behind `SignedIn`."""
    actor = getattr(request, "actor", None)
    if not isinstance(actor, Actor):
        raise TypeError("this route lets anonymous requests through")
    return actor
