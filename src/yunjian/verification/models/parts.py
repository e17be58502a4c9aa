"""What belongs to a report: instruments, people, devices, standard materials, tests, originals."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.row_policies import (
    AUTHORITY,
    RowPolicy,
    both,
    in_district,
    own,
    through,
    through_own,
)
from yunjian.access.scope import ScopedModel
from yunjian.agencies.models import Certificate, CompetenceConfirmation, Equipment, Person
from yunjian.evidence.models import Attachment
from yunjian.identity.models import Account, District, Organization
from yunjian.instruments.models import Instrument, InstrumentRevision
from yunjian.kernel.clock import now, today
from yunjian.sources.models import MonitoringPoint
from yunjian.sources.models.places import visible_by_place
from yunjian.verification.models.reports import Report

REPORT = "verification_report"


def frozen_with_its_report() -> pgtrigger.Trigger:
    """Return the trigger that refuses to change a part of a report that left its draft.

    Whoever does not reach the report is refused by the row policies.
    """
    return pgtrigger.Trigger(
        name="frozen_with_its_report",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete | pgtrigger.Insert,
        declare=[("held", "verification_report.state%TYPE"), ("about", "uuid")],
        func="""
            about := CASE WHEN TG_OP = 'INSERT' THEN NEW.report_id ELSE OLD.report_id END;
            SELECT state INTO held FROM verification_report WHERE id = about;
            IF held <> 'draft' THEN
                RAISE EXCEPTION 'a part of report % is frozen with it', about;
            END IF;
            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        """,
    )


class PartOfReport(ScopedModel):
    """What belongs to a report: seen with it, written by its agency as long as it is a draft."""

    row_policy = RowPolicy(
        read=(through("report_id", REPORT),),
        write=(through_own("report_id", REPORT, "agency_id"),),
    )

    class Meta:
        abstract = True

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """As its report."""
        visible = visible_by_place(
            actor,
            owner="report__discharger_id",
            district="report__district_id",
            agency=models.Q(report__agency_id=actor.organization_id),
        )
        if actor.organization_kind == "agency":
            return visible
        return visible & models.Q(report__submitted_at__isnull=False)


class ReportInstrument(PartOfReport):
    """An instrument that a report is about, by the version on file that day.

    `snapshot` holds its parameters as they stood when the comparison was done: identity, ranges,
    unit and key settings as texts, so that later filings and changes of parameters do not alter
    what the report says.
    """

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="instruments")
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="+")
    revision = models.ForeignKey(InstrumentRevision, on_delete=models.PROTECT, related_name="+")
    snapshot = models.JSONField(_("当日参数"), default=dict)

    class Meta:
        ordering = ["id"]
        # the reports of an instrument: what its follow-ups wait for
        indexes = [models.Index(fields=["instrument"], name="report_instrument")]
        constraints = [
            models.UniqueConstraint(fields=["report", "instrument"], name="report_instrument_once"),
        ]
        triggers = [frozen_with_its_report()]


class ReportPerson(PartOfReport):
    """Somebody who took part, with the certificate that was valid that day.

    Without one a documented confirmation of competence may stand in its place, as what it is;
    whether it satisfies the check is data (`verification/data/severities.toml`).
    """

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="people")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    certificate = models.ForeignKey(
        Certificate, on_delete=models.PROTECT, null=True, related_name="+"
    )
    confirmation = models.ForeignKey(
        CompetenceConfirmation, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["id"]
        # where else somebody was at that time
        indexes = [models.Index(fields=["person"], name="report_person")]
        constraints = [
            models.UniqueConstraint(fields=["report", "person"], name="report_person_once"),
        ]
        triggers = [frozen_with_its_report()]


class ReportDevice(PartOfReport):
    """A device that measured for the reference method, with its calibration that day.

    `snapshot` holds its names and numbers as they were filed when the report was checked.
    """

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="devices")
    equipment = models.ForeignKey(Equipment, on_delete=models.PROTECT, related_name="+")
    certificate = models.ForeignKey(
        Certificate, on_delete=models.PROTECT, null=True, related_name="+"
    )
    snapshot = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]
        # where else a device was at that time
        indexes = [models.Index(fields=["equipment"], name="report_device")]
        constraints = [
            models.UniqueConstraint(fields=["report", "equipment"], name="report_device_once"),
        ]
        triggers = [frozen_with_its_report()]


class ReportMaterial(PartOfReport):
    """标准物质: a standard gas or solution that was used, with the certificate it came with.

    `nominal` is as typed; `valid_until` is the last day of its validity.
    """

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="materials")
    name = models.CharField(_("名称"), max_length=60)
    certificate_number = models.CharField(_("证书编号"), max_length=60)
    nominal = models.CharField(_("标称值"), max_length=30)
    unit = models.CharField(_("单位"), max_length=16)
    uncertainty = models.CharField(_("不确定度"), max_length=30, blank=True)
    maker = models.CharField(_("生产单位"), max_length=80, blank=True)
    valid_until = models.DateField(_("有效期至"))

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "certificate_number", "name"], name="report_material_once"
            ),
        ]
        triggers = [frozen_with_its_report()]


class DeclaredVerdict(models.TextChoices):
    """What the report itself says of a test; laboratories may say nothing of it."""

    PASS = "pass", _("合格")
    FAIL = "fail", _("不合格")
    NOT_JUDGED = "not_judged", _("不予判定")


class ReportTest(PartOfReport):
    """A test of a report: readings as they were typed, and what they compute to.

    `test` is the key within the report's form. `readings` is a list of `{column: text as typed}`,
    `values` maps fields (range, limit, span gas …) to texts, `declared` quantities to what the
    report says. `results` is what was computed from exactly these by the packs of that day.
    `series_digest` is over the readings as numbers: equal ones in two reports are found by it.
    """

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="tests")
    test = models.CharField(_("测试项目"), max_length=60)
    parameter = models.CharField(_("监测因子"), max_length=20, blank=True)
    instrument = models.ForeignKey(
        Instrument, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    unit = models.CharField(_("单位"), max_length=16, blank=True)
    basis = models.CharField(_("评价依据"), max_length=80, blank=True)
    readings = models.JSONField(_("读数"), default=list)
    values = models.JSONField(_("参数"), default=dict)
    declared = models.JSONField(_("申报值"), default=dict)
    declared_verdict = models.CharField(
        _("申报结论"), max_length=12, choices=DeclaredVerdict.choices, blank=True
    )
    results = models.JSONField(default=dict)
    verdict = models.CharField(_("计算结论"), max_length=12, blank=True)
    series_digest = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["id"]
        # two reports with the same readings
        indexes = [
            models.Index(
                fields=["series_digest"],
                name="report_test_series",
                condition=~models.Q(series_digest=""),
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "test", "parameter", "instrument"],
                nulls_distinct=False,
                name="report_test_once",
            ),
        ]
        triggers = [frozen_with_its_report()]


class ReportOriginal(PartOfReport):
    """原始记录: a file of the original records, by its kind, in binding order."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="originals")
    kind = models.CharField(_("记录类别"), max_length=40)
    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    added_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["report", "attachment"], name="report_original_once"),
        ]
        triggers = [frozen_with_its_report()]


