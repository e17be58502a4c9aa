"""Checks of one instrument, valid data and substitution, each on the edge of its limits."""

from fractions import Fraction
from typing import Any

import pytest

from tests.standards.test_statistics import refused
from yunjian.standards.rules import pack
from yunjian.standards.rules.model import LimitRow, ValueRow
from yunjian.standards.rules.packs import parsed
from yunjian.standards.statistics.checks import (
    drift_state,
    indication_error,
    response_time,
    span_drift,
    zero_drift,
)
from yunjian.standards.statistics.errors import InvalidMeasurement, UnitMismatch
from yunjian.standards.statistics.numbers import shown
from yunjian.standards.statistics.validity import capture_rate, rate_text, reached, substitution

FLUE = pack("hj75-2017@1")
NMHC = pack("hj1286-2023@1")


# --- drift ------------------------------------------------------------------------------------


def test_drift_is_the_change_since_the_last_calibration_in_per_cent_of_the_range() -> None:
    zero = zero_drift("1.5", "0.2", lower=0, upper=200)
    assert zero.value == Fraction("0.65")
    assert zero.unit == "%F.S."
    line = zero.steps[0]
    assert (line.zh, line.en) == ("零点漂移", "zero drift")
    assert (line.formula, line.substituted) == ("(Z_i − Z_0)/R × 100 %", "(1.5 − 0.2)/200 × 100 %")
    assert (line.value, line.unit) == ("0.65", "%F.S.")
    span = span_drift(180, 185, lower=50, upper=250)
    assert span.value == Fraction("-2.5")
    assert (span.steps[0].zh, span.steps[0].en) == ("量程漂移", "span drift")


@pytest.mark.parametrize("drift", [zero_drift, span_drift])
@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("x", 0, 0, 100), ("before", "not_a_number")),
        ((0, float("nan"), 0, 100), ("after_last", "not_finite")),
        ((0, 0, 100, 100), ("range", "range")),
        ((0, 0, "", 100), ("range_lower", "not_a_number")),
    ],
)
def test_a_drift_needs_numbers_and_a_range(
    drift: Any, values: tuple[Any, ...], expected: tuple[str, str]
) -> None:
    before, last, lower, upper = values
    with pytest.raises(InvalidMeasurement) as error:
        drift(before, last, lower=lower, upper=upper)
    assert refused(error) == expected


@pytest.mark.parametrize(
    ("limit", "within", "beyond"),
    [
        ("drift.zero.pm", "2.0", "8.0"),
        ("drift.span.pm", "2.0", "8.0"),
        ("drift.zero.gas", "2.5", "5.0"),
        ("drift.span.gas", "2.5", "10.0"),
        ("drift.zero.velocity", "3.0", "8.0"),
    ],
)
def test_a_drift_has_three_states(limit: str, within: str, beyond: str) -> None:
    row = FLUE.limit(limit)
    a_little = Fraction(1, 10**9)
    for sign in (1, -1):
        assert drift_state(row, sign * Fraction(within)) == "within_limits"
        assert drift_state(row, sign * (Fraction(within) + a_little)) == "needs_calibration"
        assert drift_state(row, sign * Fraction(beyond)) == "needs_calibration"
        assert drift_state(row, sign * (Fraction(beyond) + a_little)) == "out_of_control"


def test_a_drift_is_judged_before_it_is_rounded() -> None:
    assert drift_state(FLUE.limit("drift.zero.gas"), "2.501") == "needs_calibration"


@pytest.mark.parametrize(
    ("drift", "error", "state"),
    [
        ("3.0", "5.0", "within_limits"),
        ("9.9", "0.9", "within_limits"),
        ("-9.9", "-0.9", "within_limits"),
        ("3.1", "0.91", "needs_calibration"),
        ("9.9", "1.8", "needs_calibration"),
        ("8.0", "5.0", "needs_calibration"),
        ("8.1", "1.81", "out_of_control"),
        ("-8.1", "-1.81", "out_of_control"),
    ],
)
def test_velocity_meets_either_limit_and_is_out_of_control_beyond_both(
    drift: str, error: str, state: str
) -> None:
    assert drift_state(FLUE.limit("drift.zero.velocity"), drift, absolute_error=error) == state


