"""Sign-in with account and password."""

from typing import Any
from uuid import UUID

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from yunjian.identity.models import Account, Organization
from yunjian.identity.models.organizations import OrganizationStatus
from yunjian.identity.validators import is_stale
from yunjian.kernel.prepared_queries import (
    Parameter,
    PreparedQuery,
    column_names,
    instance_from_row,
)

ACCOUNT = PreparedQuery(
    lambda: (
        Account.objects.filter(
            pk=Parameter("account"), is_active=True, organization__status=OrganizationStatus.ACTIVE
        )
        .order_by()
        .values_list(
            *column_names(Account),
            *(f"organization__{name}" for name in column_names(Organization)),
        )
    )
)


class AccountBackend(BaseBackend):
    """Checks a password; loads the account of a session together with its organisation."""

    def authenticate(
        self,
        request: HttpRequest | None,  # noqa: ARG002 - Django's signature
        username: str | None = None,
        password: str | None = None,
        **_credentials: Any,
    ) -> Account | None:
        """Return the account whose password this is, if it and its organisation may work."""
        if not username or password is None:
            return None
        account = Account.objects.select_related("organization").filter(username=username).first()
        if account is None:
            Account().set_password(password)  # as slow as a wrong password: names cannot be probed
            return None
        may = account.is_active and account.organization.status == OrganizationStatus.ACTIVE
        right = account.check_password(password)
        return account if right and may and not is_stale(account) else None

    def get_user(self, user_id: UUID) -> Account | None:
        """Return the account of a session while it and its organisation may work."""
        row = ACCOUNT.row(account=user_id)
        if row is None:
            return None
        width = len(column_names(Account))
        account = instance_from_row(Account, row[:width])
        account.organization = instance_from_row(Organization, row[width:])
        return account
