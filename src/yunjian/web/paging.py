"""Pages by key: as quick on the ten-thousandth page as on the first."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest

Row = TypeVar("Row", bound=models.Model)
SEPARATOR = "~"


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, the addresses of the pages beside them, and how many there are in all."""

    rows: list[Row]
    total: int
    first: str | None
    previous: str | None
    next: str | None


def key_page(
    queryset: models.QuerySet[Row], request: HttpRequest, *, order: str = "-id", size: int = 20
) -> Page[Row]:
    """Return the page that `?after=` or `?before=` asks for, sorted by one column and the id."""
    field, descending = order.lstrip("-"), order.startswith("-")
    after, before = request.GET.get("after"), request.GET.get("before")
    backwards = before is not None and after is None
    cursor = _read(queryset.model, field, (before if backwards else after) or "")
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
    return Page(
        rows=shown,
        total=queryset.count(),
        first=_address(request, {}) if has_previous else None,
        previous=_address(request, {"before": _key(shown[0], field)})
        if has_previous and shown
        else None,
        next=_address(request, {"after": _key(shown[-1], field)}) if has_next and shown else None,
    )


def _columns(field: str, *, falling: bool) -> list[str]:
    names = [field] if field in {"id", "pk"} else [field, "id"]
    return [f"-{name}" if falling else name for name in names]


def _beyond(field: str, cursor: tuple[Any, UUID], *, falling: bool) -> models.Q:
    value, key = cursor
    word = "lt" if falling else "gt"
    past_id = models.Q(**{f"id__{word}": key})
    if field in {"id", "pk"}:
        return past_id
    return models.Q(**{f"{field}__{word}": value}) | (models.Q(**{field: value}) & past_id)


def _key(row: models.Model, field: str) -> str:
    value = row.pk
    for name in field.split("__"):
        value = getattr(row if value is row.pk else value, name)
    return f"{value}{SEPARATOR}{row.pk}"


def _read(model: type[models.Model], field: str, text: str) -> tuple[Any, UUID] | None:
    """Return the cursor; one that cannot be read begins at the first page."""
    value, separator, key = text.rpartition(SEPARATOR)
    if not separator:
        return None
    column: Any = model._meta.pk  # noqa: SLF001 - Django's documented API
    try:
        if field not in {"id", "pk"}:
            column = _column(model, field)
        return column.to_python(value), UUID(key)
    except (ValueError, ValidationError):
        return None


def _column(model: type[models.Model], field: str) -> Any:
    column: Any = None
    for name in field.split("__"):
        column = model._meta.get_field(name)  # noqa: SLF001 - Django's documented API
        if column.is_relation:
            model = column.related_model
    return column


def _address(request: HttpRequest, cursor: dict[str, str]) -> str:
    query = request.GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    for name, value in cursor.items():
        query[name] = value
    return f"?{query.urlencode()}" if query else request.path
