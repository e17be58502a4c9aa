"""Counters of tries (see `rates`)."""

from django.db import models


class RateCount(models.Model):
    """How often something was tried in one window of time. The table is unlogged: counters need
    not survive a crash."""

    pk = models.CompositePrimaryKey("key", "began")
    key = models.CharField(max_length=200)
    began = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        db_table = "kernel_rate"
        indexes = [models.Index(fields=["began"], name="rate_began")]
