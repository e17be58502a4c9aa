"""Working days in China: `chinesecalendar` where it is installed and has the year, else a table.

The table is `data/holidays.toml`, or the file that the setting `HOLIDAYS_FILE` names. A year that
neither knows has its weekends off and nothing else.
"""

import importlib
import tomllib
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

SHIPPED = Path(__file__).parent / "data" / "holidays.toml"
SATURDAY = 5


def is_workday(day: date) -> bool:
    """Tell whether people work on a day."""
    calendar = _library()
    if calendar is not None:
        try:
            return bool(calendar.is_workday(day))
        except NotImplementedError:  # it has no notice for that year
            pass
    off, on = _table(settings.HOLIDAYS_FILE)
    return day in on or (day not in off and day.weekday() < SATURDAY)


def workdays_after(day: date, number: int) -> date:
    """Return the `number`-th working day after a day: the last day of a term that it begins."""
    last = day
    for _ in range(number):
        last += timedelta(days=1)
        while not is_workday(last):
            last += timedelta(days=1)
    return last


def workdays_between(first: date, last: date) -> int:
    """Return how many working days lie after the first day, up to and with the last."""
    days = (last - first).days
    return sum(is_workday(first + timedelta(days=number)) for number in range(1, days + 1))


@cache
def _library() -> Any:
    try:
        return importlib.import_module("chinese_calendar")
    except ImportError:
        return None


@cache
def _table(path: str) -> tuple[frozenset[date], frozenset[date]]:
    years = tomllib.loads((Path(path) if path else SHIPPED).read_text(encoding="utf-8"))
    off = {
        _day(year, first) + timedelta(days=number)
        for year, days in years.items()
        for first, last in days["off"]
        for number in range((_day(year, last) - _day(year, first)).days + 1)
    }
    return frozenset(off), frozenset(_day(year, day) for year in years for day in years[year]["on"])


def _day(year: str, text: str) -> date:
    return date.fromisoformat(f"{year}-{text}")
