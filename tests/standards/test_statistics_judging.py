"""Judging by rule packs: every band on both sides of its bounds, and every limit on its edge."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from yunjian.standards.rules import NotInForce, Pack, pack, pack_on
from yunjian.standards.rules.model import Band, LimitRow
from yunjian.standards.rules.packs import parsed
from yunjian.standards.statistics.errors import InvalidMeasurement, UnitMismatch
from yunjian.standards.statistics.judging import (
    UNCONFIRMED,
    Comparison,
    band_text,
    compared,
    criteria_of,
    criterion_text,
    holds,
    limit_for,
    pairs_required,
)

FLUE, WATER, NMHC = "hj75-2017@1", "hj355-2019@1", "hj1286-2023@1"
A_LITTLE = Fraction(1, 10**9)

# (standard, parameter, unit): lower bound of the band, whether it belongs to it, statistic, limit
BANDS: dict[tuple[str, str, str], list[tuple[str, bool, str, str]]] = {
    (FLUE, "SO2", "mg/m3"): [
        ("0", True, "AE", "17"),
        ("57", True, "RE", "30"),
        ("143", True, "AE", "57"),
        ("715", True, "RA", "15"),
    ],
    (FLUE, "SO2", "umol/mol"): [
        ("0", True, "AE", "6"),
        ("20", True, "RE", "30"),
        ("50", True, "AE", "20"),
        ("250", True, "RA", "15"),
    ],
    (FLUE, "NOx", "mg/m3"): [
        ("0", True, "AE", "12"),
        ("41", True, "RE", "30"),
        ("103", True, "AE", "41"),
        ("513", True, "RA", "15"),
    ],
    (FLUE, "NOx", "umol/mol"): [
        ("0", True, "AE", "6"),
        ("20", True, "RE", "30"),
        ("50", True, "AE", "20"),
        ("250", True, "RA", "15"),
    ],
    (FLUE, "CO", "mg/m3"): [("0", True, "RA", "15")],
    (FLUE, "HCl", "umol/mol"): [("0", True, "RA", "15")],
    (FLUE, "O2", "%"): [("0", True, "AE", "1.0"), ("5.0", False, "RA", "15")],
    (FLUE, "PM", "mg/m3"): [
        ("0", True, "AE", "5"),
        ("10", False, "AE", "6"),
        ("20", False, "RE", "30"),
        ("50", False, "RE", "25"),
        ("100", False, "RE", "20"),
        ("200", False, "RE", "15"),
    ],
    (FLUE, "velocity", "m/s"): [("0", True, "RE", "12"), ("10", False, "RE", "10")],
    (FLUE, "temperature", "°C"): [("0", True, "AE", "3")],
    (FLUE, "humidity", "%"): [("0", True, "AE", "1.5"), ("5.0", False, "RE", "25")],
    (WATER, "CODcr", "mg/L"): [
        ("0", True, "AE", "5"),
        ("30", True, "RE", "30"),
        ("60", True, "RE", "20"),
        ("100", True, "RE", "15"),
    ],
    (WATER, "NH3-N", "mg/L"): [("0", True, "AE", "0.3"), ("2", True, "RE", "15")],
    (WATER, "TP", "mg/L"): [("0", True, "AE", "0.04"), ("0.4", True, "RE", "15")],
    (WATER, "TN", "mg/L"): [("0", True, "AE", "0.3"), ("2", True, "RE", "15")],
    (WATER, "pH", "pH"): [("0", True, "AE", "0.5")],
    (WATER, "water-temperature", "°C"): [("0", True, "AE", "0.5")],
    (WATER, "flow", "m3"): [("0", True, "RE", "10")],
    (WATER, "level", "mm"): [("0", True, "AE", "12")],
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A band of a parameter; `end` is where the next begins."""

    standard: str
    parameter: str
    unit: str
    start: Fraction
    belongs: bool
    statistic: str
    limit: Fraction
    end: Fraction | None

    def judged(self, reference: Fraction, measured: Fraction) -> Comparison:
        return judged(self.standard, self.parameter, self.unit, reference, measured)

    def decides(self, mean: Fraction) -> bool:
        """Whether a mean of the reference is judged by this band."""
        result = self.judged(mean, mean)
        assert result.passed is True
        return (result.judged_by, result.limit) == (self.statistic, self.limit)


