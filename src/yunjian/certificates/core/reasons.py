"""Why a certificate or a signature is refused. What people read is in `domain/refusals.py`."""

from enum import StrEnum


class Reason(StrEnum):
    """One kind of refusal; the value goes into the event."""

    # what was sent
    TOO_LARGE = "too_large"
    TRUNCATED = "truncated"
    MALFORMED = "malformed"
    DUPLICATE_EXTENSION = "duplicate_extension"
    SERIAL_NUMBER = "serial_number"
    # the certificate by itself
    ALGORITHM_WEAK = "algorithm_weak"
    ALGORITHM_UNKNOWN = "algorithm_unknown"
    KEY_WEAK = "key_weak"
    KEY_INVALID = "key_invalid"
    SELF_SIGNED = "self_signed"
    IS_AUTHORITY = "is_authority"
    WRONG_USAGE = "wrong_usage"
    CRITICAL_EXTENSION = "critical_extension"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    # who vouches for it
    ISSUER_UNKNOWN = "issuer_unknown"
    TAMPERED = "tampered"
    CHAIN = "chain"
    AUTHORITY_NOT_VALID = "authority_not_valid"
    DEMO = "demo"
    # revocation
    REVOKED = "revoked"
    REVOCATION_MISSING = "revocation_missing"
    REVOCATION_STALE = "revocation_stale"
    # whose it is
    AUTHORITY_NOT_CONFIGURED = "authority_not_configured"
    PERSONAL = "personal"
    WRONG_POLICY = "wrong_policy"
    AMBIGUOUS = "ambiguous"
    NAME_MISSING = "name_missing"
    USCC_MISSING = "uscc_missing"
    USCC_WRONG = "uscc_wrong"
    # the signature over the challenge
    SIGNATURE_MALFORMED = "signature_malformed"
    SIGNATURE_WRONG = "signature_wrong"
    SIGNER_DIFFERS = "signer_differs"
    SIGNERS_SEVERAL = "signers_several"
    CONTENT_DIFFERS = "content_differs"


class Refused(Exception):
    """A certificate or signature is not accepted. `detail` is for the event, never secret."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.detail = detail
