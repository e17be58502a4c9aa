"""Pages of rows that are not in a table of the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.http import HttpRequest

Item = TypeVar("Item")
SIZE = 50


@dataclass(frozen=True, slots=True)
class Slice(Generic[Item]):
    """Some rows, where they begin, and the addresses of those before and after them."""

    rows: Sequence[Item]
    offset: int
    total: int
    first: str | None
    previous: str | None
    next: str | None


def sliced(items: Sequence[Item], request: HttpRequest, size: int = SIZE) -> Slice[Item]:
    """Return the rows that `?from=` asks for; what cannot be read begins at the first."""
    text = request.GET.get("from", "")
    offset = int(text) if text.isdecimal() and len(text) < 7 else 0  # noqa: PLR2004 - a million
    offset = min(offset, max(len(items) - 1, 0)) // size * size
    return Slice(
        rows=items[offset : offset + size],
        offset=offset,
        total=len(items),
        first=_address(request, 0) if offset else None,
        previous=_address(request, max(offset - size, 0)) if offset else None,
        next=_address(request, offset + size) if offset + size < len(items) else None,
    )


def _address(request: HttpRequest, offset: int) -> str:
    query = request.GET.copy()
    query["from"] = str(offset)
    return f"?{query.urlencode()}"
