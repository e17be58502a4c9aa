"""How long a whole sheet takes to be judged: every sheet that ships, filled in completely.

    python -m tests.bench.sheets

Prints microseconds of processor time per sheet as JSON: the best of several rounds, with compiled
expressions warm, as they are in a server. A sheet that lets choose what is measured is filled in
for one parameter, and once more, under `everything_us`, for all of them at once.
"""

import json
import sys
from time import process_time
from timeit import repeat

from tests.support.sheet_values import honest_answers
from yunjian.standards import sheets

ROUNDS, TIMES = 15, 10
ALLOWED_US = 1000.0
CONTEXT = {
    "today": "2026-11-24",
    "instruments": [{"parameter": "SO2", "range_lower": 0, "range_upper": 200, "unit": "mg/m3"}],
}


def main() -> int:
    """Measure and print; the exit code is 0 whatever comes out."""
    names = sorted(sheets.definitions())
    measured = {name: round(_microseconds(name, {}), 1) for name in names}
    choosing = {name: chosen for name in names if (chosen := _every_choice(name))}
    everything = {name: round(_microseconds(name, choosing[name]), 1) for name in choosing}
    slowest = max(measured, key=lambda name: measured[name])
    result = {
        "us_per_sheet": measured,
        "slowest": slowest,
        "slowest_us": measured[slowest],
        "everything_us": everything,
        "allowed_us": ALLOWED_US,
        "above": sorted(name for name, value in measured.items() if value > ALLOWED_US),
    }
    print(json.dumps(result, indent=2))
    return 0


def _every_choice(name: str) -> dict[str, list[str]]:
    """Return every value of each field in which several can be chosen, as overrides of answers."""
    return {
        f"{section.key}__{part.key}": list(part.choices)
        for section in sheets.definition(name).sections
        for part in section.fields
        if part.type == "choices" and section.kind == "fields"
    }


def _microseconds(name: str, overrides: dict[str, list[str]]) -> float:
    definition = sheets.definition(name)
    answers = honest_answers(definition.source, **overrides)
    sheets.evaluate(definition, answers, CONTEXT)
    seconds = repeat(
        lambda: sheets.evaluate(definition, answers, CONTEXT),
        timer=process_time,
        number=TIMES,
        repeat=ROUNDS,
    )
    return min(seconds) / TIMES * 1e6


if __name__ == "__main__":
    sys.exit(main())
