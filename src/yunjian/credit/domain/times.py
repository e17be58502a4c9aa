"""Times of sessions: hours within from and to, days moved by a year, spans that overlap."""

from calendar import isleap
from datetime import date, datetime
from decimal import Decimal


def hours_between(starts_at: datetime, ends_at: datetime) -> Decimal:
    """Return how many hours lie between two moments, exactly."""
    seconds = (ends_at - starts_at).total_seconds()
    return Decimal(int(seconds)) / Decimal(3600)


def overlap(first: tuple[datetime, datetime], second: tuple[datetime, datetime]) -> bool:
    """Tell whether two spans have a moment in common; one may begin when the other ends."""
    return first[0] < second[1] and second[0] < first[1]


def in_year(day: date, year: int) -> date:
    """Return the same day of another year; 29 February becomes 28 February in a common year."""
    if (day.month, day.day) == (2, 29) and not isleap(year):
        return date(year, 2, 28)
    return day.replace(year=year)


def hours_text(hours: Decimal) -> str:
    """Return hours as people read them: "2", "1.5"."""
    whole = hours.to_integral_value()
    return str(whole) if hours == whole else f"{hours:.1f}"
