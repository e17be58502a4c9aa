"""The remote check of parameters: limits from data, exact arithmetic."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunjian.credit.domain.remote_checks import (
    Range,
    Reading,
    judge,
    number,
    outcome_of,
    range_of,
    rules,
)

numbers = st.decimals(0, 100, places=3)
spans = st.decimals(1, 5000, places=1)


def reading(
    analyser: str | Decimal,
    logger: str | Decimal,
    *,
    signal: str = "analogue",
    parameter: str = "SO2",
    span: str | Decimal = "100",
) -> Reading:
    """Return a reading whose three ranges agree."""
    same = Range(Decimal(0), Decimal(span))
    return Reading(parameter, signal, "mg/m³", Decimal(analyser), Decimal(logger), same, same, same)


@pytest.mark.parametrize(
    ("parameter", "signal", "analyser", "logger", "outcome"),
    [
        ("SO2", "digital", "35.2", "35.2", "pass"),
        ("SO2", "digital", "35.2", "35.20", "pass"),
        ("SO2", "digital", "35.2", "35.21", "fail"),
        ("SO2", "analogue", "35.2", "35.3", "pass"),  # 1 ‰ of 100
        ("SO2", "analogue", "35.2", "35.101", "pass"),
        ("SO2", "analogue", "35.2", "35.301", "fail"),
        ("PM", "analogue", "10", "13", "pass"),
        ("PM", "analogue", "10", "13.01", "fail"),
        ("PM", "analogue", "10.01", "15.01", "pass"),
        ("PM", "analogue", "10.01", "15.02", "fail"),
        ("PM", "digital", "10", "10.1", "fail"),
    ],
)
def test_values_agree_within_the_limit_and_not_beyond(
    parameter: str, signal: str, analyser: str, logger: str, outcome: str
) -> None:
    judgements = judge(reading(analyser, logger, signal=signal, parameter=parameter))
    assert outcome_of(judgements) == outcome


def test_every_rule_says_where_it_is_known_from_and_only_one_has_a_clause() -> None:
    assert all(one.provenance == "practice" and one.title["en"] for one in rules())
    clauses = {one.id: one.clause for one in rules() if one.clause}
    assert clauses == {"analogue": "HJ/T 477-2009"}


@pytest.mark.parametrize(
    ("value", "outcome", "beyond"),
    [
        ("0", "pass", "0"),
        ("100", "pass", "0"),
        ("102.5", "pass", "2.5"),
        ("102.51", "fail", "2.51"),
        ("-2.5", "pass", "2.5"),
        ("-2.51", "fail", "2.51"),
        ("500", "fail", "400"),
    ],
)
def test_values_outside_the_range_fail_however_well_they_agree(
    value: str, outcome: str, beyond: str
) -> None:
    values, within, ranges = judge(reading(value, value, signal="digital"))
    assert (values.outcome, within.outcome, ranges.outcome) == ("pass", outcome, "pass")
    assert (within.difference, within.limit) == (Decimal(beyond), Decimal("2.500"))


def test_the_value_of_the_logger_may_lie_outside_alone() -> None:
    within = judge(reading("102", "103"))[1]
    assert (within.outcome, within.difference) == ("fail", Decimal(3))


@pytest.mark.parametrize("name", ["analyser_range", "acquisition_range", "logger_range"])
def test_one_range_that_differs_fails(name: str) -> None:
    same = Range(Decimal(0), Decimal(100))
    ranges = dict.fromkeys(("analyser_range", "acquisition_range", "logger_range"), same)
    ranges[name] = Range(Decimal(0), Decimal(200))
    judged = judge(Reading("SO2", "digital", "", Decimal(1), Decimal(1), **ranges))
    assert [one.outcome for one in judged] == ["pass", "pass", "fail"]


@given(numbers, numbers, spans)
def test_analogue_values_pass_exactly_when_within_a_thousandth_of_the_range(
    analyser: Decimal, logger: Decimal, span: Decimal
) -> None:
    values, _within, _ranges = judge(reading(analyser, logger, span=span))
    assert (values.outcome == "pass") == (abs(logger - analyser) * 1000 <= span)


@given(numbers, numbers)
def test_it_makes_no_difference_which_of_two_pm_values_is_higher_at_one_level(
    analyser: Decimal, difference: Decimal
) -> None:
    higher = judge(reading(analyser, analyser + difference, parameter="PM"))
    lower = judge(reading(analyser, analyser - difference, parameter="PM"))
    assert higher[0].outcome == lower[0].outcome


@given(numbers)
def test_equal_values_within_the_range_pass_whatever_the_signal(value: Decimal) -> None:
    for signal in ("digital", "analogue"):
        for parameter in ("PM", "NOx"):
            judged = judge(reading(value, value, signal=signal, parameter=parameter))
            assert outcome_of(judged) == "pass"


@given(st.decimals(-1000, 1000, places=3), st.decimals(-1000, 1000, places=3))
def test_a_range_is_read_as_it_was_typed(lower: Decimal, upper: Decimal) -> None:
    for sign in ("～", "~", "-"):
        if sign == "-" and upper < 0:
            continue
        read = range_of(f"{lower}{sign}{upper}")
        assert read == (Range(lower, upper) if lower < upper else None)


@given(st.text(max_size=12))
def test_any_text_is_read_as_a_number_or_refused(text: str) -> None:
    value = number(text)
    assert value is None or value.is_finite()
    range_of(text)


@pytest.mark.parametrize("text", ["", "NaN", "Infinity", "1e99", "12,5", "0x10", "1 2"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert number(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (" 1.50 ", "1.50"),
        ("123456789012", "123456789012"),
        ("1234567890123", None),
        ("1e12", "1e12"),
        ("1e13", None),
        ("1e-12", "1e-12"),
        ("1e-13", None),
        ("-0.5", "-0.5"),
    ],
)
def test_a_number_has_as_many_digits_as_an_instrument_shows(text: str, value: str | None) -> None:
    assert number(text) == (None if value is None else Decimal(value))


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("0-100", ("0", "100")),
        ("-20-80", ("-20", "80")),
        ("-20--5", ("-20", "-5")),
        (" 0 — 100 ", ("0", "100")),
        ("-20～80", ("-20", "80")),
        ("5～5", None),
        ("100", None),
        ("-100", None),
        ("～100", None),
        ("0～", None),
    ],
)
def test_a_range_has_a_lower_and_an_upper_bound(text: str, bounds: tuple[str, str] | None) -> None:
    expected = bounds and Range(Decimal(bounds[0]), Decimal(bounds[1]))
    assert range_of(text) == expected


@pytest.mark.parametrize(
    ("signal", "parameter", "unit", "analyser", "judged_by"),
    [
        ("digital", "PM", "mg/m³", "5", ("digital", "0")),
        ("analogue", "PM", "mg/m³", "10", ("analogue-pm-low", "3")),
        ("analogue", "烟尘", "mg/m3", "10.1", ("analogue-pm-high", "5")),
        ("analogue", "PM", "mg/m³", "-4", ("analogue-pm-low", "3")),
        ("analogue", "PM", "g/m³", "5", ("analogue", "0.1")),
        ("analogue", "PM2.5", "mg/m³", "5", ("analogue", "0.1")),
        ("analogue", "SO2", "mg/m³", "5", ("analogue", "0.1")),
    ],
)
def test_values_are_judged_by_the_rule_for_their_signal_parameter_unit_and_level(
    signal: str, parameter: str, unit: str, analyser: str, judged_by: tuple[str, str]
) -> None:
    same = Range(Decimal(0), Decimal(100))
    value = Decimal(analyser)
    judged = judge(Reading(parameter, signal, unit, value, value + 1, same, same, same))[0]
    rule, limit = judged_by
    assert judged.rule.id == rule
    assert (judged.difference, judged.limit) == (Decimal(1), Decimal(limit))
