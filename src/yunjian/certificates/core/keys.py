"""Public keys and the signatures they verify: SM2 with SM3, RSA and ECDSA with SHA-2."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from asn1crypto.keys import PublicKeyInfo
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from gmssl_pyx import InvalidValueError, normalize_sm2_public_key, sm2_verify, sm3_hash

from yunjian.certificates.core.reasons import Reason, Refused

SM2_CURVE = "1.2.156.10197.1.301"
P256_CURVE = "1.2.840.10045.3.1.7"
SM2_ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
RSA_MINIMUM_BITS = 2048
RSA_MAXIMUM_BITS = 8192  # a larger one only costs time

SHA256, SHA384, SHA512, SM3 = "sha256", "sha384", "sha512", "sm3"
_HASHES: dict[str, hashes.HashAlgorithm] = {
    SHA256: hashes.SHA256(),
    SHA384: hashes.SHA384(),
    SHA512: hashes.SHA512(),
}


class Kind(StrEnum):
    """What kind of key it is."""

    SM2 = "sm2"
    RSA = "rsa"
    EC = "ec"


_CURVES = {SM2_CURVE: Kind.SM2, P256_CURVE: Kind.EC}


@dataclass(frozen=True, slots=True)
class SignatureAlgorithm:
    """With which kind of key, over which digest."""

    kind: Kind
    digest: str


# the algorithms with which certificates and revocation lists may be signed
ALGORITHMS = {
    "1.2.156.10197.1.501": SignatureAlgorithm(Kind.SM2, SM3),
    "1.2.840.113549.1.1.11": SignatureAlgorithm(Kind.RSA, SHA256),
    "1.2.840.113549.1.1.12": SignatureAlgorithm(Kind.RSA, SHA384),
    "1.2.840.113549.1.1.13": SignatureAlgorithm(Kind.RSA, SHA512),
    "1.2.840.10045.4.3.2": SignatureAlgorithm(Kind.EC, SHA256),
    "1.2.840.10045.4.3.3": SignatureAlgorithm(Kind.EC, SHA384),
    "1.2.840.10045.4.3.4": SignatureAlgorithm(Kind.EC, SHA512),
}
WEAK_ALGORITHMS = frozenset(
    {
        "1.2.840.113549.1.1.2",  # MD2 with RSA
        "1.2.840.113549.1.1.3",  # MD4 with RSA
        "1.2.840.113549.1.1.4",  # MD5 with RSA
        "1.2.840.113549.1.1.5",  # SHA-1 with RSA
        "1.3.14.3.2.29",  # SHA-1 with RSA, an older name
        "1.2.840.10045.4.1",  # SHA-1 with ECDSA
        "1.2.840.10040.4.3",  # SHA-1 with DSA
    }
)


def signature_algorithm(oid: str) -> SignatureAlgorithm:
    """Return the algorithm that an object identifier names.

    Raises:
        Refused: it is weak, or not one of ours.
    """
    if oid in WEAK_ALGORITHMS:
        raise Refused(Reason.ALGORITHM_WEAK, oid)
    try:
        return ALGORITHMS[oid]
    except KeyError as error:
        raise Refused(Reason.ALGORITHM_UNKNOWN, oid) from error


class PublicKey:
    """A public key that was found good enough."""

    def __init__(self, info: PublicKeyInfo) -> None:
        self.spki: bytes = info.dump()
        self.kind = _kind(info)
        self._key = _loaded(info, self.kind)

    @property
    def order(self) -> int:
        """The order of the curve: r and s are below it."""
        return SM2_ORDER if self.kind is Kind.SM2 else P256_ORDER

    @property
    def size(self) -> int:
        """How many bytes a signature of an RSA key has."""
        return (self._key.key_size + 7) // 8 if isinstance(self._key, rsa.RSAPublicKey) else 0

    def verifies(self, signature: bytes, content: bytes, digest: str) -> bool:
        """Tell whether the signature (DER, for RSA the plain number) is of this key.

        RSA signatures may be padded as PKCS #1 v1.5 or PSS.
        """
        key, algorithm = self._key, _HASHES.get(digest)
        if isinstance(key, bytes):
            return digest == SM3 and _sm2_verifies(key, signature, content)
        if algorithm is None:
            return False
        if isinstance(key, ec.EllipticCurvePublicKey):
            return _verified(partial(key.verify, signature, content, ec.ECDSA(algorithm)))
        pss = padding.PSS(mgf=padding.MGF1(algorithm), salt_length=padding.PSS.DIGEST_LENGTH)
        return any(
            _verified(partial(key.verify, signature, content, padded, algorithm))
            for padded in (padding.PKCS1v15(), pss)
        )


def _kind(info: PublicKeyInfo) -> Kind:
    oid = info["algorithm"]["algorithm"].dotted
    if oid == "1.2.840.113549.1.1.1":
        return Kind.RSA
    if oid != "1.2.840.10045.2.1":
        raise Refused(Reason.ALGORITHM_UNKNOWN, f"key {oid}")
    parameters = info["algorithm"]["parameters"]
    curve = parameters.chosen.dotted if parameters.name == "named" else "unnamed"
    if curve not in _CURVES:
        raise Refused(Reason.ALGORITHM_UNKNOWN, f"curve {curve}")
    return _CURVES[curve]


def _loaded(
    info: PublicKeyInfo, kind: Kind
) -> bytes | rsa.RSAPublicKey | ec.EllipticCurvePublicKey:
    if kind is Kind.SM2:
        try:
            point: bytes = normalize_sm2_public_key(bytes(info["public_key"].native))
        except InvalidValueError as error:
            raise Refused(Reason.KEY_INVALID, "SM2 point") from error
        return point
    try:
        key = serialization.load_der_public_key(info.dump())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Refused(Reason.KEY_INVALID, "key") from error
    if isinstance(key, rsa.RSAPublicKey):
        if not RSA_MINIMUM_BITS <= key.key_size <= RSA_MAXIMUM_BITS:
            raise Refused(Reason.KEY_WEAK, f"RSA {key.key_size}")
        return key
    assert isinstance(key, ec.EllipticCurvePublicKey)  # noqa: S101 - the OID says so
    return key


def _sm2_verifies(point: bytes, signature: bytes, content: bytes) -> bool:
    try:
        return bool(sm2_verify(point, content, signature))
    except InvalidValueError:
        return False


def _verified(verify: Callable[[], None]) -> bool:
    try:
        verify()
    except InvalidSignature:
        return False
    return True


def content_digest(content: bytes, digest: str) -> bytes:
    """Return the plain digest of some content."""
    return sm3_hash(content) if digest == SM3 else hashlib.new(digest, content).digest()
