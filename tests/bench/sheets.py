"""How long a whole sheet takes to be judged: every sheet that ships, filled in completely.

    python -m tests.bench.sheets

Prints microseconds per sheet as JSON (the best of several rounds; compiled expressions are warm,
as they are in a server).
"""

import json
import sys
from timeit import repeat

from tests.answers import honest_answers
from yunjian.standards import sheets

ROUNDS, TIMES = 5, 20
ALLOWED_US = 1000.0
CONTEXT = {
    "today": "2026-11-24",
    "instruments": [{"parameter": "SO2", "range_lower": 0, "range_upper": 200, "unit": "mg/m3"}],
}


def main() -> int:
    """Measure and print; the exit code is 0 whatever comes out."""
    measured = {name: round(_microseconds(name), 1) for name in sorted(sheets.definitions())}
    slowest = max(measured, key=lambda name: measured[name])
    result = {
        "us_per_sheet": measured,
        "slowest": slowest,
        "slowest_us": measured[slowest],
        "allowed_us": ALLOWED_US,
        "above": sorted(name for name, value in measured.items() if value > ALLOWED_US),
    }
    print(json.dumps(result, indent=2))
    return 0


def _microseconds(name: str) -> float:
    definition = sheets.definition(name)
    answers = honest_answers(sheets.as_json(definition))
    sheets.evaluate(definition, answers, CONTEXT)
    seconds = repeat(
        lambda: sheets.evaluate(definition, answers, CONTEXT), number=TIMES, repeat=ROUNDS
    )
    return min(seconds) / TIMES * 1e6


if __name__ == "__main__":
    sys.exit(main())
