"""The calendar of duties: days and months as Shanghai has them, periods, spans, stops."""

from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from yunjian.standards.rules.duty.history import Stop

# Asia/Shanghai has kept this offset since 1991, and no standard here is older. A fixed offset
# lets moments be compared and turned into days without asking a time zone each time.
CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
END_OF_TIME = datetime.max.replace(tzinfo=CHINA)
ONE_DAY = timedelta(days=1)
ONE_TICK = timedelta(microseconds=1)
_MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
_DAYS = {"day": 1, "week": 7}


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The time `[since, until)`."""

    since: datetime
    until: datetime


def local(moment: datetime) -> datetime:
    """Return an aware moment in Shanghai's time."""
    return moment if moment.tzinfo is CHINA else moment.astimezone(CHINA)


def local_or_end_of_time(moment: datetime | None) -> datetime:
    """Return an aware moment in Shanghai's time, the end of time for None."""
    return END_OF_TIME if moment is None else local(moment)


def day_start(day: date) -> datetime:
    """Return the moment at which a day begins in Shanghai."""
    return datetime.combine(day, time.min, CHINA)


def day_end(moment: datetime) -> datetime:
    """Return the moment at which the day of a local moment is over."""
    return day_start(moment.date() + ONE_DAY)


def add_months(day: date, months: int) -> date:
    """Return the day so many months later, or the month's last when it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def period_start(day: date, period: str) -> date:
    """Return the first day of the calendar period of a day; weeks begin on Monday."""
    if period in _DAYS:
        return day - timedelta(days=day.weekday()) if period == "week" else day
    size = _MONTHS[period]
    return date(day.year, (day.month - 1) // size * size + 1, 1)


def following_period(start: date, period: str) -> date:
    """Return the first day of the next calendar period."""
    if period in _DAYS:
        return start + timedelta(days=_DAYS[period])
    return add_months(start, _MONTHS[period])


def merged(spans: Iterable[tuple[datetime, datetime]]) -> list[Span]:
    """Return the union of spans: sorted, disjoint, not touching, none empty."""
    result: list[Span] = []
    for since, until in sorted(spans):
        if since >= until:
            continue
        if result and since <= result[-1].until:
            result[-1] = Span(result[-1].since, max(until, result[-1].until))
        else:
            result.append(Span(since, until))
    return result


class Stops:
    """The times during which the source stands still."""

    def __init__(self, stops: Iterable[Stop]) -> None:
        spans = merged((local(stop.since), local_or_end_of_time(stop.until)) for stop in stops)
        self._since = [span.since for span in spans]
        self._until = [span.until for span in spans]

    def after(self, due: datetime) -> datetime:
        """Return a moment at which something is due, or the restart when it is within a stop."""
        index = bisect_right(self._since, due)
        if index and self._until[index - 1] > due:
            return self._until[index - 1]
        return due

    def day_after(self, due: datetime) -> datetime:
        """Return the end of the last day in time.

        It is the end of the day of the restart when the last day ends within a stop.
        """
        index = bisect_left(self._since, due)
        if not index or self._until[index - 1] < due:
            return due
        restart = self._until[index - 1]
        return END_OF_TIME if restart == END_OF_TIME else day_end(restart)

    def outside(self, spans: Iterable[tuple[datetime, datetime]]) -> list[Span]:
        """Return the union of spans without the time within stops."""
        parts: list[Span] = []
        for span in merged(spans):
            since = span.since
            index = max(bisect_right(self._since, since) - 1, 0)
            while index < len(self._since) and self._since[index] < span.until:
                parts.append(Span(since, min(self._since[index], span.until)))
                since = max(since, self._until[index])
                index += 1
            parts.append(Span(since, span.until))
        return [part for part in parts if part.since < part.until]
