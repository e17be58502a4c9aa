"""Rows of rule packs as people read them: names, units, signs and sentences."""

from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yunjian.kernel.languages import language_code
from yunjian.records.numbers import plain_number
from yunjian.standards.rules.limits import sorted_bands
from yunjian.standards.rules.model import (
    Band,
    Count,
    Interval,
    LimitRow,
    ObligationRow,
    Period,
    Row,
    SubstitutionRow,
    Text,
    ValueRow,
)
from yunjian.standards.rules.obligations import Obligation

Label = str | Promise

UNCONFIRMED = gettext_lazy("未确认")
KINDS: dict[str, Label] = {
    "wastewater": gettext_lazy("废水"),
    "flue_gas": gettext_lazy("烟气"),
}
METHODS: dict[str, Label] = {
    "full_extraction": gettext_lazy("完全抽取"),
    "dilution": gettext_lazy("稀释"),
    "direct": gettext_lazy("直接测量"),
}
PARAMETERS: dict[str, Label] = {
    "PM": gettext_lazy("颗粒物"),
    "velocity": gettext_lazy("流速"),
    "temperature": gettext_lazy("温度"),
    "humidity": gettext_lazy("湿度"),
    "flow": gettext_lazy("流量"),
    "level": gettext_lazy("液位"),
    "TP": gettext_lazy("总磷"),
    "TN": gettext_lazy("总氮"),
    "NMHC": gettext_lazy("非甲烷总烃"),
}
PROVENANCE: dict[str, Label] = {
    "text": gettext_lazy("原文"),
    "practice": gettext_lazy("行业实践"),
    "recalled": gettext_lazy("回忆待核"),
}
UNITS = {"mg/m3": "mg/m³", "umol/mol": "μmol/mol", "m3": "m³", "1": ""}
STATISTICS: dict[str, Label] = {
    "RA": gettext_lazy("RA 相对准确度"),
    "AE": gettext_lazy("AE 绝对误差"),
    "RE": gettext_lazy("RE 相对误差"),
    "FS": gettext_lazy("满量程误差"),
    "r": gettext_lazy("r 相关系数"),
}
INTERVAL_UNITS: dict[str, Label] = {
    "hour": gettext_lazy("小时"),
    "day": gettext_lazy("天"),
    "month": gettext_lazy("个月"),
}
PERIODS: dict[str, Label] = {
    "day": gettext_lazy("日"),
    "week": gettext_lazy("周"),
    "month": gettext_lazy("月"),
    "quarter": gettext_lazy("季度"),
    "half_year": gettext_lazy("半年"),
    "year": gettext_lazy("年"),
}
STATES: dict[str, Label] = {
    "confirmed": gettext_lazy("已核对"),
    "pending": gettext_lazy("待核对"),
    "open": UNCONFIRMED,
}
BEFORE: dict[str, Label] = {
    "last_calibration": gettext_lazy("上次校准前"),
    "failure": gettext_lazy("失效前"),
}
TABLES: dict[str, Label] = {
    "obligations": gettext_lazy("运维频次"),
    "limits": gettext_lazy("限值"),
    "deadlines": gettext_lazy("时限"),
    "validity": gettext_lazy("数据有效性"),
    "substitutions": gettext_lazy("数据替代"),
}


def localized(text: Text) -> str:
    """Return a text of the packs in the language of the page."""
    return text.en if language_code() == "en" else text.zh


def unit_text(unit: str | None) -> str:
    """Write a unit as people do: mg/m³."""
    return UNITS.get(unit or "", unit or "")


def title_of(row: Row) -> str:
    """Return what a row is about."""
    if isinstance(row, ObligationRow):
        return localized(row.activity)
    if isinstance(row, LimitRow | ValueRow | SubstitutionRow):
        return localized(row.title)
    return row.id


def parameter_text(code: str) -> str:
    """Return the name of a parameter; a formula speaks for itself."""
    return str(PARAMETERS.get(code, code))


def applicability(row: ObligationRow) -> str:
    """Say at which points an obligation applies."""
    parts = []
    if row.methods is not None:
        parts.append("、".join(str(METHODS.get(one, one)) for one in row.methods))
    if row.automatic_calibration is not None:
        parts.append(_("具备自动校准") if row.automatic_calibration else _("不具备自动校准"))
    if row.parameters is not None:
        parts.append("、".join(map(parameter_text, row.parameters)))
    return "；".join(parts) or _("全部测点")


def sheets_text(row: ObligationRow) -> str:
    """Return the record sheets of an obligation, those of the sampling methods in order."""
    own = [row.sheet] if row.sheet else []
    by_method = [row.sheets[method] for method in sorted(row.sheets)]
    return "、".join(dict.fromkeys([*own, *by_method]))


def interval_text(interval: Interval) -> str:
    """Say the longest time between two times."""
    texts = {
        "hour": _("至多每 %(n)s 小时"),
        "day": _("至多每 %(n)s 天"),
        "month": _("至多每 %(n)s 个月"),
    }
    return texts[interval.unit] % {"n": interval.value}


def count_text(count: Count) -> str:
    """Say how often in each calendar period."""
    parameters = {"period": PERIODS[count.period], "n": count.times}
    return _("每%(period)s至少 %(n)s 次") % parameters


def obligation_text(obligation: Obligation) -> str:
    """Say how often an obligation is due."""
    if obligation.period is None:
        return interval_text(obligation.interval)
    period: Period = obligation.period  # type: ignore[assignment]
    return count_text(Count(times=obligation.times, period=period))


def how_often(row: ObligationRow) -> str:
    """Say how often something is to be done."""
    if row.count is not None:
        return count_text(row.count)
    return str(UNCONFIRMED) if row.interval is None else interval_text(row.interval)


