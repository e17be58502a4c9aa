"""Files that come with a form."""

from django.conf import settings
from django.core.files import File

from yunjian.access.actor import Actor
from yunjian.evidence.models import Attachment
from yunjian.evidence.services import attachment_store
from yunjian.kernel.errors import InvalidInput
from yunjian.kernel.ids import new_id


def stored(
    actor: Actor, upload: File[bytes], *, purpose: str, field: str, district_code: str = ""
) -> Attachment:
    """Keep an uploaded file as evidence.

    Raises:
        InvalidInput: it is no PDF or image, or too large; told at the field.
    """
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
        message = "；".join(one.message for one in error.errors) or error.message
        raise InvalidInput(message, code=error.code, field=field) from error
    return attachment
