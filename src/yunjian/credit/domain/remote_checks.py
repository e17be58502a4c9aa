"""Remote check of parameters: logger against analyser, judged by the rows of `remote_checks.toml`.

Numbers are decimals as typed; nothing is rounded before it is compared.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any, Literal
from unicodedata import normalize

DATA = Path(__file__).parents[1] / "data" / "remote_checks.toml"
Outcome = Literal["pass", "fail", "not_applicable"]
SIGNALS = ("digital", "analogue")


@dataclass(frozen=True, slots=True)
class Rule:
    """One limit, with where it is known from, and its clause if one is known."""

    id: str
    title: Mapping[str, str]
    provenance: str
    clause: str = ""
    signal: str = ""
    parameter: str = ""
    also: Sequence[str] = ()  # other names of the parameter
    exact: bool = False
    of_range: Decimal | None = None
    at_most: Decimal | None = None
    up_to: Decimal | None = None
    above: Decimal | None = None
    unit: str = ""

    def is_for(self, signal: str, parameter: str, unit: str, level: Decimal) -> bool:
        """Tell whether it judges a pair of values; `level` is what the analyser shows."""
        names = {_plain(name) for name in (self.parameter, *self.also)}
        if self.signal != signal or (self.parameter and _plain(parameter) not in names):
            return False
        if self.unit and _plain(self.unit) != _plain(unit):
            return False
        if self.up_to is not None and level > self.up_to:
            return False
        return self.above is None or level > self.above

    def limit(self, span: Decimal) -> Decimal:
        """Return by how much the values may differ, over a range of this span."""
        if self.exact:
            return Decimal(0)
        if self.at_most is not None:
            return self.at_most
        return span * (self.of_range or Decimal(0))


@dataclass(frozen=True, slots=True)
class Range:
    """A measuring range."""

    lower: Decimal
    upper: Decimal

    @property
    def span(self) -> Decimal:
        """Return how wide it is."""
        return self.upper - self.lower

    def beyond(self, value: Decimal) -> Decimal:
        """Return by how much a value lies outside; 0 inside and on the bounds."""
        return max(self.lower - value, value - self.upper, Decimal(0))


@dataclass(frozen=True, slots=True)
class Reading:
    """What analyser and logger show of one parameter, and the three ranges."""

    parameter: str
    signal: str
    unit: str
    analyser: Decimal
    logger: Decimal
    analyser_range: Range
    acquisition_range: Range
    logger_range: Range


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a rule says: the difference that was found and the one that is allowed."""

    rule: Rule
    outcome: Outcome
    difference: Decimal | None = None
    limit: Decimal | None = None


def _plain(text: str) -> str:
    """Return a name or unit as it compares: mg/m³ is mg/m3."""
    return "".join(normalize("NFKC", text).casefold().split())


@cache
def rules() -> tuple[Rule, ...]:
    """Return the rows, in the order in which they are asked: special ones before the general."""
    rows = tomllib.loads(DATA.read_text(encoding="utf-8"))["rule"]
    return tuple(_rule(row) for row in rows)


def _rule(row: Mapping[str, Any]) -> Rule:
    numbers = {"of_range", "at_most", "up_to", "above"}
    values: dict[str, Any] = {
        key: Decimal(value) if key in numbers else value for key, value in row.items()
    }
    return Rule(**values)


def judge(reading: Reading) -> list[Judgement]:
    """Return what the rules say: about the values, their place in the range, and the ranges."""
    level = max(reading.analyser, Decimal(0))
    rule = next(
        one for one in rules() if one.is_for(reading.signal, reading.parameter, reading.unit, level)
    )
    difference = reading.logger - reading.analyser
    limit = rule.limit(reading.analyser_range.span)
    values = Judgement(rule, "pass" if abs(difference) <= limit else "fail", difference, limit)
    within = _named("within")
    span = reading.analyser_range
    over = max(span.beyond(reading.analyser), span.beyond(reading.logger))
    allowed = within.limit(span.span)
    same = reading.analyser_range == reading.acquisition_range == reading.logger_range
    return [
        values,
        Judgement(within, "pass" if over <= allowed else "fail", over, allowed),
        Judgement(_named("ranges"), "pass" if same else "fail"),
    ]


def _named(name: str) -> Rule:
    return next(one for one in rules() if one.id == name)


def outcome_of(judgements: Sequence[Judgement]) -> Outcome:
    """Return what several judgements come to."""
    return "fail" if any(one.outcome == "fail" for one in judgements) else "pass"


def number(text: str) -> Decimal | None:
    """Return a typed number exactly as typed; None when it is none, or not finite."""
    try:
        value = Decimal(text.strip())
    except (InvalidOperation, AttributeError):
        return None
    most_digits = 12
    _sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int) or len(digits) > most_digits or abs(exponent) > most_digits:
        return None
    return value


def range_of(text: str) -> Range | None:
    """Return a typed range ("0～100", "0-100"); None when it is none, or empty."""
    cleaned = text.strip().replace("~", "～").replace("—", "～")
    if "～" not in cleaned:
        head, dash, last = cleaned.partition("-")
        if not head and dash:  # a negative lower bound
            head, dash, last = last.partition("-")
            head = f"-{head}"
        cleaned = f"{head}～{last}"
    lower_text, _sign, upper_text = cleaned.partition("～")
    lower, upper = number(lower_text), number(upper_text)
    if lower is None or upper is None or lower >= upper:
        return None
    return Range(lower, upper)
