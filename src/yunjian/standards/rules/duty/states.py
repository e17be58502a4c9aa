"""Where each obligation of a point stands at a moment, and what falls due in a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from operator import itemgetter
from typing import NamedTuple

from yunjian.standards.rules.duty.calendar import FAR, Span, local, merged
from yunjian.standards.rules.duty.catalogue import Rules, rules_of_packs
from yunjian.standards.rules.duty.control import Period, periods
from yunjian.standards.rules.duty.history import PointHistory
from yunjian.standards.rules.duty.tracks import Stretch, Timeline, Track, timeline
from yunjian.standards.rules.duty.walk import Course, missed, upcoming, walk
from yunjian.standards.rules.obligations import Obligation


@dataclass(frozen=True, slots=True)
class ParameterDuty:
    """Where an obligation stands for parameters that go together; none: the point as a whole.

    `since` is when the duty began, or began anew with another instrument.
    """

    parameters: tuple[str, ...]
    since: datetime
    last_done: datetime | None
    next_due: datetime | None
    due_on: date | None
    overdue_since: datetime | None
    missed: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class DutyState:
    """Where an obligation stands, from when it came into force until it ended (None: it holds).

    `next_due` is the moment from which it is overdue, `due_on` the last day in time; both are
    None when nothing is due before the obligation ends or while nobody knows when a stop ends.
    They and `last_done` are those of the parameters due first (see `by_parameter`).
    `done_count` counts the work that settled any of it. `missed` is when it was overdue, without
    stops, up to the moment asked about. `out_of_control` is that of its parameters, or of the
    point for an obligation that is bound to none.
    """

    obligation: Obligation
    since: datetime
    until: datetime | None
    last_done: datetime | None
    next_due: datetime | None
    due_on: date | None
    overdue_since: datetime | None
    done_count: int
    missed: tuple[Span, ...]
    out_of_control: tuple[Period, ...]
    by_parameter: tuple[ParameterDuty, ...]


class DueDate(NamedTuple):
    """Something to be done before a moment, on a day at the latest, so many times."""

    due: datetime
    on: date
    obligation: Obligation
    parameters: tuple[str, ...]
    times: int
    overdue: bool


@dataclass(frozen=True, slots=True)
class _Walk:
    """A track walked to a moment; `live` when it is still in force there."""

    track: Track
    duty: ParameterDuty
    course: Course
    live: bool


class Reckoning:
    """A point's history laid out once along the rules, to be asked more than once."""

    def __init__(self, history: PointHistory, rules: Rules | None = None) -> None:
        self._history = history
        self._rules = rules or rules_of_packs()
        self._line = timeline(history, self._rules)

    def states(self, at: datetime) -> tuple[DutyState, ...]:
        """Return where each obligation stands at a moment, see `duty_states`."""
        at = local(at)
        walked = [
            (stretch, _walks(stretch, self._line, at))
            for stretch in self._line.stretches
            if stretch.since <= at
        ]
        found = self._periods(walked, at)
        return tuple(_state(stretch, walks, at, found) for stretch, walks in walked)

    def out_of_control(self, at: datetime) -> tuple[Period, ...]:
        """Return when which parameter was out of control, see `out_of_control`."""
        at = local(at)
        walked = [
            (stretch, _walks(stretch, self._line, at))
            for stretch in self._line.stretches
            if stretch.since <= at and self._rules.calibrates(stretch.obligation(at))
        ]
        return self._periods(walked, at)

    def due_between(self, start: datetime, end: datetime) -> list[DueDate]:
        """Return what falls due in `[start, end)`, see `due_between`."""
        start, end = local(start), local(end)
        stretches = (stretch for stretch in self._line.stretches if stretch.since < end)
        dues = [
            due
            for stretch in sorted(stretches, key=lambda stretch: stretch.name)
            for track in sorted(stretch.tracks, key=lambda track: track.parameters)
            for due in _dues_of(stretch, track, self._line, start, end)
        ]
        dues.sort(key=itemgetter(0))
        return dues

    def _periods(
        self, walked: list[tuple[Stretch, list[_Walk]]], at: datetime
    ) -> tuple[Period, ...]:
        late = [
            (walk.duty.parameters, span)
            for stretch, walks in walked
            if self._rules.calibrates(stretch.obligation(at))
            for walk in walks
            for span in _lasting(walk, at)
        ]
        return periods(self._history, self._line, late, at)


