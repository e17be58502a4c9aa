"""备案管理: what an agency is and has. Reviewed by the authority, visible to it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.row_policies import AUTHORITY, RowPolicy, own
from yunjian.access.scope import ANYTHING, NOTHING, ScopedModel
from yunjian.agencies.dictionaries import EDUCATIONS
from yunjian.evidence.models import Attachment
from yunjian.identity.models import Account, Organization
from yunjian.kernel.clock import now
from yunjian.records.versions import Versioned


class AgencyOwned(ScopedModel):
    """A row of an agency's filing: the agency sees its own, authorities see all."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)

    row_policy = RowPolicy(read=(own("organization_id"), AUTHORITY))

    class Meta:
        abstract = True

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """The agency its own; authorities all (agencies work across districts)."""
        match actor.organization_kind:
            case "agency":
                return models.Q(organization_id=actor.organization_id)
            case "authority":
                return ANYTHING
            case _:
                return NOTHING


class FilingState(models.TextChoices):
    """Where a row of the filing stands."""

    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待审核")
    RETURNED = "returned", _("已退回")
    FILED = "filed", _("已备案")
    WITHDRAWN = "withdrawn", _("已撤销")


class AgencyFiling(Versioned, AgencyOwned):
    """备案基本信息: what an agency declares about itself. Money is in 万元.

    | state | meaning | moves on by |
    |---|---|---|
    | draft | being written | `filing_submit` |
    | submitted | under review, frozen | `filing_decide` |
    | returned | sent back, `decision_note` says why | `filing_save`, `filing_submit` |
    | filed | official | replaced by the next one that is filed |
    | withdrawn | an earlier official one | |

    A filed row is never edited: a change is a new draft, and the filed one holds until the new one
    is filed. Submitting takes every person, device and vehicle in draft or returned along (二审);
    the decision is about them too. The first draft starts from what the agency said when it
    registered.
    """

    legal_representative = models.CharField(_("法定代表人"), max_length=40)
    registered_capital = models.DecimalField(_("注册资本（万元）"), max_digits=14, decimal_places=2)
    project_count = models.PositiveIntegerField(_("在运维项目数量"), default=0)
    project_amount = models.DecimalField(
        _("项目金额（万元）"), max_digits=14, decimal_places=2, default=0
    )
    address = models.CharField(_("办公地址"), max_length=200)
    contact_name = models.CharField(_("联系人"), max_length=40)
    contact_phone = models.CharField(_("联系电话"), max_length=20)
    scope = models.CharField(_("运维范围"), max_length=200)
    filing_number = models.CharField(_("备案编号"), max_length=40, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=FilingState.choices, default="draft")
    filed_on = models.DateField(_("备案日期"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True, editable=False)
    decision_note = models.CharField(_("审核意见"), max_length=400, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=models.Q(state__in=["draft", "submitted", "returned"]),
                name="agency_filing_one_open",
            ),
            models.UniqueConstraint(
                fields=["organization"],
                condition=models.Q(state="filed"),
                name="agency_filing_one_filed",
            ),
        ]


class Position(models.TextChoices):
    """技术岗位."""

    ENGINEER = "engineer", _("运维人员")
    TECHNICAL_LEAD = "technical_lead", _("技术负责人")
    QUALITY_LEAD = "quality_lead", _("质量负责人")
    QUALITY_SUPERVISOR = "quality_supervisor", _("质量监督管理人")


class Person(Versioned, AgencyOwned):
    """人员 of an agency: education, job, title, position, certificates.

    With an account the person works in the phone app and can be planned. No identity-card number
    is kept: nothing here needs it. Changing a filed person puts the row back to draft. `left_on`
    is the first day without the person; from then on nothing new is assigned.
    """

    name = models.CharField(_("姓名"), max_length=40)
    account = models.OneToOneField(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="person"
    )
    education = models.CharField(_("学历"), max_length=40, help_text="a code of EDUCATIONS")
    job = models.CharField(_("岗位"), max_length=40)
    title = models.CharField(_("职称"), max_length=40, blank=True)
    position = models.CharField(_("技术岗位"), max_length=20, choices=Position.choices)
    phone = models.CharField(_("手机号"), max_length=20, blank=True)
    joined_on = models.DateField(_("入职日期"), null=True, blank=True)
    left_on = models.DateField(_("离职日期"), null=True, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=FilingState.choices, default="draft")

    class Meta:
        ordering = ["name"]
        indexes = [models.Index(fields=["organization", "name"], name="person_organization")]

    def __str__(self) -> str:
        return self.name

    def get_education_display(self) -> str:
        """Return what the education is called; lists bring it along as `education_title`."""
        brought: str | None = getattr(self, "education_title", None)
        return brought if brought is not None else EDUCATIONS.title_of(self.education)


