"""Pages by key: as quick on the ten-thousandth page as on the first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models

Row = TypeVar("Row")
Stored = TypeVar("Stored", bound=models.Model)
Position = Mapping[str, str]
POSITION = ("after", "before", "n")
SEPARATOR, VALUE, NULL = "~", "v", "n"
MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, the positions of the pages beside them, and how many there are in all.

    `start` counts the rows before these, as far as the address tells.
    """

    rows: list[Row]
    total: int
    start: int
    first: Position | None
    previous: Position | None
    next: Position | None


def key_page(
    queryset: models.QuerySet[Stored],
    asked: Mapping[str, str],
    *,
    order: str = "-id",
    size: int = 20,
) -> Page[Stored]:
    """Return the page that `after` or `before` asks for, sorted by one column and the key.

    `n` in `asked` is the number of the row beside the position: what people see as 序号. Rows
    without a value come last when the order rises, first when it falls (as PostgreSQL has them).
    """
    field, descending = order.lstrip("-"), order.startswith("-")
    after, before = asked.get("after"), asked.get("before")
    backwards = before is not None and after is None
    cursor = _read(queryset, field, (before if backwards else after) or "")
    falling = descending != backwards
    rows = queryset.order_by(*_columns(field, falling=falling))
    if cursor is not None:
        rows = rows.filter(_beyond(field, cursor, falling=falling))
    found = list(rows[: size + 1])
    more, shown = len(found) > size, found[:size]
    if backwards:
        shown.reverse()
    has_previous = more if backwards else cursor is not None
    has_next = (cursor is not None) if backwards else more
    number = _number(asked.get("n", "")) if cursor is not None else 0
    start = max(number - 1 - len(shown), 0) if backwards else number
    if backwards and not more:
        start = 0
    return Page(
        rows=shown,
        # all rows are in view: they need not be counted
        total=len(shown) if not has_previous and not has_next else queryset.count(),
        start=start,
        first={} if has_previous else None,
        previous={"before": _key(shown[0], field), "n": str(start + 1)}
        if has_previous and shown
        else None,
        next={"after": _key(shown[-1], field), "n": str(start + len(shown))}
        if has_next and shown
        else None,
    )


def sequence_page(rows: Sequence[Row], asked: Mapping[str, str], *, size: int = 20) -> Page[Row]:
    """Return the page of rows that no table of the database holds; `n` are those before it."""
    start = min(_number(asked.get("n", "")), max(len(rows) - 1, 0)) // size * size
    end = start + size
    return Page(
        rows=list(rows[start:end]),
        total=len(rows),
        start=start,
        first={} if start else None,
        previous={"n": str(start - size)} if start else None,
        next={"n": str(end)} if end < len(rows) else None,
    )


def ordered(queryset: models.QuerySet[Stored], order: str) -> models.QuerySet[Stored]:
    """Return the rows in the order in which the pages show them."""
    return queryset.order_by(*_columns(order.lstrip("-"), falling=order.startswith("-")))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else 0


def _columns(field: str, *, falling: bool) -> list[str]:
    names = [field] if field in {"id", "pk"} else [field, "pk"]
    return [f"-{name}" if falling else name for name in names]


def _beyond(field: str, cursor: tuple[Any, Any], *, falling: bool) -> models.Q:
    value, key = cursor
    word = "lt" if falling else "gt"
    past_key = models.Q(**{f"pk__{word}": key})
    if field in {"id", "pk"}:
        return past_key
    tie = models.Q(**{f"{field}__isnull": True} if value is None else {field: value}) & past_key
    if value is None:
        return tie | models.Q(**{f"{field}__isnull": False}) if falling else tie
    beyond = models.Q(**{f"{field}__{word}": value}) | tie
    return beyond if falling else beyond | models.Q(**{f"{field}__isnull": True})


def _key(row: models.Model, field: str) -> str:
    value: Any = row
    for name in field.split("__"):
        value = getattr(value, name, None)
    return f"{NULL if value is None else f'{VALUE}{value}'}{SEPARATOR}{row.pk}"


def _read(queryset: models.QuerySet[Any], field: str, text: str) -> tuple[Any, Any] | None:
    """Return the cursor; one that cannot be read begins at the first page."""
    value, separator, key = text.rpartition(SEPARATOR)
    primary: Any = queryset.model._meta.pk  # noqa: SLF001 - Django's documented API
    if not separator or not key or "\x00" in text:
        return None
    try:
        if value == NULL:
            return None if field in {"id", "pk"} else (None, primary.to_python(key))
        if not value.startswith(VALUE):
            return None
        column = primary if field in {"id", "pk"} else _column(queryset, field)
        return column.to_python(value.removeprefix(VALUE)), primary.to_python(key)
    except (ValueError, ValidationError):
        return None


def _column(queryset: models.QuerySet[Any], field: str) -> Any:
    annotation = queryset.query.annotations.get(field)
    if annotation is not None:
        return annotation.output_field
    model, column = queryset.model, None
    for name in field.split("__"):
        try:
            column = model._meta.get_field(name)  # noqa: SLF001 - Django's documented API
        except FieldDoesNotExist as error:
            raise ValueError(field) from error
        model = column.related_model or model
    return column
