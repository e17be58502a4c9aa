"""现场运维: the visit and its record sheets. These tables grow; they are partitioned by month."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.row_policies import (
    AUTHORITY,
    RowPolicy,
    in_district,
    own,
    through,
    through_own,
)
from yunjian.access.scope import ANYTHING, NOTHING, ScopedModel
from yunjian.identity.models import Account, District, Organization
from yunjian.kernel.clock import now
from yunjian.library.models import Verdict
from yunjian.maintenance.models.plans import Task
from yunjian.sources.models import MonitoringPoint
from yunjian.sources.models.places import visible_by_place


class VisitState(models.TextChoices):
    """Where a visit stands. Whose turn it is follows from it."""

    IN_PROGRESS = "in_progress", _("进行中")
    SUBMITTED = "submitted", _("待确认")
    CONFIRMED = "confirmed", _("已确认")
    OBJECTED = "objected", _("有异议")


class Visit(ScopedModel):
    """One visit to one point for one task, partitioned by month on `id`, which the phone makes.

    `signed_in_at` is the phone's time, corrected by its clock's offset; `submitted_at` is the
    server's, and `confirm_by` the end of that day in Shanghai. Position is taken at sign-in and
    sign-out only; degrees, metres, datum as sent. `verdict` and `follow_ups` are what the sheets
    say together, `warnings` what the server remarked.

    `submission_digest` is over the very bytes of the submission (same id and digest: the same
    answer again); `content_digest` over the canonical document that the discharger is shown and
    signs.
    """

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="visits")
    point = models.ForeignKey(MonitoringPoint, on_delete=models.PROTECT, related_name="visits")
    agency = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    discharger = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="+")
    engineer = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("状态"), max_length=12, choices=VisitState.choices)
    verdict = models.CharField(_("结果"), max_length=16, choices=Verdict.choices, blank=True)

    signed_in_at = models.DateTimeField(_("签到时间"), help_text="the phone's clock, corrected")
    sign_in_received_at = models.DateTimeField(default=now)
    sign_in_longitude = models.DecimalField(max_digits=10, decimal_places=7)
    sign_in_latitude = models.DecimalField(max_digits=10, decimal_places=7)
    sign_in_accuracy = models.FloatField(_("定位精度"), help_text="m")
    sign_in_datum = models.CharField(max_length=8, default="WGS84")
    sign_in_distance = models.FloatField(_("距测点"), help_text="m")
    sign_in_photo_id = models.UUIDField(null=True)
    sign_in_digest = models.CharField(max_length=80)
    clock_offset_ms = models.IntegerField(default=0, help_text="server minus phone")

    signed_out_at = models.DateTimeField(_("签退时间"), null=True)
    sign_out_longitude = models.DecimalField(max_digits=10, decimal_places=7, null=True)
    sign_out_latitude = models.DecimalField(max_digits=10, decimal_places=7, null=True)
    sign_out_accuracy = models.FloatField(null=True, help_text="m")
    submitted_at = models.DateTimeField(_("提交时间"), null=True)
    confirm_by = models.DateTimeField(_("确认截止"), null=True)
    participants = ArrayField(models.CharField(max_length=40), default=list)
    note = models.CharField(_("说明"), max_length=400, blank=True)
    attachment_ids = ArrayField(models.UUIDField(), default=list)
    warnings = models.JSONField(default=list, help_text="what the server remarked, for people")
    follow_ups = models.JSONField(default=list, help_text="what the sheets say must be done next")
    submission_digest = models.CharField(max_length=80, blank=True)
    content_digest = models.CharField(max_length=80, blank=True)

    row_policy = RowPolicy(
        read=(own("agency_id"), own("discharger_id"), in_district("district_id")),
        write=(own("agency_id"), own("discharger_id")),
    )

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["agency", "-id"], name="visit_agency"),
            models.Index(fields=["discharger", "state", "-id"], name="visit_discharger"),
            models.Index(fields=["district", "-id"], name="visit_district"),
            models.Index(fields=["point", "-id"], name="visit_point"),
            models.Index(fields=["task"], name="visit_task"),
            models.Index(fields=["engineer", "-id"], name="visit_engineer"),
        ]

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """The agency its own; the discharger and authorities what was handed in or begun."""
        return visible_by_place(
            actor,
            owner="discharger_id",
            district="district_id",
            agency=models.Q(agency_id=actor.organization_id),
        )


class PartOfVisit(ScopedModel):
    """What belongs to a visit, and is seen by whoever sees that."""

    class Meta:
        abstract = True

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """As its visit."""
        return visible_by_place(
            actor,
            owner="visit__discharger_id",
            district="visit__district_id",
            agency=models.Q(visit__agency_id=actor.organization_id),
        )


class RecordSheet(PartOfVisit):
    """记录单: answers as typed, the context they were judged with, and the results. Immutable.

    `definition` is `code@version`, so a stored sheet is always read with the definition that it
    was filled by. Partitioned by month.
    """

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="sheets")
    position = models.PositiveSmallIntegerField()
    definition = models.CharField(_("记录单"), max_length=40, help_text="code@version")
    context = models.JSONField(help_text="what the sheet was prefilled and judged with")
    answers = models.JSONField()
    results = models.JSONField()
    verdict = models.CharField(max_length=16, choices=Verdict.choices)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    row_policy = RowPolicy(
        read=(through("visit_id", "maintenance_visit"),),
        write=(),
        add=(through_own("visit_id", "maintenance_visit", "agency_id"),),
    )

    class Meta:
        ordering = ["position"]
        indexes = [
            models.Index(fields=["visit", "position"], name="sheet_visit"),
        ]


class RejectedSubmission(ScopedModel):
    """A second submission under a used id with another content: refused, and kept to compare."""

    visit_id = models.UUIDField()
    agency = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    body = models.TextField()
    digest = models.CharField(max_length=80)
    received_at = models.DateTimeField(default=now)

    row_policy = RowPolicy(read=(own("agency_id"), AUTHORITY), write=(), add=(own("agency_id"),))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit_id", "digest"], name="rejected_once"),
        ]

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """The agency its own; every authority."""
        match actor.organization_kind:
            case "agency":
                return models.Q(agency_id=actor.organization_id)
            case "authority":
                return ANYTHING
            case _:
                return NOTHING
