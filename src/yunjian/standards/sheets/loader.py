"""The sheet definitions that ship with the product, and which of them hold when."""

import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

from yunjian.standards.sheets.model import Definition, parsed

FOLDER = "definitions"


class UnknownSheet(LookupError):
    """There is no sheet of this name."""


@cache
def definition(name: str) -> Definition:
    """Return a definition by `code@version`.

    Raises:
        UnknownSheet: there is none.
    """
    found = definitions().get(name)
    if found is None:
        raise UnknownSheet(name)
    return found


@cache
def definitions() -> dict[str, Definition]:
    """Return every definition by name."""
    folder = files("yunjian.standards").joinpath(FOLDER)
    loaded = [
        parsed(tomllib.loads(entry.read_text(encoding="utf-8")))
        for entry in sorted(folder.iterdir(), key=lambda item: item.name)
        if entry.name.endswith(".toml")
    ]
    return {item.name: item for item in loaded}


def definitions_for(kind: str, method: str, on_date: date) -> list[Definition]:
    """Return the definitions for a kind of point ("wastewater", "flue_gas") and sampling method
    that are in force on a day."""
    return [item for item in definitions().values() if _applies(item, kind, method, on_date)]


def current_name(code: str, on_date: date) -> str:
    """Return `code@version` of the version in force on a day.

    Raises:
        UnknownSheet: there is none.
    """
    names = [
        item.name
        for item in definitions().values()
        if item.code == code and _in_force(item, on_date)
    ]
    if not names:
        raise UnknownSheet(f"{code} on {on_date}")
    return max(names)


def as_json(sheet: Definition) -> dict[str, Any]:
    """Return a definition as plain data, as the phone gets it."""
    return sheet.source


def photo_ids(name: str, answers: dict[str, Any]) -> list[UUID]:
    """Return the ids of the photos inside the (checked) answers of a sheet."""
    found: list[UUID] = []
    for section in definition(name).sections:
        keys = [part.key for part in section.fields if part.type in {"photo", "signature"}]
        given = answers.get(section.key) if keys else None
        rows = given if isinstance(given, list) else [given or {}]
        found += [UUID(item) for row in rows for key in keys for item in row.get(key) or []]
    return found


def _applies(item: Definition, kind: str, method: str, on_date: date) -> bool:
    applies = item.source.get("applies", {})
    methods = applies.get("methods")
    return (
        applies.get("kind", kind) == kind
        and (not methods or method in methods)
        and _in_force(item, on_date)
    )


def _in_force(item: Definition, on_date: date) -> bool:
    bounds = [date.fromisoformat(str(day)) for day in item.source.get("effective", [])]
    return (not bounds or bounds[0] <= on_date) and (len(bounds) < 2 or on_date < bounds[1])  # noqa: PLR2004 - from and to
