"""The transparency log: one append-only Merkle tree over all events, and what was signed of it."""

import pgtrigger
from django.db import models

from yunjian.access.row_policies import ANYBODY, RowPolicy, Unrestricted
from yunjian.kernel.clock import now

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class PendingLeaf(models.Model):
    """An event that is not in the log yet: written with it, removed when it has its place.

    Appending an event so takes no lock that others wait for; the log itself is written by one.
    """

    event_id = models.UUIDField(primary_key=True)

    row_policy = RowPolicy(read=(), write=(), add=(ANYBODY,))


class LogEntry(models.Model):
    """A leaf: the event at this place of the log, and the hash of its leaf (`log.leaf_of`)."""

    index = models.BigIntegerField(primary_key=True)
    event_id = models.UUIDField(unique=True)
    leaf_hash = models.BinaryField(max_length=32)

    row_policy = Unrestricted("hashes and random ids; what an event says has a policy of its own")

    class Meta:
        triggers = [APPEND_ONLY]


class LogNode(models.Model):
    """The hash over a complete subtree: the 2**level leaves from index · 2**level on.

    Kept for every eighth level alone; those between are computed from 256 at most.
    """

    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    row_policy = Unrestricted("hashes")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="log_node_place")]
        triggers = [APPEND_ONLY]


class Checkpoint(models.Model):
    """What the log signed: so many leaves have this root. `note` is the signed note, to be kept."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    created_at = models.DateTimeField(default=now, editable=False)

    row_policy = Unrestricted("published for others to keep")

    class Meta:
        ordering = ["-size"]
        triggers = [APPEND_ONLY]
