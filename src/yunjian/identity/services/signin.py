"""Signing in with account and password, step by step: no session before the last step.

What is known so far is kept in the anonymous session of the browser, for ten minutes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn
from uuid import UUID

from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils.translation import gettext as _

from yunjian.access.rate_limits import RateLimitExceeded
from yunjian.identity.models import Account
from yunjian.identity.models.security import Means, Outcome
from yunjian.identity.policies import needs_second_factor
from yunjian.identity.selectors import has_second_factor
from yunjian.identity.services.second_factor import second_factor_check
from yunjian.identity.services.sessions import attempt_note, refusal_of
from yunjian.identity.services.tries import Locked, counted_try
from yunjian.identity.validators import is_stale, must_change
from yunjian.kernel.clock import now
from yunjian.kernel.errors import DomainError, InvalidInput, InvalidState, NotAllowed

KEY = "signin"
GOOD_FOR = timedelta(minutes=10)
CODE, CHANGE, ENROL, DONE = "code", "change", "enrol", "done"


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
    account = password_check(request=request, username=username, password=password)
    request.session[KEY] = {"account": str(account.pk), "at": now().isoformat()}
    return Started(account, _next_step(request, account))


def password_check(*, request: HttpRequest, username: str, password: str) -> Account:
    """Return the account whose name and password these are; what is wrong is in the login log.

    Raises:
        InvalidInput: at `password`; one of them is wrong.
        NotAllowed: they are right, but the account or its organisation is closed.
        Locked, RateLimitExceeded: too many wrong passwords; it says when to try again.
    """
    known = Account.objects.select_related("organization").filter(username=username).first()
    try:
        with counted_try("password", username=username, account=known, request=request):
            account = authenticate(request, username=username, password=password)
            if not isinstance(account, Account):
                _refuse(request, known, username, password)
    except RateLimitExceeded as error:
        outcome = Outcome.LOCKED if isinstance(error, Locked) else Outcome.TOO_MANY
        _log_attempt(request, known, username, outcome)
        raise
    return account


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
        second_factor_check(account=account, token=token, request=request)
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


def _refuse(
    request: HttpRequest, account: Account | None, username: str, password: str
) -> NoReturn:
    """Tell who knows the password why it opens nothing; tell everybody else no more than no."""
    refusal = ""
    if account is not None:
        stale = _("初始密码已过期，请联系管理员重新生成") if is_stale(account) else ""
        refusal = refusal_of(account) or stale
    if account is not None and refusal and account.check_password(password):
        outcome = Outcome.ORGANIZATION if account.is_active else Outcome.DISABLED
        _log_attempt(request, account, username, outcome)
        raise NotAllowed(refusal, code="closed")
    _log_attempt(request, account, username, Outcome.WRONG)
    raise InvalidInput(_("账号或密码不正确，请重新输入"), code="wrong", field="password")


def _log_attempt(
    request: HttpRequest, account: Account | None, username: str, outcome: str
) -> None:
    attempt_note(
        request=request, means=Means.PASSWORD, outcome=outcome, username=username, account=account
    )
