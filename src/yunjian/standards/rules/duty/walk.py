"""Walking along one track of an obligation: what was missed, and what is due next."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from yunjian.standards.rules.duty.calendar import (
    FAR,
    ONE_DAY,
    ONE_TICK,
    Span,
    Stops,
    add_months,
    day_end,
    day_start,
    following_period,
    period_start,
)
from yunjian.standards.rules.duty.catalogue import Timing


@dataclass(frozen=True, slots=True)
class Spell:
    """A time `[since, until)` with one timing; `fresh` when nothing done before counts."""

    since: datetime
    until: datetime
    timing: Timing
    fresh: bool


class Due(NamedTuple):
    """A moment by which something is to be done, so many times.

    `day` is the last day in time, `last` the last moment: a day's end is not part of the day.
    """

    at: datetime
    day: date
    last: datetime
    times: int = 1
    overdue: bool = False


@dataclass(slots=True)
class Course:
    """Where a walk stands.

    It goes as far as `at`. `start` is when the duty began anew, `anchor` the moment from which
    the interval runs, `open_due` the due moment that passed without work so far, `gaps` the
    overdue times (stops not yet taken out), `counted` the places of the work that settled it.
    """

    at: datetime
    times: list[datetime]
    stops: Stops
    start: datetime = FAR
    anchor: datetime = FAR
    last: datetime | None = None
    open_due: datetime | None = None
    gaps: list[tuple[datetime, datetime]] = field(default_factory=list)
    counted: list[tuple[int, int]] = field(default_factory=list)
    position: int = -1

    def begin(self, moment: datetime) -> None:
        """Begin anew: what was done before does not count."""
        self.start = self.anchor = moment
        self.last = self.open_due = None


def walk(
    spells: list[Spell], times: list[datetime], stops: Stops, at: datetime, *, plain: bool = False
) -> Course:
    """Return where an obligation stands at a moment; `times` are sorted.

    A `plain` walk only finds what later dues depend on: gaps of intervals are none of that.
    """
    course = Course(at, times, stops)
    for spell in spells:
        if spell.since > at:
            break
        course.position += 1
        if spell.fresh:
            course.begin(spell.since)
        _walk_spell(spell, course, plain=plain)
    return course


def _walk_spell(spell: Spell, course: Course, *, plain: bool) -> None:
    low = bisect_left(course.times, spell.since)
    if course.at < spell.until:
        end, high = course.at, bisect_right(course.times, course.at)
    else:
        end, high = spell.until, bisect_left(course.times, spell.until)
    if spell.timing.counted:
        _walk_counted(spell, course, end, (low, high))
    elif not plain:
        _walk_interval(spell, course, end, (low, high))
    if low < high:
        course.counted.append((low, high))
        course.last = course.anchor = course.times[high - 1]


def _walk_interval(spell: Spell, course: Course, end: datetime, works: tuple[int, int]) -> None:
    index, high = works
    times, gaps = course.times, course.gaps
    after = _stepper(spell.timing, course.stops)
    due = max(after(course.anchor), spell.since)
    # An overdue duty stays so beyond a change of the rules, unless the new rule gives time.
    carried = course.open_due if due == spell.since else None
    while index < high:
        in_time = bisect_right(times, due, index, high)
        if in_time == index:
            gaps.append((due, times[index]))
            in_time += 1
        carried = None
        index = in_time
        due = after(times[index - 1])
    course.open_due = None
    if due < end:
        gaps.append((due, end))
        course.open_due = carried or due


def _walk_counted(spell: Spell, course: Course, end: datetime, works: tuple[int, int]) -> None:
    course.open_due = None
    low, high = works
    for first, due in _periods(spell, course):
        if due > end:
            break
        done = bisect_right(course.times, due, low, high)
        if done - bisect_left(course.times, first, 0, done) >= spell.timing.every:
            continue
        if done < high:
            course.gaps.append((due, course.times[done]))
        else:
            course.gaps.append((due, end))
            course.open_due = course.open_due or due


def _stepper(timing: Timing, stops: Stops) -> Callable[[datetime], datetime]:
    """Return what tells when it is due again after a moment.

    Hours run exactly, days and months to the end of the day.
    """
    every = timing.every
    if timing.unit == "hour":
        hours = timedelta(hours=every)
        return lambda anchor: stops.after(anchor + hours)
    if timing.unit == "day":
        days = timedelta(days=every + 1)
        return lambda anchor: stops.day_after(day_start(anchor.date() + days))
    return lambda anchor: stops.day_after(day_start(add_months(anchor.date(), every) + ONE_DAY))


def _periods(spell: Spell, course: Course) -> Iterator[tuple[datetime, datetime]]:
    """Yield the beginning and the due moment of every whole period that ends within a spell.

    A period that had begun before the duty did is not demanded.
    """
    unit = spell.timing.unit
    first = period_start(course.start.date(), unit)
    if day_start(first) < course.start:
        first = following_period(first, unit)
    while (end := day_start(following := following_period(first, unit))) <= spell.until:
        if spell.since < end:
            yield day_start(first), course.stops.day_after(end)
        first = following


def upcoming(spells: list[Spell], course: Course, floor: datetime | None = None) -> Iterator[Due]:
    """Yield what falls due from a walk's end on, if each is done when it is due.

    What is overdue falls due first: at its own time, or at `floor` when one is given.
    """
    at = course.at
    planned = Course(
        at,
        course.times[: bisect_right(course.times, at)],
        course.stops,
        course.start,
        course.anchor,
        open_due=course.open_due,
    )
    for spell in spells[max(course.position, 0) :]:
        if spell.fresh and spell.since > at:
            planned.begin(spell.since)
        if spell.until > at:
            dues = _counted_dues if spell.timing.counted else _interval_dues
            yield from dues(spell, planned, floor)
            planned.open_due = None


def _interval_dues(spell: Spell, course: Course, floor: datetime | None) -> Iterator[Due]:
    after, exact = _stepper(spell.timing, course.stops), spell.timing.unit == "hour"
    moment = max(after(course.anchor), spell.since)
    due = _due(moment, course.stops, floor, exact=exact)
    while due.at < spell.until:
        yield due
        course.anchor = due.last
        moment = after(due.last)
        last = moment if exact else moment - ONE_TICK
        due = Due(moment, last.date(), last)


def _counted_dues(spell: Spell, course: Course, floor: datetime | None) -> Iterator[Due]:
    if course.open_due is not None:
        due = _due(course.open_due, course.stops, floor, exact=False)
        if due.at < spell.until:
            yield due
            course.times.append(due.last)
    for first, moment in _periods(spell, course):
        if moment <= course.at:
            continue
        if moment >= spell.until:
            return
        lacking = spell.timing.every - len(course.times) + bisect_left(course.times, first)
        if lacking > 0:
            last = moment - ONE_TICK
            yield Due(moment, last.date(), last, lacking)
            course.times.extend([last] * lacking)


def _due(moment: datetime, stops: Stops, floor: datetime | None, *, exact: bool) -> Due:
    last = moment if exact else moment - ONE_TICK
    if floor is None or last >= floor:
        return Due(moment, last.date(), last)
    moment = stops.after(floor) if exact else stops.day_after(day_end(floor))
    last = moment if exact else moment - ONE_TICK
    return Due(moment, last.date(), last, overdue=True)


def missed(course: Course) -> list[Span]:
    """Return the times during which it was overdue, without the time within stops."""
    return course.stops.outside(course.gaps)
