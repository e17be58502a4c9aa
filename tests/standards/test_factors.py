"""The factors of HJ 212 and the names that the rules have for them."""

import re

import pytest

from yunjian.standards.factors import factors
from yunjian.standards.rules import packs


@pytest.mark.parametrize(
    ("medium", "symbol", "code"),
    [
        ("wastewater", "CODCr", "w01018"),
        ("wastewater", "NH3-N", "w21003"),
        ("wastewater", "TP", "w21011"),
        ("wastewater", "TN", "w21001"),
        ("wastewater", "pH", "w01001"),
        ("wastewater", "temperature", "w01010"),
        ("wastewater", "flow", "w00000"),
        ("flue_gas", "SO2", "a21026"),
        ("flue_gas", "NOx", "a21002"),
        ("flue_gas", "PM", "a34013"),
        ("flue_gas", "O2", "a19001"),
        ("flue_gas", "velocity", "a01011"),
        ("flue_gas", "temperature", "a01012"),
        ("flue_gas", "pressure", "a01013"),
        ("flue_gas", "humidity", "a01014"),
        ("flue_gas", "NMHC", "a24088"),
        ("flue_gas", "CO", "a21005"),
        ("flue_gas", "HCl", "a21024"),
    ],
)
def test_a_factor_has_its_code_on_the_wire(medium: str, symbol: str, code: str) -> None:
    assert factors(medium)[symbol].code == code


@pytest.mark.parametrize(("medium", "letter"), [("wastewater", "w"), ("flue_gas", "a")])
def test_codes_are_of_their_medium_and_used_once(medium: str, letter: str) -> None:
    codes = [factor.code for factor in factors(medium).values()]
    assert all(re.fullmatch(rf"{letter}\d{{5}}", code) for code in codes)
    assert len(set(codes)) == len(codes)


def test_every_parameter_that_a_rule_asks_for_can_be_chosen_at_a_point() -> None:
    for pack in packs():
        requested = {name for row in pack.obligations for name in row.parameters or ()}
        assert requested <= factors(pack.kind).keys(), pack.standard
