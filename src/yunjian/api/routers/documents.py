"""运维文件: what agencies keep, write and publish, what one is to read, and that it was read."""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Status

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.access.scope import ScopedModel, get_visible_or_404
from yunjian.agencies.models import Person
from yunjian.api.auth import actor_of
from yunjian.api.errors import LIST, READ, WRITE, Problem
from yunjian.api.pages import Page
from yunjian.api.rows import RowWith
from yunjian.credit.models import Acknowledgement, Document, DocumentVersion
from yunjian.credit.policies import may_keep_documents
from yunjian.credit.schemas.documents import (
    AcknowledgedOut,
    AcknowledgeIn,
    DocumentChangeIn,
    DocumentDraftIn,
    DocumentIn,
    DocumentOut,
    DocumentRowOut,
    DocumentValuesIn,
    PublishIn,
    ReadingsOut,
    VersionOut,
    WithdrawIn,
)
from yunjian.credit.selectors import documents as selectors
from yunjian.credit.services import documents as services
from yunjian.evidence.models import Attachment
from yunjian.kernel.cursors import Slice, newest_first
from yunjian.kernel.errors import InvalidInput
from yunjian.sources.models import MonitoringPoint

router = Router(tags=["documents"], by_alias=True)
CHANGED = {200: VersionOut, WRITE: Problem}

_Row = TypeVar("_Row", bound=ScopedModel)


class DocumentPage(Page[DocumentRowOut]):
    """A page of documents."""


@router.get("/documents", response={200: DocumentPage, LIST: Problem})
def documents(
    request: HttpRequest,
    category: str = "",
    text: str = "",
    cursor: UUID | None = None,
) -> Slice[Document]:
    """Return a page of documents that the account may see, newest first.

    `text` finds the newest 500 that say it.
    """
    return newest_first(selectors.documents(category=category, text=text), cursor=cursor)


@router.post("/documents", response={201: DocumentOut, WRITE: Problem})
def new_document(request: HttpRequest, body: DocumentIn) -> Status[RowWith]:
    """Enter a document; what it says is in its versions."""
    actor = actor_of(request)
    require(may_keep_documents(actor))
    row = services.document_create(actor=actor, category=body.category, **_values(body))
    return Status(201, _shown(row.pk))


@router.get("/documents/{uuid:document_id}", response={200: DocumentOut, READ: Problem})
def document(request: HttpRequest, document_id: UUID) -> RowWith:
    """Return a document with who must read it and its versions."""
    return _shown(document_id)


@router.put("/documents/{uuid:document_id}", response={200: DocumentOut, WRITE: Problem})
def change_document(request: HttpRequest, document_id: UUID, body: DocumentChangeIn) -> RowWith:
    """Change what a document is called, what it is for and who reads it; 409 `stale` when somebody
    else changed it since `version`."""
    actor, row = _kept(request, document_id)
    services.document_change(
        actor=actor,
        document=row,
        version=body.version,
        **_values(body),
    )
    return _shown(document_id)


@router.put(
    "/documents/{uuid:document_id}/draft",
    response={200: VersionOut, 201: VersionOut, WRITE: Problem},
)
def write_draft(
    request: HttpRequest, document_id: UUID, body: DocumentDraftIn
) -> Status[DocumentVersion]:
    """Write the draft of the next version; 409 `stale` when somebody else began, changed,
    published or deleted it since `version` (null: there was none)."""
    actor, kept = _kept(request, document_id)
    file = _found(Attachment, [body.attachment], "attachment") if body.attachment else []
    row = services.version_write(
        actor=actor,
        document=kept,
        body=body.body,
        attachment=file[0] if file else None,
        remove_file=not file,
        expires_on=body.expires_on,
        change_note=body.change_note,
        version=body.version,
    )
    return Status(201 if body.version is None else 200, row)


@router.get("/documents/versions/{uuid:version_id}", response={200: VersionOut, READ: Problem})
def version(request: HttpRequest, version_id: UUID) -> DocumentVersion:
    """Return what a version says."""
    return _version(version_id)


@router.delete(
    "/documents/versions/{uuid:version_id}", response={204: None, READ | {409, 422}: Problem}
)
def discard_draft(request: HttpRequest, version_id: UUID, version: int) -> Status[None]:
    """Delete a draft; 409 `stale` when somebody else changed it since `version`."""
    row = _version(version_id)
    services.version_discard(actor=actor_of(request), draft=row, version=version)
    return Status(204, None)


@router.post("/documents/versions/{uuid:version_id}/publish", response=CHANGED)
def publish_draft(request: HttpRequest, version_id: UUID, body: PublishIn) -> DocumentVersion:
    """Let a draft hold from a day on; the version before ends on that day."""
    return services.version_publish(
        actor=actor_of(request),
        draft=_version(version_id),
        effective_from=body.effective_from,
        version=body.version,
    )


@router.post("/documents/versions/{uuid:version_id}/withdraw", response=CHANGED)
def withdraw_version(request: HttpRequest, version_id: UUID, body: WithdrawIn) -> DocumentVersion:
    """Take a published version back that does not hold yet."""
    return services.version_withdraw(
        actor=actor_of(request), row=_version(version_id), reason=body.reason
    )


@router.get("/readings", response={200: ReadingsOut, LIST: Problem})
def readings(request: HttpRequest) -> dict[str, Any]:
    """Return what the person is to read; a phone fetches each text once, to be read offline."""
    return {"items": selectors.readings_of(actor_of(request))}


@router.put(
    "/documents/versions/{uuid:version_id}/acknowledgement/{uuid:acknowledgement_id}",
    response={200: AcknowledgedOut, 201: AcknowledgedOut, WRITE: Problem},
)
def acknowledge(
    request: HttpRequest, version_id: UUID, acknowledgement_id: UUID, body: AcknowledgeIn
) -> Status[Acknowledgement]:
    """Say that the account's person has read a version; the same again gets the same answer."""
    made, is_new = services.version_acknowledge(
        actor=actor_of(request),
        version_id=version_id,
        acknowledgement_id=acknowledgement_id,
        shown_digest=body.shown_digest,
    )
    return Status(201 if is_new else 200, made)


def _kept(request: HttpRequest, document_id: UUID) -> tuple[Actor, Document]:
    """Return who acts and the document, before anything that a body names is looked up."""
    actor, row = actor_of(request), get_visible_or_404(Document, document_id)
    require(may_keep_documents(actor, row.organization_id))
    return actor, row


def _version(version_id: UUID) -> DocumentVersion:
    rows = DocumentVersion.objects.select_related("document", "attachment")
    row: DocumentVersion = get_visible_or_404(DocumentVersion, version_id, queryset=rows)
    return row


def _shown(document_id: UUID) -> RowWith:
    rows = selectors.documents().prefetch_related("points", "readers")
    row = get_visible_or_404(Document, document_id, queryset=rows)
    return RowWith(
        row,
        points=list(row.points.all()),
        readers=list(row.readers.all()),
        versions=selectors.versions_of(row),
    )


def _values(body: DocumentValuesIn) -> dict[str, Any]:
    return {
        **body.dict(exclude={"category", "version"}),
        "points": _found(MonitoringPoint, body.points, "points"),
        "readers": _found(Person, body.readers, "readers"),
    }


def _found(model: type[_Row], keys: Sequence[UUID], field: str) -> list[_Row]:
    rows = {row.pk: row for row in model.objects.filter(pk__in=keys)}
    if any(key not in rows for key in keys):
        raise InvalidInput(_("没有找到所选的内容"), code="unknown", field=field)
    return [rows[key] for key in dict.fromkeys(keys)]
