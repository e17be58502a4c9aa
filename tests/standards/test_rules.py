"""Rule packs: what they demand, what they refuse to be, and rounding."""

import json
from copy import deepcopy
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunjian.standards.rounding import round_half_even, rounded
from yunjian.standards.rules import (
    InvalidPack,
    NotInForce,
    PointDescription,
    Reason,
    UnknownRule,
    limits_as_data,
    obligations_for,
    pack,
    pack_on,
    packs,
    unconfirmed_for,
)
from yunjian.standards.rules.packs import parsed, read_toml

DAY = date(2026, 11, 20)
VECTORS = json.loads(
    (Path(__file__).resolve().parents[1] / "vectors" / "expressions.json").read_text()
)
PACK: dict[str, Any] = {
    "code": "probe",
    "version": 1,
    "standard": "P",
    "title": {"zh": "样", "en": "probe"},
    "kind": "wastewater",
    "effective": ["2020-01-01", "2021-01-01"],
    "obligations": [
        {
            "id": "p.a",
            "clause": "1",
            "activity": {"zh": "甲", "en": "a"},
            "interval": {"value": 7, "unit": "day"},
            "provenance": "practice",
        }
    ],
}


def ids(point: PointDescription, on_date: date = DAY) -> list[str]:
    return [item.id.partition(".")[2] for item in obligations_for(point, on_date)]


def test_an_extractive_cems_without_automatic_calibration_owes_most() -> None:
    point = PointDescription("flue_gas", "full_extraction", parameters=("SO2", "PM", "velocity"))
    assert ids(point) == [
        "patrol",
        "cal-pm-manual",
        "cal-gas-extractive",
        "cal-full-system",
        "cal-flow-manual",
        "verify-manual",
        "consumables-summary",
    ]


def test_automatic_calibration_changes_what_is_owed() -> None:
    point = PointDescription(
        "flue_gas", "direct", automatic_calibration=True, parameters=("SO2", "velocity")
    )
    assert ids(point) == [
        "patrol",
        "cal-auto",
        "cal-flow-auto",
        "verify-auto",
        "consumables-summary",
    ]


def test_wastewater_follows_its_own_standard_from_its_first_day_on() -> None:
    point = PointDescription("wastewater", parameters=("CODCr", "flow"))
    assert ids(point)[:2] == ["daily-check", "weekly-maintenance"]
    assert "flow-comparison" in ids(point)
    assert ids(point, date(2020, 3, 23)) == []


def test_an_obligation_says_how_often_where_from_and_on_which_sheet() -> None:
    point = PointDescription("flue_gas", "full_extraction", parameters=("SO2",))
    patrol = obligations_for(point, DAY)[0]
    assert (patrol.interval.value, patrol.interval.unit) == (7, "day")
    assert (patrol.standard, patrol.clause, patrol.sheet) == ("HJ 75-2017", "10.2", "hj75-g1")
    assert patrol.activity.zh == "日常巡检"


def test_no_row_ships_without_clause_and_provenance() -> None:
    for item in packs():
        assert all(row.clause and row.provenance for row in item.rows)


def test_a_pack_ends_on_the_day_before_its_end() -> None:
    probe = parsed(PACK)
    assert probe.in_force(date(2020, 12, 31))
    assert not probe.in_force(date(2021, 1, 1))
    assert probe.in_force(date(2020, 1, 1))
    assert not probe.in_force(date(2019, 12, 31))


# --- what a pack cannot be --------------------------------------------------------------------


def limit(**more: Any) -> dict[str, Any]:
    return {
        "id": "l.a",
        "clause": "2",
        "title": {"zh": "限", "en": "limit"},
        "provenance": "practice",
    } | more


def banded(*bands: dict[str, Any], unit: str = "mg/m3", **more: Any) -> dict[str, Any]:
    """A limit with criteria; every band that says nothing else is RE 15 %."""
    plain = {"statistic": "RE", "limit": 15, "unit": "%"}
    return limit(unit=unit, criteria={unit: [plain | band for band in bands]}, **more)


def value(**more: Any) -> dict[str, Any]:
    return {
        "id": "v.a",
        "clause": "3",
        "title": {"zh": "值", "en": "value"},
        "provenance": "practice",
        "unit": "h",
    } | more


def obligation(**more: Any) -> dict[str, Any]:
    return {**PACK["obligations"][0], **more}


