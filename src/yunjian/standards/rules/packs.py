"""Reading rule packs: TOML files, each a version of a standard with its effective dates."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

PROVENANCES = ("text", "practice", "recalled", "recalled + practice")
UNITS = ("hour", "day", "month")

_PACK = {"code", "version", "standard", "title", "kind", "effective", "obligations"}
_ROW = {"id", "clause", "activity", "interval", "provenance"}
_CONDITIONS = {"automatic_calibration", "methods", "parameters", "sheet", "sheets"}


class InvalidPack(ValueError):
    """A rule pack is not what it should be; the message names the row."""


@dataclass(frozen=True, slots=True)
class Pack:
    """A version of a standard's rules, in force in `[since, until)`."""

    code: str
    version: int
    standard: str
    kind: str
    since: date
    until: date | None
    rows: tuple[dict[str, Any], ...]

    def in_force(self, on_date: date) -> bool:
        """Tell whether the pack holds on a day."""
        return self.since <= on_date and (self.until is None or on_date < self.until)


@cache
def packs() -> tuple[Pack, ...]:
    """Return every pack that ships with the product."""
    folder = files("yunjian.standards.rules").joinpath("data")
    entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    return tuple(
        parsed(tomllib.loads(entry.read_text(encoding="utf-8")))
        for entry in entries
        if entry.name.endswith(".toml")
    )


def parsed(data: dict[str, Any]) -> Pack:
    """Return the pack that the data describe.

    Raises:
        InvalidPack: a key is unknown or missing, or a value is none that is allowed.
    """
    if set(data) != _PACK:
        raise InvalidPack(f"{data.get('code')}: keys {sorted(set(data) ^ _PACK)}")
    for row in data["obligations"]:
        _check_row(row)
    since, *rest = (date.fromisoformat(day) for day in data["effective"])
    return Pack(
        code=data["code"],
        version=data["version"],
        standard=data["standard"],
        kind=data["kind"],
        since=since,
        until=rest[0] if rest else None,
        rows=tuple(data["obligations"]),
    )


def _check_row(row: dict[str, Any]) -> None:
    missing, unknown = _ROW - set(row), set(row) - _ROW - _CONDITIONS
    if missing or unknown:
        raise InvalidPack(f"{row.get('id')}: missing {sorted(missing)}, unknown {sorted(unknown)}")
    if row["provenance"] not in PROVENANCES:
        raise InvalidPack(f"{row['id']}: provenance {row['provenance']}")
    if row["interval"]["unit"] not in UNITS or row["interval"]["value"] <= 0:
        raise InvalidPack(f"{row['id']}: interval {row['interval']}")
