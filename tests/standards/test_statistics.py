"""Pairs: the worked examples to every digit, and what cannot be computed with."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from yunjian.standards.rounding import rounded
from yunjian.standards.rules import pack
from yunjian.standards.statistics.distributions import student_t
from yunjian.standards.statistics.errors import InvalidMeasurement
from yunjian.standards.statistics.fits import correlation, field_factor
from yunjian.standards.statistics.judging import Comparison, compared
from yunjian.standards.statistics.numbers import (
    MOST_VALUES,
    deviation,
    exact,
    exact_all,
    mean,
    measuring_range,
    not_negative,
    positive,
    root,
    shown,
)
from yunjian.standards.statistics.pairs import PairStatistics, pair_statistics, paired

HIGH = (
    [812, 805, 798, 820, 815, 808, 802, 810, 806],
    [790, 799, 781, 812, 800, 795, 790, 803, 788],
)
MIDDLE = ([70, 72, 68, 75, 71, 69, 73, 70, 74], [82, 85, 79, 90, 84, 80, 88, 81, 86])
COD: tuple[list[int], list[Any]] = ([123, 120, 121], ["104.6", 90, 118])


def so2(pairs: tuple[list[Any], list[Any]]) -> Comparison:
    return compared(pack("hj75-2017@1"), "SO2", *pairs, unit="mg/m3")


def figure(value: Fraction | None, decimals: int) -> str:
    assert value is not None
    return str(rounded(value, decimals))


def plain(*values: object) -> list[object]:
    """Values side by side, whatever their types."""
    return list(values)


def refused(error: pytest.ExceptionInfo[InvalidMeasurement]) -> tuple[str, str]:
    """The field and the reason; and both languages are there."""
    assert any("一" <= sign <= "鿿" for sign in error.value.message_zh)
    assert error.value.message_en.isprintable()
    assert error.value.message_en
    assert str(error.value) == (
        f"{error.value.field}: {error.value.message_zh} / {error.value.message_en}"
    )
    return error.value.field, error.value.reason


# --- the worked examples ----------------------------------------------------------------------


def test_so2_of_the_highest_band_passes_by_relative_accuracy() -> None:
    result = so2(HIGH)
    numbers = result.statistics
    assert numbers.n == 9
    assert numbers.mean_reference == Fraction(7276, 9)
    assert numbers.mean_measured == Fraction(7158, 9)
    assert figure(numbers.d_bar, 4) == "13.1111"
    assert figure(numbers.s_d, 6) == "5.441609"
    assert figure(numbers.cc, 6) == "4.182784"
    assert figure(numbers.relative_accuracy, 4) == "2.1392"
    assert numbers.absolute_error == Fraction(-118, 9)
    assert numbers.relative_error == Fraction(-11800, 7276)
    assert (result.judged_by, result.limit, result.limit_unit) == ("RA", Fraction(15), "%")
    assert result.passed is True
    assert (result.band, result.unit) == ("≥715 mg/m3", "mg/m3")
    assert (result.standard, result.clause) == ("HJ 75-2017", "9.3.8 表 2")
    assert result.provenance == "practice"
    assert (result.pairs_passed, result.pairs_required) == (None, None)


def test_so2_of_the_band_above_57_passes_by_relative_error_though_its_accuracy_would_fail() -> None:
    result = so2(MIDDLE)
    numbers = result.statistics
    assert figure(numbers.d_bar, 4) == "-12.5556"
    assert figure(numbers.s_d, 6) == "1.589899"
    assert figure(numbers.cc, 6) == "1.222102"
    assert figure(numbers.relative_error, 3) == "17.601"
    assert figure(numbers.relative_accuracy, 3) == "19.314"
    assert (result.judged_by, result.limit, result.passed) == ("RE", Fraction(30), True)
    assert result.band == "≥57 <143 mg/m3"


def test_cod_passes_when_two_of_three_pairs_do() -> None:
    result = compared(pack("hj355-2019@1"), "CODcr", *COD)
    errors = [figure((Fraction(str(b)) - a) / a * 100, 2) for a, b in zip(*COD, strict=True)]
    assert figure(result.statistics.mean_reference, 1) == "121.3"
    assert errors == ["-14.96", "-25.00", "-2.48"]
    assert (result.judged_by, result.limit, result.limit_unit) == ("RE", Fraction(15), "%")
    assert (result.pairs_passed, result.pairs_required, result.passed) == (2, 2, True)


def test_a_result_shows_how_it_came_about() -> None:
    steps = so2(HIGH).steps
    assert [line.en for line in steps] == [
        "mean of the reference",
        "mean of the instrument",
        "mean difference",
        "standard deviation of the differences",
        "confidence coefficient",
        "relative accuracy",
        "absolute error",
        "relative error",
        "verdict",
    ]
    assert [line.zh for line in steps] == [
        "参比方法平均值",
        "仪器平均值",
        "差值平均值",
        "差值标准偏差",
        "置信系数",
        "相对准确度",
        "绝对误差",
        "相对误差",
        "判定",
    ]
    assert [line.formula for line in steps] == [
        "mean(RM) = ΣRM_i/n",
        "mean(CEMS) = ΣCEMS_i/n",
        "d̄ = Σ(RM_i − CEMS_i)/n",
        "S_d = √(Σ(d_i − d̄)²/(n − 1))",
        "cc = t(n − 1, 0.975) · S_d/√n",
        "RA = (|d̄| + |cc|)/mean(RM) × 100 %",
        "AE = mean(CEMS) − mean(RM)",
        "RE = AE/mean(RM) × 100 %",
        "|RA| ≤ 15 %",
    ]
    assert [line.substituted for line in steps] == [
        "7276/9",
        "7158/9",
        "118/9",
        "n − 1 = 8",
        "2.306 × 5.441609/√9",
        "(13.111111 + 4.182784)/808.444444 × 100 %",
        "795.333333 − 808.444444",
        "-13.111111/808.444444 × 100 %",
        "2.139157 ≤ 15",
    ]
    assert [line.value for line in steps] == [
        "808.444444",
        "795.333333",
        "13.111111",
        "5.441609",
        "4.182784",
        "2.139157",
        "-13.111111",
        "-1.62177",
        "2.139157",
    ]
    assert [line.unit for line in steps] == [*["mg/m3"] * 5, "%", "mg/m3", "%", "%"]


def test_what_fails_shows_by_how_much() -> None:
    reference, measured = HIGH
    line = so2((reference, [value - 200 for value in measured])).steps[-1]
    assert (line.en, line.value, line.unit) == ("verdict", "26.878024", "%")
    assert line.substituted == "26.878024 > 15"


def test_pairs_that_pass_are_counted_in_a_step() -> None:
    line = compared(pack("hj355-2019@1"), "CODcr", *COD).steps[-1]
    assert (line.zh, line.en) == ("合格对数", "pairs that pass")
    assert (line.formula, line.substituted) == ("|RE_i| ≤ 15 %", "2/3 ≥ 2/3")
    assert (line.value, line.unit) == ("2", "1")


# --- signs, few pairs, zero -------------------------------------------------------------------


def test_the_difference_and_the_error_have_opposite_signs() -> None:
    numbers = pair_statistics([10, 10], [12, 14], unit="mg/m3")
    assert plain(numbers.d_bar, numbers.absolute_error, numbers.relative_error) == [-3, 3, 30]


def test_one_pair_has_no_scatter() -> None:
    numbers = pair_statistics([10], [11], unit="mg/m3", at_least=1)
    assert (numbers.n, numbers.s_d, numbers.cc, numbers.relative_accuracy) == (1, None, None, None)
    assert plain(numbers.absolute_error, numbers.relative_error) == [1, 10]
    assert "standard deviation of the differences" not in [line.en for line in numbers.steps]


def test_two_pairs_have_the_widest_confidence() -> None:
    numbers = pair_statistics([10, 10], [11, 13], unit="mg/m3")
    assert figure(numbers.s_d, 6) == "1.414214"
    assert numbers.cc == Fraction("12.706") * root(Fraction(2)) / root(Fraction(2))


def test_a_temperature_may_be_below_zero_and_zero_on_average() -> None:
    numbers = pair_statistics([-5, 5], [-4, 6], unit="°C", signed=True)
    assert plain(numbers.mean_reference, numbers.absolute_error) == [0, 1]
    assert (numbers.relative_accuracy, numbers.relative_error) == (None, None)
    assert numbers.steps[-1].en == "absolute error"


def test_the_relative_accuracy_of_a_mean_below_zero_is_not_negative() -> None:
    numbers = pair_statistics([-10, -10], [-11, -11], unit="°C", signed=True)
    assert plain(numbers.relative_accuracy, numbers.relative_error) == [10, 10]


def test_thousands_of_pairs_are_computed() -> None:
    reference = [100 + place % 7 for place in range(5000)]
    numbers = pair_statistics(reference, [value + 1 for value in reference], unit="mg/m3")
    assert plain(numbers.n, numbers.d_bar, numbers.s_d) == [5000, -1, 0]


# --- what cannot be computed with -------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (float("nan"), "not_finite"),
        (float("inf"), "not_finite"),
        (float("-inf"), "not_finite"),
        (Decimal("NaN"), "not_finite"),
        (Decimal("sNaN"), "not_finite"),
        (Decimal("-Infinity"), "not_finite"),
        ("+inf", "not_finite"),
        (" NaN ", "not_finite"),
        ("", "not_a_number"),
        ("abc", "not_a_number"),
        ("1,5", "not_a_number"),
        ("1_000", "not_a_number"),
        ("１２", "not_a_number"),
        ("--1", "not_a_number"),
        (".", "not_a_number"),
        ("1e", "not_a_number"),
        ("0x10", "not_a_number"),
        ("1" * 61, "not_a_number"),
        (True, "not_a_number"),
        (None, "not_a_number"),
        ([1], "not_a_number"),
        ("1e16", "magnitude"),
        ("-1e16", "magnitude"),
        ("1e-31", "magnitude"),
        ("1e999999999", "magnitude"),
    ],
)
def test_what_is_no_number_is_refused_by_field_and_reason(value: Any, reason: str) -> None:
    with pytest.raises(InvalidMeasurement) as error:
        pair_statistics([1, value], [1, 1], unit="mg/m3")
    assert refused(error) == ("reference[2]", reason)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0.1", Fraction(1, 10)),
        (0.1, Fraction(1, 10)),
        (Decimal("0.10"), Fraction(1, 10)),
        (Fraction(1, 3), Fraction(1, 3)),
        ("+1.", Fraction(1)),
        (".5", Fraction(1, 2)),
        (" 7 ", Fraction(7)),
        ("-1.5E2", Fraction(-150)),
        ("1e15", Fraction(10**15)),
        ("9.99e15", Fraction(999 * 10**13)),
        ("1e-30", Fraction(1, 10**30)),
        ("0e99", Fraction(0)),
        ("-0.0", Fraction(0)),
        ("1" * 16, Fraction(int("1" * 16))),
        ("0." + "0" * 57 + "0", Fraction(0)),
    ],
)
def test_a_number_is_what_was_written(value: Any, expected: Fraction) -> None:
    assert exact(value, "x") == expected


def test_a_long_refused_text_is_cut() -> None:
    with pytest.raises(InvalidMeasurement) as error:
        exact("x" * 1000, "x")
    assert error.value.message_en == f"'{'x' * 29} is no number"


@pytest.mark.parametrize(
    ("reference", "measured", "expected"),
    [
        ([], [], ("reference", "empty")),
        ([1], [], ("measured", "empty")),
        ([1, 2, 3], [1, 2], ("measured", "unequal")),
        ([1, 2], [1, -1], ("measured[2]", "negative")),
        ([-1, 2], [1, 1], ("reference[1]", "negative")),
        ([1], [1], ("pairs", "too_few")),
        ([0, 0], [1, 1], ("reference", "mean_zero")),
        ([1] * (MOST_VALUES + 1), [1], ("reference", "too_many")),
    ],
)
def test_columns_that_are_no_pairs_are_refused(
    reference: list[Any], measured: list[Any], expected: tuple[str, str]
) -> None:
    with pytest.raises(InvalidMeasurement) as error:
        pair_statistics(reference, measured, unit="mg/m3")
    assert refused(error) == expected


def test_the_most_values_are_still_taken() -> None:
    assert len(exact_all([1] * MOST_VALUES, "x")) == MOST_VALUES


def test_refusals_say_how_many() -> None:
    with pytest.raises(InvalidMeasurement, match="至少需要 9 对数据，现有 8 对"):
        so2((HIGH[0][:8], HIGH[1][:8]))
    with pytest.raises(InvalidMeasurement, match="两列数据个数不同：9 和 8"):
        so2((HIGH[0], HIGH[1][:8]))
    with pytest.raises(InvalidMeasurement, match=r"-1\.5 不能为负值"):
        paired([1], ["-1.5"])


def test_pairs_come_back_exactly() -> None:
    assert paired(["0.1"], [0.2]) == ([Fraction(1, 10)], [Fraction(1, 5)])


def test_a_quantity_that_cannot_be_negative_may_be_zero() -> None:
    assert not_negative(Fraction(0), "x") == 0
    with pytest.raises(InvalidMeasurement) as error:
        positive(Fraction(0), "x")
    assert refused(error) == ("x", "zero")
    with pytest.raises(InvalidMeasurement) as error:
        positive(Fraction(-1), "x")
    assert refused(error) == ("x", "negative")
    assert positive(Fraction(1, 9), "x") == Fraction(1, 9)


@pytest.mark.parametrize(("lower", "upper"), [(0, 0), (5, 5), (10, 0)])
def test_a_range_is_above_zero(lower: int, upper: int) -> None:
    with pytest.raises(InvalidMeasurement) as error:
        measuring_range(lower, upper)
    assert refused(error) == ("range", "range")


def test_a_range_names_which_of_its_ends_is_wrong() -> None:
    assert measuring_range(-20, 80) == 100
    with pytest.raises(InvalidMeasurement) as error:
        measuring_range("x", 1)
    assert refused(error) == ("range_lower", "not_a_number")
    with pytest.raises(InvalidMeasurement) as error:
        measuring_range(0, "x")
    assert refused(error) == ("range_upper", "not_a_number")


def test_a_root_is_exact_to_forty_five_digits() -> None:
    assert root(Fraction(4, 9)) == Fraction(Decimal("0." + "6" * 44 + "7"))
    assert root(Fraction(16)) == 4
    # the digits of the square root of two, as tables have them
    assert str(rounded(root(Fraction(2)), 40)) == "1.4142135623730950488016887242096980785697"


def test_mean_and_deviation_are_those_of_a_sample() -> None:
    values = [Fraction(2), Fraction(4), Fraction(4), Fraction(6)]
    assert mean(values) == 4
    assert deviation(values) == root(Fraction(8, 3))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(100), "100"),
        (Fraction(1, 2), "0.5"),
        (Fraction(1, 3), "0.333333"),
        (Fraction(-1, 3), "-0.333333"),
        (Fraction(-1, 10**9), "0"),
        (Fraction(10**15), "1000000000000000"),
    ],
)
def test_numbers_are_shown_without_idle_zeros(value: Fraction, text: str) -> None:
    assert shown(value) == text
    assert shown(Fraction(10), 0) == "10"


# --- t ----------------------------------------------------------------------------------------


def test_t_is_as_printed_up_to_thirty_degrees_of_freedom() -> None:
    printed = [
        *("12.706", "4.303", "3.182", "2.776", "2.571", "2.447", "2.365", "2.306", "2.262"),
        *("2.228", "2.201", "2.179", "2.160", "2.145", "2.131", "2.120", "2.110", "2.101"),
        *("2.093", "2.086", "2.080", "2.074", "2.069", "2.064", "2.060", "2.056", "2.052"),
        *("2.048", "2.045", "2.042"),
    ]
    assert [student_t(freedom) for freedom in range(1, 31)] == [Fraction(text) for text in printed]


def test_there_is_no_t_without_a_degree_of_freedom() -> None:
    with pytest.raises(ValueError, match="no degree of freedom"):
        student_t(0)


# --- the velocity field factor ----------------------------------------------------------------


def test_a_field_factor_is_the_mean_of_the_quotients() -> None:
    result = field_factor([11, 12, 13], [10, 10, 10])
    assert result.factors == (Fraction("1.1"), Fraction("1.2"), Fraction("1.3"))
    assert (result.mean, result.deviation) == (Fraction("1.2"), Fraction("0.1"))
    assert result.rsd == Fraction(100, 12)
    assert [line.en for line in result.steps] == [
        "field factor",
        "standard deviation",
        "relative standard deviation",
    ]
    assert [(line.formula, line.substituted, line.value, line.unit) for line in result.steps] == [
        ("Kv = Σ(V_RM/V_CMS)/n", "3.6/3", "1.2", "1"),
        ("S = √(Σ(Kv_i − Kv)²/(n − 1))", "n − 1 = 2", "0.1", "1"),
        ("S/Kv × 100 %", "0.1/1.2 × 100 %", "8.333333", "%"),
    ]


@pytest.mark.parametrize(
    ("reference", "measured", "expected"),
    [
        ([11], [10], ("pairs", "too_few")),
        ([11, 0], [10, 10], ("reference[2]", "zero")),
        ([11, 11], [10, 0], ("measured[2]", "zero")),
        ([11, -1], [10, 10], ("reference[2]", "negative")),
        ([11, 11], [10], ("measured", "unequal")),
    ],
)
def test_a_field_factor_needs_two_tests_with_some_velocity(
    reference: list[int], measured: list[int], expected: tuple[str, str]
) -> None:
    with pytest.raises(InvalidMeasurement) as error:
        field_factor(reference, measured)
    assert refused(error) == expected


def test_two_tests_are_enough_for_a_field_factor() -> None:
    assert field_factor([11, 11], [10, 10]).rsd == 0


# --- the correlation of particulate matter ----------------------------------------------------


def test_points_on_a_line_correlate_without_doubt() -> None:
    result = correlation([3, 5, 7], [1, 2, 3], emission_limit=10)
    assert plain(result.n, result.intercept, result.slope, result.r) == [3, 1, 2, 1]
    assert plain(result.residual, result.confidence, result.tolerance) == [0, 0, 0]


def test_a_correlation_shows_how_it_came_about() -> None:
    result = correlation([2, 4, 5, 4, 5], [1, 2, 3, 4, 5], emission_limit=20)
    assert (result.slope, result.intercept) == (Fraction("0.6"), Fraction("2.2"))
    assert [line.en for line in result.steps] == [
        "slope",
        "intercept",
        "correlation coefficient",
        "residual deviation",
        "confidence half-width",
        "tolerance half-width",
    ]
    assert [(line.substituted, line.unit) for line in result.steps[:5]] == [
        ("n = 5", "1"),
        ("4 − 0.6 × 3", "mg/m3"),
        ("n = 5", "1"),
        ("n − 2 = 3", "mg/m3"),
        ("3.182 × 0.894427/√5/20 × 100 %", "%"),
    ]
    assert [line.value for line in result.steps[:5]] == [
        "0.6",
        "2.2",
        "0.774597",
        "0.894427",
        "6.364",
    ]
    assert result.steps[5].formula == "TI = u(n)·V(n − 2)·S_L/EL × 100 %"
    assert result.steps[5].substituted.endswith(" × 0.894427/20 × 100 %")


@pytest.mark.parametrize(
    ("reference", "measured", "limit", "expected"),
    [
        ([1, 2], [1, 2], 10, ("pairs", "too_few")),
        ([1, 2, 3], [5, 5, 5], 10, ("measured", "constant")),
        ([5, 5, 5], [1, 2, 3], 10, ("reference", "constant")),
        ([1, 2, 3], [1, 2, 3], 0, ("emission_limit", "zero")),
        ([1, 2, 3], [1, 2, 3], "x", ("emission_limit", "not_a_number")),
    ],
)
def test_a_correlation_needs_three_points_that_differ(
    reference: list[int], measured: list[int], limit: Any, expected: tuple[str, str]
) -> None:
    with pytest.raises(InvalidMeasurement) as error:
        correlation(reference, measured, emission_limit=limit)
    assert refused(error) == expected


def test_statistics_cannot_be_changed_afterwards() -> None:
    numbers = pair_statistics([1, 2], [1, 2], unit="mg/m3")
    assert isinstance(numbers, PairStatistics)
    with pytest.raises(AttributeError):
        setattr(numbers, "n", 3)  # noqa: B010 - a plain assignment is refused by the types
