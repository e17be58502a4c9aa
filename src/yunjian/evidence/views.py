"""Files of the evidence, to those who may see them."""

from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from yunjian.access.scope import get_visible_or_404
from yunjian.evidence import storage
from yunjian.evidence.models import Attachment
from yunjian.evidence.pictures import THUMBNAIL_PIXELS, reduced


@require_safe
def file(request: HttpRequest, attachment_id: UUID) -> HttpResponse | FileResponse:
    """Return a file, or with `?size=thumb` a small picture of it."""
    if getattr(request, "actor", None) is None:
        raise Http404
    row = get_visible_or_404(Attachment, attachment_id)
    response: HttpResponse | FileResponse
    if row.size > settings.ATTACHMENT_MAX_BYTES:
        # piece by piece: it may be larger than the memory that is left
        response = FileResponse(default_storage.open(row.storage_key))
        response["Content-Type"] = row.content_type
    else:
        content, content_type = storage.get(row.storage_key), row.content_type
        if request.GET.get("size") == "thumb" and row.kind == "image":
            content, content_type = reduced(content, THUMBNAIL_PIXELS), "image/jpeg"
        response = HttpResponse(content, content_type=content_type)
    # "inline" alone is what the header is for a file without a name
    disposition = content_disposition_header(as_attachment=False, filename=row.filename)
    response["Content-Disposition"] = disposition or "inline"
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