def test_an_absolute_error_says_nothing_where_there_is_no_absolute_limit() -> None:
    row = FLUE.limit("drift.zero.gas")
    assert drift_state(row, 9, absolute_error=0) == "out_of_control"


def test_an_unestablished_drift_limit_is_neither_met_nor_missed() -> None:
    assert drift_state(NMHC.limit("drift.zero.NMHC"), 0) == "unconfirmed"
    assert drift_state(NMHC.limit("drift.span.NMHC"), 99) == "unconfirmed"


def test_a_limit_without_an_out_of_control_limit_only_asks_for_a_calibration() -> None:
    row = limit_row(statistic="FS", limit=2, unit="%F.S.")
    assert drift_state(row, 99) == "needs_calibration"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"drift": "x"}, ("drift", "not_a_number")),
        ({"drift": 1, "absolute_error": "nan"}, ("absolute_error", "not_finite")),
    ],
)
def test_a_drift_to_judge_is_a_number(values: dict[str, Any], expected: tuple[str, str]) -> None:
    with pytest.raises(InvalidMeasurement) as error:
        drift_state(FLUE.limit("drift.zero.velocity"), **values)
    assert refused(error) == expected


# --- indication error -------------------------------------------------------------------------


def limit_row(**row: Any) -> LimitRow:
    basic = {"id": "x", "clause": "1", "provenance": "text", "title": {"zh": "样", "en": "x"}}
    return LimitRow.model_validate(basic | row)


@pytest.mark.parametrize(
    ("limit", "upper", "readings", "value", "unit", "passed"),
    [
        # a large range: per cent of the nominal value
        ("indication.SO2", 100, [84, 84, 84], "5", "%", True),
        ("indication.SO2", 100, [84, 84, "84.3"], "5.125", "%", False),
        ("indication.SO2", 100, [76, 76, 76], "-5", "%", True),
        # a small one: per cent of full scale
        ("indication.SO2", 80, [82, 82, 82], "2.5", "%F.S.", True),
        ("indication.SO2", 80, [78, 78, 78], "-2.5", "%F.S.", True),
        ("indication.SO2", 80, [82, 82, "82.3"], "2.625", "%F.S.", False),
        ("indication.SO2", "99.9", [84] * 3, "4.004004", "%F.S.", False),
        ("indication.NOx", 200, [84] * 3, "5", "%", True),
        ("indication.NOx", "199.9", [84] * 3, "2.001001", "%F.S.", True),
        ("indication.O2", 100, [84] * 3, "5", "%", True),
        ("indication.O2", 100, [85] * 3, "6.25", "%", False),
    ],
)
def test_an_indication_error_is_judged_by_the_range(  # noqa: PLR0917 - the row of a table
    limit: str, upper: Any, readings: list[Any], value: str, unit: str,
    passed: bool,  # noqa: FBT001
) -> None:  # fmt: skip
    result = indication_error(FLUE.limit(limit), readings, 80, lower=0, upper=upper)
    assert result.passed is passed
    assert (shown(result.error.value), result.error.unit) == (value, unit)
    assert result.limit == (5 if unit == "%" else Fraction("2.5"))


def test_an_indication_error_shows_its_base() -> None:
    row = FLUE.limit("indication.SO2")
    line = indication_error(row, [84] * 3, 80, lower=0, upper=100).error.steps[0]
    assert (line.zh, line.en) == ("示值误差", "indication error")
    assert line.formula == "(mean(C_d) − C)/C × 100 %"
    assert (line.substituted, line.value, line.unit) == ("(84 − 80)/80 × 100 %", "5", "%")
    small = indication_error(row, [41] * 3, 40, lower=0, upper=50).error.steps[0]
    assert small.formula == "(mean(C_d) − C)/R × 100 %"
    assert (small.substituted, small.value, small.unit) == ("(41 − 40)/50 × 100 %", "2", "%F.S.")


def test_the_range_decides_not_its_upper_end() -> None:
    row = FLUE.limit("indication.SO2")
    assert indication_error(row, [110], 110, lower=50, upper=149).error.unit == "%F.S."


