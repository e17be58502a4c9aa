"""The sheet definitions that ship or are registered, and which of them hold when."""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any
from uuid import UUID

from yunjian.standards.sheets.model import Definition, parsed
from yunjian.standards.sheets.problems import InvalidDefinition, Problem
from yunjian.standards.sources import Sources

FOLDER = "definitions"


class UnknownSheet(LookupError):
    """There is no sheet of this name."""


_sources: Sources[Definition] = Sources()
register_source, unregister_source = _sources.register, _sources.unregister


def definition(name: str) -> Definition:
    """Return a definition by `code@version`.

    Raises:
        UnknownSheet: there is none.
    """
    match = _shipped().get(name) or _sources.by_name().get(name)
    if match is None:
        raise UnknownSheet(name)
    return match


def definitions() -> dict[str, Definition]:
    """Return every definition by name."""
    return _sources.by_name() | _shipped()


@cache
def _shipped() -> dict[str, Definition]:
    folder = files("yunjian.standards").joinpath(FOLDER)
    loaded = [
        parsed(tomllib.loads(entry.read_text(encoding="utf-8")))
        for entry in sorted(folder.iterdir(), key=lambda item: item.name)
        if entry.name.endswith(".toml")
    ]
    if problems := effective_problems(loaded):
        raise InvalidDefinition(problems)
    return {item.name: item for item in loaded}


def effective_problems(versions: Iterable[Definition]) -> list[Problem]:
    """Return where the effective dates of versions of one code overlap or leave a gap."""
    ordered = sorted(versions, key=lambda item: (item.code, item.version))
    problems = []
    for earlier, later in pairwise(ordered):
        if earlier.code != later.code:
            continue
        until, since = _bounds(earlier)[1:], _bounds(later)[:1]
        if not until or until != since:
            problems.append(Problem(later.name, "effective", f"{earlier.name} → {later.name}"))
    return problems


def definitions_for(kind: str, method: str, on_date: date) -> list[Definition]:
    """Return the definitions for a kind of point ("wastewater", "flue_gas") and sampling method
    that are in force on a day, of each sheet the newest version."""
    return [item for item in _in_force_on(on_date).values() if _applies(item, kind, method)]


def current_name(code: str, on_date: date) -> str:
    """Return `code@version` of the version in force on a day.

    Raises:
        UnknownSheet: there is none.
    """
    result = current_names(on_date).get(code)
    if result is None:
        raise UnknownSheet(f"{code} on {on_date}")
    return result


def current_names(on_date: date, among: Mapping[str, Definition] | None = None) -> dict[str, str]:
    """Return `code@version` of every sheet in force on a day, by code.

    `among` are the definitions to choose from (for many days in a row, ask for them once).
    """
    return {code: item.name for code, item in _in_force_on(on_date, among).items()}


def _in_force_on(
    on_date: date, among: Mapping[str, Definition] | None = None
) -> dict[str, Definition]:
    """Return the newest version of each sheet that has begun and not ended.

    A version that begins ends those before it, whatever they said of themselves.
    """
    known = definitions() if among is None else among
    ordered = sorted(known.values(), key=lambda item: item.version)
    return {item.code: item for item in ordered if _in_force(item, on_date)}


def photo_ids(name: str, answers: dict[str, Any]) -> list[UUID]:
    """Return the ids of the photos inside the (checked) answers of a sheet."""
    results: list[UUID] = []
    for section in definition(name).sections:
        keys = [part.key for part in section.fields if part.type in {"photo", "signature"}]
        given = answers.get(section.key) if keys else None
        rows = given if isinstance(given, list) else [given or {}]
        results += [UUID(item) for row in rows for key in keys for item in row.get(key) or []]
    return results


def _applies(item: Definition, kind: str, method: str) -> bool:
    applies = item.source.get("applies", {})
    methods = applies.get("methods")
    return applies.get("kind", kind) == kind and (not methods or method in methods)


def _in_force(item: Definition, on_date: date) -> bool:
    bounds = _bounds(item)
    return (not bounds or bounds[0] <= on_date) and all(on_date < end for end in bounds[1:])


def _bounds(item: Definition) -> list[date]:
    return [date.fromisoformat(str(day)) for day in item.source.get("effective", [])]
