"""Who acts. Every read and every write happens on behalf of an actor."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from uuid import UUID


class OutsideScope(RuntimeError):
    """Scoped data was touched while nobody was acting: a programming error, never shown."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person (or the system) as far as permissions are concerned.

    `districts` limits an authority's view to these district codes; None means the whole city.
    """

    account_id: UUID | None
    name: str
    organization_id: UUID | None
    organization_name: str
    organization_kind: str
    roles: frozenset[str] = field(default_factory=frozenset)
    districts: frozenset[str] | None = None

    @property
    def is_system(self) -> bool:
        """Whether this is the system itself (jobs, migrations, the command line)."""
        return self.organization_kind == "system"

    @property
    def own_organization(self) -> UUID:
        """Return the organisation that the actor belongs to.

        Raises:
            OutsideScope: it belongs to none (the system).
        """
        if self.organization_id is None:
            raise OutsideScope(f"{self.name} belongs to no organisation")
        return self.organization_id


_current: ContextVar[Actor | None] = ContextVar("yunjian_actor", default=None)


def current_actor() -> Actor:
    """Return who acts now.

    Raises:
        OutsideScope: nobody does.
    """
    actor = _current.get()
    if actor is None:
        raise OutsideScope("scoped data was read or written while no actor was acting")
    return actor


def acting_actor() -> Actor | None:
    """Return who acts now, or None when nobody does."""
    return _current.get()


@contextmanager
def acting_as(actor: Actor) -> Iterator[Actor]:
    """Let everything inside the block happen on behalf of the actor."""
    token = _current.set(actor)
    try:
        yield actor
    finally:
        _current.reset(token)


@contextmanager
def unauthenticated() -> Iterator[None]:
    """Let nobody act inside the block: for what is done to prove who somebody is.

    Who signs in as another is still acting as the one; row policies would hide the other.
    """
    token = _current.set(None)
    try:
        yield
    finally:
        _current.reset(token)


def system_actor(reason: str) -> Actor:
    """Return the actor for work that no person asked for; the reason shows in its events."""
    return Actor(
        account_id=None,
        name=f"系统（{reason}）",
        organization_id=None,
        organization_name="系统",
        organization_kind="system",
    )
