"""A sheet definition: frozen, checked and resolved when it is loaded."""

from dataclasses import dataclass
from typing import Any

from yunjian.standards.sheets.checks import VERDICTS, check_resolved
from yunjian.standards.sheets.expressions import EACH, Parts, compiled
from yunjian.standards.sheets.problems import InvalidDefinition, Problem
from yunjian.standards.sheets.resolving import resolved

__all__ = ["VERDICTS", "Definition", "Field", "InvalidDefinition", "Item", "Section"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """A rule of a field: when it holds, the verdict, with the clause that says so."""

    when: str
    verdict: str
    message: dict[str, str]
    clause: str
    follow_ups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in."""

    key: str
    type: str
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
    clause: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a sheet: fields, a checklist, or a group of rows.

    `calc` are named expressions, worked out once before the fields of the section or row; those
    in `alike` come out alike for every row of a group.
    """

    key: str
    kind: str
    fields: tuple[Field, ...]
    items: tuple[Item, ...]
    minimum: int
    maximum: int
    show: str
    calc: tuple[tuple[str, str], ...]
    alike: frozenset[str]


@dataclass(frozen=True, slots=True)
class Definition:
    """A version of a sheet; `source` is the whole as data, for the phone and the pages."""

    code: str
    version: int
    sections: tuple[Section, ...]
    limits: dict[str, dict[str, Any]]
    source: dict[str, Any]

    @property
    def name(self) -> str:
        """Return `code@version`."""
        return f"{self.code}@{self.version}"


def parsed(data: dict[str, Any]) -> Definition:
    """Return the definition that the data describe, with limits resolved.

    Raises:
        InvalidDefinition: something is wrong; it holds every problem with its place.
    """
    whole, problems = resolved(data)
    problems += check_resolved(whole)
    if problems:
        raise InvalidDefinition(problems)
    return Definition(
        code=whole["code"],
        version=whole["version"],
        sections=tuple(_section(item) for item in whole["sections"]),
        limits=whole.get("limits", {}),
        source=whole,
    )


def check(data: Any) -> list[Problem]:
    """Return everything that is wrong with a definition; nothing when it can be published."""
    whole, problems = resolved(data)
    return problems + check_resolved(whole)


def compatible(old: Definition, new: Definition) -> list[Problem]:
    """Return what the new version would lose of the old: unless `retired` lists it, that is wrong.

    Stored answers keep the version they were filled with; a field that vanishes or changes its
    type ends every series of values over visits, so it must be meant.
    """
    place = new.name
    problems = []
    if old.code != new.code:
        problems.append(Problem(place, "other_code", old.code))
    elif new.version <= old.version:
        problems.append(Problem(place, "version"))
    accounted_for = set(new.source.get("retired", []))
    known = _kinds(new)
    for path, kind in _kinds(old).items():
        if known.get(path) != kind and accounted_for.isdisjoint({path, path.partition(".")[0]}):
            problems.append(Problem(place, "type_changed" if path in known else "removed", path))
            accounted_for.add(path)  # of a section that is lost, nothing else is told
    return problems


def _kinds(definition: Definition) -> dict[str, str]:
    """Return the kind of each section, and the type of everything in it, by path."""
    result = {}
    for section in definition.sections:
        result[section.key] = section.kind
        for part in section.fields or section.items:
            kind = part.type if isinstance(part, Field) else "item"
            result[f"{section.key}.{part.key}"] = kind
    return result


def _section(data: dict[str, Any]) -> Section:
    return Section(
        key=data["key"],
        kind=data["kind"],
        fields=tuple(_field(item) for item in data.get("fields", [])),
        items=tuple(Item(item["key"], item.get("clause", "")) for item in data.get("items", [])),
        minimum=data.get("min", 0),
        maximum=data.get("max", 100),
        show=data.get("show", ""),
        calc=tuple(data.get("calc", {}).items()),
        alike=_alike(data),
    )


def _alike(data: dict[str, Any]) -> frozenset[str]:
    """Return the calculations of a group that nothing in its rows can make come out differently.

    They read neither the row nor calculations that do, and of the group itself, in loops, only
    fields that stay as they were typed: computed ones are written row by row, hidden ones emptied.
    """
    if data["kind"] != "group":
        return frozenset()
    fields = data.get("fields", [])
    typed = {part["key"] for part in fields if part["type"] != "computed" and "show" not in part}
    result: set[str] = set()
    for key, source in data.get("calc", {}).items():
        needs = compiled(source).needs
        if all(_is_alike(name, parts, data["key"], typed, result) for name, parts in needs):
            result.add(key)
    return frozenset(result)


def _is_alike(name: str, parts: Parts, group: str, typed: set[str], result: set[str]) -> bool:
    match name:
        case "lim" | "ctx":
            return True
        case "calc":
            return parts is not None and parts.keys() <= result
        case "s":
            rows = {} if parts is None else parts.get(group, {})
            return parts is not None and EACH not in parts and _is_typed(rows, typed)
        case _:
            return False


def _is_typed(rows: Parts, typed: set[str]) -> bool:
    if rows is None or not rows.keys() <= {EACH}:
        return False
    each = rows.get(EACH, {})
    return each is not None and each.keys() <= typed


def _field(data: dict[str, Any]) -> Field:
    return Field(
        key=data["key"],
        type=data["type"],
        decimals=data.get("decimals"),
        minimum=data.get("min"),
        maximum=data.get("max"),
        choices=tuple(choice["value"] for choice in data.get("choices", [])),
        required=data.get("required", False),
        show=data.get("show", ""),
        compute=data.get("compute", ""),
        judge=tuple(_judgement(rule) for rule in data.get("judge", [])),
    )


def _judgement(data: dict[str, Any]) -> Judgement:
    given = data.get("follow_up", "")
    return Judgement(
        when=data["when"],
        verdict=data["verdict"],
        message=data["message"],
        clause=data.get("clause", ""),
        follow_ups=tuple([given] * bool(given) if isinstance(given, str) else given),
    )
