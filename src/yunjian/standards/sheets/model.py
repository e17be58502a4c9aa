"""A sheet definition as read from its file: frozen, checked when it is loaded."""

from dataclasses import dataclass
from typing import Any

FIELD_TYPES = (
    "text",
    "longtext",
    "number",
    "date",
    "time",
    "datetime",
    "choice",
    "choices",
    "boolean",
    "photo",
    "signature",
    "computed",
)
SECTION_KINDS = ("fields", "checklist", "group")
VERDICTS = ("pass", "attention", "unknown", "calibrate", "out_of_control", "fail")


class InvalidDefinition(ValueError):
    """A sheet definition is not what the reference says; the message names the place."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A rule of a field: when it holds, the verdict, with the clause that says so."""

    when: str
    verdict: str
    message: dict[str, str]
    clause: str
    follow_up: str


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in."""

    key: str
    title: dict[str, str]
    type: str
    unit: str
    decimals: int | None
    minimum: float | None
    maximum: float | None
    choices: tuple[str, ...]
    required: bool | str
    show: str
    compute: str
    judge: tuple[Judgement, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a checklist; done every `interval_days`."""

    key: str
    title: dict[str, str]
    clause: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a sheet: fields, a checklist, or a group of rows."""

    key: str
    kind: str
    title: dict[str, str]
    fields: tuple[Field, ...]
    items: tuple[Item, ...]
    minimum: int
    maximum: int
    show: str


@dataclass(frozen=True, slots=True)
class Definition:
    """A version of a sheet; `source` is the whole as data, for the phone and the pages."""

    code: str
    version: int
    sections: tuple[Section, ...]
    source: dict[str, Any]

    @property
    def name(self) -> str:
        """Return `code@version`."""
        return f"{self.code}@{self.version}"


_DEFINITION = {
    "code", "version", "title", "standard", "annex", "effective", "provenance", "applies",
    "sections",
}  # fmt: skip
_SECTION = {"key", "title", "kind", "fields", "items", "min", "max", "show", "hint"}
_FIELD = {
    "key", "title", "type", "unit", "decimals", "min", "max", "choices", "required", "show",
    "prefill", "compute", "judge", "hint", "clause",
}  # fmt: skip
_ITEM = {"key", "title", "interval_days", "clause", "hint"}
_JUDGE = {"when", "verdict", "message", "clause", "follow_up"}


def parsed(data: dict[str, Any]) -> Definition:
    """Return the definition that the data describe.

    Raises:
        InvalidDefinition: a key is unknown or missing, or a value of the wrong kind.
    """
    place = f"{data.get('code')}@{data.get('version')}"
    _check_keys(place, data, _DEFINITION, {"code", "version", "title", "sections"})
    sections = tuple(_section(f"{place}.{item.get('key')}", item) for item in data["sections"])
    _check_unique(place, [section.key for section in sections])
    return Definition(data["code"], data["version"], sections, data)


def _section(place: str, data: dict[str, Any]) -> Section:
    _check_keys(place, data, _SECTION, {"key", "title", "kind"})
    if data["kind"] not in SECTION_KINDS:
        raise InvalidDefinition(f"{place}: unknown kind {data['kind']}")
    fields = tuple(_field(f"{place}.{item.get('key')}", item) for item in data.get("fields", []))
    items = tuple(_item(f"{place}.{item.get('key')}", item) for item in data.get("items", []))
    if bool(items) != (data["kind"] == "checklist") or bool(fields) == bool(items):
        raise InvalidDefinition(f"{place}: a checklist has items, other sections have fields")
    _check_unique(place, [part.key for part in fields or items])
    return Section(
        key=data["key"],
        kind=data["kind"],
        title=_title(place, data["title"]),
        fields=fields,
        items=items,
        minimum=data.get("min", 0),
        maximum=data.get("max", 100),
        show=data.get("show", ""),
    )


def _field(place: str, data: dict[str, Any]) -> Field:
    _check_keys(place, data, _FIELD, {"key", "title", "type"})
    if data["type"] not in FIELD_TYPES:
        raise InvalidDefinition(f"{place}: unknown type {data['type']}")
    if (data["type"] == "computed") != ("compute" in data):
        raise InvalidDefinition(f"{place}: computed fields, and only they, have `compute`")
    if data["type"] in {"choice", "choices"} and not data.get("choices"):
        raise InvalidDefinition(f"{place}: no choices")
    return Field(
        key=data["key"],
        title=_title(place, data["title"]),
        type=data["type"],
        unit=data.get("unit", ""),
        decimals=data.get("decimals"),
        minimum=data.get("min"),
        maximum=data.get("max"),
        choices=tuple(choice["value"] for choice in data.get("choices", [])),
        required=data.get("required", False),
        show=data.get("show", ""),
        compute=data.get("compute", ""),
        judge=tuple(_judgement(place, rule) for rule in data.get("judge", [])),
    )


def _item(place: str, data: dict[str, Any]) -> Item:
    _check_keys(place, data, _ITEM, {"key", "title"})
    return Item(data["key"], _title(place, data["title"]), data.get("clause", ""))


def _judgement(place: str, data: dict[str, Any]) -> Judgement:
    _check_keys(place, data, _JUDGE, {"when", "verdict", "message"})
    if data["verdict"] not in VERDICTS:
        raise InvalidDefinition(f"{place}: unknown verdict {data['verdict']}")
    return Judgement(
        when=data["when"],
        verdict=data["verdict"],
        message=_title(place, data["message"]),
        clause=data.get("clause", ""),
        follow_up=data.get("follow_up", ""),
    )


def _title(place: str, data: Any) -> dict[str, str]:
    if not isinstance(data, dict) or set(data) != {"zh", "en"}:
        raise InvalidDefinition(f"{place}: texts are given in zh and en")
    return data


def _check_keys(place: str, data: dict[str, Any], known: set[str], needed: set[str]) -> None:
    unknown, missing = set(data) - known, needed - set(data)
    if unknown or missing:
        raise InvalidDefinition(f"{place}: unknown {sorted(unknown)}, missing {sorted(missing)}")


def _check_unique(place: str, keys: list[str]) -> None:
    if len(set(keys)) != len(keys):
        raise InvalidDefinition(f"{place}: a key is used twice")
