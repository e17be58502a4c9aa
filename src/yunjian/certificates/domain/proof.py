"""The proof of a certificate that waits in the session until the registration is filled in."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest

from yunjian.certificates.core.verification import Verified
from yunjian.kernel.clock import now

SESSION_KEY = "certificate_proof"
LASTS = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Proof:
    """Whose certificate it is, and which."""

    uscc: str
    name: str
    representative: str
    fingerprint: str
    serial: str
    issuer: str
    algorithm: str
    valid_from: datetime
    valid_until: datetime

    @classmethod
    def of(cls, verified: Verified) -> "Proof":
        """Return what is kept of a verified certificate."""
        certificate = verified.certificate
        return cls(
            uscc=verified.uscc,
            name=verified.name,
            representative=verified.representative,
            fingerprint=certificate.fingerprint,
            serial=certificate.serial,
            issuer=certificate.issuer,
            algorithm=str(certificate.key.kind),
            valid_from=certificate.not_before,
            valid_until=certificate.not_after,
        )


def proof_keep(request: HttpRequest, proof: Proof) -> None:
    """Keep the proof in the session, under a new session key."""
    request.session.cycle_key()
    content: dict[str, Any] = asdict(proof)
    content["valid_from"] = proof.valid_from.isoformat()
    content["valid_until"] = proof.valid_until.isoformat()
    request.session[SESSION_KEY] = {"at": now().isoformat(), "proof": content}


def proof_of(request: HttpRequest) -> Proof | None:
    """Return the proof of the session; None when there is none, or it is over."""
    stored = request.session.get(SESSION_KEY)
    if stored is None or now() - datetime.fromisoformat(stored["at"]) > LASTS:
        return None
    content = dict(stored["proof"])
    for name in ("valid_from", "valid_until"):
        content[name] = datetime.fromisoformat(content[name])
    proof = Proof(**content)
    return proof if now() <= proof.valid_until else None


def proof_forget(request: HttpRequest) -> None:
    """Drop the proof."""
    request.session.pop(SESSION_KEY, None)