def without(row: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: item for key, item in row.items() if key not in keys}


UNITS = "'%', '%F.S.', 'umol/mol', 'mg/m3', 'mg/L', 'm/s', 'm3', '°C', 'pH', 'mm', 's', 'h' or '1'"
PROVENANCES = (
    "'text', 'practice', 'recalled', 'recalled + practice', 'text + practice' or 'text + recalled'"
)
WRONG: dict[str, tuple[dict[str, Any], str, Reason, str]] = {
    "no kind": (
        {"kind": None},
        "kind",
        Reason.NOT_A_CHOICE,
        "has to be 'wastewater' or 'flue_gas'",
    ),
    "an end before the beginning": (
        {"effective": ["2020-01-01", "2020-01-01"]},
        "effective",
        Reason.END_BEFORE_START,
        "the end is not after the beginning",
    ),
    "an unknown key of the pack": ({"surprise": 1}, "surprise", Reason.UNKNOWN_KEY, "unknown key"),
    "no table": ({"limits": 7}, "limits", Reason.NOT_A_LIST, "has to be a list"),
    "a row that is none": ({"limits": [7]}, "limits[0]", Reason.NOT_A_TABLE, "has to be a table"),
    "a row without id": (
        {"limits": [without(limit(), "id")]},
        "limits[0]",
        Reason.MISSING,
        "id: missing",
    ),
    "an id twice": (
        {"limits": [limit(id="p.a", unconfirmed=True)]},
        "p.a",
        Reason.DUPLICATE_ID,
        "the id occurs twice",
    ),
    "no clause": (
        {"obligations": [without(obligation(), "clause")]},
        "p.a",
        Reason.MISSING,
        "clause: missing",
    ),
    "an empty clause": (
        {"obligations": [obligation(clause="")]},
        "p.a",
        Reason.EMPTY,
        "clause: must not be empty",
    ),
    "no provenance": (
        {"limits": [without(limit(unconfirmed=True), "provenance")]},
        "l.a",
        Reason.MISSING,
        "provenance: missing",
    ),
    "an unknown provenance": (
        {"obligations": [obligation(provenance="hearsay")]},
        "p.a",
        Reason.NOT_A_CHOICE,
        f"provenance: has to be {PROVENANCES}",
    ),
    "an unknown key of a row": (
        {"obligations": [obligation(surprise=1)]},
        "p.a",
        Reason.UNKNOWN_KEY,
        "surprise: unknown key",
    ),
    "half a confirmation": (
        {"limits": [limit(unconfirmed=True, confirmed_by="甲")]},
        "l.a",
        Reason.HALF_CONFIRMATION,
        "confirmed_by and confirmed_on go together",
    ),
    "an interval of nothing": (
        {"obligations": [obligation(interval={"value": 0, "unit": "day"})]},
        "p.a",
        Reason.TOO_SMALL,
        "interval.value: has to be greater than 0",
    ),
    "an interval of years": (
        {"obligations": [obligation(interval={"value": 1, "unit": "year"})]},
        "p.a",
        Reason.NOT_A_CHOICE,
        "interval.unit: has to be 'hour', 'day' or 'month'",
    ),
    "interval and count": (
        {"obligations": [obligation(count={"times": 1, "period": "month"})]},
        "p.a",
        Reason.FREQUENCY_FORM,
        "exactly one of interval, count, unconfirmed",
    ),
    "neither interval nor count": (
        {"obligations": [without(obligation(), "interval")]},
        "p.a",
        Reason.FREQUENCY_FORM,
        "exactly one of interval, count, unconfirmed",
    ),
    "an activity in one language": (
        {"obligations": [obligation(activity={"zh": "甲"})]},
        "p.a",
        Reason.MISSING,
        "activity.en: missing",
    ),
    "a limit without value": (
        {"limits": [limit()]},
        "l.a",
        Reason.LIMIT_FORM,
        "exactly one of limit, criteria, unconfirmed",
    ),
    "a limit both known and not": (
        {"limits": [limit(limit=1, unit="%", unconfirmed=True)]},
        "l.a",
        Reason.LIMIT_FORM,
        "exactly one of limit, criteria, unconfirmed",
    ),
    "a limit without unit": (
        {"limits": [limit(limit=1)]},
        "l.a",
        Reason.UNIT_MISSING,
        "unit: a unit is needed",
    ),
    "an unknown unit": (
        {"limits": [limit(limit=1, unit="stone")]},
        "l.a",
        Reason.NOT_A_CHOICE,
        f"unit: has to be {UNITS}",
    ),
    "an unknown unit of criteria": (
        {"limits": [banded({}, unit="stone") | {"unit": "mg/m3"}]},
        "l.a",
        Reason.NOT_A_CHOICE,
        f"criteria.stone.[key]: has to be {UNITS}",
    ),
    "a unit beside the criteria that none of them has": (
        {"limits": [banded({}) | {"unit": "%"}]},
        "l.a",
        Reason.UNIT_WITHOUT_CRITERIA,
        "unit: none of the units of the criteria",
    ),
    "a negative limit": (
        {"limits": [limit(limit=-1, unit="%")]},
        "l.a",
        Reason.TOO_SMALL,
        "limit: has to be greater than 0",
    ),
    "no bands": (
        {"limits": [limit(unit="mg/m3", criteria={"mg/m3": []})]},
        "l.a",
        Reason.BANDS_NOT_OPEN,
        "criteria.mg/m3: gap in mg/m3: the outer bands have to be open",
    ),
    "no lowest band": (
        {"limits": [banded({"from": 5})]},
        "l.a",
        Reason.BANDS_NOT_OPEN,
        "criteria.mg/m3: gap in mg/m3: the outer bands have to be open",
    ),
    "no highest band": (
        {"limits": [banded({"to": 5})]},
        "l.a",
        Reason.BANDS_NOT_OPEN,
        "criteria.mg/m3: gap in mg/m3: the outer bands have to be open",
    ),
    "a gap between bands": (
        {"limits": [banded({"below": 5}, {"from": 6})]},
        "l.a",
        Reason.BANDS_GAP,
        "criteria.mg/m3: gap at 5 mg/m3",
    ),
    "a gap of one point": (
        {"limits": [banded({"below": 5}, {"above": 5})]},
        "l.a",
        Reason.BANDS_GAP,
        "criteria.mg/m3: gap at 5 mg/m3",
    ),
    "an overlap": (
        {"limits": [banded({"below": 6}, {"from": 5})]},
        "l.a",
        Reason.BANDS_OVERLAP,
        "criteria.mg/m3: overlap at 5 mg/m3",
    ),
    "an overlap of one point": (
        {"limits": [banded({"to": 5}, {"from": 5})]},
        "l.a",
        Reason.BANDS_OVERLAP,
        "criteria.mg/m3: overlap at 5 mg/m3",
    ),
    "two bands without end": (
        {"limits": [banded({}, {"from": 5})]},
        "l.a",
        Reason.BANDS_OVERLAP,
        "criteria.mg/m3: overlap at 5 mg/m3",
    ),
    "two bands for everything": (
        {"limits": [banded({}, {})]},
        "l.a",
        Reason.BANDS_UNBOUNDED,
        "criteria.mg/m3: overlap in mg/m3: two bands without bounds",
    ),
    "two bands without beginning": (
        {"limits": [banded({"below": 5}, {"below": 6}, {"from": 6})]},
        "l.a",
        Reason.BANDS_OVERLAP,
        "criteria.mg/m3: overlap at 5 mg/m3",
    ),
    "two lower bounds": (
        {"limits": [banded({"from": 5, "above": 5}, {"below": 5})]},
        "l.a",
        Reason.BAND_BOUNDS,
        "criteria.mg/m3.0: one lower and one upper bound at most",
    ),
    "two upper bounds": (
        {"limits": [banded({"to": 5, "below": 5}, {"from": 5})]},
        "l.a",
        Reason.BAND_BOUNDS,
        "criteria.mg/m3.0: one lower and one upper bound at most",
    ),
    "a band with a value nobody confirmed": (
        {"limits": [banded({"unconfirmed": True})]},
        "l.a",
        Reason.BAND_VALUE_UNCONFIRMED,
        "criteria.mg/m3.0: an unconfirmed band has no value",
    ),
    "a band without limit": (
        {"limits": [banded({"limit": None})]},
        "l.a",
        Reason.BAND_INCOMPLETE,
        "criteria.mg/m3.0: statistic, limit and unit are needed",
    ),
    "out of control within the limit": (
        {"limits": [limit(limit=5, out_of_control=4, unit="%")]},
        "l.a",
        Reason.OUT_OF_CONTROL_WITHIN_LIMIT,
        "out_of_control: out of control begins within the limit",
    ),
    "out of control without a limit": (
        {"limits": [banded({}, out_of_control=4)]},
        "l.a",
        Reason.OUT_OF_CONTROL_WITHIN_LIMIT,
        "out_of_control: out of control begins within the limit",
    ),
    "an absolute out of control within its limit": (
        {
            "limits": [
                limit(
                    limit=5,
                    unit="%",
                    absolute_limit=2,
                    absolute_out_of_control=1,
                    absolute_unit="m/s",
                )
            ]
        },
        "l.a",
        Reason.OUT_OF_CONTROL_WITHIN_LIMIT,
        "absolute_out_of_control: out of control begins within the limit",
    ),
    "an absolute limit without unit": (
        {"limits": [limit(limit=5, unit="%", absolute_limit=2)]},
        "l.a",
        Reason.HALF_ABSOLUTE_LIMIT,
        "absolute_limit and absolute_unit go together",
    ),
    "a unit without absolute limit": (
        {"limits": [limit(limit=5, unit="%", absolute_unit="m/s")]},
        "l.a",
        Reason.HALF_ABSOLUTE_LIMIT,
        "absolute_limit and absolute_unit go together",
    ),
    "more pairs required than there are": (
        {"limits": [banded({}, pass_counts=[{"from": 3, "pass": 4}])]},
        "l.a",
        Reason.PAIR_COUNT_IMPOSSIBLE,
        "pass_counts.0: more pairs are required than there are",
    ),
    "pass counts that fall": (
        {"limits": [banded({}, pass_counts=[{"from": 4, "pass": 2}, {"from": 3, "pass": 2}])]},
        "l.a",
        Reason.PAIR_COUNTS_NOT_RISING,
        "pass_counts: pass counts have to rise",
    ),
    "pass counts twice": (
        {"limits": [banded({}, pass_counts=[{"from": 4, "pass": 2}, {"from": 4, "pass": 3}])]},
        "l.a",
        Reason.PAIR_COUNTS_NOT_RISING,
        "pass_counts: pass counts have to rise",
    ),
    "the same pass count twice": (
        {"limits": [banded({}, pass_counts=[{"from": 4, "pass": 2}, {"from": 4, "pass": 2}])]},
        "l.a",
        Reason.PAIR_COUNTS_NOT_RISING,
        "pass_counts: pass counts have to rise",
    ),
    "single pairs judged by RA": (
        {"limits": [banded({"statistic": "RA"}, pass_counts=[{"from": 3, "pass": 2}])]},
        "l.a",
        Reason.PAIRS_NEED_ERROR,
        "single pairs are judged by AE or RE",
    ),
    "the worst pair judged by RA": (
        {"limits": [limit(statistic="RA", limit=1, unit="%", largest=True)]},
        "l.a",
        Reason.PAIRS_NEED_ERROR,
        "single pairs are judged by AE or RE",
    ),
    "a value without number": (
        {"deadlines": [value()]},
        "v.a",
        Reason.VALUE_FORM,
        "value: exactly one of value, unconfirmed",
    ),
    "a value both known and not": (
        {"validity": [value(value=1, unconfirmed=True)]},
        "v.a",
        Reason.VALUE_FORM,
        "value: exactly one of value, unconfirmed",
    ),
    "a substitution by no hour": (
        {"substitutions": [value(reason="invalid", capture_from=90, window=0)]},
        "v.a",
        Reason.TOO_SMALL,
        "window: has to be greater than 0",
    ),
}


