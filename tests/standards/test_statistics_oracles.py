"""The same figures by other ways: an independent library, and a sheet with its columns."""

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import special, stats

from yunjian.standards.rules import pack
from yunjian.standards.statistics.distributions import (
    chi_below,
    chi_factor,
    content_factor,
    student_t,
    student_within,
)
from yunjian.standards.statistics.fits import correlation, field_factor
from yunjian.standards.statistics.judging import compared
from yunjian.standards.statistics.pairs import pair_statistics

READINGS = st.decimals(min_value=1, max_value=2000, places=2)
PAIRS = st.lists(st.tuples(READINGS, READINGS), min_size=2, max_size=60)
CLOSE: dict[str, float] = {"rel_tol": 1e-9, "abs_tol": 1e-9}


def columns(pairs: list[tuple[Decimal, Decimal]]) -> tuple[list[Decimal], list[Decimal]]:
    return [one for one, _ in pairs], [other for _, other in pairs]


# --- an independent library -------------------------------------------------------------------


@pytest.mark.parametrize("freedom", range(1, 31))
def test_the_printed_t_is_the_rounded_quantile(freedom: int) -> None:
    assert float(student_t(freedom)) == pytest.approx(stats.t.ppf(0.975, freedom), abs=5.1e-4)


@pytest.mark.parametrize("freedom", [*range(31, 201), 500, 999, 1000, 4999, 9999])
def test_t_beyond_the_table_is_computed(freedom: int) -> None:
    assert float(student_t(freedom)) == pytest.approx(stats.t.ppf(0.975, freedom), rel=1e-11)


@given(st.floats(min_value=0, max_value=50), st.integers(min_value=1, max_value=400))
def test_the_probability_within_t_agrees(t: float, freedom: int) -> None:
    # not from the tail of t, which next to 0 is a half to the last bit
    expected = special.betainc(0.5, freedom / 2, t * t / (freedom + t * t))
    assert math.isclose(student_within(t, freedom), expected, rel_tol=1e-9, abs_tol=1e-12)


@given(st.floats(min_value=0, max_value=400), st.integers(min_value=1, max_value=300))
def test_the_probability_below_chi_square_agrees(value: float, freedom: int) -> None:
    expected = stats.chi2.cdf(value, freedom)
    assert math.isclose(chi_below(value, freedom), expected, rel_tol=1e-7, abs_tol=1e-12)


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 13, 28, 58, 99, 998])
def test_the_factor_of_chi_square_agrees(freedom: int) -> None:
    expected = math.sqrt(freedom / stats.chi2.ppf(0.05, freedom))
    assert chi_factor(freedom) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("count", [3, 5, 15, 30, 60, 1000])
def test_the_content_holds_three_quarters_of_a_normal_distribution(count: int) -> None:
    u, shift = content_factor(count), 1 / math.sqrt(count)
    held = stats.norm.cdf(shift + u) - stats.norm.cdf(shift - u)
    assert held == pytest.approx(0.75, rel=1e-12)


def test_the_content_factor_is_as_tables_have_it() -> None:
    # u'_n of tolerance intervals with 75 % content
    for count, printed in ((7, 1.233), (15, 1.1886), (25, 1.173)):
        assert content_factor(count) == pytest.approx(printed, abs=2e-3)


@given(PAIRS)
@settings(max_examples=60, deadline=None)
def test_pairs_agree_with_the_library(pairs: list[tuple[Decimal, Decimal]]) -> None:
    reference, measured = columns(pairs)
    result = pair_statistics(reference, measured, unit="mg/m3")
    a, b = np.array(reference, float), np.array(measured, float)
    d = a - b
    assert math.isclose(float(result.d_bar), d.mean(), rel_tol=1e-7, abs_tol=1e-7)
    assert result.s_d is not None
    assert math.isclose(float(result.s_d), d.std(ddof=1), rel_tol=1e-7, abs_tol=1e-7)
    assert result.cc is not None
    half = stats.t.ppf(0.975, len(d) - 1) * stats.sem(d)
    assert math.isclose(float(result.cc), half, rel_tol=3e-4, abs_tol=1e-7)


