"""Wire shapes of documents, of what they say, and of reading them."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from ninja import Field, Schema

from yunjian.credit.domain.categories import category_title
from yunjian.credit.models import Document, DocumentVersion
from yunjian.credit.selectors.documents import Reading, pieces_of, state_of
from yunjian.evidence.schemas import AttachmentOut

State = Literal["draft", "withdrawn", "coming", "in_force", "superseded", "expired"]


class DocumentRowOut(Schema):
    """A document, and which version of it holds today."""

    id: UUID
    category: str
    category_title: str
    title: str
    maker: str
    model: str
    organization: str = Field(validation_alias="organization.name")
    state: Literal["in_force", "expiring", "coming", "expired", "none"] = Field(
        description="expiring: within 30 days; coming and expired: no version is in force today"
    )
    number: int | None = Field(
        validation_alias="held_number", description="the version in force today"
    )
    effective_from: date | None = Field(validation_alias="held_from")
    expires_on: date | None = Field(validation_alias="held_until", description="the last day")
    excerpt: str = Field(description="what stands around the term that was searched")

    @staticmethod
    def resolve_category_title(row: Document) -> str:
        """Return what the category is called."""
        return category_title(row.category)

    @staticmethod
    def resolve_state(row: Document) -> str:
        """Return where it stands today."""
        return state_of(row)

    @staticmethod
    def resolve_excerpt(row: Document) -> str:
        """Return what stands around a term."""
        return "".join(text for text, _is_term in pieces_of(row))


class DocumentFileOut(AttachmentOut):
    """The file of a version."""

    filename: str


class VersionRowOut(Schema):
    """A version of a document without its text."""

    id: UUID
    document: UUID = Field(validation_alias="document_id")
    title: str = Field(validation_alias="name", description="as it was published")
    category: str = Field(validation_alias="document.category")
    number: int
    state: State = Field(validation_alias="validity")
    effective_from: date | None
    expires_on: date | None = Field(description="the last day")
    file: DocumentFileOut | None = Field(validation_alias="attachment")
    has_file_text: bool = Field(description="the text of the file was read")
    change_note: str
    digest: str = Field(description="what a reader confirms to have been shown")
    version: int = Field(description="grows with each change")

    @staticmethod
    def resolve_has_file_text(row: DocumentVersion) -> bool:
        """Return whether the text of the file can be read without the file."""
        return bool(row.file_text)


class VersionOut(VersionRowOut):
    """What a version says."""

    body: str = Field(description="plain text")
    file_text: str = Field(description="plain text of the file, as far as it could be read")


class DocumentPointOut(Schema):
    """A point that a document is for."""

    id: UUID
    name: str
    mn_code: str


class DocumentReaderOut(Schema):
    """Somebody who is named to read a document."""

    id: UUID
    name: str


class DocumentOut(DocumentRowOut):
    """A document with who must read it and its versions, the newest first."""

    points: list[DocumentPointOut]
    read_by_positions: list[str]
    readers: list[DocumentReaderOut]
    read_within: int = Field(description="days since a version's first day")
    version: int = Field(description="grows with each change")
    versions: list[VersionRowOut]


class DocumentValuesIn(Schema):
    """What a document is called, what it is for, who reads it: all of it, as it shall be."""

    title: str
    maker: str = ""
    model: str = ""
    points: list[UUID] = Field(default_factory=list, description="points under contract")
    read_by_positions: list[str] = Field(default_factory=list)
    readers: list[UUID] = Field(default_factory=list, description="people of the agency")
    read_within: int = 15


class DocumentIn(DocumentValuesIn):
    """A new document."""

    category: str


class DocumentChangeIn(DocumentValuesIn):
    """A document as it shall be."""

    version: int = Field(description="of the document in sight of which this was written")


class DocumentDraftIn(Schema):
    """What the draft says: all of it, as it shall be. What is left out is empty."""

    body: str = ""
    attachment: UUID | None = Field(None, description="an upload of the purpose `document`")
    expires_on: date | None = None
    change_note: str = ""
    version: int | None = Field(description="of the draft in sight of which this was written")


class PublishIn(Schema):
    """From which day on a draft holds."""

    effective_from: date
    version: int = Field(description="of the draft that was looked at")


class WithdrawIn(Schema):
    """Why a version is taken back."""

    reason: str


class ReadingOut(Schema):
    """A version that the signed-in person is to read, until when, and when it was read."""

    version: VersionRowOut
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
