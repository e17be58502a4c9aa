"""Who acted, by name. The chain knows accounts by their ids; names are looked up when shown."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib.auth import get_user_model

from yunjian.access.row_policies import bypass_rls
from yunjian.evidence.models import Event


def names_of_actors(events: Iterable[Event]) -> dict[UUID, str]:
    """Return who acted, by the id of the event.

    Events of earlier releases, and those of the system, carry the name themselves.
    """
    rows = list(events)
    wanted = {row.actor_account_id for row in rows if not row.actor_name and row.actor_account_id}
    known: dict[UUID | None, str] = {}
    if wanted:
        with bypass_rls("the name of who acted on what the reader may see"):
            accounts = get_user_model().objects.filter(pk__in=wanted)
            known = {account.pk: str(account) for account in accounts}
    return {row.pk: row.actor_name or known.get(row.actor_account_id, "") for row in rows}


def with_actors(events: Iterable[Event]) -> list[tuple[Event, str]]:
    """Return events beside the name of who acted."""
    rows = list(events)
    names = names_of_actors(rows)
    return [(row, names[row.pk]) for row in rows]
