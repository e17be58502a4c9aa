"""A year's obligations of a whole city, measured: 3,500 points, one process.

Every point has a year of daily, weekly and monthly work with gaps, stops, a replaced instrument
and findings. Measured are the states at the year's end and the plan of the year after.
Laying out the made-up histories is not part of it. Prints JSON.
"""

import json
import os
import random
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from yunjian.standards.rules import PointDescription, obligations_for
from yunjian.standards.rules.duty import (
    CHINA,
    Described,
    DutyCalculator,
    Installed,
    PointHistory,
    Stop,
    Verdict,
    WorkDone,
)

PROCESSES = int(os.environ.get("BENCH_PROCESSES", "1"))
POINTS = int(os.environ.get("BENCH_POINTS", "3500"))
ALLOWED_S = 20.0
YEAR = 2026
START, END = datetime(YEAR, 1, 1, tzinfo=CHINA), datetime(YEAR + 1, 1, 1, tzinfo=CHINA)
FLUE_GAS = ("SO2", "NOx", "O2", "PM", "velocity")
WATER = ("CODCr", "NH3-N", "TP", "TN", "pH", "temperature", "flow")
KINDS = (
    PointDescription("flue_gas", "full_extraction", parameters=FLUE_GAS),
    PointDescription(
        "flue_gas", "full_extraction", automatic_calibration=True, parameters=FLUE_GAS
    ),
    PointDescription("flue_gas", "direct", parameters=FLUE_GAS),
    PointDescription("wastewater", parameters=WATER),
)
HOURS = {"hour": 1, "day": 24, "month": 720}


@dataclass
class Totals:
    """What was reckoned, and how long it took."""

    work: int = 0
    obligations: int = 0
    overdue_spans: int = 0
    out_of_control_periods: int = 0
    due_dates: int = 0
    making_s: float = 0.0
    states_s: float = 0.0
    plans_s: float = 0.0
    slowest_point_ms: float = 0.0


def main() -> None:
    """Reckon every point once and print the figures."""
    with ProcessPoolExecutor(PROCESSES) as pool:
        shares = list(pool.map(_share, range(PROCESSES)))
    reckoned = [share.states_s + share.plans_s for share in shares]
    figures = {
        "points": POINTS,
        "processes": PROCESSES,
        "cores": os.cpu_count(),
        **{name: round(_combined(name, shares), 2) for name in vars(shares[0])},
        "reckoned_s": round(max(reckoned), 2),
        "allowed_s": ALLOWED_S,
        "within": max(reckoned) <= ALLOWED_S,
    }
    print(json.dumps(figures, indent=2))


def _combined(name: str, shares: list[Totals]) -> float:
    values: list[float] = [getattr(share, name) for share in shares]
    return max(values) if name.endswith("_ms") else sum(values)


def _share(first: int) -> Totals:
    totals = Totals()
    for number in range(first, POINTS, PROCESSES):
        _measure(number, totals)
    return totals


def _measure(number: int, totals: Totals) -> None:
    begin = time.perf_counter()
    past = _history(number)
    made = time.perf_counter()
    calculator = DutyCalculator(past)
    states = calculator.states(END)
    reckoned = time.perf_counter()
    dues = calculator.due_between(END, END.replace(year=YEAR + 2))
    planned = time.perf_counter()
    totals.making_s += made - begin
    totals.states_s += reckoned - made
    totals.plans_s += planned - reckoned
    totals.slowest_point_ms = max(totals.slowest_point_ms, (planned - made) * 1000)
    totals.work += len(past.work)
    totals.obligations += len(states)
    totals.overdue_spans += sum(len(state.missed) for state in states)
    totals.out_of_control_periods += len({p for state in states for p in state.out_of_control})
    totals.due_dates += len(dues)


def _history(number: int) -> PointHistory:
    chance = random.Random(number)  # noqa: S311 - the same city every time, not a secret
    point = KINDS[number % len(KINDS)]
    stop = START + timedelta(days=chance.randrange(360), hours=chance.randrange(24))
    change = START + timedelta(days=chance.randrange(360))
    result = START + timedelta(days=chance.randrange(360))
    name = chance.choice(point.parameters)
    return PointHistory(
        described=(Described(date(YEAR, 1, 1), point),),
        installed=(Installed(name, "first", START, change), Installed(name, "second", change)),
        stops=(Stop(stop, stop + timedelta(days=chance.randrange(1, 20))),),
        work=tuple(_work(point, chance)),
        verdicts=(
            Verdict(result, "drift", met=False, parameters=(name,)),
            Verdict(result + timedelta(days=2), "drift", met=True, parameters=(name,)),
        ),
    )


def _work(point: PointDescription, chance: random.Random) -> Iterator[WorkDone]:
    """Yield a year of work: mostly in time, sometimes late, skipped, cancelled or partial."""
    for item in obligations_for(point, START.date()):
        hours = HOURS[item.interval.unit] * item.interval.value
        at = START + timedelta(hours=hours * chance.random())
        while at < END:
            yield WorkDone(
                at.astimezone(UTC),  # as the database gives it
                "pass" if chance.random() < 0.98 else "out_of_control",
                (item.id,),
                parameters=point.parameters[:3] if chance.random() < 0.05 else (),
                cancelled=chance.random() < 0.02,
            )
            at += timedelta(hours=hours * (0.97 if chance.random() < 0.95 else 1.7))


if __name__ == "__main__":
    main()
