"""Signed notes: a text, and lines with who signed it (C2SP signed-note, tlog-cosignature).

Verifier keys are written `name+hash+key`: name of the signer, eight hexadecimal digits that
identify name and key, and base64 of the type and the public key.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ED25519 = 1
COSIGNATURE = 4
ID_SIZE = 4
KEY_SIZE = 32
SIGNATURE_SIZE = 64
TIME_SIZE = 8
MARK = "— "
NAME = re.compile(r"[^\s+\x00-\x1f]+")
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]")


class InvalidNote(Exception):
    """What was given is no signed note, or none that was signed by whom it should be."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A name and the public key that it signs with; `kind` is ED25519 or COSIGNATURE."""

    name: str
    public: bytes
    kind: int = ED25519

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name) or len(self.public) != KEY_SIZE:
            raise InvalidNote("a signer has a name without blanks and plus, and a key of 32 bytes")

    @classmethod
    def parse(cls, written: str) -> "Verifier":
        """Read a verifier key as it is written.

        Raises:
            InvalidNote: it is none, or of a kind that is not known here.
        """
        name, _plus, rest = written.strip().partition("+")
        known, _plus, key = rest.partition("+")
        raw = decoded(key)
        if not raw or raw[0] not in {ED25519, COSIGNATURE}:
            raise InvalidNote("a key of this kind is not known")
        verifier = cls(name, raw[1:], raw[0])
        if known != verifier.identity.hex():
            raise InvalidNote("the digits of the key are not those of its name and key")
        return verifier

    @property
    def identity(self) -> bytes:
        """The four bytes that tell signatures of this name and key."""
        named = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(named).digest()[:ID_SIZE]

    def __str__(self) -> str:
        key = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.identity.hex()}+{key}"

    def time_signed(self, text: str, signature: bytes) -> int | None:
        """Check a signature of a text; return when it was made, in seconds, where it says so.

        Raises:
            InvalidNote: it is not of this signer, or of another text.
        """
        size = SIGNATURE_SIZE + (TIME_SIZE if self.kind == COSIGNATURE else 0)
        if len(signature) != size:
            raise InvalidNote(f"a signature of {self.name} has another length")
        seconds = None
        signed = text.encode()
        if self.kind == COSIGNATURE:
            seconds = int.from_bytes(signature[:TIME_SIZE])
            signed = _cosigned(text, seconds)
        try:
            public = Ed25519PublicKey.from_public_bytes(self.public)
            public.verify(signature[-SIGNATURE_SIZE:], signed)
        except (InvalidSignature, ValueError) as error:
            raise InvalidNote(f"the signature of {self.name} is not of this text") from error
        return seconds


@dataclass(frozen=True, slots=True)
class Signer:
    """A name and its private key."""

    name: str
    private: Ed25519PrivateKey

    def verifier(self, kind: int = ED25519) -> Verifier:
        """Return the name with the public key."""
        raw = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return Verifier(self.name, raw, kind)

    def sign(self, text: str) -> str:
        """Return the signed note: the text and one line with the signature.

        Raises:
            InvalidNote: the text cannot be one of a note.
        """
        _check_text(text)
        line = _line(self.verifier(), self.private.sign(text.encode()))
        return f"{text}\n{line}"

    def cosign(self, note: str, seconds: int) -> str:
        """Return a note with one line more: it was seen at this time (seconds since 1970)."""
        text, _signatures = split(note)
        signature = seconds.to_bytes(TIME_SIZE) + self.private.sign(_cosigned(text, seconds))
        return note + _line(self.verifier(COSIGNATURE), signature)


def split(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """Return the text of a note and its signatures: (name, identity, signature).

    Raises:
        InvalidNote: it is not one.
    """
    text, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise InvalidNote("a note is a text, an empty line and signatures")
    text += "\n"
    _check_text(text)
    signatures = []
    for line in lines.removesuffix("\n").split("\n"):
        name, _blank, signature = line.removeprefix(MARK).partition(" ")
        raw = decoded(signature)
        if not line.startswith(MARK) or not NAME.fullmatch(name) or len(raw) <= ID_SIZE:
            raise InvalidNote("a line is no signature")
        signatures.append((name, raw[:ID_SIZE], raw[ID_SIZE:]))
    return text, signatures


def text_signed_by(note: str, verifiers: Iterable[Verifier]) -> str:
    """Return the text of a note that at least one of these signed.

    Signatures of others are passed over; a wrong one of a known signer makes the note invalid.

    Raises:
        InvalidNote: it is no note, none of them signed it, or a signature is wrong.
    """
    text, signatures = split(note)
    known = {(each.name, each.identity): each for each in verifiers}
    signed = [
        known[name, identity].time_signed(text, signature)
        for name, identity, signature in signatures
        if (name, identity) in known
    ]
    if not signed:
        raise InvalidNote("nobody who is known signed it")
    return text


def _check_text(text: str) -> None:
    if not text.endswith("\n") or CONTROL.search(text):
        raise InvalidNote("the text of a note ends with its line and is plain text")


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _line(verifier: Verifier, signature: bytes) -> str:
    written = base64.b64encode(verifier.identity + signature).decode()
    return f"{MARK}{verifier.name} {written}\n"


def decoded(written: str) -> bytes:
    """Return the bytes of base64 as it is usually written, of anything else none."""
    try:
        raw = base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        return b""
    # the last character has bits that nobody reads: one signature is written in one way
    return raw if base64.b64encode(raw).decode() == written else b""
