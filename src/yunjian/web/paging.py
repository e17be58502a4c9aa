"""Pages by key: as quick on the ten-thousandth page as on the first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db import models

from yunjian.kernel.cursors import beyond, cursor_text, order_columns, read_cursor
from yunjian.kernel.numbers import whole_number

Row = TypeVar("Row")
Stored = TypeVar("Stored", bound=models.Model)
Position = Mapping[str, str]
POSITION = ("after", "before", "n")
# counting reads every row that matches; who needs to know more than that asks for the file
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, the positions of the pages beside them, and how many there are in all.

    `start` counts the rows before these, as far as the address tells; `is_capped` says that there
    are more than `total`.
    """

    rows: list[Row]
    total: int
    is_capped: bool
    start: int
    first: Position | None
    previous: Position | None
    next: Position | None


def key_page(
    queryset: models.QuerySet[Stored],
    query: Mapping[str, str],
    *,
    order: str = "-id",
    size: int = 20,
    most_counted: int = MOST_COUNTED,
) -> Page[Stored]:
    """Return the page that `after` or `before` asks for, sorted by one column and the key.

    Rows are counted up to `most_counted`.

    `n` in `asked` is the number of the row beside the position: what people see as 序号. Rows
    without a value come last when the order rises, first when it falls (as PostgreSQL has them).
    """
    field, descending = order.lstrip("-"), order.startswith("-")
    after, before = query.get("after"), query.get("before")
    backwards = before is not None and after is None
    cursor = read_cursor(queryset, field, (before if backwards else after) or "")
    falling = descending != backwards
    rows = queryset.order_by(*order_columns(field, falling=falling))
    if cursor is not None:
        rows = rows.filter(beyond(field, cursor, falling=falling))
    result = list(rows[: size + 1])
    more, shown = len(result) > size, result[:size]
    if backwards:
        shown.reverse()
    has_previous = more if backwards else cursor is not None
    has_next = (cursor is not None) if backwards else more
    number = _number(query.get("n", "")) if cursor is not None else 0
    start = max(number - 1 - len(shown), 0) if backwards else number
    if backwards and not more:
        start = 0
    # all rows are in view: they need not be counted
    total = _counted(queryset, most_counted) if has_previous or has_next else len(shown)
    return Page(
        rows=shown,
        total=min(total, most_counted),
        is_capped=total > most_counted,
        start=start,
        first={} if has_previous else None,
        previous={"before": cursor_text(shown[0], field), "n": str(start + 1)}
        if has_previous and shown
        else None,
        next={"after": cursor_text(shown[-1], field), "n": str(start + len(shown))}
        if has_next and shown
        else None,
    )


def sequence_page(rows: Sequence[Row], query: Mapping[str, str], *, size: int = 20) -> Page[Row]:
    """Return the page of rows that no table of the database holds; `n` are those before it."""
    start = min(_number(query.get("n", "")), max(len(rows) - 1, 0)) // size * size
    end = start + size
    return Page(
        rows=list(rows[start:end]),
        total=len(rows),
        is_capped=False,
        start=start,
        first={} if start else None,
        previous={"n": str(start - size)} if start else None,
        next={"n": str(end)} if end < len(rows) else None,
    )


def ordered(queryset: models.QuerySet[Stored], order: str) -> models.QuerySet[Stored]:
    """Return the rows in the order in which the pages show them."""
    return queryset.order_by(*order_columns(order.lstrip("-"), falling=order.startswith("-")))


def _counted(queryset: models.QuerySet[Stored], most: int) -> int:
    """Return how many rows there are, at most one more than `most`."""
    return queryset.order_by()[: most + 1].count()


def _number(text: str) -> int:
    return whole_number(text) or 0
