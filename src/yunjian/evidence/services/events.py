"""Every write of evidence: events into the sealed chain, attachments into the store."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, models

from yunjian.evidence.models import ChainHead, Event
from yunjian.evidence.models.events import SYSTEM_CHAIN
from yunjian.kernel.actor import Actor
from yunjian.kernel.clock import now
from yunjian.kernel.digests import canonical_json, digest
from yunjian.kernel.ids import new_id

Subject = models.Model | tuple[str, object]


def record(
    *,
    actor: Actor,
    verb: str,
    obj: Subject,
    payload: dict[str, Any] | None = None,
    organization_id: UUID | None = None,
) -> Event:
    """Append what happened to the chain of an organisation (by default the actor's).

    Call it inside the transaction of the change, as its last statement: from here to the
    commit nobody else appends to this chain.

    Raises:
        RuntimeError: there is no transaction, so the event could outlive a failed change.
        TypeError: the payload holds something that has no canonical form.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an event is recorded inside the transaction of its change")
    chain = organization_id or actor.organization_id or SYSTEM_CHAIN
    object_type, object_id = _describe(obj)
    head = _locked_head(chain)
    at = now()
    event_id = new_id(at)
    body = canonical_json(
        {
            "id": str(event_id),
            "chain": str(chain),
            "sequence": head.sequence + 1,
            "at": at.isoformat(),
            "actor": {
                "account": str(actor.account_id) if actor.account_id else None,
                "name": actor.name,
                "organization": str(actor.organization_id) if actor.organization_id else None,
            },
            "verb": verb,
            "object": {"type": object_type, "id": object_id},
            "payload": payload or {},
        }
    )
    event = Event(
        id=event_id,
        chain=chain,
        sequence=head.sequence + 1,
        at=at,
        actor_account_id=actor.account_id,
        actor_name=actor.name,
        organization_id=actor.organization_id,
        verb=verb,
        object_type=object_type,
        object_id=object_id,
        body=body.decode(),
        previous_digest=head.digest,
        digest=digest(head.digest.encode() + body, settings.EVIDENCE_DIGEST),
    )
    event.save(force_insert=True)
    ChainHead.objects.filter(pk=chain).update(sequence=event.sequence, digest=event.digest)
    return event


def _locked_head(chain: UUID) -> ChainHead:
    head = ChainHead.objects.select_for_update().filter(pk=chain).first()
    if head is None:
        ChainHead.objects.bulk_create([ChainHead(chain=chain)], ignore_conflicts=True)
        head = ChainHead.objects.select_for_update().get(pk=chain)
    return head


def _describe(obj: Subject) -> tuple[str, str]:
    if isinstance(obj, models.Model):
        return obj._meta.label_lower, str(obj.pk)  # noqa: SLF001 - Django's documented API
    return obj[0], str(obj[1])