def test_an_unestablished_indication_error_is_told_without_a_verdict() -> None:
    row = limit_row(unconfirmed=True)
    result = indication_error(row, [82], 80, lower=0, upper=100)
    assert (result.error.value, result.error.unit) == (Fraction("2.5"), "%")
    assert (result.limit, result.passed) == (None, None)


@pytest.mark.parametrize(
    ("readings", "nominal", "more", "expected"),
    [
        ([], 80, {}, ("readings", "empty")),
        ([1, "x"], 80, {}, ("readings[2]", "not_a_number")),
        ([1, -1], 80, {}, ("readings", "negative")),
        ([1], 0, {}, ("nominal", "zero")),
        ([1], -5, {}, ("nominal", "negative")),
        ([1], 80, {"upper": 0}, ("range", "range")),
    ],
)
def test_an_indication_error_needs_readings_and_a_nominal_value(
    readings: list[Any], nominal: Any, more: dict[str, Any], expected: tuple[str, str]
) -> None:
    with pytest.raises(InvalidMeasurement) as error:
        indication_error(
            FLUE.limit("indication.SO2"), readings, nominal, **({"lower": 0, "upper": 100} | more)
        )
    assert refused(error) == expected


def test_a_range_in_another_unit_is_not_compared() -> None:
    row = FLUE.limit("indication.SO2")
    with pytest.raises(UnitMismatch):
        indication_error(row, [84], 80, lower=0, upper=100, unit="mg/m3")
    assert indication_error(row, [84], 80, lower=0, upper=100, unit="ppm").passed is True


# --- response time ----------------------------------------------------------------------------


def test_a_response_time_is_the_mean_of_transport_and_rise() -> None:
    result = response_time([60, 62, 61], ["100", "103", "102.5"])
    assert result.value == Fraction("488.5") / 3
    line = result.steps[0]
    assert (line.zh, line.en) == ("系统响应时间", "system response time")
    assert (line.formula, line.substituted) == ("T = Σ(T_1 + T_2)/n", "488.5/3")
    assert (line.value, line.unit, result.unit) == ("162.833333", "s", "s")


@pytest.mark.parametrize(
    ("transport", "rise", "expected"),
    [
        ([], [1], ("transport", "empty")),
        ([1], [], ("rise", "empty")),
        ([1, 2], [1], ("rise", "unequal")),
        ([-1], [1], ("transport", "negative")),
        ([1], [-1], ("rise", "negative")),
    ],
)
def test_each_test_of_the_response_needs_both_times(
    transport: list[int], rise: list[int], expected: tuple[str, str]
) -> None:
    with pytest.raises(InvalidMeasurement) as error:
        response_time(transport, rise)
    assert refused(error) == expected


# --- valid data -------------------------------------------------------------------------------


def test_the_capture_rate_leaves_out_the_hours_of_a_stop() -> None:
    result = capture_rate(hours=2208, invalid=100, stopped=208)
    assert (result.value, result.unit) == (Fraction(95), "%")
    line = result.steps[0]
    assert (line.zh, line.en) == ("数据捕集率", "capture rate")
    assert line.formula == "(H − H_invalid − H_stop)/(H − H_stop) × 100 %"
    assert (line.substituted, line.value) == ("(2208 − 100 − 208)/(2208 − 208) × 100 %", "95")


@pytest.mark.parametrize(("invalid", "rate"), [(0, 100), (10, 0)])
def test_every_hour_or_none_may_be_valid(invalid: int, rate: int) -> None:
    assert capture_rate(hours=10, invalid=invalid, stopped=0).value == rate


@pytest.mark.parametrize(
    ("hours", "invalid", "stopped", "expected"),
    [
        (10, 0, 10, ("hours", "zero")),
        (10, 0, 11, ("stopped", "too_many")),
        (10, 9, 2, ("invalid", "too_many")),
        (-1, 0, 0, ("hours", "negative")),
        (10, -1, 0, ("invalid", "negative")),
        (10, 0, -1, ("stopped", "negative")),
        (10, "x", 0, ("invalid", "not_a_number")),
    ],
)
def test_a_capture_rate_needs_hours_in_operation(
    hours: Any, invalid: Any, stopped: Any, expected: tuple[str, str]
) -> None:
    with pytest.raises(InvalidMeasurement) as error:
        capture_rate(hours=hours, invalid=invalid, stopped=stopped)
    assert refused(error) == expected


