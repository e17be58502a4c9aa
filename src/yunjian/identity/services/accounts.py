"""Accounts, their passwords and their roles."""

import re
from collections.abc import Collection

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.access.row_policies import bypass_rls
from yunjian.identity import events
from yunjian.identity.models import Account, Organization, PastPassword, RoleGrant
from yunjian.identity.models.accounts import Role
from yunjian.identity.models.security import SessionEnd
from yunjian.identity.policies import (
    ADMINISTRATORS,
    GRANTORS,
    GUARD_ACCOUNTS,
    KEEP_ACCOUNTS,
    MANAGE_OWN,
    NEVER_WITHOUT,
    may_guard,
    may_keep,
    roles_given_by,
)
from yunjian.identity.services.events import account_event
from yunjian.identity.services.second_factor import authenticator_forget
from yunjian.identity.services.sessions import sessions_end
from yunjian.identity.services.tries import counted_try, tries_forget
from yunjian.identity.validators import one_time_password
from yunjian.kernel.clock import now
from yunjian.kernel.errors import InvalidInput, InvalidState, NotAllowed
from yunjian.messaging.services import notify
from yunjian.records.changes import assign, record_change
from yunjian.records.problems import Problems

USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{2,63}")
PHONE = re.compile(r"\+?[0-9][0-9 -]{5,18}")


@transaction.atomic
def account_create(
    *,
    actor: Actor,
    organization: Organization,
    username: str,
    display_name: str,
    password: str,
    roles: list[str],
    phone: str = "",
    must_change: bool = False,
) -> Account:
    """Make an account with its roles.

    Raises:
        InvalidInput: the name is taken, the password breaks the policy, or a role does not exist
            in this kind of organisation.
        NotAllowed: the actor may make no accounts there, or not give one of the roles.
    """
    own = organization.pk == actor.organization_id
    require((own and MANAGE_OWN.held_by(actor)) or KEEP_ACCOUNTS.held_by(actor))
    account = Account(
        username=username, display_name=display_name, phone=phone, organization=organization
    )
    _check_password(account, password, field="password")
    with bypass_rls("a sign-in name is taken whoever holds it"):
        taken = Account.objects.filter(username=username).exists()
    if taken:
        raise InvalidInput(_("该账号已被使用"), code="taken", field="username")
    _check_roles(actor, organization, before=frozenset(), after=frozenset(roles))
    account.must_change_password = must_change
    _take_password(account, password, is_new=True)
    RoleGrant.objects.bulk_create([RoleGrant(account=account, role=role) for role in roles])
    account_event(actor, events.ACCOUNT_CREATED, account, roles=sorted(roles))
    return account


def account_open(
    *,
    actor: Actor,
    organization: Organization,
    username: str,
    display_name: str,
    phone: str = "",
    roles: Collection[str] = (),
) -> tuple[Account, str]:
    """Make an account for somebody else; return it with the password that is handed over.

    The password is good for three days, and opens nothing but its own change.

    Raises:
        InvalidInput, NotAllowed: as `account_create`; or a value has no right form.
    """
    _check_person(display_name=display_name, phone=phone, username=username)
    password = one_time_password()
    account = account_create(
        actor=actor,
        organization=organization,
        username=username,
        display_name=display_name,
        password=password,
        roles=list(roles),
        phone=phone,
        must_change=True,
    )
    return account, password


@transaction.atomic
def account_update(*, actor: Actor, account: Account, display_name: str, phone: str) -> Account:
    """Change the name and telephone number of an account.

    Raises:
        NotAllowed: it is not the actor's to change.
        InvalidInput: a value has no right form.
    """
    require(account.pk == actor.account_id or may_keep(actor, account))
    _check_person(display_name=display_name, phone=phone)
    row: Account = Account.objects.select_for_update().get(pk=account.pk)
    changes = assign(row, {"display_name": display_name, "phone": phone})
    row.save(update_fields=changes.keys())
    record_change(
        actor=actor,
        verb=events.ACCOUNT_UPDATED,
        row=row,
        organization_id=row.organization_id,
        changes=changes,
    )
    return row


