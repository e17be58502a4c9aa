"""Which rules count, and the timeline of what they demand at a point."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise
from operator import attrgetter

from yunjian.standards.rules.duty.calendar import END_OF_TIME, day_start, local_or_end_of_time
from yunjian.standards.rules.duty.history import PointHistory
from yunjian.standards.rules.obligations import Obligation, PointDescription, obligations_for
from yunjian.standards.rules.packs import Pack, packs

_HOURS = {"hour": 1, "day": 24, "week": 168, "month": 720}
_PERIOD_HOURS = {"quarter": 2160, "half_year": 4320, "year": 8640, **_HOURS}


@dataclass(frozen=True, slots=True)
class Timing:
    """How often: at most `every` so many of a `unit`, or `every` times in each `period`."""

    every: int
    unit: str
    counted: bool

    @property
    def hours(self) -> float:
        """About how many hours lie between two times, to tell the rarer from the more frequent."""
        if self.counted:
            return _PERIOD_HOURS[self.unit] / self.every
        return self.every * _HOURS[self.unit]


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules that duties are derived from.

    `obligations` tells what is demanded on a day; `changes` are the days on which that may change;
    `calibrates` tells which obligations put a parameter out of control while they are overdue.
    """

    obligations: Callable[[PointDescription, date], Sequence[Obligation]]
    changes: tuple[date, ...]
    calibrates: Callable[[Obligation], bool]


@dataclass(frozen=True, slots=True)
class Demand:
    """An obligation with the parameters that it is bound to; none means the point as a whole."""

    obligation: Obligation
    timing: Timing
    parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """A time `[since, until)` during which neither the description nor the rules change."""

    since: datetime
    until: datetime
    point: PointDescription
    demands: tuple[Demand, ...]


def rules_of_packs(among: Sequence[Pack] | None = None) -> Rules:
    """Return the rules of some packs, of those that ship with the product when none are given."""
    chosen = packs() if among is None else among
    days = {day for pack in chosen for day in _effective_days(pack)}
    return Rules(
        lambda point, day: obligations_for(point, day, chosen),
        tuple(sorted(days)),
        attrgetter("overdue_out_of_control"),
    )


def timing_of(obligation: Obligation) -> Timing:
    """Return how often something is to be done."""
    if obligation.period is not None:
        return Timing(obligation.times, obligation.period, counted=True)
    return Timing(obligation.interval.value, obligation.interval.unit, counted=False)


def segments(history: PointHistory, rules: Rules) -> list[Segment]:
    """Return the timeline of a point, from its first description until its end."""
    described = sorted(history.described, key=lambda item: item.since)
    end = local_or_end_of_time(history.until)
    ends = [*(day_start(item.since) for item in described[1:]), END_OF_TIME]
    return [
        Segment(since, until, item.point, _demands(item.point, since.date(), rules))
        for item, next_since in zip(described, ends, strict=False)
        for since, until in _cut(item.since, min(next_since, end), rules.changes)
    ]


def _effective_days(pack: Pack) -> Iterable[date]:
    yield pack.since
    if pack.until is not None:
        yield pack.until
    for row in pack.obligations:
        yield from row.effective or ()


def _cut(
    first: date, until: datetime, changes: Iterable[date]
) -> Iterable[tuple[datetime, datetime]]:
    since = day_start(first)
    inner = [moment for moment in map(day_start, changes) if since < moment < until]
    return pairwise([since, *inner, until]) if since < until else ()


def _demands(point: PointDescription, day: date, rules: Rules) -> tuple[Demand, ...]:
    # What an obligation is bound to shows by asking for a point with one parameter at a time.
    always = {item.id for item in rules.obligations(replace(point, parameters=()), day)}
    bound: dict[str, list[str]] = {}
    for parameter in point.parameters:
        for item in rules.obligations(replace(point, parameters=(parameter,)), day):
            bound.setdefault(item.id, []).append(parameter)
    return tuple(
        Demand(item, timing_of(item), () if item.id in always else tuple(bound[item.id]))
        for item in rules.obligations(point, day)
    )
