"""Signing with the certificate of a legal person: over the digest of what was shown."""

import base64
from dataclasses import dataclass

from django.http import HttpRequest

from yunjian.access.actor import Actor
from yunjian.certificates.core import certificate as certificates
from yunjian.certificates.core import signatures
from yunjian.certificates.core.certificate import parse_certificate
from yunjian.certificates.core.der import decode_text
from yunjian.certificates.core.reasons import Refused
from yunjian.certificates.core.verification import verify_signed
from yunjian.certificates.domain.proof import Proof
from yunjian.certificates.domain.refusals import CertificateRefused, SignInFailure, signing_refusal
from yunjian.certificates.domain.trust import StoredRevocations
from yunjian.certificates.models import Challenge
from yunjian.certificates.services.challenges import SIGN, challenge_issue, challenge_use
from yunjian.certificates.services.sign_in import trust_or_refusal
from yunjian.identity.models import Organization
from yunjian.kernel.clock import now


@dataclass(frozen=True, slots=True)
class SignedDigest:
    """A signature that was verified: over which text about which digest, with which certificate.

    `certificate` and `signature` are DER and what the key returned, in base64.
    """

    digest: str
    text: str
    certificate: str
    signature: str
    subject: str
    proof: Proof


def signing_challenge(*, request: HttpRequest, digest: str) -> Challenge:
    """Make a text that the key is to sign for what has this digest.

    Raises:
        RateLimitExceeded: this address asked too often.
    """
    return challenge_issue(request=request, purpose=SIGN, about=digest)


def signature_verify(
    *,
    request: HttpRequest,
    actor: Actor,
    digest: str,
    challenge_id: str,
    certificate: str,
    signature: str,
) -> SignedDigest:
    """Verify a signature over the challenge of a digest, with a certificate of the actor's
    organisation (both base64 or PEM): chain, validity and revocation as of now, as at sign-in.

    The challenge is used up whatever becomes of the try: call it outside of a transaction.

    Raises:
        CertificateRefused: with the reason.
    """
    try:
        text = challenge_use(request=request, challenge_id=challenge_id, purpose=SIGN, about=digest)
        content = decode_text(certificate, limit=certificates.MAX_BYTES)
        signed = decode_text(signature, limit=signatures.MAX_BYTES)
        verified = verify_signed(
            parse_certificate(content),
            text.encode(),
            signed,
            trust=trust_or_refusal(),
            revocations=StoredRevocations(),
            moment=now(),
        )
    except Refused as error:
        raise signing_refusal(error.reason) from error
    except CertificateRefused as error:  # what is no fault of the certificate
        raise signing_refusal(SignInFailure(error.code)) from error
    own = Organization.unscoped().filter(pk=actor.own_organization)
    if verified.uscc != own.values_list("uscc", flat=True).first():
        raise signing_refusal(SignInFailure.NOT_OWN)
    return SignedDigest(
        digest=digest,
        text=text,
        certificate=base64.b64encode(content).decode(),
        signature=base64.b64encode(signed).decode(),
        subject=verified.certificate.subject,
        proof=Proof.of(verified),
    )
