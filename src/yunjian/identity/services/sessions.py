"""Sessions: every way of signing in ends here, and so does every session."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import login
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor, acting_as, unauthenticated
from yunjian.access.permissions import require
from yunjian.identity import events
from yunjian.identity.models import Account, AccountSession, SignInAttempt, WechatBinding
from yunjian.identity.models.organizations import OrganizationStatus
from yunjian.identity.models.security import Means, Outcome, SessionEnd
from yunjian.identity.policies import Suspension, may_end_sessions
from yunjian.identity.selectors import (
    actor_for,
    key_digest,
    live_bindings,
    suspension_of_binding,
)
from yunjian.identity.services.events import account_event
from yunjian.identity.services.unbinding import bindings_unbind
from yunjian.kernel.clock import now
from yunjian.kernel.errors import NotAllowed, NotFound
from yunjian.web.addresses import client_address, client_agent

BACKEND = "yunjian.identity.backends.AccountBackend"


def session_limits(kind: str, means: str) -> tuple[timedelta, timedelta]:
    """Return after how long unused, and after how long in all, a session is over.

    A phone's session lasts longer than a desk's: an engineer stands at an outlet without a
    keyboard, and the telephone has a lock of its own.
    """
    minutes, hours = settings.SESSION_LIMITS["phone" if means == Means.WECHAT else kind]
    return timedelta(minutes=minutes), timedelta(hours=hours)


def session_open(
    *, request: HttpRequest, account: Account, means: str, binding: WechatBinding | None = None
) -> None:
    """Sign an account in after its identity was proved.

    `means` says how: "password", "certificate", "wechat"; `binding` is the one that WeChat's
    identity was known by.

    Raises:
        NotAllowed: the account or its organisation may not sign in, or the binding is suspended
            ("suspended"); the sentence says why.
    """
    refusal = refusal_of(account)
    if refusal:
        outcome = Outcome.ORGANIZATION if account.is_active else Outcome.DISABLED
        attempt_note(request=request, means=means, outcome=outcome, account=account)
        raise NotAllowed(refusal, code="closed")
    suspended = suspension_of(binding) if binding else ""
    if suspended:
        attempt_note(request=request, means=means, outcome=Outcome.SUSPENDED, account=account)
        raise NotAllowed(suspended, code="suspended")
    actor = actor_for(account)
    with acting_as(actor), transaction.atomic():
        session_close(request=request, why=SessionEnd.REPLACED)
        if request.session.session_key:  # the same account once more would keep the ended key
            request.session.cycle_key()
        request.signin_means = means  # type: ignore[attr-defined]  # read by session_begin
        request.signin_binding = binding  # type: ignore[attr-defined]  # as well
        login(request, account, backend=BACKEND)  # its signal calls session_begin
        attempt_note(request=request, means=means, outcome=Outcome.OPENED, account=account)
        account_event(actor, events.SESSION_OPENED, account, means=means)


def session_begin(*, request: HttpRequest, account: Account) -> None:
    """Write down that Django has opened a session; it counts from here on."""
    means = getattr(request, "signin_means", "password")
    request.signed_in_account = account.pk  # type: ignore[attr-defined]  # for device_remember
    at = now()
    idle, whole = session_limits(account.organization.kind, means)
    request.session.set_expiry(int(whole.total_seconds()))
    if request.session.session_key is None:  # another account was signed in here just now
        request.session.create()
    address = client_address(request)
    AccountSession.objects.create(
        account=account,
        key_digest=key_digest(request.session.session_key or ""),
        means=means,
        binding=getattr(request, "signin_binding", None),
        address=address,
        seen_from=address,
        agent=client_agent(request),
        opened_at=at,
        seen_at=at,
        idle_until=at + idle,
        lasts_until=at + whole,
    )


@unauthenticated()
def session_close(*, request: HttpRequest, why: str) -> None:
    """Write down that the session of a request is over."""
    key = request.session.session_key
    if key:
        _end(AccountSession.objects.filter(key_digest=key_digest(key)), why)


def session_seen(*, session_id: UUID, kind: str, means: str, address: str | None) -> None:
    """Write down that a session was used; its idle time begins anew."""
    idle, _whole = session_limits(kind, means)
    at = now()
    AccountSession.objects.filter(pk=session_id).update(
        seen_at=at, seen_from=address, idle_until=at + idle
    )


def session_expire(*, session_id: UUID, why: str) -> None:
    """Write down that a session ran out."""
    _end(AccountSession.objects.filter(pk=session_id), why)


@transaction.atomic
def session_end(*, actor: Actor, session_id: UUID) -> AccountSession:
    """End a session of one's own, or, as an administrator, somebody else's.

    A session from WeChat takes its binding along: the telephone would be back at once.

    Raises:
        NotFound: there is no such open session.
        NotAllowed: it is not the actor's to end.
    """
    row = (
        AccountSession.objects.select_related("account__organization")
        .filter(pk=session_id, ended_at__isnull=True)
        .first()
    )
    if row is None:
        raise NotFound(_("该登录已经结束"))
    own = row.account_id == actor.account_id
    require(own or may_end_sessions(actor, row.account))
    why = SessionEnd.ELSEWHERE if own else SessionEnd.FORCED
    if row.binding_id is not None:
        _unbind(actor, row.account, pk=row.binding_id)
        others = AccountSession.objects.filter(binding=row.binding_id)
        _end(others.exclude(pk=session_id), why, by=actor)
    _end(AccountSession.objects.filter(pk=session_id), why, by=actor)
    account_event(actor, events.SESSION_ENDED, row.account, session=str(row.pk), why=why)
    return row


@dataclass(frozen=True, slots=True)
class Ended:
    """How many sessions ended, and how many bindings to WeChat with them."""

    sessions: int
    bindings: int


@transaction.atomic
def sessions_end(
    *, actor: Actor, account: Account, why: str = "", keep: str = "", unbind: bool = True
) -> Ended:
    """End the open sessions of an account, all but the one with the key `keep`.

    Bindings to WeChat end with them, or a lost telephone would be back at once; without `unbind`
    they stay, as does the one through which the kept session came.

    Raises:
        NotAllowed: they are not the actor's to end.
    """
    own = account.pk == actor.account_id
    require(own or may_end_sessions(actor, account))
    rows = AccountSession.objects.filter(account=account, ended_at__isnull=True)
    kept = key_digest(keep) if keep else ""
    bindings = _unbind(actor, account, except_of=kept) if unbind else 0
    reason = why or (SessionEnd.ELSEWHERE if own else SessionEnd.FORCED)
    number = _end(rows.exclude(key_digest=kept), reason, by=actor)
    if number:
        account_event(actor, events.SESSION_ENDED, account, number=number, why=str(reason))
    return Ended(number, bindings)


def _unbind(actor: Actor, account: Account, except_of: str = "", **wanted: Any) -> int:
    rows = live_bindings(account=account, **wanted)
    if except_of:
        rows = rows.exclude(sessions__key_digest=except_of)
    bindings = list(WechatBinding.objects.filter(pk__in=rows.values("pk")).select_for_update())
    bindings_unbind(actor=actor, account=account, bindings=bindings)
    return len(bindings)


def sessions_end_of_organization(*, actor: Actor, organization_id: UUID) -> int:
    """End every session of an organisation's people, in the transaction that closes it."""
    rows = AccountSession.objects.filter(account__organization_id=organization_id)
    return _end(rows.filter(ended_at__isnull=True), SessionEnd.CLOSED, by=actor)