CASES = [
    Case(*key, Fraction(start), belongs, statistic, Fraction(limit),
         Fraction(following[0]) if following else None)
    for key, bands in BANDS.items()
    for (start, belongs, statistic, limit), following in zip(
        bands, [*bands[1:], None], strict=True
    )
]  # fmt: skip
every_band = pytest.mark.parametrize(
    "case", CASES, ids=[f"{case.parameter} {case.unit} from {case.start}" for case in CASES]
)


def judged(
    standard: str,
    parameter: str,
    unit: str | None,
    reference: Fraction,
    measured: Fraction,
    **more: Any,
) -> Comparison:
    """Nine pairs without scatter: the means are the values."""
    return compared(pack(standard), parameter, [reference] * 9, [measured] * 9, unit=unit, **more)


@every_band
def test_a_band_holds_from_its_lower_bound_on(case: Case) -> None:
    if case.start:
        assert not case.decides(case.start - A_LITTLE)
        assert case.decides(case.start) is case.belongs
    assert case.decides(case.start + A_LITTLE)


@every_band
def test_a_band_holds_until_the_next_begins(case: Case) -> None:
    assert case.decides(Fraction(10**6) if case.end is None else case.end - A_LITTLE)


@every_band
def test_a_limit_is_met_on_its_edge_and_not_beyond_it(case: Case) -> None:
    middle = (case.start + (case.end or 1000)) / 2
    size = case.limit if case.statistic == "AE" else middle * case.limit / 100
    for sign in (1, -1) if middle > size else (1,):  # no reading is negative
        edges = (size - A_LITTLE, size, size + A_LITTLE)
        result = [case.judged(middle, middle + sign * edge).passed for edge in edges]
        assert result == [True, True, False]


# --- mistakes that other products make --------------------------------------------------------


def test_the_band_is_chosen_by_the_reference_and_not_by_the_cems() -> None:
    # the reference is below 143 mg/m3, the CEMS above
    result = judged(FLUE, "SO2", "mg/m3", Fraction(140), Fraction(185))
    assert (result.judged_by, result.limit, result.passed) == ("RE", Fraction(30), False)
    wrong = judged(FLUE, "SO2", "mg/m3", Fraction(185), Fraction(140))
    assert (wrong.judged_by, wrong.passed) == ("AE", True)


def test_relative_accuracy_is_asked_and_not_relative_error() -> None:
    # RE is 14 %, but the confidence coefficient takes RA beyond 15 %
    reference = [800] * 9
    measured = [888, 936, 888, 936, 888, 936, 888, 936, 912]
    result = compared(pack(FLUE), "SO2", reference, measured, unit="mg/m3")
    assert result.statistics.relative_error == 14
    assert result.statistics.relative_accuracy is not None
    assert result.statistics.relative_accuracy > 15
    assert (result.judged_by, result.passed) == ("RA", False)


def test_humidity_up_to_five_per_cent_is_an_absolute_limit() -> None:
    # 1.4 of 4 % are 35 %, far more than the 25 % of the band above
    result = judged(FLUE, "humidity", "%", Fraction(4), Fraction("5.4"))
    assert (result.judged_by, result.limit, result.limit_unit) == ("AE", Fraction("1.5"), "%")
    assert result.passed is True
    assert judged(FLUE, "humidity", "%", Fraction(4), Fraction("5.6")).passed is False
    # and 0.05 of 0.1 % are within 1.5 % absolute, though 50 % relative
    assert judged(FLUE, "humidity", "%", Fraction("0.1"), Fraction("0.15")).passed is True


def test_dust_of_100_to_200_is_a_relative_limit_of_20_per_cent_and_not_2_mg() -> None:
    result = judged(FLUE, "PM", "mg/m3", Fraction(150), Fraction(175))
    assert (result.judged_by, result.limit, result.limit_unit) == ("RE", Fraction(20), "%")
    assert result.passed is True
    assert judged(FLUE, "PM", "mg/m3", Fraction(150), Fraction(181)).passed is False


# --- pairs one by one -------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "needed"), [(3, 2), (4, 3), (5, 4), (6, 4), (12, 4)])
def test_so_many_of_the_pairs_have_to_pass(count: int, needed: int) -> None:
    good = [*["110"] * needed, *["200"] * (count - needed)]
    bad = [*["110"] * (needed - 1), *["200"] * (count - needed + 1)]
    for readings, passed in ((good, True), (bad, False)):
        result = compared(pack(WATER), "CODcr", [100] * count, readings)
        assert (result.pairs_required, result.passed) == (needed, passed)
        assert result.pairs_passed == readings.count("110")


