"""Whose certificate it is: the organisation that its authority's profile says it names."""

from collections.abc import Sequence
from dataclasses import dataclass

from yunjian.certificates.core.certificate import Certificate
from yunjian.certificates.core.profiles import ANY_POLICY, CertificateProfile, Place
from yunjian.certificates.core.reasons import Reason, Refused
from yunjian.identity.domain.uscc import is_uscc

_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Holder:
    """The organisation that a certificate names."""

    uscc: str
    name: str
    representative: str


def holder_of(path: Sequence[Certificate], profile: CertificateProfile) -> Holder:
    """Return whose the first certificate of a validated path is, as its issuer's profile says.

    Raises:
        Refused: it is a person's, of no accepted policy, or names no organisation, or several.
    """
    check_policies(path, profile)
    certificate = path[0]
    return Holder(
        uscc=_uscc(certificate, profile.code),
        name=_name(certificate, profile.name),
        representative=_representative(certificate, profile.representative),
    )


def check_policies(path: Sequence[Certificate], profile: CertificateProfile) -> None:
    """Refuse unless the certificate holds a policy of organisations that its path allows.

    An authority that names policies allows no others below it. Its anyPolicy allows all of them,
    unless an authority above it inhibits that; mappings between policies are not followed.

    Raises:
        Refused: it holds none, one of persons, or one twice.
    """
    certificate, *authorities = path
    stated = certificate.policies or ()
    if len(set(stated)) < len(stated):
        raise Refused(Reason.AMBIGUOUS, "a policy twice")
    personal = profile.personal_policies.intersection(stated)
    if personal:
        raise Refused(Reason.PERSONAL, ", ".join(sorted(personal)))
    allowed = profile.organization_policies.intersection(stated)
    any_counts = not authorities[-1].inhibits_any_policy
    for authority in reversed(authorities[:-1]):  # a root's own policies bind nobody
        if authority.policies is not None and not (any_counts and ANY_POLICY in authority.policies):
            allowed &= frozenset(authority.policies)
        any_counts = any_counts and not authority.inhibits_any_policy
    if not allowed:
        raise Refused(Reason.WRONG_POLICY, ", ".join(stated) or "none")


def _uscc(certificate: Certificate, places: Sequence[Place]) -> str:
    """Return the code; every place that holds something must hold the same one."""
    codes: set[str] = set()
    for place in places:
        values = place.values(certificate)
        if len(values) > 1:
            raise Refused(Reason.AMBIGUOUS, f"several values: {place}")
        for value in values:
            code = place.text(value)
            if code is None or not is_uscc(code):
                raise Refused(Reason.USCC_WRONG, str(place))
            codes.add(code)
    if len(codes) > 1:
        raise Refused(Reason.AMBIGUOUS, "places disagree about the code")
    if not codes:
        raise Refused(Reason.USCC_MISSING)
    return codes.pop()


def _name(certificate: Certificate, oid: str) -> str:
    names = [name for value in certificate.named(oid) if (name := value.strip())]
    if len(names) > 1:
        raise Refused(Reason.AMBIGUOUS, f"several values: attribute {oid}")
    if not names:
        raise Refused(Reason.NAME_MISSING, f"attribute {oid}")
    return names[0][:_LONGEST]


def _representative(certificate: Certificate, place: Place | None) -> str:
    """Return the name, empty when it is not told: it only saves somebody the typing."""
    values = [] if place is None else place.values(certificate)
    if place is None or len(values) != 1:
        return ""
    return (place.text(values[0]) or "").strip()[:_LONGEST]
