"""Secrets that must be read again, kept encrypted (Fernet: AES-128-CBC with HMAC-SHA-256)."""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PURPOSE = b"yunjian vault 1"


class DecryptionFailed(RuntimeError):
    """What is stored was sealed with a key that this installation does not hold."""


def encrypt(plain: bytes) -> str:
    """Return the text to store."""
    return _keys(installation_secrets()).encrypt(plain).decode()


def decrypt(stored: str) -> bytes:
    """Return what was sealed, with today's key or one of those before it.

    Raises:
        DecryptionFailed: the key is another one, or the text was changed.
    """
    try:
        return _keys(installation_secrets()).decrypt(stored.encode())
    except InvalidToken as error:
        raise DecryptionFailed(
            "a stored secret cannot be read with this installation's key"
        ) from error


def installation_secrets() -> tuple[str, ...]:
    """Return the secrets of this installation, today's first, from which keys are derived."""
    past = [str(secret) for secret in settings.SECRET_KEY_FALLBACKS]
    return tuple(settings.ENCRYPTION_KEYS or [settings.SECRET_KEY, *past])


@lru_cache(maxsize=4)
def _keys(secrets: tuple[str, ...]) -> MultiFernet:
    keys = (derived_key(secret, PURPOSE) for secret in secrets)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])


def derived_key(secret: str, purpose: bytes) -> bytes:
    """Return the 32 bytes that a secret gives for a purpose (HKDF, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret.encode())