@pytest.mark.parametrize(("rate", "enough"), [("75", True), ("74.999", False), (100, True)])
def test_a_rate_is_reached_on_its_value(rate: Any, enough: bool) -> None:  # noqa: FBT001 - a row
    assert reached(FLUE.value("capture-rate"), rate) is enough


def test_an_unestablished_rate_is_neither_reached_nor_missed() -> None:
    row = NMHC.value("capture-rate")
    assert isinstance(row, ValueRow)
    assert reached(row, 100) is None
    with pytest.raises(InvalidMeasurement) as error:
        reached(row, "x")
    assert refused(error) == ("rate", "not_a_number")


# --- substitution -----------------------------------------------------------------------------

MASSES = [Fraction(5000 - place) for place in range(2500)]  # the newest is the smallest


@pytest.mark.parametrize(
    ("capture", "length", "window"),
    [
        ("90", 24, 180),
        (100, "0.5", 180),
        ("90", "24.01", 720),
        ("89.999", 24, 2160),
        ("89.999", 500, 2160),
        ("75", 1, 2160),
        ("74.999", 1, None),
        (0, 1, None),
    ],
)
@pytest.mark.parametrize("reason", ["out_of_control", "invalid"])
def test_the_largest_of_so_many_valid_hours_stands_in(
    reason: Any, capture: Any, length: Any, window: int | None
) -> None:
    result = substitution(FLUE, reason=reason, capture=capture, length=length, masses=MASSES)
    assert result.window == window
    assert result.value == (None if window is None else MASSES[-window])


def test_a_substitution_tells_its_clause_and_its_hours() -> None:
    result = substitution(FLUE, reason="invalid", capture="95.123", length=10, masses=MASSES)
    assert (result.clause, result.provenance) == ("12", "practice")
    line = result.steps[0]
    assert (line.zh, line.en) == ("替代排放量", "substituted mass")
    assert (line.formula, line.substituted) == ("max(G_1 … G_180)", "95.12 %, 10 h")
    assert (line.value, line.unit) == ("2680", "kg")


def test_where_no_rule_says_nothing_stands_in() -> None:
    result = substitution(NMHC, reason="invalid", capture=95, length=10, masses=[])
    assert (result.value, result.window, result.clause, result.provenance, result.steps) == (
        None, None, None, None, (),
    )  # fmt: skip


def test_an_unconfirmed_substitution_is_no_rule() -> None:
    source = FLUE.source
    rows = [row | {"unconfirmed": True} for row in source["substitutions"]]
    open_pack = parsed({**source, "substitutions": rows})
    result = substitution(open_pack, reason="invalid", capture=95, length=10, masses=MASSES)
    assert result.value is None


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"capture": 101}, ("capture", "too_large")),
        ({"capture": -1}, ("capture", "negative")),
        ({"capture": "x"}, ("capture", "not_a_number")),
        ({"length": 0}, ("length", "zero")),
        ({"length": -1}, ("length", "negative")),
        ({"length": "x"}, ("length", "not_a_number")),
        ({"masses": MASSES[:179]}, ("masses", "too_few")),
        ({"masses": []}, ("masses", "empty")),
        ({"masses": [*MASSES[:179], -1]}, ("masses", "negative")),
        ({"masses": [*MASSES[:179], "x"]}, ("masses[180]", "not_a_number")),
    ],
)
def test_a_substitution_needs_hours_before_and_a_length(
    values: dict[str, Any], expected: tuple[str, str]
) -> None:
    good: dict[str, Any] = {"capture": 95, "length": 10, "masses": MASSES[:180]}
    with pytest.raises(InvalidMeasurement) as error:
        substitution(FLUE, reason="invalid", **(good | values))
    assert refused(error) == expected


def test_exactly_enough_hours_are_enough() -> None:
    result = substitution(FLUE, reason="invalid", capture=95, length=10, masses=MASSES[:180])
    assert result.value == 5000


def test_a_rate_is_written_with_two_decimals() -> None:
    assert rate_text(Fraction("95.125")) == "95.12 %"
    assert rate_text(Fraction(95)) == "95 %"
