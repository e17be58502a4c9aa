"""The way to WeChat and back: who holds the phone (OAuth2, snsapi_base)."""

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.http import HttpRequest

from yunjian.access.actor import system_actor
from yunjian.access.rate_limits import RateLimitExceeded, check_rate_limit
from yunjian.evidence.services import record
from yunjian.identity import events
from yunjian.kernel.clock import now
from yunjian.records.changes import chain_value
from yunjian.web.addresses import client_address
from yunjian.wechat.client import WechatClient
from yunjian.wechat.errors import CodeRefused, CredentialsRefused, WechatError

logger = logging.getLogger(__name__)
STATES_KEY = "wechat_states"
STATES_KEPT = 5  # messages opened one after the other: each goes its own way to WeChat
GOOD_FOR = timedelta(minutes=10)
HOME = "/h5/"


class WechatRefused(Exception):
    """WeChat did not tell who this is; `problem` names the sentence that the phone app shows."""

    def __init__(self, problem: str, target: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.target = target


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who came back from WeChat, and where they wanted to go."""

    openid: str
    target: str


def wechat_leave(*, request: HttpRequest, target: str, back: str) -> str:
    """Return WeChat's address; the state that comes back is of this session, once, ten minutes."""
    state = secrets.token_urlsafe(16)
    known: dict[str, list[str]] = request.session.get(STATES_KEY, {})
    newest = list(known.items())[1 - STATES_KEPT :]
    request.session[STATES_KEY] = {**dict(newest), state: [target, now().isoformat()]}
    return WechatClient().authorize_url(back, state)


def wechat_arrive(*, request: HttpRequest, code: str, state: str) -> Arrival:
    """Check the state, and exchange the code for the identity of the person.

    Raises:
        WechatRefused: "state" it is not of this session, was used or is too old; "code" WeChat
            no longer takes the code; "no_code" WeChat gave none; "unreachable"; "setup".
    """
    target = _used_state(request, state)
    if not code:
        raise WechatRefused("no_code", target)
    try:
        return Arrival(WechatClient().openid_of(code), target)
    except CodeRefused as error:
        _log_failure(request, "code", str(error.errcode))
        raise WechatRefused("code", target) from error
    except CredentialsRefused as error:
        logger.error("WeChat refuses the official account: %s", error)  # noqa: TRY400 - no trace needed
        raise WechatRefused("setup", target) from error
    except WechatError as error:
        logger.warning("WeChat did not tell who this is: %s", error)
        raise WechatRefused("unreachable", target) from error


def _used_state(request: HttpRequest, state: str) -> str:
    known: dict[str, list[str]] = request.session.get(STATES_KEY, {})
    if state not in known:
        if known:
            _log_failure(request, "state", "unknown")
        raise WechatRefused("state", HOME)
    target, at = known[state]
    request.session[STATES_KEY] = {name: each for name, each in known.items() if name != state}
    if now() - datetime.fromisoformat(at) > GOOD_FOR:
        raise WechatRefused("state", target)
    return target


def _log_failure(request: HttpRequest, what: str, detail: str) -> None:
    """Record a refusal, not oftener than the rate of bindings: a stranger can cause it."""
    address = client_address(request) or ""
    try:
        check_rate_limit("binding", f"refused {address}")
    except RateLimitExceeded:
        return
    with transaction.atomic():
        record(
            actor=system_actor("微信"),
            verb=events.WECHAT_REFUSED,
            obj=("identity.wechatbinding", ""),
            payload={
                "what": what,
                "detail": detail,
                "address": chain_value("identity.wechatbinding", "", "address", address),
            },
        )
