"""The signature over the challenge: raw r‖s, DER, RSA, or PKCS #7 SignedData."""

from enum import StrEnum
from typing import Any

from asn1crypto import cms, core
from asn1crypto.algos import DSASignature

from yunjian.certificates.core.certificate import Certificate
from yunjian.certificates.core.der import check_der
from yunjian.certificates.core.keys import SHA256, SHA384, SHA512, SM3, Kind, content_digest
from yunjian.certificates.core.reasons import Reason, Refused

MAX_BYTES = 64 * 1024
RAW_LENGTH = 64
BLOB_LENGTH = 128  # r and s in fields of 64 bytes each, as GM/T 0016 devices hand them over
_SEQUENCE, _OBJECT_IDENTIFIER, _SET = 0x30, 0x06, 0x31

_GM = "1.2.156.10197.6.1.4.2."
DATA = frozenset({"1.2.840.113549.1.7.1", f"{_GM}1"})
SIGNED_DATA = frozenset({"1.2.840.113549.1.7.2", f"{_GM}2"})
DIGESTS = {
    "1.2.156.10197.1.401": SM3,
    "2.16.840.1.101.3.4.2.1": SHA256,
    "2.16.840.1.101.3.4.2.2": SHA384,
    "2.16.840.1.101.3.4.2.3": SHA512,
}
_WEAK_DIGESTS = frozenset({"1.3.14.3.2.26", "1.2.840.113549.2.5", "1.2.840.113549.2.2"})
# how the one who signed may say what it did; the key of the certificate decides what is checked
_SIGNING = {
    Kind.SM2: frozenset({"1.2.156.10197.1.501", "1.2.156.10197.1.301", "1.2.156.10197.1.301.1"}),
    Kind.EC: frozenset({"1.2.840.10045.2.1", "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3"}),
    Kind.RSA: frozenset(
        {
            "1.2.840.113549.1.1.1",
            "1.2.840.113549.1.1.10",
            "1.2.840.113549.1.1.11",
            "1.2.840.113549.1.1.12",
            "1.2.840.113549.1.1.13",
        }
    ),
}


class Encoding(StrEnum):
    """In which form the signature came."""

    RAW = "raw"
    DER = "der"
    RSA = "rsa"
    PKCS7 = "pkcs7"


class _Encapsulated(core.Sequence):  # type: ignore[misc]  # the library is not typed
    _fields = [
        ("content_type", core.ObjectIdentifier),
        ("content", core.Any, {"explicit": 0, "optional": True}),
    ]


class _SignedData(core.Sequence):  # type: ignore[misc]  # the library is not typed
    # certificates and lists inside are skipped unread: ours come from elsewhere
    _fields = [
        ("version", core.Integer),
        ("digest_algorithms", core.SetOf, {"spec": core.Any}),
        ("encapsulated", _Encapsulated),
        ("certificates", core.SetOf, {"implicit": 0, "optional": True, "spec": core.Any}),
        ("crls", core.SetOf, {"implicit": 1, "optional": True, "spec": core.Any}),
        ("signer_infos", cms.SignerInfos),
    ]


class _ContentInfo(core.Sequence):  # type: ignore[misc]  # the library is not typed
    _fields = [
        ("content_type", core.ObjectIdentifier),
        ("content", _SignedData, {"explicit": 0}),
    ]


def check_signature(certificate: Certificate, text: bytes, signature: bytes) -> Encoding:
    """Refuse unless the signature over the text is of the certificate's key.

    Raises:
        Refused: it is malformed, of somebody else, over something else, or wrong.
    """
    if len(signature) > MAX_BYTES:
        raise Refused(Reason.TOO_LARGE, f"{len(signature)} bytes")
    if _is_pkcs7(signature):
        _check_pkcs7(certificate, text, signature)
        return Encoding.PKCS7
    kind = certificate.key.kind
    if kind is Kind.RSA:
        if len(signature) != certificate.key.size:
            raise Refused(Reason.SIGNATURE_MALFORMED, "wrong length")
        _verify(certificate, text, signature, SHA256)
        return Encoding.RSA
    encoded, encoding = _as_der(certificate, signature)
    _verify(certificate, text, encoded, SM3 if kind is Kind.SM2 else SHA256)
    return encoding


def _verify(certificate: Certificate, content: bytes, signature: bytes, digest: str) -> None:
    if not certificate.key.verifies(signature, content, digest):
        raise Refused(Reason.SIGNATURE_WRONG)


def _as_der(certificate: Certificate, signature: bytes) -> tuple[bytes, Encoding]:
    """Return r and s in DER, however they came, after checking their range."""
    if len(signature) in {RAW_LENGTH, BLOB_LENGTH}:
        half = len(signature) // 2
        halves = signature[:half], signature[half:]
        r, s = (int.from_bytes(part, "big") for part in halves)
        encoding = Encoding.RAW
    else:
        r, s = _numbers(signature)
        encoding = Encoding.DER
    if not (0 < r < certificate.key.order and 0 < s < certificate.key.order):
        raise Refused(Reason.SIGNATURE_MALFORMED, "r or s out of range")
    return DSASignature({"r": r, "s": s}).dump(), encoding


