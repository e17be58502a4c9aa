"""What expressions of sheets can call besides CEL itself; none of them ever raises.

Numbers are doubles. What is not a finite number is skipped; where nothing is left to compute with,
the answer is null. Sums are taken from left to right, so that both engines agree to the last bit.
"""

import math
from collections.abc import Callable
from typing import Any

from yunjian.standards.statistics.distributions import T975

NORMAL_975 = 1.959963984540054
# what the binary notation of numbers may be off by, relative to the limit
SLACK = 1e-9


def mean(values: Any) -> float | None:
    """Return the arithmetic mean."""
    known = _numbers(values)
    return _added(known) / len(known) if known else None


def sd(values: Any) -> float | None:
    """Return the sample standard deviation (n − 1); null for fewer than two numbers."""
    known = _numbers(values)
    if len(known) < 2:  # noqa: PLR2004 - two values are the least that scatter
        return None
    middle = _added(known) / len(known)
    squares = _added([(value - middle) * (value - middle) for value in known])
    result = math.sqrt(squares / (len(known) - 1))
    return result if math.isfinite(result) else None


def total(values: Any) -> float:
    """Return the sum; nothing adds up to 0."""
    return _added(_numbers(values))


def least(values: Any) -> float | None:
    """Return the smallest number."""
    return min(_numbers(values), default=None)


def largest(values: Any) -> float | None:
    """Return the largest number."""
    return max(_numbers(values), default=None)


def count(values: Any) -> float:
    """Return how many numbers there are."""
    return float(len(_numbers(values)))


def magnitude(value: Any) -> float | None:
    """Return the absolute value."""
    return abs(float(value)) if _is_number(value) else None


def t975(freedom: Any) -> float | None:
    """Return Student's t, two-sided 95 %, for whole degrees of freedom from 1 on.

    The table of the standard up to 30; beyond it the expansion of Cornish and Fisher, which is
    exact to seven decimals there.
    """
    if not _is_number(freedom) or freedom < 1 or freedom != math.floor(freedom):
        return None
    if freedom <= len(T975):
        return T975[int(freedom) - 1]
    z, n = NORMAL_975, float(freedom)
    second = z * z
    return (
        z
        + z * (second + 1) / (4 * n)
        + z * ((5 * second + 16) * second + 3) / (96 * n * n)
        + z * (((3 * second + 19) * second + 17) * second - 15) / (384 * n * n * n)
        + z
        * ((((79 * second + 776) * second + 1482) * second - 1920) * second - 945)
        / (92160 * n * n * n * n)
    )


def beyond(value: Any, limit: Any) -> bool | None:
    """Tell whether a value lies outside ±limit; null when either is unknown."""
    if not _is_number(value) or not _is_number(limit):
        return None
    return bool(abs(value) > limit * (1 + SLACK))


def band(criteria: Any, unit: Any, reference: Any) -> dict[str, Any] | None:
    """Return the criterion for a mean of the reference method; null when none is established."""
    rows = criteria.get(unit) if isinstance(criteria, dict) and isinstance(unit, str) else None
    if not isinstance(rows, list) or not _is_number(reference):
        return None
    result = next((row for row in rows if _covers(row, reference)), None)
    return result if result and _is_number(result.get("limit")) else None


def deviation(criterion: Any, reference: Any, measured: Any) -> dict[str, Any] | None:
    """Return value (absolute AE, or RE in per cent) and pass of one pair; null when unknown."""
    if not isinstance(criterion, dict) or not (_is_number(reference) and _is_number(measured)):
        return None
    difference = float(measured) - reference
    kind = criterion.get("statistic")
    value = difference if kind == "AE" else _percent(difference, reference)
    if kind not in ("AE", "RE") or value is None:
        return None
    return {"value": value, "pass": _within(value, criterion.get("limit"))}


