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
        self._sm2 = b""
        self._rsa: rsa.RSAPublicKey | None = None
        self._ec: ec.EllipticCurvePublicKey | None = None
        oid = info["algorithm"]["algorithm"].dotted
        if oid == "1.2.840.113549.1.1.1":
            self.kind = Kind.RSA
            self._rsa = self._loaded_rsa()
        elif oid == "1.2.840.10045.2.1":
            self._take_curve(info)
        else:
            raise Refused(Reason.ALGORITHM_UNKNOWN, f"key {oid}")

    @property
    def order(self) -> int:
        """The order of the curve: r and s are below it."""
        return SM2_ORDER if self.kind is Kind.SM2 else P256_ORDER

    @property
    def size(self) -> int:
        """How many bytes a signature of an RSA key has."""
        return (self._rsa.key_size + 7) // 8 if self._rsa else 0

    def verifies(self, signature: bytes, content: bytes, digest: str) -> bool:
        """Tell whether the signature (DER, for RSA the plain number) is of this key.

        RSA signatures may be padded as PKCS #1 v1.5 or PSS.
        """
        if self.kind is Kind.SM2:
            return digest == SM3 and self._sm2_verifies(signature, content)
        algorithm = _HASHES.get(digest)
        if algorithm is None:
            return False
        if self._ec is not None:
            verify = partial(self._ec.verify, signature, content, ec.ECDSA(algorithm))
            return _verified(verify)
        return self._rsa_verifies(signature, content, algorithm)

    def _take_curve(self, info: PublicKeyInfo) -> None:
        parameters = info["algorithm"]["parameters"]
        curve = parameters.chosen.dotted if parameters.name == "named" else "unnamed"
        if curve == SM2_CURVE:
            self.kind = Kind.SM2
            try:
                self._sm2 = normalize_sm2_public_key(bytes(info["public_key"].native))
            except InvalidValueError as error:
                raise Refused(Reason.KEY_INVALID, "SM2 point") from error
        elif curve == P256_CURVE:
            self.kind = Kind.EC
            loaded = self._loaded()
            assert isinstance(loaded, ec.EllipticCurvePublicKey)  # noqa: S101 - the OID says so
            self._ec = loaded
        else:
            raise Refused(Reason.ALGORITHM_UNKNOWN, f"curve {curve}")

    def _loaded(self) -> object:
        try:
            return serialization.load_der_public_key(self.spki)
        except (ValueError, UnsupportedAlgorithm) as error:
            raise Refused(Reason.KEY_INVALID, "key") from error

    def _loaded_rsa(self) -> rsa.RSAPublicKey:
        loaded = self._loaded()
        assert isinstance(loaded, rsa.RSAPublicKey)  # noqa: S101 - the OID says so
        if not RSA_MINIMUM_BITS <= loaded.key_size <= RSA_MAXIMUM_BITS:
            raise Refused(Reason.KEY_WEAK, f"RSA {loaded.key_size}")
        return loaded

    def _sm2_verifies(self, signature: bytes, content: bytes) -> bool:
        try:
            return bool(sm2_verify(self._sm2, content, signature))
        except InvalidValueError:
            return False

    def _rsa_verifies(
        self, signature: bytes, content: bytes, algorithm: hashes.HashAlgorithm
    ) -> bool:
        key = self._rsa
        assert key is not None  # noqa: S101 - the only kind left
        pss = padding.PSS(mgf=padding.MGF1(algorithm), salt_length=padding.PSS.DIGEST_LENGTH)
        return _verified(
            lambda: key.verify(signature, content, padding.PKCS1v15(), algorithm)
        ) or _verified(lambda: key.verify(signature, content, pss, algorithm))


def _verified(verify: Callable[[], None]) -> bool:
    try:
        verify()
    except InvalidSignature:
        return False
    return True


def content_digest(content: bytes, digest: str) -> bytes:
    """Return the plain digest of some content."""
    return sm3_hash(content) if digest == SM3 else hashlib.new(digest, content).digest()
