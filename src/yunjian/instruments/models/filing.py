"""仪器备案: an instrument is what stands in a slot; its data live in revisions."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.row_policies import DISCHARGER, NOT_AGENCY, RowPolicy, both, one_of, through
from yunjian.access.scope import ScopedModel
from yunjian.evidence.models import Attachment
from yunjian.identity.models import Account, Organization
from yunjian.kernel.clock import business_day, now
from yunjian.sources.models.places import (
    MonitoringPoint,
    PointAccess,
    one_at_a_time,
    seen_with,
    visible_by_place,
)


class InstrumentKind(models.TextChoices):
    """Analysers stand at every point; automatic samplers only where water flows."""

    ANALYZER = "analyzer", _("分析仪器")
    SAMPLER = "sampler", _("自动采样器")


class Origin(models.TextChoices):
    """How an instrument came to its slot."""

    NEW = "new", _("新增")
    REPLACEMENT = "replacement", _("更换")
    RELOCATION = "relocation", _("迁移")


class Instrument(ScopedModel):
    """An instrument at a monitoring point: who it is and when it stood there.

    `slot` names the place it occupies (the parameter for an analyser, "sampler" for a sampler);
    two instruments cannot hold one slot at one time. `period`, `[from, to)` in days, is empty
    until the filing is official, and ends on the first day on which it no longer stands. What
    replaces or relocates another one names it in `predecessor`, whose period ends the day its own
    begins. `serial_key` is maker and factory number of the official version: one thing cannot
    stand at two places at one time, nor twice at one place unless it is `multi_component` (one
    analyser that measures several parameters, filed for each).
    """

    point = models.ForeignKey(MonitoringPoint, on_delete=models.PROTECT, related_name="instruments")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("类别"), max_length=10, choices=InstrumentKind.choices)
    slot = models.CharField(_("监测因子"), max_length=20, blank=True)
    period = DateRangeField(_("在用期间"), null=True, blank=True)
    origin = models.CharField(
        _("来源"), max_length=12, choices=Origin.choices, default=Origin.NEW, editable=False
    )
    predecessor = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="successors", editable=False
    )
    serial_key = models.CharField(max_length=140, blank=True, editable=False)
    multi_component = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(default=now, editable=False)

    row_policy = seen_with("point_id", "sources_monitoringpoint")

    class Meta:
        indexes = [models.Index(fields=["point", "kind"], name="instrument_point_kind")]
        constraints = [
            one_at_a_time(
                "instrument_one_per_slot_at_a_time",
                "point",
                "slot",
                condition=models.Q(period__isnull=False),
            ),
            ExclusionConstraint(
                name="instrument_serial_at_one_place",
                expressions=[
                    ("serial_key", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                    ("point", RangeOperators.NOT_EQUAL),
                ],
                condition=models.Q(period__isnull=False) & ~models.Q(serial_key=""),
            ),
            one_at_a_time(
                "instrument_serial_once",
                "serial_key",
                condition=models.Q(period__isnull=False, multi_component=False)
                & ~models.Q(serial_key=""),
            ),
            models.CheckConstraint(
                condition=models.Q(origin="new", predecessor__isnull=True)
                | (~models.Q(origin="new") & models.Q(predecessor__isnull=False)),
                name="instrument_origin_names_predecessor",
            ),
        ]

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """As its point; others than the discharger only once an official version exists."""
        official = models.Q(period__isnull=False)
        visible = visible_by_place(
            actor,
            owner="organization_id",
            district="point__district_id",
            agency=official & models.Q(point_id__in=PointAccess.granted(actor).values("point_id")),
        )
        if actor.organization_kind == "authority":
            handed_in = InstrumentRevision.unscoped().filter(state__in=SEEN_BY_AUTHORITY)
            visible &= official | models.Q(pk__in=handed_in.values("instrument_id"))
        return visible


class RevisionState(models.TextChoices):
    """The way of a filing: edited, handed in, sent back, official, followed by a newer one."""

    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待审核")
    RETURNED = "returned", _("已退回")
    OFFICIAL = "official", _("已备案")
    SUPERSEDED = "superseded", _("历史版本")


class ChangeKind(models.TextChoices):
    """What a new version of an instrument on file is about."""

    DATA = "data", _("资料变更")
    RENEWAL = "renewal", _("认证续期")
    CORE_PART = "core_part", _("更换核心部件")
    POSITION = "position", _("安装位置变动")


# a core part or the position changed: it has to be accepted again, and the filing follows soon
ACCEPTED_AGAIN = [ChangeKind.CORE_PART, ChangeKind.POSITION]

OPEN_STATES = [RevisionState.DRAFT, RevisionState.SUBMITTED]
# named one by one: a state that is added is not seen before somebody says so
SEEN_BY_AUTHORITY = [
    RevisionState.SUBMITTED,
    RevisionState.RETURNED,
    RevisionState.OFFICIAL,
    RevisionState.SUPERSEDED,
]


class InstrumentRevision(ScopedModel):
    """仪器备案: one version of the filing of an instrument.

    ```
                submit              approve                 a newer one is approved
      draft ─────────────► submitted ─────────► official ─────────────────► superseded
        ▲    ◄───────────      │
        │      withdraw        │ return (with a reason)
        └── new draft ◄──── returned (stays as it was)
    ```

    Submitting freezes it; approval makes it official and the one before it history. Authorities
    never see drafts. A returned version stays as it was handed in: what is corrected is a new
    draft.

    `effective` says during which days the data of this version held; it is empty until approval.
    `settings` holds the key parameters as decimal text; which ones a parameter has, with units and
    methods, is data in `sources/data/parameters.toml`. `change_kind`, `changed_on` and
    `change_reason` say what a new version of an instrument on file is about, `field_remarks` holds
    the reviewer's remarks by path, `edition` grows with each save of the draft.
    """

    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField(_("版本"))
    state = models.CharField(
        _("状态"), max_length=12, choices=RevisionState.choices, default="draft"
    )

    name = models.CharField(_("仪器名称"), max_length=80, blank=True)
    parameter = models.CharField(_("监测因子"), max_length=20, blank=True)
    method = models.CharField(_("分析方法/原理"), max_length=80, blank=True)
    maker = models.CharField(_("生产厂家"), max_length=80, blank=True)
    model = models.CharField(_("型号"), max_length=60, blank=True)
    serial_number = models.CharField(_("出厂编号"), max_length=60, blank=True)
    manufactured_on = models.DateField(_("出厂日期"), null=True, blank=True)
    installed_on = models.DateField(_("安装日期"), null=True, blank=True)
    range_lower = models.DecimalField(
        _("量程下限"), max_digits=12, decimal_places=4, null=True, blank=True
    )
    range_upper = models.DecimalField(
        _("量程上限"), max_digits=12, decimal_places=4, null=True, blank=True
    )
    unit = models.CharField(_("量程单位"), max_length=16, blank=True)
    more_ranges = models.JSONField(
        _("其他量程"), default=list, blank=True, help_text="[[lower, upper], …] as decimal text"
    )
    components = models.CharField(_("组分"), max_length=12, blank=True)
    detection_limit = models.DecimalField(
        _("检出限"), max_digits=12, decimal_places=4, null=True, blank=True
    )
    certificate_number = models.CharField(
        _("环保产品认证/适用性检测编号"), max_length=60, blank=True
    )
    certificate_valid_until = models.DateField(_("认证有效期至"), null=True, blank=True)
    type_approval_number = models.CharField(
        _("计量器具型式批准证书编号"), max_length=60, blank=True
    )
    accepted_on = models.DateField(_("验收日期"), null=True, blank=True)
    acceptance_number = models.CharField(_("验收文号"), max_length=60, blank=True)
    networked_on = models.DateField(_("联网日期"), null=True, blank=True)
    contact_name = models.CharField(_("备案联系人"), max_length=40, blank=True)
    contact_phone = models.CharField(_("联系电话"), max_length=20, blank=True)
    settings = models.JSONField(
        _("关键参数"), default=dict, blank=True, help_text="slope, intercept, digestion, bottles …"
    )
    change_kind = models.CharField(
        _("变更类别"), max_length=10, choices=ChangeKind.choices, blank=True
    )
    changed_on = models.DateField(_("变更日期"), null=True, blank=True)
    change_reason = models.CharField(_("变更原因"), max_length=200, blank=True)
    file_by = models.DateField(
        _("备案期限"), null=True, editable=False, help_text="last day to hand it in, set then"
    )
    effective = DateRangeField(_("生效期间"), null=True, blank=True, editable=False)
    attachments = models.ManyToManyField(Attachment, blank=True, related_name="+")
    note = models.CharField(_("备注"), max_length=200, blank=True)

    created_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(default=now, editable=False)
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    decision_note = models.CharField(_("审核意见"), max_length=400, blank=True)
    field_remarks = models.JSONField(
        _("逐项意见"), default=dict, blank=True, editable=False, help_text="path → remark"
    )
    edition = models.PositiveIntegerField(
        default=1, editable=False, help_text="grows with each edit of the draft"
    )
    imported_by = models.ForeignKey(
        "instruments.FilingImport",
        on_delete=models.SET_NULL,
        null=True,
        related_name="revisions",
        editable=False,
    )

    row_policy = RowPolicy(
        read=(
            both(
                one_of(DISCHARGER, "{table}.state <> 'draft'"),
                through("instrument_id", "instruments_instrument"),
            ),
        ),
        write=(
            both(
                one_of(DISCHARGER, both(NOT_AGENCY, "{table}.state <> 'draft'")),
                through("instrument_id", "instruments_instrument"),
            ),
        ),
    )

    class Meta:
        ordering = ["instrument", "-number"]
        indexes = [
            models.Index(
                fields=["state", "submitted_at"],
                name="revision_queue",
                condition=models.Q(state="submitted"),
            ),
            models.Index(fields=["submitted_at", "id"], name="revision_submitted"),
            models.Index(
                fields=["certificate_valid_until"],
                name="revision_certificate",
                condition=models.Q(state="official"),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["instrument", "number"], name="revision_number_once"),
            models.UniqueConstraint(
                fields=["instrument"],
                condition=models.Q(state="official"),
                name="revision_one_official",
            ),
            models.UniqueConstraint(
                fields=["instrument"],
                condition=models.Q(state__in=["draft", "submitted"]),
                name="revision_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(range_lower__isnull=True)
                | models.Q(range_upper__isnull=True)
                | models.Q(range_lower__lt=models.F("range_upper")),
                name="revision_range_in_order",
            ),
            models.CheckConstraint(
                condition=models.Q(state="draft") | models.Q(installed_on__isnull=False),
                name="revision_installed_once_handed_in",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["official", "superseded"])
                | models.Q(decided_at__isnull=False),
                name="revision_official_was_decided",
            ),
            one_at_a_time(
                "revision_one_effective_at_a_time",
                "instrument",
                period="effective",
                condition=models.Q(effective__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.model}"

    @property
    def is_late(self) -> bool:
        """Whether it was handed in after the last day for it."""
        if self.file_by is None or self.submitted_at is None:
            return False
        return business_day(self.submitted_at) > self.file_by

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """The discharger all; authorities what was handed in; agencies what is official."""
        visible = visible_by_place(
            actor,
            owner="instrument__organization_id",
            district="instrument__point__district_id",
            agency=models.Q(
                instrument__point_id__in=PointAccess.granted(actor).values("point_id"),
                state__in=[RevisionState.OFFICIAL, RevisionState.SUPERSEDED],
            ),
        )
        if actor.organization_kind == "authority":
            visible &= models.Q(state__in=SEEN_BY_AUTHORITY)
        return visible
