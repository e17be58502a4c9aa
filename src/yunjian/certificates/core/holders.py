"""Whose certificate it is: the unified social credit code and names, from configured places.

A place is the object identifier of an extension ("1.2.156.112570.11.210") or of an attribute of
the subject ("subject:2.5.4.97").
"""

import re
from collections.abc import Sequence

from asn1crypto import core

from yunjian.certificates.core.certificate import COMMON_NAME, ORGANIZATION, Certificate
from yunjian.certificates.core.reasons import Reason, Refused
from yunjian.identity.domain.uscc import ALPHABET, is_uscc

SUBJECT = "subject:"
_TEXTS = (core.UTF8String, core.PrintableString, core.IA5String, core.BMPString, core.TeletexString)
_SHAPED = re.compile(rf"(?<![0-9A-Z])[{ALPHABET}]{{18}}(?![0-9A-Z])")


def find_uscc(certificate: Certificate, places: Sequence[str]) -> str:
    """Return the code: the first place that holds something of its shape decides.

    Raises:
        Refused: no place holds one, or its check character is wrong.
    """
    for place in places:
        for text in _texts(certificate, place):
            match = _SHAPED.search(text.upper())
            if match is None:
                continue
            if not is_uscc(match.group()):
                raise Refused(Reason.USCC_WRONG, place)
            return match.group()
    raise Refused(Reason.USCC_MISSING)


def find_text(certificate: Certificate, places: Sequence[str]) -> str:
    """Return what the first of the places holds; empty when none holds anything."""
    texts = (text.strip() for place in places for text in _texts(certificate, place))
    return next((text for text in texts if text), "")[:120]


def organization_name(certificate: Certificate) -> str:
    """Return the name of the organisation, else the common name."""
    names = [*certificate.named(ORGANIZATION), *certificate.named(COMMON_NAME)]
    return names[0].strip()[:120] if names else ""


def _texts(certificate: Certificate, place: str) -> list[str]:
    if place.startswith(SUBJECT):
        return certificate.named(place.removeprefix(SUBJECT))
    value = certificate.extension_value(place)
    return [] if value is None else [_text(value)]


def _text(value: bytes) -> str:
    """Return the text of an extension: a string of ASN.1, one inside an octet string, or bare."""
    for _ in range(2):
        try:
            parsed = core.load(value, strict=True)
            if isinstance(parsed, _TEXTS):
                return str(parsed.native)
        except (ValueError, TypeError):
            break
        if not isinstance(parsed, core.OctetString):
            break
        value = bytes(parsed.native)
    return value.decode("utf-8", errors="replace")