def test_pairs_required_follow_the_last_step_reached() -> None:
    row = pack(WATER).limit("comparison.CODcr")
    assert [pairs_required(row, count) for count in (3, 4, 5, 50)] == [2, 3, 4, 4]


def test_too_few_pairs_for_the_standard_are_refused() -> None:
    for standard, parameter, count in (
        (WATER, "CODcr", 3),
        (WATER, "level", 6),
        (FLUE, "SO2", 9),
        (FLUE, "PM", 5),
        (FLUE, "velocity", 5),
    ):
        with pytest.raises(InvalidMeasurement, match=f"至少需要 {count} 对") as error:
            compared(pack(standard), parameter, [100] * (count - 1), [100] * (count - 1))
        assert (error.value.field, error.value.reason) == ("pairs", "too_few")
        assert compared(pack(standard), parameter, [100] * count, [100] * count).passed


def test_one_reading_of_the_flow_is_enough() -> None:
    result = compared(pack(WATER), "flow", [100], [110])
    assert (result.statistics.n, result.judged_by, result.passed) == (1, "RE", True)


def test_a_single_reference_of_zero_has_no_relative_error() -> None:
    with pytest.raises(InvalidMeasurement) as error:
        compared(pack(WATER), "CODcr", [0, 200, 200], [100, 100, 100])
    assert (error.value.field, error.value.reason) == ("reference[1]", "zero")


def test_the_worst_level_decides_not_the_mean() -> None:
    result = compared(pack(WATER), "level", [500] * 6, [500, 500, 513, 500, 487, 500])
    assert result.statistics.absolute_error == 0
    assert (result.judged_by, result.limit, result.passed) == ("AE", Fraction(12), False)
    assert result.steps[-1].substituted == "13 > 12"
    low = compared(pack(WATER), "level", [500] * 6, [500, 500, 500, 500, 488, 500])
    assert (low.passed, low.steps[-1].value, low.steps[-1].unit) == (True, "-12", "mm")


def test_a_level_and_a_temperature_may_be_below_zero() -> None:
    assert compared(pack(WATER), "level", [-5] * 6, [-6] * 6).passed
    assert compared(pack(FLUE), "Temperature", [-5] * 5, [-6] * 5).passed
    assert compared(pack(WATER), " WATER-temperature", [-1] * 3, [0] * 3).passed is False
    with pytest.raises(InvalidMeasurement):
        compared(pack(FLUE), "PM", [-5] * 5, [5] * 5)


# --- units, parameters, standards -------------------------------------------------------------


@pytest.mark.parametrize("name", ["so2", "SO2", " So2 ", "NOX", "nmhc"])
def test_parameters_are_known_in_any_case(name: str) -> None:
    standard = NMHC if name == "nmhc" else FLUE
    assert limit_for(pack(standard), name).id.lower() == f"accuracy.{name.strip().lower()}"


def test_other_gases_share_a_row() -> None:
    assert limit_for(pack(FLUE), "CO").id == "accuracy.gas"
    assert limit_for(pack(FLUE), "hcl").id == "accuracy.gas"
    assert limit_for(pack(FLUE), "gas").id == "accuracy.gas"
    assert limit_for(pack(WATER), "water-temperature").id == "comparison.temperature"


def test_an_unknown_parameter_is_told_with_those_that_there_are() -> None:
    with pytest.raises(InvalidMeasurement) as error:
        compared(pack(FLUE), "CODcr", [1], [1])
    assert (error.value.field, error.value.reason) == ("parameter", "parameter")
    assert error.value.message_zh == (
        "HJ 75-2017 没有 CODcr 的比对要求，"
        "现有 SO2、NOx、gas、O2、PM、velocity、temperature、humidity"
    )
    assert error.value.message_en == "HJ 75-2017 has no limit for CODcr"


@pytest.mark.parametrize(
    ("parameter", "unit", "known"),
    [
        ("SO2", "mg/L", "umol/mol、mg/m3"),
        ("O2", "mg/m3", "%"),
        ("velocity", "km/h", "m/s"),
        ("PM", "", "mg/m3"),
    ],
)
def test_a_wrong_unit_is_told_with_the_right_ones(parameter: str, unit: str, known: str) -> None:
    with pytest.raises(UnitMismatch) as error:
        judged(FLUE, parameter, unit, Fraction(1), Fraction(1))
    assert (error.value.field, error.value.reason) == ("unit", "unit")
    assert error.value.message_zh == f"单位 {unit} 不适用，应为 {known}"
    assert error.value.message_en == f"the unit has to be {known}"


