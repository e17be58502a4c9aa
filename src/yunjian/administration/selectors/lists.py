"""Reads of administration. Callers have checked that the actor may open the page."""

from datetime import date
from typing import TypeVar

from django.db.models import Count, Model, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from yunjian.access.actor import Actor
from yunjian.evidence.models import Event, LogEntry
from yunjian.evidence.vocabulary import object_types
from yunjian.identity.models import (
    Account,
    AccountSession,
    District,
    Organization,
    RoleGrant,
    SignInAttempt,
)
from yunjian.identity.selectors import open_sessions
from yunjian.kernel.clock import day_bounds
from yunjian.kernel.ids import lowest_id_at
from yunjian.messaging.models import Notice
from yunjian.records.filters import text_filter, value_filter
from yunjian.records.models import DictionaryEntry

Row = TypeVar("Row", bound=Model)


def organizations(
    *, q: str = "", kind: str = "", district: str = "", status: str = ""
) -> QuerySet[Organization]:
    """Return the organisations with the number of their accounts; `q`: part of name or code."""
    rows: QuerySet[Organization] = (
        Organization.objects.select_related("district")
        .prefetch_related("jurisdiction")
        .annotate(account_count=Count("accounts", filter=Q(accounts__is_active=True)))
    )
    if district:
        rows = rows.filter(Q(district=district) | Q(district__within=district))
    return rows.filter(text_filter(q, "name", "uscc"), value_filter(kind=kind, status=status))


def areas() -> QuerySet[District]:
    """Return districts and parks with the number of organisations in each."""
    return District.objects.select_related("within").annotate(
        organization_count=Count("organizations", distinct=True),
        authority_count=Count("authorities", distinct=True),
    )


def entries(dictionary: str) -> QuerySet[DictionaryEntry]:
    """Return the values of a dictionary in their order."""
    return DictionaryEntry.objects.filter(dictionary=dictionary)


def notices_kept(actor: Actor, *, q: str = "", state: str = "") -> QuerySet[Notice]:
    """Return the notices that are the actor's to keep, newest first."""
    rows: QuerySet[Notice] = Notice.unscoped().order_by("-id")
    if actor.organization_kind != "operator":
        rows = rows.filter(organization_id=actor.own_organization)
    return rows.filter(text_filter(q, "title"), value_filter(state=state))


def signin_attempts(
    *,
    q: str = "",
    outcome: str = "",
    means: str = "",
    address: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[SignInAttempt]:
    """Return the login log; `q`: part of what was typed, of a name or of an organisation."""
    rows = SignInAttempt.objects.select_related("account", "organization").filter(
        text_filter(q, "username", "account__display_name", "organization__name"),
        value_filter(outcome=outcome, means=means, address=address),
    )
    return between(rows, since, until)


def events(
    *,
    organization: str = "",
    person: str = "",
    verb: str = "",
    kind: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[Event]:
    """Return what happened, with whose record it belongs to and its place in the log.

    `organization` and `person` are parts of names; `kind` is the kind of the object.
    """
    names = Organization.unscoped().filter(pk=OuterRef("chain")).values("name")
    people = Account.objects.filter(pk=OuterRef("actor_account_id")).values("display_name")
    rows: QuerySet[Event] = Event.objects.annotate(
        chain_name=Subquery(names[:1]),
        log_index=Subquery(LogEntry.objects.filter(event_id=OuterRef("pk")).values("index")),
        who=Coalesce(NullIf("actor_name", Value("")), Subquery(people[:1]), Value("")),
    )
    if organization:
        owners = Organization.unscoped().filter(name__icontains=organization)
        rows = rows.filter(chain__in=owners.values("pk"))
    if person:
        accounts = Account.objects.filter(display_name__icontains=person)
        rows = rows.filter(
            Q(actor_name__icontains=person) | Q(actor_account_id__in=accounts.values("pk"))
        )
    kinds = object_types(kind) if kind else []
    return between(rows.filter(value_filter(verb=verb, object_type__in=kinds)), since, until)


def sessions_online(*, q: str = "", kind: str = "", means: str = "") -> QuerySet[AccountSession]:
    """Return the sessions that last now; `q`: part of an account's, person's or organisation's
    name."""
    names = ("account__username", "account__display_name", "account__organization__name")
    return (
        open_sessions()
        .select_related("account__organization")
        .filter(text_filter(q, *names), value_filter(account__organization__kind=kind, means=means))
    )


def holders_of_roles() -> dict[tuple[str, str], int]:
    """Return how many active accounts hold each role in each kind of organisation."""
    counted = (
        RoleGrant.objects.filter(account__is_active=True)
        .values_list("account__organization__kind", "role")
        .annotate(number=Count("pk"))
        .order_by()
    )
    return {(kind, role): number for kind, role, number in counted}


def between(rows: QuerySet[Row], since: date | None, until: date | None) -> QuerySet[Row]:
    """Limit rows with time-ordered ids to Shanghai days, both included."""
    if since is not None:
        rows = rows.filter(pk__gte=lowest_id_at(day_bounds(since)[0]))
    if until is not None:
        rows = rows.filter(pk__lt=lowest_id_at(day_bounds(until)[1]))
    return rows
