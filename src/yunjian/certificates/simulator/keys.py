"""Keys in files, guarded by a PIN that locks after some wrong tries, as a real key does."""

import base64
import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from asn1crypto import keys as asn1
from asn1crypto import pem
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from gmssl_pyx import sm2_sign

INDEX = "keys.json"
TRIES = 6
_SM2_CURVE = "1.2.156.10197.1.301"
_HALF = 32


@dataclass
class SoftKey:
    """One container: a certificate and its private key."""

    container: str
    title: str
    certificate: Path
    key: Path
    pin: str
    tries: int = TRIES

    def opens(self, pin: str) -> bool:
        """Check the PIN; a wrong one costs a try, and without tries nothing opens."""
        if self.tries <= 0:
            return False
        if secrets.compare_digest(pin.encode(), self.pin.encode()):
            self.tries = TRIES
            return True
        self.tries -= 1
        return False

    def exported(self) -> str:
        """Return the certificate as base64 of its DER."""
        return base64.b64encode(_der(self.certificate)).decode()

    def sign(self, content: bytes) -> bytes:
        """Sign: SM2 with SM3 as r‖s, ECDSA with SHA-256 in DER, RSA as PKCS #1 v1.5."""
        der = _der(self.key)
        info = asn1.PrivateKeyInfo.load(der)
        parameters = info["private_key_algorithm"]["parameters"]
        if info.algorithm == "ec" and parameters.chosen.dotted == _SM2_CURVE:
            return _sm2(info["private_key"].parsed, content)
        loaded = serialization.load_der_private_key(der, password=None)
        if isinstance(loaded, ec.EllipticCurvePrivateKey):
            return loaded.sign(content, ec.ECDSA(hashes.SHA256()))
        if isinstance(loaded, rsa.RSAPrivateKey):
            return loaded.sign(content, padding.PKCS1v15(), hashes.SHA256())
        raise TypeError(type(loaded).__name__)


@dataclass
class Drawer:
    """The keys that are plugged in."""

    keys: dict[str, SoftKey] = field(default_factory=dict)
    opened: set[str] = field(default_factory=set)


def read_drawer(folder: Path) -> Drawer:
    """Read the keys that `keys.json` of a folder names."""
    rows = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    for row in rows:
        row |= {"certificate": folder / row["certificate"], "key": folder / row["key"]}
    return Drawer({row["container"]: SoftKey(**row) for row in rows})


def _der(path: Path) -> bytes:
    content: bytes = pem.unarmor(path.read_bytes())[2]
    return content


def _sm2(key: asn1.ECPrivateKey, content: bytes) -> bytes:
    secret = int(key["private_key"].native).to_bytes(_HALF, "big")
    public = bytes(key["public_key"].native)[1:]
    numbers = asn1.SequenceOf.load(sm2_sign(secret, public, content), spec=asn1.Integer)
    return b"".join(int(number.native).to_bytes(_HALF, "big") for number in numbers)