class Certificate(AgencyOwned):
    """运维能力评定证书 of a person, or the calibration certificate of a piece of equipment."""

    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="certificates"
    )
    equipment = models.ForeignKey(
        "agencies.Equipment",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="certificates",
    )
    category = models.CharField(_("证书类别"), max_length=60)
    number = models.CharField(_("证书编号"), max_length=60)
    issuer = models.CharField(_("发证机关"), max_length=80)
    valid_from = models.DateField(_("有效期自"), null=True, blank=True)
    valid_until = models.DateField(_("有效期至"))
    attachment = models.ForeignKey(
        Attachment, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-valid_until"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(person__isnull=False, equipment__isnull=True)
                | models.Q(person__isnull=True, equipment__isnull=False),
                name="certificate_of_one_holder",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_from__isnull=True)
                | models.Q(valid_from__lte=models.F("valid_until")),
                name="certificate_dates_in_order",
            ),
        ]


class CompetenceConfirmation(AgencyOwned):
    """能力确认: that the agency itself found a person competent, documented; it is no certificate.

    Source: HJ 355-2019 4.2 (secondary): a certificate or a documented confirmation of competence.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="confirmations")
    scope = models.CharField(_("确认的工作内容"), max_length=80)
    confirmed_by = models.CharField(_("确认人"), max_length=40)
    basis = models.CharField(_("确认依据"), max_length=200)
    confirmed_on = models.DateField(_("确认日期"))
    valid_until = models.DateField(_("有效期至"))
    attachment = models.ForeignKey(
        Attachment, on_delete=models.PROTECT, related_name="+", verbose_name=_("确认记录")
    )

    class Meta:
        ordering = ["-valid_until", "-id"]
        indexes = [models.Index(fields=["person", "-valid_until"], name="confirmation_person")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(confirmed_on__lte=models.F("valid_until")),
                name="confirmation_dates_in_order",
            ),
        ]


class Equipment(Versioned, AgencyOwned):
    """设备: what the agency measures and works with.

    Its calibration runs out when its latest certificate does; the home page warns 30 days ahead. A
    retired device (`withdrawn`) stays in what was done with it and cannot be changed or planned.
    """

    asset_number = models.CharField(_("资产编号"), max_length=40)
    serial_number = models.CharField(_("出厂编号"), max_length=60)
    name = models.CharField(_("设备名称"), max_length=80)
    maker = models.CharField(_("生产厂家"), max_length=80, blank=True)
    model = models.CharField(_("型号"), max_length=60, blank=True)
    needs_calibration = models.BooleanField(_("需检定/校准"), default=True)
    state = models.CharField(_("状态"), max_length=10, choices=FilingState.choices, default="draft")

    class Meta:
        ordering = ["asset_number"]
        verbose_name_plural = "equipment"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "asset_number"], name="equipment_asset_number_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.asset_number}"


class Vehicle(Versioned, AgencyOwned):
    """运维车辆, by its number plate (GA 36).

    A leased one needs the end of its lease, which may not have passed. `attachment` is the vehicle
    licence or the lease.
    """

    plate = models.CharField(_("车牌号"), max_length=12)
    ownership = models.CharField(
        _("权属"),
        max_length=8,
        choices=[("owned", _("自有")), ("leased", _("租赁"))],
        default="owned",
    )
    lease_until = models.DateField(_("租赁期至"), null=True, blank=True)
    attachment = models.ForeignKey(
        Attachment, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = models.CharField(_("状态"), max_length=10, choices=FilingState.choices, default="draft")

    class Meta:
        ordering = ["plate"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "plate"], name="vehicle_plate_once"),
        ]

    def __str__(self) -> str:
        return self.plate


class SparePart(Versioned, AgencyOwned):
    """运维备品备件: what an agency keeps in store. It is not reviewed, so it has no state."""

    name = models.CharField(_("名称"), max_length=80)
    model = models.CharField(_("规格型号"), max_length=60, blank=True)
    quantity = models.PositiveIntegerField(_("数量"), default=0)
    unit = models.CharField(_("单位"), max_length=10, default="件")
    amount = models.DecimalField(_("金额（元）"), max_digits=12, decimal_places=2, default=0)
    location = models.CharField(_("放置位置"), max_length=80)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
