"""The sealed chain: append-only events, each holding the digest of the one before."""

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
    Unrestricted,
    own,
)
from yunjian.access.scope import ANYTHING, ScopedModel
from yunjian.kernel.clock import now

SYSTEM_CHAIN = UUID(int=0)


class ChainHead(models.Model):
    """Where a chain stands. Appending locks this row, so chains do not wait for one another."""

    chain = models.UUIDField(primary_key=True, help_text="the organisation, or zero for the system")
    sequence = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=80, default="")

    row_policy = Unrestricted(
        "where chains stand, no more; whoever acts appends to the chain it concerns"
    )


class DailyHead(models.Model):
    """Where all chains stood at the end of a day: published for others to keep.

    `body` is canonical JSON {day, previous, heads: {chain: [sequence, digest]}}.
    """

    day = models.DateField(primary_key=True)
    body = models.TextField()
    previous_digest = models.CharField(max_length=80, blank=True)
    digest = models.CharField(max_length=80)
    created_at = models.DateTimeField(default=now, editable=False)

    row_policy = Unrestricted("digests that are published for others to keep")

    class Meta:
        ordering = ["-day"]


class Event(ScopedModel):
    """Something that happened. Never updated, never deleted (a trigger sees to it).

    `body` is the canonical JSON that was digested; the other columns repeat parts of it for
    queries. `actor_name` is that of the system alone (in events of the first releases also of
    people): who an account is, is looked up. `digest` is over the previous digest and the body
    (SHA-256 or SM3, `EVIDENCE_DIGEST`). One chain for each organisation; partitioned
    by month on `id`. `yunjian evidence verify` walks everything.
    """

    chain = models.UUIDField()
    sequence = models.BigIntegerField()
    at = models.DateTimeField(default=now)
    actor_account_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=80)
    organization_id = models.UUIDField(null=True)
    verb = models.CharField(max_length=64)
    object_type = models.CharField(max_length=64)
    object_id = models.CharField(max_length=64)
    body = models.TextField()
    previous_digest = models.CharField(max_length=80)
    digest = models.CharField(max_length=80)

    class Meta:
        indexes = [
            models.Index(fields=["chain", "sequence"], name="event_chain_sequence"),
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
        return {
            "id": str(self.pk),
            "chain": str(self.chain),
            "sequence": self.sequence,
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
