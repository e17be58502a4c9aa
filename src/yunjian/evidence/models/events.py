"""Events: what happened, written once. The transparency log (`models.log`) holds their order."""

from typing import Any
from uuid import UUID

import pgtrigger
from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from yunjian.access.actor import Actor
from yunjian.access.row_policies import (
    ANYBODY,
    AUTHORITY,
    OPERATOR,
    RowPolicy,
    own,
)
from yunjian.access.scope import ANYTHING, ScopedModel
from yunjian.kernel.clock import now

SYSTEM_CHAIN = UUID(int=0)


class Event(ScopedModel):
    """Something that happened. Never updated, never deleted (a trigger sees to it).

    `body` is the canonical JSON that was digested; the other columns repeat parts of it for
    queries. `chain` is the organisation whose record it belongs to, or zero for the system.
    `actor_name` is that of the system alone (in events of the first releases also of people): who
    an account is, is looked up. `digest` is over the body (SHA-256 or SM3, `EVIDENCE_DIGEST`).
    Events of before the log were numbered within their organisation, and digested behind the
    digest of the one before. Partitioned by month on `id`. `yunjian evidence verify` walks
    everything.
    """

    chain = models.UUIDField()
    sequence = models.BigIntegerField(null=True, help_text="of events from before the log")
    at = models.DateTimeField(default=now)
    actor_account_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=80)
    organization_id = models.UUIDField(null=True)
    verb = models.CharField(max_length=64)
    object_type = models.CharField(max_length=64)
    object_id = models.CharField(max_length=64)
    body = models.TextField()
    previous_digest = models.CharField(
        max_length=80, blank=True, help_text="of events from before the log"
    )
    digest = models.CharField(max_length=80)

    class Meta:
        indexes = [
            models.Index(fields=["chain", "-id"], name="event_chain"),
            models.Index(fields=["object_type", "object_id"], name="event_object"),
            models.Index(fields=["actor_account_id", "-id"], name="event_actor"),
            BrinIndex(fields=["at"], name="event_at"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    row_policy = RowPolicy(
        read=(own("chain"), AUTHORITY, OPERATOR),
        write=(),
        add=(ANYBODY,),  # what happens is recorded in the chain that it concerns
    )

    def sealed_columns(self) -> dict[str, Any]:
        """Return the columns as the body repeats them, beside its payload."""
        account, organization = self.actor_account_id, self.organization_id
        numbered = {} if self.sequence is None else {"sequence": self.sequence}
        return {
            "id": str(self.pk),
            "chain": str(self.chain),
            **numbered,
            "at": self.at.isoformat(),
            "actor": {
                "account": str(account) if account else None,
                "name": self.actor_name,
                "organization": str(organization) if organization else None,
            },
            "verb": self.verb,
            "object": {"type": self.object_type, "id": self.object_id},
        }

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """Own chain; an authority and the operator see the chains of all."""
        if actor.organization_kind in {"authority", "operator"}:
            return ANYTHING
        return models.Q(chain=actor.organization_id)