class ReportCorrection(PartOfReport):
    """整改: what a failed report leads to, until a later accepted report of the point passes.

    The term is data (`verification/data/severities.toml`), copied here with its clause. The agency
    and the discharger are told once when the term is near (`reminded_at`), and once when it is over
    (`overdue_told_at`).
    """

    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="correction")
    point = models.ForeignKey(MonitoringPoint, on_delete=models.PROTECT, related_name="+")
    parameters = ArrayField(models.CharField(max_length=20), verbose_name=_("监测因子"))
    title = models.CharField(_("事项"), max_length=120)
    standard = models.CharField(_("依据"), max_length=60)
    clause = models.CharField(_("条款"), max_length=60)
    provenance = models.CharField(max_length=60)
    opened_on = models.DateField(_("起算日期"))
    due_on = models.DateField(_("期限"))
    done_by_report = models.ForeignKey(
        Report, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("完成报告")
    )
    reminded_at = models.DateTimeField(null=True, editable=False)
    overdue_told_at = models.DateTimeField(null=True, editable=False)

    row_policy = RowPolicy(
        read=(through("report_id", REPORT),),
        write=(both(AUTHORITY, through("report_id", REPORT)),),
    )

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(
                fields=["point", "due_on"],
                name="report_correction_open",
                condition=models.Q(done_by_report__isnull=True),
            )
        ]

    @property
    def is_overdue(self) -> bool:
        """Whether it is still to be done, and its last day is over."""
        return self.done_by_report_id is None and self.due_on < today()


