"""The far side of 服务器配置: encrypted calls from WeChat to the server of the account.

Written apart from the product's own opening and closing, after the same public description, so
that each proves the other.
"""

import base64
import hashlib
import secrets
import struct
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

import httpx
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

TIMEOUT_SECONDS = 5.0
PADDING_BITS = 256  # WeChat pads to 32 bytes


@dataclass(frozen=True)
class CallbackAddress:
    """Where the account's server is, and what it shares with WeChat."""

    url: str
    token: str = field(repr=False)
    aes_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CallbackReply:
    """What the server said: HTTP status, and its text, decrypted where it was encrypted."""

    status: int
    text: str


def encrypt(aes_key: str, app_id: str, message: str) -> str:
    """Return a message as WeChat encrypts it."""
    key = base64.b64decode(aes_key + "=")
    content = message.encode("utf-8")
    packed = secrets.token_bytes(16) + struct.pack(">I", len(content)) + content + app_id.encode()
    padder = PKCS7(PADDING_BITS).padder()
    cipher = Cipher(algorithms.AES256(key), modes.CBC(key[:16])).encryptor()
    padded = padder.update(packed) + padder.finalize()
    return base64.b64encode(cipher.update(padded) + cipher.finalize()).decode("ascii")


def decrypt(aes_key: str, app_id: str, encrypted: str) -> str:
    """Return what is in an encrypted reply.

    Raises:
        ValueError: it is for another app, or not encrypted with this key.
    """
    key = base64.b64decode(aes_key + "=")
    cipher = Cipher(algorithms.AES256(key), modes.CBC(key[:16])).decryptor()
    padded = cipher.update(base64.b64decode(encrypted)) + cipher.finalize()
    unpadder = PKCS7(PADDING_BITS).unpadder()
    packed = unpadder.update(padded) + unpadder.finalize()
    (length,) = struct.unpack(">I", packed[16:20])
    if packed[20 + length :] != app_id.encode():
        raise ValueError("the reply is for another app")
    return packed[20 : 20 + length].decode("utf-8")


def sign(token: str, *parts: str) -> str:
    """Return WeChat's signature over some texts."""
    hasher = hashlib.sha1(usedforsecurity=False)
    for part in sorted([token, *parts]):
        hasher.update(part.encode("utf-8"))
    return hasher.hexdigest()


def verify(address: CallbackAddress, timestamp: int) -> bool:
    """Ask the server for the echo with which it proves that it knows the token."""
    nonce, echo = secrets.token_hex(5), secrets.token_hex(9)
    query = {
        "signature": sign(address.token, str(timestamp), nonce),
        "timestamp": str(timestamp),
        "nonce": nonce,
        "echostr": echo,
    }
    return httpx.get(address.url, params=query, timeout=TIMEOUT_SECONDS).text == echo


def call(
    address: CallbackAddress, app_id: str, fields: dict[str, Any], timestamp: int
) -> CallbackReply:
    """Send an event or a message of a person to the server."""
    encrypted = encrypt(address.aes_key, app_id, f"<xml>{_elements(fields)}</xml>")
    nonce = secrets.token_hex(5)
    query = {
        "signature": sign(address.token, str(timestamp), nonce),
        "timestamp": str(timestamp),
        "nonce": nonce,
        "encrypt_type": "aes",
        "msg_signature": sign(address.token, str(timestamp), nonce, encrypted),
    }
    body = _elements({"ToUserName": str(fields["ToUserName"]), "Encrypt": encrypted})
    answer = httpx.post(
        address.url,
        params=query,
        content=f"<xml>{body}</xml>".encode(),
        headers={"Content-Type": "text/xml"},
        timeout=TIMEOUT_SECONDS,
    )
    if not answer.text.startswith("<xml>"):
        return CallbackReply(answer.status_code, answer.text)
    return CallbackReply(answer.status_code, _opened(address, app_id, answer.text))


def _opened(address: CallbackAddress, app_id: str, reply: str) -> str:
    parts = {part.tag: part.text or "" for part in ET.fromstring(reply)}  # noqa: S314 - the server under test is ours
    signed = sign(address.token, parts["TimeStamp"], parts["Nonce"], parts["Encrypt"])
    if signed != parts["MsgSignature"]:
        raise ValueError("the reply is not signed as WeChat demands")
    return decrypt(address.aes_key, app_id, parts["Encrypt"])


def _elements(fields: dict[str, Any]) -> str:
    parts = []
    for name, value in fields.items():
        entries = value if isinstance(value, list) else [value]
        for entry in entries:
            inside = _elements(entry) if isinstance(entry, dict) else escape(str(entry))
            parts.append(f"<{name}>{inside}</{name}>")
    return "".join(parts)