def band_text(band: Band, unit: str) -> str:
    """Say which values a band takes in: `≥57 且 <143 mg/m³`."""
    signs = (("≥", band.from_), (">", band.above), ("≤", band.to), ("<", band.below))
    bounds = [f"{sign}{plain_number(value)}" for sign, value in signs if value is not None]
    joined = _(" 且 ").join(bounds)
    return f"{joined} {unit_text(unit)}".strip() if bounds else _("全部范围")


def criterion_text(band: Band) -> str:
    """Say the limit of a band: `|RE| ≤30 %`."""
    if band.limit is None or band.statistic is None:
        return str(UNCONFIRMED)
    text = _limit(band.statistic, band.limit, band.unit, at_least=band.statistic == "r")
    if band.emission_limit_below is None:
        return text
    below = {"limit": text, "below": plain_number(band.emission_limit_below)}
    return _("%(limit)s（排放限值 <%(below)s 时；否则未确认）") % below


def _limit(
    statistic: str | None, limit: Decimal, unit: str | None, *, at_least: bool = False
) -> str:
    sign = "≥" if at_least else "≤"
    named = {"RA": "RA", "r": "r", "FS": _("|误差|"), None: ""}.get(statistic, f"|{statistic}|")
    return f"{named} {sign}{plain_number(limit)} {unit_text(unit)}".strip()


def limit_lines(row: LimitRow) -> list[tuple[str, str]]:
    """Return a limit as (band, criterion); the band is empty where there is one for all."""
    if row.unconfirmed:
        return [("", str(UNCONFIRMED))]
    lines = []
    if row.limit is not None:
        text = _limit(row.statistic, row.limit, row.unit, at_least=row.bound == "min")
        if row.absolute_limit is not None:
            other = f"{plain_number(row.absolute_limit)} {unit_text(row.absolute_unit)}"
            text = _("%(limit)s 或绝对误差 ≤%(other)s") % {"limit": text, "other": other}
        lines.append(("", text))
    whose = _("量程 ") if row.band_of == "range" else ""
    lines += [
        (whose + band_text(band, unit), criterion_text(band))
        for unit, bands in row.criteria.items()
        for band in sorted_bands(bands)
    ]
    return lines


def out_of_control_text(row: LimitRow) -> str:
    """Say when a parameter is out of control; empty where the row does not say."""
    if row.out_of_control is None:
        return ""
    first = f">{plain_number(row.out_of_control)} {unit_text(row.unit)}"
    if row.absolute_out_of_control is None:
        return _("|误差| %(first)s") % {"first": first}
    second = f">{plain_number(row.absolute_out_of_control)} {unit_text(row.absolute_unit)}"
    return _("|误差| %(first)s 且绝对误差 %(second)s") % {"first": first, "second": second}


def pairs_text(row: LimitRow) -> str:
    """Say how many pairs a comparison needs."""
    if row.pairs_min is None:
        return ""
    return _("至少 %(n)s 对") % {"n": row.pairs_min}


def pass_counts_text(row: LimitRow) -> str:
    """Say which pairs have to pass."""
    if row.largest:
        return _("以误差最大的一对判定")
    steps = [
        _("%(n)s 对起至少 %(required)s 对合格") % {"n": item.from_, "required": item.required}
        for item in row.pass_counts
    ]
    return "；".join(steps) or _("以平均值判定")


def value_text(row: ValueRow) -> str:
    """Say a deadline or a rate."""
    if row.value is None:
        return str(UNCONFIRMED)
    if row.unit == "/d":
        return _("每日至少 %(n)s 次") % {"n": plain_number(row.value)}
    sign = "≥" if row.unit == "%" else "≤"
    unit = _("小时") if row.unit == "h" else unit_text(row.unit)
    return f"{sign}{plain_number(row.value)} {unit}"


def substitution_text(row: SubstitutionRow) -> str:
    """Say which hours stand in for which period."""
    rate = f"≥{plain_number(row.capture_from)} %"
    if row.capture_below is not None:
        rate = f"{rate}{_(' 且 ')}<{plain_number(row.capture_below)} %"
    parameters = {
        "rate": rate,
        "length": _length(row),
        "before": BEFORE[row.before],
        "window": row.window,
    }
    return _("捕集率 %(rate)s%(length)s：取%(before)s %(window)s 个有效小时的最大值") % parameters


def _length(row: SubstitutionRow) -> str:
    bounds = (("≤", row.up_to), (">", row.longer_than))
    parts = [f"{sign}{plain_number(value)} h" for sign, value in bounds if value is not None]
    return _("，时长 %(hours)s") % {"hours": _(" 且 ").join(parts)} if parts else ""


def demand_lines(row: Row) -> list[str]:
    """Return all that a row demands, one line for each thing."""
    match row:
        case ObligationRow():
            overdue = [_("超期期间按失控处理")] if row.overdue_out_of_control else []
            return [how_often(row), *overdue]
        case LimitRow():
            lines = [f"{band}：{text}" if band else text for band, text in limit_lines(row)]
            control = out_of_control_text(row)
            return [*lines, *([_("失控：%(when)s") % {"when": control}] if control else [])]
        case ValueRow():
            return [value_text(row)]
        case SubstitutionRow():
            return [substitution_text(row)]
        case _:
            return []


def provenance_tags(row: Row) -> list[tuple[str, str]]:
    """Return where the values come from: (key, label); a compared row awaits no comparing."""
    compared = {} if row.confirmed_by is None else {"recalled": _("回忆")}
    parts = row.provenance.split(" + ")
    return [(part, compared.get(part) or str(PROVENANCE[part])) for part in parts]
