"""What the rules in force demand at a monitoring point."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from yunjian.standards.rules.packs import Pack, packs


@dataclass(frozen=True, slots=True)
class PointDescription:
    """A monitoring point as the rules see it.

    `kind` is "wastewater" or "flue_gas"; `sampling_method` is "full_extraction", "dilution" or
    "direct" (None for wastewater); `parameters` are codes such as "SO2", "PM", "CODCr".
    """

    kind: str
    sampling_method: str | None = None
    automatic_calibration: bool = False
    parameters: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Text:
    """A text in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Interval:
    """The longest time allowed between two times: so many hours, days or calendar months."""

    value: int
    unit: str


@dataclass(frozen=True, slots=True)
class Obligation:
    """Something that must be done again within an interval, and the clause that says so."""

    id: str
    activity: Text
    interval: Interval
    standard: str
    clause: str
    provenance: str
    sheet: str | None


def obligations_for(point: PointDescription, on_date: date) -> list[Obligation]:
    """Return what the packs in force on a day demand at a point, in the order of the packs."""
    return [
        _obligation(pack, row, point)
        for pack in packs()
        if pack.kind == point.kind and pack.in_force(on_date)
        for row in pack.rows
        if _applies(row, point)
    ]


def _applies(row: dict[str, Any], point: PointDescription) -> bool:
    automatic = row.get("automatic_calibration")
    methods, parameters = row.get("methods"), row.get("parameters")
    return (
        (automatic is None or automatic == point.automatic_calibration)
        and (methods is None or point.sampling_method in methods)
        and (parameters is None or not set(parameters).isdisjoint(point.parameters))
    )


def _obligation(pack: Pack, row: dict[str, Any], point: PointDescription) -> Obligation:
    sheet = row.get("sheet") or row.get("sheets", {}).get(point.sampling_method)
    return Obligation(
        id=row["id"],
        activity=Text(**row["activity"]),
        interval=Interval(**row["interval"]),
        standard=pack.standard,
        clause=row["clause"],
        provenance=row["provenance"],
        sheet=sheet,
    )
