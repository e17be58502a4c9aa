"""Content-Digest (RFC 9530): the phone says what it sends, the server checks what came."""

import base64
import hashlib

from django.http import HttpRequest
from django.utils.translation import gettext as _
from werkzeug.http import parse_dict_header

from yunjian.kernel.errors import InvalidInput


def checked_digest(request: HttpRequest, body: bytes) -> str:
    """Return `sha256:<hex>` over the body.

    Raises:
        InvalidInput: the Content-Digest header is missing, unreadable, or of other bytes.
    """
    actual = hashlib.sha256(body).digest()
    value = parse_dict_header(request.headers.get("Content-Digest", "")).get("sha-256")
    if not value or base64.b64encode(actual).decode() != value.strip(":"):
        raise InvalidInput(_("上传的内容不完整，请重试"), code="digest_mismatch", field="body")
    return f"sha256:{actual.hex()}"
