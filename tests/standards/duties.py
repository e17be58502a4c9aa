"""Rules and histories for the tests of duties: short intervals with plain names."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from yunjian.standards.rules import Interval, Obligation, PointDescription, Text
from yunjian.standards.rules.duty import CHINA, Described, PointHistory, Rules, WorkDone
from yunjian.standards.rules.model import IntervalUnit

GAS = ("SO2", "NOx")


def moment(text: str) -> datetime:
    """A moment in Shanghai: `2026-03-05` or `2026-03-05 08:30`."""
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def obligation(
    name: str, value: int, unit: IntervalUnit, *, clause: str = "10.2", sheet: str | None = None
) -> Obligation:
    return Obligation(
        id=name,
        activity=Text(zh=name, en=name),
        interval=Interval(value=value, unit=unit),
        standard="HJ 75-2017",
        clause=clause,
        provenance="practice",
        sheet=sheet,
    )


def counted(name: str, period: str, times: int = 1, *, sheet: str | None = None) -> Obligation:
    return replace(obligation(name, 1, "month", sheet=sheet), period=period, times=times)


def rules_of(*items: Obligation, bound: dict[str, tuple[str, ...]] | None = None) -> Rules:
    """Rules that always demand the same; `bound` names the parameters of an obligation."""
    needs = bound or {}

    def demanded(point: PointDescription, on_date: date) -> list[Obligation]:
        return [
            item
            for item in items
            if item.id not in needs or not set(needs[item.id]).isdisjoint(point.parameters)
        ]

    return Rules(demanded, (), lambda item: item.clause.startswith("11.2"))


def done(text: str, *names: str, **more: object) -> WorkDone:
    return WorkDone(moment(text), obligations=names, **more)  # type: ignore[arg-type]


POINT = PointDescription("flue_gas", "full_extraction", parameters=GAS)


def history(since: str = "2026-01-01", *work: WorkDone, **more: object) -> PointHistory:
    described = (Described(date.fromisoformat(since), POINT),)
    return PointHistory(**{"described": described, "work": work, **more})  # type: ignore[arg-type]


def days(count: float) -> timedelta:
    return timedelta(days=count)
