"""Checks of an instrument by itself: drift, indication error, response time (HJ 75, 9.3 and 11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from yunjian.standards.rules.model import LimitRow
from yunjian.standards.statistics.errors import InvalidMeasurement
from yunjian.standards.statistics.judging import band_of, criteria_of
from yunjian.standards.statistics.numbers import (
    Measured,
    exact,
    exact_all,
    mean,
    measuring_range,
    not_negative,
    positive,
    shown,
)
from yunjian.standards.statistics.steps import Quantity, quantity

State = Literal["within_limits", "needs_calibration", "out_of_control", "unconfirmed"]


def zero_drift(
    before: Measured, after_last: Measured, *, lower: Measured, upper: Measured
) -> Quantity:
    """Return the zero drift in %F.S.: reading before this calibration less the one after the last.

    Raises:
        InvalidMeasurement: a value is no number, or the range is not above zero.
    """
    return _drift(("零点漂移", "zero drift"), before, after_last, lower, upper)


def span_drift(
    before: Measured, after_last: Measured, *, lower: Measured, upper: Measured
) -> Quantity:
    """Return the span drift in %F.S., as `zero_drift`.

    Raises:
        InvalidMeasurement: a value is no number, or the range is not above zero.
    """
    return _drift(("量程漂移", "span drift"), before, after_last, lower, upper)


def drift_state(row: LimitRow, drift: Measured, *, absolute_error: Measured | None = None) -> State:
    """Judge an unrounded drift (%F.S.) by its limits.

    Where there are absolute limits as well (velocity, m/s), it is enough to meet either; out of
    control is beyond both. Without the absolute error the drift alone decides.

    Raises:
        InvalidMeasurement: a value is no number.
    """
    sizes = [(abs(exact(drift, "drift")), row.limit, row.out_of_control)]
    if absolute_error is not None and row.absolute_limit is not None:
        error = abs(exact(absolute_error, "absolute_error"))
        sizes.append((error, row.absolute_limit, row.absolute_out_of_control))
    if row.limit is None:
        return "unconfirmed"
    if any(limit is not None and size <= Fraction(limit) for size, limit, _ in sizes):
        return "within_limits"
    if all(beyond is not None and size > Fraction(beyond) for size, _, beyond in sizes):
        return "out_of_control"
    return "needs_calibration"


@dataclass(frozen=True, slots=True)
class IndicationError:
    """An indication error (示值误差) and the limit that holds for the range; None is 未确认."""

    error: Quantity
    limit: Fraction | None
    passed: bool | None


def indication_error(
    row: LimitRow,
    readings: Sequence[Measured],
    nominal: Measured,
    *,
    lower: Measured,
    upper: Measured,
    unit: str | None = None,
) -> IndicationError:
    """Return the mean reading less the nominal value: % of nominal, or %F.S. for small ranges.

    `unit` is that of readings and range.

    Raises:
        InvalidMeasurement: a value is no number or negative, the nominal value or the range zero.
        UnitMismatch: the limits know no such unit.
    """
    span = measuring_range(lower, upper)
    value = positive(exact(nominal, "nominal"), "nominal")
    statistic, limit = _indication_limit(row, span, unit)
    reading = mean([not_negative(item, "readings") for item in exact_all(readings, "readings")])
    base, name = (span, "R") if statistic == "FS" else (value, "C")
    error = quantity(
        ("示值误差", "indication error"),
        f"(mean(C_d) − C)/{name} × 100 %",
        f"({shown(reading)} − {shown(value)})/{shown(base)} × 100 %",
        (reading - value) / base * 100,
        "%F.S." if statistic == "FS" else "%",
    )
    return IndicationError(error, limit, None if limit is None else abs(error.value) <= limit)


def response_time(transport: Sequence[Measured], rise: Sequence[Measured]) -> Quantity:
    """Return the system response time in s: transport plus rise to 90 %, the mean of the tests.

    Raises:
        InvalidMeasurement: a time is no number or negative, or a test lacks one of its times.
    """
    first, second = exact_all(transport, "transport"), exact_all(rise, "rise")
    if len(first) != len(second):
        raise InvalidMeasurement(
            "rise", "unequal", "每次试验都需要两个时间", "each test needs both times"
        )
    times = [
        not_negative(a, "transport") + not_negative(b, "rise")
        for a, b in zip(first, second, strict=True)
    ]
    total = shown(sum(times, Fraction(0)))
    return quantity(
        ("系统响应时间", "system response time"),
        "T = Σ(T_1 + T_2)/n",
        f"{total}/{len(times)}",
        mean(times),
        "s",
    )


def _drift(
    label: tuple[str, str], before: Measured, last: Measured, lower: Measured, upper: Measured
) -> Quantity:
    span = measuring_range(lower, upper)
    now, then = exact(before, "before"), exact(last, "after_last")
    return quantity(
        label,
        "(Z_i − Z_0)/R × 100 %",
        f"({shown(now)} − {shown(then)})/{shown(span)} × 100 %",
        (now - then) / span * 100,
        "%F.S.",
    )


def _indication_limit(
    row: LimitRow, span: Fraction, unit: str | None
) -> tuple[str | None, Fraction | None]:
    if row.limit is not None:
        return row.statistic, Fraction(row.limit)
    band = band_of(criteria_of(row, unit)[1], span)
    return band.statistic, None if band.limit is None else Fraction(band.limit)
