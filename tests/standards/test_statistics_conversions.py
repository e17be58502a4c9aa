"""Conversions: the worked examples to every digit, the way back, and what is impossible."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.standards.test_statistics import figure, refused
from yunjian.standards.statistics.conversions import (
    mass_rate,
    standard_flow,
    to_dry,
    to_mass_concentration,
    to_molar_concentration,
    to_reference_oxygen,
    to_standard_state,
    working_flow,
)
from yunjian.standards.statistics.errors import InvalidMeasurement
from yunjian.standards.statistics.steps import Quantity

STACK: dict[str, Any] = {"atmosphere": 100500, "static": -200, "temperature": 120}


def summary_of(result: Quantity) -> tuple[str, str, str, str, str]:
    (line,) = result.steps
    assert line.unit == result.unit
    return line.zh, line.en, line.formula, line.substituted, line.unit


def test_a_concentration_at_standard_state() -> None:
    result = to_standard_state(50, **STACK)
    assert figure(result.value, 5) == "72.71359"
    assert summary_of(result) == (
        "标态浓度",
        "concentration at standard state",
        "C_sn = C_s·101325/(Ba + Ps)·(273 + ts)/273",
        "50 × 101325/100300 × 393/273",
        "mg/m3",
    )


def test_a_concentration_in_dry_gas() -> None:
    standard = to_standard_state(50, **STACK)
    result = to_dry(standard.value, moisture="0.10")
    assert figure(result.value, 5) == "80.79288"
    assert summary_of(result) == (
        "干基浓度",
        "concentration in dry gas",
        "C_dry = C_wet/(1 − X_sw)",
        "72.71359/(1 − 0.1)",
        "mg/m3",
    )


def test_a_concentration_at_the_reference_oxygen() -> None:
    result = to_reference_oxygen(13, oxygen=8, reference=6)
    assert result.value == 15
    assert to_reference_oxygen(1, oxygen=8, reference=6).value == Fraction(15, 13)
    assert summary_of(result) == (
        "折算浓度",
        "concentration at the reference oxygen",
        "C' = C·(21 − O2s)/(21 − O2)",
        "13 × (21 − 6)/(21 − 8)",
        "mg/m3",
    )


def test_flows_and_the_mass_that_they_carry() -> None:
    working = working_flow(area="7.07", velocity=12)
    assert working.value == 305424
    assert summary_of(working) == (
        "工况流量",
        "flow at working conditions",
        "Q_sh = 3600·F·V",
        "3600 × 7.07 × 12",
        "m3/h",
    )
    dry = standard_flow(working.value, **STACK, moisture="0.10")
    assert figure(dry.value, 2) == "189016.66"
    assert summary_of(dry) == (
        "标干流量",
        "flow of dry gas at standard state",
        "Q_sn = Q_sh·273/(273 + ts)·(Ba + Ps)/101325·(1 − X_sw)",
        "305424 × 273/393 × 100300/101325 × (1 − 0.1)",
        "m3/h",
    )
    rate = mass_rate(30, flow=dry.value)
    assert figure(rate.value, 4) == "5.6705"
    assert summary_of(rate) == (
        "排放速率",
        "emission rate",
        "G = C·Q·10⁻⁶",
        "30 × 189016.661124 × 10⁻⁶",
        "kg/h",
    )


@pytest.mark.parametrize(
    ("molar", "mass", "expected"),
    [(250, 64, "714.2857"), (50, 64, "142.8571"), (250, 46, "513.3929"), (20, 46, "41.0714")],
)
def test_the_bounds_of_the_bands_agree_in_both_units(molar: int, mass: int, expected: str) -> None:
    there = to_mass_concentration(molar, molar_mass=mass)
    assert figure(there.value, 4) == expected
    assert to_molar_concentration(there.value, molar_mass=mass).value == molar


def test_molar_conversions_show_their_numbers() -> None:
    assert summary_of(to_mass_concentration(250, molar_mass=64)) == (
        "质量浓度",
        "mass concentration",
        "C = M/22.4·C_v",
        "64/22.4 × 250",
        "mg/m3",
    )
    assert summary_of(to_molar_concentration(640, molar_mass=64)) == (
        "体积浓度",
        "molar concentration",
        "C_v = 22.4/M·C",
        "22.4/64 × 640",
        "umol/mol",
    )
    assert to_molar_concentration(640, molar_mass=64).value == 224


@given(
    st.decimals(min_value=0, max_value=10**6, places=4),
    st.decimals(min_value=1, max_value=500, places=3),
)
def test_there_and_back_is_the_same(concentration: Any, mass: Any) -> None:
    there = to_mass_concentration(concentration, molar_mass=mass)
    assert to_molar_concentration(there.value, molar_mass=mass).value == Fraction(concentration)


def test_nothing_changes_at_standard_state_without_water_at_the_same_oxygen() -> None:
    still: dict[str, Any] = {"atmosphere": 101325, "static": 0, "temperature": 0}
    assert to_standard_state(50, **still).value == 50
    assert to_dry(50, moisture=0).value == 50
    assert to_reference_oxygen(50, oxygen=6, reference=6).value == 50
    assert standard_flow(50, **still, moisture=0).value == 50


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: to_standard_state(-1, **STACK), ("concentration", "negative")),
        (lambda: to_standard_state("x", **STACK), ("concentration", "not_a_number")),
        (lambda: to_standard_state(1, **STACK | {"static": -100500}), ("pressure", "zero")),
        (lambda: to_standard_state(1, **STACK | {"static": -100501}), ("pressure", "negative")),
        (lambda: to_standard_state(1, **STACK | {"static": "x"}), ("static", "not_a_number")),
        (lambda: to_standard_state(1, **STACK | {"atmosphere": -1}), ("atmosphere", "negative")),
        (lambda: to_standard_state(1, **STACK | {"temperature": -273}), ("temperature", "zero")),
        (
            lambda: to_standard_state(1, **STACK | {"temperature": "inf"}),
            ("temperature", "not_finite"),
        ),
        (lambda: to_dry(1, moisture=1), ("moisture", "moisture")),
        (lambda: to_dry(1, moisture="10"), ("moisture", "moisture")),
        (lambda: to_dry(1, moisture="-0.1"), ("moisture", "negative")),
        (lambda: to_dry(-1, moisture=0), ("concentration", "negative")),
        (lambda: to_reference_oxygen(1, oxygen=21, reference=6), ("oxygen", "oxygen_21")),
        (lambda: to_reference_oxygen(1, oxygen="21.5", reference=6), ("oxygen", "oxygen_21")),
        (lambda: to_reference_oxygen(1, oxygen=8, reference=21), ("reference_oxygen", "oxygen_21")),
        (lambda: to_reference_oxygen(1, oxygen=-1, reference=6), ("oxygen", "negative")),
        (lambda: to_reference_oxygen(-1, oxygen=8, reference=6), ("concentration", "negative")),
        (lambda: to_mass_concentration(-1, molar_mass=64), ("concentration", "negative")),
        (lambda: to_mass_concentration(1, molar_mass=0), ("molar_mass", "zero")),
        (lambda: to_mass_concentration(1, molar_mass="x"), ("molar_mass", "not_a_number")),
        (lambda: to_molar_concentration(-1, molar_mass=64), ("concentration", "negative")),
        (lambda: to_molar_concentration(1, molar_mass=0), ("molar_mass", "zero")),
        (lambda: to_molar_concentration(1, molar_mass="x"), ("molar_mass", "not_a_number")),
        (lambda: working_flow(area=0, velocity=1), ("area", "zero")),
        (lambda: working_flow(area="x", velocity=1), ("area", "not_a_number")),
        (lambda: working_flow(area=1, velocity=-1), ("velocity", "negative")),
        (lambda: standard_flow(-1, **STACK, moisture=0), ("flow", "negative")),
        (lambda: standard_flow(1, **STACK, moisture=1), ("moisture", "moisture")),
        (lambda: mass_rate(-1, flow=1), ("concentration", "negative")),
        (lambda: mass_rate(1, flow=-1), ("flow", "negative")),
    ],
)
def test_what_is_impossible_is_refused_by_field(
    call: Callable[[], Quantity], expected: tuple[str, str]
) -> None:
    with pytest.raises(InvalidMeasurement) as error:
        call()
    assert refused(error) == expected


def test_oxygen_just_below_air_is_still_converted() -> None:
    assert to_reference_oxygen(1, oxygen="20.999", reference=6).value == 15000
