"""Quantiles that the standards take from tables, and beyond their end from the finite sums."""

import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

# t for two-sided 95 %, by degrees of freedom 1 to 30, as printed (HJ 75-2017, 9.3.8)
T975 = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
_COVERED, _CHI_TAIL, _CONTENT = 0.95, 0.05, 0.75
_WIDEST_T, _WIDEST_U = 13.0, 3.0


@lru_cache(maxsize=1024)
def student_t(freedom: int) -> Fraction:
    """Return t for two-sided 95 %: the printed value up to 30 degrees of freedom, then computed.

    Raises:
        ValueError: there is no degree of freedom.
    """
    if freedom < 1:
        raise ValueError("there is no degree of freedom")
    if freedom <= len(T975):
        value = T975[freedom - 1]
    else:
        value = _solved(lambda t: student_within(t, freedom), _COVERED, _WIDEST_T)
    return Fraction(Decimal(repr(value)))


def student_within(t: float, freedom: int) -> float:
    """Return the probability of |T| ≤ t, by the finite sums in θ = arctan(t/√f).

    Every term is positive, so that nothing cancels out.
    """
    theta = math.atan2(t, math.sqrt(freedom))
    sine, cosine = math.sin(theta), math.cos(theta)
    odd = freedom % 2
    term = cosine if odd else 1.0
    total = 0.0
    for place in range(2 + odd, freedom + 1, 2):
        total += term
        term *= cosine * cosine * (place - 1) / place
    return 2 / math.pi * (theta + sine * total) if odd else sine * total


@lru_cache(maxsize=1024)
def chi_factor(freedom: int) -> float:
    """Return V = √(f/χ²) with χ² exceeded in 95 % of cases."""
    edge = _solved(lambda x: chi_below(x, freedom), _CHI_TAIL, float(freedom))
    return math.sqrt(freedom / edge)


def chi_below(value: float, freedom: int) -> float:
    """Return the probability that χ² is below a value, by its finite sum."""
    half = value / 2
    if half <= 0:
        return 0.0
    odd = freedom % 2
    above = math.erfc(math.sqrt(half)) if odd else 0.0
    for place in range(freedom // 2):
        power = place + odd / 2
        above += math.exp(power * math.log(half) - half - math.lgamma(power + 1))
    return 1 - above


@lru_cache(maxsize=1024)
def content_factor(count: int) -> float:
    """Return u such that the mean of so many values ± u holds 75 % of a normal distribution."""
    shift = 1 / math.sqrt(count)
    return _solved(lambda u: _normal(shift + u) - _normal(shift - u), _CONTENT, _WIDEST_U)


def _normal(value: float) -> float:
    return math.erfc(-value / math.sqrt(2)) / 2


def _solved(rising: Callable[[float], float], wanted: float, high: float) -> float:
    """Halve the interval until no double lies between its ends."""
    low, middle = 0.0, high / 2
    while low < middle < high:
        if rising(middle) < wanted:
            low = middle
        else:
            high = middle
        middle = (low + high) / 2
    return middle
