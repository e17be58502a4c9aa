"""Session, WeChat sign-in and bindings."""

import secrets
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status

from yunjian.api.auth import OPENID_KEY, OpenidKnown, SignedIn, actor_of
from yunjian.api.presenters import session_facts
from yunjian.identity.models import Account
from yunjian.identity.selectors import actor_for, bindings_of_openid
from yunjian.identity.services import (
    binding_create,
    binding_end,
    binding_switch,
    session_open,
)
from yunjian.kernel.actor import Actor
from yunjian.kernel.errors import DomainError, InvalidInput
from yunjian.wechat.client import WechatClient
from yunjian.wechat.errors import CodeRefused, WechatError

router = Router(tags=["session"])
STATE_KEY = "wechat_state"
NEXT_KEY = "wechat_next"


class NewBinding(Schema):
    """An account to bind the WeChat identity to."""

    system: str
    username: str
    password: str


class WechatRefused(DomainError):
    """WeChat did not tell who this is."""

    status = 502
    default_code = "wechat"


@router.get("/session", auth=None)
def session(request: HttpRequest) -> dict[str, Any]:
    """Say who is signed in; sets the CSRF cookie. Never refuses."""
    get_token(request)
    return _facts(request)


@router.get("/wechat/authorize", auth=None, url_name="wechat_authorize", include_in_schema=False)
def authorize(request: HttpRequest, next: str = "/h5/") -> HttpResponse:  # noqa: A002 - URL name
    """Send the phone to WeChat, which sends it back with a code."""
    state = secrets.token_urlsafe(16)
    request.session[STATE_KEY] = state
    safe = url_has_allowed_host_and_scheme(next, {request.get_host()})
    request.session[NEXT_KEY] = next if safe else "/h5/"
    back = request.build_absolute_uri(reverse("api:wechat_callback"))
    return HttpResponseRedirect(WechatClient().authorize_url(back, state))


@router.get("/wechat/callback", auth=None, url_name="wechat_callback", include_in_schema=False)
def callback(request: HttpRequest, code: str = "", state: str = "") -> HttpResponse:
    """Take WeChat's code: learn the identity and sign in its current account, if it has one."""
    expected = request.session.pop(STATE_KEY, "")
    target = request.session.pop(NEXT_KEY, "/h5/")
    if not code or not expected or not secrets.compare_digest(state, expected):
        return HttpResponseRedirect(_authorize_again(target))
    try:
        openid = WechatClient().openid_of(code)
    except CodeRefused:
        return HttpResponseRedirect(_authorize_again(target))
    except WechatError as error:
        raise WechatRefused(_("微信暂时无法确认身份，请稍后重试")) from error
    bindings = bindings_of_openid(settings.WECHAT_APP_ID, openid)
    if bindings:
        session_open(request=request, account=bindings[0].account, means="wechat")
    elif request.user.is_authenticated:
        logout(request)
    request.session[OPENID_KEY] = openid
    return HttpResponseRedirect(target)


@router.post("/bindings", auth=OpenidKnown(), response={201: dict[str, Any]})
def bind(request: HttpRequest, body: NewBinding) -> Status[dict[str, Any]]:
    """Bind the WeChat identity to an account after its password is checked; sign it in."""
    errors = [name for name in ("username", "password") if not getattr(body, name).strip()]
    if errors:
        raise InvalidInput(_("请填写此项"), code="required", field=errors[0])
    openid = request.session[OPENID_KEY]
    binding = binding_create(
        request=request,
        openid=openid,
        system=body.system,
        username=body.username.strip(),
        password=body.password,
    )
    session_open(request=request, account=binding.account, means="wechat")
    request.session[OPENID_KEY] = openid
    return Status(201, _facts(request))


@router.post("/bindings/{uuid:binding_id}/switch", auth=OpenidKnown())
def switch(request: HttpRequest, binding_id: UUID) -> dict[str, Any]:
    """Use another of the bound accounts."""
    openid = request.session[OPENID_KEY]
    binding = binding_switch(
        actor=_binding_actor(request, openid), openid=openid, binding_id=str(binding_id)
    )
    session_open(request=request, account=binding.account, means="wechat")
    request.session[OPENID_KEY] = openid
    return _facts(request)


@router.delete("/bindings/{uuid:binding_id}", auth=OpenidKnown())
def unbind(request: HttpRequest, binding_id: UUID) -> dict[str, Any]:
    """End a binding; another one, if there is one, becomes current and is signed in."""
    openid = request.session[OPENID_KEY]
    binding_end(actor=_binding_actor(request, openid), openid=openid, binding_id=str(binding_id))
    remaining = bindings_of_openid(settings.WECHAT_APP_ID, openid)
    if remaining:
        session_open(request=request, account=remaining[0].account, means="wechat")
    else:
        logout(request)
    request.session[OPENID_KEY] = openid
    return _facts(request)


@router.post("/session/end", auth=SignedIn())
def end(request: HttpRequest) -> dict[str, Any]:
    """Sign out on the phone; the WeChat identity stays known."""
    actor_of(request)
    openid = request.session.get(OPENID_KEY)
    logout(request)
    if openid:
        request.session[OPENID_KEY] = openid
    return _facts(request)


def _authorize_again(target: str) -> str:
    return f"{reverse('api:wechat_authorize')}?{urlencode({'next': target})}"


def _binding_actor(request: HttpRequest, openid: str) -> Actor:
    actor: Actor | None = getattr(request, "actor", None)
    if actor is not None:
        return actor
    bindings = bindings_of_openid(settings.WECHAT_APP_ID, openid)
    if not bindings:
        raise InvalidInput(_("当前微信尚未绑定账户"), code="unbound")
    return actor_for(bindings[0].account)


def _facts(request: HttpRequest) -> dict[str, Any]:
    account = request.user if isinstance(request.user, Account) else None
    roles = sorted(actor_for(account).roles) if account else []
    return session_facts(account, roles, request.session.get(OPENID_KEY))
