"""Exact numbers: what was written is what is computed with."""

import re
from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction

from yunjian.standards.rounding import rounded
from yunjian.standards.statistics.errors import InvalidMeasurement

Measured = int | float | Decimal | Fraction | str

MOST_VALUES = 10_000
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_LONGEST_TEXT = 60
_LARGEST, _SMALLEST = 15, -30
_ROOT_DIGITS, _SPARE_DIGITS = 45, 5
_SHOWN_DECIMALS = 6


def exact(value: Measured, field: str) -> Fraction:
    """Return a measured value exactly as it is written in decimals (0.1 is one tenth).

    Raises:
        InvalidMeasurement: it is no finite number, or absurdly large or long.
    """
    if isinstance(value, Fraction):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise _no_number(value, field)
    text = repr(value) if isinstance(value, float) else str(value).strip()
    if text.lower().lstrip("+-") in {"nan", "snan", "inf", "infinity"}:
        raise InvalidMeasurement(
            field, "not_finite", f"{text} 不是有限的数值", f"{text} is not a finite number"
        )
    if len(text) > _LONGEST_TEXT or not _NUMBER.fullmatch(text):
        raise _no_number(value, field)
    number = Decimal(text)
    if number and not _SMALLEST <= number.adjusted() <= _LARGEST:
        raise InvalidMeasurement(
            field, "magnitude", "数值过大或过小", "the number is absurdly large or small"
        )
    return Fraction(number) if number else Fraction(0)


def exact_all(values: Sequence[Measured], field: str) -> list[Fraction]:
    """Return measured values exactly; `field[3]` names the third.

    Raises:
        InvalidMeasurement: there is none, or more than 10,000, or one is no number.
    """
    if not values:
        raise InvalidMeasurement(field, "empty", "没有数据", "there are no values")
    if len(values) > MOST_VALUES:
        raise InvalidMeasurement(
            field, "too_many", f"最多 {MOST_VALUES} 个数据", f"at most {MOST_VALUES} values"
        )
    return [exact(value, f"{field}[{place}]") for place, value in enumerate(values, start=1)]


def not_negative(value: Fraction, field: str) -> Fraction:
    """Return a value that cannot be negative.

    Raises:
        InvalidMeasurement: it is.
    """
    if value < 0:
        raise InvalidMeasurement(
            field, "negative", f"{shown(value)} 不能为负值", f"{shown(value)} must not be negative"
        )
    return value


def positive(value: Fraction, field: str) -> Fraction:
    """Return a value that has to be above zero.

    Raises:
        InvalidMeasurement: it is negative or zero.
    """
    if not_negative(value, field) == 0:
        raise InvalidMeasurement(field, "zero", "不能为零", "must not be zero")
    return value


def measuring_range(lower: Measured, upper: Measured) -> Fraction:
    """Return the range R of an instrument, upper less lower limit.

    Raises:
        InvalidMeasurement: it is zero or negative.
    """
    span = exact(upper, "range_upper") - exact(lower, "range_lower")
    if span <= 0:
        raise InvalidMeasurement(
            "range", "range", "量程上限必须大于下限", "the upper limit has to exceed the lower"
        )
    return span


def root(value: Fraction) -> Fraction:
    """Return the square root to 45 digits."""
    with localcontext() as context:
        context.prec = _ROOT_DIGITS + _SPARE_DIGITS
        quotient = Decimal(value.numerator) / Decimal(value.denominator)
        context.prec = _ROOT_DIGITS
        return Fraction(quotient.sqrt())


def mean(values: Sequence[Fraction]) -> Fraction:
    """Return the exact mean."""
    return sum(values, Fraction(0)) / len(values)


def deviation(values: Sequence[Fraction]) -> Fraction:
    """Return the sample standard deviation (n − 1) of two values or more."""
    middle = mean(values)
    squares = sum(((value - middle) ** 2 for value in values), Fraction(0))
    return root(squares / (len(values) - 1))


def shown(value: Fraction, decimals: int = _SHOWN_DECIMALS) -> str:
    """Write a number as people read it: rounded half to even, without idle zeros."""
    text = f"{rounded(value, decimals):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _no_number(value: object, field: str) -> InvalidMeasurement:
    text = repr(value)[:30]
    return InvalidMeasurement(field, "not_a_number", f"{text} 不是数值", f"{text} is no number")