@pytest.mark.parametrize(
    ("parameter", "unit", "meant"),
    [
        ("SO2", None, "mg/m3"),
        ("SO2", "mg/m³", "mg/m3"),
        ("SO2", "µmol/mol", "umol/mol"),
        ("SO2", "μmol/mol", "umol/mol"),
        ("SO2", "ppm", "umol/mol"),
        ("temperature", "℃", "°C"),
    ],
)
def test_units_have_more_than_one_way_of_writing(
    parameter: str, unit: str | None, meant: str
) -> None:
    assert judged(FLUE, parameter, unit, Fraction(1), Fraction(1)).unit == meant


def test_a_cubic_metre_may_be_written_with_a_raised_three() -> None:
    assert judged(WATER, "flow", "m³", Fraction(1), Fraction(1)).unit == "m3"


def test_a_standard_judges_from_its_first_day_on() -> None:
    assert pack_on("hj75-2017", date(2018, 3, 1)).name == FLUE
    with pytest.raises(NotInForce) as error:
        pack_on("hj75-2017", date(2018, 2, 28))
    assert (error.value.field, error.value.reason) == ("on_date", "not_in_force")
    assert error.value.message_zh == "2018-02-28 不在 HJ 75-2017 的实施期内（2018-03-01 起实施）"
    assert error.value.message_en == (
        "HJ 75-2017 is not in force on 2018-02-28 (it is since 2018-03-01)"
    )


# --- what nobody has established --------------------------------------------------------------


def nmhc(reference: int, measured: int, limit: Any = None) -> Comparison:
    return judged(NMHC, "NMHC", None, Fraction(reference), Fraction(measured), emission_limit=limit)


def test_nmhc_is_judged_only_where_the_standard_is_known() -> None:
    assert (nmhc(20, 30, 49).judged_by, nmhc(20, 30, 49).passed) == ("AE", True)
    assert nmhc(20, 31, 49).passed is False
    assert nmhc(49, 60, "49.99").passed is False


@pytest.mark.parametrize(
    ("reference", "limit"), [(20, 50), (20, 120), (20, None), (50, 49), (500, None)]
)
def test_what_is_not_established_neither_passes_nor_fails(
    reference: int, limit: int | None
) -> None:
    result = nmhc(reference, reference, limit)
    assert (result.judged_by, result.limit, result.limit_unit, result.passed) == (None,) * 4
    assert result.statistics.absolute_error == 0
    assert result.steps == result.statistics.steps


@pytest.mark.parametrize(
    ("limit", "reason"),
    [(0, "zero"), (-1, "negative"), ("x", "not_a_number"), ("nan", "not_finite")],
)
def test_an_emission_limit_is_a_number_above_zero_wherever_it_is_given(
    limit: Any, reason: str
) -> None:
    for standard, parameter in ((NMHC, "NMHC"), (FLUE, "SO2")):
        with pytest.raises(InvalidMeasurement) as error:
            judged(standard, parameter, None, Fraction(1), Fraction(1), emission_limit=limit)
        assert (error.value.field, error.value.reason) == ("emission_limit", reason)


def one_row(**row: Any) -> Pack:
    """A pack with one limit, of water, in place of those that ship."""
    basic = {"id": "comparison.x", "clause": "1", "provenance": "practice",
             "title": {"zh": "样", "en": "x"}}  # fmt: skip
    return parsed(
        {
            "code": "probe",
            "version": 1,
            "standard": "P",
            "title": {"zh": "样", "en": "probe"},
            "kind": "wastewater",
            "effective": ["2020-01-01"],
            "limits": [basic | row],
        }
    )


def by(probe: Pack, reference: Sequence[Any] = (10, 10), measured: Sequence[Any] = (10, 10),
       **more: Any) -> Comparison:  # fmt: skip
    return compared(probe, "x", reference, measured, **more)


def test_a_row_that_is_unconfirmed_altogether_stays_unknown() -> None:
    result = by(one_row(unconfirmed=True), unit="mg/L")
    assert (result.passed, result.judged_by, result.unit) == (None, None, "mg/L")
    assert by(one_row(unconfirmed=True)).unit == ""


@pytest.mark.parametrize(("statistic", "unit"), [("RE", "%"), ("AE", "mg/L"), ("RA", "%")])
def test_a_row_with_a_single_limit_holds_everywhere(statistic: str, unit: str) -> None:
    probe = one_row(statistic=statistic, limit=10, unit=unit)
    result = by(probe, unit=None if statistic == "AE" else "mg/L")
    assert (result.judged_by, result.limit, result.limit_unit) == (statistic, Fraction(10), unit)
    assert (result.passed, result.band, result.unit) == (True, "全部", "mg/L")
    assert by(probe, measured=[25, 25], unit="mg/L").passed is False


