"""Tests of reports recomputed, beside an independent computation by numpy and scipy."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from yunjian.standards.reports import (
    EXCLUDED,
    TestData,
    TestResult,
    UnknownForm,
    forms_on,
    overall,
    parsed,
    recompute,
    recompute_test,
    report_form,
    report_forms,
)
from yunjian.standards.reports.forms import register_source, unregister_source
from yunjian.standards.rules import packs
from yunjian.standards.rules.packs import pack

DAY = date(2026, 11, 1)
VERIFICATION = report_form("hj75-verification@1")
ACCEPTANCE = report_form("hj75-acceptance@1")
WATER = report_form("hj355-comparison@1")
NMHC = report_form("hj1286-verification@1")
REFERENCE = [98.2, 101.7, 104.0, 99.5, 103.3, 97.8, 105.1, 100.9, 102.6]
CEMS = [101.0, 103.9, 106.2, 103.1, 105.0, 99.9, 108.8, 103.4, 104.4]


def pairs(reference: Sequence[float], measured: Sequence[float]) -> list[dict[str, str]]:
    return [
        {"reference": str(a), "measured": str(b)} for a, b in zip(reference, measured, strict=True)
    ]


def gas(**more: Any) -> TestData:
    given: dict[str, Any] = {
        "test": "gas",
        "parameter": "SO2",
        "readings": pairs(REFERENCE, CEMS),
        "unit": "mg/m3",
    }
    return TestData(**given | more)


def values(result: TestResult) -> Mapping[str, float]:
    return {item.key: float(item.value) for item in result.quantities}


def codes(result: TestResult) -> list[tuple[str, str]]:
    return [(problem.path, problem.code) for problem in result.problems]


def independent_pairs(a: Sequence[float], b: Sequence[float]) -> dict[str, float]:
    """Return what HJ 75 annex A asks of pairs, by numpy and scipy."""
    reference, measured = np.array(a), np.array(b)
    d = reference - measured
    n = len(d)
    s_d = float(np.std(d, ddof=1))
    cc = float(stats.t.ppf(0.975, n - 1)) * s_d / math.sqrt(n)
    return {
        "mean_reference": float(reference.mean()),
        "mean_measured": float(measured.mean()),
        "difference": float(d.mean()),
        "deviation": s_d,
        "confidence": cc,
        "AE": float(measured.mean() - reference.mean()),
        "RE": float((measured.mean() - reference.mean()) / reference.mean() * 100),
        "RA": float((abs(d.mean()) + abs(cc)) / reference.mean() * 100),
    }


def test_pairs_of_a_gas_give_what_an_independent_computation_gives() -> None:
    result = recompute_test(VERIFICATION, gas(), DAY)

    assert values(result) == pytest.approx(independent_pairs(REFERENCE, CEMS), rel=1e-4)
    assert (result.rows, result.least) == (9, 9)
    assert (result.criterion, result.verdict) == ("RE ±30 %", "pass")
    assert (result.standard, result.clause) == ("HJ 75-2017", "9.3.8 表 2")
    assert result.provenance == "practice"
    assert result.steps
    assert result.problems == ()


@given(
    st.lists(
        st.tuples(
            st.decimals(min_value=1, max_value=900, places=1),
            st.decimals(min_value=1, max_value=900, places=1),
        ),
        min_size=9,
        max_size=15,
    )
)
def test_any_pairs_give_what_an_independent_computation_gives(
    rows: list[tuple[Decimal, Decimal]],
) -> None:
    a, b = [float(x) for x, _ in rows], [float(y) for _, y in rows]
    result = recompute_test(VERIFICATION, gas(readings=pairs(a, b)), DAY)

    expected = independent_pairs(a, b)
    for key, value in values(result).items():
        assert value == pytest.approx(expected[key], rel=1e-3, abs=1e-6), key
    # the band by the mean of the reference, from the table of the standard
    mean = expected["mean_reference"]
    limit = {
        "RA": expected["RA"] <= 15,
        "AE": abs(expected["AE"]) <= (57 if mean >= 143 else 17),
        "RE": abs(expected["RE"]) <= 30,
    }
    band = "RA" if mean >= 715 else "AE" if mean >= 143 else "RE" if mean >= 57 else "AE"
    near = any(abs(mean - edge) < 1e-6 for edge in (57, 143, 715))
    if not near and abs(abs(expected[band]) - {"RA": 15, "RE": 30}.get(band, 17)) > 1e-3:
        assert result.verdict == ("pass" if limit[band] else "fail")


def test_a_report_fails_if_one_test_fails() -> None:
    bad = gas(readings=pairs(REFERENCE, [value * 1.5 for value in REFERENCE]), parameter="NOx")

    result = recompute(VERIFICATION, [gas(), bad], DAY)

    assert [item.verdict for item in result.tests] == ["pass", "fail"]
    assert result.verdict == "fail"


def test_the_verdict_of_a_report_is_that_of_its_gravest_test() -> None:
    assert overall([]) == "not_judged"
    assert overall(["pass", "pass"]) == "pass"
    assert overall(["pass", "not_judged"]) == "not_judged"
    assert overall(["not_judged", "unconfirmed"]) == "unconfirmed"
    assert overall(["unconfirmed", "fail", "pass"]) == "fail"


def test_eight_pairs_where_nine_are_due_are_not_judged() -> None:
    result = recompute_test(VERIFICATION, gas(readings=pairs(REFERENCE[:8], CEMS[:8])), DAY)

    assert (result.verdict, result.rows, result.least) == ("not_judged", 8, 9)
    assert codes(result) == [("pairs", "too_few")]


def test_a_correlation_of_fewer_pairs_than_are_due_is_shown_and_not_judged() -> None:
    limits = {"emission_limit": "50", "upper": "60"}
    data = TestData("correlation", "PM", pairs(REFERENCE, CEMS), limits, unit="mg/m3")

    result = recompute_test(ACCEPTANCE, data, DAY)

    assert (result.rows, result.least, result.verdict) == (9, 15, "not_judged")
    assert result.quantity("r") is not None


def test_rows_that_are_left_out_with_a_reason_do_not_count() -> None:
    zeros = [{"reference": "100", "measured": "0", EXCLUDED: "自动反吹"}]
    rows = [*pairs(REFERENCE, CEMS)[:4], *zeros, *pairs(REFERENCE, CEMS)[4:]]

    result = recompute_test(VERIFICATION, gas(readings=rows), DAY)

    assert result.rows == 9
    assert values(result) == pytest.approx(independent_pairs(REFERENCE, CEMS), rel=1e-4)


def test_a_problem_names_the_row_as_it_stands_in_the_table() -> None:
    rows = [{"reference": "1", "measured": "1", EXCLUDED: "反吹"}, *pairs(REFERENCE, CEMS)]
    rows[3] = {"reference": "-5", "measured": "99"}

    result = recompute_test(VERIFICATION, gas(readings=rows), DAY)

    assert codes(result) == [("readings[4].reference", "negative")]
    assert result.verdict == "not_judged"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"reference": "", "measured": "1"}, ("readings[1].reference", "required")),
        ({"reference": "<2", "measured": "1"}, ("readings[1].reference", "below_detection")),
        ({"reference": "ab", "measured": "1"}, ("readings[1].reference", "not_a_number")),
    ],
)
def test_what_cannot_be_reckoned_with_is_named_at_its_cell(
    row: dict[str, str], expected: tuple[str, str]
) -> None:
    result = recompute_test(VERIFICATION, gas(readings=[row, *pairs(REFERENCE, CEMS)]), DAY)

    assert codes(result) == [expected]
    assert (result.verdict, result.quantities) == ("not_judged", ())


def test_another_unit_than_the_standards_is_not_judged() -> None:
    result = recompute_test(VERIFICATION, gas(unit="mg/L"), DAY)
    assert [code for _path, code in codes(result)] == ["unit"]


def test_a_basis_whose_limits_nobody_has_established_here_is_unconfirmed() -> None:
    by_other = recompute_test(VERIFICATION, gas(basis="环办执法〔2019〕64号"), DAY)
    by_own = recompute_test(VERIFICATION, gas(basis="HJ 75-2017"), DAY)

    assert (by_other.verdict, by_own.verdict) == ("unconfirmed", "pass")
    assert values(by_other) == values(by_own)


def test_declared_values_are_compared_at_the_digits_in_which_they_were_declared() -> None:
    right = recompute_test(VERIFICATION, gas(declared={"AE": "2.5", "RE": "2.48"}), DAY)
    computed = {item.key: item.text for item in right.quantities}
    wrong = recompute_test(
        VERIFICATION, gas(declared={"AE": "2.9", "RE": "通过", "other": "1"}), DAY
    )

    assert right.disagreements == ()
    assert [(one.key, one.declared, one.computed) for one in wrong.disagreements] == [
        ("AE", "2.9", computed["AE"]),
        ("RE", "通过", computed["RE"]),
    ]
    infinite = recompute_test(VERIFICATION, gas(declared={"AE": "Infinity"}), DAY)
    assert [one.key for one in infinite.disagreements] == ["AE"]


def test_the_check_of_the_reference_analyser_is_told_and_missed() -> None:
    checked = {"check_nominal": "200", "check_before": "203", "check_after": "197"}

    assert recompute_test(VERIFICATION, gas(), DAY).checks_missing
    with_check = recompute_test(VERIFICATION, gas(values=checked), DAY)
    assert not with_check.checks_missing
    assert values(with_check)["check_before"] == pytest.approx(1.5)
    assert values(with_check)["check_after"] == pytest.approx(-1.5)


def test_drift_is_the_largest_of_its_rows_and_judged_by_both_limits() -> None:
    rows = [
        {"zero_before": "0", "zero_after": "2", "span_before": "150", "span_after": "151"},
        {"zero_before": "0", "zero_after": "-4", "span_before": "150", "span_after": "153"},
    ]
    data = TestData("drift-gas", "SO2", rows, {"lower": "0", "upper": "200"}, unit="mg/m3")

    result = recompute_test(ACCEPTANCE, data, DAY)

    assert values(result) == pytest.approx({"zero_drift": -2.0, "span_drift": 1.5})
    assert (result.verdict, result.criterion) == ("pass", "±2.5 %F.S.；±2.5 %F.S.")
    worse = replace(data, readings=[rows[0] | {"span_after": "156"}])
    assert recompute_test(ACCEPTANCE, worse, DAY).verdict == "fail"


def test_drift_without_a_range_names_the_field() -> None:
    row = {"zero_before": "0", "zero_after": "1", "span_before": "9", "span_after": "9"}
    missing = TestData("drift-gas", "SO2", [row], {"lower": "0"})
    upside_down = TestData("drift-gas", "SO2", [row], {"lower": "5", "upper": "5"})

    assert codes(recompute_test(ACCEPTANCE, missing, DAY)) == [("values.upper", "required")]
    assert codes(recompute_test(ACCEPTANCE, upside_down, DAY)) == [("values.upper", "range")]


def test_indication_errors_are_judged_each_and_the_largest_is_told() -> None:
    rows = [
        {"nominal": "160", "first": "162", "second": "163", "third": "161"},
        {"nominal": "100", "first": "96", "second": "95.5", "third": "96.5"},
    ]
    data = TestData("indication", "SO2", rows, {"lower": "0", "upper": "200"}, unit="umol/mol")

    result = recompute_test(ACCEPTANCE, data, DAY)

    assert values(result) == pytest.approx({"indication": (96 - 100) / 100 * 100})
    assert (result.verdict, result.criterion) == ("pass", "±5 %")
    beyond = [rows[0], rows[1] | {"first": "90"}]
    assert recompute_test(ACCEPTANCE, replace(data, readings=beyond), DAY).verdict == "fail"


def test_a_parameter_without_a_limit_is_named() -> None:
    row = {"nominal": "160", "first": "162", "second": "163", "third": "161"}
    data = TestData("indication", "CO", [row], {"lower": "0", "upper": "200"}, unit="umol/mol")

    assert codes(recompute_test(ACCEPTANCE, data, DAY)) == [("parameter", "parameter")]


def test_the_response_time_is_the_mean_of_its_tests() -> None:
    rows = [{"transport": "40", "rise": "80"}, {"transport": "44", "rise": "90"}]

    result = recompute_test(ACCEPTANCE, TestData("response", "SO2", rows), DAY)

    assert values(result) == {"response": 127.0}
    assert (result.verdict, result.criterion) == ("pass", "≤200 s")


def test_a_correlation_gives_what_an_independent_computation_gives() -> None:
    x = [float(value) for value in range(1, 16)]
    y = [2.1 * value + 0.4 + (0.3 if value % 2 else -0.3) for value in x]
    data = TestData(
        "correlation", "PM", pairs(y, x), {"emission_limit": "50", "upper": "60"}, unit="mg/m3"
    )

    result = recompute_test(ACCEPTANCE, data, DAY)

    line = stats.linregress(x, y)
    residual = math.sqrt(
        sum((b - line.intercept - line.slope * a) ** 2 for a, b in zip(x, y, strict=True)) / 13
    )
    half = stats.t.ppf(0.975, 13) * residual / math.sqrt(15) / 50 * 100
    got = values(result)
    assert got["slope"] == pytest.approx(line.slope, rel=1e-6)
    assert got["intercept"] == pytest.approx(line.intercept, rel=1e-6)
    assert got["r"] == pytest.approx(line.rvalue, rel=1e-6)
    assert got["CI"] == pytest.approx(half, rel=1e-3)
    assert result.verdict == "pass"
    assert result.criterion == "r ≥0.85 1；CI ≤10 %；TI ≤25 %"
    scattered = replace(data, readings=pairs([*y[:14], 1.0], x))
    assert recompute_test(ACCEPTANCE, scattered, DAY).verdict == "fail"


def test_the_field_factor_gives_what_an_independent_computation_gives() -> None:
    a, b = [10.2, 11.1, 9.8, 10.5, 10.9], [9.9, 10.9, 9.7, 10.1, 10.6]

    result = recompute_test(ACCEPTANCE, TestData("field-factor", "velocity", pairs(a, b)), DAY)

    factors = np.array(a) / np.array(b)
    assert values(result) == pytest.approx(
        {
            "Kv": factors.mean(),
            "deviation": factors.std(ddof=1),
            "RSD": factors.std(ddof=1) / factors.mean() * 100,
        },
        rel=1e-6,
    )
    assert (result.verdict, result.criterion) == ("pass", "RSD ≤5 %")


def test_water_is_judged_pair_by_pair() -> None:
    rows = pairs([40.0, 42.0, 41.0], [44.0, 45.0, 60.0])

    result = recompute_test(WATER, TestData("water", "CODCr", rows, unit="mg/L"), DAY)

    assert (result.verdict, values(result)["pairs_passed"]) == ("pass", 2)
    assert result.criterion == "RE ±30 %，3 对中至少 2 对"
    worse = pairs([40.0, 42.0, 41.0], [44.0, 60.0, 60.0])
    assert recompute_test(WATER, TestData("water", "CODCr", worse), DAY).verdict == "fail"


def test_one_pair_has_no_spread_and_is_judged_where_one_is_enough() -> None:
    result = recompute_test(WATER, TestData("flow", "flow", pairs([100.0], [105.0])), DAY)

    assert values(result) == pytest.approx(
        {"mean_reference": 100, "mean_measured": 105, "difference": -5, "AE": 5, "RE": 5}
    )
    assert result.verdict == "pass"


def test_an_emission_limit_of_nothing_is_named_at_its_field() -> None:
    nothing = {"emission_limit": "0", "upper": "60"}
    data = TestData("correlation", "PM", pairs(REFERENCE, CEMS), nothing, unit="mg/m3")
    assert codes(recompute_test(ACCEPTANCE, data, DAY)) == [("values.emission_limit", "zero")]


def test_a_standard_solution_is_judged_by_its_largest_error() -> None:
    rows = [{"nominal": "50", "measured": "52"}, {"nominal": "50", "measured": "46"}]

    result = recompute_test(WATER, TestData("standard", "CODCr", rows), DAY)

    assert values(result) == pytest.approx({"RE": -8.0, "mean_RE": -2.0})
    assert (result.verdict, result.criterion) == ("pass", "RE ±10 %")
    zero = [{"nominal": "0", "measured": "1"}]
    named = recompute_test(WATER, TestData("standard", "CODCr", zero), DAY)
    assert codes(named) == [("readings[1].nominal", "zero")]


def test_what_nobody_has_established_is_unconfirmed() -> None:
    rows = pairs([60.0, 62.0], [61.0, 63.0])
    result = recompute_test(NMHC, TestData("accuracy", "NMHC", rows, unit="mg/m3"), DAY)
    assert (result.verdict, result.criterion) == ("unconfirmed", "未确认")

    drift = [{"zero_before": "0", "zero_after": "1", "span_before": "9", "span_after": "9"}]
    data = TestData("drift", "NMHC", drift, {"lower": "0", "upper": "100"})
    assert recompute_test(NMHC, data, DAY).verdict == "unconfirmed"


def test_before_the_standard_nothing_is_judged() -> None:
    result = recompute_test(VERIFICATION, gas(), date(2017, 1, 1))
    assert ([code for _p, code in codes(result)], result.verdict) == (
        ["not_in_force"],
        "not_judged",
    )
    assert result.standard == "hj75-2017"


def test_packs_of_another_choice_are_used() -> None:
    assert recompute(VERIFICATION, [gas()], DAY, packs()).verdict == "pass"
    only = [pack("hj355-2019")]
    assert recompute_test(VERIFICATION, gas(), DAY, only).problems[0].code == "not_in_force"


def test_no_readings_are_nothing() -> None:
    result = recompute_test(VERIFICATION, gas(readings=[]), DAY)
    assert (result.rows, result.verdict, result.quantities) == (0, "not_judged", ())
    assert result.quantity("RA") is None


def test_a_result_is_kept_as_json_and_found_by_its_key() -> None:
    result = recompute_test(VERIFICATION, gas(declared={"AE": "9"}), DAY)
    kept = result.as_data()

    assert kept["verdict"] == "pass"
    assert {row["key"]: row["text"] for row in kept["quantities"]}["AE"] == "2.511"
    assert kept["disagreements"][0]["title"] == {"zh": "绝对误差", "en": "absolute error"}
    assert isinstance(kept["quantities"][0]["value"], str)
    found = result.quantity("AE")
    assert found is not None
    assert found.text == "2.511"


def test_each_form_holds_since_its_standard_and_fits_a_kind() -> None:
    assert {form.code for form in forms_on(DAY, medium="flue_gas", kind="verification")} == {
        "hj75-verification",
        "hj1286-verification",
    }
    assert [form.code for form in forms_on(DAY, kind="water_sample")] == ["hj355-comparison"]
    assert forms_on(date(2017, 1, 1)) == []
    with pytest.raises(UnknownForm):
        report_form("hj75-verification@9")
    with pytest.raises(KeyError):
        VERIFICATION.test("none")


def test_every_test_of_every_form_names_rows_that_its_pack_has() -> None:
    for form in report_forms().values():
        for spec in form.tests:
            held = pack(spec.pack)
            known = {row.id.lower() for row in held.limits}
            obligations = {row.id for row in held.obligations}
            assert set(spec.settles) <= obligations, (form.name, spec.key)
            assert spec.column(spec.columns[0].key) == spec.columns[0]
            if spec.method == "accuracy":
                continue
            for name in spec.limits:
                for parameter in spec.parameters:
                    filled = name.format(parameter=parameter).lower()
                    # other gases have no indication limit of their own: that is said, see above
                    assert filled in known or spec.key == "indication", (form.name, filled)


def test_a_published_version_follows_the_one_that_ships() -> None:
    data = VERIFICATION.model_dump(mode="json")
    newer = parsed(data | {"version": 2, "effective": ["2026-12-01"]})

    def source() -> list[Any]:
        return [newer]

    register_source(source)
    try:
        assert report_form("hj75-verification@2") is newer
        chosen = {form.name for form in forms_on(date(2026, 12, 1), kind="comparison")}
        assert "hj75-verification@2" in chosen
        assert "hj75-verification@1" not in chosen
        before = {form.name for form in forms_on(date(2026, 11, 30), kind="comparison")}
        assert "hj75-verification@1" in before
    finally:
        unregister_source(source)


def test_a_form_that_ends_no_longer_holds() -> None:
    data = VERIFICATION.model_dump(mode="json")
    ended = parsed(data | {"effective": ["2018-03-01", "2026-11-01"]})
    assert ended.until == DAY
    assert ended.in_force(DAY - timedelta(days=1))
    assert not ended.in_force(DAY)


@pytest.mark.parametrize("part", ["contents", "originals", "tests"])
def test_a_form_says_each_thing_once(part: str) -> None:
    data = VERIFICATION.model_dump(mode="json")
    with pytest.raises(ValueError, match="a key stands twice"):
        parsed(data | {part: [*data[part], data[part][0]]})


def test_a_form_is_filled_only_from_what_it_has() -> None:
    data = VERIFICATION.model_dump(mode="json")
    for source in ("test:none", "original:none"):
        item = data["contents"][0] | {"key": "more", "source": source}
        with pytest.raises(ValueError, match="filled from what is not there"):
            parsed(data | {"contents": [*data["contents"], item]})


def test_a_test_has_the_columns_that_its_method_computes_from() -> None:
    data = VERIFICATION.model_dump(mode="json")
    lacking = data["tests"][0] | {"columns": data["tests"][0]["columns"][:1]}
    with pytest.raises(ValueError, match="lacks"):
        parsed(data | {"tests": [lacking, *data["tests"][1:]]})
