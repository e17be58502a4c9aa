"""Attachments: stored once under the id that the uploader made."""

from collections.abc import Iterable
from pathlib import Path
from tempfile import NamedTemporaryFile
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.row_policies import bypass_rls
from yunjian.evidence import events, storage
from yunjian.evidence.models import Attachment
from yunjian.evidence.papers import check_paper
from yunjian.evidence.parts import NO_SPACE, DiskFull
from yunjian.evidence.pictures import PDF_HEAD, PDF_TYPE, accepted
from yunjian.evidence.services.events import record
from yunjian.kernel.digests import digest, file_digest
from yunjian.kernel.errors import Conflict, InvalidInput, NotAllowed

FILENAME_LENGTH = 160
SIGNATURE = "signature"
LEAST_SIGNATURE = (60, 20)  # pixels: less holds no handwriting


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
    if purpose == SIGNATURE and upload.kind == "image":
        wide, high = LEAST_SIGNATURE
        if (upload.width or 0) < wide or (upload.height or 0) < high:
            message = _("签名图片太小，看不出签名，请重新签名或上传清晰的图片")
            raise InvalidInput(message, code="too_small", field="file")
    if upload.kind == "pdf" and purpose in settings.UPLOAD_MAX_BYTES:
        with NamedTemporaryFile(suffix=".pdf") as file:
            file.write(content)
            file.flush()
            check_paper(Path(file.name))
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
    return _kept(row, actor)


def attachment_store_file(
    *,
    id: UUID,  # noqa: A002 - the column's name
    actor: Actor,
    path: Path,
    filename: str,
    purpose: str,
) -> tuple[Attachment, bool]:
    """Store a large file from the disk, as `attachment_store`; it is never wholly in memory.

    A PDF is opened besides (`evidence.papers`): it must have pages, no password, and nothing in it
    that runs or is carried along. Pictures are drawn anew and have the limits of pictures.

    Raises:
        Conflict, NotAllowed, InvalidInput: as `attachment_store`.
        DiskFull: there is no room for it.
    """
    with path.open("rb") as file:
        head = file.read(PDF_HEAD)
    if not head.startswith(b"%PDF") or path.stat().st_size == 0:
        content = path.read_bytes() if path.stat().st_size <= settings.ATTACHMENT_MAX_BYTES else b""
        if not content:
            limit = settings.ATTACHMENT_MAX_BYTES // 2**20
            message = _("只有 PDF 可以超过 %(limit)s MB；照片请压缩后再上传") % {"limit": limit}
            raise InvalidInput(message, code="too_large", field="file")
        return attachment_store(
            id=id, actor=actor, content=content, filename=filename, purpose=purpose
        )
    if actor.organization_id is None:
        raise NotAllowed(_("只有机构的账号可以上传文件"))
    source_digest = file_digest(path, settings.EVIDENCE_DIGEST)
    known = _known(id, actor, source_digest)
    if known is not None:
        return known, False
    if not filename.lower().endswith(".pdf"):
        message = _("文件内容与扩展名不符：“%(filename)s”实际是 %(kind)s 文件")
        facts = {"filename": filename, "kind": "PDF"}
        raise InvalidInput(message % facts, code="not_what_it_says", field="file")
    check_paper(path)
    key = storage.storage_key(source_digest, ".pdf")
    try:
        storage.put_file(key, path)
    except OSError as error:
        raise (DiskFull() if error.errno in NO_SPACE else error) from error
    row = Attachment(
        id=id,
        organization_id=actor.organization_id,
        kind="pdf",
        purpose=purpose,
        filename=filename[-FILENAME_LENGTH:],
        content_type=PDF_TYPE,
        size=path.stat().st_size,
        digest=source_digest,
        source_digest=source_digest,
        storage_key=key,
        uploaded_by_id=actor.account_id,
    )
    return _kept(row, actor)


def _kept(row: Attachment, actor: Actor) -> tuple[Attachment, bool]:
    """Write the row and its event; return the row that is there, and whether it is new."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            record(
                actor=actor,
                verb=events.ATTACHMENT_STORED,
                obj=row,
                payload={
                    "digest": row.digest,
                    "source": row.source_digest,
                    "purpose": row.purpose,
                },
            )
    except IntegrityError:
        # the same upload came twice at once, and the other one was first
        known = _known(row.pk, actor, row.source_digest)
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
