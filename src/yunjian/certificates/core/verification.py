"""The whole verification of a sign-in, in one call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from yunjian.certificates.core.certificate import Certificate
from yunjian.certificates.core.chain import TrustStore, check_leaf, trusted_path
from yunjian.certificates.core.holders import find_text, find_uscc, organization_name
from yunjian.certificates.core.revocation import Revocations, check_revocation
from yunjian.certificates.core.signatures import Encoding, check_signature


@dataclass(frozen=True, slots=True)
class Places:
    """Where certificates say whose they are, in the order in which it is looked for."""

    uscc: Sequence[str]
    representative: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Verified:
    """Who signed."""

    certificate: Certificate
    uscc: str
    name: str
    representative: str
    encoding: Encoding


def verify_signed(
    certificate: Certificate,
    text: bytes,
    signature: bytes,
    *,
    trust: TrustStore,
    revocations: Revocations,
    moment: datetime,
    places: Places,
) -> Verified:
    """Return who signed the text at this moment.

    Raises:
        Refused: the certificate or the signature is not accepted.
    """
    check_leaf(certificate, moment)
    path = trusted_path(certificate, trust, moment)
    for held, issuer in pairwise(path):
        check_revocation(held, issuer, revocations, moment)
    encoding = check_signature(certificate, text, signature)
    return Verified(
        certificate=certificate,
        uscc=find_uscc(certificate, places.uscc),
        name=organization_name(certificate),
        representative=find_text(certificate, places.representative),
        encoding=encoding,
    )