@transaction.atomic
def roles_set(*, actor: Actor, account: Account, roles: Collection[str]) -> None:
    """Give an account exactly these roles.

    Raises:
        NotAllowed: a role is not the actor's to give or to take; nobody changes their own.
        InvalidInput: a role does not exist in this kind of organisation, or two of the three
            administrators' roles would be held at once.
        InvalidState: nobody would be left with a role that somebody must hold.
    """
    require(account.pk != actor.account_id, _("不能调整本人的角色"))
    organization = _locked(account.organization)
    before, after = _held(account), frozenset(roles)
    _check_roles(actor, organization, before=before, after=after)
    if before == after:
        return
    _check_left(account, before - after)
    RoleGrant.objects.filter(account=account, role__in=before - after).delete()
    RoleGrant.objects.bulk_create(
        RoleGrant(account=account, role=role) for role in sorted(after - before)
    )
    given, taken = sorted(after - before), sorted(before - after)
    account_event(actor, events.ACCOUNT_ROLES_SET, account, given=given, taken=taken)


@transaction.atomic
def account_disable(*, actor: Actor, account: Account, reason: str) -> Account:
    """Close an account: its sessions end, and it signs in no more.

    Raises:
        NotAllowed: it is not the actor's to close.
        InvalidInput: no reason is given.
        InvalidState: it is the last with a role that somebody must hold.
    """
    require(may_keep(actor, account))
    if not reason.strip():
        raise InvalidInput(_("请填写原因"), code="required", field="reason")
    _locked(account.organization)
    _check_left(account, _held(account))
    account.is_active = False
    account.save(update_fields=["is_active"])
    # bindings stay, and speak for nobody as long as the account is closed
    sessions_end(actor=actor, account=account, why=SessionEnd.CLOSED, unbind=False)
    account_event(actor, events.ACCOUNT_DISABLED, account, reason=reason)
    return account


@transaction.atomic
def account_enable(*, actor: Actor, account: Account) -> Account:
    """Open an account that was closed.

    Raises:
        NotAllowed: it is not the actor's to open.
    """
    require(may_keep(actor, account))
    account.is_active = True
    account.save(update_fields=["is_active"])
    account_event(actor, events.ACCOUNT_ENABLED, account)
    return account


@transaction.atomic
def account_reset(*, actor: Actor, account: Account, forget_authenticator: bool = False) -> str:
    """Help somebody of one's own organisation back in; return the password to hand over.

    Every session ends, and every binding to WeChat; the lock opens. The operator's administrators
    need two people for it (`services.resets`).

    Raises:
        NotAllowed: it is not the actor's to reset, or not the actor's alone.
    """
    require(may_guard(actor, account), _("您不能重置该账号的密码"))
    alone = not GUARD_ACCOUNTS.held_by(actor)
    require(alone, _("管理员重置密码须由另一名管理员确认，请提交申请"))
    return account_help_in(actor=actor, account=account, forget_authenticator=forget_authenticator)


def account_help_in(*, actor: Actor, account: Account, forget_authenticator: bool) -> str:
    """Reset an account, in the transaction of a service that has checked who may."""
    password = one_time_password()
    account.must_change_password = True
    _take_password(account, password)
    tries_forget(account=account)
    sessions_end(actor=actor, account=account, why=SessionEnd.PASSWORD)
    if forget_authenticator:
        authenticator_forget(actor=actor, account=account)
    notify(
        recipients=[account],
        kind=events.ACCOUNT_RESET,
        title="登录密码已重置",
        body=f"{actor.name}（{actor.organization_name}）重置了您的登录密码。"
        "如非您本人申请，请立即联系本单位负责人。",
    )
    account_event(actor, events.ACCOUNT_RESET, account, authenticator=forget_authenticator)
    return password


@transaction.atomic
def account_unlock(*, actor: Actor, account: Account) -> None:
    """Forget the wrong passwords and codes that locked an account, from wherever they came.

    Raises:
        NotAllowed: it is not the actor's to unlock.
    """
    require(may_guard(actor, account))
    tries_forget(account=account)
    account_event(actor, events.ACCOUNT_UNLOCKED, account)


