"""The whole verification of a sign-in, in one call."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from yunjian.certificates.core.certificate import Certificate
from yunjian.certificates.core.chain import TrustStore, check_leaf, trusted_path
from yunjian.certificates.core.holders import holder_of
from yunjian.certificates.core.reasons import Reason, Refused
from yunjian.certificates.core.revocation import Revocations, check_revocation
from yunjian.certificates.core.signatures import Encoding, check_signature


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
    profile = trust.profiles.get(path[1].authority_id)
    if profile is None:
        raise Refused(Reason.AUTHORITY_NOT_CONFIGURED, path[1].subject)
    holder = holder_of(path, profile)
    return Verified(certificate, holder.uscc, holder.name, holder.representative, encoding)
