"""Where it is watched: pollution sources, outlets and monitoring points."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from yunjian.identity.models import District, Organization
from yunjian.kernel.actor import Actor
from yunjian.kernel.clock import now, today
from yunjian.kernel.scope import ANYTHING, NOTHING, ScopedModel


class PollutionSource(ScopedModel):
    """污染源: a site of a discharger."""

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="pollution_sources"
    )
    code = models.CharField(_("污染源编码"), max_length=20, unique=True)
    name = models.CharField(_("污染源名称"), max_length=120)
    district = models.ForeignKey(District, on_delete=models.PROTECT, verbose_name=_("所属区"))
    street = models.CharField(_("街道（镇）"), max_length=60, blank=True)
    industry_code = models.CharField(_("行业代码"), max_length=5, help_text="GB/T 4754")
    industry_name = models.CharField(_("行业类别"), max_length=60)
    address = models.CharField(_("地址"), max_length=200)
    longitude = models.DecimalField(_("经度"), max_digits=9, decimal_places=6, help_text="WGS84")
    latitude = models.DecimalField(_("纬度"), max_digits=9, decimal_places=6, help_text="WGS84")
    permit_number = models.CharField(_("排污许可证编号"), max_length=40, blank=True)
    permit_valid_until = models.DateField(_("许可证有效期至"), null=True, blank=True)
    management_level = models.CharField(
        _("管理类别"),
        max_length=10,
        choices=[
            ("key", _("重点管理")),
            ("simplified", _("简化管理")),
            ("registered", _("登记管理")),
        ],
        default="key",
    )
    is_medical = models.BooleanField(_("医疗机构"), default=False)
    contact_name = models.CharField(_("环保联系人"), max_length=40, blank=True)
    contact_phone = models.CharField(_("联系电话"), max_length=20, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ["code"]
        indexes = [
            models.Index(fields=["organization", "code"], name="source_organization"),
            models.Index(fields=["district", "code"], name="source_district"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """Its discharger, agencies with access to a point of it, authorities of its district."""
        return visible_by_place(
            actor,
            owner="organization_id",
            district="district_id",
            agency=models.Q(pk__in=PointAccess.granted(actor).values("point__outlet__source_id")),
        )


class Medium(models.TextChoices):
    """What flows through an outlet; it decides the instruments and the standard."""

    WASTEWATER = "wastewater", _("废水")
    FLUE_GAS = "flue_gas", _("烟气")


class Outlet(ScopedModel):
    """排口: DW001 (wastewater) or DA001 (waste gas) of a pollution source."""

    source = models.ForeignKey(PollutionSource, on_delete=models.PROTECT, related_name="outlets")
    code = models.CharField(
        _("排口编号"),
        max_length=10,
        validators=[RegexValidator(r"^D[WA]\d{3}$", _("排口编号应形如 DW001 或 DA001"))],
    )
    name = models.CharField(_("排口名称"), max_length=80)
    kind = models.CharField(_("类型"), max_length=12, choices=Medium.choices)
    emission_standard = models.CharField(_("执行标准"), max_length=120, blank=True)
    height = models.DecimalField(
        _("排气筒高度"), max_digits=6, decimal_places=1, null=True, blank=True, help_text="m"
    )

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["source", "code"], name="outlet_code_once"),
            models.CheckConstraint(
                condition=models.Q(kind="wastewater", code__startswith="DW")
                | models.Q(kind="flue_gas", code__startswith="DA"),
                name="outlet_code_fits_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """As its pollution source."""
        return visible_by_place(
            actor,
            owner="source__organization_id",
            district="source__district_id",
            agency=models.Q(pk__in=PointAccess.granted(actor).values("point__outlet_id")),
        )


class SamplingMethod(models.TextChoices):
    """How a CEMS takes its sample (HJ 75 has different rules and sheets for each)."""

    FULL_EXTRACTION = "full_extraction", _("完全抽取")
    DILUTION = "dilution", _("稀释抽取")
    DIRECT = "direct", _("直接测量")


class MonitoringPoint(ScopedModel):
    """测点: where instruments stand. Carries its owner and district so that scope needs no join."""

    outlet = models.ForeignKey(Outlet, on_delete=models.PROTECT, related_name="points")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("类型"), max_length=12, choices=Medium.choices)
    name = models.CharField(_("测点名称"), max_length=80)
    mn_code = models.CharField(_("MN 号"), max_length=24, unique=True)
    parameters = ArrayField(models.CharField(max_length=20), verbose_name=_("监测因子"))
    sampling_method = models.CharField(
        _("采样方式"), max_length=16, choices=SamplingMethod.choices, blank=True
    )
    automatic_calibration = models.BooleanField(_("具备自动校准"), default=False)
    networked_on = models.DateField(_("联网日期"), null=True, blank=True)
    longitude = models.DecimalField(_("经度"), max_digits=9, decimal_places=6, help_text="WGS84")
    latitude = models.DecimalField(_("纬度"), max_digits=9, decimal_places=6, help_text="WGS84")
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ["outlet__code", "name"]
        indexes = [
            models.Index(fields=["organization", "id"], name="point_organization"),
            models.Index(fields=["district", "id"], name="point_district"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="flue_gas") | models.Q(sampling_method=""),
                name="point_sampling_method_only_flue_gas",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """Its discharger, agencies with access, authorities of its district."""
        return visible_by_place(
            actor,
            owner="organization_id",
            district="district_id",
            agency=models.Q(pk__in=PointAccess.granted(actor).values("point_id")),
        )


class PointAccess(ScopedModel):
    """Which other organisation (an agency under contract) may see and work at a point, and when.

    Written by the contract that grants it, so that scope below the contracts needs no knowledge
    of them.
    """

    point = models.ForeignKey(MonitoringPoint, on_delete=models.PROTECT, related_name="accesses")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    period = DateRangeField()
    reason = models.CharField(max_length=80)

    class Meta:
        indexes = [models.Index(fields=["organization", "point"], name="access_organization")]
        constraints = [
            ExclusionConstraint(
                name="access_once_at_a_time",
                expressions=[
                    ("point", RangeOperators.EQUAL),
                    ("organization", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    @classmethod
    def granted(cls, actor: Actor) -> models.QuerySet["PointAccess"]:
        """Return the accesses an agency holds or held: its past work stays visible to it."""
        return cls.unscoped().filter(models.Q(organization_id=actor.organization_id))

    @classmethod
    def current(cls, actor: Actor) -> models.QuerySet["PointAccess"]:
        """Return the accesses that hold today."""
        return cls.granted(actor).filter(period__contains=today())

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """The holder, the owner of the point, authorities of its district."""
        return visible_by_place(
            actor,
            owner="point__organization_id",
            district="point__district_id",
            agency=models.Q(organization_id=actor.organization_id),
        )


def visible_by_place(actor: Actor, *, owner: str, district: str, agency: models.Q) -> models.Q:
    """Return who sees what stands at a place.

    The discharger by the owner column, authorities by the district column, agencies by the
    condition given; nobody else anything.
    """
    match actor.organization_kind:
        case "discharger":
            return models.Q(**{owner: actor.organization_id})
        case "authority" if actor.districts is None:
            return ANYTHING
        case "authority":
            return models.Q(**{f"{district}__in": actor.districts})
        case "agency":
            return agency
        case _:
            return NOTHING
