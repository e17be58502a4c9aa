"""Rule packs and rounding."""

import json
from copy import deepcopy
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunjian.standards.rounding import round_half_even
from yunjian.standards.rules import InvalidPack, PointDescription, obligations_for, packs
from yunjian.standards.rules.packs import parsed

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
    dilution = obligations_for(PointDescription("flue_gas", "dilution"), DAY)[0]
    assert dilution.sheet is None


def test_no_row_ships_without_clause_and_provenance() -> None:
    for pack in packs():
        assert all(row.clause and row.provenance for row in pack.rows)


def test_a_pack_ends_on_the_day_before_its_end() -> None:
    pack = parsed(PACK)
    assert pack.in_force(date(2020, 12, 31))
    assert not pack.in_force(date(2021, 1, 1))


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.pop("kind"),
        lambda data: data["obligations"][0].pop("clause"),
        lambda data: data["obligations"][0].update(surprise=1),
        lambda data: data["obligations"][0].update(provenance="hearsay"),
        lambda data: data["obligations"][0].update(interval={"value": 0, "unit": "day"}),
        lambda data: data["obligations"][0].update(interval={"value": 1, "unit": "year"}),
    ],
)
def test_a_wrong_pack_is_refused_when_it_is_loaded(change: Any) -> None:
    data = deepcopy(PACK)
    change(data)
    with pytest.raises(InvalidPack):
        parsed(data)


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
