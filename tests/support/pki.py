"""Authorities and signatures for the tests, made by the `openssl` program."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from asn1crypto import algos, cms, core, pem
from asn1crypto import x509 as asn1

from yunjian.certificates.core.certificate import Certificate, parse_certificate
from yunjian.certificates.core.chain import TrustStore
from yunjian.certificates.core.keys import SM3, content_digest
from yunjian.certificates.core.profiles import CertificateProfile, parse_profile
from yunjian.certificates.core.revocation import ListsInMemory, RevocationList, parse_list
from yunjian.certificates.core.verification import Verified, verify_signed
from yunjian.certificates.simulator.authority import (
    CA_EXTENSIONS,
    DISTID,
    LEAF_EXTENSIONS,
    PROFILE,
    USCC_EXTENSION,
    Algorithm,
    Authority,
    Issued,
    openssl,
)
from yunjian.identity.domain.uscc import check_character

USCC = "91310115MA1K4QRT2" + check_character("91310115MA1K4QRT2")
OTHER_USCC = "91310112MA1GBNYU8" + check_character("91310112MA1GBNYU8")
NAME = "海晏试验环境运维有限公司"
SUBJECT = f"/C=CN/O={NAME}/CN={NAME}"
TEXT = b"yunjian/signin/1 yunjian.test 0f0f0f"
ISSUING = ("basicConstraints=critical,CA:TRUE,pathlen:0", *CA_EXTENSIONS[1:])


def with_uscc(code: str = USCC, *extensions: str) -> tuple[str, ...]:
    """Return the extensions of a certificate that carries a code."""
    return (*(extensions or LEAF_EXTENSIONS), f"{USCC_EXTENSION}=ASN1:UTF8String:{code}")


def der(path: Path) -> bytes:
    """Return the DER of a PEM file."""
    content: bytes = pem.unarmor(path.read_bytes())[2]
    return content


def parsed(path: Path) -> Certificate:
    """Return the certificate of a PEM file."""
    return parse_certificate(der(path))


@dataclass
class Pki:
    """A root, an issuing authority below it, and a certificate of a company."""

    algorithm: Algorithm
    folder: Path
    root: Authority = field(init=False)
    issuing: Authority = field(init=False)
    leaf: Issued = field(init=False)
    _numbers: int = 0
    _fresh: dict[tuple[Path, int], bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.root = Authority.root(self.folder / "root", self.algorithm)
        self.issuing = self.root.subordinate(
            self.folder / "issuing", "/C=CN/O=Yunjian/CN=Issuing", extensions=ISSUING
        )
        self.leaf = self.issue(extensions=with_uscc())

    def issue(self, subject: str = SUBJECT, **options: Any) -> Issued:
        """Issue a certificate; keys are shared, because making them takes long."""
        self._numbers += 1
        made = getattr(self, "leaf", None)
        options.setdefault("key", made.key if made else None)
        options.setdefault("extensions", with_uscc())
        return self.issuing.issue(f"leaf{self._numbers}", subject, **options)

    def list_of(self, authority: Authority, **options: Any) -> bytes:
        """Return a fresh revocation list."""
        self._numbers += 1
        path = self.folder / f"list{self._numbers}.pem"
        return authority.revocation_list(path, **options).read_bytes()

    def fresh(self, authority: Authority) -> bytes:
        """Return a list of what is revoked until now, made once for each state."""
        state = (authority.folder, len(_revoked(authority)))
        if state not in self._fresh:
            self._fresh[state] = self.list_of(authority)
        return self._fresh[state]

    @cached_property
    def authorities(self) -> list[Certificate]:
        """The authorities that are trusted or known."""
        return [parsed(self.root.certificate), parsed(self.issuing.certificate)]

    @property
    def trust(self) -> TrustStore:
        """The store of these authorities, which all issue as the simulator does."""
        return self.trusting()

    def trusting(self, *more: Authority, profile: CertificateProfile | None = None) -> TrustStore:
        """Return a store with some more authorities below the root, all with one profile."""
        known = [*self.authorities, *(parsed(one.certificate) for one in more)]
        profile = profile or parse_profile(PROFILE.read_text(encoding="utf-8"))
        profiles = {one.authority_id: profile for one in known}
        return TrustStore(tuple(known[:1]), tuple(known[1:]), profiles, allow_demo=True)

    def believed(self, trust: TrustStore, *contents: bytes) -> list[RevocationList]:
        """Return what these revocation lists say."""
        return [parse_list(one, trust.authorities, datetime.now(tz=UTC)) for one in contents]

    def lists(self) -> list[RevocationList]:
        """Return the fresh lists of both authorities."""
        moment = datetime.now(tz=UTC)
        return [
            parse_list(self.fresh(authority), self.authorities, moment)
            for authority in (self.root, self.issuing)
        ]

    def sign(self, text: bytes = TEXT, *, key: Path | None = None, distid: str = DISTID) -> bytes:
        """Sign as the program does: DER for SM2 and ECDSA."""
        return sign(self.algorithm, key or self.leaf.key, text, distid=distid)

    def verify(
        self,
        certificate: bytes | None = None,
        signature: bytes | None = None,
        *,
        text: bytes = TEXT,
        trust: TrustStore | None = None,
        lists: Sequence[RevocationList] | None = None,
        moment: datetime | None = None,
    ) -> Verified:
        """Verify with this authority's trust and fresh lists unless told otherwise."""
        return verify_signed(
            parse_certificate(der(self.leaf.certificate) if certificate is None else certificate),
            text,
            self.sign(text) if signature is None else signature,
            trust=trust or self.trust,
            revocations=ListsInMemory(self.lists() if lists is None else lists),
            moment=moment or datetime.now(tz=UTC),
        )


