"""Signing in with the certificate of a legal person."""

import logging
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest

from yunjian.access.actor import acting_as, system_actor
from yunjian.access.rate_limits import check_rate_limit
from yunjian.certificates import events
from yunjian.certificates.core import certificate as certificates
from yunjian.certificates.core import signatures
from yunjian.certificates.core.certificate import Certificate, parse_certificate
from yunjian.certificates.core.chain import TrustStore, UnreadableAuthority
from yunjian.certificates.core.der import decode_text
from yunjian.certificates.core.reasons import Reason, Refused
from yunjian.certificates.core.verification import verify_signed
from yunjian.certificates.domain.proof import Proof, proof_keep
from yunjian.certificates.domain.refusals import CertificateRefused, SignInFailure, refusal
from yunjian.certificates.domain.trust import StoredRevocations, trust_store
from yunjian.certificates.models import OrganizationCertificate
from yunjian.certificates.services.challenges import challenge_use
from yunjian.evidence.services import record
from yunjian.identity.models import Account, Organization
from yunjian.identity.models.organizations import OrganizationKind, OrganizationStatus
from yunjian.identity.models.security import Means, Outcome, SessionEnd
from yunjian.identity.services.sessions import attempt_note, session_close, session_open
from yunjian.kernel.clock import now
from yunjian.records.changes import facts
from yunjian.web.addresses import client_address

LOG = logging.getLogger(__name__)
DOOR = system_actor("法人一证通")
_CLOSED = {
    OrganizationStatus.BANNED: SignInFailure.ORGANIZATION_BANNED,
    OrganizationStatus.CANCELLED: SignInFailure.ORGANIZATION_CANCELLED,
    OrganizationStatus.LOCKED: SignInFailure.ORGANIZATION_LOCKED,
}


@dataclass(slots=True)
class _Try:
    """What is known so far of a try: it goes into the event when the try is refused."""

    certificate: Certificate | None = None
    organization: Organization | None = None


def certificate_sign_in(
    *, request: HttpRequest, challenge_id: str, certificate: str, signature: str
) -> Account | None:
    """Sign in with a certificate and its signature over a challenge (both base64 or PEM).

    Return the account; None for an organisation that is not here yet, or has no owner: it is led
    to registration, and the proof of the certificate kept in the session for half an hour.

    Raises:
        RateLimitExceeded: this address tried too often.
        CertificateRefused: with the reason; it is an event as well.
    """
    check_rate_limit("signin", client_address(request) or "")
    tried = _Try()
    with acting_as(DOOR):
        try:
            account = _enter(request, tried, challenge_id, certificate, signature)
        except Refused as error:
            _note_refusal(request, tried, str(error.reason), error.detail)
            raise refusal(error.reason) from error
        except CertificateRefused as error:
            _note_refusal(request, tried, error.code, "")
            raise
        if account is not None:  # still as the door: somebody else may be signed in
            session_open(request=request, account=account, means=Means.CERTIFICATE)
    return account


def certificate_turn_away(*, request: HttpRequest, reason: Reason) -> None:
    """Refuse something that was not even read.

    Raises:
        RateLimitExceeded: this address tried too often.
        CertificateRefused: always.
    """
    check_rate_limit("signin", client_address(request) or "")
    with acting_as(DOOR):
        _note_refusal(request, _Try(), str(reason), "")
    raise refusal(reason)


def _enter(
    request: HttpRequest, tried: _Try, challenge_id: str, certificate: str, signature: str
) -> Account | None:
    text = challenge_use(request=request, challenge_id=challenge_id)
    trust = trust_or_refusal()
    tried.certificate = parse_certificate(decode_text(certificate, limit=certificates.MAX_BYTES))
    verified = verify_signed(
        tried.certificate,
        text.encode(),
        decode_text(signature, limit=signatures.MAX_BYTES),
        trust=trust,
        revocations=StoredRevocations(),
        moment=now(),
    )
    organization = (
        Organization.unscoped().filter(uscc=verified.uscc).select_related("district").first()
    )
    tried.organization = organization
    owner = _owner(organization) if organization is not None else None
    if organization is None or owner is None:
        if request.user.is_authenticated:  # the proof is nobody else's
            session_close(request=request, why=SessionEnd.REPLACED)
            logout(request)
        proof_keep(request, Proof.of(verified))
        return None
    certificate_note(verified=Proof.of(verified), organization=organization, account=owner)
    return owner


