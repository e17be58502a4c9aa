"""What the rules in force demand at a monitoring point."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from yunjian.standards.rules.model import Interval, ObligationRow, Period, Text
from yunjian.standards.rules.packs import Pack, packs

PERIODS: dict[Period, Interval] = {
    "day": Interval(1, "day"),
    "week": Interval(7, "day"),
    "month": Interval(1, "month"),
    "quarter": Interval(3, "month"),
    "half_year": Interval(6, "month"),
    "year": Interval(12, "month"),
}


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
class Obligation:
    """Something that must be done again within an interval, and the clause that says so.

    With a `period` it is to be done `times` in each calendar "day", "week", "month", "quarter",
    "half_year" or "year"; `interval` then is the length of the period.
    """

    id: str
    activity: Text
    interval: Interval
    standard: str
    clause: str
    provenance: str
    sheet: str | None
    times: int = 1
    period: str | None = None
    overdue_out_of_control: bool = False


def obligations_for(
    point: PointDescription, on_date: date, among: Iterable[Pack] | None = None
) -> list[Obligation]:
    """Return what the packs in force on a day demand at a point, in the order of the packs.

    `among` takes other packs than the shipped ones (an overlay in the place of its base). What
    nobody has established yet is left out; `unconfirmed_for` names it.
    """
    return [
        _obligation(pack, row, interval, point)
        for pack, row in _rows_for(point, on_date, among)
        if (interval := _interval(row)) is not None
    ]


def unconfirmed_for(
    point: PointDescription, on_date: date, among: Iterable[Pack] | None = None
) -> list[ObligationRow]:
    """Return what is demanded at a point, but nobody has established how often."""
    return [row for _, row in _rows_for(point, on_date, among) if row.unconfirmed]


def _rows_for(
    point: PointDescription, on_date: date, among: Iterable[Pack] | None
) -> Iterator[tuple[Pack, ObligationRow]]:
    for pack in packs() if among is None else among:
        if pack.kind == point.kind and pack.in_force(on_date):
            for row in pack.obligations:
                if row.in_force(on_date) and _applies(row, point):
                    yield pack, row


def _applies(row: ObligationRow, point: PointDescription) -> bool:
    automatic = row.automatic_calibration
    return (
        (automatic is None or automatic == point.automatic_calibration)
        and (row.methods is None or point.sampling_method in row.methods)
        and (row.parameters is None or not set(row.parameters).isdisjoint(point.parameters))
    )


def _interval(row: ObligationRow) -> Interval | None:
    return PERIODS[row.count.period] if row.count is not None else row.interval


def _obligation(
    pack: Pack, row: ObligationRow, interval: Interval, point: PointDescription
) -> Obligation:
    return Obligation(
        id=row.id,
        activity=row.activity,
        interval=interval,
        standard=row.authority or pack.standard,
        clause=row.clause,
        provenance=row.provenance,
        sheet=row.sheet or row.sheets.get(point.sampling_method or ""),
        times=row.count.times if row.count is not None else 1,
        period=row.count.period if row.count is not None else None,
        overdue_out_of_control=row.overdue_out_of_control,
    )
