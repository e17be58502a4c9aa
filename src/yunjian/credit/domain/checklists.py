"""Checklists of 人员监督: templates in versions, as data; which holds on a day, what is lost."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from yunjian.library.domain.labels import PROVENANCE

SEVERITIES = ("principle", "major", "general")  # the gravest first
DATA = Path(__file__).parents[1] / "data" / "checklists.toml"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is looked at: how grave a failure is and what it costs.

    `provenance` says how its clause is known, or that it is practice alone when there is none.
    """

    key: str
    title: Mapping[str, str]
    severity: str
    points: int
    provenance: str
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Checklist:
    """A template in one version, in force from a day on."""

    code: str
    version: int
    effective_from: date
    title: Mapping[str, str]
    provenance: str
    items: tuple[Item, ...]

    @property
    def name(self) -> str:
        """Return `code@version`, under which a supervision keeps it."""
        return f"{self.code}@{self.version}"

    def item(self, key: str) -> Item | None:
        """Return an item by its key."""
        return next((one for one in self.items if one.key == key), None)

    def points_of(self, keys: Collection[str]) -> int:
        """Return what the failed items cost together."""
        return sum(one.points for one in self.items if one.key in set(keys))

    def graver_than(self, severity: str, keys: Collection[str]) -> str:
        """Return how grave the gravest failed item is, if graver than this; else nothing."""
        failed = {one.severity for one in self.items if one.key in set(keys)}
        graver = SEVERITIES[: SEVERITIES.index(severity)]
        return next((one for one in graver if one in failed), "")


def source_text(clause: str | None, provenance: str | None) -> str:
    """Return a clause with how it is known; 条款未确认 where no clause is known."""
    known = str(PROVENANCE.get(provenance or "practice", provenance))
    return _("%(clause)s（%(known)s）") % {"clause": clause or _("条款未确认"), "known": known}


@cache
def checklists() -> tuple[Checklist, ...]:
    """Return every template, the earliest first."""
    rows = tomllib.loads(DATA.read_text(encoding="utf-8"))["template"]
    return tuple(sorted((_checklist(row) for row in rows), key=lambda one: one.effective_from))


def checklist_named(name: str) -> Checklist | None:
    """Return a template by `code@version`."""
    return next((one for one in checklists() if one.name == name), None)


def checklist_on(day: date, among: tuple[Checklist, ...] | None = None) -> Checklist | None:
    """Return the template in force on a day: of those that began, the one that began last."""
    held = [one for one in (among or checklists()) if one.effective_from <= day]
    return held[-1] if held else None


def _checklist(row: Mapping[str, Any]) -> Checklist:
    values = {key: value for key, value in row.items() if key != "item"}
    return Checklist(**values, items=tuple(Item(**item) for item in row["item"]))
