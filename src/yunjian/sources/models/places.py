"""Where it is watched: pollution sources, outlets and monitoring points."""

from decimal import Decimal
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.row_policies import (
    NOT_AGENCY,
    PolicyFunction,
    RowPolicy,
    among,
    both,
    in_district,
    listed,
    own,
    through,
)
from yunjian.access.scope import ANYTHING, NOTHING, ScopedModel
from yunjian.identity.models import District, Organization
from yunjian.kernel.clock import now, today
from yunjian.kernel.coordinates import Datum
from yunjian.records.versions import Versioned

DATUMS = [
    (Datum.WGS84.value, _("WGS84（GPS、天地图）")),
    (Datum.GCJ02.value, _("GCJ-02（高德、腾讯地图）")),
    (Datum.BD09.value, _("BD-09（百度地图）")),
]
MANAGEMENT_LEVELS = [
    ("key", _("重点管理")),
    ("simplified", _("简化管理")),
    ("registered", _("登记管理")),
]

# what row policies ask about places; they run without policies: these would ask one another
# without end
PolicyFunction(
    "yunjian_points_here",  # of the actor's own sources, or in its districts
    "SELECT id FROM sources_monitoringpoint"
    " WHERE organization_id = $me OR $all OR district_id = ANY ($here)",
)
PolicyFunction(
    "yunjian_sources_served",  # with a point that the actor has or had access to
    "SELECT o.source_id FROM sources_pointaccess a"
    " JOIN sources_monitoringpoint p ON p.id = a.point_id"
    " JOIN sources_outlet o ON o.id = p.outlet_id"
    " WHERE a.organization_id = $me",
)
PolicyFunction(
    "yunjian_partners",  # who works with the actor, or has a point in its districts
    "SELECT p.organization_id FROM sources_pointaccess a"
    " JOIN sources_monitoringpoint p ON p.id = a.point_id"
    " WHERE a.organization_id = $me"
    " UNION SELECT a.organization_id FROM sources_monitoringpoint p"
    " JOIN sources_pointaccess a ON a.point_id = p.id"
    " WHERE p.organization_id = $me"
    " UNION SELECT organization_id FROM sources_monitoringpoint"
    " WHERE district_id = ANY ($here)",
)
SERVED = "SELECT a.point_id FROM sources_pointaccess a WHERE a.organization_id = $me"


def closed_after_opened(name: str) -> models.CheckConstraint:
    """Return the constraint that a place is not closed before it was opened."""
    return models.CheckConstraint(
        condition=models.Q(closed_on__isnull=True)
        | models.Q(opened_on__isnull=True)
        | models.Q(closed_on__gte=models.F("opened_on")),
        name=name,
    )


def seen_with(column: str, table: str) -> RowPolicy:
    """Return the policy of rows seen with what a column names, and written by all but agencies."""
    here = through(column, table)
    return RowPolicy(read=(here,), write=(both(NOT_AGENCY, here),))


def one_at_a_time(
    name: str, *columns: str, period: str = "period", condition: models.Q | None = None
) -> ExclusionConstraint:
    """Return the constraint that of rows equal in the columns no two hold at one time."""
    same = [(column, RangeOperators.EQUAL) for column in columns]
    return ExclusionConstraint(
        name=name, expressions=[*same, (period, RangeOperators.OVERLAPS)], condition=condition
    )


class LifecycleModel(Versioned):
    """What is kept by several people over years, with its days of use."""

    opened_on = models.DateField(_("投用日期"), null=True, blank=True)
    closed_on = models.DateField(_("关闭日期"), null=True, blank=True)
    close_reason = models.CharField(_("关闭原因"), max_length=200, blank=True)

    class Meta:
        abstract = True

    @property
    def is_closed(self) -> bool:
        """Whether it is out of use today."""
        return self.closed_on is not None and self.closed_on <= today()


