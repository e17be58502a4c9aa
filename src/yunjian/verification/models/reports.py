"""比对与校验报告: one version of a report, from its draft to what the authority decided."""

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yunjian.access.actor import Actor
from yunjian.access.row_policies import AUTHORITY, RowPolicy, both, in_district, own
from yunjian.access.scope import NOTHING, ScopedModel
from yunjian.evidence.models import Attachment
from yunjian.identity.models import Account, District, Organization
from yunjian.kernel.clock import now
from yunjian.kernel.ids import new_id
from yunjian.records.versions import Versioned
from yunjian.sources.models import MonitoringPoint
from yunjian.sources.models.places import visible_by_place


class NumberPattern(Versioned, ScopedModel):
    """编号规则: how an agency numbers its reports; a number that differs is only noted.

    In `pattern` `#` stands for a digit, `@` for a letter, `*` for anything.
    """

    organization = models.OneToOneField(Organization, on_delete=models.PROTECT, related_name="+")
    pattern = models.CharField(
        _("编号规则"),
        max_length=60,
        blank=True,
        help_text=_("# 代表一位数字，@ 代表一个字母，* 代表任意内容，如 QY〔####〕###；留空不检查"),
    )

    row_policy = RowPolicy(read=(own("organization_id"),))

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """Only the agency itself."""
        if actor.organization_kind == "agency":
            return models.Q(organization_id=actor.organization_id)
        return NOTHING


class ReportKind(models.TextChoices):
    """What was done, as HJ 75, HJ 355 and HJ 1286 call it."""

    COMPARISON = "comparison", _("比对")
    VERIFICATION = "verification", pgettext_lazy("noun", "校验")
    WATER_SAMPLE = "water_sample", _("实际水样比对")
    SYSTEM_CALIBRATION = "system_calibration", _("全系统校准")
    ACCEPTANCE = "acceptance", _("验收")


class ReportState(models.TextChoices):
    """Where a version of a report stands."""

    DRAFT = "draft", _("草稿")
    CHECKED = "checked", _("已校核，待签字")
    SUBMITTED = "submitted", _("已提交")
    RECEIVED = "received", _("审核中")
    RETURNED = "returned", _("已退回")
    ACCEPTED = "accepted", _("已接受")
    WITHDRAWN = "withdrawn", _("已撤回")
    SUPERSEDED = "superseded", _("历史版本")


class DataSource(models.TextChoices):
    """Who measured with the reference method."""

    OWN = "own", _("本机构测定")
    THIRD_PARTY = "third_party", _("委托第三方测定")


# what its agency still writes; everything else is frozen
WRITTEN = [ReportState.DRAFT]
# what nobody stands for: drafts, perhaps given up, and what was taken back
UNCLAIMED = [ReportState.DRAFT, ReportState.WITHDRAWN]
# whose readings and files are somebody's: every edition that was checked or handed in
CLAIMED = [state for state in ReportState if state not in UNCLAIMED]
# what waits for the authority
WAITING = [ReportState.SUBMITTED, ReportState.RECEIVED]


def standing(prefix: str = "") -> models.Q:
    """Return the condition that an edition is what its series says now.

    That is the accepted one until a correction takes its place, and the newest one once somebody
    stands for it. `prefix` is the path to the report.
    """
    newest = models.Q(**{f"{prefix}latest": True, f"{prefix}state__in": CLAIMED})
    return newest | models.Q(**{f"{prefix}state": ReportState.ACCEPTED})


# columns of the content that was signed: no statement changes them once a version left its draft
CONTENT = (
    "agency_id",
    "discharger_id",
    "point_id",
    "kind",
    "number",
    "number_key",
    "issuer",
    "issuer_key",
    "issued_on",
    "executed_from",
    "executed_to",
    "form",
    "standard",
    "data_source",
    "third_party",
    "third_party_report",
    "laboratory",
    "laboratory_cma",
    "laboratory_report",
    "file_id",
    "note",
    "series",
    "edition",
    "previous_id",
    "prepared_by_id",
)


