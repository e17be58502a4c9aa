"""On which days which activities fall due. Pure: same plan, same days, on every machine."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

HOURS_PER_DAY = 24
MONTHS_PER_YEAR = 12
SHORTEST_MONTH = 28  # days; a month never promises more
SPREAD_DAYS = 7


@dataclass(frozen=True, slots=True)
class Interval:
    """At most so long between two times: `unit` is "hour", "day" or "month"."""

    value: int
    unit: str

    @property
    def days(self) -> int:
        """Return the length in whole days, never longer than the interval really is (at least 1:
        what is due more often than daily is done on every daily visit)."""
        match self.unit:
            case "hour":
                return max(1, self.value // HOURS_PER_DAY)
            case "day":
                return self.value
            case "month":
                return self.value * SHORTEST_MONTH
        raise ValueError(f"unknown unit of an interval: {self.unit}")

    def after(self, day: date) -> date:
        """Return the last day on which the activity may follow one done on `day`."""
        if self.unit != "month":
            return day + timedelta(days=self.days)
        months = day.year * MONTHS_PER_YEAR + day.month - 1 + self.value
        year, month = divmod(months, MONTHS_PER_YEAR)
        return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Repeating:
    """An activity that repeats, and the sheet it is recorded on ("" for none)."""

    activity: str
    interval: Interval
    sheet_code: str = ""


def due_days(
    activities: Sequence[Repeating], *, first: date, last: date, position: int = 0
) -> dict[date, list[Repeating]]:
    """Return the visit days between `first` and `last` (both included) with what is due on each.

    The most frequent activity sets the rhythm; the others are done on a visit that takes place
    anyway, early enough to keep their interval. The first visit does everything, because a plan
    does not know what was done before it. `position` (of the point in its plan) moves the first
    visit by a few days, within the shortest interval, so that one engineer's points do not all
    fall due on one day.
    """
    if not activities or first > last:
        return {}
    ordered = sorted(activities, key=lambda one: (one.interval.days, one.activity))
    shortest = ordered[0].interval.days
    start = min(first + timedelta(days=position % min(shortest, SPREAD_DAYS)), last)
    due: dict[date, list[Repeating]] = {}
    for activity in ordered:
        for day in _days_of(activity.interval, start, last, sorted(due)):
            due.setdefault(day, []).append(activity)
    return dict(sorted(due.items()))


def _days_of(interval: Interval, start: date, last: date, visits: Sequence[date]) -> Iterator[date]:
    day = start
    while day <= last:
        yield day
        latest = interval.after(day)
        earlier = [visit for visit in visits if day < visit <= latest]
        day = earlier[-1] if earlier and latest <= last else latest
