"""Where each obligation of a point stands at a moment, and what falls due in a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from operator import attrgetter, itemgetter
from typing import NamedTuple

from yunjian.standards.rules.duty.calendar import END_OF_TIME, Span, local, merged
from yunjian.standards.rules.duty.catalogue import Rules, rules_of_packs
from yunjian.standards.rules.duty.control import Period, periods
from yunjian.standards.rules.duty.history import PointHistory
from yunjian.standards.rules.duty.schedule import ScheduleState, replay, upcoming
from yunjian.standards.rules.duty.tracks import ObligationSpan, Timeline, Track, timeline
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
class _TrackState:
    """A track evaluated to a moment; `live` when it is still in force there."""

    track: Track
    duty: ParameterDuty
    state: ScheduleState
    live: bool


class DutyCalculator:
    """A point's history laid out once along the rules, to be asked more than once."""

    def __init__(self, history: PointHistory, rules: Rules | None = None) -> None:
        self._history = history
        self._rules = rules or rules_of_packs()
        self._line = timeline(history, self._rules)

    def states(self, at: datetime) -> tuple[DutyState, ...]:
        """Return where each obligation stands at a moment, see `duty_states`."""
        at = local(at)
        evaluated = self._evaluated(at)
        result = self._periods(evaluated, at)
        return tuple(
            _state(obligation_span, track_states, at, result)
            for obligation_span, track_states in evaluated
        )

    def out_of_control(self, at: datetime) -> tuple[Period, ...]:
        """Return when which parameter was out of control, see `out_of_control`."""
        at = local(at)
        return self._periods(self._evaluated(at), at)

    def due_between(self, start: datetime, end: datetime) -> list[DueDate]:
        """Return what falls due in `[start, end)`, see `due_between`."""
        start, end = local(start), local(end)
        dues = [
            due
            for obligation_span in sorted(self._line.obligation_spans, key=attrgetter("name"))
            if obligation_span.since < end
            for track in sorted(obligation_span.tracks, key=attrgetter("parameters"))
            for due in _dues_of(obligation_span, track, self._line, start, end)
        ]
        dues.sort(key=itemgetter(0))
        return dues

    def _evaluated(self, at: datetime) -> list[tuple[ObligationSpan, list[_TrackState]]]:
        return [
            (obligation_span, _track_states(obligation_span, self._line, at))
            for obligation_span in self._line.obligation_spans
            if obligation_span.since <= at
        ]

    def _periods(
        self, evaluated: list[tuple[ObligationSpan, list[_TrackState]]], at: datetime
    ) -> tuple[Period, ...]:
        late = [
            (track_state.duty.parameters, span)
            for obligation_span, track_states in evaluated
            if self._rules.calibrates(obligation_span.obligation(at))
            for track_state in track_states
            for span in _open_ended(track_state, at)
        ]
        return periods(self._history, self._line, late, at)


def duty_states(
    history: PointHistory, at: datetime, rules: Rules | None = None
) -> tuple[DutyState, ...]:
    """Return where each obligation that was in force up to a moment stands at that moment.

    Work and verdicts after it are not looked at; descriptions, instruments and stops that are
    known for a later time are. An obligation that ended keeps its record.
    """
    return DutyCalculator(history, rules).states(at)


def out_of_control(
    history: PointHistory, at: datetime, rules: Rules | None = None
) -> tuple[Period, ...]:
    """Return when which parameter was out of control up to a moment (clauses 11.6 and 12)."""
    return DutyCalculator(history, rules).out_of_control(at)


def due_between(
    history: PointHistory, start: datetime, end: datetime, rules: Rules | None = None
) -> list[DueDate]:
    """Return what falls due in `[start, end)`, in order, if each is done when it is due.

    Work up to `start` is looked at. What is overdue then falls due at once.
    """
    return DutyCalculator(history, rules).due_between(start, end)


def _dues_of(
    obligation_span: ObligationSpan, track: Track, line: Timeline, start: datetime, end: datetime
) -> Iterator[DueDate]:
    state = replay(track.schedule, track.times, line.stops, start, dues_only=True)
    names = track.parameters
    only = obligation_span.obligation(start) if len(obligation_span.demands) == 1 else None
    for at, day, last, times, overdue in upcoming(track.schedule, state, floor=start):
        if last >= end:
            return
        yield DueDate(at, day, only or obligation_span.obligation(last), names, times, overdue)


def _track_states(
    obligation_span: ObligationSpan, line: Timeline, at: datetime
) -> list[_TrackState]:
    return [
        _track_state(track, line, at)
        for track in obligation_span.tracks
        if track.schedule[0].since <= at
    ]


def _track_state(track: Track, line: Timeline, at: datetime) -> _TrackState:
    state = replay(track.schedule, track.times, line.stops, at)
    spans = state.stops.outside(state.gaps)
    live = track.schedule[state.position].until > at
    due = next(upcoming(track.schedule, state), None) if live else None
    late = state.open_due if live else None
    duty = ParameterDuty(
        parameters=track.parameters,
        since=state.start,
        last_done=state.last,
        next_due=due.at if due else None,
        due_on=due.day if due else None,
        overdue_since=_first_since(spans, late),
        missed=tuple(spans),
    )
    return _TrackState(track, duty, state, live)


def _first_since(spans: Sequence[Span], late: datetime | None) -> datetime | None:
    if late is None:
        return None
    return next((max(span.since, late) for span in spans if span.until > late), None)


def _state(
    obligation_span: ObligationSpan,
    track_states: list[_TrackState],
    at: datetime,
    result: tuple[Period, ...],
) -> DutyState:
    live = [track_state.duty for track_state in track_states if track_state.live]
    first = min(
        live or [track_state.duty for track_state in track_states] or [_NO_DUTY], key=_due_key
    )
    names = {name for track_state in track_states for name in track_state.duty.parameters}
    overdue = [duty.overdue_since for duty in live if duty.overdue_since is not None]
    return DutyState(
        obligation=obligation_span.obligation(at),
        since=obligation_span.since,
        until=obligation_span.until if obligation_span.until <= at else None,
        last_done=first.last_done,
        next_due=first.next_due,
        due_on=first.due_on,
        overdue_since=min(overdue, default=None),
        done_count=_done_count(track_states),
        missed=tuple(
            merged((span.since, span.until) for one in track_states for span in one.duty.missed)
        ),
        out_of_control=tuple(item for item in result if not names or item.parameter in names),
        by_parameter=tuple(live),
    )


_NO_DUTY = ParameterDuty((), END_OF_TIME, None, None, None, None, ())


def _due_key(duty: ParameterDuty) -> datetime:
    return END_OF_TIME if duty.next_due is None else duty.next_due


def _done_count(track_states: list[_TrackState]) -> int:
    places = {
        place
        for track_state in track_states
        for low, high in track_state.state.counted
        for place in track_state.track.places[low:high]
    }
    return len(places)


def _open_ended(track_state: _TrackState, at: datetime) -> Iterator[Span]:
    """Yield when a track was overdue; what still is lasts until the end of time."""
    for span in track_state.duty.missed:
        still = span.until == at and track_state.duty.overdue_since is not None
        yield replace(span, until=END_OF_TIME) if still else span
