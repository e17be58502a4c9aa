"""Row-level security: the database knows as well which rows an actor reaches.

Every model states its `row_policy` beside its `visible_to`; `policy_sync.sync_policies` turns the
statements into PostgreSQL policies. The database learns who acts from four settings of the
session (`session_context`), which the database backend keeps true (`access.database`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from yunjian.access.actor import Actor

WHOLE_CITY = "*"


class SessionContext(NamedTuple):
    """What the database is told about who acts; empty texts when nobody does."""

    kind: str = ""
    organization: str = ""
    account: str = ""
    districts: str = ""


SETTINGS = tuple(f"yunjian.{name}" for name in SessionContext._fields)
NOBODY = SessionContext()
SYSTEM = SessionContext(kind="system")

_bypass_reason: ContextVar[str | None] = ContextVar("yunjian_bypass_rls", default=None)


@contextmanager
def bypass_rls(reason: str) -> Iterator[None]:
    """Let the statements inside reach every row: for the few that check on their own.

    Keep it as narrow as one statement, and say why; the threat model lists them.
    """
    token = _bypass_reason.set(reason)
    try:
        yield
    finally:
        _bypass_reason.reset(token)


def session_context(actor: Actor | None) -> SessionContext:
    """Return what the database is told when this actor acts."""
    if _bypass_reason.get() is not None:
        return SYSTEM
    if actor is None:
        return NOBODY
    if actor.is_system:
        return SYSTEM
    districts = WHOLE_CITY if actor.districts is None else ",".join(sorted(actor.districts))
    return SessionContext(
        kind=actor.organization_kind,
        organization=str(actor.organization_id or ""),
        account=str(actor.account_id or ""),
        districts=districts if actor.organization_kind == "authority" else "",
    )


# --- conditions in SQL; `{table}` is the table that the policy is on ---------------------------

# a scalar sub-select is evaluated once for each statement, not once for each row
_KIND = "(SELECT current_setting('yunjian.kind', true))"
_ORGANIZATION = "(SELECT nullif(current_setting('yunjian.organization', true), '')::uuid)"
_ACCOUNT = "(SELECT nullif(current_setting('yunjian.account', true), '')::uuid)"
_DISTRICTS = "(SELECT string_to_array(current_setting('yunjian.districts', true), ','))"
_CITY = f"(SELECT current_setting('yunjian.districts', true) = '{WHOLE_CITY}')"

BY_SYSTEM = f"{_KIND} = 'system'"
ACTING = f"{_KIND} <> ''"  # whoever acts
UNAUTHENTICATED = f"coalesce({_KIND}, '') = ''"  # nobody acts yet: somebody is about to sign in
ANYBODY = "true"
AUTHORITY = f"{_KIND} = 'authority'"
CITY_AUTHORITY = _CITY
OPERATOR = f"{_KIND} = 'operator'"
DISCHARGER = f"{_KIND} = 'discharger'"
NOT_AGENCY = f"{_KIND} <> 'agency'"


def own(column: str) -> str:
    """Rows whose column names the actor's organisation."""
    return f"{{table}}.{column} = {_ORGANIZATION}"


def mine(column: str) -> str:
    """Rows whose column names the actor's account."""
    return f"{{table}}.{column} = {_ACCOUNT}"


def in_district(column: str) -> str:
    """Rows whose column names a district of the acting authority."""
    return f"({_CITY} OR {{table}}.{column} = ANY (({_DISTRICTS})::text[]))"


def listed(column: str, select: str) -> str:
    """Rows whose column is among what a SELECT, itself under policies, returns (`$me` as below)."""
    return f"{{table}}.{column} IN ({select.replace('$me', _ORGANIZATION)})"


def through(column: str, table: str) -> str:
    """Rows whose parent (in another table, by its `id`) the actor reaches."""
    return f"EXISTS (SELECT FROM {table} parent WHERE parent.id = {{table}}.{column})"


def through_own(column: str, table: str, owner: str = "organization_id") -> str:
    """Rows whose parent belongs to the actor's organisation."""
    return (
        f"EXISTS (SELECT FROM {table} parent WHERE parent.id = {{table}}.{column}"
        f" AND parent.{owner} = {_ORGANIZATION})"
    )


def among(column: str, function: str) -> str:
    """Rows whose column is among the ids that a policy function returns."""
    return f"{{table}}.{column} IN (SELECT {function}())"


def one_of(*conditions: str) -> str:
    """Rows of which one condition holds."""
    return f"({' OR '.join(conditions)})"


def both(*conditions: str) -> str:
    """Rows of which all conditions hold."""
    return f"({' AND '.join(conditions)})"


@dataclass(frozen=True, slots=True)
class RowPolicy:
    """Which rows of a table are reached: each part is a list of conditions, one of which holds.

    `write` (change and delete) is as `read` unless it is stated, `add` as `write`. The system
    reaches every row.
    """

    read: tuple[str, ...]
    write: tuple[str, ...] | None = None
    add: tuple[str, ...] | None = None

    @property
    def written(self) -> tuple[str, ...]:
        """Return what holds for changing and deleting."""
        return self.read if self.write is None else self.write

    @property
    def added(self) -> tuple[str, ...]:
        """Return what holds for new rows."""
        return self.written if self.add is None else self.add


@dataclass(frozen=True, slots=True)
class Unrestricted:
    """A table without a row policy, and why it needs none."""

    reason: str


@dataclass(frozen=True, slots=True)
class PolicyFunction:
    """A function that a policy asks for ids: it runs as the owner of the tables, without policies.

    Without it policies that ask for one another's rows would never come to an end. `body` is one
    SELECT of ids; in it `$me` is the actor's organisation, `$all` holds for an authority of the
    whole city, and `$here` are the districts of the others.
    """

    name: str
    body: str

    every: ClassVar[list["PolicyFunction"]] = []

    def __post_init__(self) -> None:
        self.every.append(self)

    @property
    def sql(self) -> str:
        """Return the body as PostgreSQL takes it."""
        return (
            self.body.replace("$me", _ORGANIZATION)
            .replace("$all", _CITY)
            .replace("$here", f"(({_DISTRICTS})::text[])")
        )
