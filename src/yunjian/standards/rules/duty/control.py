"""Out-of-control periods: from discovery until the indicators are met again (clause 11.6)."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple

from yunjian.standards.rules.duty.calendar import (
    END_OF_TIME,
    Span,
    local,
    local_or_end_of_time,
    merged,
)
from yunjian.standards.rules.duty.catalogue import Segment
from yunjian.standards.rules.duty.history import PointHistory
from yunjian.standards.rules.duty.tracks import Timeline


@dataclass(frozen=True, slots=True)
class Period:
    """A parameter is out of control during `[since, until)`; None: it still is.

    `parameter` is None when the point has no parameters to speak of.
    """

    parameter: str | None
    since: datetime
    until: datetime | None


class _Finding(NamedTuple):
    at: datetime
    met: bool
    indicator: str
    parameters: tuple[str, ...]


_CONCLUSIVE = frozenset({"pass", "out_of_control"})
Spans = dict[str | None, list[tuple[datetime, datetime]]]


def periods(
    history: PointHistory,
    line: Timeline,
    late: Iterable[tuple[tuple[str, ...], Span]],
    at: datetime,
) -> tuple[Period, ...]:
    """Return the out-of-control periods up to a moment, disjoint, by parameter and time.

    `late` is when calibrations were overdue for which parameters (clause 12); none means all.
    A span that ends later still lasts.
    """
    spans = _not_met(history, line, at)
    begun = [part for part in line.segments if part.since <= at]
    for names, span in late:
        for name, since, until in _by_parameter(names, span, begun):
            spans.setdefault(name, []).append((since, until))
    return tuple(
        Period(name, span.since, None if span.until > at else span.until)
        for name in sorted(spans, key=lambda name: name or "")
        for span in merged(spans[name])
    )


def _by_parameter(
    names: tuple[str, ...], span: Span, parts: list[Segment]
) -> Iterator[tuple[str, datetime, datetime]]:
    if names:
        yield from ((name, span.since, span.until) for name in names)
        return
    for part in parts:
        since, until = max(part.since, span.since), min(part.until, span.until)
        if since < until:
            yield from ((name, since, until) for name in part.point.parameters)


def _not_met(history: PointHistory, line: Timeline, at: datetime) -> Spans:
    spans: Spans = {}
    unmet: dict[str, dict[str | None, datetime]] = {}
    for moment, met, indicator, parameters in _findings(history, line, at):
        names: Collection[str | None] = parameters
        opened = unmet.setdefault(indicator, {})
        if met:
            for name in names or tuple(opened):
                if name in opened:
                    spans.setdefault(name, []).append((opened.pop(name), moment))
        else:
            for name in names or _described(line, moment) or (None,):
                opened.setdefault(name, moment)
    end = local_or_end_of_time(history.until)
    for opened in unmet.values():
        for name, since in opened.items():
            spans.setdefault(name, []).append((since, end if end <= at else END_OF_TIME))
    return spans


def _described(line: Timeline, moment: datetime) -> tuple[str, ...]:
    described = (part.point for part in line.segments if part.since <= moment < part.until)
    return next((point.parameters for point in described), ())


def _findings(history: PointHistory, line: Timeline, at: datetime) -> list[_Finding]:
    """Return what was found, in order; of findings at one moment those of no failure come last."""
    result = [
        _Finding(local(item.at), item.met, item.indicator, item.parameters)
        for item in history.verdicts
    ]
    result.extend(_of_work(line, {item.indicator for item in result if not item.met}))
    end = min(at, local_or_end_of_time(history.until))
    result = [item for item in result if item.at <= end]
    result.sort(key=itemgetter(0, 1))
    return result


def _of_work(line: Timeline, failed: set[str]) -> Iterator[_Finding]:
    """Yield what work found: its indicator is the obligation, or the sheet, that it is about.

    What is not out of control need not be met again; `failed` may be without work's telling.
    """
    pending: set[str] = set()
    for moment, item in line.work:
        met = item.outcome == "pass"
        if (met and not pending and not failed) or item.outcome not in _CONCLUSIVE:
            continue
        for indicator in item.obligations or (item.sheet or "",):
            if not met:
                pending.add(indicator)
            elif indicator not in pending and indicator not in failed:
                continue
            elif not item.parameters:
                pending.discard(indicator)
            yield _Finding(moment, met, indicator, item.parameters)