@pytest.mark.parametrize(("change", "row", "reason", "sentence"), WRONG.values(), ids=WRONG)
def test_a_wrong_pack_is_refused_by_its_row_and_reason(
    change: dict[str, Any], row: str, reason: Reason, sentence: str
) -> None:
    with pytest.raises(InvalidPack) as error:
        parsed(deepcopy(PACK) | change, "probe.toml")
    assert (error.value.file, error.value.row) == ("probe.toml", row)
    assert error.value.problem.reason is reason
    assert str(error.value) == f"probe.toml: {row}: {sentence}"


def test_a_pack_without_a_file_is_named_by_its_code() -> None:
    with pytest.raises(InvalidPack) as error:
        parsed(PACK | {"version": 0})
    assert (error.value.file, error.value.row) == ("probe", "version")


@pytest.mark.parametrize(
    "text",
    ["a = 1\nb = ", "a = 1\n[[limits]]\nid = 'x\n", "a = [" + "[" * 100_000],
    ids=["no value", "no end of a text", "too deep"],
)
def test_what_is_no_toml_is_refused_by_its_line(text: str) -> None:
    with pytest.raises(InvalidPack) as error:
        read_toml(text, "probe.toml")
    assert error.value.file == "probe.toml"
    assert error.value.row.startswith("line ") or error.value.row == "end"


