"""The first people of an installation: the operator and its three administrators."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.administration.policies import AUDIT, SECURITY, SYSTEM
from yunjian.identity.models import Organization
from yunjian.identity.models.organizations import OrganizationKind
from yunjian.identity.services.accounts import account_open
from yunjian.identity.services.organizations import organization_create
from yunjian.kernel.errors import Conflict

ADMINISTRATORS = {SYSTEM: "系统管理员", SECURITY: "安全管理员", AUDIT: "审计管理员"}


@dataclass(frozen=True, slots=True)
class FirstAccount:
    """An account, and the password that is handed over once."""

    title: str
    username: str
    password: str


@transaction.atomic
def operator_create(
    *, actor: Actor, name: str, uscc: str, usernames: Mapping[str, str]
) -> list[FirstAccount]:
    """Enter the operator with an account for each administrator's role (`usernames` by role).

    Raises:
        NotAllowed: the actor is not the system.
        Conflict: there is an operator.
        InvalidInput: the code is none, or a sign-in name is taken or has no right form.
    """
    require(actor.is_system)
    if Organization.unscoped().filter(kind=OrganizationKind.OPERATOR).exists():
        raise Conflict(_("已有系统运营单位，请由其系统管理员建立账号"))
    operator = organization_create(
        actor=actor, kind=OrganizationKind.OPERATOR, name=name, uscc=uscc
    )
    results = []
    for role, title in ADMINISTRATORS.items():
        account, password = account_open(
            actor=actor,
            organization=operator,
            username=usernames[role],
            display_name=title,
            roles=[role],
        )
        results.append(FirstAccount(title, account.username, password))
    return results
