"""Walks over everything that somebody asked for, or that the night made."""

from django.db import models

from yunjian.access.row_policies import Unrestricted
from yunjian.access.scope import IdModel
from yunjian.kernel.clock import now


class ChainCheck(IdModel):
    """One walk over the log and every file: who asked, when it ended, what it found.

    `broken` is a list of {chain, index, reason} (`sequence` in those from before the log); it is
    empty when everything holds.
    """

    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField(default=now, editable=False)
    finished_at = models.DateTimeField(null=True)
    events = models.PositiveBigIntegerField(default=0)
    checkpoints = models.PositiveBigIntegerField(default=0)
    files = models.PositiveBigIntegerField(default=0)
    broken = models.JSONField(default=list)

    row_policy = Unrestricted("whether what is recorded holds; it names no content")

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
