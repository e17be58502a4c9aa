"""How often something may be tried: counters in the database, the same for every server."""

from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from yunjian.kernel.clock import now
from yunjian.kernel.errors import DomainError


class RateLimitExceeded(DomainError):
    """It was tried too often; `retry_after` says after how many seconds it may be tried again."""

    status = 429
    default_code = "too_many"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


def check_rate_limit(what: str, *whose: str) -> None:
    """Count a try of `what` (a key of `settings.RATE_LIMITS`) by each of `whose`: address, account.

    Call it outside of the transaction that the try is, so that a failed try counts as well.

    Raises:
        RateLimitExceeded: one of them has used up its tries; it may try again in the next window.
        KeyError: there is no such rate in the settings.
    """
    tries, seconds = settings.RATE_LIMITS[what]
    second = int(now().timestamp())
    window = second - second % seconds
    keys = _keys(what, whose)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO access_ratelimitcounter (key, began, count)"
            " SELECT key, to_timestamp(%s), 1"
            " FROM unnest(%s::text[]) AS key"
            " ON CONFLICT (key, began) DO UPDATE SET count = access_ratelimitcounter.count + 1"
            " RETURNING count",
            [window, keys],
        )
        highest = max(row[0] for row in cursor.fetchall())
    if highest > tries:
        left = window + seconds - second
        minutes = max(1, round(left / 60))
        raise RateLimitExceeded(
            _("操作过于频繁，请 %(minutes)s 分钟后再试") % {"minutes": minutes}, retry_after=left
        )


def uncount_try(what: str, *whose: str) -> None:
    """Take back a try of this window that has succeeded."""
    seconds = settings.RATE_LIMITS[what][1]
    second = int(now().timestamp())
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE access_ratelimitcounter SET count = count - 1"
            " WHERE key = ANY (%s::text[]) AND began = to_timestamp(%s) AND count > 0",
            [_keys(what, whose), second - second % seconds],
        )


def forget_counters(*begins: str) -> None:
    """Delete the counters whose keys (`what:whose`) begin so."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM access_ratelimitcounter USING unnest(%s::text[]) AS begin"
            " WHERE starts_with(key, begin)",
            [[begin[:200] for begin in begins]],
        )


def _keys(what: str, whose: tuple[str, ...]) -> list[str]:
    return [f"{what}:{name}"[:200] for name in whose]


def delete_expired_counters() -> int:
    """Delete the counters of windows that are over; return how many."""
    longest = max(seconds for _tries, seconds in settings.RATE_LIMITS.values())
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM access_ratelimitcounter WHERE began < %s",
            [now() - timedelta(seconds=longest)],
        )
        return int(cursor.rowcount)
