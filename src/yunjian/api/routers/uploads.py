"""Large files in parts, resumed where they stopped: the protocol tus 1.0.0 (ADR 0173).

Core, with the extensions creation, checksum, expiration and termination. One operation is ours:
`finish` makes an attachment of what is whole.
"""

import base64
import binascii
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext as _
from ninja import Router

from yunjian.access.scope import get_visible_or_404
from yunjian.api.auth import actor_of
from yunjian.api.errors import OPEN, WRITE, Problem, problem
from yunjian.evidence.models import Attachment, Upload
from yunjian.evidence.schemas import StoredAttachmentOut, UploadOut
from yunjian.evidence.services import (
    upload_append,
    upload_begin,
    upload_end,
    upload_finish,
    upload_offset,
)
from yunjian.evidence.services.uploads import UploadRefused
from yunjian.kernel.errors import DomainError, InvalidInput
from yunjian.kernel.numbers import whole_number

router = Router(tags=["uploads"], by_alias=True)
VERSION = "1.0.0"
EXTENSIONS = "creation,checksum,expiration,termination"
ALGORITHMS = ("sha1", "sha256", "md5")
PART = "application/offset+octet-stream"
LONGEST_METADATA = 4096
REFUSALS = WRITE | {410, 412, 415, 423, 460, 507}
PARTS: dict[str, Any] = {
    "requestBody": {
        "content": {PART: {"schema": {"type": "string", "format": "binary"}}},
        "required": True,
    }
}


def tus(operation: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Ask for the version of the protocol, and say ours in every answer, also in refusals."""

    @wraps(operation)
    def answer(request: HttpRequest, **path: Any) -> HttpResponse:
        try:
            if request.headers.get("Tus-Resumable") != VERSION:
                raise UploadRefused(412, "version", _("上传协议版本不受支持，请刷新页面后重试"))
            response = operation(request, **path)
        except DomainError as error:
            body = problem(error.code, error.message, error.errors).model_dump()
            response = HttpResponse(
                orjson.dumps(body), status=error.status, content_type="application/json"
            )
            response["Tus-Version"] = VERSION
        response["Tus-Resumable"] = VERSION
        response["Cache-Control"] = "no-store"
        return response

    return answer


@router.api_operation(["OPTIONS"], "/uploads", response={204: None, OPEN | {401, 403}: Problem})
def upload_abilities(request: HttpRequest) -> HttpResponse:
    """Tell what the server understands of tus, and the largest file it takes."""
    response = _nothing()
    response["Tus-Resumable"] = VERSION
    response["Tus-Version"] = VERSION
    response["Tus-Extension"] = EXTENSIONS
    response["Tus-Checksum-Algorithm"] = ",".join(ALGORITHMS)
    response["Tus-Max-Size"] = str(max(settings.UPLOAD_MAX_BYTES.values()))
    return response


@router.post("/uploads", response={201: UploadOut, REFUSALS: Problem})
@tus
def begin_upload(request: HttpRequest) -> HttpResponse:
    """Promise a file: Upload-Length, and in Upload-Metadata its `filename` and `purpose`.

    Where to send it to is in Location.
    """
    told = _metadata(request.headers.get("Upload-Metadata", ""))
    row = upload_begin(
        actor=actor_of(request),
        length=_number(request, "Upload-Length"),
        filename=told.get("filename", ""),
        purpose=told.get("purpose", ""),
    )
    body = orjson.dumps(UploadOut.model_validate(row).model_dump())
    response = _where(HttpResponse(body, status=201, content_type="application/json"), row, 0)
    response["Location"] = reverse("api:append_upload", args=[row.pk])
    return response


@router.api_operation(
    ["HEAD"], "/uploads/{uuid:upload_id}", response={204: None, REFUSALS: Problem}
)
@tus
def upload_state(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Tell in Upload-Offset how much is there, on disk."""
    row = get_visible_or_404(Upload, upload_id)
    return _where(_nothing(), row, upload_offset(row))


@router.patch(
    "/uploads/{uuid:upload_id}",
    response={204: None, REFUSALS: Problem},
    openapi_extra=PARTS,
    url_name="append_upload",
)
@tus
def append_upload(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Send what follows at Upload-Offset; the answer says how much is there then.

    With Upload-Checksum (`sha256 <base64>`) all of it is kept or nothing.
    """
    row = get_visible_or_404(Upload, upload_id)
    if request.content_type != PART:
        raise UploadRefused(415, "media", _("上传内容的类型不正确，请刷新页面后重试"))
    reached = upload_append(
        upload=row,
        offset=_number(request, "Upload-Offset"),
        read=request.read,
        announced=_length(request),
        checksum=_checksum(request.headers.get("Upload-Checksum", "")),
    )
    return _where(_nothing(), row, reached)


@router.delete("/uploads/{uuid:upload_id}", response={204: None, REFUSALS: Problem})
@tus
def end_upload(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Give an upload up."""
    upload_end(upload=get_visible_or_404(Upload, upload_id))
    return _nothing()


@router.post(
    "/uploads/{uuid:upload_id}/finish", response={200: StoredAttachmentOut, REFUSALS: Problem}
)
def finish_upload(request: HttpRequest, upload_id: UUID) -> Attachment:
    """Make an attachment, of the same id, of an upload that is whole; a repetition changes nothing.

    A file that is refused is removed: what is wrong with it stands in the answer.
    """
    return upload_finish(actor=actor_of(request), upload_id=upload_id)


def _nothing() -> HttpResponse:
    """Return an answer without a body, which has no type either."""
    response = HttpResponse(status=204)
    del response["Content-Type"]
    return response


def _where(response: HttpResponse, row: Upload, offset: int) -> HttpResponse:
    response["Upload-Offset"] = str(offset)
    response["Upload-Length"] = str(row.length)
    response["Upload-Expires"] = http_date(row.expires_at.timestamp())
    return response


def _number(request: HttpRequest, header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 15):  # noqa: PLR2004 - of a petabyte
        raise InvalidInput(_("请求头 %(name)s 缺失或不正确") % {"name": header}, field=header)
    return int(text)


def _length(request: HttpRequest) -> int | None:
    return whole_number(request.headers.get("Content-Length", ""))


def _metadata(text: str) -> dict[str, str]:
    """Read `key base64,key base64`.

    Raises:
        InvalidInput: at `Upload-Metadata`.
    """
    refusal = InvalidInput(_("文件信息无法读取，请刷新页面后重试"), field="Upload-Metadata")
    if len(text) > LONGEST_METADATA:
        raise refusal
    told = {}
    for pair in filter(None, (one.strip() for one in text.split(","))):
        key, _blank, value = pair.partition(" ")
        try:
            told[key] = base64.b64decode(value, validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise refusal from error
        if any(ord(letter) < ord(" ") for letter in told[key]):
            raise refusal
    return told


def _checksum(text: str) -> tuple[str, bytes] | None:
    """Read `algorithm base64`.

    Raises:
        InvalidInput: at `Upload-Checksum`.
    """
    if not text:
        return None
    algorithm, _blank, value = text.partition(" ")
    try:
        if algorithm in ALGORITHMS:
            return algorithm, base64.b64decode(value, validate=True)
    except binascii.Error:
        pass
    raise InvalidInput(
        _("校验值无法读取，请刷新页面后重试"), code="checksum", field="Upload-Checksum"
    )
