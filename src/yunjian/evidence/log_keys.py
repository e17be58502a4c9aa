"""The keys of the log: who signs its checkpoints, and whose signatures are believed.

The key that signs lies in a file outside the database (`YUNJIAN_LOG_KEYS`: paths of PEM files, the
first signs; those after it signed before, and are believed still). Without a file it is derived
from the installation's secret, which is enough for a demo; `doctor --production` says so.
"""

from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from yunjian.evidence.transparency.signed_note import Signer, Verifier
from yunjian.kernel.encryption import derived_key, installation_secrets

PURPOSE = b"yunjian transparency log 1"


def log_signer() -> Signer:
    """Return who signs for the log today.

    Raises:
        ImproperlyConfigured: a file of `YUNJIAN_LOG_KEYS` holds no Ed25519 key.
    """
    return _signers()[0]


def log_verifiers() -> list[Verifier]:
    """Return the keys of the log, today's first.

    Raises:
        ImproperlyConfigured: as for `log_signer`.
    """
    return [signer.verifier() for signer in _signers()]


def _signers() -> list[Signer]:
    keys = [_of_file(file) for file in settings.LOG_KEYS]
    if not keys:
        keys = [_of_secret(secret) for secret in installation_secrets()]
    return [Signer(settings.LOG_ORIGIN, key) for key in keys]


@lru_cache(maxsize=8)
def _of_file(file: str) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(Path(file).read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ImproperlyConfigured(
            f"日志签名密钥 {file} 无法读取 / the key of the log cannot be read: {error}"
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ImproperlyConfigured(f"{file} 不是 Ed25519 密钥 / is no Ed25519 key")
    return key


@lru_cache(maxsize=8)
def _of_secret(secret: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(derived_key(secret, PURPOSE))
