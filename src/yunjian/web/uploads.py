"""Files that come with a form."""

from django.conf import settings
from django.core.files import File
from django.http import Http404
from django.utils.translation import gettext

from yunjian.access.actor import Actor
from yunjian.evidence.models import Attachment
from yunjian.evidence.services import attachment_store, upload_finish
from yunjian.kernel.errors import DomainError, InvalidInput
from yunjian.kernel.ids import new_id
from yunjian.web.widgets import SentUpload


def stored(
    actor: Actor,
    upload: File[bytes] | SentUpload,
    *,
    purpose: str,
    field: str,
    district_code: str = "",
) -> Attachment:
    """Keep an uploaded file as evidence; what was sent in parts before its form is looked up.

    Raises:
        InvalidInput: it is no PDF or image, or too large; told at the field.
    """
    if isinstance(upload, SentUpload):
        return _sent(actor, upload, purpose=purpose, field=field)
    try:
        attachment, _ = attachment_store(
            id=new_id(),
            actor=actor,
            # one byte more than allowed shows that it is too large; no need for the rest
            content=upload.read(settings.ATTACHMENT_MAX_BYTES + 1),
            filename=upload.name or "",
            purpose=purpose,
            district_code=district_code,
        )
    except InvalidInput as error:
        raise _at(field, error) from error
    return attachment


def _sent(actor: Actor, upload: SentUpload, *, purpose: str, field: str) -> Attachment:
    try:
        attachment = upload_finish(actor=actor, upload_id=upload.id)
    except Http404 as error:
        message = gettext("上传的文件已过期，请重新选择文件上传")
        raise InvalidInput(message, code="gone", field=field) from error
    except DomainError as error:
        raise _at(field, error) from error
    if attachment.purpose != purpose:
        message = gettext("该文件是为其他用途上传的，请重新选择文件")
        raise InvalidInput(message, code="purpose", field=field)
    return attachment


def _at(field: str, error: DomainError) -> InvalidInput:
    message = "；".join(one.message for one in error.errors) or error.message
    return InvalidInput(message, code=error.code, field=field)
