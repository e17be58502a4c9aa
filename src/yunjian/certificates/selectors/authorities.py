"""Reads about certificates, revocation lists and registrations."""

from dataclasses import dataclass
from datetime import timedelta

from yunjian.access.actor import Actor
from yunjian.certificates.core.chain import UnreadableAuthority
from yunjian.certificates.domain.trust import trust_store
from yunjian.certificates.models import (
    AgencyRegistration,
    OrganizationCertificate,
    RevocationList,
)
from yunjian.kernel.clock import now

SOON = timedelta(hours=12)
CERTIFICATES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class AuthorityState:
    """What is known of one trusted authority. `state` is "missing", "stale", "soon" or "good"."""

    name: str
    state: str
    lists: tuple[RevocationList, ...]


def authority_states() -> list[AuthorityState]:
    """Return each trusted authority with its stored lists, worst first.

    Raises:
        UnreadableAuthority: a file among the trusted authorities holds something else.
    """
    results = []
    for authority in trust_store().authorities:
        lists = tuple(RevocationList.objects.filter(issuer_id=authority.authority_id))
        results.append(AuthorityState(authority.subject, _state(lists), lists))
    order = ("missing", "stale", "soon", "good")
    return sorted(results, key=lambda state: order.index(state.state))


def registration_of(actor: Actor) -> AgencyRegistration | None:
    """Return what the actor's agency said when it registered; None when it never did."""
    return (
        AgencyRegistration.objects.filter(organization_id=actor.own_organization)
        .select_related("organization")
        .first()
    )


def certificates_of(actor: Actor) -> list[OrganizationCertificate]:
    """Return the certificates with which the actor's organisation has signed in, newest first."""
    rows = OrganizationCertificate.objects.filter(organization_id=actor.own_organization)
    return list(rows.order_by("-last_used_at")[:CERTIFICATES_SHOWN])


def is_set_up() -> bool:
    """Tell whether anybody can sign in with a certificate here."""
    try:
        return bool(trust_store().configured)
    except UnreadableAuthority:
        return False


def _state(lists: tuple[RevocationList, ...]) -> str:
    if not lists:
        return "missing"
    earliest = min(held.next_update for held in lists)
    if earliest <= now():
        return "stale"
    return "soon" if earliest <= now() + SOON else "good"
