"""Token and ticket, kept in the database for all nodes: one renews, the others go on."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from yunjian.kernel.clock import business_day, now
from yunjian.kernel.encryption import DecryptionFailed, decrypt, encrypt
from yunjian.wechat.errors import TokenRefused, WechatError
from yunjian.wechat.models import Credential

RENEW_BEFORE = timedelta(minutes=5)  # for so long WeChat honours the old token beside the new one
RENEW_EVERY = timedelta(seconds=30)
FORCE_EVERY = timedelta(seconds=60)  # WeChat allows one in 30 seconds, and 20 a day
FORCED_A_DAY = 10

Fetch = Callable[[bool], tuple[str, int]]


def current(
    *, app_id: str, kind: str, fetch: Fetch, refused: str = "", may_force: bool = False
) -> str:
    """Return the value that is good now; `fetch(force)` asks WeChat for value and lifetime.

    `refused` is a value that WeChat no longer takes: it is never returned. When WeChat gives the
    very same one again, and `may_force`, a new one is forced, as often as WeChat bears it.

    Raises:
        TokenRefused: only a forced renewal would help, and there were enough of those.
        WechatError: WeChat gave none, and there is no old one that is still good.
    """
    row = Credential.objects.filter(app_id=app_id, kind=kind).first()
    value = _value(row, refused)
    if row is None:
        Credential.objects.bulk_create(
            [Credential(app_id=app_id, kind=kind)], ignore_conflicts=True
        )
    elif value and now() < row.renew_at:
        return value
    spare = value if row is not None and now() < row.expires_at else ""
    try:
        return _renewed(app_id, kind, fetch, spare=spare, refused=refused, may_force=may_force)
    except WechatError as error:
        if spare and error.is_passing:
            return spare
        raise


@transaction.atomic
def _renewed(
    app_id: str, kind: str, fetch: Fetch, *, spare: str, refused: str, may_force: bool
) -> str:
    rows = Credential.objects.select_for_update(skip_locked=bool(spare))
    row = rows.filter(app_id=app_id, kind=kind).first()
    if row is None:
        return spare  # another node is about it
    value = _value(row, refused)
    if value and now() < row.renew_at:
        return value  # another node was about it
    value, lifetime = fetch(False)  # noqa: FBT003 - asked for politely
    if value == refused:
        if not may_force or not _may_force(row, now()):
            raise TokenRefused(40001, "forced renewals are used up")
        value, lifetime = fetch(True)  # noqa: FBT003 - by force
        _count_force(row, now())
    _keep(row, value, lifetime)
    return value


def _value(row: Credential | None, refused: str) -> str:
    if row is None or not row.sealed:
        return ""
    try:
        value = decrypt(row.sealed).decode()
    except DecryptionFailed:  # the secret key was changed: as good as none
        return ""
    return "" if value == refused else value


def _keep(row: Credential, value: str, lifetime: int) -> None:
    moment = now()
    row.sealed = encrypt(value.encode())
    row.expires_at = moment + timedelta(seconds=lifetime)
    # WeChat may hand out a token in its last minutes: then it is asked again soon, not each time
    soon = max(row.expires_at - RENEW_BEFORE, moment + RENEW_EVERY)
    row.renew_at = min(soon, row.expires_at)
    row.renewed_at = moment
    row.save()


def _may_force(row: Credential, moment: datetime) -> bool:
    if row.forced_at is None:
        return True
    is_new_day = business_day(row.forced_at) != business_day(moment)
    return moment - row.forced_at >= FORCE_EVERY and (is_new_day or row.forced_count < FORCED_A_DAY)


def _count_force(row: Credential, moment: datetime) -> None:
    is_new_day = row.forced_at is None or business_day(row.forced_at) != business_day(moment)
    row.forced_count = 1 if is_new_day else row.forced_count + 1
    row.forced_at = moment
