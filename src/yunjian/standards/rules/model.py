"""What a rule pack may hold: its rows, each with clause, provenance and effective dates."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator

from yunjian.standards.rules.problems import InvalidValues, Reason

Provenance = Literal[
    "text", "practice", "recalled", "recalled + practice", "text + practice", "text + recalled"
]
Unit = Literal[
    "%", "%F.S.", "umol/mol", "mg/m3", "mg/L", "m/s", "m3", "°C", "pH", "mm", "s", "h", "1"
]
Statistic = Literal["RA", "AE", "RE", "FS", "r"]
IntervalUnit = Literal["hour", "day", "month"]
Period = Literal["day", "week", "month", "quarter", "half_year", "year"]
NonEmptyText = Annotated[str, Field(min_length=1)]
Positive = Annotated[Decimal, Field(gt=0)]
# the first day in force and, where it ends, the first day no longer
Effective = Annotated[tuple[date, ...], Field(min_length=1, max_length=2)]


class StrictModel(BaseModel):
    """Plain data that cannot be changed, and that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Text:
    """A text in both languages."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    zh: NonEmptyText
    en: NonEmptyText


@dataclass(frozen=True, slots=True)
class Interval:
    """The longest time allowed between two times: so many hours, days or calendar months."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    value: PositiveInt
    unit: IntervalUnit


class Count(StrictModel):
    """So many times in each calendar period."""

    times: PositiveInt
    period: Period


class Row(StrictModel):
    """What every row says about itself.

    A row whose value nobody has established yet has no value and `unconfirmed`.
    """

    id: NonEmptyText
    clause: NonEmptyText
    provenance: Provenance
    unconfirmed: bool = False
    confirmed_by: NonEmptyText | None = None
    confirmed_on: date | None = None
    effective: Effective | None = None
    authority: NonEmptyText | None = None

    @model_validator(mode="after")
    def _confirmation(self) -> Self:
        if (self.confirmed_by is None) != (self.confirmed_on is None):
            raise InvalidValues(Reason.HALF_CONFIRMATION)
        return self

    def in_force(self, on_date: date) -> bool:
        """Tell whether the row holds on a day of its pack."""
        if self.effective is None:
            return True
        return self.effective[0] <= on_date and all(on_date < end for end in self.effective[1:])


class ObligationRow(Row):
    """Something to be done again within an interval, or so often in a period, and at which points.

    No condition means every point of the kind. `overdue_out_of_control`: the time for which it is
    overdue counts as out of control, as HJ 75 has it of calibrations.
    """

    activity: Text
    interval: Interval | None = None
    count: Count | None = None
    automatic_calibration: bool | None = None
    methods: tuple[str, ...] | None = None
    parameters: tuple[str, ...] | None = None
    sheet: str | None = None
    sheets: dict[str, str] = Field(default_factory=dict)
    overdue_out_of_control: bool = False

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        given = [self.interval, self.count, self.unconfirmed or None]
        if sum(item is not None for item in given) != 1:
            raise InvalidValues(Reason.FREQUENCY_FORM)
        return self


class Band(StrictModel):
    """A limit for the values from … (`from` ≥, `above` >) up to … (`to` ≤, `below` <).

    `emission_limit_below` is one more condition: where the emission limit is not below it,
    nothing is established.
    """

    from_: Decimal | None = Field(default=None, alias="from")
    above: Decimal | None = None
    to: Decimal | None = None
    below: Decimal | None = None
    statistic: Statistic | None = None
    limit: Positive | None = None
    unit: Unit | None = None
    emission_limit_below: Positive | None = None
    unconfirmed: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if None not in (self.from_, self.above) or None not in (self.to, self.below):
            raise InvalidValues(Reason.BAND_BOUNDS)
        given = [self.statistic, self.limit, self.unit]
        if self.unconfirmed and any(item is not None for item in given):
            raise InvalidValues(Reason.BAND_VALUE_UNCONFIRMED)
        if not self.unconfirmed and None in given:
            raise InvalidValues(Reason.BAND_INCOMPLETE)
        return self

    @property
    def lower(self) -> Decimal | None:
        """The lower bound, None when there is none."""
        return self.from_ if self.from_ is not None else self.above

    @property
    def upper(self) -> Decimal | None:
        """The upper bound, None when there is none."""
        return self.to if self.to is not None else self.below


class PassCount(StrictModel):
    """From so many pairs on, at least so many have to pass."""

    from_: PositiveInt = Field(alias="from")
    required: PositiveInt = Field(alias="pass")

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.required > self.from_:
            raise InvalidValues(Reason.PAIR_COUNT_IMPOSSIBLE)
        return self


