"""Digests that only the holder of the installation's secret can make (HMAC-SHA-256, RFC 2104).

A plain digest of a telephone number is no protection: all numbers can be tried. With a key, who
reads the digests alone learns nothing. Each purpose has a key of its own, derived from the secret
(HKDF, RFC 5869), and each digest names its key, so that a secret can be replaced.
"""

import hashlib
import hmac
from functools import lru_cache

from yunjian.kernel.encryption import derived_key, installation_secrets

ALGORITHM = "hmac-sha256"
KEY_ID_LENGTH = 8


def keyed_digest(content: bytes, purpose: str) -> str:
    """Return `hmac-sha256:<key id>:<hex>` over the bytes, with today's key of the purpose."""
    return _digest(content, _key(installation_secrets()[0], purpose))


def matches(content: bytes, stored: str, purpose: str) -> bool:
    """Tell whether a digest is that of the bytes, by today's key or one of those before it."""
    keys = (_key(secret, purpose) for secret in installation_secrets())
    return any(hmac.compare_digest(_digest(content, key), stored) for key in keys)


def is_keyed_digest(value: object) -> bool:
    """Tell whether a stored value is a keyed digest."""
    return isinstance(value, str) and value.startswith(f"{ALGORITHM}:")


def _digest(content: bytes, key: bytes) -> str:
    key_id = hashlib.sha256(key).hexdigest()[:KEY_ID_LENGTH]
    return f"{ALGORITHM}:{key_id}:{hmac.new(key, content, hashlib.sha256).hexdigest()}"


@lru_cache(maxsize=16)
def _key(secret: str, purpose: str) -> bytes:
    return derived_key(secret, f"yunjian keyed digest 1 {purpose}".encode())
