"""How a page asks a key, and whether a stored signature still holds."""

import base64
from dataclasses import dataclass

from django.conf import settings

from yunjian.certificates.core.certificate import parse_certificate
from yunjian.certificates.core.reasons import Refused
from yunjian.certificates.core.signatures import check_signature
from yunjian.certificates.selectors.authorities import is_set_up


@dataclass(frozen=True, slots=True)
class KeyClient:
    """The program beside the browser that talks to the key, and the script that talks to it."""

    service: str
    adapter: str
    script: str


def key_client() -> KeyClient | None:
    """Return how keys are asked here; None where nobody can sign with one."""
    client = KeyClient(
        settings.CERTIFICATE_KEY_SERVICE,
        settings.CERTIFICATE_KEY_ADAPTER,
        settings.CERTIFICATE_KEY_SCRIPT,
    )
    return client if (client.service or client.script) and is_set_up() else None


def signature_holds(*, certificate: str, text: str, signature: str) -> bool:
    """Tell whether a stored signature is that of a stored certificate over a text (base64).

    Whether the certificate was trusted, valid and not revoked was asked when it was signed.
    """
    try:
        held = parse_certificate(base64.b64decode(certificate))
        check_signature(held, text.encode(), base64.b64decode(signature))
    except Refused:
        return False
    return True
