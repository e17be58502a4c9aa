"""Pages of the API: rows by a cursor, newest first."""

from typing import Generic, TypeVar
from uuid import UUID

from ninja import Field, Schema

Item = TypeVar("Item")


class Page(Schema, Generic[Item]):
    """Some rows, newest first (a `kernel.cursors.Slice`)."""

    items: list[Item] = Field(validation_alias="rows")
    next: UUID | None = Field(description="the cursor of the following page; null on the last")