def _revoked(authority: Authority) -> list[str]:
    lines = (authority.folder / "index.txt").read_text().splitlines()
    return [line for line in lines if line.startswith("R")]


def sign(algorithm: Algorithm, key: Path, text: bytes, *, distid: str = DISTID) -> bytes:
    """Sign with a key, as the program does."""
    if algorithm == "sm2":
        file = key.with_suffix(".text")
        file.write_bytes(text)
        options = ["-rawin", "-digest", "sm3", "-pkeyopt", distid]
        return openssl("pkeyutl", "-sign", "-inkey", key, *options, "-in", file)
    return openssl("dgst", "-sha256", "-sign", key, given=text)


def raw(signature: bytes) -> bytes:
    """Return r‖s of a DER signature."""
    numbers = core.SequenceOf.load(signature, spec=core.Integer)
    return b"".join(number.native.to_bytes(32, "big") for number in numbers)


def pkcs7(
    pki: Pki,
    text: bytes = TEXT,
    *,
    detached: bool = False,
    attributes: bool = True,
    gm: bool = False,
    content: bytes | None = None,
    signers: int = 1,
    certificate: bytes | None = None,
) -> bytes:
    """Put a signed message together by hand (the program has none with SM2)."""
    sm2 = pki.algorithm == "sm2"
    digest_oid = "1.2.156.10197.1.401" if sm2 else "2.16.840.1.101.3.4.2.1"
    data_oid = "1.2.156.10197.6.1.4.2.1" if gm else "1.2.840.113549.1.7.1"
    held = asn1.Certificate.load(certificate or der(pki.leaf.certificate))
    signed: Any = core.Void()
    to_sign = text
    if attributes:
        digest = content_digest(text, SM3 if sm2 else "sha256")
        signed = cms.CMSAttributes(
            [
                {"type": "content_type", "values": [data_oid]},
                {"type": "message_digest", "values": [digest]},
            ]
        )
        to_sign = signed.dump()
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                "issuer_and_serial_number",
                {"issuer": held.issuer, "serial_number": held.serial_number},
            ),
            "digest_algorithm": {"algorithm": digest_oid},
            "signature_algorithm": algos.SignedDigestAlgorithm(
                {"algorithm": _signing(pki.algorithm)}
            ),
            "signature": pki.sign(to_sign),
        }
    )
    if attributes:
        signer["signed_attrs"] = signed
    inner: dict[str, Any] = {"content_type": data_oid}
    if not detached:
        inner["content"] = core.OctetString(content if content is not None else text)
    body = _SignedData(
        {
            "version": 1,
            "digest_algorithms": [{"algorithm": digest_oid}],
            "inner": _Inner(inner),
            "signers": [signer] * signers,
        }
    )
    outer_oid = "1.2.156.10197.6.1.4.2.2" if gm else "1.2.840.113549.1.7.2"
    encoded: bytes = _Outer({"content_type": outer_oid, "content": body}).dump()
    return encoded


def _signing(algorithm: Algorithm) -> str:
    return {
        "sm2": "1.2.156.10197.1.301.1",
        "rsa": "1.2.840.113549.1.1.1",
        "ec": "1.2.840.10045.4.3.2",
    }[algorithm]


class _Inner(core.Sequence):  # type: ignore[misc]  # the library is not typed
    _fields = [
        ("content_type", core.ObjectIdentifier),
        ("content", core.OctetString, {"explicit": 0, "optional": True}),
    ]


class _Signers(core.SequenceOf):  # type: ignore[misc]  # the library is not typed
    tag = 17
    _child_spec = cms.SignerInfo


class _SignedData(core.Sequence):  # type: ignore[misc]  # the library is not typed
    _fields = [
        ("version", core.Integer),
        ("digest_algorithms", cms.DigestAlgorithms),
        ("inner", _Inner),
        ("signers", _Signers),
    ]


class _Outer(core.Sequence):  # type: ignore[misc]  # the library is not typed
    _fields = [
        ("content_type", core.ObjectIdentifier),
        ("content", _SignedData, {"explicit": 0}),
    ]


LONG_AGO = datetime.now(tz=UTC) - timedelta(days=200)
YESTERDAY = datetime.now(tz=UTC) - timedelta(days=1)
TOMORROW = datetime.now(tz=UTC) + timedelta(days=1)