def accuracy(criteria: Any, unit: Any, references: Any, measured: Any) -> dict[str, Any] | None:
    """Return the accuracy of pairs: statistics, the criterion that applies, and whether it is met.

    Pairs of which one is not a number are skipped; null without any pair. The band is chosen by
    the mean of the reference method (HJ 75-2017, 9.3.8). `pass` is null where nothing is
    established for the band, or the statistic cannot be computed.
    """
    pairs = _pairs(references, measured)
    if not pairs:
        return None
    statistics = _statistics(pairs)
    criterion = band(criteria, unit, statistics["mean_reference"])
    kind = criterion["statistic"] if criterion else None
    value = {"RA": statistics["ra"], "AE": statistics["ae"], "RE": statistics["re"]}.get(kind or "")
    limit = criterion["limit"] if criterion else None
    return {
        **statistics,
        "judged_by": kind,
        "limit": limit,
        "value": value,
        "pass": _within(value, limit),
    }


def pass_count(passed: Any, steps: Any) -> dict[str, Any] | None:
    """Return n, passed, required and pass of single judgements; not-booleans are skipped.

    `steps` say how many have to pass from how many on: `[{from: 3, pass: 2}, …]`. With fewer than
    the first step asks for nothing is required, and pass is null.
    """
    if not isinstance(passed, list) or not isinstance(steps, list):
        return None
    known = [item for item in passed if isinstance(item, bool)]
    fitting = [
        float(step["pass"])
        for step in steps
        if isinstance(step, dict)
        and _is_number(step.get("from"))
        and _is_number(step.get("pass"))
        and len(known) >= step["from"]
    ]
    required = fitting[-1] if fitting else None
    good = float(sum(known))
    return {
        "n": float(len(known)),
        "passed": good,
        "required": required,
        "pass": None if required is None else good >= required,
    }


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _numbers(values: Any) -> list[float]:
    known = values if isinstance(values, list) else []
    return [float(value) for value in known if _is_number(value)]


def _within(value: Any, limit: Any) -> bool | None:
    outside = beyond(value, limit)
    return None if outside is None else not outside


def _added(values: list[float]) -> float:
    result = 0.0
    for value in values:
        result += value
    return result


def _percent(part: float, whole: float) -> float | None:
    return part / whole * 100 if whole else None


def _pairs(references: Any, measured: Any) -> list[tuple[float, float]]:
    if not isinstance(references, list) or not isinstance(measured, list):
        return []
    return [
        (float(one), float(other))
        for one, other in zip(references, measured, strict=False)
        if _is_number(one) and _is_number(other)
    ]


def _statistics(pairs: list[tuple[float, float]]) -> dict[str, Any]:
    reference = _added([one for one, _ in pairs]) / len(pairs)
    measured = _added([other for _, other in pairs]) / len(pairs)
    differences = [one - other for one, other in pairs]
    middle = _added(differences) / len(pairs)
    scatter = sd(differences)
    student = t975(float(len(pairs) - 1))
    cc = None if scatter is None or student is None else student * scatter / math.sqrt(len(pairs))
    error = measured - reference
    return {
        "n": float(len(pairs)),
        "mean_reference": reference,
        "mean_measured": measured,
        "d_bar": middle,
        "s_d": scatter,
        "cc": cc,
        "ra": None if cc is None else _percent(abs(middle) + abs(cc), reference),
        "ae": error,
        "re": _percent(error, reference),
    }


def _covers(row: Any, value: float) -> bool:
    if not isinstance(row, dict):
        return False
    edges = {key: row[key] for key in ("from", "above", "to", "below") if _is_number(row.get(key))}
    return not (
        ("from" in edges and value < edges["from"])
        or ("above" in edges and value <= edges["above"])
        or ("to" in edges and value > edges["to"])
        or ("below" in edges and value >= edges["below"])
    )


# by the name in expressions, with the number of arguments
FUNCTIONS: dict[str, tuple[Callable[..., Any], int]] = {
    "mean": (mean, 1),
    "sd": (sd, 1),
    "sum": (total, 1),
    "min": (least, 1),
    "max": (largest, 1),
    "count": (count, 1),
    "abs": (magnitude, 1),
    "t975": (t975, 1),
    "beyond": (beyond, 2),
    "band": (band, 3),
    "deviation": (deviation, 3),
    "accuracy": (accuracy, 4),
    "pass_count": (pass_count, 2),
}
# those whose first argument is a table of limits
TABLED = ("accuracy", "band", "deviation")
