"""Time-ordered identifiers (UUIDv7, RFC 9562): the phone makes them, the database sorts by them."""

import secrets
import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from yunjian.kernel.clock import now
from yunjian.kernel.errors import InvalidInput

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OLDEST_CLIENT_ID = timedelta(days=60)
YOUNGEST_CLIENT_ID = timedelta(days=1)
RANDOM_BITS = 62

_lock = threading.Lock()
_last_made = (0, 0)  # moment and random part of the last id, of this process


def new_id(at: datetime | None = None) -> UUID:
    """Make a UUIDv7 for now, or for the given aware moment (imports).

    The twelve bits behind the milliseconds carry the fraction of one (RFC 9562, 6.2, method 3),
    so that ids made by one server sort as they were made, to the microsecond. What one process
    makes one after the other for one and the same moment sorts so as well (method 2 there).
    """
    microseconds = ((at or now()) - EPOCH) // timedelta(microseconds=1)
    milliseconds, rest = divmod(microseconds, 1000)
    fraction = (rest << 12) // 1000
    return UUID(
        int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | _random(microseconds)
    )


def _random(microseconds: int) -> int:
    """Return a random part that sorts behind the last one of the same moment."""
    global _last_made  # noqa: PLW0603 - the memory of the generator
    with _lock:
        moment, last = _last_made
        if moment == microseconds:
            # steps that cannot be guessed, and too short to ever use the space up
            part = last + 1 + secrets.randbits(RANDOM_BITS // 2)
        else:
            part = secrets.randbits(RANDOM_BITS - 1)
        _last_made = microseconds, part
    return part


def id_time(identifier: UUID) -> datetime:
    """Return the moment (UTC, millisecond resolution) that a UUIDv7 carries.

    Raises:
        ValueError: the identifier is not of version 7.
    """
    if identifier.version != 7:  # noqa: PLR2004 - the version named by the RFC
        raise ValueError(f"not a UUIDv7: {identifier}")
    return datetime.fromtimestamp((identifier.int >> 80) / 1000, tz=UTC)


def lowest_id_at(at: datetime) -> UUID:
    """Return the smallest value that sorts at or after the given moment (a partition bound)."""
    return UUID(int=int(at.timestamp() * 1000) << 80)


def check_client_id(identifier: UUID, field: str) -> None:
    """Refuse an id that a phone cannot have made lately: rows are filed by the time it carries.

    Raises:
        InvalidInput: at `field`; not of version 7, or of a time too far from now.
    """
    if identifier.version != 7:  # noqa: PLR2004 - the version named by the RFC
        raise InvalidInput(_("编号必须是 UUIDv7"), code="not_uuid7", field=field)
    age = now() - id_time(identifier)
    if not -YOUNGEST_CLIENT_ID <= age <= OLDEST_CLIENT_ID:
        raise InvalidInput(_("手机时间与服务器相差过大，请校准手机时间"), code="clock", field=field)
