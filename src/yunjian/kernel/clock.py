"""Time: UTC in the database, Asia/Shanghai for people. All code asks here what time it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
# what people mean when they type a day; beyond it lie slips of the finger and overflows
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)

_pretended: ContextVar[datetime | None] = ContextVar("yunjian_clock", default=None)


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return _pretended.get() or datetime.now(tz=UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let the block happen at an aware moment: the demo city lives its past through services."""
    token = _pretended.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _pretended.reset(token)


def today() -> date:
    """Return the calendar day in Shanghai."""
    return business_day(now())


def business_day(moment: datetime) -> date:
    """Return the calendar day in Shanghai on which an aware moment falls."""
    return moment.astimezone(SHANGHAI).date()


def in_calendar(day: date) -> bool:
    """Tell whether a day, or the day of a moment, is one that can be meant."""
    return FIRST_DAY.year <= day.year <= LAST_DAY.year


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return the half-open interval of aware moments that make up a Shanghai calendar day."""
    start = datetime.combine(day, time.min, tzinfo=SHANGHAI)
    return start, datetime.combine(day + timedelta(days=1), time.min, tzinfo=SHANGHAI)
