"""Accounts and their roles."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from yunjian.evidence.services import record
from yunjian.identity.models import Account, Organization, RoleGrant
from yunjian.kernel.actor import Actor
from yunjian.kernel.errors import InvalidInput


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
) -> Account:
    """Make an account with its roles.

    Raises:
        InvalidInput: the name is taken or the password breaks the policy.
    """
    account = Account(
        username=username, display_name=display_name, phone=phone, organization=organization
    )
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise InvalidInput("；".join(error.messages), code="weak", field="password") from error
    if Account.objects.filter(username=username).exists():
        raise InvalidInput(_("该账号已被使用"), code="taken", field="username")
    account.set_password(password)
    account.save(force_insert=True)
    RoleGrant.objects.bulk_create([RoleGrant(account=account, role=role) for role in roles])
    record(
        actor=actor,
        verb="account.created",
        obj=account,
        organization_id=organization.pk,
        payload={"username": username, "roles": sorted(roles)},
    )
    return account
