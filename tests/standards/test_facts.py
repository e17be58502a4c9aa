"""The packs that ship say what is known of the standards, row by row, with where it comes from.

Bands and limits of accuracy and comparisons are in test_statistics_judging.
"""

from decimal import Decimal
from typing import Any

import pytest

from yunjian.standards.rules import pack
from yunjian.standards.rules.model import Row

FLUE, WATER, NMHC = pack("hj75-2017"), pack("hj355-2019"), pack("hj1286-2023")
PACKS = {item.code: item for item in (FLUE, WATER, NMHC)}
GASES = ("SO2", "NOx", "O2", "CO", "HCl")
EXTRACTIVE = ("full_extraction", "dilution")
SEEN_AND_RECALLED = "recalled + practice"

# id: clause, at most every, applies when (automatic calibration, methods, parameters), provenance
FLUE_DUTIES: dict[str, tuple[str, str, tuple[Any, Any, Any], str]] = {
    "patrol": ("10.2", "7 day", (None, None, None), SEEN_AND_RECALLED),
    "cal-auto": ("11.2 a", "24 hour", (True, None, ("PM", *GASES)), "recalled"),
    "cal-pm-manual": ("11.2 b", "15 day", (False, None, ("PM",)), "recalled"),
    "cal-gas-insitu": ("11.2 c", "15 day", (False, ("direct",), GASES), "recalled"),
    "cal-gas-extractive": ("11.2 d", "7 day", (False, EXTRACTIVE, GASES), "recalled"),
    "cal-full-system": ("11.2 e", "3 month", (None, EXTRACTIVE, GASES), SEEN_AND_RECALLED),
    "cal-flow-auto": ("11.2 f", "24 hour", (True, None, ("velocity",)), "recalled"),
    "cal-flow-manual": ("11.2 f", "30 day", (False, None, ("velocity",)), "recalled"),
    "verify-manual": ("11.4 a", "3 month", (False, None, None), SEEN_AND_RECALLED),
    "verify-auto": ("11.4 a", "6 month", (True, None, None), SEEN_AND_RECALLED),
    "consumables-summary": ("附录 G", "6 month", (None, None, None), "practice"),
}
NUTRIENTS = ("CODCr", "NH3-N", "TP", "TN")
WATER_DUTIES: dict[str, tuple[str, tuple[str, ...] | None, str]] = {
    "daily-check": ("1 day", None, SEEN_AND_RECALLED),
    "weekly-maintenance": ("7 day", None, SEEN_AND_RECALLED),
    "monthly-maintenance": ("1 month", None, SEEN_AND_RECALLED),
    "quarterly-maintenance": ("3 month", None, SEEN_AND_RECALLED),
    "auto-check": ("24 hour", NUTRIENTS, "recalled"),
    "auto-calibration": ("168 hour", NUTRIENTS, "recalled"),
    "water-comparison": ("1 × month", (*NUTRIENTS, "pH", "temperature"), SEEN_AND_RECALLED),
    "flow-comparison": ("1 × quarter", ("flow",), "recalled"),
}
NMHC_DUTIES = {"patrol": "7 day", "sampling-line": "30 day", "full-system": "90 day"}


def how_often(row: Any) -> str:
    if row.interval is not None:
        return f"{row.interval.value} {row.interval.unit}"
    return f"{row.count.times} × {row.count.period}"


def test_flue_gas_demands_what_is_known_of_it() -> None:
    said = {
        row.id.removeprefix("hj75."): (
            row.clause,
            how_often(row),
            (row.automatic_calibration, row.methods, row.parameters),
            row.provenance,
        )
        for row in FLUE.obligations
    }

    assert said == FLUE_DUTIES


def test_wastewater_demands_what_is_known_of_it() -> None:
    said = {
        row.id.removeprefix("hj355."): (how_often(row), row.parameters, row.provenance)
        for row in WATER.obligations
    }

    assert said == WATER_DUTIES


def test_nmhc_demands_what_is_known_and_leaves_the_rest_open() -> None:
    rows = {row.id.removeprefix("hj1286."): row for row in NMHC.obligations}

    assert {key: how_often(row) for key, row in rows.items() if not row.unconfirmed} == NMHC_DUTIES
    assert {key for key, row in rows.items() if row.unconfirmed} == {"calibration", "verification"}
    assert {row.parameters for row in rows.values()} == {("NMHC",)}


# id: limit, out of control, the same as absolute numbers, unit
DRIFTS = {
    "drift.zero.pm": ("2.0", "8.0", None, None),
    "drift.span.pm": ("2.0", "8.0", None, None),
    "drift.zero.gas": ("2.5", "5.0", None, None),
    "drift.span.gas": ("2.5", "10.0", None, None),
    "drift.zero.velocity": ("3.0", "8.0", "0.9", "1.8"),
}


@pytest.mark.parametrize("name", DRIFTS)
def test_drifts_have_two_limits_with_a_provenance_each(name: str) -> None:
    row = FLUE.limit(name)

    found = (row.limit, row.out_of_control, row.absolute_limit, row.absolute_out_of_control)
    assert found == tuple(None if item is None else Decimal(item) for item in DRIFTS[name])
    assert (row.unit, row.absolute_unit) == ("%F.S.", "m/s" if DRIFTS[name][2] else None)
    assert (row.provenance, row.out_of_control_provenance) == ("practice", "recalled")


