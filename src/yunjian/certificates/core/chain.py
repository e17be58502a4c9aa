"""From a certificate to an authority that we trust (RFC 5280, 6.1)."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from asn1crypto import pem
from asn1crypto.keys import PublicKeyInfo
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko_certvalidator.authority import CertTrustAnchor
from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.errors import (
    DisallowedAlgorithmError,
    ExpiredError,
    NotYetValidError,
    PathValidationError,
)
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import (
    AlgorithmUsageConstraint,
    AlgorithmUsagePolicy,
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.sig_validate import SignatureValidator
from pyhanko_certvalidator.validate import validate_path

from yunjian.certificates.core.certificate import Certificate, parse_certificate
from yunjian.certificates.core.keys import PublicKey
from yunjian.certificates.core.keys import signature_algorithm as known_algorithm
from yunjian.certificates.core.profiles import CertificateProfile, parse_profile
from yunjian.certificates.core.reasons import Reason, Refused

MAX_PATH = 5  # certificates, the one of the legal person and the root included
ENDINGS = frozenset({".pem", ".crt", ".cer", ".der"})
PROFILE_ENDING = ".toml"
# the critical extensions that are acted upon here, in any certificate and in those of authorities
_UNDERSTOOD = frozenset(
    {
        "authority_key_identifier",
        "basic_constraints",
        "certificate_policies",
        "crl_distribution_points",
        "extended_key_usage",
        "key_identifier",
        "key_usage",
        "subject_alt_name",
    }
)
_UNDERSTOOD_OF_AUTHORITIES = _UNDERSTOOD | {
    "inhibit_any_policy",
    "name_constraints",
    "policy_constraints",
    "policy_mappings",
}
# anyExtendedKeyUsage restricts nothing (RFC 5280, 4.2.1.12), and widens nothing either
_CLIENT_PURPOSES = frozenset(
    {ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
)
_NO_CHECK = RevocationCheckingRule.NO_CHECK
_REVOCATION_BY_US = CertRevTrustPolicy(RevocationCheckingPolicy(_NO_CHECK, _NO_CHECK))


class UnreadableAuthority(Exception):
    """A file among the trusted authorities is none; the text says which, and why."""


@dataclass(frozen=True, slots=True)
class TrustStore:
    """The roots that we trust, and the authorities below them that we know.

    `profiles` are those of the authorities that issue to organisations, by `authority_id`.
    """

    roots: tuple[Certificate, ...]
    intermediates: tuple[Certificate, ...]
    profiles: Mapping[str, CertificateProfile] = field(default_factory=dict)
    allow_demo: bool = False

    @property
    def authorities(self) -> tuple[Certificate, ...]:
        """Every authority."""
        return (*self.roots, *self.intermediates)

    @property
    def configured(self) -> tuple[Certificate, ...]:
        """The authorities whose certificates can sign an organisation in."""
        return tuple(one for one in self.authorities if one.authority_id in self.profiles)

    @property
    def unconfigured(self) -> tuple[Certificate, ...]:
        """The authorities that lack a profile; one with another below it may only issue to that."""
        above = {issuer.authority_id for one in self.intermediates for issuer in self.issuers(one)}
        return tuple(
            one for one in self.authorities if one.authority_id not in self.profiles.keys() | above
        )

    def issuers(self, certificate: Certificate) -> list[Certificate]:
        """Return the authorities that bear the name, and the key, of the issuer; roots first."""
        named = [one for one in self.authorities if one.asn1.subject == certificate.asn1.issuer]
        wanted = certificate.asn1.authority_key_identifier
        return [one for one in named if wanted is None or one.asn1.key_identifier in {None, wanted}]


def files_of(folder: Path, endings: AbstractSet[str]) -> list[Path]:
    """Return the files of a folder that end so, by name."""
    files = folder.iterdir() if folder.is_dir() else ()
    return sorted(path for path in files if path.suffix.lower() in endings)


def read_authorities(folder: Path) -> list[Certificate]:
    """Read the certificates of the files in a folder (PEM, with several each, or DER).

    Raises:
        UnreadableAuthority: a file holds something else.
    """
    results: list[Certificate] = []
    for path in files_of(folder, ENDINGS):
        content = path.read_bytes()
        try:
            results += [parse_certificate(der) for der in _unarmoured(content)]
        except (Refused, ValueError) as error:
            raise UnreadableAuthority(f"{path.name}: {error}") from error
    return results


def read_profiles(folder: Path) -> dict[str, CertificateProfile]:
    """Read the profiles in a folder, each beside the one certificate of its authority.

    `issuing.toml` is the profile of the authority in `issuing.pem` (or another ending), and of
    its other certificates with the same name and key. The result is by `authority_id`.

    Raises:
        UnreadableAuthority: a file holds no profile, stands beside no certificate or several, or
            contradicts another one.
    """
    results: dict[str, CertificateProfile] = {}
    for path in files_of(folder, {PROFILE_ENDING}):
        beside = [one for one in files_of(folder, ENDINGS) if one.stem == path.stem]
        try:
            profile = parse_profile(path.read_text(encoding="utf-8"))
            ders = [der for one in beside for der in _unarmoured(one.read_bytes())]
            if len(ders) != 1:
                raise UnreadableAuthority(f"{path.name}: {len(ders)} certificates beside it, not 1")
            authority = parse_certificate(ders[0])
        except (Refused, ValueError) as error:
            raise UnreadableAuthority(f"{path.name}: {error}") from error
        if results.setdefault(authority.authority_id, profile) != profile:
            raise UnreadableAuthority(f"{path.name}: another file says otherwise")
    return results


def trust_in(
    authorities: Sequence[Certificate],
    profiles: Mapping[str, CertificateProfile] | None = None,
    *,
    allow_demo: bool = False,
) -> TrustStore:
    """Return the store of these authorities: those that issued themselves are its roots.

    Those of the demo are left out unless they are allowed.
    """
    taken = [held for held in authorities if allow_demo or not held.is_of_demo]
    return TrustStore(
        tuple(held for held in taken if held.is_self_issued),
        tuple(held for held in taken if not held.is_self_issued),
        profiles or {},
        allow_demo=allow_demo,
    )


def check_leaf(certificate: Certificate, moment: datetime) -> None:
    """Refuse a certificate that cannot be one of a legal person, whoever vouches for it.

    Raises:
        Refused: an authority's, out of its time, not for signing, or with a critical extension
            that nobody here understands.
    """
    if certificate.is_authority:
        raise Refused(Reason.IS_AUTHORITY)
    known_algorithm(certificate.asn1["signature_algorithm"]["algorithm"].dotted)
    if moment < certificate.not_before:
        raise Refused(Reason.NOT_YET_VALID, certificate.not_before.isoformat())
    if moment > certificate.not_after:
        raise Refused(Reason.EXPIRED, certificate.not_after.isoformat())
    usage = certificate.key_usage
    if usage is None or not usage.digital_signature:
        raise Refused(Reason.WRONG_USAGE, "not for signing")
    if usage.key_cert_sign:
        raise Refused(Reason.WRONG_USAGE, "for issuing certificates, and no authority")
    _check_purposes(certificate)
    _check_critical(certificate, _UNDERSTOOD)


def trusted_path(
    certificate: Certificate, trust: TrustStore, moment: datetime
) -> list[Certificate]:
    """Return the path from the certificate up to a root, both included, after validating it.

    Raises:
        Refused: there is no path, or none that holds.
    """
    if certificate.is_of_demo and not trust.allow_demo:
        raise Refused(Reason.DEMO)
    refusal: Refused | None = None
    for path in _paths([certificate], trust):
        try:
            _validate(path, moment)
        except Refused as error:
            refusal = refusal or error
        else:
            return path
    if refusal is not None:
        raise refusal
    known = certificate.is_self_issued
    raise Refused(Reason.SELF_SIGNED if known else Reason.ISSUER_UNKNOWN, certificate.issuer)


def _paths(below: list[Certificate], trust: TrustStore) -> Iterator[list[Certificate]]:
    if len(below) >= MAX_PATH:
        return
    for authority in trust.issuers(below[-1]):
        if authority in trust.roots:
            yield [*below, authority]
        elif authority not in below:
            yield from _paths([*below, authority], trust)


def _validate(path: list[Certificate], moment: datetime) -> None:
    leaf, *between, root = path
    for authority in (*between, root):
        _check_authority(authority, moment, is_root=authority is root)
    context = ValidationContext(
        trust_roots=[root.asn1],
        moment=moment,
        revinfo_policy=_REVOCATION_BY_US,
        algorithm_usage_policy=_OurAlgorithms(),
        signature_validator=_OurSignatures(),
        time_tolerance=timedelta(0),
    )
    anchor = CertTrustAnchor(root.asn1, derive_default_quals_from_cert=True)
    try:
        validate_path(
            context, ValidationPath(anchor, [held.asn1 for held in reversed(between)], leaf.asn1)
        )
    except (ExpiredError, NotYetValidError) as error:
        raise Refused(Reason.AUTHORITY_NOT_VALID, leaf.issuer) from error
    except DisallowedAlgorithmError as error:
        raise Refused(Reason.ALGORITHM_WEAK) from error
    except PathValidationError as error:
        forged = isinstance(error.__context__, InvalidSignature)
        raise Refused(Reason.TAMPERED if forged else Reason.CHAIN, str(error)[:200]) from error
    except (NotImplementedError, ValueError) as error:
        # how the library ends when a name is of a kind whose constraints it does not know
        raise Refused(Reason.CHAIN, f"name constraints: {error}"[:200]) from error
    for held in path:
        # each authority that names purposes restricts what is below it; so it is practised,
        # though RFC 5280 speaks of the last certificate only
        _check_purposes(held)


def _check_authority(authority: Certificate, moment: datetime, *, is_root: bool) -> None:
    if not authority.not_before <= moment <= authority.not_after:
        raise Refused(Reason.AUTHORITY_NOT_VALID, authority.subject)
    usage = authority.key_usage
    may_sign = is_root if usage is None else usage.key_cert_sign
    if not (authority.is_authority and may_sign):
        raise Refused(Reason.CHAIN, f"{authority.subject} may not issue certificates")
    _check_critical(authority, _UNDERSTOOD_OF_AUTHORITIES)


def _check_purposes(held: Certificate) -> None:
    purposes = held.extended_usage
    if purposes is not None and _CLIENT_PURPOSES.isdisjoint(purposes):
        raise Refused(Reason.WRONG_USAGE, f"not for signing in: {held.subject}")


def _check_critical(held: Certificate, understood: frozenset[str]) -> None:
    unknown = held.asn1.critical_extensions - understood
    if unknown:
        raise Refused(Reason.CRITICAL_EXTENSION, ", ".join(sorted(unknown)))


class _OurAlgorithms(AlgorithmUsagePolicy):
    """Only the algorithms that `keys` knows, with keys that it accepts."""

    def digest_algorithm_allowed(
        self,
        algo: Any,  # noqa: ARG002 - the library's signature
        moment: datetime | None,  # noqa: ARG002 - the library's signature
    ) -> AlgorithmUsageConstraint:
        """Refuse: nothing here asks for a digest alone."""
        return AlgorithmUsageConstraint(allowed=False)

    def signature_algorithm_allowed(
        self,
        algo: Any,
        moment: datetime | None,  # noqa: ARG002 - the library's signature
        public_key: Any,
    ) -> AlgorithmUsageConstraint:
        """Tell whether a certificate may be signed so."""
        try:
            known = known_algorithm(algo["algorithm"].dotted)
            allowed = public_key is not None and PublicKey(public_key).kind is known.kind
        except Refused:
            allowed = False
        return AlgorithmUsageConstraint(allowed=allowed)


class _OurSignatures(SignatureValidator):
    """Verifies with `keys`, which knows SM2."""

    def validate_signature(
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: Any,
        signature_algorithm: Any,
        context: Any = None,  # noqa: ARG002 - the library's signature
    ) -> None:
        """Raise InvalidSignature unless the signature is right."""
        digest = known_algorithm(signature_algorithm["algorithm"].dotted).digest
        if not _verifies(public_key_info.dump(), signature, signed_data, digest):
            raise InvalidSignature


@lru_cache(maxsize=256)
def _verifies(spki: bytes, signature: bytes, signed: bytes, digest: str) -> bool:
    """Tell whether a signature is right; that of an authority is asked for again and again."""
    return PublicKey(PublicKeyInfo.load(spki)).verifies(signature, signed, digest)


def _unarmoured(content: bytes) -> list[bytes]:
    if not pem.detect(content):
        return [content]
    return [der for _kind, _headers, der in pem.unarmor(content, multiple=True)]
