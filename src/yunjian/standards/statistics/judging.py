"""Pairs against a rule pack: which limit holds, and whether it is met."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from yunjian.standards.rules.model import Band, LimitRow
from yunjian.standards.rules.packs import Pack
from yunjian.standards.statistics.errors import InvalidMeasurement, UnitMismatch
from yunjian.standards.statistics.numbers import Measured, exact, positive, shown
from yunjian.standards.statistics.pairs import PairStatistics, pair_statistics, paired
from yunjian.standards.statistics.steps import Step, step

UNCONFIRMED = "未确认"
SIGNED = ("temperature", "water-temperature", "level")
_UNITS = {
    "µmol/mol": "umol/mol",  # the micro sign
    "μmol/mol": "umol/mol",  # the Greek letter
    "ppm": "umol/mol",
    "mg/m³": "mg/m3",
    "m³": "m3",
    "℃": "°C",
}
_PREFIXES = {"flue_gas": "accuracy", "wastewater": "comparison"}
_IDS = {
    "comparison.water-temperature": "comparison.temperature",
    "accuracy.co": "accuracy.gas",
    "accuracy.hcl": "accuracy.gas",
}
_JUDGED_BY = ("RA", "AE", "RE")
_OPEN = Band(unconfirmed=True)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Pairs, the limit that holds for them, and the verdict; `passed` None is 未确认.

    `judged_by`, `limit` and `limit_unit` are None when no value is established.
    `pairs_passed` and `pairs_required` are there when each pair is judged.
    """

    statistics: PairStatistics
    unit: str
    standard: str
    clause: str
    provenance: str
    band: str
    judged_by: str | None
    limit: Fraction | None
    limit_unit: str | None
    passed: bool | None
    pairs_passed: int | None = None
    pairs_required: int | None = None
    steps: tuple[Step, ...] = ()


def limit_for(pack: Pack, parameter: str) -> LimitRow:
    """Return the limit of a parameter (SO2, CODcr, water-temperature, …), in upper or lower case.

    Raises:
        InvalidMeasurement: the standard has none for it.
    """
    prefix = f"{_PREFIXES[pack.kind]}."
    name = f"{prefix}{parameter.strip()}".lower()
    name = _IDS.get(name, name).lower()
    for row in pack.limits:
        if row.id.lower() == name:
            return row
    known = "、".join(
        row.id.removeprefix(prefix) for row in pack.limits if row.id.startswith(prefix)
    )
    raise InvalidMeasurement(
        "parameter",
        "parameter",
        f"{pack.standard} 没有 {parameter} 的比对要求，现有 {known}",
        f"{pack.standard} has no limit for {parameter}",
    )


def compared(
    pack: Pack,
    parameter: str,
    reference: Sequence[Measured],
    measured: Sequence[Measured],
    *,
    unit: str | None = None,
    emission_limit: Measured | None = None,
) -> Comparison:
    """Judge pairs by a rule pack; the band is chosen by the mean of the reference.

    Raises:
        InvalidMeasurement: see `pair_statistics`; or the standard has no limit for the parameter.
        UnitMismatch: it has none in this unit.
    """
    row = limit_for(pack, parameter)
    name, bands = criteria_of(row, unit)
    signed = parameter.strip().lower() in SIGNED
    limit = None
    if emission_limit is not None:
        limit = positive(exact(emission_limit, "emission_limit"), "emission_limit")
    numbers = pair_statistics(
        reference, measured, unit=name, at_least=row.pairs_min or 2, signed=signed
    )
    band = band_of(bands, numbers.mean_reference)
    plain = _unjudged(pack, row, band, name, numbers)
    if not _established(band, limit):
        return plain
    left, right = paired(reference, measured, signed=signed)
    judged = replace(
        plain, judged_by=band.statistic, limit=Fraction(band.limit or 0), limit_unit=band.unit
    )
    if row.pass_counts:
        return _by_pair(judged, row, left, right)
    if row.largest:
        return _with_verdict(judged, max(_errors(judged, left, right), key=abs))
    return _with_verdict(judged, _value(numbers, judged))


def band_of(bands: tuple[Band, ...], value: Fraction) -> Band:
    """Return the one band that holds a value; bands leave no gap and do not overlap."""
    return next(band for band in bands if holds(band, value))


def holds(band: Band, value: Fraction) -> bool:
    """Tell whether a value is within the bounds of a band, compared exactly."""
    return (
        (band.from_ is None or value >= Fraction(band.from_))
        and (band.above is None or value > Fraction(band.above))
        and (band.to is None or value <= Fraction(band.to))
        and (band.below is None or value < Fraction(band.below))
    )


def pairs_required(row: LimitRow, count: int) -> int:
    """Return how many of so many pairs have to pass: as the last entry reached says."""
    return max(item.required for item in row.pass_counts if item.from_ <= count)


