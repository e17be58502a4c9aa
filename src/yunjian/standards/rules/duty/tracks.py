"""From the timeline of a point to tracks: what runs alike for the same parameters."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from yunjian.standards.rules.duty.calendar import (
    END_OF_TIME,
    Stops,
    local,
    local_or_end_of_time,
)
from yunjian.standards.rules.duty.catalogue import Demand, Rules, Segment, Timing, segments
from yunjian.standards.rules.duty.history import Outcome, PointHistory, WorkDone
from yunjian.standards.rules.duty.schedule import SchedulePeriod
from yunjian.standards.rules.obligations import Obligation

# A failed test has to be done again, so it settles nothing. One that finds the instrument out of
# control, or that no established limit can judge, has been done all the same.
SETTLING: frozenset[Outcome] = frozenset({"pass", "calibrate", "out_of_control", "unknown"})


class WorkRecords:
    """The work that counts for one obligation, in order: when, which (by its place), for what."""

    def __init__(self, work: list[tuple[datetime, WorkDone]], places: list[int]) -> None:
        self.places = places
        self.times = [work[place][0] for place in places]
        self.parameters = [work[place][1].parameters for place in places]
        self.kinds = set(self.parameters)

    def accepted(self, parameter: str | None) -> frozenset[tuple[str, ...]]:
        """Return the kinds of work that count for a parameter; None is the point as a whole."""
        return frozenset(k for k in self.kinds if not k or parameter is None or parameter in k)

    def of(self, accepted: frozenset[tuple[str, ...]]) -> tuple[list[datetime], list[int]]:
        """Return the times and places of the work of some kinds."""
        if len(accepted) == len(self.kinds):
            return self.times, self.places
        keep = [index for index, kind in enumerate(self.parameters) if kind in accepted]
        return [self.times[index] for index in keep], [self.places[index] for index in keep]


@dataclass(frozen=True, slots=True)
class Track:
    """One obligation for parameters of one schedule and the same work; none: the whole point."""

    parameters: tuple[str, ...]
    schedule: list[SchedulePeriod]
    times: list[datetime]
    places: list[int]


@dataclass(frozen=True, slots=True)
class ObligationSpan:
    """An obligation during one unbroken time in force; `demands` are its successive forms."""

    since: datetime
    until: datetime
    demands: tuple[tuple[datetime, datetime, Demand], ...]
    tracks: tuple[Track, ...]

    @property
    def name(self) -> str:
        """The id of the obligation."""
        return self.demands[0][2].obligation.id

    def obligation(self, at: datetime) -> Obligation:
        """Return the form of the obligation that held last at a moment."""
        index = bisect_right(self.demands, at, key=lambda item: item[0]) - 1
        return self.demands[max(index, 0)][2].obligation


@dataclass(frozen=True, slots=True)
class Timeline:
    """A point laid out along the rules: every obligation that it ever has, in order."""

    segments: list[Segment]
    obligation_spans: list[ObligationSpan]
    stops: Stops
    work: list[tuple[datetime, WorkDone]]


def timeline(history: PointHistory, rules: Rules) -> Timeline:
    """Lay out a point's history along the rules."""
    parts = segments(history, rules)
    work = _in_order(history.work)
    places = _places(work, parts)
    installations = _installations(history)
    obligation_spans = [
        _obligation_span(run, installations, WorkRecords(work, places.get(name, [])))
        for name, runs in _runs(parts).items()
        for run in runs
    ]
    return Timeline(parts, obligation_spans, Stops(history.stops), work)


def _in_order(works: Iterable[WorkDone]) -> list[tuple[datetime, WorkDone]]:
    """Return what was not cancelled by time; of one moment what passed comes last.

    That is how it was left.
    """
    result = [(local(item.at), item) for item in works if not item.cancelled]
    return sorted(result, key=lambda known: (known[0], known[1].outcome == "pass"))


