"""Signing in with account and password, step by step: no session before the last step.

What is known so far is kept in the anonymous session of the browser, for ten minutes.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils.translation import gettext as _

from yunjian.access.rate_limits import RateLimitExceeded, check_rate_limit
from yunjian.identity.models import Account
from yunjian.identity.models.security import Means, Outcome
from yunjian.identity.policies import needs_second_factor
from yunjian.identity.selectors import has_second_factor
from yunjian.identity.services.second_factor import second_factor_check
from yunjian.identity.services.sessions import attempt_note, refusal_of
from yunjian.identity.validators import is_stale, must_change
from yunjian.kernel.clock import now
from yunjian.kernel.errors import DomainError, InvalidInput, InvalidState, NotAllowed
from yunjian.web.addresses import client_address

KEY = "signin"
GOOD_FOR = timedelta(minutes=10)
CODE, CHANGE, ENROL, DONE = "code", "change", "enrol", "done"


class Locked(RateLimitExceeded):
    """Too many wrong passwords for this account from this address."""

    default_code = "locked"


@dataclass(frozen=True, slots=True)
class Started:
    """A sign-in whose password was right, and the step that comes next."""

    account: Account
    step: str


def signin_start(*, request: HttpRequest, username: str, password: str) -> Started:
    """Check account and password, and remember that they were right.

    Raises:
        InvalidInput: at `password`; one of them is wrong.
        NotAllowed: they are right, but the account or its organisation is closed.
        RateLimitExceeded, Locked: too many tries; it says when to try again.
    """
    address = client_address(request) or "?"
    try:
        check_rate_limit("signin", f"address {address}", f"account {username}")
    except RateLimitExceeded:
        _log_attempt(request, username, Outcome.TOO_MANY)
        raise
    account = password_check(request=request, username=username, password=password)
    request.session[KEY] = {"account": str(account.pk), "at": now().isoformat()}
    return Started(account, _next_step(request, account))


def password_check(*, request: HttpRequest, username: str, password: str) -> Account:
    """Return the account whose name and password these are; what is wrong is in the login log.

    Raises:
        InvalidInput: at `password`; one of them is wrong.
        NotAllowed: they are right, but the account or its organisation is closed.
        Locked: too many wrong passwords; it says when to try again.
    """
    account = authenticate(request, username=username, password=password)
    if isinstance(account, Account):
        return account
    _refuse_locked(request, username)
    _refuse_closed(request, username, password)
    _log_attempt(request, username, Outcome.WRONG)
    raise InvalidInput(_("账号或密码不正确，请重新输入"), code="wrong", field="password")


def signin_going_on(*, request: HttpRequest) -> Started:
    """Return the sign-in that this browser has begun, at its next step.

    Raises:
        InvalidState: it has begun none, or too long ago.
    """
    begun = request.session.get(KEY) or {}
    fresh = "at" in begun and now() - datetime.fromisoformat(begun["at"]) <= GOOD_FOR
    account = (
        Account.objects.select_related("organization").filter(pk=UUID(begun["account"])).first()
        if fresh
        else None
    )
    if account is None or refusal_of(account):
        request.session.pop(KEY, None)
        raise InvalidState(_("登录已超时，请重新输入账号和密码"), code="expired")
    return Started(account, _next_step(request, account))


def signin_code(*, request: HttpRequest, token: str) -> Started:
    """Take the second step: a code of the authenticator, or a recovery code.

    Raises:
        InvalidInput: at `token`; it is wrong or was used.
        InvalidState: no sign-in is going on.
        RateLimitExceeded: too many tries.
    """
    account = signin_going_on(request=request).account
    try:
        second_factor_check(account=account, token=token)
    except DomainError as error:
        too_many = isinstance(error, RateLimitExceeded)
        outcome = Outcome.TOO_MANY if too_many else Outcome.WRONG_CODE
        attempt_note(request=request, means=Means.PASSWORD, outcome=outcome, account=account)
        raise
    request.session[KEY] = {**request.session[KEY], "code": True}
    return Started(account, _next_step(request, account))


def _next_step(request: HttpRequest, account: Account) -> str:
    has = has_second_factor(account)
    if has and not request.session[KEY].get("code"):
        return CODE
    if must_change(account):
        return CHANGE
    return ENROL if not has and needs_second_factor(account) else DONE


def _refuse_locked(request: HttpRequest, username: str) -> None:
    if not getattr(request, "axes_locked_out", False):
        return
    _log_attempt(request, username, Outcome.LOCKED)
    request.axes_locked_out = False  # type: ignore[attr-defined]  # the page says it, in our words
    minutes = _minutes_left(username, client_address(request))
    message = _("密码错误次数过多，账号已临时锁定，请 %(minutes)s 分钟后再试，或联系管理员解锁")
    raise Locked(message % {"minutes": minutes}, retry_after=minutes * 60)


def _minutes_left(username: str, address: str | None) -> int:
    """Return for how many minutes a locked sign-in stays so; one at least."""
    rows = AccessAttempt.objects.filter(
        username=username, failures_since_start__gte=settings.AXES_FAILURE_LIMIT
    )
    if address:
        rows = rows.filter(ip_address=address)
    latest: datetime | None = (
        rows.order_by("-attempt_time").values_list("attempt_time", flat=True).first()
    )
    cool_off: timedelta | None = get_cool_off()
    if latest is None or cool_off is None:
        return 1
    return max(1, math.ceil((latest + cool_off - now()).total_seconds() / 60))


def _refuse_closed(request: HttpRequest, username: str, password: str) -> None:
    """Tell who knows the password why it opens nothing."""
    account = Account.objects.select_related("organization").filter(username=username).first()
    if account is None:
        return
    refusal = refusal_of(account) or (
        _("初始密码已过期，请联系管理员重新生成") if is_stale(account) else ""
    )
    if refusal and account.check_password(password):
        outcome = Outcome.ORGANIZATION if account.is_active else Outcome.DISABLED
        attempt_note(request=request, means=Means.PASSWORD, outcome=outcome, account=account)
        raise NotAllowed(refusal, code="closed")


def _log_attempt(request: HttpRequest, username: str, outcome: str) -> None:
    account = Account.objects.filter(username=username).first()
    attempt_note(
        request=request, means=Means.PASSWORD, outcome=outcome, username=username, account=account
    )