@given(st.lists(st.tuples(READINGS, READINGS), min_size=3, max_size=60))
@settings(max_examples=60, deadline=None)
def test_correlations_agree_with_the_library(pairs: list[tuple[Decimal, Decimal]]) -> None:
    y, x = columns(pairs)
    assume(len(set(x)) > 1)
    assume(len(set(y)) > 1)
    result = correlation(y, x, emission_limit=30)
    a, b = np.array(x, float), np.array(y, float)
    line = stats.linregress(a, b)
    assert math.isclose(float(result.slope), line.slope, rel_tol=1e-6, abs_tol=1e-7)
    assert math.isclose(float(result.intercept), line.intercept, rel_tol=1e-6, abs_tol=1e-4)
    assert math.isclose(float(result.r), line.rvalue, rel_tol=1e-6, abs_tol=1e-7)
    n = len(a)
    rest = b - (line.slope * a + line.intercept)
    scatter = math.sqrt(float((rest * rest).sum()) / (n - 2))
    assert math.isclose(float(result.residual), scatter, rel_tol=1e-5, abs_tol=1e-3)
    exact_scatter = float(result.residual)
    t = float(student_t(n - 2))
    confidence = t * exact_scatter / math.sqrt(n) / 30 * 100
    assert math.isclose(float(result.confidence), confidence, **CLOSE)
    v = math.sqrt((n - 2) / stats.chi2.ppf(0.05, n - 2))
    tolerance = content_factor(n) * v * exact_scatter / 30 * 100
    assert math.isclose(float(result.tolerance), tolerance, rel_tol=1e-8, abs_tol=1e-9)


@given(st.lists(st.tuples(READINGS, READINGS), min_size=2, max_size=30))
def test_field_factors_agree_with_the_library(pairs: list[tuple[Decimal, Decimal]]) -> None:
    reference, measured = columns(pairs)
    result = field_factor(reference, measured)
    quotients = np.array(reference, float) / np.array(measured, float)
    spread = quotients.std(ddof=1)
    assert math.isclose(float(result.mean), quotients.mean(), rel_tol=1e-9)
    assert math.isclose(float(result.deviation), spread, rel_tol=1e-6, abs_tol=1e-9)
    assert math.isclose(float(result.rsd), spread / quotients.mean() * 100, rel_tol=1e-6,
                        abs_tol=1e-7)  # fmt: skip


# --- a sheet with its columns, as one would fill it in by hand --------------------------------


def sheet(pairs: list[tuple[Decimal, Decimal]]) -> dict[str, float]:
    """Columns RM, CEMS, d, d² and their sums; S_d by the sums, as a spreadsheet has it."""
    n = len(pairs)
    rm = sum(Fraction(a) for a, _ in pairs)
    cems = sum(Fraction(b) for _, b in pairs)
    d = sum(Fraction(a) - Fraction(b) for a, b in pairs)
    d2 = sum((Fraction(a) - Fraction(b)) ** 2 for a, b in pairs)
    s_d = math.sqrt((d2 - d * d / n) / (n - 1))
    cc = float(student_t(n - 1)) * s_d / math.sqrt(n)
    return {
        "d_bar": float(d / n),
        "s_d": s_d,
        "cc": cc,
        "ra": (abs(float(d / n)) + abs(cc)) / float(rm / n) * 100,
        "ae": float((cems - rm) / n),
        "re": float((cems - rm) / rm * 100),
    }


@given(PAIRS)
@settings(max_examples=100, deadline=None)
def test_pairs_agree_with_a_sheet_filled_in_by_hand(
    pairs: list[tuple[Decimal, Decimal]],
) -> None:
    result: Any = pair_statistics(*columns(pairs), unit="mg/m3")
    by_hand = sheet(pairs)
    assert math.isclose(float(result.d_bar), by_hand["d_bar"], **CLOSE)
    assert math.isclose(float(result.s_d), by_hand["s_d"], **CLOSE)
    assert math.isclose(float(result.cc), by_hand["cc"], **CLOSE)
    assert math.isclose(float(result.relative_accuracy), by_hand["ra"], **CLOSE)
    assert math.isclose(float(result.absolute_error), by_hand["ae"], **CLOSE)
    assert math.isclose(float(result.relative_error), by_hand["re"], **CLOSE)


@given(PAIRS)
def test_turning_the_columns_round_turns_the_signs(pairs: list[tuple[Decimal, Decimal]]) -> None:
    reference, measured = columns(pairs)
    there = pair_statistics(reference, measured, unit="mg/m3")
    back = pair_statistics(measured, reference, unit="mg/m3")
    assert there.d_bar == -back.d_bar == -there.absolute_error
    assert (there.s_d, there.cc) == (back.s_d, back.cc)


@given(PAIRS, st.randoms(use_true_random=False))
def test_the_order_of_the_pairs_does_not_matter(
    pairs: list[tuple[Decimal, Decimal]], chance: Any
) -> None:
    mixed = list(pairs)
    chance.shuffle(mixed)
    one = pair_statistics(*columns(pairs), unit="mg/m3")
    other = pair_statistics(*columns(mixed), unit="mg/m3")
    assert one == other


@given(st.lists(st.tuples(READINGS, READINGS), min_size=9, max_size=12))
def test_every_mean_of_the_reference_is_judged(pairs: list[tuple[Decimal, Decimal]]) -> None:
    for parameter in ("SO2", "NOx", "PM"):
        result = compared(pack("hj75-2017@1"), parameter, *columns(pairs))
        assert result.passed in {True, False}
        assert result.judged_by in {"RA", "AE", "RE"}
