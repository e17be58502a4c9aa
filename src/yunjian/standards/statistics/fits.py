"""Velocity field factor and correlation of particulate matter (HJ 75 and HJ 76)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from yunjian.standards.statistics.distributions import chi_factor, content_factor, student_t
from yunjian.standards.statistics.errors import InvalidMeasurement
from yunjian.standards.statistics.numbers import (
    Measured,
    deviation,
    exact,
    mean,
    positive,
    root,
    shown,
)
from yunjian.standards.statistics.pairs import paired
from yunjian.standards.statistics.steps import Step, step

_LEAST_FACTORS, _LEAST_POINTS = 2, 3


@dataclass(frozen=True, slots=True)
class FieldFactor:
    """The velocity field factor: of each test, their mean, S and RSD (%)."""

    factors: tuple[Fraction, ...]
    mean: Fraction
    deviation: Fraction
    rsd: Fraction
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Correlation:
    """The line Y = b0 + b1·X, r, and the half-widths at the mean X in % of the emission limit."""

    n: int
    intercept: Fraction
    slope: Fraction
    r: Fraction
    residual: Fraction
    confidence: Fraction
    tolerance: Fraction
    steps: tuple[Step, ...]


def field_factor(reference: Sequence[Measured], measured: Sequence[Measured]) -> FieldFactor:
    """Return the velocity field factor Kv = reference/CEMS (m/s each).

    Raises:
        InvalidMeasurement: there are fewer than two tests, or a velocity is not above zero.
    """
    left, right = paired(reference, measured)
    _enough(len(left), _LEAST_FACTORS)
    factors = [
        positive(a, f"reference[{place}]") / positive(b, f"measured[{place}]")
        for place, (a, b) in enumerate(zip(left, right, strict=True), start=1)
    ]
    middle, spread = mean(factors), deviation(factors)
    rsd = spread / middle * 100
    total, count = shown(sum(factors, Fraction(0))), len(factors)
    steps = (
        step(("速度场系数", "field factor"), "Kv = Σ(V_RM/V_CMS)/n",
             f"{total}/{count}", middle, "1"),
        step(("标准偏差", "standard deviation"), "S = √(Σ(Kv_i − Kv)²/(n − 1))",
             f"n − 1 = {count - 1}", spread, "1"),
        step(("相对标准偏差", "relative standard deviation"), "S/Kv × 100 %",
             f"{shown(spread)}/{shown(middle)} × 100 %", rsd, "%"),
    )  # fmt: skip
    return FieldFactor(tuple(factors), middle, spread, rsd, steps)


def correlation(
    reference: Sequence[Measured], measured: Sequence[Measured], *, emission_limit: Measured
) -> Correlation:
    """Return the correlation of the reference Y with the instrument's X (mg/m3).

    Raises:
        InvalidMeasurement: there are fewer than three pairs, every X or every Y is the same, or
            the emission limit is not above zero.
    """
    y, x = paired(reference, measured)
    _enough(len(x), _LEAST_POINTS)
    base = positive(exact(emission_limit, "emission_limit"), "emission_limit")
    s_xx, s_yy = _squares(x, "measured"), _squares(y, "reference")
    return _correlation(x, y, (s_xx, s_yy, _cross(x, y)), base)


def _correlation(
    x: list[Fraction], y: list[Fraction], sums: tuple[Fraction, Fraction, Fraction], base: Fraction
) -> Correlation:
    n, (s_xx, s_yy, s_xy) = len(x), sums
    slope, r = s_xy / s_xx, s_xy / root(s_xx * s_yy)
    intercept = mean(y) - slope * mean(x)
    residual = root((s_yy - slope * s_xy) / (n - 2))
    t = student_t(n - 2)
    k = Fraction(Decimal(repr(content_factor(n) * chi_factor(n - 2))))
    confidence = t * residual / root(Fraction(n)) / base * 100
    tolerance = k * residual / base * 100
    put = (shown(residual), shown(base))
    steps = (
        step(("斜率", "slope"), "b1 = Sxy/Sxx", f"n = {n}", slope, "1"),
        step(("截距", "intercept"), "b0 = mean(Y) − b1·mean(X)",
             f"{shown(mean(y))} − {shown(slope)} × {shown(mean(x))}", intercept, "mg/m3"),
        step(("相关系数", "correlation coefficient"), "r = Sxy/√(Sxx·Syy)", f"n = {n}", r, "1"),
        step(("残差标准偏差", "residual deviation"), "S_L = √(Σ(Y_i − Ŷ_i)²/(n − 2))",
             f"n − 2 = {n - 2}", residual, "mg/m3"),
        step(("置信区间半宽", "confidence half-width"), "CI = t(n − 2, 0.975)·S_L/√n/EL × 100 %",
             f"{shown(t)} × {put[0]}/√{n}/{put[1]} × 100 %", confidence, "%"),
        step(("允许区间半宽", "tolerance half-width"), "TI = u(n)·V(n − 2)·S_L/EL × 100 %",
             f"{shown(k)} × {put[0]}/{put[1]} × 100 %", tolerance, "%"),
    )  # fmt: skip
    return Correlation(n, intercept, slope, r, residual, confidence, tolerance, steps)


def _enough(count: int, least: int) -> None:
    if count < least:
        raise InvalidMeasurement(
            "pairs", "too_few", f"至少需要 {least} 对数据", f"at least {least} pairs are needed"
        )


def _squares(values: list[Fraction], field: str) -> Fraction:
    total = _cross(values, values)
    if total == 0:
        raise InvalidMeasurement(
            field, "constant", "数据全部相同，无法求相关", "all values are the same"
        )
    return total


def _cross(left: list[Fraction], right: list[Fraction]) -> Fraction:
    first, second = mean(left), mean(right)
    return sum(((a - first) * (b - second) for a, b in zip(left, right, strict=True)), Fraction(0))
