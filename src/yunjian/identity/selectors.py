"""Reads about people and organisations."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.shortcuts import get_object_or_404

from yunjian.access.actor import Actor
from yunjian.identity.models import (
    Account,
    AccountSession,
    District,
    Organization,
    ResetRequest,
    RoleGrant,
    SecondFactor,
    WechatBinding,
)
from yunjian.identity.models.security import Means, SessionEnd
from yunjian.identity.policies import (
    GUARD_ACCOUNTS,
    KEEP_ACCOUNTS,
    MANAGE_OWN,
    Suspension,
    roles_of,
    suspension,
)
from yunjian.kernel.clock import now
from yunjian.kernel.digests import digest
from yunjian.kernel.prepared_queries import Parameter, PreparedQuery
from yunjian.records.filters import text_filter, value_filter

FACTS = ("held_roles", "held_districts", "held_parks")
NOTED_EVERY = timedelta(minutes=1)
NOBODY = Actor(None, "", None, "", "")
ACTIVE_ACCOUNTS = PreparedQuery(
    lambda: (
        Account.objects.filter(organization_id=Parameter("organization"), is_active=True)
        .order_by()
        .values_list("pk")
    )
)

SESSION = PreparedQuery(
    lambda: (
        AccountSession.objects.filter(key_digest=Parameter("key"), account_id=Parameter("account"))
        .order_by()
        .annotate(
            **_facts("account__"),
            has_factor=Exists(SecondFactor.objects.filter(account=OuterRef("account_id"))),
        )
        .values_list(
            "pk",
            "means",
            "ended_why",
            "seen_at",
            "idle_until",
            "lasts_until",
            "binding_id",
            "binding__unbound_at",
            "binding__with_second_factor",
            "has_factor",
            *FACTS,
        )
    )
)


def actor_for(account: Account) -> Actor:
    """Return the actor that an account is: its organisation, roles and districts (one query)."""
    rows = Account.objects.filter(pk=account.pk).annotate(**_facts(""))
    return _actor(account, *rows.values_list(*FACTS).get())


@dataclass(frozen=True, slots=True)
class LiveSession:
    """What a request needs to know about its session; `why_over` is empty while it lasts."""

    pk: UUID
    actor: Actor
    means: str
    why_over: str
    is_ended: bool
    is_to_be_noted: bool


def live_session(account: Account, session_key: str) -> LiveSession:
    """Return the session of a request with its actor (one query)."""
    row = SESSION.row(key=key_digest(session_key), account=account.pk)
    if row is None:  # Django knows it, we do not: it counts for nothing
        return LiveSession(UUID(int=0), NOBODY, "", SessionEnd.EXPIRED, True, False)  # noqa: FBT003
    pk, means, ended_why, seen_at, idle_until, lasts_until, *binding, has_factor = row[:10]
    at, actor = now(), _actor(account, *row[10:])
    why_over = ended_why or _ran_out(at, idle_until, lasts_until)
    if not why_over and means == Means.WECHAT:
        why_over = _why_not_through(account, actor, *binding, has_factor=has_factor)
    return LiveSession(
        pk=pk,
        actor=actor,
        means=means,
        why_over=why_over,
        is_ended=bool(ended_why),
        is_to_be_noted=at - seen_at >= NOTED_EVERY,
    )


def _ran_out(at: datetime, idle_until: datetime, lasts_until: datetime) -> str:
    if at >= lasts_until:
        return SessionEnd.EXPIRED
    return SessionEnd.IDLE if at >= idle_until else ""


def _why_not_through(
    account: Account,
    actor: Actor,
    binding_id: UUID | None,
    unbound_at: datetime | None,
    with_second_factor: bool | None,  # noqa: FBT001 - columns of a row
    *,
    has_factor: bool,
) -> str:
    """Return why a session counts no more whose binding to WeChat has ended or is suspended."""
    if binding_id is None or unbound_at is not None:
        return SessionEnd.UNBOUND
    why = suspension(
        account,
        with_second_factor=bool(with_second_factor),
        has_second_factor=has_factor,
        roles=actor.roles,
    )
    return SessionEnd.SUSPENDED if why else ""


def _facts(prefix: str) -> dict[str, ArrayAgg]:
    """Return the expressions of `FACTS`, from an account or from what has one."""
    paths = (
        f"{prefix}role_grants__role",
        f"{prefix}organization__jurisdiction__code",
        f"{prefix}organization__jurisdiction__parks__code",
    )
    return {
        name: ArrayAgg(path, distinct=True, filter=Q(**{f"{path}__gt": ""}))
        for name, path in zip(FACTS, paths, strict=True)
    }


def _actor(
    account: Account,
    roles: list[str] | None,
    districts: list[str] | None,
    parks: list[str] | None,
) -> Actor:
    organization = account.organization
    limited = organization.kind == "authority" and bool(districts)
    return Actor(
        account_id=account.pk,
        name=account.display_name,
        organization_id=organization.pk,
        organization_name=organization.name,
        organization_kind=organization.kind,
        roles=frozenset(roles or ()),
        districts=frozenset([*(districts or ()), *(parks or ())]) if limited else None,
    )


def key_digest(session_key: str) -> str:
    """Return what is kept of a session key."""
    return digest(session_key.encode())


def open_sessions() -> QuerySet[AccountSession]:
    """Return the sessions that last now, of everybody; callers limit them to what may be seen."""
    at = now()
    return AccountSession.objects.filter(
        ended_at__isnull=True, idle_until__gt=at, lasts_until__gt=at
    )


def has_second_factor(account: Account) -> bool:
    """Tell whether the account has an authenticator, which is then asked at every sign-in."""
    return SecondFactor.objects.filter(account=account).exists()


def account_ids_of(organization_id: UUID) -> list[UUID]:
    """Return the ids of the active accounts of an organisation (to send messages to)."""
    return [row[0] for row in ACTIVE_ACCOUNTS.rows(organization=organization_id)]


def holders_of(roles: Collection[str]) -> set[UUID]:
    """Return the ids of the active accounts of the operator that hold one of these roles."""
    rows = RoleGrant.objects.filter(
        role__in=roles, account__is_active=True, account__organization__kind="operator"
    )
    return set(rows.order_by().values_list("account_id", flat=True))


def reset_requests(*, state: str = "") -> QuerySet[ResetRequest]:
    """Return the requests for resets; row policies show them to the operator alone."""
    rows = ResetRequest.objects.select_related(
        "account__organization", "requested_by", "decided_by"
    )
    return rows.filter(value_filter(state=state))


def live_bindings(**wanted: Any) -> QuerySet[WechatBinding]:
    """Return the bindings with our official account that were not ended, the latest first."""
    return WechatBinding.objects.filter(
        app_id=settings.WECHAT_APP_ID, unbound_at__isnull=True, **wanted
    ).order_by("-bound_at")


def suspension_of_binding(binding: WechatBinding) -> Suspension | None:
    """Return why a binding speaks for nobody now, if it is suspended."""
    account = binding.account
    return suspension(
        account,
        with_second_factor=binding.with_second_factor,
        has_second_factor=has_second_factor(account),
        roles=roles_of(account),
    )


def bindings_of(account_id: UUID) -> QuerySet[WechatBinding]:
    """Return the live bindings of an account with the last use of each."""
    used = AccountSession.objects.filter(binding=OuterRef("pk")).order_by("-id")
    rows = live_bindings(account_id=account_id).select_related("account__organization")
    return rows.annotate(last_seen=Subquery(used.values("seen_at")[:1]))


def bindings_of_openid(openid: str) -> list[WechatBinding]:
    """Return the live bindings of a WeChat identity, the current one first."""
    rows = live_bindings(openid=openid).select_related("account__organization")
    return list(rows.order_by("-is_current", "-bound_at"))


def districts() -> list[District]:
    """Return the districts of the city."""
    return list(District.objects.all())


def organization_of(actor: Actor) -> Organization:
    """Return the actor's own organisation.

    Raises:
        OutsideScope: the actor is the system.
    """
    return Organization.unscoped().select_related("district").get(pk=actor.own_organization)


def accounts_managed(
    actor: Actor, *, q: str = "", role: str = "", state: str = "", kind: str = ""
) -> QuerySet[Account]:
    """Return the accounts whose keeping or guarding is the actor's business, newest first.

    `q` is part of a sign-in name, a name or an organisation's name; `state` is "active",
    "disabled" or "waiting" (the first password was not changed yet).
    """
    rows = Account.objects.select_related("organization").prefetch_related("role_grants")
    if not (KEEP_ACCOUNTS.held_by(actor) or GUARD_ACCOUNTS.held_by(actor)):
        if not MANAGE_OWN.held_by(actor):
            return rows.none()
        rows = rows.filter(organization_id=actor.own_organization)
    rows = rows.filter(
        text_filter(q, "username", "display_name", "organization__name"),
        value_filter(organization__kind=kind),
    )
    if role:
        rows = rows.filter(Exists(RoleGrant.objects.filter(account=OuterRef("pk"), role=role)))
    if state == "waiting":
        rows = rows.filter(is_active=True, must_change_password=True)
    elif state:
        rows = rows.filter(is_active=state == "active")
    return rows.annotate(
        has_authenticator=Exists(SecondFactor.objects.filter(account=OuterRef("pk"))),
        last_seen=Subquery(
            AccountSession.objects.filter(account=OuterRef("pk"))
            .order_by("-id")
            .values("seen_at")[:1]
        ),
    )


def account_managed(actor: Actor, account_id: UUID) -> Account:
    """Return one of them.

    Raises:
        Http404: there is none, or it is not the actor's business.
    """
    return get_object_or_404(accounts_managed(actor), pk=account_id)


def sessions_of(account_id: UUID) -> list[AccountSession]:
    """Return where an account is signed in, the latest first."""
    return list(open_sessions().filter(account_id=account_id).order_by("-seen_at"))


def account_of(actor: Actor) -> Account:
    """Return the actor's own account.

    Raises:
        Account.DoesNotExist: the actor is the system.
    """
    if actor.account_id is None:
        raise Account.DoesNotExist
    return Account.objects.select_related("organization").get(pk=actor.account_id)
