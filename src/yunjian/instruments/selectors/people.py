"""Who is to hear of a filing."""

from django.db.models import Q

from yunjian.identity.models import Account
from yunjian.identity.models.organizations import OrganizationKind


def reviewers_of(district_code: str) -> list[Account]:
    """Return the active reviewers of the authorities whose jurisdiction holds the district."""
    everywhere = Q(organization__jurisdiction__isnull=True)
    return list(
        Account.objects.filter(
            everywhere | Q(organization__jurisdiction=district_code),
            is_active=True,
            organization__kind=OrganizationKind.AUTHORITY,
            role_grants__role="reviewer",
        ).distinct()
    )