def test_the_line_of_a_mistake_is_told() -> None:
    with pytest.raises(InvalidPack) as error:
        read_toml("a = 1\nb = ?\n", "probe.toml")
    assert error.value.row == "line 2"
    with pytest.raises(InvalidPack) as error:
        read_toml("a = ", "probe.toml")
    assert error.value.row == "end"


def test_fractions_are_read_as_they_are_written() -> None:
    assert read_toml("a = 0.1", "x") == {"a": Decimal("0.1")}


# --- rows that are right ----------------------------------------------------------------------


def test_what_nobody_established_is_named_but_demands_nothing() -> None:
    rows = [without(obligation(unconfirmed=True), "interval")]
    probe = parsed(PACK | {"obligations": rows})
    point = PointDescription("wastewater")
    day = date(2020, 5, 1)
    assert obligations_for(point, day, [probe]) == []
    assert [row.id for row in unconfirmed_for(point, day, [probe])] == ["p.a"]
    nmhc = PointDescription("flue_gas", "full_extraction", parameters=("NMHC",))
    assert [row.id for row in unconfirmed_for(nmhc, DAY)] == [
        "hj1286.calibration",
        "hj1286.verification",
    ]
    assert unconfirmed_for(PointDescription("wastewater"), DAY) == []


def test_a_row_holds_on_its_own_days() -> None:
    rows = [obligation(effective=["2020-03-01", "2020-06-01"])]
    probe = parsed(PACK | {"obligations": rows})
    point = PointDescription("wastewater")
    for day, owed in (
        (date(2020, 2, 29), 0),
        (date(2020, 3, 1), 1),
        (date(2020, 5, 31), 1),
        (date(2020, 6, 1), 0),
    ):
        assert len(obligations_for(point, day, [probe])) == owed
    open_end = parsed(PACK | {"obligations": [obligation(effective=["2020-03-01"])]})
    assert len(obligations_for(point, date(2020, 12, 31), [open_end])) == 1


