"""Wire shapes of documents and of reading them."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from ninja import Field, Schema

from yunjian.credit.domain.categories import category_title
from yunjian.credit.models import Document
from yunjian.credit.selectors.documents import Reading
from yunjian.evidence.schemas import AttachmentOut


class DocumentRowOut(Schema):
    """A document, and which version of it holds today."""

    id: UUID
    category: str
    category_title: str
    title: str
    maker: str
    model: str
    organization: str = Field(validation_alias="organization.name")
    number: int | None = Field(
        validation_alias="held_number", description="the version in force today"
    )
    effective_from: date | None = Field(validation_alias="held_from")
    expires_on: date | None = Field(validation_alias="held_until", description="the last day")

    @staticmethod
    def resolve_category_title(row: Document) -> str:
        """Return what the category is called."""
        return category_title(row.category)


class VersionOut(Schema):
    """What a version says; `digest` is what a reader confirms to have been shown."""

    id: UUID
    document: UUID = Field(validation_alias="document_id")
    title: str = Field(validation_alias="document.title")
    category: str = Field(validation_alias="document.category")
    number: int
    state: Literal["draft", "withdrawn", "coming", "in_force", "superseded", "expired"] = Field(
        validation_alias="validity"
    )
    effective_from: date | None
    expires_on: date | None = Field(description="the last day")
    body: str = Field(description="plain text")
    file: AttachmentOut | None = Field(validation_alias="attachment")
    change_note: str
    digest: str


class ReadingOut(Schema):
    """A version that the signed-in person is to read, until when, and when it was read."""

    version: VersionOut
    due_on: date
    read_at: datetime | None
    state: Literal["unread", "overdue", "read"]


class ReadingsOut(Schema):
    """Everything that the signed-in person is to read, what is not read yet first."""

    items: list[ReadingOut]

    @staticmethod
    def resolve_items(given: dict[str, list[Reading]]) -> list[Reading]:
        """Return the readings."""
        return given["items"]


class AcknowledgeIn(Schema):
    """The digest of exactly what was shown."""

    shown_digest: str = Field(max_length=80)


class AcknowledgedOut(Schema):
    """That a version was read, and when the server was told."""

    id: UUID
    version: UUID = Field(validation_alias="version_id")
    shown_digest: str
    read_at: datetime
