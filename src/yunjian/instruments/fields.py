"""The fields of an instrument filing, once: form, check, detail, differences and Excel use them.

The pictures of the source document (图 5–7) are lost. What an analyser and a sampler have to say
follows the records that HJ 75, HJ 353 and HJ 355 demand of each (instrument, range, working curve,
digestion, detection limit; bottles, volume and temperature of a sampler); docs/adr/0060.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from yunjian.instruments.models import InstrumentRevision
from yunjian.instruments.models.filing import InstrumentKind
from yunjian.kernel.languages import Text
from yunjian.records.fields import Field, Section, specify
from yunjian.sources.models import MonitoringPoint
from yunjian.sources.models.places import Medium

Value = str | Decimal | date | None
SETTINGS = "settings."
SAMPLING_MODES = ("等时采样", "等比例采样", "流量触发采样", "定量采样", "远程触发采样")
MULTI_COMPONENT = "多组分仪器"
# what a new version of an instrument on file says of itself, beside its data
CHANGE_FIELDS = (
    Field("change_kind", _("变更类别"), "choice"),
    Field("changed_on", _("变更日期"), "date"),
    Field("change_reason", _("变更原因")),
)
CHANGE = tuple(field.path for field in CHANGE_FIELDS)
DATA = Path(__file__).parent / "data" / "parameters.toml"


@dataclass(frozen=True, slots=True)
class ParameterRule:
    """What an instrument that measures a parameter may say: units, methods, key parameters."""

    units: tuple[str, ...]
    methods: tuple[str, ...]
    settings: tuple[str, ...]


@cache
def _rules() -> dict[tuple[str, str], ParameterRule]:
    """Return the rules by medium and parameter; "" is any other parameter."""
    data = tomllib.loads(DATA.read_text(encoding="utf-8"))
    return {
        (medium, code): ParameterRule(
            tuple(row["units"]), tuple(row["methods"]), tuple(row["settings"])
        )
        for medium, rows in data.items()
        for row in rows
        for code in row.get("codes", [""])
    }


def parameter_rule(medium: str, parameter: str = "") -> ParameterRule:
    """Return the rule of a parameter in a medium; for one that is not listed, what fits any."""
    known = _rules()
    return known.get((medium, parameter)) or known[medium, ""]


def sections_of(kind: str, point: MonitoringPoint, parameter: str = "") -> list[Section]:
    """Return the sections of the form for an instrument of the kind at the point.

    With a `parameter` only what an instrument that measures it has to say; without one what any
    may say.
    """
    own = [SAMPLER] if kind == InstrumentKind.SAMPLER else _analyzer(point, parameter)
    return [_identity(kind, point), *own, PAPERS, CONTACT]


def fields_of(kind: str, point: MonitoringPoint, parameter: str = "") -> Iterator[Field]:
    """Yield every field of the form for an instrument of the kind at the point."""
    for section in sections_of(kind, point, parameter):
        yield from section.fields


def _identity(kind: str, point: MonitoringPoint) -> Section:
    sampler = kind == InstrumentKind.SAMPLER
    parameter = Field(
        "parameter", _("监测因子"), "choice", required=True, choices=tuple(point.parameters)
    )
    components = Field(
        "components",
        _("组分"),
        "choice",
        choices=(MULTI_COMPONENT,),
        help=_("一台仪器监测多个因子、逐个因子备案时选择"),
    )
    mode = Field(
        "method",
        _("采样方式"),
        required=True,
        choices=SAMPLING_MODES,
        open_choice=True,
        help=_("时间、流量或等比例"),
    )
    return Section(
        _("仪器信息"),
        (
            Field("name", _("仪器名称"), required=True),
            *(() if sampler else (parameter,)),
            Field("maker", _("生产厂家"), required=True, open_choice=True),
            Field("model", _("规格型号"), required=True, open_choice=True),
            Field("serial_number", _("出厂编号"), required=True, help=_("见仪器铭牌")),
            *((mode,) if sampler else (components,)),
            Field("manufactured_on", _("出厂日期"), "date", required=True),
            Field("installed_on", _("安装日期"), "date", required=True),
        ),
    )


def _analyzer(point: MonitoringPoint, parameter: str) -> list[Section]:
    gas = point.kind == Medium.FLUE_GAS
    rule = parameter_rule(point.kind, parameter)
    measuring = Section(
        _("原理与测量性能"),
        (
            Field(
                "method",
                _("分析方法/原理"),
                required=True,
                choices=rule.methods,
                open_choice=True,
            ),
            Field("unit", _("量程单位"), "choice", required=True, choices=rule.units),
            Field("range_lower", _("量程下限"), "number", required=True, unit="*"),
            Field("range_upper", _("量程上限"), "number", required=True, unit="*"),
            Field("more_ranges", _("其他量程"), "ranges", help=_("如 0～500；0～1000，单位同上")),
            Field(
                "detection_limit",
                _("检出限"),
                "number",
                required=not gas,
                unit="*",
                minimum=Decimal(0),
            ),
        ),
    )
    settings = tuple(KEY_PARAMETERS[key] for key in rule.settings)
    return [measuring, Section(_("关键参数"), settings)]


def _setting(key: str, label: Text, unit: Text = "", **more: Any) -> Field:
    """Return the field of a key parameter: a number, not below zero unless `more` says so."""
    return Field(SETTINGS + key, label, "number", unit=unit, **{"minimum": Decimal(0), **more})


# the key parameters of analysers by name: what `data/parameters.toml` refers to
KEY_PARAMETERS = {
    field.path.removeprefix(SETTINGS): field
    for field in (
        _setting("slope", _("斜率"), minimum=None),
        _setting("intercept", _("截距"), minimum=None),
        _setting("correction_factor", _("校正系数")),
        _setting("k_factor", _("K 系数")),
        _setting("digestion_temperature", _("消解温度"), "℃", maximum=Decimal(300)),
        _setting("digestion_minutes", _("消解时间"), "min", maximum=Decimal(240)),
        _setting("cycle_minutes", _("测量周期"), "min", maximum=Decimal(1440)),
        _setting("precision", _("测量精度"), "%", maximum=Decimal(100)),
        _setting("flume_width", _("喉道宽/堰宽"), "m"),
        _setting("installed_height", _("探头安装高度"), "m"),
        _setting("flow_coefficient", _("流量系数")),
        _setting("excess_air", _("空气过量系数"), help=_("标准规定的过量空气系数")),
        _setting("reference_oxygen", _("基准氧含量"), "%", maximum=Decimal("20.9")),
        _setting("velocity_factor", _("速度场系数")),
        _setting("pitot_coefficient", _("皮托管系数")),
        _setting("duct_area", _("烟道截面积"), "m²"),
        _setting("probe_temperature", _("探头加热温度"), "℃", maximum=Decimal(400)),
        _setting("line_temperature", _("伴热管线温度"), "℃", maximum=Decimal(400)),
        _setting("response_seconds", _("系统响应时间"), "s"),
        _setting("nox_converter_efficiency", _("NO₂ 转换效率"), "%", maximum=Decimal(110)),
    )
}
SAMPLER = Section(
    _("采样性能"),
    (
        _setting("bottles", _("采样瓶数量"), _("个"), required=True, digits=0),
        _setting("bottle_millilitres", _("单瓶容积"), "mL", required=True),
        _setting("sample_millilitres", _("单次采样量"), "mL", required=True),
        _setting("interval_minutes", _("采样间隔"), "min", required=True),
        _setting(
            "storage_temperature",
            _("冷藏温度"),
            "℃",
            required=True,
            minimum=Decimal(-5),
            maximum=Decimal(20),
            help=_("HJ 353：样品在 4 ℃ 左右避光保存"),
        ),
        Field(
            "settings.retains_exceedance",
            _("触发超标留样"),
            "choice",
            required=True,
            choices=("具备", "不具备"),
        ),
        Field(
            "settings.linked_analyzer",
            _("与分析仪联动"),
            "choice",
            choices=("联动（采混合样供分析仪）", "仅留样联动", "不联动"),
        ),
    ),
)
PAPERS = Section(
    _("认证、验收与联网"),
    (
        Field("certificate_number", _("环保产品认证/适用性检测编号"), required=True),
        Field("certificate_valid_until", _("认证有效期至"), "date", required=True),
        Field("type_approval_number", _("计量器具型式批准（CPA）编号")),
        Field("accepted_on", _("验收日期"), "date"),
        Field("acceptance_number", _("验收文号")),
        Field("networked_on", _("联网日期"), "date"),
    ),
)
CONTACT = Section(
    _("备案联系人"),
    (
        Field("contact_name", _("备案联系人"), required=True, personal=True),
        Field("contact_phone", _("联系电话"), "phone", required=True, personal=True),
        Field("note", _("备注"), "long"),
    ),
)


def setting_labels() -> dict[str, str]:
    """Return what people call each setting, on whichever form it stands."""
    return {field.path: str(field.label) for field in (*KEY_PARAMETERS.values(), *SAMPLER.fields)}


# what the chain and the history ask; which of the fields a form has follows from kind and point
SPECIFICATIONS = (specify(InstrumentRevision, *PAPERS.fields, *CONTACT.fields),)
