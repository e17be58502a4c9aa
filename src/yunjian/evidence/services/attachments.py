"""Attachments: stored once under the id that the uploader made."""

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.row_policies import bypass_rls
from yunjian.evidence import events, storage
from yunjian.evidence.models import Attachment
from yunjian.evidence.pictures import accepted
from yunjian.evidence.services.events import record
from yunjian.kernel.digests import digest
from yunjian.kernel.errors import Conflict, NotAllowed

FILENAME_LENGTH = 160


def attachment_store(
    *,
    id: UUID,  # noqa: A002 - the column's name
    actor: Actor,
    content: bytes,
    filename: str,
    purpose: str,
    district_code: str = "",
) -> tuple[Attachment, bool]:
    """Store a file; return it and whether it is new. The same id and bytes: the same answer.

    The bytes are on disk before the row is there, so a row never points at nothing.

    Raises:
        Conflict: the id was used for other bytes.
        NotAllowed: the actor belongs to no organisation.
        InvalidInput: at `file`; the upload is not what it says, too large or damaged.
    """
    if actor.organization_id is None:
        raise NotAllowed(_("只有机构的账号可以上传文件"))
    source_digest = digest(content, settings.EVIDENCE_DIGEST)
    known = _known(id, actor, source_digest)
    if known is not None:
        return known, False
    upload = accepted(content, filename)
    stored_digest = digest(upload.content, settings.EVIDENCE_DIGEST)
    key = storage.storage_key(stored_digest, upload.suffix)
    storage.put(key, upload.content)
    row = Attachment(
        id=id,
        organization_id=actor.organization_id,
        district_code=district_code,
        kind=upload.kind,
        purpose=purpose,
        filename=filename[-FILENAME_LENGTH:],
        content_type=upload.content_type,
        size=len(upload.content),
        width=upload.width,
        height=upload.height,
        digest=stored_digest,
        source_digest=source_digest,
        storage_key=key,
        dhash=upload.dhash,
        uploaded_by_id=actor.account_id,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            record(
                actor=actor,
                verb=events.ATTACHMENT_STORED,
                obj=row,
                payload={"digest": row.digest, "source": source_digest, "purpose": purpose},
            )
    except IntegrityError:
        # the same upload came twice at once, and the other one was first
        known = _known(id, actor, source_digest)
        if known is None:
            raise
        return known, False
    return row, True


def attachments_share(*, ids: Iterable[UUID], organization_id: UUID, district_code: str) -> None:
    """Let the other party and the district's authorities see files that joined a visit."""
    Attachment.unscoped().filter(pk__in=list(ids)).update(
        shared_with=organization_id, district_code=district_code
    )


def _known(identifier: UUID, actor: Actor, source_digest: str) -> Attachment | None:
    with bypass_rls("an id is used whoever used it"):
        row = Attachment.unscoped().filter(pk=identifier).first()
    if row is None:
        return None
    if row.source_digest != source_digest or row.organization_id != actor.organization_id:
        raise Conflict(_("同一编号已上传过不同的文件"), code="different_content")
    return row