@pytest.mark.parametrize(
    ("parameter", "pairs"),
    [
        ("PM", 5),
        *[(gas, 9) for gas in ("SO2", "NOx", "gas", "O2")],
        *[(other, 5) for other in ("velocity", "temperature", "humidity")],
    ],
)
def test_a_verification_needs_so_many_pairs(parameter: str, pairs: int) -> None:
    assert FLUE.limit(f"accuracy.{parameter}").pairs_min == pairs


# (pack, id): value, unit, provenance
NUMBERS: dict[tuple[str, str], tuple[str, str, str]] = {
    ("hj75-2017", "indication.O2"): ("5", "%", "recalled"),
    ("hj75-2017", "response.gas"): ("200", "s", "recalled"),
    ("hj75-2017", "field_factor.rsd"): ("5", "%", "recalled"),
    ("hj75-2017", "correlation.confidence"): ("10", "%", "recalled"),
    ("hj75-2017", "correlation.tolerance"): ("25", "%", "recalled"),
    ("hj75-2017", "test-gas.high.min"): ("80", "%F.S.", "practice"),
    ("hj75-2017", "test-gas.high.max"): ("100", "%F.S.", "practice"),
    ("hj75-2017", "test-gas.middle.min"): ("50", "%F.S.", "practice"),
    ("hj75-2017", "test-gas.middle.max"): ("60", "%F.S.", "practice"),
    ("hj75-2017", "test-gas.low.min"): ("20", "%F.S.", "practice"),
    ("hj75-2017", "test-gas.low.max"): ("30", "%F.S.", "practice"),
    ("hj75-2017", "fault.on-site"): ("4", "h", "recalled"),
    ("hj75-2017", "fault.simple"): ("8", "h", "recalled"),
    ("hj75-2017", "fault.data"): ("12", "h", "recalled"),
    ("hj75-2017", "capture-rate"): ("75", "%", "recalled"),
    ("hj355-2019", "check.standard"): ("10", "%", "practice"),
    ("hj355-2019", "check.unmet"): ("6", "h", "recalled"),
    ("hj355-2019", "manual-results.interval"): ("6", "h", "recalled"),
    ("hj355-2019", "manual-results.count"): ("4", "/d", "recalled"),
    ("hj355-2019", "stop.report"): ("24", "h", "recalled"),
    ("hj355-2019", "data-rate"): ("90", "%", "recalled"),
    ("hj1286-2023", "response.NMHC"): ("300", "s", "recalled"),
    ("hj1286-2023", "sampling-line.NMHC"): ("120", "°C", "practice"),
    ("hj1286-2023", "hydrocarbon-remover.NMHC"): ("350", "°C", "practice"),
}


@pytest.mark.parametrize("place", NUMBERS, ids=":".join)
def test_a_number_is_the_one_that_is_known(place: tuple[str, str]) -> None:
    code, name = place
    row: Any = next(row for row in PACKS[code].rows if row.id == name)

    value = row.limit if hasattr(row, "limit") else row.value
    assert (value, row.unit, row.provenance) == (Decimal(NUMBERS[place][0]), *NUMBERS[place][1:])


@pytest.mark.parametrize(("gas", "edge"), [("SO2", 100), ("NOx", 200)])
def test_the_range_decides_of_what_an_indication_error_is_a_part(gas: str, edge: int) -> None:
    bands = FLUE.limit(f"indication.{gas}").criteria["umol/mol"]

    assert [(item.from_, item.below, item.statistic, item.limit) for item in bands] == [
        (edge, None, "RE", 5),
        (None, edge, "FS", Decimal("2.5")),
    ]


def test_a_correlation_is_the_closer_the_wider_the_range() -> None:
    bands = FLUE.limit("correlation.r").criteria["mg/m3"]

    assert [(item.above, item.to, item.limit) for item in bands] == [
        (50, None, Decimal("0.85")),
        (None, 50, Decimal("0.75")),
    ]
    correlated = [row for row in FLUE.limits if row.id.startswith("correlation.")]
    assert {row.pairs_min for row in correlated} == {15}


@pytest.mark.parametrize(
    ("reason", "before"), [("out_of_control", "last_calibration"), ("invalid", "failure")]
)
def test_emission_mass_is_replaced_by_the_largest_of_so_many_hours(
    reason: str, before: str
) -> None:
    rows = [row for row in FLUE.substitutions if row.reason == reason]

    found: list[Any] = [
        (row.capture_from, row.capture_below, row.longer_than, row.up_to, row.window)
        for row in rows
    ]
    assert found == [
        (90, None, None, 24, 180),
        (90, None, 24, None, 720),
        (75, 90, None, None, 2160),
    ]
    assert {(row.before, row.provenance) for row in rows} == {(before, "practice")}


def test_what_nobody_established_for_nmhc_has_no_value() -> None:
    open_rows: list[Row] = [row for row in NMHC.rows if row.unconfirmed]

    assert {row.id for row in open_rows} == {
        "hj1286.calibration",
        "hj1286.verification",
        "drift.zero.NMHC",
        "drift.span.NMHC",
        "capture-rate",
    }
    high, low = NMHC.limit("accuracy.NMHC").criteria["mg/m3"]
    assert high.unconfirmed
    found: Any = (low.below, low.emission_limit_below, low.statistic, low.limit)
    assert found == (50, 50, "AE", 10)


def test_every_number_is_one_of_these() -> None:
    known = {*NUMBERS, *(("hj75-2017", name) for name in DRIFTS)}
    others = ("accuracy.", "comparison.", "indication.", "correlation.", "substitution.", "hj")

    unnamed = {
        (code, row.id)
        for code, item in PACKS.items()
        for row in item.rows
        if not row.unconfirmed and not row.id.startswith(others)
    } - known
    assert unnamed == set()
