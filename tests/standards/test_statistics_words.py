"""What people read of a computation: why it cannot be done, and each of its steps."""

from collections.abc import Callable
from copy import deepcopy
from fractions import Fraction
from typing import Any

import pytest

from yunjian.standards.rules import pack
from yunjian.standards.rules.packs import parsed
from yunjian.standards.statistics.checks import indication_error, response_time, zero_drift
from yunjian.standards.statistics.conversions import mass_rate, to_dry, to_reference_oxygen
from yunjian.standards.statistics.distributions import chi_below, content_factor
from yunjian.standards.statistics.errors import InvalidMeasurement
from yunjian.standards.statistics.fits import correlation, field_factor
from yunjian.standards.statistics.validity import capture_rate, substitution

FLUE = pack("hj75-2017@1")
Call = Callable[[], Any]

REFUSED: dict[str, tuple[Call, tuple[str, str, str]]] = {
    "tests without both times": (
        lambda: response_time([1, 2], [1]),
        ("rise", "每次试验都需要两个时间", "each test needs both times"),
    ),
    "nothing but water": (
        lambda: to_dry(50, moisture=100),
        ("moisture", "含湿量必须小于 100 %", "the moisture has to be below 100 %"),
    ),
    "nothing but air": (
        lambda: to_reference_oxygen(50, oxygen=21, reference=6),
        ("oxygen", "含氧量必须小于 21 %，无法折算", "oxygen has to be below 21 %"),
    ),
    "a test gas of nothing": (
        lambda: indication_error(FLUE.limit("indication.O2"), [1], 0, lower=0, upper=25),
        ("nominal", "不能为零", "must not be zero"),
    ),
    "a range that ends where it begins": (
        lambda: zero_drift(1, 0, lower=5, upper=5),
        ("range", "量程上限必须大于下限", "the upper limit has to exceed the lower"),
    ),
    "more hours stopped than there are": (
        lambda: capture_rate(hours=10, invalid=0, stopped=11),
        ("stopped", "停运时间超过总时间", "stopped longer than the period"),
    ),
    "more hours invalid than in operation": (
        lambda: capture_rate(hours=10, invalid=6, stopped=5),
        ("invalid", "无效时间超过运行时间", "invalid longer than in operation"),
    ),
    "more captured than there is": (
        lambda: substitution(FLUE, reason="invalid", capture=101, length=1, masses=[]),
        ("capture", "捕集率不能超过 100 %", "the capture rate exceeds 100 %"),
    ),
    "a correlation of one value": (
        lambda: correlation([1, 2, 3], [4, 4, 4], emission_limit=10),
        ("measured", "数据全部相同，无法求相关", "all values are the same"),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_computed_is_told_in_a_sentence(name: str) -> None:
    call, expected = REFUSED[name]

    with pytest.raises(InvalidMeasurement) as caught:
        call()

    assert (caught.value.field, caught.value.message_zh, caught.value.message_en) == expected


def test_a_nominal_value_that_is_no_number_is_named() -> None:
    with pytest.raises(InvalidMeasurement) as caught:
        indication_error(FLUE.limit("indication.O2"), [1], "x", lower=0, upper=25)

    assert caught.value.field == "nominal"


def texts_of(steps: Any) -> list[tuple[str, ...]]:
    return [(line.zh, line.en, line.formula, line.substituted, line.unit) for line in steps]


def test_the_field_factor_shows_its_steps() -> None:
    assert texts_of(field_factor([12, 12], [10, 8]).steps) == [
        ("速度场系数", "field factor", "Kv = Σ(V_RM/V_CMS)/n", "2.7/2", "1"),
        ("标准偏差", "standard deviation", "S = √(Σ(Kv_i − Kv)²/(n − 1))", "n − 1 = 1", "1"),
        (
            "相对标准偏差",
            "relative standard deviation",
            "S/Kv × 100 %",
            "0.212132/1.35 × 100 %",
            "%",
        ),
    ]


def test_a_correlation_shows_its_steps() -> None:
    result = correlation([10, 21, 29, 41], [1, 2, 3, 4], emission_limit=50)

    lines = texts_of(result.steps)
    assert [line[:3] for line in lines] == [
        ("斜率", "slope", "b1 = Sxy/Sxx"),
        ("截距", "intercept", "b0 = mean(Y) − b1·mean(X)"),
        ("相关系数", "correlation coefficient", "r = Sxy/√(Sxx·Syy)"),
        ("残差标准偏差", "residual deviation", "S_L = √(Σ(Y_i − Ŷ_i)²/(n − 2))"),
        ("置信区间半宽", "confidence half-width", "CI = t(n − 2, 0.975)·S_L/√n/EL × 100 %"),
        ("允许区间半宽", "tolerance half-width", "TI = u(n)·V(n − 2)·S_L/EL × 100 %"),
    ]
    assert [line[4] for line in lines] == ["1", "mg/m3", "1", "mg/m3", "%", "%"]
    assert lines[1][3] == "25.25 − 10.1 × 2.5"
    assert (result.slope, result.intercept) == (Fraction("10.1"), Fraction(0))


def test_why_hours_are_replaced_decides_by_how_many() -> None:
    source = deepcopy(FLUE.source)
    for row in source["substitutions"]:
        row["window"] = 3 if row["reason"] == "invalid" else 2
    changed = parsed(source)

    result = [
        substitution(changed, reason=reason, capture=95, length=1, masses=[9, 8, 7]).value
        for reason in ("out_of_control", "invalid")
    ]

    assert result == [8, 9]


def test_a_range_may_be_narrower_than_one_unit() -> None:
    assert zero_drift("0.25", 0, lower="0.5", upper=1).value == 50


def test_a_mass_is_exact() -> None:
    assert mass_rate(1_000_001, flow=1_000_000).value == 1_000_001


def test_probabilities_that_everybody_knows() -> None:
    assert chi_below(1, 1) == pytest.approx(0.6826894921370859, rel=1e-12)
    assert chi_below(1, 2) == pytest.approx(0.3934693402873666, rel=1e-12)
    assert chi_below(0, 2) == 0
    assert content_factor(10**6) == pytest.approx(1.1503493803760079, rel=1e-5)