class PositionedModel(models.Model):
    """A position as it was typed or picked, beside the one in WGS84 that everybody reckons with."""

    datum = models.CharField(_("坐标系"), max_length=6, choices=DATUMS, default=Datum.WGS84.value)
    typed_longitude = models.DecimalField(
        _("填报经度"), max_digits=9, decimal_places=6, null=True, blank=True, editable=False
    )
    typed_latitude = models.DecimalField(
        _("填报纬度"), max_digits=9, decimal_places=6, null=True, blank=True, editable=False
    )

    class Meta:
        abstract = True

    # each subclass says itself whether there always is a position
    longitude: Decimal | None
    latitude: Decimal | None

    @property
    def position_text(self) -> str:
        """Return the WGS84 position in one line; empty when there is none."""
        if self.longitude is None or self.latitude is None:
            return ""
        return f"{self.longitude}, {self.latitude}"

    @property
    def typed_position(self) -> str:
        """Return the position as it was typed, in its own datum."""
        if self.typed_longitude is None or self.typed_latitude is None:
            return self.position_text
        return f"{self.typed_longitude}, {self.typed_latitude}"


class SeenByPlace(ScopedModel):
    """What the discharger of a place sees, authorities of its district, and agencies with access.

    `place` leads to what has the columns of discharger and district; `reached` is the own column
    that access to a point decides by, and the column of `PointAccess` that it is compared with.
    """

    place: ClassVar[str] = ""
    reached: ClassVar[tuple[str, str]] = ("pk", "point_id")

    class Meta:
        abstract = True

    @classmethod
    def visible_to(cls, actor: Actor) -> models.Q:
        """Its discharger, authorities of its district, agencies with access to its points."""
        column, accessed = cls.reached
        granted = PointAccess.granted(actor).values(accessed)
        return visible_by_place(
            actor,
            owner=f"{cls.place}organization_id",
            district=f"{cls.place}district_id",
            agency=models.Q(**{f"{column}__in": granted}),
        )


