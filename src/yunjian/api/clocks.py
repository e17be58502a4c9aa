"""The phone's clock: it says with each message what time it thinks it is."""

from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils.translation import gettext as _

from yunjian.kernel.clock import now
from yunjian.kernel.errors import InvalidInput


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
