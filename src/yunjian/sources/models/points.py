"""What holds at outlets and points for a time: emission limits, and how a point was described."""

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yunjian.identity.models import Account
from yunjian.kernel.clock import now
from yunjian.records.numbers import plain_number
from yunjian.sources.models.places import (
    DescribedModel,
    MonitoringPoint,
    Outlet,
    SeenByPlace,
    one_at_a_time,
    seen_with,
)


class EmissionLimit(SeenByPlace):
    """排放限值: what a standard allows of a parameter at an outlet, during `[from, to)`.

    pH has a lower limit as well. A new limit ends the open one of the same parameter and standard
    on the day it begins; another standard may hold beside it. A limit that ended stays: records of
    its days are judged by it.
    """

    outlet = models.ForeignKey(Outlet, on_delete=models.PROTECT, related_name="limits")
    parameter = models.CharField(_("监测因子"), max_length=20)
    lower = models.DecimalField(_("下限"), max_digits=12, decimal_places=4, null=True, blank=True)
    upper = models.DecimalField(_("限值"), max_digits=12, decimal_places=4, null=True, blank=True)
    unit = models.CharField(_("单位"), max_length=16)
    standard = models.CharField(_("执行标准"), max_length=120)
    clause = models.CharField(_("条款"), max_length=60, blank=True)
    period = DateRangeField(_("执行期间"))
    created_at = models.DateTimeField(default=now, editable=False)

    place, reached = "outlet__source__", ("outlet_id", "point__outlet_id")
    row_policy = seen_with("outlet_id", "sources_outlet")

    class Meta:
        ordering = ["parameter", "standard", "period"]
        constraints = [
            one_at_a_time("limit_once_at_a_time", "outlet", "parameter", "standard"),
            models.CheckConstraint(
                condition=models.Q(lower__isnull=False) | models.Q(upper__isnull=False),
                name="limit_has_a_bound",
            ),
            models.CheckConstraint(
                condition=models.Q(lower__isnull=True)
                | models.Q(upper__isnull=True)
                | models.Q(lower__lt=models.F("upper")),
                name="limit_bounds_in_order",
            ),
        ]

    @property
    def bounds(self) -> str:
        """Return the bounds without needless zeros."""
        lower = plain_number(self.lower) if self.lower is not None else ""
        upper = plain_number(self.upper) if self.upper is not None else ""
        if lower and upper:
            return f"{lower}～{upper}"
        return f"≤ {upper}" if upper else f"≥ {lower}"


class PointRevision(DescribedModel, SeenByPlace):
    """How a point was described during `[from, to)`: all that the rules of its kind ask for.

    The newest one is what the columns of the point say. A revision that another one followed on
    its very first day has an empty period and stays. A change may reach back to the day after the
    last one, never behind it, and never into the future.
    """

    point = models.ForeignKey(MonitoringPoint, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField(_("版本"))
    period = DateRangeField(_("生效期间"))
    reason = models.CharField(_("变更原因"), max_length=200)
    made_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    made_at = models.DateTimeField(default=now, editable=False)

    place, reached = "point__", ("point_id", "point_id")
    row_policy = seen_with("point_id", "sources_monitoringpoint")

    class Meta:
        ordering = ["point", "number"]
        constraints = [
            models.UniqueConstraint(fields=["point", "number"], name="point_revision_number_once"),
            one_at_a_time("point_revision_one_at_a_time", "point"),
        ]

    @property
    def days(self) -> str:
        """Return the days on which it held; one that another followed on its first day, on none."""
        if self.period.isempty:
            return gettext("当日即被替换")
        begin, end = self.period.lower, self.period.upper
        if end is None:
            return gettext("%(begin)s 起") % {"begin": begin}
        return f"{begin} ～ {end}"