def sessions_end_of_bindings(*, actor: Actor, bindings: Sequence[WechatBinding]) -> int:
    """End the sessions that came through bindings, in the transaction that ends those."""
    rows = AccountSession.objects.filter(binding__in=bindings)
    return _end(rows, SessionEnd.UNBOUND, by=actor)


def sessions_forget() -> int:
    """Note the end of sessions that ran out; forget those of old, and old lines of the login log.

    Returns how many ran out. Both are kept for `settings.SIGNIN_LOG_DAYS` (the rules ask for six
    months at least).
    """
    at = now()
    running = AccountSession.objects.filter(ended_at__isnull=True)
    number = running.filter(lasts_until__lte=at).update(
        ended_at=models.F("lasts_until"), ended_why=SessionEnd.EXPIRED
    )
    number += running.filter(idle_until__lte=at).update(
        ended_at=models.F("idle_until"), ended_why=SessionEnd.IDLE
    )
    oldest = at - timedelta(days=settings.SIGNIN_LOG_DAYS)
    AccountSession.objects.filter(ended_at__lt=oldest).delete()
    SignInAttempt.objects.filter(at__lt=oldest).delete()
    Session.objects.filter(expire_date__lt=at).delete()
    return number


def refusal_of(account: Account) -> str:
    """Return why an account may not sign in; empty when it may."""
    organization = account.organization
    if not account.is_active:
        return _("该账号已停用，请联系本单位管理员")
    if organization.status == OrganizationStatus.ACTIVE:
        return ""
    return _("%(organization)s当前状态为“%(status)s”，不能登录。%(reason)s") % {
        "organization": organization.name,
        "status": organization.get_status_display(),
        "reason": organization.status_reason,
    }


def suspension_of(binding: WechatBinding) -> str:
    """Return why a binding to WeChat speaks for nobody now; empty when it speaks."""
    match suspension_of_binding(binding):
        case Suspension.CHANGE_PENDING:
            return _("登录密码须更换，微信绑定已暂停。请先在电脑上登录并修改密码")
        case Suspension.SECOND_FACTOR:
            return _("该账号登录须动态口令，请用密码和动态口令重新绑定微信")
    return ""


def attempt_note(
    *,
    request: HttpRequest,
    means: str,
    outcome: str,
    username: str = "",
    account: Account | None = None,
    detail: str = "",
) -> None:
    """Add a line to the login log. Call it outside of a transaction that fails."""
    SignInAttempt.objects.create(
        username=(account.username if account else username).replace("\x00", "")[:64],
        account=account,
        organization_id=account.organization_id if account else None,
        means=means,
        outcome=outcome,
        detail=detail[:200],
        address=client_address(request),
        agent=client_agent(request),
    )


def _end(rows: models.QuerySet[AccountSession], why: str, by: Actor | None = None) -> int:
    return rows.filter(ended_at__isnull=True).update(
        ended_at=now(), ended_why=why, ended_by_id=by.account_id if by else None
    )
