"""Who may do what with accounts: the roles of each kind of organisation, and who gives them."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import Permission, permission
from yunjian.identity.models import Account
from yunjian.identity.models.accounts import Role
from yunjian.identity.validators import must_change

PORTAL_OF_KIND = {
    "discharger": "source",
    "agency": "agency",
    "authority": "supervision",
    "operator": "system",
}

# which roles exist in which kind of organisation, and which roles of the same organisation give
# them; a security administrator gives all of them
GRANTORS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "discharger": {
        Role.OWNER: frozenset({Role.OWNER}),
        Role.MANAGER: frozenset({Role.OWNER}),
        Role.VIEWER: frozenset({Role.OWNER, Role.MANAGER}),
    },
    "agency": {
        Role.OWNER: frozenset({Role.OWNER}),
        Role.MANAGER: frozenset({Role.OWNER}),
        Role.ENGINEER: frozenset({Role.OWNER, Role.MANAGER}),
        Role.QUALITY_SUPERVISOR: frozenset({Role.OWNER, Role.MANAGER}),
        Role.VIEWER: frozenset({Role.OWNER, Role.MANAGER}),
    },
    "authority": {
        Role.OWNER: frozenset({Role.OWNER}),
        Role.MANAGER: frozenset({Role.OWNER}),
        Role.REVIEWER: frozenset({Role.OWNER, Role.MANAGER}),
        Role.INSPECTOR: frozenset({Role.OWNER, Role.MANAGER}),
        Role.CREDIT_OFFICER: frozenset({Role.OWNER, Role.MANAGER}),
        Role.RULE_ADMINISTRATOR: frozenset({Role.OWNER, Role.MANAGER}),
        Role.VIEWER: frozenset({Role.OWNER, Role.MANAGER}),
    },
    "operator": {
        Role.SYSTEM_ADMINISTRATOR: frozenset(),
        Role.SECURITY_ADMINISTRATOR: frozenset(),
        Role.AUDIT_ADMINISTRATOR: frozenset(),
    },
}
# 三员分离: an account holds one of them at most (a constraint of the database sees to it)
ADMINISTRATORS = frozenset(GRANTORS["operator"])
# roles that somebody active must hold once somebody does
NEVER_WITHOUT = frozenset({Role.OWNER}) | ADMINISTRATORS

MANAGE_OWN = permission(
    "identity.accounts",
    _("管理本单位账号"),
    within=_("本单位"),
    discharger=(Role.OWNER, Role.MANAGER),
    agency=(Role.OWNER, Role.MANAGER),
    authority=(Role.OWNER, Role.MANAGER),
)
KEEP_ORGANIZATIONS = permission(
    "identity.organizations",
    _("建立、修改、锁定单位，维护辖区"),
    within=_("全部单位"),
    operator=(Role.SYSTEM_ADMINISTRATOR,),
)
KEEP_ACCOUNTS = permission(
    "identity.accounts_of_all",
    _("建立、修改、停用任何单位的账号"),
    within=_("全部单位；不授予角色"),
    operator=(Role.SYSTEM_ADMINISTRATOR,),
)
GUARD_ACCOUNTS = permission(
    "identity.security_of_all",
    _("授予角色、申请重置密码、解锁、强制下线"),
    within=_("全部单位；不含本人"),
    operator=(Role.SECURITY_ADMINISTRATOR,),
)
CONFIRM_RESETS = permission(
    "identity.confirm_resets",
    _("确认安全管理员申请的密码重置"),
    within=_("全部单位；不含本人"),
    operator=(Role.SYSTEM_ADMINISTRATOR,),
)
SEE_RESETS = permission(
    "identity.resets",
    _("查看密码重置申请"),
    within=_("全部单位"),
    operator=(Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR),
)

# whose portals on a PC no session from WeChat opens: it has the strength of a telephone
PHONE_ONLY_IN_WECHAT = frozenset({"authority", "operator"})
PHONE_PATHS = ("/h5/", "/api/", "/files/", "/signin/", "/signout/")


def may_keep(actor: Actor, account: Account) -> bool:
    """Tell whether the actor may rename, close and open an account."""
    return _may(actor, account, KEEP_ACCOUNTS)


def may_guard(actor: Actor, account: Account) -> bool:
    """Tell whether the actor may reset an account's password, unlock it and end its sessions."""
    return _may(actor, account, GUARD_ACCOUNTS)


def may_end_sessions(actor: Actor, account: Account) -> bool:
    """Who may close or guard an account may end its sessions."""
    return may_keep(actor, account) or may_guard(actor, account)


def roles_given_by(actor: Actor, kind: str, *, own: bool) -> frozenset[str]:
    """Return the roles of a kind of organisation that the actor may give and take.

    `own` says whether the organisation is the actor's.
    """
    known = GRANTORS[kind]
    if GUARD_ACCOUNTS.held_by(actor):
        return frozenset(known)
    if not own:
        return frozenset()
    return frozenset(role for role, grantors in known.items() if actor.roles & grantors)


def _may(actor: Actor, account: Account, of_all: Permission) -> bool:
    """Tell whether the account is another's, and below the actor or the business of the operator.

    Below: it is of the actor's organisation and holds nothing above the actor.
    """
    if account.pk == actor.account_id:
        return False
    if of_all.held_by(actor):
        return True
    if account.organization_id != actor.organization_id or not MANAGE_OWN.held_by(actor):
        return False
    given = roles_given_by(actor, actor.organization_kind, own=True)
    return roles_of(account) <= given


def roles_of(account: Account) -> frozenset[str]:
    """Return the roles an account holds (from what was prefetched, if it was)."""
    return frozenset(grant.role for grant in account.role_grants.all())


def needs_second_factor(account: Account, roles: Collection[str] | None = None) -> bool:
    """Tell whether an account must have an authenticator: by its kind of organisation or a role.

    `roles` are the account's, if they are known already.
    """
    kind = account.organization.kind
    if kind in settings.SECOND_FACTOR_KINDS:
        return True
    demanded = settings.SECOND_FACTOR_ROLES.get(kind, ())
    held = () if not demanded else roles_of(account) if roles is None else roles
    return not set(demanded).isdisjoint(held)


class Suspension(StrEnum):
    """Why a binding to WeChat speaks for nobody now."""

    CHANGE_PENDING = "change_pending"
    SECOND_FACTOR = "second_factor"


def suspension(
    account: Account, *, with_second_factor: bool, has_second_factor: bool, roles: Collection[str]
) -> Suspension | None:
    """Return why a binding is suspended, if it is.

    It is as strong as what was proved when it was made, and waits as long as the account's
    password has to be changed.
    """
    if must_change(account):
        return Suspension.CHANGE_PENDING
    if with_second_factor or not (has_second_factor or needs_second_factor(account, roles)):
        return None
    return Suspension.SECOND_FACTOR


def opens_with_wechat(kind: str, path: str) -> bool:
    """Tell whether a session from WeChat counts at an address, for people of this kind."""
    return kind not in PHONE_ONLY_IN_WECHAT or path.startswith(PHONE_PATHS)