def password_change(
    *,
    actor: Actor,
    account: Account,
    new: str,
    old: str | None = None,
    keep: str = "",
    unbind: bool = False,
    request: HttpRequest | None = None,
) -> None:
    """Change one's own password; every other session ends (`keep`: the key of this one).

    `unbind` ends the bindings to WeChat as well: who fears for the password cannot know which of
    them a stranger made with it. `old` is asked while signed in; during sign-in it has just been
    proved.

    Raises:
        NotAllowed: the account is somebody else's.
        Locked, RateLimitExceeded: too many wrong ones at `old`.
        InvalidInput: at `old` or `new`; the present one is wrong, or the new one breaks the policy.
    """
    require(account.pk == actor.account_id)
    if old is not None:
        with counted_try("old", username=account.username, account=account, request=request):
            if not account.check_password(old):
                raise InvalidInput(_("当前密码不正确"), code="wrong", field="old")
    if account.check_password(new):
        raise InvalidInput(_("新密码不能与当前密码相同"), code="same", field="new")
    _check_password(account, new, field="new")
    account.must_change_password = False
    with transaction.atomic():
        _take_password(account, new)
        sessions_end(
            actor=actor, account=account, why=SessionEnd.PASSWORD, keep=keep, unbind=unbind
        )
        account_event(actor, events.PASSWORD_CHANGED, account)


def _check_password(account: Account, password: str, *, field: str) -> None:
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise InvalidInput("；".join(error.messages), code="weak", field=field) from error


def _take_password(account: Account, password: str, *, is_new: bool = False) -> None:
    account.set_password(password)
    account.password_set_at = now()
    if is_new:
        account.save(force_insert=True)
    else:
        account.save(update_fields=["password", "password_set_at", "must_change_password"])
    PastPassword.objects.create(account=account, password=account.password)


def _check_person(*, display_name: str, phone: str, username: str | None = None) -> None:
    problems = Problems()
    problems.unless(bool(display_name.strip()), "display_name", _("请填写姓名"), "required")
    phone_fits = not phone or PHONE.fullmatch(phone) is not None
    problems.unless(phone_fits, "phone", _("请填写正确的手机号"), "format")
    name_fits = username is None or USERNAME.fullmatch(username) is not None
    message = _("账号须为 3 至 64 位字母、数字或 . _ - @，以字母或数字开头")
    problems.unless(name_fits, "username", message, "format")
    problems.refuse_if_any()


def _check_roles(
    actor: Actor, organization: Organization, *, before: frozenset[str], after: frozenset[str]
) -> None:
    known = frozenset(GRANTORS[organization.kind])
    if not after <= known:
        raise InvalidInput(_("该类单位没有这个角色"), code="unknown", field="roles")
    if len(after & ADMINISTRATORS) > 1:
        message = _("系统、安全、审计管理员必须由不同账号担任")
        raise InvalidInput(message, code="apart", field="roles")
    own = organization.pk == actor.organization_id
    given = known if actor.is_system else roles_given_by(actor, organization.kind, own=own)
    if not (before ^ after) <= given:
        raise NotAllowed(_("您不能授予或收回这个角色"), field="roles")


def _check_left(account: Account, taken: frozenset[str]) -> None:
    """Refuse to leave an organisation without a role that somebody must hold."""
    for role in sorted(taken & NEVER_WITHOUT):
        others = RoleGrant.objects.filter(
            role=role,
            account__organization=account.organization_id,
            account__is_active=True,
        ).exclude(account=account)
        if not others.exists():
            message = _("该账号是最后一名%(role)s，请先授予其他账号") % {"role": Role(role).label}
            raise InvalidState(message, code="last")


def _held(account: Account) -> frozenset[str]:
    return frozenset(RoleGrant.objects.filter(account=account).values_list("role", flat=True))


def _locked(organization: Organization) -> Organization:
    return Organization.unscoped().select_for_update().get(pk=organization.pk)
