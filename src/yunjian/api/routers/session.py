"""Session, WeChat sign-in and bindings."""

from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from ninja import Router, Status

from yunjian.access.actor import Actor
from yunjian.api.auth import OPENID_KEY, OpenidKnown, SignedIn, actor_of
from yunjian.api.errors import OPEN, READ, WRITE, Problem
from yunjian.api.rows import RowWith
from yunjian.identity.models import Account, WechatBinding
from yunjian.identity.schemas import BindingIn, SessionOut
from yunjian.identity.selectors import actor_for, bindings_of_openid, live_bindings
from yunjian.identity.services.bindings import binding_create, binding_end, binding_switch
from yunjian.identity.services.sessions import session_open
from yunjian.identity.services.wechat import Arrival, WechatRefused, wechat_arrive, wechat_leave
from yunjian.kernel.clock import now
from yunjian.kernel.errors import DomainError, InvalidInput, NotAllowed
from yunjian.wechat.errors import WechatError
from yunjian.wechat.schemas import JsConfigOut
from yunjian.wechat.services import page_signature

router = Router(tags=["session"], by_alias=True)
PHONE_APP = "/h5/"
JS_SDK = "/open/js/jweixin-1.6.0.js"


class WechatAway(DomainError):
    """WeChat does not give what is needed now."""

    status = 502
    default_code = "wechat"


@router.get("/session", auth=None, response={200: SessionOut, OPEN: Problem})
def session(request: HttpRequest) -> RowWith:
    """Say who is signed in; sets the CSRF cookie. Never refuses."""
    get_token(request)
    return _session(request)


@router.get("/wechat/authorize", auth=None, url_name="wechat_authorize", include_in_schema=False)
def authorize(request: HttpRequest, next: str = PHONE_APP) -> HttpResponse:  # noqa: A002 - URL name
    """Send the phone to WeChat, which sends it back with a code."""
    safe = url_has_allowed_host_and_scheme(next, {request.get_host()})
    back = request.build_absolute_uri(reverse("api:wechat_callback"))
    target = next if safe else PHONE_APP
    return HttpResponseRedirect(wechat_leave(request=request, target=target, back=back))


@router.get("/wechat/callback", auth=None, url_name="wechat_callback", include_in_schema=False)
def callback(request: HttpRequest, code: str = "", state: str = "") -> HttpResponse:
    """Take WeChat's code: learn the identity and sign in its current account, if it has one.

    What goes wrong is told by the phone app, with a way to try again: nothing is tried again by
    itself, because a phone that loses its cookies would go round and round.
    """
    try:
        arrival = wechat_arrive(request=request, code=code, state=state)
        _arrived(request, arrival)
    except WechatRefused as refused:
        return _problem(refused.problem, refused.target)
    except NotAllowed as refused:  # "closed" or "suspended"
        return _problem(refused.code, arrival.target)
    return HttpResponseRedirect(arrival.target)


@router.get(
    "/wechat/js-config",
    auth=[SignedIn(), OpenidKnown()],
    response={200: JsConfigOut, OPEN | {401, 422, 502}: Problem},
)
def js_config(request: HttpRequest, url: str) -> dict[str, Any]:
    """Return the signature with which a page of the phone app may use the JS-SDK."""
    page = urlsplit(url)
    ours = page.scheme in {"http", "https"} and page.netloc == request.get_host()
    if not ours or not page.path.startswith(PHONE_APP):
        raise InvalidInput(_("只能为本系统的手机页面签名"), code="foreign", field="url")
    try:
        return page_signature(url=url)
    except WechatError as error:
        raise WechatAway(_("微信暂时不可用，请稍后重试")) from error


@router.post("/bindings", auth=OpenidKnown(), response={201: SessionOut, WRITE | {429}: Problem})
def bind(request: HttpRequest, body: BindingIn) -> Status[RowWith]:
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
        token=body.token,
    )
    _open(request, binding)
    request.session[OPENID_KEY] = openid
    return Status(201, _session(request))


