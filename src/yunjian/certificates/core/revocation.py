"""Certificate revocation lists: which ones are believed, and what they say of a certificate."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from asn1crypto import x509 as loose
from cryptography import x509 as strict

from yunjian.certificates.core.certificate import Certificate, addresses
from yunjian.certificates.core.keys import signature_algorithm
from yunjian.certificates.core.reasons import Reason, Refused

MAX_BYTES = 64 * 1024 * 1024
_KNOWN = frozenset(
    {
        strict.oid.ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
        strict.oid.ExtensionOID.CRL_NUMBER,
        strict.oid.ExtensionOID.ISSUING_DISTRIBUTION_POINT,
    }
)


class ListFault(StrEnum):
    """Why a revocation list is not believed."""

    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    ALGORITHM = "algorithm"
    ISSUER_UNKNOWN = "issuer_unknown"
    SIGNATURE_WRONG = "signature_wrong"
    NO_NEXT_UPDATE = "no_next_update"
    NOT_YET = "not_yet"
    NOT_WHOLE = "not_whole"
    CRITICAL_EXTENSION = "critical_extension"


class ListRefused(Exception):
    """A revocation list is not believed."""

    def __init__(self, fault: ListFault) -> None:
        super().__init__(str(fault))
        self.fault = fault


@dataclass(frozen=True, slots=True)
class ListFacts:
    """What a revocation list is about.

    `places` are the addresses that the list says it is published at; when there are any, it
    covers only certificates that name one of them (authorities cut long lists into parts).
    """

    issuer_id: str
    this_update: datetime
    next_update: datetime
    number: str = ""
    places: frozenset[str] = frozenset()
    only: str = ""  # "users", "authorities", or all when empty

    def covers(self, certificate: Certificate) -> bool:
        """Tell whether the list would name the certificate if it were revoked."""
        if self.only and (self.only == "authorities") != certificate.is_authority:
            return False
        return not self.places or not self.places.isdisjoint(certificate.list_places)


class Revocations(Protocol):
    """Where believed lists are kept."""

    def lists(self, issuer_id: str, serial: str) -> Sequence[tuple[ListFacts, bool]]:
        """Return the lists of an authority, and whether each names the serial number."""
        ...


@dataclass(frozen=True, slots=True)
class RevocationList:
    """A believed list: its facts, and the serial numbers (hexadecimal) that it names."""

    facts: ListFacts
    serials: frozenset[str]


class ListsInMemory:
    """Lists that are kept nowhere but here."""

    def __init__(self, lists: Iterable[RevocationList]) -> None:
        self._lists = tuple(lists)

    def lists(self, issuer_id: str, serial: str) -> Sequence[tuple[ListFacts, bool]]:
        """Return the lists of an authority, and whether each names the serial number."""
        return [
            (held.facts, serial in held.serials)
            for held in self._lists
            if held.facts.issuer_id == issuer_id
        ]


def parse_list(
    content: bytes, authorities: Sequence[Certificate], moment: datetime
) -> RevocationList:
    """Parse a list (PEM or DER) and check that a known authority signed it.

    Raises:
        ListRefused: it is not believed.
    """
    if len(content) > MAX_BYTES:
        raise ListRefused(ListFault.TOO_LARGE)
    parsed, issuer_name = _loaded(content)
    issuer = _issuer(parsed, issuer_name, authorities)
    if parsed.next_update_utc is None:
        raise ListRefused(ListFault.NO_NEXT_UPDATE)
    if parsed.last_update_utc > moment:
        raise ListRefused(ListFault.NOT_YET)
    places, only, number = _scope(parsed)
    facts = ListFacts(
        issuer_id=issuer.authority_id,
        this_update=parsed.last_update_utc,
        next_update=parsed.next_update_utc,
        number=number,
        places=places,
        only=only,
    )
    return RevocationList(facts, frozenset(f"{entry.serial_number:x}" for entry in parsed))


def check_revocation(
    certificate: Certificate, issuer: Certificate, revocations: Revocations, moment: datetime
) -> None:
    """Refuse a certificate that is revoked, or of which nothing fresh is known.

    Raises:
        Refused: revoked, no list covers it, or the lists are past their next update.
    """
    lists = [
        (facts, named)
        for facts, named in revocations.lists(issuer.authority_id, certificate.serial)
        if facts.covers(certificate)
    ]
    if not lists:
        raise Refused(Reason.REVOCATION_MISSING, certificate.issuer)
    if any(named for _facts, named in lists):
        raise Refused(Reason.REVOKED)
    if not any(facts.this_update <= moment < facts.next_update for facts, _named in lists):
        raise Refused(Reason.REVOCATION_STALE, certificate.issuer)


def _loaded(content: bytes) -> tuple[strict.CertificateRevocationList, loose.Name]:
    try:
        if content.lstrip().startswith(b"-----BEGIN"):
            parsed = strict.load_pem_x509_crl(content)
        else:
            parsed = strict.load_der_x509_crl(content)
        _ = parsed.extensions
        issuer = loose.Name.load(parsed.issuer.public_bytes())
        _ = issuer.hashable  # a name that cannot be compared fails here
    except (ValueError, strict.DuplicateExtension) as error:
        raise ListRefused(ListFault.MALFORMED) from error
    return parsed, issuer


def _issuer(
    parsed: strict.CertificateRevocationList,
    name: loose.Name,
    authorities: Sequence[Certificate],
) -> Certificate:
    """Return the authority whose key signed the list."""
    try:
        algorithm = signature_algorithm(parsed.signature_algorithm_oid.dotted_string)
    except Refused as error:
        raise ListRefused(ListFault.ALGORITHM) from error
    named = [held for held in authorities if held.asn1.subject == name and _may_sign_lists(held)]
    if not named:
        raise ListRefused(ListFault.ISSUER_UNKNOWN)
    for held in named:
        if held.key.kind is algorithm.kind and held.key.verifies(
            parsed.signature, parsed.tbs_certlist_bytes, algorithm.digest
        ):
            return held
    raise ListRefused(ListFault.SIGNATURE_WRONG)


def _may_sign_lists(authority: Certificate) -> bool:
    usage = authority.key_usage
    return authority.is_authority and (usage is None or usage.crl_sign)


def _scope(parsed: strict.CertificateRevocationList) -> tuple[frozenset[str], str, str]:
    """Return where the list is published, for whom it is, and its number."""
    places: frozenset[str] = frozenset()
    only = number = ""
    for extension in parsed.extensions:
        value = extension.value
        if isinstance(value, strict.DeltaCRLIndicator):
            raise ListRefused(ListFault.NOT_WHOLE)
        if extension.critical and extension.oid not in _KNOWN:
            raise ListRefused(ListFault.CRITICAL_EXTENSION)
        if isinstance(value, strict.CRLNumber):
            number = f"{value.crl_number:x}"
        if isinstance(value, strict.IssuingDistributionPoint):
            places, only = _published(value)
    return places, only, number


def _published(point: strict.IssuingDistributionPoint) -> tuple[frozenset[str], str]:
    partial = point.only_some_reasons or point.indirect_crl or point.only_contains_attribute_certs
    if partial or point.relative_name is not None:
        raise ListRefused(ListFault.NOT_WHOLE)
    places = addresses(point.full_name)
    if point.full_name and not places:
        raise ListRefused(ListFault.NOT_WHOLE)
    if point.only_contains_user_certs:
        return places, "users"
    return places, "authorities" if point.only_contains_ca_certs else ""
