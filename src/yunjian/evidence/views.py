"""Files of the evidence, to those who may see them; the log, to everybody."""

import re
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from yunjian.access.scope import get_visible_or_404
from yunjian.evidence import storage
from yunjian.evidence.log import TILE, TILE_LEVELS, hashes_of_tile, latest_checkpoint
from yunjian.evidence.log_keys import log_verifiers
from yunjian.evidence.models import Attachment
from yunjian.evidence.pictures import THUMBNAIL_PIXELS, reduced

# x001/x234/067, and in the last tile of a level how many of its hashes: 067.p/12
TILE_PLACE = re.compile(r"(?P<index>(?:x[0-9]{3}/){0,3}[0-9]{3})(?:\.p/(?P<width>[0-9]{1,3}))?")
HIGHEST_TILE = 5


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


@require_safe
def checkpoint(_request: HttpRequest) -> HttpResponse:
    """Return what the log signed last, as a signed note (C2SP tlog-checkpoint)."""
    latest = latest_checkpoint()
    if latest is None:
        raise Http404
    return _note(latest.note)


@require_safe
def log_keys(_request: HttpRequest) -> HttpResponse:
    """Return the keys that checkpoints are verified with, one on each line, today's first."""
    return _note("".join(f"{verifier}\n" for verifier in log_verifiers()))


@require_safe
def tile(_request: HttpRequest, level: int, place: str) -> HttpResponse:
    """Return the hashes of a tile (C2SP tlog-tiles), so that others can make any proof."""
    found = TILE_PLACE.fullmatch(place)
    if found is None or level > HIGHEST_TILE:
        raise Http404
    index = int("".join(re.findall(r"\d{3}", found["index"])))
    width = int(found["width"] or TILE)
    hashes = hashes_of_tile(level * TILE_LEVELS, index)
    if not 0 < width <= len(hashes):
        raise Http404
    response = HttpResponse(b"".join(hashes[:width]), content_type="application/octet-stream")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _note(text: str) -> HttpResponse:
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response
