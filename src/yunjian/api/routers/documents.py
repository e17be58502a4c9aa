"""运维文件: what agencies keep, what the signed-in person is to read, and that it was read."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status

from yunjian.access.scope import get_visible_or_404
from yunjian.api.auth import actor_of
from yunjian.api.errors import LIST, READ, WRITE, Problem
from yunjian.api.pages import Page
from yunjian.credit.models import Acknowledgement, Document, DocumentVersion
from yunjian.credit.schemas.documents import (
    AcknowledgedOut,
    AcknowledgeIn,
    DocumentRowOut,
    ReadingsOut,
    VersionOut,
)
from yunjian.credit.selectors import documents as selectors
from yunjian.credit.services.documents import version_acknowledge
from yunjian.kernel.cursors import Slice, newest_first

router = Router(tags=["documents"], by_alias=True)


class DocumentPage(Page[DocumentRowOut]):
    """A page of documents."""


@router.get("/documents", response={200: DocumentPage, LIST: Problem})
def documents(
    request: HttpRequest,
    category: str = "",
    text: str = "",
    cursor: UUID | None = None,
) -> Slice[Document]:
    """Return a page of documents that the account may see, newest first."""
    return newest_first(selectors.documents(category=category, text=text), cursor=cursor)


@router.get("/documents/versions/{uuid:version_id}", response={200: VersionOut, READ: Problem})
def version(request: HttpRequest, version_id: UUID) -> DocumentVersion:
    """Return what a version says."""
    rows = DocumentVersion.objects.select_related("document", "attachment")
    row: DocumentVersion = get_visible_or_404(DocumentVersion, version_id, queryset=rows)
    return row


@router.get("/readings", response={200: ReadingsOut, LIST: Problem})
def readings(request: HttpRequest) -> dict[str, Any]:
    """Return what the person is to read, with its text, to be kept for reading offline."""
    return {"items": selectors.readings_of(actor_of(request))}


@router.put(
    "/documents/versions/{uuid:version_id}/acknowledgement/{uuid:acknowledgement_id}",
    response={200: AcknowledgedOut, 201: AcknowledgedOut, WRITE: Problem},
)
def acknowledge(
    request: HttpRequest, version_id: UUID, acknowledgement_id: UUID, body: AcknowledgeIn
) -> Status[Acknowledgement]:
    """Say that the account's person has read a version; the same again gets the same answer."""
    made, is_new = version_acknowledge(
        actor=actor_of(request),
        version_id=version_id,
        acknowledgement_id=acknowledgement_id,
        shown_digest=body.shown_digest,
    )
    return Status(201 if is_new else 200, made)