@pytest.mark.parametrize(
    ("period", "length"),
    [
        ("day", (1, "day")),
        ("week", (7, "day")),
        ("month", (1, "month")),
        ("quarter", (3, "month")),
        ("half_year", (6, "month")),
        ("year", (12, "month")),
    ],
)
def test_so_many_times_a_period_is_told_with_the_length_of_the_period(
    period: str, length: tuple[int, str]
) -> None:
    rows = [without(obligation(count={"times": 2, "period": period}), "interval")]
    (owed,) = obligations_for(
        PointDescription("wastewater"), date(2020, 5, 1), [parsed(PACK | {"obligations": rows})]
    )
    assert (owed.interval.value, owed.interval.unit) == length
    assert (owed.times, owed.period) == (2, period)


def test_an_interval_is_owed_once_and_in_no_period() -> None:
    (owed,) = obligations_for(PointDescription("wastewater"), date(2020, 5, 1), [parsed(PACK)])
    assert (owed.times, owed.period, owed.provenance) == (1, None, "practice")


def test_a_sheet_follows_the_sampling_method_unless_there_is_one_for_all() -> None:
    day = date(2020, 5, 1)
    rows = [obligation(sheets={"direct": "g3"}), obligation(id="p.b", sheet="one")]
    probe = parsed(PACK | {"kind": "flue_gas", "obligations": rows})
    for method, sheet in (("direct", "g3"), ("dilution", None), (None, None)):
        point = PointDescription("flue_gas", method)
        assert [item.sheet for item in obligations_for(point, day, [probe])] == [sheet, "one"]


def test_a_city_is_named_instead_of_the_standard() -> None:
    probe = parsed(PACK | {"obligations": [obligation(authority="试验市")]})
    (owed,) = obligations_for(PointDescription("wastewater"), date(2020, 5, 1), [probe])
    assert owed.standard == "试验市"