def duty_states(
    history: PointHistory, at: datetime, rules: Rules | None = None
) -> tuple[DutyState, ...]:
    """Return where each obligation that was in force up to a moment stands at that moment.

    Work and verdicts after it are not looked at; descriptions, instruments and stops that are
    known for a later time are. An obligation that ended keeps its record.
    """
    return Reckoning(history, rules).states(at)


def out_of_control(
    history: PointHistory, at: datetime, rules: Rules | None = None
) -> tuple[Period, ...]:
    """Return when which parameter was out of control up to a moment (clauses 11.6 and 12)."""
    return Reckoning(history, rules).out_of_control(at)


def due_between(
    history: PointHistory, start: datetime, end: datetime, rules: Rules | None = None
) -> list[DueDate]:
    """Return what falls due in `[start, end)`, in order, if each is done when it is due.

    Work up to `start` is looked at. What is overdue then falls due at once.
    """
    return Reckoning(history, rules).due_between(start, end)


def _dues_of(
    stretch: Stretch, track: Track, line: Timeline, start: datetime, end: datetime
) -> Iterator[DueDate]:
    course = walk(track.spells, track.times, line.stops, start, plain=True)
    names = track.parameters
    only = stretch.obligation(start) if len(stretch.demands) == 1 else None
    for at, day, last, times, overdue in upcoming(track.spells, course, floor=start):
        if last >= end:
            return
        yield DueDate(at, day, only or stretch.obligation(last), names, times, overdue)


def _walks(stretch: Stretch, line: Timeline, at: datetime) -> list[_Walk]:
    return [_walked(track, line, at) for track in stretch.tracks if track.spells[0].since <= at]


def _walked(track: Track, line: Timeline, at: datetime) -> _Walk:
    course = walk(track.spells, track.times, line.stops, at)
    spans = missed(course)
    live = track.spells[course.position].until > at
    due = next(upcoming(track.spells, course), None) if live else None
    late = course.open_due if live else None
    duty = ParameterDuty(
        parameters=track.parameters,
        since=course.start,
        last_done=course.last,
        next_due=due.at if due else None,
        due_on=due.day if due else None,
        overdue_since=_first_since(spans, late),
        missed=tuple(spans),
    )
    return _Walk(track, duty, course, live)


def _first_since(spans: Sequence[Span], late: datetime | None) -> datetime | None:
    if late is None:
        return None
    return next((max(span.since, late) for span in spans if span.until > late), None)


def _state(
    stretch: Stretch, walks: list[_Walk], at: datetime, found: tuple[Period, ...]
) -> DutyState:
    live = [walk.duty for walk in walks if walk.live]
    first = min(live or [walk.duty for walk in walks] or [_NOTHING], key=_due_key)
    names = {name for walk in walks for name in walk.duty.parameters}
    overdue = [duty.overdue_since for duty in live if duty.overdue_since is not None]
    return DutyState(
        obligation=stretch.obligation(at),
        since=stretch.since,
        until=stretch.until if stretch.until <= at else None,
        last_done=first.last_done,
        next_due=first.next_due,
        due_on=first.due_on,
        overdue_since=min(overdue, default=None),
        done_count=_done_count(walks),
        missed=_union([walk.duty.missed for walk in walks]),
        out_of_control=tuple(item for item in found if not names or item.parameter in names),
        by_parameter=tuple(live),
    )


_NOTHING = ParameterDuty((), FAR, None, None, None, None, ())


def _due_key(duty: ParameterDuty) -> datetime:
    return FAR if duty.next_due is None else duty.next_due


def _union(missed_by: list[tuple[Span, ...]]) -> tuple[Span, ...]:
    if len(missed_by) == 1:
        return missed_by[0]
    return tuple(merged((span.since, span.until) for spans in missed_by for span in spans))


def _done_count(walks: list[_Walk]) -> int:
    if len(walks) == 1:
        return sum(high - low for low, high in walks[0].course.counted)
    places = {
        place
        for walk in walks
        for low, high in walk.course.counted
        for place in walk.track.places[low:high]
    }
    return len(places)


def _lasting(walk: _Walk, at: datetime) -> Iterator[Span]:
    """Yield when a track was overdue; what still is lasts until the end of time."""
    for span in walk.duty.missed:
        still = span.until == at and walk.duty.overdue_since is not None
        yield replace(span, until=FAR) if still else span
