"""Walks over all chains that somebody asked for, or that the night made."""

from django.db import models

from yunjian.access.row_policies import Unrestricted
from yunjian.access.scope import IdModel
from yunjian.kernel.clock import now


class ChainCheck(IdModel):
    """One walk over every chain and file: who asked, when it ended, what it found.

    `broken` is a list of {chain, sequence, reason}; it is empty when everything holds.
    """

    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField(default=now, editable=False)
    finished_at = models.DateTimeField(null=True)
    chains = models.PositiveIntegerField(default=0)
    events = models.PositiveBigIntegerField(default=0)
    files = models.PositiveBigIntegerField(default=0)
    broken = models.JSONField(default=list)

    row_policy = Unrestricted("how the chains of all hold; it names no content of theirs")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["finished_at"],
                condition=models.Q(finished_at=None),
                nulls_distinct=False,
                name="chain_check_one_at_a_time",
            )
        ]