@router.post(
    "/bindings/{uuid:binding_id}/switch",
    auth=OpenidKnown(),
    response={200: SessionOut, READ | {422}: Problem},
)
def switch_binding(request: HttpRequest, binding_id: UUID) -> RowWith:
    """Use another of the bound accounts."""
    openid = request.session[OPENID_KEY]
    binding = binding_switch(
        actor=_binding_actor(request, openid), openid=openid, binding_id=str(binding_id)
    )
    _open(request, binding)
    request.session[OPENID_KEY] = openid
    return _session(request)


@router.delete(
    "/bindings/{uuid:binding_id}",
    auth=[SignedIn(), OpenidKnown()],
    response={200: SessionOut, READ | {422}: Problem},
)
def unbind(request: HttpRequest, binding_id: UUID) -> RowWith:
    """End a binding of this WeChat identity, or another identity's of the signed-in account.

    When it was the one in use, another one, if there is one, becomes current and is signed in.
    """
    openid = request.session.get(OPENID_KEY, "")
    binding_end(
        actor=_binding_actor(request, openid),
        openid=openid,
        binding_id=str(binding_id),
    )
    if openid:
        _use_current(request, openid)
    return _session(request)


@router.post(
    "/session/end", auth=SignedIn(), response={200: SessionOut, OPEN | {401, 403}: Problem}
)
def end_session(request: HttpRequest) -> RowWith:
    """Sign out on the phone; the WeChat identity stays known."""
    actor_of(request)
    openid = request.session.get(OPENID_KEY)
    logout(request)
    if openid:
        request.session[OPENID_KEY] = openid
    return _session(request)


def _arrived(request: HttpRequest, arrival: Arrival) -> None:
    bindings = bindings_of_openid(arrival.openid)
    if not bindings and request.user.is_authenticated:
        logout(request)
    request.session.cycle_key()  # whoever knew the session before does not come along
    request.session[OPENID_KEY] = arrival.openid
    if bindings:
        _open(request, bindings[0])
        request.session[OPENID_KEY] = arrival.openid


def _open(request: HttpRequest, binding: WechatBinding) -> None:
    session_open(request=request, account=binding.account, means="wechat", binding=binding)


def _use_current(request: HttpRequest, openid: str) -> None:
    bindings = bindings_of_openid(openid)
    if not bindings:
        logout(request)
    elif bindings[0].account_id != request.user.pk:
        _open(request, bindings[0])
    request.session[OPENID_KEY] = openid


def _problem(problem: str, target: str) -> HttpResponse:
    inside = target.partition("#")[2] if target.startswith(PHONE_APP) else ""
    query = urlencode({"problem": problem, "next": inside or "/work"})
    return HttpResponseRedirect(f"{PHONE_APP}#/bind?{query}")


def _binding_actor(request: HttpRequest, openid: str) -> Actor:
    actor: Actor | None = getattr(request, "actor", None)
    if actor is not None:
        return actor
    bindings = bindings_of_openid(openid)
    if not bindings:
        raise InvalidInput(_("当前微信尚未绑定账户"), code="unbound")
    return actor_for(bindings[0].account)


def _session(request: HttpRequest) -> RowWith:
    account = request.user if isinstance(request.user, Account) else None
    openid: str | None = request.session.get(OPENID_KEY)
    return RowWith(
        None,
        account=RowWith(account, roles=sorted(actor_for(account).roles)) if account else None,
        openid_known=openid is not None,
        bindings=bindings_of_openid(openid) if openid else [],
        identities=_identities(account, openid) if account else [],
        server_time=now(),
        authorize_url=reverse("api:wechat_authorize"),
        js_sdk=f"{settings.WECHAT_JS_BASE.rstrip('/')}{JS_SDK}" if openid else None,
    )


def _identities(account: Account, openid: str | None) -> list[RowWith]:
    """Return whose WeChat speaks for an account."""
    return [
        RowWith(binding, tail=binding.openid[-4:], own=binding.openid == openid)
        for binding in live_bindings(account=account)
    ]
