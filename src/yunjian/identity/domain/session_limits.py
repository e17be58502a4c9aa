"""How long a session lasts, as settings."""

from datetime import timedelta

from django.conf import settings

PHONE_MEANS = "wechat"


def session_limits(kind: str, means: str) -> tuple[timedelta, timedelta]:
    """Return after how long unused, and after how long in all, a session is over.

    A phone's session lasts longer than a desk's: an engineer stands at an outlet without a
    keyboard, and the telephone has a lock of its own.
    """
    minutes, hours = settings.SESSION_LIMITS["phone" if means == PHONE_MEANS else kind]
    return timedelta(minutes=minutes), timedelta(hours=hours)
