"""What the phone says in headers of a message: what it sends (RFC 9530), and what time it has."""

import base64
import hashlib
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils.translation import gettext as _
from werkzeug.http import parse_dict_header

from yunjian.kernel.clock import now
from yunjian.kernel.errors import InvalidInput


def checked_digest(request: HttpRequest) -> str:
    """Return `sha256:<hex>` over the body.

    Raises:
        InvalidInput: the Content-Digest header is missing, unreadable, or of other bytes.
    """
    actual = hashlib.sha256(request.body).digest()
    value = parse_dict_header(request.headers.get("Content-Digest", "")).get("sha-256")
    if not value or base64.b64encode(actual).decode() != value.strip(":"):
        raise InvalidInput(_("上传的内容不完整，请重试"), code="digest_mismatch", field="body")
    return f"sha256:{actual.hex()}"


def clock_offset(request: HttpRequest) -> timedelta:
    """Return the server's clock minus the phone's, from the header X-Device-Time.

    It is a header and not part of the body because a retry repeats the body's very bytes.

    Raises:
        InvalidInput: the header is not an aware ISO 8601 moment.
    """
    device_time = request.headers.get("X-Device-Time")
    if device_time is None:
        return timedelta()
    try:
        return now() - datetime.fromisoformat(device_time)
    except (TypeError, ValueError) as error:
        raise InvalidInput(_("手机时间格式不正确"), code="clock", field="X-Device-Time") from error