def _places(work: list[tuple[datetime, WorkDone]], parts: list[Segment]) -> dict[str, list[int]]:
    """Return per obligation which work counts for it."""
    result: dict[str, list[int]] = {}
    starts = [part.since for part in parts]
    known: dict[tuple[int, str, tuple[str, ...]], tuple[str, ...]] = {}
    for place, (moment, item) in enumerate(work):
        if item.outcome not in SETTLING:
            continue
        names = item.obligations
        if not names and item.sheet is not None:
            key = (bisect_right(starts, moment) - 1, item.sheet, item.parameters)
            if key not in known:
                known[key] = _served(parts[key[0]].demands, *key[1:]) if key[0] >= 0 else ()
            names = known[key]
        for name in names:
            result.setdefault(name, []).append(place)
    return result


def _served(demands: Iterable[Demand], sheet: str, parameters: tuple[str, ...]) -> tuple[str, ...]:
    """Return the obligations that a sheet serves when the work names none.

    Of several for the same parameters the most frequent: a weekly sheet does not settle what is
    due each quarter.
    """
    fitting = [
        item
        for item in demands
        if item.obligation.sheet == sheet and _overlap(item.parameters, parameters)
    ]
    return tuple(
        item.obligation.id
        for item in fitting
        if not any(
            other.timing.hours < item.timing.hours and _overlap(other.parameters, item.parameters)
            for other in fitting
        )
    )


def _overlap(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return not one or not other or not set(one).isdisjoint(other)


def _installations(history: PointHistory) -> dict[str, list[tuple[datetime, datetime]]]:
    """Return per parameter when an instrument measured it; a newer one ends the one before."""
    result: dict[str, list[tuple[datetime, datetime]]] = {}
    for item in sorted(history.installed, key=lambda item: (local(item.since), item.instrument)):
        since, installations = local(item.since), result.setdefault(item.parameter, [])
        if installations:
            installations[-1] = (installations[-1][0], min(installations[-1][1], since))
        installations.append((since, local_or_end_of_time(item.until)))
    return result


_Run = list[tuple[datetime, datetime, Demand]]


def _runs(parts: Iterable[Segment]) -> dict[str, list[_Run]]:
    result: dict[str, list[_Run]] = {}
    for part in parts:
        for demand in part.demands:
            runs = result.setdefault(demand.obligation.id, [])
            if not runs or runs[-1][-1][1] != part.since:
                runs.append([])
            runs[-1].append((part.since, part.until, demand))
    return result


def _obligation_span(
    run: _Run, installations: dict[str, list[tuple[datetime, datetime]]], works: WorkRecords
) -> ObligationSpan:
    alike: dict[tuple[tuple[SchedulePeriod, ...], frozenset[tuple[str, ...]]], list[str]] = {}
    for name in _parameters(run):
        schedule = tuple(_schedule(run, name, installations))
        if schedule:
            names = alike.setdefault((schedule, works.accepted(name)), [])
            names.extend([name] if name is not None else [])
    tracks = tuple(
        Track(tuple(names), list(schedule), *works.of(accepted))
        for (schedule, accepted), names in alike.items()
    )
    return ObligationSpan(run[0][0], run[-1][1], tuple(run), tracks)


def _parameters(run: _Run) -> list[str | None]:
    names: dict[str | None, None] = {}
    for _, _, demand in run:
        names.update(dict.fromkeys(demand.parameters or (None,)))
    return list(names)


def _schedule(
    run: _Run, parameter: str | None, installations: dict[str, list[tuple[datetime, datetime]]]
) -> Iterator[SchedulePeriod]:
    always = [(datetime.min.replace(tzinfo=END_OF_TIME.tzinfo), END_OF_TIME)]
    timings = _timings(run, parameter)
    for begin, end in installations.get(parameter, always) if parameter is not None else always:
        last = None
        for since, until, timing in timings:
            first, final = max(since, begin), min(until, end)
            if first < final:
                yield SchedulePeriod(first, final, timing, fresh=last != first)
                last = final


def _timings(run: _Run, parameter: str | None) -> list[tuple[datetime, datetime, Timing]]:
    """Return when, and how often it is owed for a parameter: equal timings in a row are one."""
    result: list[tuple[datetime, datetime, Timing]] = []
    for since, until, demand in run:
        if parameter not in (demand.parameters or (None,)):
            continue
        if result and result[-1][1:] == (since, demand.timing):
            result[-1] = (result[-1][0], until, demand.timing)
        else:
            result.append((since, until, demand.timing))
    return result
