"""Pairs of a reference method and an instrument: means, S_d, cc, RA, AE and RE (HJ 75, annex A)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from yunjian.standards.statistics.distributions import student_t
from yunjian.standards.statistics.errors import InvalidMeasurement
from yunjian.standards.statistics.numbers import (
    Measured,
    deviation,
    exact_all,
    mean,
    not_negative,
    root,
    shown,
)
from yunjian.standards.statistics.steps import Step, step


@dataclass(frozen=True, slots=True)
class PairStatistics:
    """What pairs of values give.

    `s_d` and `cc` are None for a single pair, `relative_accuracy` and `relative_error` (per cent)
    also where the mean of the reference is zero. d = reference − measured, AE = measured −
    reference: their signs differ.
    """

    n: int
    mean_reference: Fraction
    mean_measured: Fraction
    d_bar: Fraction
    s_d: Fraction | None
    cc: Fraction | None
    relative_accuracy: Fraction | None
    absolute_error: Fraction
    relative_error: Fraction | None
    steps: tuple[Step, ...]


def paired(
    reference: Sequence[Measured], measured: Sequence[Measured], *, signed: bool = False
) -> tuple[list[Fraction], list[Fraction]]:
    """Return both columns exactly.

    Raises:
        InvalidMeasurement: they are empty, unequal or hold what is no number, or a negative value
            where the quantity is not `signed`.
    """
    left, right = exact_all(reference, "reference"), exact_all(measured, "measured")
    if len(left) != len(right):
        raise InvalidMeasurement(
            "measured",
            "unequal",
            f"两列数据个数不同：{len(left)} 和 {len(right)}",
            f"the columns differ in length: {len(left)} and {len(right)}",
        )
    if not signed:
        for field, values in (("reference", left), ("measured", right)):
            for place, value in enumerate(values, start=1):
                not_negative(value, f"{field}[{place}]")
    return left, right


def pair_statistics(
    reference: Sequence[Measured],
    measured: Sequence[Measured],
    *,
    unit: str,
    at_least: int = 2,
    signed: bool = False,
) -> PairStatistics:
    """Return the statistics of pairs.

    Raises:
        InvalidMeasurement: there are fewer pairs than `at_least`, values that are no numbers or
            negative, or the mean of a reference that is not `signed` is zero.
    """
    left, right = paired(reference, measured, signed=signed)
    if len(left) < at_least:
        raise InvalidMeasurement(
            "pairs",
            "too_few",
            f"至少需要 {at_least} 对数据，现有 {len(left)} 对",
            f"at least {at_least} pairs are needed, there are {len(left)}",
        )
    if not signed and mean(left) == 0:
        raise InvalidMeasurement(
            "reference", "mean_zero", "参比方法平均值为零", "the mean of the reference is zero"
        )
    return _statistics(left, right, unit)


def _statistics(left: list[Fraction], right: list[Fraction], unit: str) -> PairStatistics:
    n = len(left)
    differences = [a - b for a, b in zip(left, right, strict=True)]
    middle, other, d_bar = mean(left), mean(right), mean(differences)
    s_d = deviation(differences) if n > 1 else None
    cc = None if s_d is None else student_t(n - 1) * s_d / root(Fraction(n))
    error = other - middle
    accuracy = None if cc is None or not middle else (abs(d_bar) + abs(cc)) / abs(middle) * 100
    relative = error / middle * 100 if middle else None
    steps = [
        *_mean_steps(left, right, unit),
        step(("差值平均值", "mean difference"), "d̄ = Σ(RM_i − CEMS_i)/n",
             f"{shown(sum(differences, Fraction(0)))}/{n}", d_bar, unit),
    ]  # fmt: skip
    if s_d is not None and cc is not None:
        steps += _spread_steps(n, s_d, cc, unit)
    if accuracy is not None and cc is not None:
        steps.append(step(
            ("相对准确度", "relative accuracy"), "RA = (|d̄| + |cc|)/mean(RM) × 100 %",
            f"({shown(abs(d_bar))} + {shown(cc)})/{shown(middle)} × 100 %", accuracy, "%",
        ))  # fmt: skip
    steps += _error_steps(middle, other, relative, unit)
    return PairStatistics(n, middle, other, d_bar, s_d, cc, accuracy, error, relative, tuple(steps))


def _mean_steps(left: list[Fraction], right: list[Fraction], unit: str) -> list[Step]:
    return [
        step(label, f"mean({name}) = Σ{name}_i/n",
             f"{shown(sum(values, Fraction(0)))}/{len(values)}", mean(values), unit)
        for label, name, values in (
            (("参比方法平均值", "mean of the reference"), "RM", left),
            (("仪器平均值", "mean of the instrument"), "CEMS", right),
        )
    ]  # fmt: skip


def _spread_steps(n: int, s_d: Fraction, cc: Fraction, unit: str) -> list[Step]:
    t = student_t(n - 1)
    return [
        step(("差值标准偏差", "standard deviation of the differences"),
             "S_d = √(Σ(d_i − d̄)²/(n − 1))", f"n − 1 = {n - 1}", s_d, unit),
        step(("置信系数", "confidence coefficient"), "cc = t(n − 1, 0.975) · S_d/√n",
             f"{shown(t)} × {shown(s_d)}/√{n}", cc, unit),
    ]  # fmt: skip


def _error_steps(
    middle: Fraction, other: Fraction, relative: Fraction | None, unit: str
) -> list[Step]:
    error = other - middle
    steps = [
        step(("绝对误差", "absolute error"), "AE = mean(CEMS) − mean(RM)",
             f"{shown(other)} − {shown(middle)}", error, unit)
    ]  # fmt: skip
    if relative is not None:
        steps.append(step(
            ("相对误差", "relative error"), "RE = AE/mean(RM) × 100 %",
            f"{shown(error)}/{shown(middle)} × 100 %", relative, "%",
        ))  # fmt: skip
    return steps
