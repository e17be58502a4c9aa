"""The certificate profile of an authority: how its certificates of organisations are told, and
where they say whose they are. It is data (TOML), which the operator writes for each authority.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from asn1crypto import core

from yunjian.certificates.core.certificate import ORGANIZATION, Certificate

ANY_POLICY = "2.5.29.32.0"
# the ASN.1 types around the text, from outside in; "bare" text has none, it is the whole value
ENCODINGS: Mapping[str, tuple[type[core.Primitive], ...]] = {
    "utf8": (core.UTF8String,),
    "printable": (core.PrintableString,),
    "ia5": (core.IA5String,),
    "octets": (core.OctetString,),
    "octets-utf8": (core.OctetString, core.UTF8String),
    "octets-printable": (core.OctetString, core.PrintableString),
    "octets-ia5": (core.OctetString, core.IA5String),
    "bare": (),
}
_OF_ATTRIBUTES = ("utf8", "printable")  # the two that RFC 5280 lets a DirectoryString have
_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]{0,38})){1,30}")


class ProfileInvalid(ValueError):
    """A profile says something that it cannot mean; the text says what."""


@dataclass(frozen=True, slots=True)
class Place:
    """One exact place in a certificate, and how the text there is written."""

    kind: str  # "attribute" of the subject, "extension", or "other_name" of subjectAltName
    oid: str
    encodings: tuple[str, ...]
    prefix: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.oid}"

    def values(self, certificate: Certificate) -> list[bytes]:
        """Return the DER of everything that stands there."""
        return _READERS[self.kind](certificate, self.oid)

    def text(self, value: bytes) -> str | None:
        """Return what stands behind the prefix; None when it is written in another way."""
        for encoding in self.encodings:
            text = _decoded(value, ENCODINGS[encoding])
            if text is not None and text.startswith(self.prefix):
                return text.removeprefix(self.prefix)
        return None


@dataclass(frozen=True, slots=True)
class CertificateProfile:
    """What the certificates of one authority look like."""

    organization_policies: frozenset[str]
    personal_policies: frozenset[str]
    code: tuple[Place, ...]
    name: str = ORGANIZATION  # the attribute of the subject with the name of the organisation
    representative: Place | None = None


def parse_profile(text: str) -> CertificateProfile:
    """Read a profile.

    Raises:
        ProfileInvalid: it is no TOML, says too little, something unknown, or contradicts itself.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileInvalid(str(error)) from error
    _only(content, "the file", {"organization", "personal"})
    organization = _table(content.get("organization"), "organization")
    personal = _table(content.get("personal"), "personal")
    _only(organization, "organization", {"policies", "code", "name", "representative"})
    _only(personal, "personal", {"policies"})
    ours = _policies(organization, "organization")
    theirs = _policies(personal, "personal")
    if not ours:
        raise ProfileInvalid("organization.policies names none")
    if ours & theirs:
        raise ProfileInvalid(f"of organisations and of persons at once: {sorted(ours & theirs)}")
    representative = organization.get("representative")
    return CertificateProfile(
        organization_policies=ours,
        personal_policies=theirs,
        code=_places(organization.get("code")),
        name=_oid(organization.get("name", ORGANIZATION), "organization.name"),
        representative=None if representative is None else _place(representative),
    )


def _places(rows: Any) -> tuple[Place, ...]:
    if not isinstance(rows, list) or not rows:
        raise ProfileInvalid("organization.code names no place")
    results = tuple(_place(row) for row in rows)
    if len({(place.kind, place.oid) for place in results}) < len(results):
        raise ProfileInvalid("organization.code names a place twice")
    return results


def _place(row: Any) -> Place:
    row = _table(row, "a place")
    kinds = _READERS.keys() & row.keys()
    if len(kinds) != 1:
        raise ProfileInvalid(f"a place is one of: {', '.join(_READERS)}")
    kind = kinds.pop()
    prefix = row.get("prefix", "")
    if not isinstance(prefix, str):
        raise ProfileInvalid("a prefix is text")
    if kind == "attribute":  # its type stands in the standard
        _only(row, "an attribute", {kind, "prefix"})
        encodings: tuple[str, ...] = _OF_ATTRIBUTES
    else:
        _only(row, f"an {kind}", {kind, "prefix", "encoding"})
        encodings = (str(row.get("encoding")),)
        if encodings[0] not in ENCODINGS:
            raise ProfileInvalid(f"an encoding is one of: {', '.join(ENCODINGS)}")
    return Place(kind, _oid(row[kind], kind), encodings, prefix)


def _policies(table: dict[str, Any], name: str) -> frozenset[str]:
    rows = table.get("policies")
    if not isinstance(rows, list):
        raise ProfileInvalid(f"{name}.policies is a list, if need be an empty one")
    results = frozenset(_oid(row, f"{name}.policies") for row in rows)
    if ANY_POLICY in results:
        raise ProfileInvalid("anyPolicy tells nothing apart")
    return results


def _oid(value: Any, name: str) -> str:
    if not isinstance(value, str) or not _OID.fullmatch(value):
        raise ProfileInvalid(f"{name} is an object identifier, e.g. 2.5.4.97")
    return value


def _table(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ProfileInvalid(f"{name} is a table")
    return value


def _only(table: Iterable[str], name: str, known: set[str]) -> None:
    unknown = set(table) - known
    if unknown:
        raise ProfileInvalid(f"{name} has unknown words: {', '.join(sorted(unknown))}")


_READERS: Mapping[str, Callable[[Certificate, str], list[bytes]]] = {
    "attribute": Certificate.attribute_values,
    "extension": Certificate.extension_values,
    "other_name": Certificate.other_names,
}


def _decoded(value: bytes, kinds: tuple[type[core.Primitive], ...]) -> str | None:
    """Return the text; None unless the value is exactly the one DER encoding of it."""
    try:
        for kind in kinds:
            content = kind.load(value, strict=True).contents
            if kind(contents=content).dump() != value:
                return None
            value = content
        return value.decode()
    except (ValueError, TypeError):
        return None
