"""The fields of an instrument filing, once: form, check, detail, differences and Excel use them.

The pictures of the source document (图 5–7) are lost. What an analyser and a sampler have to say
follows the records that HJ 75, HJ 353 and HJ 355 demand of each (instrument, range, working curve,
digestion, detection limit; bottles, volume and temperature of a sampler); docs/adr/0060.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from django.utils.translation import gettext as _

from yunjian.sources.models import InstrumentRevision, MonitoringPoint
from yunjian.sources.models.filing import InstrumentKind
from yunjian.sources.models.places import Medium

FieldKind = Literal["text", "long", "number", "date", "choice", "phone"]
Value = str | Decimal | date | None
SETTINGS = "settings."

WATER_UNITS = ["mg/L", "μg/L", "无量纲", "m³/h", "L/s", "℃", "NTU", "mS/cm"]
GAS_UNITS = ["mg/m³", "μg/m³", "ppm", "%", "m/s", "℃", "Pa", "kPa"]
WATER_METHODS = [
    "重铬酸钾氧化分光光度法",
    "纳氏试剂分光光度法",
    "水杨酸分光光度法",
    "氨气敏电极法",
    "钼酸铵分光光度法",
    "碱性过硫酸钾消解紫外分光光度法",
    "紫外吸收法",
    "玻璃电极法",
    "超声波明渠流量计",
    "电磁流量计",
]
GAS_METHODS = [
    "非分散红外吸收法",
    "紫外差分吸收光谱法",
    "紫外荧光法",
    "化学发光法",
    "定电位电解法",
    "傅里叶变换红外光谱法",
    "气相色谱-氢火焰离子化检测法",
    "激光后散射法",
    "β 射线法",
    "氧化锆法",
    "皮托管差压法",
    "热电阻法",
    "高温电容法",
]
SAMPLING_MODES = ["等时采样", "等比例采样", "定量采样", "远程触发采样"]


@dataclass(frozen=True, slots=True)
class FilingField:
    """One value of a filing. `path` is a column, or "settings." and a key of the JSON column."""

    path: str
    label: str
    kind: FieldKind = "text"
    required: bool = False
    unit: str = ""
    help: str = ""
    choices: tuple[str, ...] = ()
    open_choice: bool = False
    minimum: Decimal | None = None
    digits: int = 4

    @property
    def is_setting(self) -> bool:
        """Whether the value lives in the JSON column of settings."""
        return self.path.startswith(SETTINGS)

    def read(self, revision: InstrumentRevision) -> Value:
        """Return the value that a revision holds."""
        if not self.is_setting:
            value: Value = getattr(revision, self.path)
            return value
        raw = revision.settings.get(self.path.removeprefix(SETTINGS))
        if raw in (None, ""):
            return None
        return Decimal(str(raw)) if self.kind == "number" else str(raw)

    def show(self, revision: InstrumentRevision) -> str:
        """Return the value as people read it, with its unit; empty when there is none."""
        value = self.read(revision)
        if value in (None, ""):
            return ""
        text = plain_number(value) if isinstance(value, Decimal) else str(value)
        unit = revision.unit if self.unit == "*" else self.unit
        return f"{text} {unit}" if unit else text


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that belong together on the form."""

    title: str
    fields: tuple[FilingField, ...]


