"""Challenges: what a key is to sign so that nobody can use the signature elsewhere or again."""

import hashlib
import secrets
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from yunjian.access.rate_limits import check_rate_limit
from yunjian.certificates.domain.refusals import SignInFailure, refusal
from yunjian.certificates.models import Challenge
from yunjian.kernel.clock import now
from yunjian.web.addresses import client_address

RANDOM_BYTES = 32
SESSION_KEY = "certificate_secret"
KEPT = timedelta(days=1)


SIGN_IN, SIGN = "signin", "sign"


def challenge_issue(*, request: HttpRequest, purpose: str = SIGN_IN, about: str = "") -> Challenge:
    """Make a challenge for the session of the request.

    The text names its purpose and this site, so that a signature made for another one is of no
    use here; with `purpose` SIGN it holds the digest `about` of what is signed.

    Raises:
        RateLimitExceeded: this address asked too often.
    """
    check_rate_limit("challenge", client_address(request) or "")
    if SESSION_KEY not in request.session:
        request.session[SESSION_KEY] = secrets.token_hex(RANDOM_BYTES)
    site = urlsplit(settings.PUBLIC_BASE_URL).netloc
    words = [about] if about else []
    at = now()
    return Challenge.objects.create(
        text=" ".join([f"yunjian/{purpose}/1", site, *words, secrets.token_hex(RANDOM_BYTES)]),
        session_digest=_digest(request.session[SESSION_KEY]),
        created_at=at,
        expires_at=at + timedelta(seconds=settings.CERTIFICATE_CHALLENGE_SECONDS),
    )


@transaction.atomic
def challenge_use(
    *, request: HttpRequest, challenge_id: str, purpose: str = SIGN_IN, about: str = ""
) -> str:
    """Use a challenge up and return its text. Whatever follows, it cannot be used again.

    Raises:
        CertificateRefused: there is none for this purpose and about this, it is of another
            session, used, or late.
    """
    try:
        key = UUID(challenge_id)
    except ValueError as error:
        raise refusal(SignInFailure.CHALLENGE_UNKNOWN) from error
    challenge = Challenge.objects.select_for_update().filter(pk=key).first()
    made_for, *words = challenge.text.split(" ") if challenge else ("",)
    fitting = made_for == f"yunjian/{purpose}/1" and words[1:-1] == ([about] if about else [])
    if challenge is None or not fitting:
        raise refusal(SignInFailure.CHALLENGE_UNKNOWN)
    secret = request.session.get(SESSION_KEY, "")
    # another session's challenge stays usable: its owner is not to be disturbed
    if not secrets.compare_digest(_digest(secret), challenge.session_digest):
        raise refusal(SignInFailure.CHALLENGE_OTHER_SESSION)
    if challenge.used_at is not None:
        raise refusal(SignInFailure.CHALLENGE_USED)
    if now() > challenge.expires_at:
        raise refusal(SignInFailure.CHALLENGE_LATE)
    challenge.used_at = now()
    challenge.save(update_fields=["used_at"])
    return challenge.text


def challenges_forget() -> int:
    """Delete the challenges that ran out a day ago; return how many."""
    deleted, _by_model = Challenge.objects.filter(expires_at__lt=now() - KEPT).delete()
    return deleted


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
