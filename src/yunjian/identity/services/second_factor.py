"""The second factor: an authenticator's code (TOTP, RFC 6238), or a recovery code once.

The arithmetic is django-otp's; the tables are our own (ADR 0100).
"""

import base64
import secrets
from contextlib import AbstractContextManager
from dataclasses import dataclass
from urllib.parse import quote, urlencode
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django_otp.oath import TOTP

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.identity import events
from yunjian.identity.models import Account, RecoveryCode, SecondFactor
from yunjian.identity.policies import may_guard
from yunjian.identity.services.events import account_event
from yunjian.identity.services.tries import counted_try
from yunjian.identity.validators import ALPHABET
from yunjian.kernel.clock import now
from yunjian.kernel.digests import digest
from yunjian.kernel.encryption import decrypt, encrypt
from yunjian.kernel.errors import Conflict, InvalidInput

ISSUER = "云间"
SECRET_BYTES = 20  # as long as the digest of SHA-1 (RFC 4226, 4)
TOLERANCE = 1  # a step before and a step after, for clocks that differ
CODE_DIGITS = 6
RECOVERY_CODES = 10
RECOVERY_LENGTH = 10


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A secret that is offered to an authenticator and not yet confirmed."""

    secret: str  # Base32, as it is typed by hand
    uri: str  # otpauth://, as the QR code carries it


def second_factor_offer(*, account: Account, secret: str = "") -> Enrolment:
    """Return a new secret for an authenticator, or the given one again (a page shown twice)."""
    secret = secret or base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()
    label = quote(f"{ISSUER}:{account.username}")
    query = urlencode({"secret": secret, "issuer": ISSUER}, quote_via=quote)
    return Enrolment(secret, f"otpauth://totp/{label}?{query}")


def second_factor_enroll(
    *,
    actor: Actor,
    account: Account,
    secret: str,
    token: str,
    request: HttpRequest | None = None,
) -> list[str]:
    """Take an authenticator whose code shows that it holds the offered secret.

    Returns the recovery codes, which nobody can read again.

    Raises:
        InvalidInput: at `token`; it is not the code of this secret now.
        Conflict: the account has an authenticator already.
        NotAllowed: the account is somebody else's.
        Locked, RateLimitExceeded: too many wrong ones.
    """
    require(account.pk == actor.account_id)
    with _counted(account, request):
        step = _matching_step(base64.b32decode(secret), token, after=0)
        if step is None:
            raise _wrong()
    with transaction.atomic():
        _row, created = SecondFactor.objects.get_or_create(
            account=account, defaults={"secret": encrypt(secret.encode()), "last_step": step}
        )
        if not created:
            raise Conflict(_("该账号已设置动态口令，请先关闭原有的再重新设置"))
        codes = _new_recovery_codes(account)
        account_event(actor, events.SECOND_FACTOR_ENROLLED, account)
    return codes


def second_factor_check(
    *, account: Account, token: str, request: HttpRequest | None = None
) -> None:
    """Check a code of the account's authenticator, or one of its recovery codes; each once.

    Raises:
        InvalidInput: at `token`; it is wrong, was used before, or there is no authenticator.
        Locked, RateLimitExceeded: too many wrong ones.
    """
    given = "".join(token.split()).replace("-", "")
    with _counted(account, request), transaction.atomic():
        row = SecondFactor.objects.select_for_update().filter(account=account).first()
        use = _use_step if len(given) == CODE_DIGITS else _use_recovery_code
        if row is None or not use(row, given):
            raise _wrong()


@transaction.atomic
def second_factor_remove(*, actor: Actor, account: Account) -> None:
    """Forget the authenticator and its recovery codes (a lost telephone, a new one).

    Raises:
        NotAllowed: the account is neither the actor's own nor the actor's to reset.
    """
    require(account.pk == actor.account_id or may_guard(actor, account))
    authenticator_forget(actor=actor, account=account)


def authenticator_forget(*, actor: Actor, account: Account) -> None:
    """Forget it, in the transaction of a service that has checked who may."""
    removed, _rows = SecondFactor.objects.filter(account=account).delete()
    RecoveryCode.objects.filter(account=account).delete()
    if removed:
        account_event(actor, events.SECOND_FACTOR_REMOVED, account)


@transaction.atomic
def recovery_codes_renew(*, actor: Actor, account: Account) -> list[str]:
    """Replace the recovery codes; the old ones are good for nothing. Returns the new ones.

    Raises:
        NotAllowed: the account is somebody else's.
    """
    require(account.pk == actor.account_id)
    codes = _new_recovery_codes(account)
    account_event(actor, events.RECOVERY_CODES_RENEWED, account)
    return codes


def code_now(secret: str, *, ahead: int = 0) -> str:
    """Return the code of a Base32 secret now, or some steps ahead (the demo shows it)."""
    clock = TOTP(base64.b32decode(secret), drift=ahead)
    clock.time = now().timestamp()
    return f"{clock.token():0{CODE_DIGITS}d}"


def secret_of(account: Account) -> str:
    """Return the Base32 secret of an account's authenticator; empty when it has none."""
    row = SecondFactor.objects.filter(account=account).first()
    return decrypt(row.secret).decode() if row else ""


def _counted(account: Account, request: HttpRequest | None) -> AbstractContextManager[None]:
    return counted_try("code", username=account.username, account=account, request=request)


def _use_step(row: SecondFactor, given: str) -> bool:
    step = _matching_step(base64.b32decode(decrypt(row.secret)), given, after=row.last_step)
    if step is None:
        return False
    row.last_step = step
    row.save(update_fields=["last_step"])
    return True


def _matching_step(key: bytes, given: str, *, after: int) -> int | None:
    """Return the time step whose code was given, later than `after`; None when there is none."""
    if not (given.isascii() and given.isdigit() and len(given) == CODE_DIGITS):
        return None
    clock = TOTP(key)
    clock.time = now().timestamp()
    if not clock.verify(int(given), tolerance=TOLERANCE, min_t=after + 1):
        return None
    return int(clock.t())


def _use_recovery_code(row: SecondFactor, given: str) -> bool:
    codes = RecoveryCode.objects.filter(
        account=row.account_id, digest=_digest(row.account_id, given)
    )
    return codes.filter(used_at__isnull=True).update(used_at=now()) > 0


def _new_recovery_codes(account: Account) -> list[str]:
    codes = [get_random_string(RECOVERY_LENGTH, ALPHABET) for _code in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(account=account).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(account=account, digest=_digest(account.pk, code)) for code in codes
    )
    half = RECOVERY_LENGTH // 2
    return [f"{code[:half]}-{code[half:]}" for code in codes]


def _digest(account_id: UUID, code: str) -> str:
    # fifty bits of chance and a salt: a digest is as good as a slow hash, and cheap to look up
    return digest(f"{account_id}:{code.lower()}".encode())


def _wrong() -> InvalidInput:
    message = _("动态口令不正确或已使用过，请输入验证器上最新的 6 位数字")
    return InvalidInput(message, code="wrong", field="token")
