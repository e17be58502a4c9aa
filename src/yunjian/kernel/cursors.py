"""Pages by key: the rows beyond a cursor, as quick on the ten-thousandth page as on the first.

A cursor is the value that the last row was sorted by, and its key; rows that are added or removed
in between are neither shown twice nor left out. Rows without a value come last when the order
rises and first when it falls, as PostgreSQL has them.
"""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models

Row = TypeVar("Row", bound=models.Model)
Cursor = tuple[Any, Any]
KEYS = frozenset({"id", "pk"})
SEPARATOR, VALUE, NULL = "~", "v", "n"


@dataclass(frozen=True, slots=True)
class Slice(Generic[Row]):
    """Some rows in order, and whether there are more beyond them."""

    rows: list[Row]
    has_more: bool

    @property
    def next(self) -> Any:
        """Return the key of the last row, if there are more beyond it."""
        return self.rows[-1].pk if self.has_more else None


def newest_first(
    queryset: models.QuerySet[Row], *, size: int = 20, cursor: Any = None
) -> Slice[Row]:
    """Return the first rows by falling key, those beyond the key `cursor` if it is given."""
    return key_slice(queryset, size=size, after=None if cursor is None else (cursor, cursor))


def key_slice(
    queryset: models.QuerySet[Row], *, size: int, order: str = "-id", after: Cursor | None = None
) -> Slice[Row]:
    """Return the first `size` rows beyond a cursor, sorted by one column and the key."""
    column, falling = order.lstrip("-"), order.startswith("-")
    rows = queryset.order_by(*order_columns(column, falling=falling))
    if after is not None:
        rows = rows.filter(beyond(column, after, falling=falling))
    result = list(rows[: size + 1])
    return Slice(result[:size], len(result) > size)


def order_columns(column: str, *, falling: bool) -> list[str]:
    """Return what `order_by` takes: the column, and the key where it decides nothing."""
    names = [column] if column in KEYS else [column, "pk"]
    return [f"-{name}" if falling else name for name in names]


def beyond(column: str, cursor: Cursor, *, falling: bool) -> models.Q:
    """Return the condition that holds for the rows behind a cursor."""
    value, key = cursor
    word = "lt" if falling else "gt"
    past_key = models.Q(**{f"pk__{word}": key})
    if column in KEYS:
        return past_key
    tie = models.Q(**{f"{column}__isnull": True} if value is None else {column: value}) & past_key
    if value is None:
        return tie | models.Q(**{f"{column}__isnull": False}) if falling else tie
    past = models.Q(**{f"{column}__{word}": value}) | tie
    return past if falling else past | models.Q(**{f"{column}__isnull": True})


def cursor_text(row: models.Model, column: str) -> str:
    """Return the cursor of a row as an address carries it."""
    value: Any = row
    for name in column.split("__"):
        value = getattr(value, name, None)
    return f"{NULL if value is None else f'{VALUE}{value}'}{SEPARATOR}{row.pk}"


def read_cursor(queryset: models.QuerySet[Any], column: str, text: str) -> Cursor | None:
    """Return the cursor of an address; None when it cannot be read."""
    value, separator, key = text.rpartition(SEPARATOR)
    primary: Any = queryset.model._meta.pk  # noqa: SLF001 - Django's documented API
    if not separator or not key or "\x00" in text:
        return None
    try:
        if value == NULL:
            return None if column in KEYS else (None, primary.to_python(key))
        if not value.startswith(VALUE):
            return None
        field = primary if column in KEYS else _field(queryset, column)
        return field.to_python(value.removeprefix(VALUE)), primary.to_python(key)
    except (ValueError, ValidationError):
        return None


def _field(queryset: models.QuerySet[Any], path: str) -> Any:
    annotation = queryset.query.annotations.get(path)
    if annotation is not None:
        return annotation.output_field
    model, field = queryset.model, None
    for name in path.split("__"):
        try:
            field = model._meta.get_field(name)  # noqa: SLF001 - Django's documented API
        except FieldDoesNotExist as error:
            raise ValueError(path) from error
        model = field.related_model or model
    return field
