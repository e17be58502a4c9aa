"""Files that come with a form."""

from django.core.files import File

from yunjian.access.actor import Actor
from yunjian.evidence.models import Attachment
from yunjian.evidence.services import attachment_store
from yunjian.kernel.errors import InvalidInput
from yunjian.kernel.ids import new_id


def stored(actor: Actor, upload: File[bytes], *, purpose: str, field: str) -> Attachment:
    """Keep an uploaded file as evidence.

    Raises:
        InvalidInput: it is no PDF or image, or too large; told at the field.
    """
    try:
        attachment, _ = attachment_store(
            id=new_id(),
            actor=actor,
            content=upload.read(),
            filename=upload.name or "",
            purpose=purpose,
        )
    except InvalidInput as error:
        raise InvalidInput(_sentence(error), code=error.code, field=field) from error
    return attachment


def _sentence(error: InvalidInput) -> str:
    return "；".join(one.message for one in error.errors) or error.message
