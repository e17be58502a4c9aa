"""Resets by the operator's administrators: one asks, another confirms, the third is told."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.identity import events
from yunjian.identity.models import Account, ResetRequest
from yunjian.identity.models.accounts import Role
from yunjian.identity.models.resets import ResetState
from yunjian.identity.policies import CONFIRM_RESETS, GUARD_ACCOUNTS, may_guard
from yunjian.identity.selectors import account_of, holders_of
from yunjian.identity.services.accounts import account_help_in
from yunjian.identity.services.events import account_event
from yunjian.kernel.clock import now
from yunjian.kernel.errors import Conflict, InvalidInput, InvalidState, NotFound
from yunjian.messaging.services import notify

LINK = "/system/resets/"
EVERYBODY = (Role.SYSTEM_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR)


@transaction.atomic
def reset_request(
    *, actor: Actor, account: Account, reason: str, forget_authenticator: bool = False
) -> ResetRequest:
    """Ask another administrator to reset the password of an account (and its second factor).

    Who may confirm it is told, and the audit administrator.

    Raises:
        NotAllowed: the actor is no security administrator, or it is the actor's own account.
        InvalidInput: no reason is given.
        Conflict: somebody has asked already.
    """
    GUARD_ACCOUNTS.require(actor)
    require(may_guard(actor, account), _("您不能重置该账号的密码"))
    if not reason.strip():
        raise InvalidInput(_("请填写原因"), code="required", field="reason")
    Account.objects.select_for_update().get(pk=account.pk)  # so that nobody asks beside us
    waiting = ResetRequest.objects.filter(account=account, state=ResetState.REQUESTED).first()
    if waiting is not None and waiting.expires_at > now():
        raise Conflict(_("该账号已有待确认的重置申请"), code="requested")
    if waiting is not None:
        _expire(actor, waiting)
    row = ResetRequest.objects.create(
        account=account,
        forget_authenticator=forget_authenticator,
        reason=reason.strip(),
        requested_by=account_of(actor),
        requested_at=now(),
        expires_at=now() + timedelta(hours=settings.RESET_REQUEST_HOURS),
    )
    what = f"{actor.name}申请重置{_whose(account)}的密码：{row.reason}。请核实后确认或不予重置。"
    _tell(holders_of(EVERYBODY), events.RESET_REQUESTED, "密码重置申请", what)
    account_event(
        actor,
        events.RESET_REQUESTED,
        account,
        request=str(row.pk),
        authenticator=forget_authenticator,
        reason=row.reason,
    )
    return row


@transaction.atomic
def reset_confirm(*, actor: Actor, request_id: UUID) -> tuple[Account, str]:
    """Confirm a reset; return the account and the password that is handed over.

    The person, who asked and the audit administrator are told.

    Raises:
        NotFound: there is no such request.
        NotAllowed: the actor confirms none, asked for it, or it is about the actor's own account.
        InvalidState: it was decided, withdrawn, or has expired.
    """
    row = _locked_for_decision(actor, request_id)
    row.state, row.decided_by_id, row.decided_at = ResetState.CONFIRMED, actor.account_id, now()
    row.save(update_fields=["state", "decided_by", "decided_at"])
    account = row.account
    password = account_help_in(
        actor=actor, account=account, forget_authenticator=row.forget_authenticator
    )
    what = f"{row.requested_by.display_name}申请、{actor.name}确认，已重置{_whose(account)}的密码。"
    told = {row.requested_by_id, *holders_of([Role.AUDIT_ADMINISTRATOR])}
    _tell(told, events.RESET_CONFIRMED, "密码已重置", what)
    account_event(actor, events.RESET_CONFIRMED, account, request=str(row.pk))
    return account, password


@transaction.atomic
def reset_refuse(*, actor: Actor, request_id: UUID, reason: str) -> ResetRequest:
    """Refuse a reset; who asked and the audit administrator are told why.

    Raises:
        NotFound, NotAllowed, InvalidState: as `reset_confirm`.
        InvalidInput: no reason is given.
    """
    if not reason.strip():
        raise InvalidInput(_("请填写原因"), code="required", field="reason")
    row = _locked_for_decision(actor, request_id)
    row.state, row.decided_by_id, row.decided_at = ResetState.REFUSED, actor.account_id, now()
    row.refusal = reason.strip()
    row.save(update_fields=["state", "decided_by", "decided_at", "refusal"])
    what = f"{actor.name}不予重置{_whose(row.account)}的密码：{row.refusal}。"
    told = {row.requested_by_id, *holders_of([Role.AUDIT_ADMINISTRATOR])}
    _tell(told, events.RESET_REFUSED, "密码重置申请未通过", what)
    account_event(actor, events.RESET_REFUSED, row.account, request=str(row.pk), reason=row.refusal)
    return row


@transaction.atomic
def reset_withdraw(*, actor: Actor, request_id: UUID) -> ResetRequest:
    """Take back what one has asked for; whoever was told of it is told.

    Raises:
        NotFound: there is no such request.
        NotAllowed: somebody else asked for it.
        InvalidState: it was decided, withdrawn, or has expired.
    """
    row = _locked(request_id)
    require(row.requested_by_id == actor.account_id, _("只有申请人可以撤回"))
    _refuse_unless_waiting(row)
    row.state, row.decided_at = ResetState.WITHDRAWN, now()
    row.save(update_fields=["state", "decided_at"])
    what = f"{actor.name}撤回了重置{_whose(row.account)}密码的申请。"
    _tell(holders_of(EVERYBODY), events.RESET_WITHDRAWN, "密码重置申请已撤回", what)
    account_event(actor, events.RESET_WITHDRAWN, row.account, request=str(row.pk))
    return row


@transaction.atomic
def resets_expire(*, actor: Actor) -> int:
    """Let requests lapse that nobody decided in time; who asked is told. Returns how many."""
    rows = ResetRequest.objects.filter(state=ResetState.REQUESTED, expires_at__lte=now())
    lapsed = list(rows.select_related("account__organization").select_for_update(of=("self",)))
    for row in lapsed:
        _expire(actor, row)
    return len(lapsed)


def _expire(actor: Actor, row: ResetRequest) -> None:
    row.state, row.decided_at = ResetState.EXPIRED, now()
    row.save(update_fields=["state", "decided_at"])
    what = f"重置{_whose(row.account)}密码的申请无人确认，已过期。如仍需要，请重新申请。"
    _tell([row.requested_by_id], events.RESET_EXPIRED, "密码重置申请已过期", what)
    account_event(actor, events.RESET_EXPIRED, row.account, request=str(row.pk))


def _locked_for_decision(actor: Actor, request_id: UUID) -> ResetRequest:
    CONFIRM_RESETS.require(actor)
    row = _locked(request_id)
    require(row.requested_by_id != actor.account_id, _("申请人不能确认自己的申请"))
    require(row.account_id != actor.account_id, _("不能确认对本人账号的重置"))
    _refuse_unless_waiting(row)
    return row


def _locked(request_id: UUID) -> ResetRequest:
    rows = ResetRequest.objects.select_related("account__organization", "requested_by")
    row = rows.select_for_update(of=("self",)).filter(pk=request_id).first()
    if row is None:
        raise NotFound(_("没有找到这个申请"))
    return row


def _refuse_unless_waiting(row: ResetRequest) -> None:
    if row.state != ResetState.REQUESTED:
        message = _("该申请%(state)s") % {"state": row.get_state_display()}
        raise InvalidState(message, code=row.state)
    if row.expires_at <= now():
        raise InvalidState(_("该申请已过期，请重新申请"), code="expired")


def _whose(account: Account) -> str:
    return f"{account.organization.name}{account.display_name}（{account.username}）"


def _tell(recipients: Collection[UUID], kind: str, title: str, body: str) -> None:
    notify(recipients=sorted(recipients), kind=kind, title=title, body=body, link=LINK)