@pytest.mark.parametrize(
    ("condition", "point", "owed"),
    [
        ({"methods": ["direct"]}, PointDescription("wastewater", "direct"), True),
        ({"methods": ["direct"]}, PointDescription("wastewater", "dilution"), False),
        ({"methods": ["direct"]}, PointDescription("wastewater"), False),
        ({"parameters": ["TP", "TN"]}, PointDescription("wastewater", parameters=("TN",)), True),
        ({"parameters": ["TP"]}, PointDescription("wastewater", parameters=("TN",)), False),
        ({"automatic_calibration": False}, PointDescription("wastewater"), True),
        ({"automatic_calibration": True}, PointDescription("wastewater"), False),
        (
            {"automatic_calibration": True},
            PointDescription("wastewater", automatic_calibration=True),
            True,
        ),
        ({}, PointDescription("flue_gas"), False),
    ],
)
def test_a_row_applies_where_all_its_conditions_hold(
    condition: dict[str, Any],
    point: PointDescription,
    owed: bool,  # noqa: FBT001 - a row
) -> None:
    probe = parsed(PACK | {"obligations": [obligation(**condition)]})
    assert bool(obligations_for(point, date(2020, 5, 1), [probe])) is owed


def test_rows_are_found_by_id() -> None:
    base = pack("hj75-2017@1")
    assert base.limit("accuracy.SO2").pairs_min == 9
    assert base.value("fault.on-site").value == 4
    assert base.value("capture-rate").value == 75
    for find in (base.limit, base.value):
        with pytest.raises(UnknownRule, match=r"hj75-2017@1: nothing"):
            find("nothing")
    with pytest.raises(UnknownRule):
        base.value("accuracy.SO2")


def test_packs_are_found_by_name_or_code_in_their_newest_version() -> None:
    known = [parsed(PACK | {"version": version}) for version in (1, 3, 2)]
    assert pack("probe", known).version == 3
    assert pack("probe@2", known).version == 2
    assert pack("hj75-2017").name == "hj75-2017@1"
    for name in ("nothing", "probe@9", "hj75-2017@9"):
        with pytest.raises(UnknownRule, match=name):
            pack(name, known)
    with pytest.raises(UnknownRule):
        pack("hj75-2017@9")


def test_a_pack_is_found_by_the_day_on_which_it_holds() -> None:
    old = parsed(PACK)
    new = parsed(PACK | {"version": 2, "effective": ["2020-07-01"]})
    known = [old, new]
    assert pack_on("probe", date(2020, 6, 30), known) is old
    assert pack_on("probe", date(2020, 7, 1), known) is new
    assert pack_on("probe@1", date(2020, 7, 1), known) is old
    with pytest.raises(NotInForce):
        pack_on("probe@1", date(2021, 1, 1), known)
    with pytest.raises(NotInForce):
        pack_on("probe", date(2019, 12, 31), known)
    with pytest.raises(UnknownRule):
        pack_on("nothing", DAY, known)
    assert pack_on("hj355-2019", DAY).name == "hj355-2019@1"


def test_a_pack_knows_its_rows_in_the_order_of_its_tables() -> None:
    probe = parsed(
        PACK
        | {
            "limits": [limit(unconfirmed=True)],
            "deadlines": [value(value=4)],
            "validity": [value(id="v.b", unit="/d", unconfirmed=True)],
        }
    )
    assert [row.id for row in probe.rows] == ["p.a", "l.a", "v.a", "v.b"]
    assert (probe.name, probe.since, probe.until) == (
        "probe@1",
        date(2020, 1, 1),
        date(2021, 1, 1),
    )
    assert parsed(PACK | {"effective": ["2020-01-01"]}).until is None


# --- limits as plain data ---------------------------------------------------------------------


def test_a_drift_limit_as_plain_data() -> None:
    assert limits_as_data("hj75-2017@1", "drift.zero.velocity") == {
        "id": "drift.zero.velocity",
        "clause": "11.6 表 4",
        "provenance": "practice",
        "unconfirmed": False,
        "unit": "%F.S.",
        "limit": 3.0,
        "out_of_control": 8.0,
        "absolute_limit": 0.9,
        "absolute_out_of_control": 1.8,
        "statistic": "FS",
        "absolute_unit": "m/s",
    }