class ExceptionState(models.TextChoices):
    """Where an exception stands."""

    ASKED = "asked", _("待处理")
    GRANTED = "granted", _("已同意")
    REFUSED = "refused", _("未同意")
    LIFTED = "lifted", _("已取消")


class FindingException(ScopedModel):
    """例外: that a blocking finding does not hold a report up, by the decision of an authority.

    The agency asks for it (a draft is not shown to authorities, so `finding` says what was found),
    or the authority sets a finding of a submitted report aside on its own. It holds for all
    editions of the report (`series`), until it is lifted.
    """

    series = models.UUIDField()
    report_number = models.CharField(_("报告编号"), max_length=60)
    agency = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)
    path = models.CharField(max_length=80, blank=True)
    finding = models.CharField(_("问题"), max_length=400)
    state = models.CharField(_("状态"), max_length=8, choices=ExceptionState.choices)
    asked_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(_("申请时间"), default=now, editable=False)
    asked_reason = models.CharField(_("申请理由"), max_length=200, blank=True)
    decided_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("处理时间"), null=True, editable=False)
    reason = models.CharField(_("处理理由"), max_length=200, blank=True)
    lifted_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, editable=False)
    lift_reason = models.CharField(_("取消理由"), max_length=200, blank=True)

    row_policy = RowPolicy(
        read=(own("agency_id"), both(AUTHORITY, in_district("district_id"))),
    )

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["series"], name="finding_exception_series"),
            # what an authority has to decide, newest first
            models.Index(fields=["district", "-id"], name="finding_exception_district"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "code", "path", "finding"],
                condition=models.Q(state__in=["asked", "granted"]),
                name="finding_exception_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(state="asked") | ~models.Q(reason=""),
                name="finding_exception_decided_with_reason",
            ),
        ]

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """The agency that asks, and authorities of the district."""
        return visible_by_place(
            actor,
            owner="agency_id",
            district="district_id",
            agency=models.Q(agency_id=actor.organization_id),
        )


class ReportReading(PartOfReport):
    """What the uploaded file of a report says, as the reader found it (`documents.reading`).

    One for each report, of its present file; another file takes the place of the one before, and
    of what was read of it. It holds nobody up: it is shown to those who write, check and review.
    """

    report = models.OneToOneField(Report, on_delete=models.CASCADE, related_name="reading")
    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")
    content = models.JSONField()
    read_at = models.DateTimeField(default=now)


class ReportSignature(PartOfReport):
    """证书签名: the owner's signature with the certificate of the agency, over the digest of what
    was shown.

    `signed_text` holds that digest (`certificates.Challenge`). Chain, validity, revocation and
    whose certificate it is were verified at `signed_at`; certificate (DER) and signature are kept
    in base64, so that anybody can verify the signature again. Written in the moment in which the
    report is handed in, and never changed.
    """

    report = models.OneToOneField(
        Report, on_delete=models.PROTECT, related_name="certificate_signature"
    )
    holder = models.CharField(_("证书单位"), max_length=120)
    uscc = models.CharField(_("统一社会信用代码"), max_length=18)
    subject = models.CharField(_("证书主体"), max_length=300)
    issuer = models.CharField(_("签发机构"), max_length=300)
    serial = models.CharField(_("证书序列号"), max_length=64)
    fingerprint = models.CharField(max_length=64)
    algorithm = models.CharField(_("算法"), max_length=8)
    valid_from = models.DateTimeField(_("有效期起"))
    valid_until = models.DateTimeField(_("有效期止"))
    signed_text = models.CharField(max_length=300)
    certificate = models.TextField()
    signature = models.TextField()
    signed_at = models.DateTimeField(_("签名时间"), default=now, editable=False)

    class Meta:
        triggers = [
            pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="signed_once_checked",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("held", "verification_report.state%TYPE")],
                func="""
                    SELECT state INTO held FROM verification_report WHERE id = NEW.report_id;
                    IF held <> 'checked' THEN
                        RAISE EXCEPTION 'report % is not to be signed', NEW.report_id;
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]
