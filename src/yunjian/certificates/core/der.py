"""A look at DER before any library parses it: one pass, no recursion, everything bounded."""

import base64
import binascii
import re

from yunjian.certificates.core.reasons import Reason, Refused

MAX_DEPTH = 24
MAX_ELEMENTS = 4000
_LONG_TAG = 0x1F
_CONSTRUCTED = 0x20
_LONG_LENGTH = 0x80
_MAX_LENGTH_BYTES = 4
_ARMOUR = re.compile(r"-----(BEGIN|END) [A-Z0-9 ]{1,40}-----")


def check_der(content: bytes) -> None:
    """Refuse what is not one whole element in definite-length encoding, or nests too deeply.

    Raises:
        Refused: truncated when the element says that more should follow, else malformed.
    """
    if not content:
        raise Refused(Reason.MALFORMED, "empty")
    ends = [len(content)]
    position = elements = 0
    while position < len(content):
        elements += 1
        if elements > MAX_ELEMENTS or len(ends) > MAX_DEPTH:
            raise Refused(Reason.MALFORMED, "nested too deeply or too many elements")
        constructed = bool(content[position] & _CONSTRUCTED)
        begin, length = _header(content, position)
        end = begin + length
        if end > ends[-1]:
            reason = Reason.TRUNCATED if len(ends) == 1 else Reason.MALFORMED
            raise Refused(reason, "element is longer than its frame")
        if len(ends) == 1 and end != len(content):
            raise Refused(Reason.MALFORMED, "something follows the element")
        if constructed:
            ends.append(end)
            position = begin
        else:
            position = end
        while len(ends) > 1 and position == ends[-1]:
            ends.pop()


def _header(content: bytes, position: int) -> tuple[int, int]:
    """Return where the value of the element begins, and how long it is."""
    if content[position] & _LONG_TAG == _LONG_TAG:
        raise Refused(Reason.MALFORMED, "tag of many bytes")
    if position + 1 >= len(content):
        raise Refused(Reason.TRUNCATED, "no length")
    first = content[position + 1]
    if first < _LONG_LENGTH:
        return position + 2, first
    count = first & 0x7F
    if not 1 <= count <= _MAX_LENGTH_BYTES:
        raise Refused(Reason.MALFORMED, "indefinite or absurd length")
    begin = position + 2 + count
    if begin > len(content):
        raise Refused(Reason.TRUNCATED, "no length")
    return begin, int.from_bytes(content[position + 2 : begin], "big")


def decode_text(text: str, *, limit: int) -> bytes:
    """Return the bytes that base64 or PEM text carries, `limit` bytes at most.

    Raises:
        Refused: it is too large, or no base64.
    """
    if len(text) > limit * 3 // 2 + 200:  # base64 makes four of three; armour and line ends
        raise Refused(Reason.TOO_LARGE, f"{len(text)} characters")
    body = "".join(_ARMOUR.sub("", text).split())
    try:
        content = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused(Reason.MALFORMED, "not base64") from error
    if len(content) > limit:
        raise Refused(Reason.TOO_LARGE, f"{len(content)} bytes")
    return content
