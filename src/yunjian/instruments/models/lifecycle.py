"""What happens to an instrument on file: stops, ends, changes of parameters, what then is owed."""

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.row_policies import RowPolicy, through
from yunjian.access.scope import ScopedModel
from yunjian.evidence.models import Attachment
from yunjian.identity.models import Account
from yunjian.instruments.models.filing import Instrument, InstrumentRevision
from yunjian.kernel.clock import now, today
from yunjian.sources.models.places import PointAccess, one_at_a_time, visible_by_place


class AboutInstrument(ScopedModel):
    """A row about an instrument on file; who sees the instrument sees it."""

    row_policy = RowPolicy(read=(through("instrument_id", "instruments_instrument"),))

    class Meta:
        abstract = True

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """The discharger, agencies with access to the point, authorities of the district."""
        return visible_by_place(
            actor,
            owner="instrument__organization_id",
            district="instrument__point__district_id",
            agency=models.Q(instrument__point_id__in=PointAccess.granted(actor).values("point_id")),
        )


class ActionKind(models.TextChoices):
    """What was done with an instrument."""

    STOP = "stop", _("停运")
    RESUME = "resume", _("恢复运行")
    RETIRE = "retire", _("停用")
    REPLACE = "replace", _("更换")
    RELOCATE = "relocate", _("迁移")


# a stop that the instrument has not come back from
OPEN_STOP = models.Q(stopped__isempty=False, stopped__endswith__isnull=True)


class InstrumentAction(AboutInstrument):
    """One act in the life of an instrument: what, from which day, why, with which evidence.

    A stop also holds the days it lasts (`stopped`, `[from, to)`, open until it runs again); it may
    be announced 90 days ahead.
    """

    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="actions")
    action = models.CharField(_("事项"), max_length=10, choices=ActionKind.choices)
    on = models.DateField(_("日期"))
    stopped = DateRangeField(_("停运期间"), null=True, blank=True)
    reason = models.CharField(_("原因"), max_length=200)
    successor = models.ForeignKey(
        Instrument, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    attachments = models.ManyToManyField(Attachment, blank=True, related_name="+")
    recorded_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ["-on", "-id"]
        indexes = [models.Index(fields=["instrument", "-on"], name="action_instrument")]
        constraints = [
            one_at_a_time(
                "action_one_stop_at_a_time",
                "instrument",
                period="stopped",
                condition=models.Q(stopped__isnull=False),
            ),
            models.CheckConstraint(
                condition=models.Q(action="stop", stopped__isnull=False)
                | (~models.Q(action="stop") & models.Q(stopped__isnull=True)),
                name="action_only_stops_last",
            ),
        ]


class ParameterChange(AboutInstrument):
    """参数变更: key parameters of an instrument on file were set to other values.

    `changes` maps each setting to its value before and after, as decimal text. It holds from
    `changed_at` on, without a new version; the next version starts from it. At least one photo
    belongs to it. `organization_name` is who recorded it: the discharger, or the agency.
    """

    instrument = models.ForeignKey(
        Instrument, on_delete=models.PROTECT, related_name="parameter_changes"
    )
    changes = models.JSONField(_("变更内容"), help_text="path → [before, after]")
    reason = models.CharField(_("变更原因"), max_length=200)
    changed_at = models.DateTimeField(_("变更时间"))
    attachments = models.ManyToManyField(Attachment, related_name="+")
    recorded_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    organization_name = models.CharField(_("填报单位"), max_length=120)
    recorded_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["instrument", "-id"], name="parameter_change_instrument")]


class FollowUp(AboutInstrument):
    """后续事项: what the standard wants after an instrument was replaced, moved or changed.

    What follows from which change is data in `sources/data/follow_ups.toml`. Approval of the
    filing opens it (an acceptance that the filing proves is done already); a report number or a
    file closes it.
    """

    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="follow_ups")
    revision = models.ForeignKey(InstrumentRevision, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)
    title = models.CharField(_("事项"), max_length=120)
    standard = models.CharField(_("依据"), max_length=60)
    clause = models.CharField(_("条款"), max_length=60)
    provenance = models.CharField(max_length=60)
    opened_on = models.DateField(_("起算日期"))
    due_on = models.DateField(_("期限"))
    done_on = models.DateField(_("完成日期"), null=True, blank=True)
    report_number = models.CharField(_("报告编号"), max_length=60, blank=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    attachments = models.ManyToManyField(Attachment, blank=True, related_name="+")
    done_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(
                fields=["due_on"], name="follow_up_open", condition=models.Q(done_on__isnull=True)
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["revision", "code"], name="follow_up_once"),
            models.CheckConstraint(
                condition=models.Q(done_on__isnull=True)
                | models.Q(done_on__gte=models.F("opened_on")),
                name="follow_up_done_after_opened",
            ),
        ]

    @property
    def is_overdue(self) -> bool:
        """Whether it is still to be done, and its last day is over."""
        return self.done_on is None and self.due_on < today()