def _changes(*columns: str) -> str:
    """Return the condition, in SQL, that an update gives one of the columns another value."""
    before = ", ".join(f"OLD.{column}" for column in columns)
    after = ", ".join(f"NEW.{column}" for column in columns)
    return f"ROW({before}) IS DISTINCT FROM ROW({after})"


class Report(Versioned, ScopedModel):
    """比对、校验报告: one version (`edition`) of a report of an agency about a point.

    ```
      draft ──check──► checked ──sign──► submitted ──receive──► received ──► accepted
        ▲                 │                                        │            │
        └──── send back ──┘                                        ▼            ▼ a newer edition
      new edition (carries all over) ◄───────────────────────── returned    superseded
    ```

    The quality supervisor checks (somebody else than who prepared it), the owner of the agency
    signs; from then on it is frozen, and `content_digest` is over its canonical content. Until it
    is accepted the agency may withdraw it. A returned or accepted edition is corrected as a new
    edition of the same `series`; `latest` marks the newest one. Who has not signed shows nothing:
    authorities and dischargers see what was `submitted`.

    `number` is as typed; `number_key` without blanks, case and width of characters, of one series
    only for an `issuer_key`: in an agency among the latest editions that are not withdrawn and the
    accepted ones, among all agencies once it was handed in. `form` is `code@version` in force
    on the day. `findings` holds what was found at signing, `field_remarks` the reviewer's remarks
    by path. `keep_until` is the last day on which report and original records must be kept.
    """

    agency = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    discharger = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="+")
    point = models.ForeignKey(MonitoringPoint, on_delete=models.PROTECT, related_name="reports")
    kind = models.CharField(_("报告类别"), max_length=20, choices=ReportKind.choices)
    number = models.CharField(_("报告编号"), max_length=60)
    number_key = models.CharField(max_length=60, editable=False)
    issuer = models.CharField(_("出具单位"), max_length=80)
    issuer_key = models.CharField(max_length=80, editable=False)
    issued_on = models.DateField(_("签发日期"), null=True, blank=True)
    executed_from = models.DateTimeField(_("实施开始时间"))
    executed_to = models.DateTimeField(_("实施结束时间"))
    form = models.CharField(_("报告格式"), max_length=60, blank=True, help_text="code@version")
    standard = models.CharField(_("执行标准"), max_length=80, blank=True)
    data_source = models.CharField(
        _("参比数据来源"), max_length=12, choices=DataSource.choices, default=DataSource.OWN
    )
    third_party = models.CharField(_("第三方名称"), max_length=80, blank=True)
    third_party_report = models.CharField(_("第三方报告编号"), max_length=60, blank=True)
    laboratory = models.CharField(_("分析实验室"), max_length=80, blank=True)
    laboratory_cma = models.CharField(_("CMA 证书编号"), max_length=40, blank=True)
    laboratory_report = models.CharField(_("实验室报告编号"), max_length=60, blank=True)
    file = models.ForeignKey(
        Attachment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("报告文件"),
    )
    note = models.CharField(_("说明"), max_length=400, blank=True)

    state = models.CharField(
        _("状态"), max_length=12, choices=ReportState.choices, default=ReportState.DRAFT
    )
    series = models.UUIDField(default=new_id, editable=False)
    edition = models.PositiveIntegerField(_("版次"), default=1, editable=False)
    previous = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    latest = models.BooleanField(default=True, editable=False)
    prepared_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("编制人")
    )
    created_at = models.DateTimeField(default=now, editable=False)
    checked_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("校核人")
    )
    checked_at = models.DateTimeField(_("校核时间"), null=True, editable=False)
    check_note = models.CharField(_("校核意见"), max_length=400, blank=True)
    signed_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("批准人")
    )
    signature = models.ForeignKey(
        Attachment, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    content_digest = models.CharField(_("内容摘要"), max_length=80, blank=True, editable=False)
    findings = models.JSONField(default=list, blank=True, editable=False)
    keep_until = models.DateField(_("保存期限"), null=True, editable=False)
    submitted_at = models.DateTimeField(_("提交时间"), null=True, editable=False)
    received_at = models.DateTimeField(_("受理时间"), null=True, editable=False)
    received_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("审核时间"), null=True, editable=False)
    decided_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    decision_note = models.CharField(_("审核意见"), max_length=400, blank=True)
    field_remarks = models.JSONField(
        _("逐项意见"), default=dict, blank=True, editable=False, help_text="path → remark"
    )
    withdraw_reason = models.CharField(_("撤回原因"), max_length=200, blank=True)

    row_policy = RowPolicy(
        read=(
            own("agency_id"),
            both(own("discharger_id"), "{table}.submitted_at IS NOT NULL"),
            both(AUTHORITY, in_district("district_id"), "{table}.submitted_at IS NOT NULL"),
        ),
        write=(
            own("agency_id"),
            both(AUTHORITY, in_district("district_id"), "{table}.submitted_at IS NOT NULL"),
        ),
        add=(own("agency_id"),),
    )

    class Meta:
        ordering = ["-id"]
        indexes = [
            # the lists of each portal, newest first, and their order by the day of execution
            models.Index(fields=["agency", "-id"], name="report_agency"),
            models.Index(fields=["discharger", "-id"], name="report_discharger"),
            models.Index(fields=["district", "-id"], name="report_district"),
            models.Index(fields=["agency", "-executed_from", "-id"], name="report_agency_executed"),
            models.Index(
                fields=["district", "submitted_at", "id"],
                name="report_waiting",
                condition=models.Q(state__in=["submitted", "received"]),
            ),
            # what was accepted at a point, and the editions of a report
            models.Index(
                fields=["point", "-executed_to"],
                name="report_accepted_at_point",
                condition=models.Q(state="accepted"),
            ),
            models.Index(fields=["series", "edition"], name="report_series"),
            # what a finding asks: the same number elsewhere
            models.Index(fields=["number_key"], name="report_number_key"),
            models.Index(fields=["submitted_at", "id"], name="report_submitted"),
            models.Index(fields=["executed_from", "id"], name="report_executed"),
        ]
        constraints = [
            # what was accepted keeps its number until its correction takes its place
            ExclusionConstraint(
                name="report_number_once_per_issuer",
                expressions=[
                    ("agency", RangeOperators.EQUAL),
                    ("issuer_key", RangeOperators.EQUAL),
                    ("number_key", RangeOperators.EQUAL),
                    ("series", RangeOperators.NOT_EQUAL),
                ],
                condition=models.Q(latest=True) & ~models.Q(state="withdrawn")
                | models.Q(state="accepted"),
            ),
            # what another agency drafts in the name of an issuer takes nobody's number
            ExclusionConstraint(
                name="report_number_once_handed_in",
                expressions=[
                    ("issuer_key", RangeOperators.EQUAL),
                    ("number_key", RangeOperators.EQUAL),
                    ("series", RangeOperators.NOT_EQUAL),
                ],
                condition=models.Q(latest=True, state__in=["submitted", "received", "returned"])
                | models.Q(state="accepted"),
            ),
            models.UniqueConstraint(fields=["series", "edition"], name="report_edition_once"),
            models.CheckConstraint(
                condition=models.Q(executed_from__lt=models.F("executed_to")),
                name="report_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=models.Q(submitted_at__isnull=True)
                | (
                    models.Q(signed_by__isnull=False, checked_by__isnull=False)
                    & ~models.Q(content_digest="")
                ),
                name="report_submitted_is_checked_and_signed",
            ),
            models.CheckConstraint(
                condition=models.Q(checked_by__isnull=True)
                | ~models.Q(checked_by=models.F("prepared_by")),
                name="report_checked_by_somebody_else",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="content_is_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(f"OLD.state <> 'draft' AND {_changes(*CONTENT)}"),
            ),
            pgtrigger.Protect(
                name="signature_is_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.submitted_at IS NOT NULL AND "
                    + _changes(
                        "content_digest", "signature_id", "signed_by_id", "submitted_at", "findings"
                    )
                ),
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.number

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """The agency its own; the discharger and authorities what was signed and submitted."""
        visible = visible_by_place(
            actor,
            owner="discharger_id",
            district="district_id",
            agency=models.Q(agency_id=actor.organization_id),
        )
        if actor.organization_kind == "agency":
            return visible
        return visible & models.Q(submitted_at__isnull=False)
