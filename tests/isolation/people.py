"""Somebody of every kind and role."""

from collections.abc import Iterator
from uuid import UUID, uuid4

from yunjian.access.actor import Actor
from yunjian.identity.policies import GRANTORS


def every_role() -> Iterator[tuple[str, str]]:
    """Return every kind of organisation with each of its roles."""
    for kind, roles in GRANTORS.items():
        for role in roles:
            yield kind, str(role)


def somebody(
    kind: str, role: str, organization: UUID, districts: frozenset[str] | None = None
) -> Actor:
    """Return an actor with one role."""
    return Actor(uuid4(), "某人", organization, "某单位", kind, frozenset({role}), districts)
