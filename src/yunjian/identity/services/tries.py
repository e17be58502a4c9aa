"""Wrong passwords and codes: how many are too many, and whom that shuts out (ADR 0105).

A stranger who guesses is shut out, the person is not: wrong tries count for the account together
with the address; those of a device on which the account has signed in count for that device, which
passes every other limit. The limits of an account and of an address alone are much higher.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from yunjian.access.rate_limits import (
    RateLimitExceeded,
    check_rate_limit,
    forget_counters,
    uncount_try,
)
from yunjian.identity.models import Account
from yunjian.web.addresses import client_address

SALT = "yunjian.device"
DEVICE_DAYS = 400  # no browser keeps a cookie longer
ACCOUNTS_PER_DEVICE = 20


class Locked(RateLimitExceeded):
    """Too many wrong passwords or codes for this account."""

    default_code = "locked"


@contextmanager
def counted_try(
    kind: str, *, username: str, account: Account | None, request: HttpRequest | None
) -> Iterator[None]:
    """Count what is tried inside unless it succeeds; nothing is tried when it was too often.

    `kind` is "password", "old" (the present password, asked once more) or "code". It is counted
    before it is tried, so that many at the same moment do not pass. Use it outside of the
    transaction of the try.

    Raises:
        Locked: too many wrong ones for this account; it says when to try again.
        RateLimitExceeded: too many wrong ones from this address, for whatever accounts.
    """
    address = f"address {client_address(request) or '?'}" if request else "address"
    device = _known_device(request, account) if request and account else ""
    whose = f"{username} {kind}"
    own = f"{whose} device {device}" if device else f"{whose} {address}"
    wider = [] if device else [("tries_address", address), ("tries_account", whose)]
    _check("tries", own)
    for what, of in wider:
        _check(what, of)
    yield
    forget_counters(f"tries:{own}")
    for what, of in wider:
        uncount_try(what, of)


def tries_forget(*, account: Account) -> None:
    """Forget every wrong password and code of an account, whoever tried from wherever."""
    forget_counters(f"tries:{account.username} ", f"tries_account:{account.username} ")


def device_remember(*, request: HttpRequest, response: HttpResponse) -> None:
    """Let a browser in which somebody has just signed in know that account from now on."""
    account_id: UUID | None = getattr(request, "signed_in_account", None)
    if account_id is None:
        return
    device, known = _device(request) or (secrets.token_urlsafe(12), [])
    accounts = [str(account_id), *(one for one in known if one != str(account_id))]
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps([device, accounts[:ACCOUNTS_PER_DEVICE]], salt=SALT),
        max_age=DEVICE_DAYS * 86_400,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _check(what: str, whose: str) -> None:
    try:
        check_rate_limit(what, whose)
    except RateLimitExceeded as error:
        if what == "tries_address":
            raise
        minutes = max(1, -(-error.retry_after // 60))
        message = _("输错次数过多，账号已临时锁定，请 %(minutes)s 分钟后再试，或联系管理员解锁")
        raise Locked(message % {"minutes": minutes}, retry_after=error.retry_after) from error


def _known_device(request: HttpRequest, account: Account) -> str:
    device, accounts = _device(request) or ("", [])
    return device if str(account.pk) in accounts else ""


def _device(request: HttpRequest) -> tuple[str, list[str]] | None:
    """Return the device's own name and the accounts that it knows; None for a new one."""
    value = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    try:
        device, accounts = signing.loads(value, salt=SALT, max_age=DEVICE_DAYS * 86_400)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return device, accounts
