"""Valid data of a period, and what stands in for missing data (HJ 75 clause 12)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from yunjian.standards.rules.model import SubstitutionRow, ValueRow
from yunjian.standards.rules.packs import Pack
from yunjian.standards.statistics.errors import InvalidMeasurement
from yunjian.standards.statistics.numbers import (
    Measured,
    exact,
    exact_all,
    not_negative,
    positive,
    shown,
)
from yunjian.standards.statistics.steps import Quantity, Step, quantity, step

_WHOLE = 100


@dataclass(frozen=True, slots=True)
class Substitution:
    """The emission mass that stands in for each hour of a period; None when no rule says."""

    value: Fraction | None
    window: int | None
    clause: str | None
    provenance: str | None
    steps: tuple[Step, ...]


def capture_rate(*, hours: Measured, invalid: Measured, stopped: Measured) -> Quantity:
    """Return the share of valid hours among those in operation, in %.

    Raises:
        InvalidMeasurement: a number is negative, the source never ran, or more hours are invalid
            than it ran.
    """
    total, bad, idle = (
        not_negative(exact(value, field), field)
        for value, field in ((hours, "hours"), (invalid, "invalid"), (stopped, "stopped"))
    )
    if idle > total:
        raise InvalidMeasurement(
            "stopped", "too_many", "停运时间超过总时间", "stopped longer than the period"
        )
    running = positive(total - idle, "hours")
    if bad > running:
        raise InvalidMeasurement(
            "invalid", "too_many", "无效时间超过运行时间", "invalid longer than in operation"
        )
    return quantity(
        ("数据捕集率", "capture rate"),
        "(H − H_invalid − H_stop)/(H − H_stop) × 100 %",
        f"({shown(total)} − {shown(bad)} − {shown(idle)})/({shown(total)} − {shown(idle)}) × 100 %",
        (running - bad) / running * 100,
        "%",
    )


def reached(row: ValueRow, rate: Measured) -> bool | None:
    """Tell whether a rate (%) is reached; None when the standard's value is not established.

    Raises:
        InvalidMeasurement: the rate is no number.
    """
    result = exact(rate, "rate")
    return None if row.value is None else result >= Fraction(row.value)


def substitution(
    pack: Pack,
    *,
    reason: Literal["out_of_control", "invalid"],
    capture: Measured,
    length: Measured,
    masses: Sequence[Measured],
) -> Substitution:
    """Return the largest hourly emission mass of the last so many valid hours.

    `length` is that of the period in hours; `masses` are the valid hours before it, the newest
    last: before the last calibration when out of control, else before the failure. Only the
    emission mass is replaced, never a concentration.

    Raises:
        InvalidMeasurement: a value is no number or negative, or there are fewer hours than needed.
    """
    rate, hours = _rate(capture), positive(exact(length, "length"), "length")
    rows = [row for row in pack.substitutions if row.reason == reason and not row.unconfirmed]
    row = next((row for row in rows if _holds(row, rate, hours)), None)
    if row is None:
        return Substitution(None, None, None, None, ())
    last = exact_all(list(masses)[-row.window :], "masses")
    if len(last) < row.window:
        raise InvalidMeasurement(
            "masses",
            "too_few",
            f"需要之前 {row.window} 个有效小时，现有 {len(last)} 个",
            f"{row.window} valid hours are needed, there are {len(last)}",
        )
    value = max(not_negative(item, "masses") for item in last)
    line = step(("替代排放量", "substituted mass"), f"max(G_1 … G_{row.window})",
                f"{rate_text(rate)}, {shown(hours)} h", value, "kg")  # fmt: skip
    return Substitution(value, row.window, row.clause, row.provenance, (line,))


def _rate(capture: Measured) -> Fraction:
    rate = not_negative(exact(capture, "capture"), "capture")
    if rate > _WHOLE:
        raise InvalidMeasurement(
            "capture", "too_large", "捕集率不能超过 100 %", "the capture rate exceeds 100 %"
        )
    return rate


def rate_text(rate: Fraction) -> str:
    """Write a rate with two decimals at most."""
    return f"{shown(rate, 2)} %"


def _holds(row: SubstitutionRow, rate: Fraction, hours: Fraction) -> bool:
    return (
        rate >= Fraction(row.capture_from)
        and (row.capture_below is None or rate < Fraction(row.capture_below))
        and (row.longer_than is None or hours > Fraction(row.longer_than))
        and (row.up_to is None or hours <= Fraction(row.up_to))
    )
