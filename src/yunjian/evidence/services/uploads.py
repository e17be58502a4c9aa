"""Uploads in parts: begun, continued where they stopped, and turned into attachments."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.row_policies import bypass_rls
from yunjian.access.scope import get_visible_or_404
from yunjian.evidence import parts
from yunjian.evidence.models import Attachment, Upload
from yunjian.evidence.services.attachments import FILENAME_LENGTH, attachment_store_file
from yunjian.kernel.clock import now
from yunjian.kernel.errors import DomainError, InvalidInput, NotAllowed
from yunjian.kernel.ids import new_id

EXPIRED_AT_ONCE = 500


class UploadRefused(DomainError):
    """An upload that cannot go on; the status is the one that tus names for it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message, code=code)
        self.status = status


def upload_begin(*, actor: Actor, length: int, filename: str, purpose: str) -> Upload:
    """Promise a file of so many bytes; return the upload that it may be sent to.

    Raises:
        NotAllowed: the actor belongs to no organisation.
        InvalidInput: no such purpose, no name, or an empty file.
        UploadRefused: larger than the purpose allows, too much under way (413), or no room on the
            disk (507).
    """
    if actor.organization_id is None or actor.account_id is None:
        raise NotAllowed(_("只有机构的账号可以上传文件"))
    most = settings.UPLOAD_MAX_BYTES.get(purpose)
    if most is None:
        raise InvalidInput(_("不认识的用途"), code="unknown", field="purpose")
    if not filename.strip():
        raise InvalidInput(_("缺少文件名"), code="required", field="filename")
    if length <= 0:
        raise InvalidInput(_("文件是空的，请重新选择"), code="empty", field="file")
    if length > most:
        message = _("文件超过 %(limit)s MB，请压缩后再上传") % {"limit": most // 2**20}
        raise UploadRefused(413, "too_large", message)
    if parts.free_bytes() < length + settings.UPLOAD_SPARE_BYTES:
        raise _disk_full()
    row = Upload(
        id=new_id(),
        organization_id=actor.organization_id,
        account_id=actor.account_id,
        length=length,
        filename=filename.strip()[-FILENAME_LENGTH:],
        purpose=purpose,
        expires_at=now() + timedelta(hours=settings.UPLOAD_HOURS),
    )
    _write(row)
    return row


@transaction.atomic
def _write(row: Upload) -> None:
    """Write a row, unless its organisation has too much under way."""
    with bypass_rls("what colleagues have under way counts as well"):
        under_way = Upload.unscoped().filter(
            organization_id=row.organization_id, expires_at__gt=now()
        )
        sums = under_way.aggregate(total=Sum("length"), count=Count("pk"))
    total, count = (sums["total"] or 0) + row.length, sums["count"] + 1
    if total > settings.UPLOAD_OPEN_BYTES or count > settings.UPLOAD_OPEN_FILES:
        message = _("本单位未完成的上传过多，请先完成或取消，再上传新的文件")
        raise UploadRefused(413, "too_much_open", message)
    row.save(force_insert=True)
    try:
        parts.begin(row.pk)
    except parts.DiskFull as error:
        raise _disk_full() from error


def upload_offset(upload: Upload) -> int:
    """Return how many bytes are on disk.

    Raises:
        UploadRefused: it expired, or its bytes are gone (410).
    """
    if upload.expires_at <= now():
        raise _gone()
    try:
        return min(parts.length(upload.pk), upload.length)
    except FileNotFoundError as error:
        raise _gone() from error


def upload_append(
    *,
    upload: Upload,
    offset: int,
    read: Callable[[int], bytes],
    announced: int | None = None,
    checksum: tuple[str, bytes] | None = None,
) -> int:
    """Add bytes behind those that are there; return how many are on disk.

    Whoever sends must know how far the upload came. The row is written when the bytes are on
    disk; should that fail, the file still says how far it came.

    Raises:
        UploadRefused: it came further or less far (409), another client sends (423), more than
            was promised (413), other bytes than announced (460), no room on the disk (507), or it
            expired (410).
    """
    if upload.expires_at <= now():
        raise _gone()
    try:
        with parts.only_writer(upload.pk) as file:
            if offset != parts.length(upload.pk):
                message = _("上传位置不一致，将从服务器已收到的位置继续")
                raise UploadRefused(409, "wrong_offset", message)
            if offset + (announced or 0) > upload.length:
                raise UploadRefused(413, "too_large", _("上传的内容多于文件大小，请重新选择文件"))
            reached = parts.append(
                file, read, at_most=min(announced or upload.length, upload.length - offset),
                checksum=checksum,
            )  # fmt: skip
    except parts.Busy as error:
        message = _("该文件正在另一处上传，请稍后再试")
        raise UploadRefused(423, "busy", message) from error
    except parts.WrongChecksum as error:
        raise UploadRefused(460, "checksum", _("上传的内容不完整，请重试")) from error
    except parts.DiskFull as error:
        raise _disk_full() from error
    except FileNotFoundError as error:
        raise _gone() from error
    Upload.unscoped().filter(pk=upload.pk).update(offset=reached)
    return reached


def upload_finish(*, actor: Actor, upload_id: UUID) -> Attachment:
    """Make an attachment of a whole upload; asked again, the answer is the same.

    Raises:
        Http404: there is no such upload of this account.
        UploadRefused: it is not whole (409), or somebody still sends (423).
        InvalidInput: at `file`; it is not what it says. Its bytes are removed: sending the same
            ones again would not help.
    """
    known: Attachment | None = Attachment.objects.filter(
        pk=upload_id, organization_id=actor.organization_id, uploaded_by_id=actor.account_id
    ).first()
    if known is not None:
        return known
    upload = get_visible_or_404(Upload, upload_id)
    if upload_offset(upload) < upload.length:
        raise UploadRefused(409, "not_whole", _("文件尚未上传完，请继续上传"))
    try:
        with parts.only_writer(upload.pk):
            row, _new = attachment_store_file(
                id=upload.pk,
                actor=actor,
                path=parts.path_of(upload.pk),
                filename=upload.filename,
                purpose=upload.purpose,
            )
            _forget(upload)
    except InvalidInput:
        _forget(upload)
        raise
    except parts.Busy as error:
        raise UploadRefused(423, "busy", _("该文件正在另一处上传，请稍后再试")) from error
    except parts.DiskFull as error:
        raise _disk_full() from error
    except FileNotFoundError as error:
        raise _gone() from error
    return row


def upload_end(*, upload: Upload) -> None:
    """Give an upload up, and its bytes.

    Raises:
        UploadRefused: somebody sends at this moment (423).
    """
    try:
        with parts.only_writer(upload.pk):
            _forget(upload)
    except FileNotFoundError:
        _forget(upload)
    except parts.Busy as error:
        raise UploadRefused(423, "busy", _("该文件正在另一处上传，请稍后再试")) from error


def uploads_expire() -> int:
    """Remove uploads that rested too long, and files that no upload knows; return how many."""
    rows = list(Upload.unscoped().filter(expires_at__lte=now())[:EXPIRED_AT_ONCE])
    for row in rows:
        _forget(row)
    return len(rows) + _strays_removed()


def _strays_removed() -> int:
    """Remove files without a row: the transaction of their beginning did not end."""
    if not parts.folder().is_dir():
        return 0
    oldest = (now() - timedelta(hours=settings.UPLOAD_HOURS)).timestamp()
    old = {
        path.stem: path for path in parts.folder().glob("*.part") if path.stat().st_mtime < oldest
    }
    known = {str(key) for key in Upload.unscoped().values_list("pk", flat=True)}
    strays = [path for name, path in old.items() if name not in known]
    for path in strays:
        path.unlink(missing_ok=True)
    return len(strays)


def _forget(upload: Upload) -> None:
    # the row first: bytes without a row are removed by the job, a row without bytes confuses
    Upload.unscoped().filter(pk=upload.pk).delete()
    parts.remove(upload.pk)


def _gone() -> UploadRefused:
    return UploadRefused(410, "gone", _("这次上传已过期或已取消，请重新选择文件上传"))


def _disk_full() -> UploadRefused:
    return UploadRefused(507, "disk_full", _("服务器存储空间不足，文件未保存，请联系管理员"))