def trust_or_refusal() -> TrustStore:
    """Return the trusted authorities.

    Raises:
        CertificateRefused: there are none, or a file of them cannot be read.
    """
    try:
        trust = trust_store()
    except UnreadableAuthority as error:  # the operator's to mend; the doctor names the file
        LOG.error("a trusted authority cannot be read: %s", error)  # noqa: TRY400 - no trace
        raise refusal(SignInFailure.NOT_SET_UP) from error
    if not trust.roots:
        raise refusal(SignInFailure.NOT_SET_UP)
    return trust


def _owner(organization: Organization) -> Account | None:
    """Return the account that the organisation's certificate signs in.

    Raises:
        CertificateRefused: the organisation may not sign in so, or its owner's account is closed.
    """
    if organization.kind != OrganizationKind.AGENCY:
        raise refusal(SignInFailure.OTHER_KIND)
    obstacle = _CLOSED.get(OrganizationStatus(organization.status))
    if obstacle is not None:
        raise refusal(obstacle, organization.status_reason)
    owners = list(
        Account.objects.filter(organization=organization, role_grants__role="owner")
        .select_related("organization")
        .order_by("created_at", "pk")
    )
    owner = next((account for account in owners if account.is_active), None)
    if owner is None and owners:
        raise refusal(SignInFailure.ACCOUNT_CLOSED)
    return owner


@transaction.atomic
def certificate_note(
    *, verified: Proof, organization: Organization, account: Account
) -> OrganizationCertificate:
    """Write down that a certificate was used; the first time is an event.

    Raises:
        CertificateRefused: another organisation has used this very certificate.
    """
    seen = (
        OrganizationCertificate.unscoped()
        .select_for_update()
        .filter(fingerprint=verified.fingerprint)
        .first()
    )
    if seen is not None:
        if seen.organization_id != organization.pk:
            raise refusal(SignInFailure.OTHER_COMPANY)
        seen.account = account
        seen.last_used_at = now()
        seen.save(update_fields=["account", "last_used_at"])
        return seen
    renewed = OrganizationCertificate.unscoped().filter(organization=organization).exists()
    row = OrganizationCertificate(
        organization=organization,
        account=account,
        fingerprint=verified.fingerprint,
        serial=verified.serial,
        issuer=verified.issuer,
        algorithm=verified.algorithm,
        valid_from=verified.valid_from,
        valid_until=verified.valid_until,
    )
    row.save(force_insert=True)
    record(
        actor=DOOR,
        verb=events.CERTIFICATE_RENEWED if renewed else events.CERTIFICATE_RECORDED,
        obj=row,
        organization_id=organization.pk,
        payload=facts(row, "serial", "fingerprint", "valid_until"),
    )
    return row


@transaction.atomic
def _note_refusal(request: HttpRequest, tried: _Try, reason: str, detail: str) -> None:
    attempt_note(
        request=request, means=Means.CERTIFICATE, outcome=Outcome.CERTIFICATE, detail=reason
    )
    payload: dict[str, Any] = {"reason": reason}
    if detail:
        payload["detail"] = detail[:200]
    fingerprint = "unknown"
    if tried.certificate is not None:
        fingerprint = tried.certificate.fingerprint
        payload |= {"serial": tried.certificate.serial, "fingerprint": fingerprint}
    record(
        actor=DOOR,
        verb=events.CERTIFICATE_REFUSED,
        obj=("certificates.certificate", fingerprint),
        organization_id=tried.organization.pk if tried.organization else None,
        payload=payload,
    )
