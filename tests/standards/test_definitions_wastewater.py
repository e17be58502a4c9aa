"""The record sheets of HJ 355: complete, and judged by the rule pack to the digit."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunjian.standards import sheets

CODES = ["b", "c", "d", "e", "f", "g", "h", "i", "waste"]
CONTEXT: dict[str, Any] = {
    "discharger": {"name": "浦江试验纸业有限公司"},
    "source": {"name": "浦江试验纸业", "address": "试验路 1 号"},
    "outlet": {"code": "DW001", "name": "废水总排口"},
    "point": {"name": "监测站", "kind": "wastewater", "mn_code": "31011500000101", "method": ""},
    "agency": {"name": "试验运维有限公司"},
    "engineer": {"name": "王工"},
    "task": {"due_on": "2026-11-24"},
    "today": "2026-11-24",
    "instruments": [
        {
            "name": "COD 在线分析仪",
            "maker": "试验仪器厂",
            "model": "YJ-100",
            "serial": "SN-1",
            "parameter": "CODCr",
            "range_lower": 0.0,
            "range_upper": 200.0,
            "unit": "mg/L",
        },
        {
            "name": "超声波流量计",
            "maker": "试验仪器厂",
            "model": "YJ-F",
            "serial": "SN-2",
            "parameter": "flow",
            "range_lower": 0.0,
            "range_upper": 500.0,
            "unit": "m3/h",
        },
    ],
    "last": {},
}
MOMENT = "2026-11-24T09:30:00+08:00"


def sheet(code: str) -> sheets.Definition:
    return sheets.definition(f"hj355-{code}@1")


def judged(code: str, **sections: Any) -> sheets.SheetResult:
    """Judge what a new sheet starts with and the sections given."""
    definition = sheet(code)
    answers = sheets.initial_answers(definition, CONTEXT) | sections
    return sheets.evaluate(definition, answers, CONTEXT)


def compared(item: str, key: str, pairs: list[tuple[float, ...]]) -> sheets.SheetResult:
    rows = [
        {"sampled_at": MOMENT, "online": online, "first": first}
        | ({"second": rest[0]} if rest else {})
        for online, first, *rest in pairs
    ]
    return judged("h", what={"items": [item]}, **{key: rows})


def cod(*pairs: tuple[float, ...]) -> sheets.SheetResult:
    return compared("CODcr", "cod", list(pairs))


def errors_of(result: sheets.SheetResult, key: str) -> list[float]:
    return [
        entry["value"]
        for path, entry in result.fields.items()
        if path.startswith(f"{key}.") and path.endswith(".error")
    ]


@pytest.mark.parametrize("code", CODES)
def test_every_sheet_of_the_annexes_is_there_without_a_mistake(code: str) -> None:
    definition = sheet(code)

    assert sheets.check(definition.source) == []
    assert definition.source["applies"] == {"kind": "wastewater"}
    assert definition.source["effective"][0] == "2020-03-24"


@pytest.mark.parametrize("code", CODES)
def test_an_empty_sheet_says_what_is_missing(code: str) -> None:
    result = sheets.evaluate(sheet(code), {}, CONTEXT)

    assert result.errors
    assert {error.code for error in result.errors} <= {"required", "too_few"}


# --- comparison with real water samples --------------------------------------------------------


def test_the_worked_example_passes_two_of_three() -> None:
    result = cod((104.6, 123), (90, 120), (118, 121))

    assert errors_of(result, "cod") == [-14.96, -25.0, -2.48]
    stated = result.fields
    assert round(stated["cod_result.mean"]["value"], 1) == 121.3
    assert stated["cod_result.limit"]["value"] == 15
    assert (stated["cod_result.passed"]["value"], stated["cod_result.required"]["value"]) == (2, 2)
    assert stated["cod_result.met"]["verdict"] == "pass"
    assert stated["cod.1.error"]["verdict"] == "attention"


def test_the_mean_of_parallel_samples_is_the_reference() -> None:
    result = cod((110, 100, 104), (110, 100, 104), (110, 100, 104))

    assert result.fields["cod.0.reference"]["value"] == 102
    assert errors_of(result, "cod")[0] == 7.84


@pytest.mark.parametrize(
    ("reference", "statistic", "limit"),
    [
        (29.999, "AE", 5),
        (30, "RE %", 30),
        (59.999, "RE %", 30),
        (60, "RE %", 20),
        (99.999, "RE %", 20),
        (100, "RE %", 15),
    ],
)
def test_the_band_is_chosen_by_the_mean_of_the_reference(
    reference: float, statistic: str, limit: float
) -> None:
    result = cod(*[(1, reference)] * 3)

    assert result.fields["cod_result.statistic"]["value"] == statistic
    assert result.fields["cod_result.limit"]["value"] == limit


def test_the_online_results_do_not_choose_the_band() -> None:
    # online above 100 (±15 %), reference below: ±20 % counts
    result = cod(*[(113, 95)] * 3)

    assert result.fields["cod_result.limit"]["value"] == 20
    assert result.fields["cod_result.met"]["verdict"] == "pass"


@pytest.mark.parametrize(
    ("online", "verdict"), [(65, "pass"), (65.001, "fail"), (35, "pass"), (34.999, "fail")]
)
def test_the_boundary_itself_is_met(online: float, verdict: str) -> None:
    # RE ±30 % of 50 mg/L
    result = cod(*[(online, 50)] * 3)

    assert result.fields["cod_result.met"]["verdict"] == verdict


@pytest.mark.parametrize(("online", "verdict"), [(25, "pass"), (25.01, "fail"), (15, "pass")])
def test_low_concentrations_are_judged_absolutely(online: float, verdict: str) -> None:
    result = cod(*[(online, 20)] * 3)

    assert result.fields["cod_result.met"]["verdict"] == verdict


@pytest.mark.parametrize(
    ("item", "key", "reference", "good", "bad"),
    [
        ("NH3-N", "nh3n", 1.5, 1.8, 1.81),
        ("NH3-N", "nh3n", 2, 2.3, 2.31),
        ("TP", "tp", 0.2, 0.24, 0.241),
        ("TP", "tp", 0.4, 0.46, 0.461),
        ("TN", "tn", 1.5, 1.2, 1.19),
        ("TN", "tn", 2, 1.7, 1.69),
        ("pH", "ph", 7, 7.5, 7.51),
        ("temperature", "temperature", 18, 18.5, 18.6),
    ],
)
def test_each_item_has_its_own_limit(
    item: str, key: str, reference: float, good: float, bad: float
) -> None:
    for online, verdict in ((good, "pass"), (bad, "fail")):
        result = compared(item, key, [(online, reference)] * 3)
        assert result.fields[f"{key}_result.met"]["verdict"] == verdict


@pytest.mark.parametrize(
    ("good", "of", "verdict"),
    [
        (1, 3, "fail"),
        (2, 3, "pass"),
        (2, 4, "fail"),
        (3, 4, "pass"),
        (3, 5, "fail"),
        (4, 5, "pass"),
    ],
)
def test_so_many_of_so_many_have_to_pass(good: int, of: int, verdict: str) -> None:
    pairs = [(120.0, 120.0)] * good + [(200.0, 120.0)] * (of - good)

    result = cod(*pairs)

    assert result.fields["cod_result.met"]["verdict"] == verdict


@pytest.mark.parametrize("number", [1, 2])
def test_too_few_pairs_never_pass(number: int) -> None:
    result = cod(*[(120.0, 120.0)] * number)

    assert result.fields["cod_result.met"]["verdict"] == "unknown"
    assert "对数不足" in result.fields["cod_result.met"]["message"]


def test_a_reference_of_zero_is_judged_absolutely_and_never_divided_by() -> None:
    result = cod(*[(6, 0)] * 3)

    assert errors_of(result, "cod") == [6, 6, 6]
    assert result.fields["cod_result.met"]["verdict"] == "fail"


def test_a_pair_that_cannot_be_judged_hides_none_of_the_others() -> None:
    # the mean asks for a relative error, which the first pair has none of
    result = cod((0, 0), (0, 1), (0, 1), (0, 238))

    assert result.fields["cod_result.pairs"]["value"] == 3
    assert result.fields["cod_result.met"]["verdict"] == "fail"


def test_what_was_not_compared_is_neither_demanded_nor_judged() -> None:
    result = cod(*[(120, 120)] * 3)

    assert not any(path.startswith(("tp", "flow", "level")) for path in result.fields)
    assert not any(error.path.startswith(("tp", "flow", "level")) for error in result.errors)


@given(
    st.lists(
        st.tuples(st.floats(0, 500), st.floats(0, 500), st.floats(0, 500)), min_size=1, max_size=8
    )
)
def test_the_verdict_is_that_of_counting_by_hand(pairs: list[tuple[float, float, float]]) -> None:
    result = cod(*pairs)

    references = [(first + second) / 2 for _online, first, second in pairs]
    mean = sum(references) / len(references)
    bands = ((100, "RE", 15), (60, "RE", 20), (30, "RE", 30), (0, "AE", 5))
    kind, limit = next((kind, limit) for low, kind, limit in bands if mean >= low)
    good = sum(
        abs(online - reference) <= limit * (1 + 1e-9)
        if kind == "AE"
        else reference > 0 and abs(online - reference) / reference * 100 <= limit * (1 + 1e-9)
        for (online, _first, _second), reference in zip(pairs, references, strict=True)
    )
    # a pair with a reference of zero cannot be judged relatively, so it counts for nothing
    counted = sum(kind == "AE" or reference > 0 for reference in references)
    required = {0: None, 1: None, 2: None, 3: 2, 4: 3}.get(counted, 4)
    expected = None if required is None else good >= required
    assert result.fields["cod_result.met"]["value"] is expected


@pytest.mark.parametrize(("online", "verdict"), [(11, "pass"), (9, "pass"), (11.01, "fail")])
def test_the_flow_of_ten_minutes_may_be_ten_per_cent_off(online: float, verdict: str) -> None:
    flow = {"device": "便携流量计", "began_at": MOMENT, "reference": 10, "online": online}

    result = judged("h", what={"items": ["flow"]}, flow=flow)

    assert result.fields["flow.error"]["verdict"] == verdict


@pytest.mark.parametrize(
    ("errors", "verdict"),
    [
        ([0, 3, -12, 4, 5, 6], "pass"),
        ([0, 3, -12.1, 4, 5, 6], "fail"),
        ([0, 1, 2], "unknown"),
    ],
)
def test_the_largest_error_of_six_levels_counts(errors: list[float], verdict: str) -> None:
    rows = [{"read_at": "09:00", "reference": 100, "online": 100 + error} for error in errors]

    result = judged("h", what={"items": ["level"]}, level=rows)

    assert result.fields["level_result.largest"]["verdict"] == verdict


# --- checks with standards ---------------------------------------------------------------------


def checked(measured: float, **more: Any) -> sheets.SheetResult:
    row = {
        "instrument": "COD 在线分析仪",
        "item": "CODcr",
        "finished_at": MOMENT,
        "standard": 100,
        "measured": measured,
    }
    return judged("d", checks=[row], **more)


@pytest.mark.parametrize(
    ("measured", "verdict"),
    [(110, "pass"), (110.01, "calibrate"), (90, "pass"), (89.99, "calibrate"), (100, "pass")],
)
def test_a_check_may_be_ten_per_cent_off(measured: float, verdict: str) -> None:
    result = checked(measured)

    assert result.fields["checks.0.error"]["verdict"] == verdict


def test_a_failed_check_asks_for_calibration_until_there_is_one() -> None:
    without = checked(130)
    assert without.fields["closing.lacks_calibration"]["verdict"] == "attention"
    assert {item["kind"] for item in without.follow_ups} == {"calibration"}

    calibration = {
        "instrument": "COD 在线分析仪",
        "item": "CODcr",
        "calibrated_at": MOMENT,
        "standard_1": 0,
        "signal_1": 0.01,
        "standard_2": 100,
        "signal_2": 0.52,
        "passed": True,
    }
    with_one = checked(130, calibrations=[calibration])
    assert with_one.fields["closing.lacks_calibration"]["value"] is False


def test_what_fails_after_calibration_too_has_to_be_repaired_and_measured_by_hand() -> None:
    row = {
        "instrument": "COD 在线分析仪",
        "item": "CODcr",
        "finished_at": MOMENT,
        "standard": 100,
        "measured": 130,
    }
    result = checked(130, verifications=[row])

    assert result.fields["verifications.0.error"]["verdict"] == "fail"
    assert {"repair", "manual_sampling"} <= {item["kind"] for item in result.follow_ups}


def test_checks_begin_with_the_instruments_that_are_checked() -> None:
    answers = sheets.initial_answers(sheet("d"), CONTEXT)

    assert [row["instrument"] for row in answers["checks"]] == ["COD 在线分析仪"]
    assert answers["checks"][0]["item"] == "CODcr"


# --- the others --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expires", "verdict"),
    [("2026-11-23", "fail"), ("2026-11-24", "pass"), ("2027-01-01", "pass")],
)
def test_a_standard_has_to_be_valid_when_it_is_put_in(expires: str, verdict: str) -> None:
    row = {"replaced_on": "2026-11-24", "prepared_on": "2026-11-20", "expires_on": expires}

    result = judged("g", replacements=[row])

    assert result.fields["replacements.0.expires_on"]["verdict"] == verdict


def test_a_standard_that_expired_since_is_to_be_replaced() -> None:
    row = {"replaced_on": "2026-10-01", "prepared_on": "2026-09-30", "expires_on": "2026-11-01"}

    result = judged("g", replacements=[row])

    assert result.fields["replacements.0.expires_on"]["verdict"] == "attention"


def test_an_instrument_that_is_not_repaired_needs_more_work() -> None:
    result = judged("e", repairs=[{"result": "broken"}])

    assert result.verdict == "fail"
    assert {item["kind"] for item in result.follow_ups} >= {"repair", "manual_sampling"}


def test_the_facts_of_a_stop_are_asked_for_only_when_there_was_one() -> None:
    def requested(*, stopped: bool) -> set[str]:
        result = judged("e", stop={"stopped": stopped})
        return {error.path for error in result.errors if error.path.startswith("stop.")}

    assert requested(stopped=False) == set()
    assert requested(stopped=True) == {"stop.stopped_from", "stop.stop_reason", "stop.reported"}


def test_a_change_that_changes_nothing_is_remarked() -> None:
    result = judged("c", settings=[{"before": "200", "after": "200"}])

    assert result.fields["settings.0.after"]["verdict"] == "attention"


def test_waste_that_is_handed_over_needs_its_manifest() -> None:
    def requested(destination: str) -> set[str]:
        result = judged("waste", batches=[{"destination": destination}])
        return {error.path.rpartition(".")[2] for error in result.errors}

    assert {"manifest", "receiver", "handed_over_on"} <= requested("handed_over")
    assert "manifest" not in requested("stored")


def test_a_report_that_fails_leads_to_calibration() -> None:
    result = judged("i", conclusion={"conclusion": "不合格", "overall": "not_met"})

    assert result.fields["conclusion.overall"]["verdict"] == "fail"
    assert {"calibration", "verification"} <= {item["kind"] for item in result.follow_ups}
