"""WeChat's calls to us: signed, encrypted (安全模式), small, and each taken once.

Source: 微信公众平台, 消息加解密说明: AES-256-CBC, key = Base64(EncodingAESKey + "="), the first
16 bytes of the key as IV, PKCS#7 padding to 32 bytes, over 16 random bytes, the length of the
message as 4 bytes (network order), the message, the app id.
"""

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

BLOCK = 32
RANDOM = 16
LIMIT_BYTES = 64 * 1024
LIMIT_ELEMENTS = 400
LIMIT_DEPTH = 6
WINDOW_SECONDS = 300


class CallbackRefused(Exception):
    """A call that is not WeChat's, or not for us, or no longer good; the text is for the log."""


def signature(token: str, *parts: str) -> str:
    """Return what WeChat signs with: SHA-1 over token and parts, sorted and joined."""
    text = "".join(sorted((token, *parts)))
    return hashlib.sha1(text.encode()).hexdigest()  # noqa: S324 - the interface demands SHA-1


def check_signature(given: str, token: str, *parts: str) -> None:
    """Refuse a signature that is not WeChat's.

    Raises:
        CallbackRefused: it is another's, or of other parts.
    """
    if not hmac.compare_digest(given.encode(), signature(token, *parts).encode()):
        raise CallbackRefused("signature")


def check_time(timestamp: str, now: float) -> None:
    """Refuse what was signed more than five minutes ago, or in the future.

    Raises:
        CallbackRefused: it was, or the timestamp is no number of seconds.
    """
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:  # noqa: PLR2004 - seconds
        raise CallbackRefused("timestamp")
    if abs(now - int(timestamp)) > WINDOW_SECONDS:
        raise CallbackRefused("timestamp too old")


@dataclass(frozen=True)
class Box:
    """Opens and closes messages with the EncodingAESKey of the account."""

    app_id: str
    aes_key: str = field(repr=False)

    def open(self, encrypted: str) -> str:
        """Return the message inside.

        Raises:
            CallbackRefused: it was not made with this key, or is for another app.
        """
        try:
            content = base64.b64decode(encrypted, validate=True)
        except ValueError as error:
            raise CallbackRefused("base64") from error
        if not content or len(content) % 16:
            raise CallbackRefused("length")
        decryptor = self._cipher().decryptor()
        plain = _unpadded(decryptor.update(content) + decryptor.finalize())
        length = int.from_bytes(plain[RANDOM : RANDOM + 4], "big")
        start, end = RANDOM + 4, RANDOM + 4 + length
        if end > len(plain) or not hmac.compare_digest(plain[end:], self.app_id.encode()):
            raise CallbackRefused("app id")
        try:
            return plain[start:end].decode()
        except UnicodeDecodeError as error:
            raise CallbackRefused("encoding") from error

    def close(self, message: str) -> str:
        """Return the message encrypted, as Base64."""
        body = message.encode()
        plain = os.urandom(RANDOM) + len(body).to_bytes(4, "big") + body + self.app_id.encode()
        missing = BLOCK - len(plain) % BLOCK
        encryptor = self._cipher().encryptor()
        content = encryptor.update(plain + bytes([missing]) * missing) + encryptor.finalize()
        return base64.b64encode(content).decode()

    def _cipher(self) -> Cipher[CBC]:
        key = base64.b64decode(f"{self.aes_key}=")
        return Cipher(AES(key), CBC(key[:16]))


def _unpadded(plain: bytes) -> bytes:
    missing = plain[-1]
    if not 1 <= missing <= BLOCK or plain[-missing:] != bytes([missing]) * missing:
        raise CallbackRefused("padding")
    return plain[:-missing]


def parse_xml(content: bytes | str) -> dict[str, Any]:
    """Return WeChat's XML as texts and dictionaries; an element that repeats becomes a list.

    No document type, no entities, no processing instructions, few elements: what WeChat never
    sends is not understood, so nothing can be expanded or fetched.

    Raises:
        CallbackRefused: it is larger or deeper than WeChat's, or holds one of those.
    """
    body = content.encode() if isinstance(content, str) else content
    if len(body) > LIMIT_BYTES:
        raise CallbackRefused("too large")
    reader = _Reader()
    parser = expat.ParserCreate("UTF-8")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ProcessingInstructionHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    try:
        parser.Parse(body, True)  # noqa: FBT003 - expat's signature
    except expat.ExpatError as error:
        raise CallbackRefused("xml") from error
    if not isinstance(reader.root, dict):
        raise CallbackRefused("xml without elements")
    return reader.root


def _refuse(*_arguments: Any) -> int:
    raise CallbackRefused("xml declarations")


class _Reader:
    """Builds the dictionaries while expat reads."""

    def __init__(self) -> None:
        self.root: Any = None
        self._open: list[tuple[str, dict[str, Any], list[str]]] = []
        self._count = 0

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > LIMIT_ELEMENTS or len(self._open) >= LIMIT_DEPTH:
            raise CallbackRefused("xml too large")
        self._open.append((name, {}, []))

    def text(self, text: str) -> None:
        if self._open:
            self._open[-1][2].append(text)

    def end(self, name: str) -> None:
        _name, children, texts = self._open.pop()
        value: Any = children or "".join(texts).strip()
        if not self._open:
            self.root = value
            return
        siblings = self._open[-1][1]
        if name not in siblings:
            siblings[name] = value
        elif isinstance(siblings[name], list):
            siblings[name].append(value)
        else:
            siblings[name] = [siblings[name], value]


def as_xml(values: dict[str, str | int]) -> str:
    """Return a flat message as WeChat's XML; texts are in CDATA, as it writes them itself."""
    parts = []
    for name, value in values.items():
        if isinstance(value, int):
            parts.append(f"<{name}>{value}</{name}>")
        else:
            text = value.replace("]]>", "]]]]><![CDATA[>")
            parts.append(f"<{name}><![CDATA[{text}]]></{name}>")
    return f"<xml>{''.join(parts)}</xml>"
