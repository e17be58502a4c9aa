"""A row whose every value is different from every other, and says where it comes from.

A text is the path of its field ("account.display_name"), a number, day or time occurs once; what a
page should show of each is in `texts`, by path. So a column that shows its neighbour's value shows
the wrong text.
"""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange

from yunjian.kernel.clock import SHANGHAI
from yunjian.kernel.ids import new_id

FIRST_DAY, FIRST_MOMENT = date(2031, 1, 1), datetime(2032, 1, 1, 1, 1, tzinfo=UTC)
DEEPEST = 7


class Filled:
    """Makes rows; `texts` says what is shown of each value."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self._number = 0

    def row(self, model: type[models.Model], prefix: str = "", **more: Any) -> Any:
        """Return a row of the model with rows behind its foreign keys; nothing is saved."""
        values: dict[str, Any] = {}
        for field in model._meta.concrete_fields:
            path = f"{prefix}{field.name}"
            if field.name in more:
                continue
            if field.is_relation:
                related: Any = field.related_model
                if path.count(".") < DEEPEST and related is not model:
                    values[field.name] = self.row(related, f"{path}.")
                continue
            values[field.name] = self._value(field, path)
        return model(**values, **more)

    def _value(self, field: Any, path: str) -> Any:
        self._number += 1
        if field.choices:
            choices = list(field.flatchoices)
            value, label = choices[self._number % len(choices)]
            self.texts[path] = str(label)
            return value
        if isinstance(field, DateRangeField):
            lower = FIRST_DAY + timedelta(days=self._number)
            period = DateRange(lower, lower + timedelta(days=500))
            self.texts[f"{path}.lower"] = lower.isoformat()
            self.texts[f"{path}.upper"] = period.upper.isoformat()
            return period
        value, self.texts[path] = _distinct(field, path, self._number)
        return value

    def number(self, path: str) -> int:
        """Return a number for what a query adds to a row."""
        self._number += 1
        self.texts[path] = str(7000 + self._number)
        return 7000 + self._number


KINDS: list[tuple[type, Any]] = [
    (models.UUIDField, lambda _number: new_id()),
    (models.BooleanField, lambda _number: True),
    (models.DateTimeField, lambda number: FIRST_MOMENT + timedelta(days=number)),
    (models.DateField, lambda number: FIRST_DAY + timedelta(days=number)),
    (models.DecimalField, lambda number: Decimal(7000 + number)),
    (models.IntegerField, lambda number: 7000 + number),
    (models.FloatField, lambda number: 7000 + number),
    (models.JSONField, lambda _number: {}),
    (models.GenericIPAddressField, lambda number: f"10.0.{number // 250}.{number % 250}"),
]


def _distinct(field: Any, path: str, number: int) -> tuple[Any, str]:
    """Return a value and the text that a page shows of it."""
    for kind, make in KINDS:
        if isinstance(field, kind):
            value = make(number)
            return value, _text(value)
    return ([path] if isinstance(field, ArrayField) else path), path


def _text(value: Any) -> str:
    match value:
        case bool():
            return "是"
        case datetime():
            return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    return str(value)


class _Reader(HTMLParser):
    """Collects headings and cells of a table, and names and values of a list of facts."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: dict[str, list[str]] = {"th": [], "td": [], "dt": [], "dd": []}
        self._open: list[str] = []

    def handle_starttag(self, tag: str, _attributes: Any) -> None:
        if tag in self.parts:
            self.parts[tag].append("")
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._open and tag == self._open[-1]:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open:
            self.parts[self._open[-1]][-1] += data


def _read(html: str) -> dict[str, list[str]]:
    reader = _Reader()
    reader.feed(html)
    return {
        tag: [re.sub(r"\s+", " ", text).strip() for text in texts]
        for tag, texts in reader.parts.items()
    }


def cells_by_head(html: str) -> dict[str, str]:
    """Return the only row of a table: heading → text of the cell."""
    parts = _read(html)
    assert len(parts["th"]) == len(parts["td"])
    return dict(zip(parts["th"], parts["td"], strict=True))


def facts_by_name(html: str) -> dict[str, str]:
    """Return the facts of a page: `<dt>` → `<dd>`."""
    parts = _read(html)
    assert len(set(parts["dt"])) == len(parts["dt"]) == len(parts["dd"])
    return dict(zip(parts["dt"], parts["dd"], strict=True))
