"""Walking along one track of an obligation: what was missed, and what is due next."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

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


@dataclass(frozen=True, slots=True)
class Due:
    """A moment by which something is to be done, so many times; `day` is the last day in time."""

    at: datetime
    day: date
    times: int = 1
    overdue: bool = False

    @property
    def last_moment(self) -> datetime:
        """The last moment in time: a day's end is no longer part of the day."""
        return self.at if self.day == self.at.date() else self.at - ONE_TICK


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


def walk(spells: list[Spell], times: list[datetime], stops: Stops, at: datetime) -> Course:
    """Return where an obligation stands at a moment; `times` are sorted."""
    course = Course(at, times, stops)
    for spell in spells:
        if spell.since > at:
            break
        course.position += 1
        if spell.fresh:
            course.begin(spell.since)
        _walk_spell(spell, course)
    return course


def _walk_spell(spell: Spell, course: Course) -> None:
    low = bisect_left(course.times, spell.since)
    if course.at < spell.until:
        end, high = course.at, bisect_right(course.times, course.at)
    else:
        end, high = spell.until, bisect_left(course.times, spell.until)
    step = _walk_counted if spell.timing.counted else _walk_interval
    step(spell, course, end, (low, high))
    if low < high:
        course.counted.append((low, high))
        course.last = course.anchor = course.times[high - 1]


def _walk_interval(spell: Spell, course: Course, end: datetime, works: tuple[int, int]) -> None:
    index, high = works
    times, gaps = course.times, course.gaps
    due = max(_after(course.anchor, spell.timing, course.stops), spell.since)
    # An overdue duty stays so beyond a change of the rules, unless the new rule gives time.
    carried = course.open_due if due == spell.since else None
    while index < high:
        in_time = bisect_right(times, due, index, high)
        if in_time == index:
            gaps.append((due, times[index]))
            in_time += 1
        carried = None
        index = in_time
        due = max(_after(times[index - 1], spell.timing, course.stops), spell.since)
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


def _after(anchor: datetime, timing: Timing, stops: Stops) -> datetime:
    """Return when it is due again: hours run exactly, days and months to the end of the day."""
    if timing.unit == "hour":
        return stops.after(anchor + timedelta(hours=timing.every))
    if timing.unit == "day":
        return stops.day_after(day_start(anchor.date() + timedelta(days=timing.every + 1)))
    day = add_months(anchor.date(), timing.every)
    return stops.day_after(day_start(day + ONE_DAY))


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
    while True:
        moment = max(_after(course.anchor, spell.timing, course.stops), spell.since)
        due = _due(moment, spell.timing, course.stops, floor)
        if due.at >= spell.until or due.at == FAR:
            return
        yield due
        course.anchor = due.last_moment


def _counted_dues(spell: Spell, course: Course, floor: datetime | None) -> Iterator[Due]:
    if course.open_due is not None:
        due = _due(course.open_due, spell.timing, course.stops, floor)
        if due.at < spell.until:
            yield due
            course.times.append(due.last_moment)
    for first, moment in _periods(spell, course):
        if moment <= course.at:
            continue
        if moment >= spell.until:
            return
        done = len(course.times) - bisect_left(course.times, first)
        if done < spell.timing.every:
            due = _due(moment, spell.timing, course.stops, None)
            yield Due(due.at, due.day, spell.timing.every - done)
            course.times.extend([due.last_moment] * (spell.timing.every - done))


def _due(moment: datetime, timing: Timing, stops: Stops, floor: datetime | None) -> Due:
    exact = timing.unit == "hour"
    due = Due(moment, _last_day(moment, exact=exact))
    if floor is None or due.last_moment >= floor:
        return due
    moment = stops.after(floor) if exact else stops.day_after(day_end(floor))
    return Due(moment, _last_day(moment, exact=exact), overdue=True)


def _last_day(due: datetime, *, exact: bool) -> date:
    return due.date() if exact else (due - ONE_TICK).date()


def missed(course: Course) -> list[Span]:
    """Return the times during which it was overdue, without the time within stops."""
    return course.stops.outside(course.gaps)