def _numbers(signature: bytes) -> tuple[int, int]:
    _check_der(signature)
    try:
        parsed = DSASignature.load(signature, strict=True)
        r, s = int(parsed["r"].native), int(parsed["s"].native)
    except (ValueError, TypeError) as error:
        raise Refused(Reason.SIGNATURE_MALFORMED, "no pair of numbers") from error
    if DSASignature({"r": r, "s": s}).dump() != signature:
        raise Refused(Reason.SIGNATURE_MALFORMED, "not the only encoding")
    return r, s


def _check_der(signature: bytes) -> None:
    try:
        check_der(signature)
    except Refused as error:
        raise Refused(Reason.SIGNATURE_MALFORMED, error.detail) from error


# --- PKCS #7 ------------------------------------------------------------------------------------


_BY_ISSUER = "issuer_and_serial_number"


def _is_pkcs7(signature: bytes) -> bool:
    """Tell whether it begins like a sequence whose first element is an object identifier."""
    if len(signature) <= BLOB_LENGTH or signature[0] != _SEQUENCE:
        return False
    first = signature[1]
    inner = 2 if first < 0x80 else 2 + (first & 0x7F)  # noqa: PLR2004 - the long form of a length
    return inner < len(signature) and signature[inner] == _OBJECT_IDENTIFIER


def _check_pkcs7(certificate: Certificate, text: bytes, signature: bytes) -> None:
    _check_der(signature)
    content, content_type, signers = _signed_data(signature)
    if len(signers) != 1:
        reason = Reason.SIGNERS_SEVERAL if signers else Reason.SIGNATURE_MALFORMED
        raise Refused(reason, f"{len(signers)} signers")
    if content is not None and content != text:
        raise Refused(Reason.CONTENT_DIFFERS)
    signer = signers[0]
    if not _is_signer(signer["sid"], certificate):
        raise Refused(Reason.SIGNER_DIFFERS)
    digest = _digest(signer, certificate)
    signed = _signed_bytes(signer["signed_attrs"], text, content_type, digest)
    value = bytes(signer["signature"].native)
    if certificate.key.kind is not Kind.RSA:
        value, _encoding = _as_der(certificate, value)
    _verify(certificate, signed, value, digest)


def _signed_data(signature: bytes) -> tuple[bytes | None, str, list[Any]]:
    try:
        outer = _ContentInfo.load(signature, strict=True)
        if outer["content_type"].dotted not in SIGNED_DATA:
            raise Refused(Reason.SIGNATURE_MALFORMED, "not signed data")
        data = outer["content"]
        inner = data["encapsulated"]
        content_type = inner["content_type"].dotted
        if content_type not in DATA:
            raise Refused(Reason.SIGNATURE_MALFORMED, "not plain data")
        content = None
        if not isinstance(inner["content"], core.Void):
            content = bytes(inner["content"].parse(core.OctetString).native)
        signers = list(data["signer_infos"])
        for signer in signers:
            _ = signer.native  # everything is parsed here, so that nothing can fail later
            if signer["sid"].name == _BY_ISSUER:
                _ = signer["sid"].chosen["issuer"].hashable  # what cannot be compared fails here
    except (ValueError, TypeError, KeyError) as error:
        raise Refused(Reason.SIGNATURE_MALFORMED, type(error).__name__) from error
    return content, content_type, signers


def _is_signer(named: Any, certificate: Certificate) -> bool:
    if named.name == _BY_ISSUER:
        given = named.chosen
        return bool(
            given["issuer"] == certificate.asn1.issuer
            and given["serial_number"].native == certificate.parsed.serial_number
        )
    return bool(named.chosen.native == certificate.asn1.key_identifier)


def _digest(signer: Any, certificate: Certificate) -> str:
    """Return the digest that was signed with, if it suits the key."""
    oid = signer["digest_algorithm"]["algorithm"].dotted
    if oid in _WEAK_DIGESTS:
        raise Refused(Reason.ALGORITHM_WEAK, oid)
    digest = DIGESTS.get(oid)
    kind = certificate.key.kind
    suits = digest is not None and (digest == SM3) == (kind is Kind.SM2)
    if not suits or signer["signature_algorithm"]["algorithm"].dotted not in _SIGNING[kind]:
        raise Refused(Reason.ALGORITHM_UNKNOWN, oid)
    assert digest is not None  # noqa: S101 - it suits
    return digest


def _signed_bytes(attributes: Any, text: bytes, content_type: str, digest: str) -> bytes:
    """Return what was really signed: the text, or attributes that hold its digest."""
    if isinstance(attributes, core.Void) or not len(attributes):
        return text
    results: dict[str, list[bytes]] = {}
    for attribute in attributes:
        results.setdefault(attribute["type"].dotted, []).extend(
            value.dump() for value in attribute["values"]
        )
    # the one attribute that tells over what the signature is, and the one that tells its type
    expected = {
        "1.2.840.113549.1.9.4": core.OctetString(content_digest(text, digest)).dump(),
        "1.2.840.113549.1.9.3": core.ObjectIdentifier(content_type).dump(),
    }
    for oid, value in expected.items():
        if results.get(oid) != [value]:
            raise Refused(Reason.CONTENT_DIFFERS, oid)
    encoded: bytes = attributes.dump()
    return bytes([_SET]) + encoded[1:]
