"""The schedule of one track of an obligation: what was missed, and what is due next."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from yunjian.standards.rules.duty.calendar import (
    END_OF_TIME,
    ONE_DAY,
    ONE_TICK,
    Stops,
    add_months,
    day_end,
    day_start,
    following_period,
    period_start,
)
from yunjian.standards.rules.duty.catalogue import Timing


@dataclass(frozen=True, slots=True)
class SchedulePeriod:
    """A part `[since, until)` of a schedule with one timing; `fresh`: no work before counts."""

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
class ScheduleState:
    """Where a schedule stands after the work so far.

    It was replayed as far as `at`. `start` is when the duty began anew, `anchor` the moment from
    which the interval runs, `open_due` the due moment that passed without work so far, `gaps` the
    overdue times (stops not yet taken out), `counted` the places of the work that settled it.
    """

    at: datetime
    times: list[datetime]
    stops: Stops
    start: datetime = END_OF_TIME
    anchor: datetime = END_OF_TIME
    last: datetime | None = None
    open_due: datetime | None = None
    gaps: list[tuple[datetime, datetime]] = field(default_factory=list)
    counted: list[tuple[int, int]] = field(default_factory=list)
    position: int = -1

    def restart(self, moment: datetime) -> None:
        """Begin anew: what was done before does not count."""
        self.start = self.anchor = moment
        self.last = self.open_due = None


def replay(
    schedule: list[SchedulePeriod],
    times: list[datetime],
    stops: Stops,
    at: datetime,
    *,
    dues_only: bool = False,
) -> ScheduleState:
    """Return where an obligation stands at a moment; `times` are sorted.

    A `dues_only` replay only finds what later dues depend on: gaps of intervals are none of that.
    """
    state = ScheduleState(at, times, stops)
    for period in schedule:
        if period.since > at:
            break
        state.position += 1
        if period.fresh:
            state.restart(period.since)
        _replay_period(period, state, dues_only=dues_only)
    return state


def _replay_period(period: SchedulePeriod, state: ScheduleState, *, dues_only: bool) -> None:
    low = bisect_left(state.times, period.since)
    if state.at < period.until:
        end, high = state.at, bisect_right(state.times, state.at)
    else:
        end, high = period.until, bisect_left(state.times, period.until)
    if period.timing.counted:
        _replay_count(period, state, end, (low, high))
    elif not dues_only:
        _replay_interval(period, state, end, (low, high))
    if low < high:
        state.counted.append((low, high))
        state.last = state.anchor = state.times[high - 1]


def _replay_interval(
    period: SchedulePeriod, state: ScheduleState, end: datetime, works: tuple[int, int]
) -> None:
    index, high = works
    times, gaps = state.times, state.gaps
    after = _stepper(period.timing, state.stops)
    due = max(after(state.anchor), period.since)
    # An overdue duty stays so beyond a change of the rules, unless the new rule gives time.
    carried = state.open_due if due == period.since else None
    while index < high:
        in_time = bisect_right(times, due, index, high)
        if in_time == index:
            gaps.append((due, times[index]))
            in_time += 1
        carried = None
        index = in_time
        due = after(times[index - 1])
    state.open_due = None
    if due < end:
        gaps.append((due, end))
        state.open_due = carried or due


def _replay_count(
    period: SchedulePeriod, state: ScheduleState, end: datetime, works: tuple[int, int]
) -> None:
    state.open_due = None
    low, high = works
    for first, due in _calendar_periods(period, state):
        if due > end:
            break
        done = bisect_right(state.times, due, low, high)
        if done - bisect_left(state.times, first, 0, done) >= period.timing.every:
            continue
        if done < high:
            state.gaps.append((due, state.times[done]))
        else:
            state.gaps.append((due, end))
            state.open_due = state.open_due or due


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


def _calendar_periods(
    period: SchedulePeriod, state: ScheduleState
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the beginning and the due moment of each calendar period that ends within `period`.

    One that had begun before the duty did, so is not whole, is not demanded.
    """
    unit = period.timing.unit
    first = period_start(state.start.date(), unit)
    if day_start(first) < state.start:
        first = following_period(first, unit)
    while (end := day_start(following := following_period(first, unit))) <= period.until:
        if period.since < end:
            yield day_start(first), state.stops.day_after(end)
        first = following


def upcoming(
    schedule: list[SchedulePeriod], state: ScheduleState, floor: datetime | None = None
) -> Iterator[Due]:
    """Yield what falls due from a replay's end on, if each is done when it is due.

    What is overdue falls due first: at its own time, or at `floor` when one is given.
    """
    at = state.at
    planned = ScheduleState(
        at,
        state.times[: bisect_right(state.times, at)],
        state.stops,
        state.start,
        state.anchor,
        open_due=state.open_due,
    )
    for period in schedule[max(state.position, 0) :]:
        if period.fresh and period.since > at:
            planned.restart(period.since)
        if period.until > at:
            dues = _counted_dues if period.timing.counted else _interval_dues
            yield from dues(period, planned, floor)
            planned.open_due = None


def _interval_dues(
    period: SchedulePeriod, state: ScheduleState, floor: datetime | None
) -> Iterator[Due]:
    after, exact = _stepper(period.timing, state.stops), period.timing.unit == "hour"
    due = _due(max(after(state.anchor), period.since), state.stops, floor, exact=exact)
    while due.at < period.until:
        yield due
        state.anchor = due.last
        due = _due_at(after(due.last), exact=exact)


def _counted_dues(
    period: SchedulePeriod, state: ScheduleState, floor: datetime | None
) -> Iterator[Due]:
    if state.open_due is not None:
        due = _due(state.open_due, state.stops, floor, exact=False)
        if due.at < period.until:
            yield due
            state.times.append(due.last)
    for first, moment in _calendar_periods(period, state):
        if moment <= state.at:
            continue
        if moment >= period.until:
            return
        lacking = period.timing.every - len(state.times) + bisect_left(state.times, first)
        if lacking > 0:
            due = _due_at(moment, exact=False)._replace(times=lacking)
            yield due
            state.times.extend([due.last] * lacking)


def _due(moment: datetime, stops: Stops, floor: datetime | None, *, exact: bool) -> Due:
    due = _due_at(moment, exact=exact)
    if floor is None or due.last >= floor:
        return due
    moment = stops.after(floor) if exact else stops.day_after(day_end(floor))
    return _due_at(moment, exact=exact)._replace(overdue=True)


def _due_at(moment: datetime, *, exact: bool) -> Due:
    last = moment if exact else moment - ONE_TICK
    return Due(moment, last.date(), last)