class LimitRow(Row):
    """A limit: one number, or criteria by the unit and size of what was measured.

    `unit` belongs to the number; beside `criteria` it is the unit taken when none is given.
    `bound` "min" means that values have to reach the limit instead of staying within it.
    With `pass_counts` each pair is judged, with `largest` the worst pair instead of the means.
    Beside `absolute_limit` it is enough to meet either limit; out of control is beyond both.
    """

    title: Text
    unit: Unit | None = None
    statistic: Statistic | None = None
    limit: Positive | None = None
    bound: Literal["max", "min"] = "max"
    out_of_control: Positive | None = None
    out_of_control_provenance: Provenance | None = None
    absolute_limit: Positive | None = None
    absolute_out_of_control: Positive | None = None
    absolute_unit: Unit | None = None
    criteria: dict[Unit, tuple[Band, ...]] = Field(default_factory=dict)
    band_of: Literal["reference_mean", "range"] = "reference_mean"
    pairs_min: PositiveInt | None = None
    pass_counts: tuple[PassCount, ...] = ()
    largest: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        given = [self.unconfirmed, self.limit is not None, bool(self.criteria)]
        if sum(given) != 1:
            raise InvalidValues(Reason.LIMIT_FORM)
        if not self.unconfirmed and self.unit is None:
            raise InvalidValues(Reason.UNIT_MISSING, "unit")
        if self.criteria and self.unit not in self.criteria:
            raise InvalidValues(Reason.UNIT_WITHOUT_CRITERIA, "unit")
        for unit, bands in self.criteria.items():
            _check_bands(unit, bands)
        return self

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        pairs = [
            ("out_of_control", self.limit, self.out_of_control),
            ("absolute_out_of_control", self.absolute_limit, self.absolute_out_of_control),
        ]
        for key, limit, beyond in pairs:
            if beyond is not None and (limit is None or beyond < limit):
                raise InvalidValues(Reason.OUT_OF_CONTROL_WITHIN_LIMIT, key)
        if (self.absolute_limit is None) != (self.absolute_unit is None):
            raise InvalidValues(Reason.HALF_ABSOLUTE_LIMIT)
        statistics = {self.statistic, *(b.statistic for g in self.criteria.values() for b in g)}
        if (self.pass_counts or self.largest) and not statistics <= {None, "AE", "RE"}:
            raise InvalidValues(Reason.PAIRS_NEED_ERROR)
        steps = [(item.from_, item.required) for item in self.pass_counts]
        if steps != sorted(set(steps)) or len({start for start, _ in steps}) != len(steps):
            raise InvalidValues(Reason.PAIR_COUNTS_NOT_RISING, "pass_counts")
        return self


class ValueRow(Row):
    """One number with a unit: a deadline, or a rate that has to be reached."""

    title: Text
    value: Positive | None = None
    unit: Unit | Literal["/d"]

    @model_validator(mode="after")
    def _established(self) -> Self:
        if self.unconfirmed == (self.value is not None):
            raise InvalidValues(Reason.VALUE_FORM, "value")
        return self


class SubstitutionRow(Row):
    """Which hours stand in for a period without valid data: the largest of the last so many.

    `capture` bounds the capture rate in per cent of the quarter, `longer_than` and `up_to` the
    length of the period in hours; the hours count back from `before`.
    """

    title: Text
    reason: Literal["out_of_control", "invalid"]
    capture_from: Decimal
    capture_below: Decimal | None = None
    longer_than: Decimal | None = None
    up_to: Decimal | None = None
    window: PositiveInt
    before: Literal["last_calibration", "failure"]


def _check_bands(unit: str, bands: tuple[Band, ...]) -> None:
    ordered = sorted(bands, key=lambda band: (band.lower is not None, band.lower or 0))
    if not ordered or ordered[0].lower is not None or ordered[-1].upper is not None:
        raise InvalidValues(Reason.BANDS_NOT_OPEN, "criteria", unit, unit=unit)
    for low, high in pairwise(ordered):
        _check_neighbours(unit, low, high)


def _check_neighbours(unit: str, low: Band, high: Band) -> None:
    end, start = low.upper, high.lower
    if end is None or start is None or end > start:
        edge = start if start is not None else end
        if edge is None:
            raise InvalidValues(Reason.BANDS_UNBOUNDED, "criteria", unit, unit=unit)
        raise InvalidValues(Reason.BANDS_OVERLAP, "criteria", unit, unit=unit, at=edge)
    if end < start or (low.to is None and high.from_ is None):
        raise InvalidValues(Reason.BANDS_GAP, "criteria", unit, unit=unit, at=end)
    if low.to is not None and high.from_ is not None:
        raise InvalidValues(Reason.BANDS_OVERLAP, "criteria", unit, unit=unit, at=end)