def test_a_single_absolute_limit_has_its_own_unit() -> None:
    probe = one_row(statistic="AE", limit=10, unit="mg/L")
    with pytest.raises(UnitMismatch, match="mg/m3"):
        by(probe, unit="mg/m3")


@pytest.mark.parametrize("statistic", ["FS", "r", None])
def test_a_limit_of_something_else_says_nothing_about_pairs(statistic: str | None) -> None:
    assert by(one_row(statistic=statistic, limit=10, unit="%")).passed is None


def test_a_band_of_something_else_says_nothing_about_pairs() -> None:
    bands = {"mg/L": [{"statistic": "r", "limit": 1, "unit": "1"}]}
    assert by(one_row(unit="mg/L", criteria=bands)).passed is None


def test_a_single_pair_has_no_relative_accuracy_to_judge() -> None:
    probe = one_row(statistic="RA", limit=10, unit="%", pairs_min=1)
    with pytest.raises(InvalidMeasurement) as error:
        by(probe, [10], [10])
    assert (error.value.field, error.value.reason) == ("pairs", "too_few")


def test_a_signed_mean_of_zero_cannot_be_judged_by_a_relative_error() -> None:
    probe = one_row(id="comparison.level", statistic="RE", limit=10, unit="%")
    with pytest.raises(InvalidMeasurement) as error:
        compared(probe, "level", [-1, 1], [1, 1])
    assert (error.value.field, error.value.reason) == ("reference", "mean_zero")
    assert error.value.message_zh == "参比方法平均值为零，无法计算 RE"


def test_a_city_that_judges_is_named_instead_of_the_standard() -> None:
    probe = one_row(statistic="RE", limit=10, unit="%", authority="试验市")
    assert by(probe).standard == "试验市"


def test_a_row_without_any_unit_given_takes_its_own() -> None:
    row = LimitRow.model_validate(
        {"id": "x", "clause": "1", "provenance": "text", "title": {"zh": "样", "en": "x"},
         "statistic": "AE", "limit": 1, "unit": "mm"}
    )  # fmt: skip
    assert criteria_of(row, None)[0] == "mm"


# --- words ------------------------------------------------------------------------------------


def band(**data: Any) -> Band:
    return Band.model_validate(data)


@pytest.mark.parametrize(
    ("bounds", "value", "inside"),
    [
        ({"from": 5}, "5", True),
        ({"from": 5}, "4.999999999", False),
        ({"above": 5}, "5", False),
        ({"above": 5}, "5.000000001", True),
        ({"to": 5}, "5", True),
        ({"to": 5}, "5.000000001", False),
        ({"below": 5}, "5", False),
        ({"below": 5}, "4.999999999", True),
        ({}, "-1", True),
    ],
)
def test_bounds_belong_to_a_band_or_do_not(
    bounds: dict[str, int],
    value: str,
    inside: bool,  # noqa: FBT001 - a row of the table
) -> None:
    assert holds(band(unconfirmed=True, **bounds), Fraction(value)) is inside


@pytest.mark.parametrize(
    ("bounds", "text"),
    [
        ({}, "全部"),
        ({"from": 143, "below": 715}, "≥143 <715 mg/m3"),
        ({"above": 10, "to": 20}, ">10 ≤20 mg/m3"),
        ({"from": Decimal("0.4")}, "≥0.4 mg/m3"),
    ],
)
def test_a_band_is_written_with_its_bounds(bounds: dict[str, Any], text: str) -> None:
    assert band_text(band(unconfirmed=True, **bounds), "mg/m3") == text


def test_a_criterion_is_written_as_the_standard_has_it() -> None:
    assert UNCONFIRMED == "未确认"
    assert criterion_text(band(unconfirmed=True)) == "未确认"
    assert criterion_text(band(statistic="RA", limit=15, unit="%")) == "RA ≤15 %"
    assert criterion_text(band(statistic="AE", limit=57, unit="mg/m3")) == "AE ±57 mg/m3"
    assert criterion_text(band(statistic="r", limit=Decimal("0.85"), unit="1")) == "r ≥0.85 1"
    low = band(statistic="AE", limit=10, unit="mg/m3", emission_limit_below=50)
    assert criterion_text(low) == "AE ±10 mg/m3（排放限值 <50，否则未确认）"