class PollutionSource(PositionedModel, LifecycleModel, SeenByPlace):
    """污染源: a site of a discharger. Below it hang outlets, monitoring points and instruments.

    `code` is unique in the city and never changes; left empty it becomes the next number of the
    district. `uscc` is filled in only when the site has a code of its own (a branch); its check
    character is checked (GB 32100). The group of `industry_code` is checked
    (`data/industries.toml`), and the name follows from it unless somebody gives another one;
    streets are proposed (`data/streets.toml`), not demanded. Only an authority moves a source to
    another district, and all points below move in the same transaction. `is_medical`: medical
    institutions have other duties.

    Each change has a reason, the day since which it holds, and an event with each value before and
    after. `version` counts changes; a form says which one it was opened at.
    """

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="pollution_sources"
    )
    code = models.CharField(_("污染源编码"), max_length=20, unique=True)
    name = models.CharField(_("污染源名称"), max_length=120)
    uscc = models.CharField(
        _("统一社会信用代码"),
        max_length=18,
        blank=True,
        help_text=_("与排污单位不同时填写（如分公司）"),
    )
    district = models.ForeignKey(District, on_delete=models.PROTECT, verbose_name=_("所属区"))
    street = models.CharField(_("街道（镇）"), max_length=60, blank=True)
    industry_code = models.CharField(_("行业代码"), max_length=5, help_text="GB/T 4754")
    industry_name = models.CharField(_("行业类别"), max_length=60)
    address = models.CharField(_("地址"), max_length=200)
    longitude = models.DecimalField(_("经度"), max_digits=9, decimal_places=6, help_text="WGS84")
    latitude = models.DecimalField(_("纬度"), max_digits=9, decimal_places=6, help_text="WGS84")
    permit_number = models.CharField(_("排污许可证编号"), max_length=40, blank=True)
    permit_valid_from = models.DateField(_("许可证有效期自"), null=True, blank=True)
    permit_valid_until = models.DateField(_("许可证有效期至"), null=True, blank=True)
    management_level = models.CharField(
        _("管理类别"),
        max_length=10,
        choices=MANAGEMENT_LEVELS,
        default="key",
    )
    is_medical = models.BooleanField(_("医疗机构"), default=False)
    contact_name = models.CharField(_("环保联系人"), max_length=40, blank=True)
    contact_phone = models.CharField(_("联系电话"), max_length=20, blank=True)
    principal_name = models.CharField(_("单位负责人"), max_length=40, blank=True)
    principal_phone = models.CharField(_("负责人电话"), max_length=20, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)

    reached = ("pk", "point__outlet__source_id")
    row_policy = RowPolicy(
        read=(
            own("organization_id"),
            in_district("district_id"),
            among("id", "yunjian_sources_served"),
        ),
        write=(own("organization_id"), in_district("district_id")),
    )

    class Meta:
        ordering = ["code"]
        indexes = [
            models.Index(fields=["organization", "code"], name="source_organization"),
            models.Index(fields=["district", "code"], name="source_district"),
        ]
        constraints = [
            closed_after_opened("source_days_in_order"),
            models.CheckConstraint(
                condition=models.Q(permit_valid_from__isnull=True)
                | models.Q(permit_valid_until__isnull=True)
                | models.Q(permit_valid_until__gte=models.F("permit_valid_from")),
                name="source_permit_days_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def credit_code(self) -> str:
        """Return the unified social credit code of the site: its own, or its discharger's."""
        return self.uscc or self.organization.uscc


class Medium(models.TextChoices):
    """What flows through an outlet; it decides the instruments and the standard."""

    WASTEWATER = "wastewater", _("废水")
    FLUE_GAS = "flue_gas", _("烟气")


class Discharge(models.TextChoices):
    """排放去向: where what leaves an outlet goes (the list of the discharge permit)."""

    ATMOSPHERE = "atmosphere", _("大气环境")
    SURFACE_WATER = "surface_water", _("直接进入江河、湖、库等水环境")
    SEA = "sea", _("直接进入海域")
    SEWER_TO_RIVER = "sewer_to_river", _("进入城市下水道（再入江河、湖、库）")
    SEWER_TO_SEA = "sewer_to_sea", _("进入城市下水道（再入沿海海域）")
    MUNICIPAL_PLANT = "municipal_plant", _("进入城市污水处理厂")
    INDUSTRIAL_PLANT = "industrial_plant", _("进入工业废水集中处理厂")
    OTHER_COMPANY = "other_company", _("进入其他单位")
    GROUND = "ground", _("进入地渗或蒸发地")
    OTHER = "other", _("其他")


class Channel(models.TextChoices):
    """量水设施: how wastewater is led past the flow meter."""

    PARSHALL = "parshall", _("巴歇尔槽")
    TRIANGULAR = "triangular", _("三角堰")
    RECTANGULAR = "rectangular", _("矩形堰")
    PIPE = "pipe", _("管道流量计")


class Outlet(PositionedModel, LifecycleModel, SeenByPlace):
    """排口: DW001 (wastewater) or DA001 (waste gas) of a pollution source.

    `code` and `kind` never change. `height` and `inner_diameter` are of a stack, `channel` is how
    wastewater passes the flow meter. A stack discharges into the atmosphere, wastewater elsewhere.
    `emission_standard` is the one that new limits start from. The position may be missing. Its
    points have to be closed before it.
    """

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
    inner_diameter = models.DecimalField(
        _("出口内径"), max_digits=5, decimal_places=2, null=True, blank=True, help_text="m"
    )
    channel = models.CharField(_("量水设施"), max_length=12, choices=Channel.choices, blank=True)
    discharge_to = models.CharField(
        _("排放去向"), max_length=16, choices=Discharge.choices, blank=True
    )
    location = models.CharField(_("位置说明"), max_length=120, blank=True)
    longitude = models.DecimalField(
        _("经度"), max_digits=9, decimal_places=6, null=True, blank=True, help_text="WGS84"
    )
    latitude = models.DecimalField(
        _("纬度"), max_digits=9, decimal_places=6, null=True, blank=True, help_text="WGS84"
    )

    place, reached = "source__", ("pk", "point__outlet_id")
    row_policy = seen_with("source_id", "sources_pollutionsource")

    class Meta:
        ordering = ["code"]
        constraints = [
            closed_after_opened("outlet_days_in_order"),
            models.CheckConstraint(
                condition=models.Q(kind="flue_gas", channel="")
                | models.Q(kind="wastewater", height__isnull=True, inner_diameter__isnull=True),
                name="outlet_shape_fits_kind",
            ),
            models.UniqueConstraint(fields=["source", "code"], name="outlet_code_once"),
            models.CheckConstraint(
                condition=models.Q(kind="wastewater", code__startswith="DW")
                | models.Q(kind="flue_gas", code__startswith="DA"),
                name="outlet_code_fits_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class SamplingMethod(models.TextChoices):
    """How a CEMS takes its sample (HJ 75 has different rules and sheets for each)."""

    FULL_EXTRACTION = "full_extraction", _("完全抽取")
    DILUTION = "dilution", _("稀释抽取")
    DIRECT = "direct", _("直接测量")


class DescribedModel(models.Model):
    """How a point is described: what the rules ask for."""

    parameters = ArrayField(models.CharField(max_length=20), verbose_name=_("监测因子"))
    sampling_method = models.CharField(
        _("采样方式"), max_length=16, choices=SamplingMethod.choices, blank=True
    )
    automatic_calibration = models.BooleanField(_("具备自动校准"), default=False)

    class Meta:
        abstract = True


class MonitoringPoint(DescribedModel, PositionedModel, LifecycleModel, SeenByPlace):
    """测点: where instruments stand and agencies work.

    Carries its owner and district so that scope needs no join; both are kept in step with the
    source. `kind` is that of the outlet and decides the instruments, the sheets and the standard
    (HJ 355 or HJ 75). `mn_code` is unique for ever: 24 digits as HJ 212 has it, or a local number
    of 14 to 24 digits and capitals; it stays once the point is networked, whatever instrument is
    replaced. `parameters` are symbols of the rules, each with its code in HJ 212
    (`standards/factors.py`).

    `parameters`, `sampling_method` and `automatic_calibration` are what the rules ask for; they
    are those of the newest revision of the point. The distance of a sign-in is measured from its
    position. Its instruments have to be out of use before it is closed.
    """

    outlet = models.ForeignKey(Outlet, on_delete=models.PROTECT, related_name="points")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("类型"), max_length=12, choices=Medium.choices)
    name = models.CharField(_("测点名称"), max_length=80)
    mn_code = models.CharField(_("MN 号"), max_length=24, unique=True)
    networked_on = models.DateField(_("联网日期"), null=True, blank=True)
    location = models.CharField(_("安装位置"), max_length=120, blank=True)
    longitude = models.DecimalField(_("经度"), max_digits=9, decimal_places=6, help_text="WGS84")
    latitude = models.DecimalField(_("纬度"), max_digits=9, decimal_places=6, help_text="WGS84")
    station_area = models.DecimalField(
        _("站房面积"), max_digits=6, decimal_places=1, null=True, blank=True, help_text="m²"
    )
    station_temperature_control = models.BooleanField(_("站房温度控制"), default=False)
    station_ups = models.BooleanField(_("不间断电源（UPS）"), default=False)
    station_video = models.BooleanField(_("视频监控"), default=False)
    created_at = models.DateTimeField(default=now, editable=False)

    row_policy = RowPolicy(
        read=(own("organization_id"), in_district("district_id"), listed("id", SERVED)),
        write=(own("organization_id"), in_district("district_id")),
    )

    class Meta:
        ordering = ["outlet__code", "name"]
        indexes = [
            models.Index(fields=["organization", "id"], name="point_organization"),
            models.Index(fields=["district", "id"], name="point_district"),
            models.Index(fields=["outlet", "name", "id"], name="point_outlet"),
        ]
        constraints = [
            closed_after_opened("point_days_in_order"),
            models.CheckConstraint(
                condition=models.Q(kind="flue_gas") | models.Q(sampling_method=""),
                name="point_sampling_method_only_flue_gas",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PointAccess(ScopedModel):
    """Which other organisation (an agency under contract) may see and work at a point, and when.

    Written by the contract that grants it, so that scope below the contracts needs no knowledge
    of them.
    """

    point = models.ForeignKey(MonitoringPoint, on_delete=models.PROTECT, related_name="accesses")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    period = DateRangeField()
    reason = models.CharField(max_length=80)

    row_policy = RowPolicy(read=(own("organization_id"), among("point_id", "yunjian_points_here")))

    class Meta:
        indexes = [models.Index(fields=["organization", "point"], name="access_organization")]
        constraints = [one_at_a_time("access_once_at_a_time", "point", "organization")]

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
