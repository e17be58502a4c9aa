"""Reads about people and organisations."""

from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q

from yunjian.identity.models import (
    Account,
    District,
    Organization,
    SecondFactor,
    WechatBinding,
)
from yunjian.kernel.actor import Actor


def actor_for(account: Account) -> Actor:
    """Return the actor that an account is: its organisation, roles and districts (one query)."""
    facts = (
        Account.objects.filter(pk=account.pk)
        .annotate(
            roles=ArrayAgg("role_grants__role", distinct=True, filter=Q(role_grants__role__gt="")),
            districts=ArrayAgg(
                "organization__jurisdiction__code",
                distinct=True,
                filter=Q(organization__jurisdiction__code__gt=""),
            ),
        )
        .values_list("roles", "districts")
        .get()
    )
    roles, districts = facts
    organization = account.organization
    limited = organization.kind == "authority" and bool(districts)
    return Actor(
        account_id=account.pk,
        name=account.display_name,
        organization_id=organization.pk,
        organization_name=organization.name,
        organization_kind=organization.kind,
        roles=frozenset(roles or ()),
        districts=frozenset(districts) if limited else None,
    )


def has_second_factor(account: Account) -> bool:
    """Tell whether the account has an authenticator, which is then asked at every sign-in."""
    return SecondFactor.objects.filter(account=account).exists()


def accounts_of(organization_id: UUID) -> list[Account]:
    """Return the active accounts of an organisation (to send messages to)."""
    return list(Account.objects.filter(organization_id=organization_id, is_active=True))


def account_ids_of(organization_id: UUID) -> list[UUID]:
    """Return the ids of the active accounts of an organisation (to send messages to)."""
    accounts = Account.objects.filter(organization_id=organization_id, is_active=True)
    return list(accounts.order_by().values_list("pk", flat=True))


def bindings_of_openid(app_id: str, openid: str) -> list[WechatBinding]:
    """Return the live bindings of a WeChat identity, the current one first."""
    return list(
        WechatBinding.objects.filter(app_id=app_id, openid=openid, unbound_at__isnull=True)
        .select_related("account__organization")
        .order_by("-is_current", "-bound_at")
    )


def districts() -> list[District]:
    """Return the districts of the city."""
    return list(District.objects.all())


def organization_of(actor: Actor) -> Organization:
    """Return the actor's own organisation.

    Raises:
        OutsideScope: the actor is the system.
    """
    return Organization.unscoped().select_related("district").get(pk=actor.own_organization)
