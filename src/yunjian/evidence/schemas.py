"""Wire shapes of files."""

from datetime import datetime
from uuid import UUID

from django.urls import reverse
from ninja import Field, Schema

from yunjian.evidence.models import Attachment

UPLOAD_PURPOSES = ("sign_in", "sheet", "signature", "document", "other")


class StoredAttachmentOut(Schema):
    """What was stored: `digest` is of the bytes as kept (pictures are encoded anew)."""

    id: UUID
    digest: str
    width: int | None = Field(description="pixels")
    height: int | None = Field(description="pixels")


class UploadOut(Schema):
    """A large file that was promised: where its parts go is in the header Location."""

    id: UUID = Field(description="also of the attachment that it becomes")
    length: int = Field(description="bytes of the whole file")
    expires_at: datetime


class AttachmentOut(Schema):
    """A file that belongs to something, and where it is opened."""

    id: UUID
    purpose: str
    url: str
    taken_at: datetime = Field(validation_alias="created_at")

    @staticmethod
    def resolve_url(row: Attachment) -> str:
        """Return the path of the file."""
        return reverse("evidence:file", args=[row.pk])