def plain_number(value: Decimal) -> str:
    """Return a number without trailing zeros and without an exponent."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def sections_of(kind: str, point: MonitoringPoint) -> list[Section]:
    """Return the sections of the form for an instrument of the kind at the point."""
    identity = _identity(kind, point)
    own = _sampler() if kind == InstrumentKind.SAMPLER else _analyzer(point)
    return [identity, *own, _papers(), _contact()]


def fields_of(kind: str, point: MonitoringPoint) -> Iterator[FilingField]:
    """Yield every field of the form for an instrument of the kind at the point."""
    for section in sections_of(kind, point):
        yield from section.fields


def _identity(kind: str, point: MonitoringPoint) -> Section:
    sampler = kind == InstrumentKind.SAMPLER
    gas = point.kind == Medium.FLUE_GAS
    methods = SAMPLING_MODES if sampler else GAS_METHODS if gas else WATER_METHODS
    parameter = FilingField(
        "parameter", _("监测因子"), "choice", required=True, choices=tuple(point.parameters)
    )
    return Section(
        _("仪器信息"),
        (
            FilingField("name", _("仪器名称"), required=True),
            *(() if sampler else (parameter,)),
            FilingField(
                "method",
                _("采样方式") if sampler else _("分析方法/原理"),
                required=True,
                choices=tuple(methods),
                open_choice=True,
            ),
            FilingField("maker", _("生产厂家"), required=True),
            FilingField("model", _("规格型号"), required=True),
            FilingField("serial_number", _("出厂编号"), required=True, help=_("见仪器铭牌")),
            FilingField("manufactured_on", _("出厂日期"), "date", required=True),
            FilingField("installed_on", _("安装日期"), "date", required=True),
        ),
    )


def _analyzer(point: MonitoringPoint) -> list[Section]:
    gas = point.kind == Medium.FLUE_GAS
    units = GAS_UNITS if gas else WATER_UNITS
    measuring = Section(
        _("测量性能"),
        (
            FilingField("range_lower", _("量程下限"), "number", required=True, unit="*"),
            FilingField("range_upper", _("量程上限"), "number", required=True, unit="*"),
            FilingField(
                "unit",
                _("量程单位"),
                "choice",
                required=True,
                choices=tuple(units),
                open_choice=True,
            ),
            FilingField(
                "detection_limit",
                _("检出限"),
                "number",
                required=not gas,
                unit="*",
                minimum=Decimal(0),
            ),
        ),
    )
    return [measuring, Section(_("关键参数"), _gas_settings() if gas else _water_settings())]


def _water_settings() -> tuple[FilingField, ...]:
    return (
        FilingField("settings.slope", _("工作曲线斜率"), "number"),
        FilingField("settings.intercept", _("工作曲线截距"), "number"),
        _setting("digestion_temperature", _("消解温度"), "℃"),
        _setting("digestion_minutes", _("消解时间"), "min"),
        _setting("cycle_minutes", _("测量周期"), "min"),
        _setting("precision", _("测量精度"), "%"),
    )


def _gas_settings() -> tuple[FilingField, ...]:
    return (
        FilingField("settings.slope", _("校准斜率"), "number"),
        FilingField("settings.intercept", _("校准截距"), "number"),
        _setting("probe_temperature", _("探头加热温度"), "℃"),
        _setting("line_temperature", _("伴热管线温度"), "℃"),
        _setting("response_seconds", _("系统响应时间"), "s"),
        _setting("velocity_factor", _("速度场系数"), ""),
    )


def _sampler() -> list[Section]:
    return [
        Section(
            _("采样性能"),
            (
                _setting("bottles", _("采样瓶数量"), _("个"), required=True, digits=0),
                _setting("bottle_millilitres", _("单瓶容积"), "mL", required=True),
                _setting("sample_millilitres", _("单次采样量"), "mL", required=True),
                _setting("interval_minutes", _("采样间隔"), "min", required=True),
                FilingField(
                    "settings.storage_temperature",
                    _("冷藏温度"),
                    "number",
                    required=True,
                    unit="℃",
                    help=_("HJ 353：样品在 4 ℃ 左右避光保存"),
                ),
                FilingField(
                    "settings.retains_exceedance",
                    _("超标留样"),
                    "choice",
                    required=True,
                    choices=("具备", "不具备"),
                ),
            ),
        )
    ]


def _setting(
    key: str, label: str, unit: str, *, required: bool = False, digits: int = 4
) -> FilingField:
    return FilingField(
        SETTINGS + key,
        label,
        "number",
        required=required,
        unit=unit,
        minimum=Decimal(0),
        digits=digits,
    )


def _papers() -> Section:
    return Section(
        _("认证、验收与联网"),
        (
            FilingField("certificate_number", _("环保产品认证/适用性检测编号"), required=True),
            FilingField("certificate_valid_until", _("认证有效期至"), "date", required=True),
            FilingField("accepted_on", _("验收日期"), "date"),
            FilingField("acceptance_number", _("验收文号")),
            FilingField("networked_on", _("联网日期"), "date"),
        ),
    )


def _contact() -> Section:
    return Section(
        _("备案联系人"),
        (
            FilingField("contact_name", _("备案联系人"), required=True),
            FilingField("contact_phone", _("联系电话"), "phone", required=True),
            FilingField("note", _("备注"), "long"),
        ),
    )


def setting_labels() -> dict[str, str]:
    """Return what people call each setting, on whichever form it stands."""
    groups = (_water_settings(), _gas_settings(), *(part.fields for part in _sampler()))
    return {field.path: field.label for group in groups for field in group if field.is_setting}
