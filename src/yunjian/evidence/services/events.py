"""Recording events."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, models

from yunjian.access.actor import Actor
from yunjian.evidence.models import Event
from yunjian.evidence.models.events import SYSTEM_CHAIN
from yunjian.kernel.clock import now
from yunjian.kernel.digests import canonical_json, digest
from yunjian.kernel.ids import new_id
from yunjian.kernel.prepared_queries import PreparedQuery, column_names

Subject = models.Model | tuple[str, object]

# one statement, and no lock that others wait for: its place in the log it gets afterwards
APPEND = PreparedQuery("""
    WITH pending AS (
        INSERT INTO evidence_pendingleaf (event_id) VALUES (%(id)s)
    )
    INSERT INTO evidence_event (
        id, chain, sequence, at, actor_account_id, actor_name, organization_id, verb,
        object_type, object_id, body, previous_digest, digest
    ) VALUES (
        %(id)s, %(chain)s, %(sequence)s, %(at)s, %(actor_account_id)s, %(actor_name)s,
        %(organization_id)s, %(verb)s, %(object_type)s, %(object_id)s, %(body)s,
        %(previous_digest)s, %(digest)s
    )
""")


def record(
    *,
    actor: Actor,
    verb: str,
    obj: Subject,
    payload: dict[str, Any] | None = None,
    organization_id: UUID | None = None,
) -> Event:
    """Record what happened, for an organisation (by default the actor's).

    Call it inside the transaction of the change. The event gets its place in the transparency
    log once that is committed, within two seconds.

    Raises:
        RuntimeError: there is no transaction, so the event could outlive a failed change.
        TypeError: the payload holds something that has no canonical form.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an event is recorded inside the transaction of its change")
    chain = organization_id or actor.organization_id or SYSTEM_CHAIN
    object_type, object_id = _describe(obj)
    at = now()
    event = Event(
        id=new_id(at),
        chain=chain,
        at=at,
        actor_account_id=actor.account_id,
        # a person is known by the account alone: the chain keeps for ever, so it keeps no names
        actor_name="" if actor.account_id else actor.name,
        organization_id=actor.organization_id,
        verb=verb,
        object_type=object_type,
        object_id=object_id,
    )
    body = canonical_json({**event.sealed_columns(), "payload": payload or {}})
    event.body = body.decode()
    event.digest = digest(body, settings.EVIDENCE_DIGEST)
    APPEND.run(**{name: getattr(event, name) for name in column_names(Event)})
    event._state.adding = False  # noqa: SLF001 - Django's documented API
    return event


def _describe(obj: Subject) -> tuple[str, str]:
    if isinstance(obj, models.Model):
        return obj._meta.label_lower, str(obj.pk)  # noqa: SLF001 - Django's documented API
    return obj[0], str(obj[1])
