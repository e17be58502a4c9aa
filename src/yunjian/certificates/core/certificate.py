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

    def extension_value(self, oid: str) -> bytes | None:
        """Return the plain value of an extension."""
        for extension in self.extensions:
            if extension.oid.dotted_string == oid:
                value: bytes = extension.value.public_bytes()
                return value
        return None

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
        Refused: too large, truncated, malformed, with an extension twice, or with a key that
            is too weak or of a kind that is not known.
    """
    if len(content) > MAX_BYTES:
        raise Refused(Reason.TOO_LARGE, f"{len(content)} bytes")
    check_der(content)
    try:
        parsed = strict.load_der_x509_certificate(content)
        extensions = parsed.extensions
        asn1 = loose.Certificate.load(content, strict=True)
        _ = asn1.native  # everything is parsed here, so that nothing can fail later
        _ = asn1.subject.hashable, asn1.issuer.hashable  # names that cannot be compared fail here
        key = PublicKey(asn1.public_key)
    except strict.DuplicateExtension as error:
        raise Refused(Reason.DUPLICATE_EXTENSION) from error
    except _UNREADABLE as error:
        raise Refused(Reason.MALFORMED, type(error).__name__) from error
    if parsed.version is not strict.Version.v3:
        raise Refused(Reason.MALFORMED, "not version 3")
    inner = asn1["tbs_certificate"]["signature"].dump()
    if inner != asn1["signature_algorithm"].dump():
        raise Refused(Reason.MALFORMED, "two signature algorithms")
    if asn1["signature_value"].contents[0]:
        # the octet before the signature says how many bits at its end do not count: none
        raise Refused(Reason.MALFORMED, "signature of broken octets")
    return Certificate(content, asn1, parsed, key, extensions)


def _attributes(name: loose.Name) -> list[tuple[str, str]]:
    every = (attribute for relative in name.chosen for attribute in relative)
    return [(one["type"].dotted, str(one["value"].native)) for one in every]


def _values(name: loose.Name, oid: str) -> list[str]:
    return [value for kind, value in _attributes(name) if kind == oid]


def _readable(name: loose.Name) -> str:
    shown = (f"{_SHORT.get(kind, kind)}={value}" for kind, value in _attributes(name))
    return ", ".join(shown)[:300]


_SHORT = {COMMON_NAME: "CN", ORGANIZATION: "O", UNIT: "OU", "2.5.4.6": "C"}
