"""How a result came about, for people who check it by hand."""

from dataclasses import dataclass
from fractions import Fraction

from yunjian.standards.statistics.numbers import shown


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a calculation: what, the formula, the formula with the numbers, the value."""

    zh: str
    en: str
    formula: str
    substituted: str
    value: str
    unit: str


@dataclass(frozen=True, slots=True)
class Quantity:
    """A computed value with its unit and the calculation that led to it."""

    value: Fraction
    unit: str
    steps: tuple[Step, ...]


def quantity(
    label: tuple[str, str], formula: str, put: str, value: Fraction, unit: str
) -> Quantity:
    """Return a quantity that one formula gives; `label` is Chinese, then English."""
    return Quantity(value, unit, (step(label, formula, put, value, unit),))


def step(label: tuple[str, str], formula: str, put: str, value: Fraction, unit: str) -> Step:
    """Return a line of a calculation."""
    return Step(*label, formula, put, shown(value), unit)