def test_criteria_as_plain_data_begin_with_the_lowest_band() -> None:
    data = limits_as_data("hj355-2019@1", "comparison.TP")
    assert (data["unit"], data["band_of"], data["pairs_min"]) == ("mg/L", "reference_mean", 3.0)
    assert data["criteria"] == {
        "mg/L": [
            {"below": 0.4, "statistic": "AE", "limit": 0.04, "unit": "mg/L"},
            {"from": 0.4, "statistic": "RE", "limit": 15.0, "unit": "%"},
        ]
    }
    assert data["pass_counts"] == [
        {"from": 3.0, "pass": 2.0},
        {"from": 4.0, "pass": 3.0},
        {"from": 5.0, "pass": 4.0},
    ]
    assert "limit" not in data
    assert "bound" not in data
    dust = limits_as_data("hj75-2017@1", "accuracy.PM")["criteria"]["mg/m3"]
    assert [band.get("above") for band in dust] == [None, 10.0, 20.0, 50.0, 100.0, 200.0]


def test_a_limit_to_be_reached_says_so() -> None:
    data = limits_as_data("hj75-2017@1", "correlation.r")
    assert (data["bound"], data["band_of"], data["pairs_min"]) == ("min", "range", 15.0)


def test_what_is_not_established_is_absent_from_plain_data() -> None:
    assert limits_as_data("hj1286-2023@1", "drift.zero.NMHC") == {
        "id": "drift.zero.NMHC",
        "clause": "条款未核对",
        "provenance": "recalled",
        "unconfirmed": True,
        "unit": None,
    }
    bands = limits_as_data("hj1286-2023@1", "accuracy.NMHC")["criteria"]["mg/m3"]
    assert bands[0]["emission_limit_below"] == 50.0
    assert bands[1] == {"from": 50.0, "unconfirmed": True}


def test_plain_data_of_nothing_is_refused() -> None:
    with pytest.raises(UnknownRule):
        limits_as_data("hj75-2017@1", "nothing")


# --- rounding ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "decimals", "expected"), VECTORS["rounding"])
def test_rounding_is_half_to_even_on_the_decimal_notation(
    value: float, decimals: int, expected: float
) -> None:
    assert round_half_even(value, decimals) == expected


def test_nothing_rounds_to_minus_zero() -> None:
    assert repr(round_half_even(-0.0, 2)) == "0.0"
    assert repr(round_half_even(-0.001, 2)) == "0.0"


@given(
    st.decimals(min_value=-(10**9), max_value=10**9, places=5),
    st.integers(min_value=0, max_value=4),
)
def test_rounding_never_moves_by_more_than_half_a_unit(value: Decimal, decimals: int) -> None:
    number = float(value)
    rounded = round_half_even(number, decimals)
    exact = Decimal(repr(number)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)
    assert rounded == float(exact)
    assert round_half_even(rounded, decimals) == rounded


FRACTIONS = st.fractions(max_denominator=10**6).filter(lambda value: abs(value) < 10**12)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12),
       st.integers(min_value=0, max_value=12))  # fmt: skip
def test_exact_numbers_round_as_the_decimal_module_does(value: Decimal, decimals: int) -> None:
    with localcontext() as context:
        context.prec = 400
        expected = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)
    assert rounded(value, decimals) == expected
    assert rounded(Fraction(value), decimals) == expected


@given(FRACTIONS, st.integers(min_value=0, max_value=12))
def test_an_exact_number_moves_by_half_a_unit_at_most(value: Fraction, decimals: int) -> None:
    result = Fraction(rounded(value, decimals))
    unit = Fraction(1, 10**decimals)
    assert abs(result - value) <= unit / 2
    if abs(result - value) == unit / 2:
        assert result / unit % 2 == 0
    assert rounded(result, decimals) == rounded(value, decimals)
    assert rounded(-value, decimals) == -rounded(value, decimals)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (Fraction(5, 2), 0, "2"),
        (Fraction(7, 2), 0, "4"),
        (Fraction(1, 8), 2, "0.12"),
        (Fraction(-1, 8), 2, "-0.12"),
        (Fraction(-1, 1000), 2, "0.00"),
        (Decimal("2.675"), 2, "2.68"),
        (Decimal("2.665"), 2, "2.66"),
        (7, 3, "7.000"),
        (10**40 + 1, 2, f"{10**40 + 1}.00"),
    ],
)
def test_a_reported_figure_shows_all_its_decimals(value: Any, decimals: int, text: str) -> None:
    assert str(rounded(value, decimals)) == text
