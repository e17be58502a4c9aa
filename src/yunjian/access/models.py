"""Counters of tries (see `rate_limits`)."""

from django.db import models

from yunjian.access.row_policies import Unrestricted


class RateLimitCounter(models.Model):
    """How often something was tried in one window of time. The table is unlogged: counters need
    not survive a crash."""

    pk = models.CompositePrimaryKey("key", "began")
    key = models.CharField(max_length=200)
    began = models.DateTimeField()
    count = models.PositiveIntegerField()

    row_policy = Unrestricted("counters of tries, by address or account")

    class Meta:
        indexes = [models.Index(fields=["began"], name="rate_began")]
