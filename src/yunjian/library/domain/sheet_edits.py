"""Changes to a sheet definition while it is written. Pure: data in, data out.

A part is named by its place: `""` the sheet, `"2"` its third section, `"2.0"` the first field or
line of that section.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Literal

from yunjian.kernel.numbers import whole_number

Data = dict[str, Any]
Kind = Literal["sheet", "section", "field", "item"]

EMPTY_SECTIONS: dict[str, Data] = {
    "fields": {"kind": "fields", "fields": []},
    "checklist": {"kind": "checklist", "items": []},
    "group": {"kind": "group", "min": 0, "max": 50, "fields": []},
}
NEW_TITLES = {
    "section": {"zh": "新的部分", "en": "New section"},
    "item": {"zh": "新的项目", "en": "New line"},
    "field": {"zh": "新的栏目", "en": "New field"},
}


class NoSuchPart(LookupError):
    """The place is not there (any more)."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a definition: what it is, where, and its data."""

    place: str
    kind: Kind
    data: Data


def part_at(definition: Data, place: str) -> Part:
    """Return the part at a place.

    Raises:
        NoSuchPart: nothing is there.
    """
    data: Data = definition
    kind: Kind = "sheet"
    for step in _steps(place):
        rows, kind = _children(data, kind)
        if not 0 <= step < len(rows):
            raise NoSuchPart(place)
        data = rows[step]
    return Part(place, kind, data)


def parts_of(definition: Data) -> Iterator[tuple[str, Part]]:
    """Yield every part with its key (`""` the sheet, `section`, `section.field`), in order."""
    yield "", Part("", "sheet", definition)
    for at, section in enumerate(definition["sections"]):
        yield section["key"], Part(str(at), "section", section)
        rows, kind = _children(section, "section")
        for index, row in enumerate(rows):
            yield f"{section['key']}.{row['key']}", Part(f"{at}.{index}", kind, row)


def changed(definition: Data, place: str, values: Data) -> Data:
    """Return the definition with values of one part set; what is None is taken away."""
    whole = deepcopy(definition)
    data = part_at(whole, place).data
    for key, value in values.items():
        if value is None:
            data.pop(key, None)
        else:
            data[key] = value
    return whole


def added(definition: Data, place: str, kind: str) -> tuple[Data, str]:
    """Return the definition with a new part in the part at `place`, and the place of the new one.

    `kind` is that of a section where the place is the sheet, else the type of a field ("item" in a
    checklist).
    """
    whole = deepcopy(definition)
    parent = part_at(whole, place)
    rows, child = _children(parent.data, parent.kind)
    keys = {row["key"] for row in rows}
    new: Data = {"key": _free(child, keys), "title": dict(NEW_TITLES[child])}
    if child == "section":
        new |= deepcopy(EMPTY_SECTIONS[kind])
    elif child == "field":
        new["type"] = kind
        if kind in {"choice", "choices"}:
            new["choices"] = [{"value": "1", "title": {"zh": "选项一", "en": "Option 1"}}]
        if kind == "computed":
            new["compute"] = "null"
    rows.append(new)
    return whole, f"{place}.{len(rows) - 1}".removeprefix(".")


def removed(definition: Data, place: str) -> Data:
    """Return the definition without a part."""
    whole = deepcopy(definition)
    rows, index = _siblings(whole, place)
    del rows[index]
    return whole


def moved(definition: Data, place: str, by: int) -> tuple[Data, str]:
    """Return the definition with a part some places further on, and its new place."""
    whole = deepcopy(definition)
    rows, index = _siblings(whole, place)
    to = min(max(index + by, 0), len(rows) - 1)
    rows.insert(to, rows.pop(index))
    head, _dot, _last = place.rpartition(".")
    return whole, f"{head}.{to}".removeprefix(".")


def place_of(definition: Data, problem_place: str) -> str:
    """Return the place of the part that a problem speaks of (`code@1.section.key…`)."""
    path = problem_place.split(".")[1:3]
    places = {key: part.place for key, part in reversed([*parts_of(definition)])}
    return places.get(".".join(path), places.get(".".join(path[:1]), ""))


def _steps(place: str) -> list[int]:
    steps = [whole_number(step) for step in place.split(".")] if place else []
    if len(steps) > 2 or None in steps:  # noqa: PLR2004 - two levels
        raise NoSuchPart(place)
    return [step for step in steps if step is not None]


def _children(data: Data, kind: str) -> tuple[list[Data], Kind]:
    if kind == "sheet":
        return data["sections"], "section"
    if kind == "section" and data["kind"] == "checklist":
        return data["items"], "item"
    if kind == "section":
        return data["fields"], "field"
    raise NoSuchPart(kind)


def _siblings(definition: Data, place: str) -> tuple[list[Data], int]:
    steps = _steps(place)
    if not steps:
        raise NoSuchPart(place)
    part_at(definition, place)
    parent = part_at(definition, place.rpartition(".")[0])
    return _children(parent.data, parent.kind)[0], steps[-1]


def _free(stem: str, taken: set[str]) -> str:
    number = len(taken) + 1
    while f"{stem}_{number}" in taken:
        number += 1
    return f"{stem}_{number}"