def band_text(band: Band, unit: str) -> str:
    """Write the bounds of a band: `≥143 <715 mg/m3`, or 全部 when there are none."""
    signs = (("≥", band.from_), (">", band.above), ("≤", band.to), ("<", band.below))
    bounds = [f"{sign}{shown(Fraction(value))}" for sign, value in signs if value is not None]
    return f"{' '.join(bounds)} {unit}" if bounds else "全部"


def criterion_text(band: Band) -> str:
    """Write the limit of a band: `RA ≤15 %`, `AE ±57 mg/m3`, or 未确认."""
    if band.limit is None:
        return UNCONFIRMED
    sign = "≤" if band.statistic == "RA" else "≥" if band.statistic == "r" else "±"
    text = f"{band.statistic} {sign}{shown(Fraction(band.limit))} {band.unit}"
    if band.emission_limit_below is None:
        return text
    return f"{text}（排放限值 <{shown(Fraction(band.emission_limit_below))}，否则{UNCONFIRMED}）"


def criteria_of(row: LimitRow, unit: str | None) -> tuple[str, tuple[Band, ...]]:
    """Return the unit that is meant (the row's own when none is given) and the bands in it.

    A row with a single limit is one band without bounds; where the value is not established, or
    no statistic says what it limits, so is the band.

    Raises:
        UnitMismatch: the row has no criteria in it.
    """
    wanted = _UNITS.get(unit, unit) if unit is not None else row.unit
    for name, bands in row.criteria.items():
        if name == wanted:
            return name, bands
    if row.criteria:
        raise UnitMismatch(str(wanted), list(row.criteria))
    if row.statistic not in _JUDGED_BY:
        return wanted or "", (_OPEN,)
    if row.statistic == "AE" and wanted != row.unit:
        raise UnitMismatch(str(wanted), [str(row.unit)])
    return wanted or "", (Band(statistic=row.statistic, limit=row.limit, unit=row.unit),)


def _unjudged(
    pack: Pack, row: LimitRow, band: Band, unit: str, numbers: PairStatistics
) -> Comparison:
    return Comparison(
        statistics=numbers,
        unit=unit,
        standard=row.authority or pack.standard,
        clause=row.clause,
        provenance=row.provenance,
        band=band_text(band, unit),
        judged_by=None,
        limit=None,
        limit_unit=None,
        passed=None,
        steps=numbers.steps,
    )


def _established(band: Band, emission_limit: Fraction | None) -> bool:
    if band.statistic not in _JUDGED_BY:
        return False
    if band.emission_limit_below is None:
        return True
    return emission_limit is not None and emission_limit < Fraction(band.emission_limit_below)


def _value(numbers: PairStatistics, judged: Comparison) -> Fraction:
    values = {
        "RA": numbers.relative_accuracy,
        "AE": numbers.absolute_error,
        "RE": numbers.relative_error,
    }
    value = values[judged.judged_by or ""]
    if value is None and numbers.n == 1:
        raise InvalidMeasurement(
            "pairs", "too_few", "至少需要 2 对数据，现有 1 对", "at least 2 pairs are needed"
        )
    if value is None:
        raise InvalidMeasurement(
            "reference",
            "mean_zero",
            f"参比方法平均值为零，无法计算 {judged.judged_by}",
            f"{judged.judged_by} cannot be computed: the mean of the reference is zero",
        )
    return value


def _errors(judged: Comparison, left: list[Fraction], right: list[Fraction]) -> list[Fraction]:
    if judged.judged_by == "AE":
        return [b - a for a, b in zip(left, right, strict=True)]
    positives = [positive(a, f"reference[{place}]") for place, a in enumerate(left, start=1)]
    return [(b - a) / a * 100 for a, b in zip(positives, right, strict=True)]


def _by_pair(
    judged: Comparison, row: LimitRow, left: list[Fraction], right: list[Fraction]
) -> Comparison:
    limit = judged.limit or Fraction(0)
    passed = sum(abs(error) <= limit for error in _errors(judged, left, right))
    needed = pairs_required(row, len(left))
    line = step(
        ("合格对数", "pairs that pass"),
        f"|{judged.judged_by}_i| ≤ {shown(limit)} {judged.limit_unit}",
        f"{passed}/{len(left)} ≥ {needed}/{len(left)}",
        Fraction(passed),
        "1",
    )
    return replace(
        judged,
        passed=passed >= needed,
        pairs_passed=passed,
        pairs_required=needed,
        steps=(*judged.steps, line),
    )


def _with_verdict(judged: Comparison, value: Fraction) -> Comparison:
    limit = shown(judged.limit or Fraction(0))
    passed = abs(value) <= (judged.limit or 0)
    sign = "≤" if passed else ">"
    line = step(
        ("判定", "verdict"),
        f"|{judged.judged_by}| ≤ {limit} {judged.limit_unit}",
        f"{shown(abs(value))} {sign} {limit}",
        value,
        judged.limit_unit or "",
    )
    return replace(judged, passed=passed, steps=(*judged.steps, line))
