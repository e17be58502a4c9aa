"""A parsed certificate: strictly by one library, then by the one that validates paths."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from asn1crypto import x509 as loose
from cryptography import x509 as strict

from yunjian.certificates.core.der import check_der
from yunjian.certificates.core.keys import PublicKey
from yunjian.certificates.core.reasons import Reason, Refused

_Kind = TypeVar("_Kind", bound=strict.ExtensionType)
_UNREADABLE = (
    ValueError,
    TypeError,
    KeyError,
    strict.InvalidVersion,
    strict.UnsupportedGeneralNameType,
)
MAX_BYTES = 16 * 1024
DEMO_MARK = "YUNJIAN-DEMO-NOT-FOR-PRODUCTION"  # a unit of the authority of the demo
COMMON_NAME, ORGANIZATION, UNIT = "2.5.4.3", "2.5.4.10", "2.5.4.11"
MAX_SERIAL_OCTETS = 20  # RFC 5280, 4.1.2.2
_NEGATIVE = 0x80


@dataclass(frozen=True, slots=True, eq=False)
class Certificate:
    """What a certificate says; nothing is believed yet."""

    der: bytes
    asn1: loose.Certificate
    parsed: strict.Certificate
    key: PublicKey
    extensions: strict.Extensions

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the whole certificate, hexadecimal."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def serial(self) -> str:
        """The serial number, hexadecimal."""
        return f"{self.parsed.serial_number:x}"

    @property
    def subject(self) -> str:
        """The subject as people read it."""
        return _readable(self.asn1.subject)

    @property
    def issuer(self) -> str:
        """The issuer as people read it."""
        return _readable(self.asn1.issuer)

    @property
    def not_before(self) -> datetime:
        """From when on it is valid."""
        return self.parsed.not_valid_before_utc

    @property
    def not_after(self) -> datetime:
        """Until when it is valid, that moment included."""
        return self.parsed.not_valid_after_utc

    @property
    def is_authority(self) -> bool:
        """Whether it says that it may issue certificates."""
        result = self._extension(strict.BasicConstraints)
        return bool(result is not None and result.ca)

    @property
    def is_self_issued(self) -> bool:
        """Whether subject and issuer are the same."""
        return bool(self.asn1.subject == self.asn1.issuer)

    @property
    def key_usage(self) -> strict.KeyUsage | None:
        """What the key may be used for; None when nothing is said."""
        return self._extension(strict.KeyUsage)

    @property
    def extended_usage(self) -> strict.ExtendedKeyUsage | None:
        """For which purposes; None when nothing is said."""
        return self._extension(strict.ExtendedKeyUsage)

    @property
    def policies(self) -> tuple[str, ...] | None:
        """Under which policies it was issued; None when nothing is said."""
        stated = self._extension(strict.CertificatePolicies)
        if stated is None:
            return None
        return tuple(policy.policy_identifier.dotted_string for policy in stated)

    @property
    def inhibits_any_policy(self) -> bool:
        """Whether anyPolicy below it counts for nothing; at once, whatever number it says."""
        return self._extension(strict.InhibitAnyPolicy) is not None

    @property
    def authority_id(self) -> str:
        """Which key under which name this is: revocation lists are kept by it."""
        return authority_id(self.asn1.subject, self.key.spki)

    @property
    def list_places(self) -> frozenset[str]:
        """The addresses of the revocation lists that cover it."""
        points = self._extension(strict.CRLDistributionPoints)
        return frozenset(place for point in points or () for place in addresses(point.full_name))

    @property
    def is_of_demo(self) -> bool:
        """Whether it carries the mark of the demo authority."""
        return DEMO_MARK in {*self.named(UNIT), *_values(self.asn1.issuer, UNIT)}

    def named(self, oid: str) -> list[str]:
        """Return the values of an attribute of the subject."""
        return _values(self.asn1.subject, oid)

    def attribute_values(self, oid: str) -> list[bytes]:
        """Return the DER of the values of an attribute of the subject."""
        every = (attribute for relative in self.asn1.subject.chosen for attribute in relative)
        return [one["value"].dump() for one in every if one["type"].dotted == oid]

    def extension_values(self, oid: str) -> list[bytes]:
        """Return the value of an extension: none, or one."""
        every = self.asn1["tbs_certificate"]["extensions"]
        return [bytes(one["extn_value"]) for one in every if one["extn_id"].dotted == oid]

    def other_names(self, oid: str) -> list[bytes]:
        """Return the DER of the values of an otherName of the subject."""
        names = self._extension(strict.SubjectAlternativeName) or ()
        others = (name for name in names if isinstance(name, strict.OtherName))
        return [name.value for name in others if name.type_id.dotted_string == oid]

    def _extension(self, kind: type[_Kind]) -> _Kind | None:
        try:
            return self.extensions.get_extension_for_class(kind).value
        except strict.ExtensionNotFound:
            return None


def addresses(names: Iterable[strict.GeneralName] | None) -> frozenset[str]:
    """Return the addresses among the names of a place where a revocation list is published."""
    uris = (name for name in names or () if isinstance(name, strict.UniformResourceIdentifier))
    return frozenset(name.value for name in uris)


def authority_id(name: loose.Name, spki: bytes) -> str:
    """Return the digest that names an authority: its name and its key."""
    return hashlib.sha256(name.dump() + spki).hexdigest()


def parse_certificate(content: bytes) -> Certificate:
    """Parse a DER certificate.

    Raises:
        Refused: too large, truncated, malformed, with an extension twice, an attribute twice in
            one part of a name, a serial number against the rules, or with a key that is too weak
            or of a kind that is not known.
    """
    if len(content) > MAX_BYTES:
        raise Refused(Reason.TOO_LARGE, f"{len(content)} bytes")
    check_der(content)
    try:
        asn1 = loose.Certificate.load(content, strict=True)
        _check_serial(asn1["tbs_certificate"]["serial_number"].contents)  # the next one may warn
        parsed = strict.load_der_x509_certificate(content)
        extensions = parsed.extensions
        _ = asn1.native  # everything is parsed here, so that nothing can fail later
        _ = asn1.subject.hashable, asn1.issuer.hashable  # names that cannot be compared fail here
        key = PublicKey(asn1.public_key)
    except strict.DuplicateExtension as error:
        raise Refused(Reason.DUPLICATE_EXTENSION) from error
    except _UNREADABLE as error:
        raise Refused(Reason.MALFORMED, type(error).__name__) from error
    if _repeats(asn1.subject) or _repeats(asn1.issuer):
        raise Refused(Reason.AMBIGUOUS, "an attribute twice in one part of a name")
    if parsed.version is not strict.Version.v3:
        raise Refused(Reason.MALFORMED, "not version 3")
    inner = asn1["tbs_certificate"]["signature"].dump()
    if inner != asn1["signature_algorithm"].dump():
        raise Refused(Reason.MALFORMED, "two signature algorithms")
    if asn1["signature_value"].contents[0]:
        # the octet before the signature says how many bits at its end do not count: none
        raise Refused(Reason.MALFORMED, "signature of broken octets")
    return Certificate(content, asn1, parsed, key, extensions)


def _check_serial(octets: bytes) -> None:
    positive = any(octets) and not octets[0] & _NEGATIVE
    if not positive or len(octets) > MAX_SERIAL_OCTETS:
        raise Refused(Reason.SERIAL_NUMBER, f"{len(octets)} octets: {octets[:32].hex()}")


def _repeats(name: loose.Name) -> bool:
    """Tell whether a part names an attribute twice (X.501, 9.3): comparing would see one only."""
    parts = ([attribute["type"].dotted for attribute in relative] for relative in name.chosen)
    return any(len(set(types)) < len(types) for types in parts)


def _attributes(name: loose.Name) -> list[tuple[str, str]]:
    every = (attribute for relative in name.chosen for attribute in relative)
    return [(one["type"].dotted, str(one["value"].native)) for one in every]


def _values(name: loose.Name, oid: str) -> list[str]:
    return [value for kind, value in _attributes(name) if kind == oid]


def _readable(name: loose.Name) -> str:
    shown = (f"{_SHORT.get(kind, kind)}={value}" for kind, value in _attributes(name))
    return ", ".join(shown)[:300]


_SHORT = {COMMON_NAME: "CN", ORGANIZATION: "O", UNIT: "OU", "2.5.4.6": "C"}
