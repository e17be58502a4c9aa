"""Sheets: the shared vectors, the definitions that ship, and what no answer may do."""

import json
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.sheet_values import honest_answers
from yunjian.standards import sheets
from yunjian.standards.sheets.expressions import (
    UNKNOWN,
    InvalidExpression,
    as_doubles,
    compiled,
    evaluated,
    normalised,
)
from yunjian.standards.sheets.model import InvalidDefinition, parsed

FOLDER = Path(__file__).resolve().parents[1] / "vectors"
SHARED: dict[str, Any] = json.loads((FOLDER / "sheets.json").read_text(encoding="utf-8"))
WORDS: dict[str, Any] = json.loads((FOLDER / "expressions.json").read_text(encoding="utf-8"))
CONTEXT: dict[str, Any] = {"instruments": [{"range_upper": 200}]}
NAMES = sorted(sheets.definitions())
# whose limits nobody has established for such answers
NOT_CONFIRMED = {"hj1286-calibration@1": "unknown", "hj1286-verification@1": "unknown"}


@pytest.mark.parametrize("vector", SHARED["vectors"], ids=lambda vector: vector["name"])
def test_the_shared_vectors_hold(vector: dict[str, Any]) -> None:
    result = sheets.evaluate(parsed(SHARED["definition"]), vector["answers"], vector["context"])
    stated = result.as_json()
    expected = vector["expected"]
    assert [[error["path"], error["code"]] for error in stated["errors"]] == expected["errors"]
    assert stated["verdict"] == expected["verdict"]
    assert stated["fields"] == expected["fields"]
    assert [[item["kind"], item["path"]] for item in stated["follow_ups"]] == expected["follow_ups"]
    assert all(error["message"]["zh"] and error["message"]["en"] for error in stated["errors"])


@pytest.mark.parametrize(("source", "expected"), WORDS["normalised"])
def test_whole_numbers_become_doubles_except_indexes(source: str, expected: str) -> None:
    assert normalised(source) == expected


@pytest.mark.parametrize("vector", WORDS["functions"], ids=lambda vector: vector["source"])
def test_functions_say_what_others_reckon(vector: dict[str, Any]) -> None:
    stated = evaluated(vector["source"], as_doubles(vector["variables"]))
    if isinstance(vector["expected"], float):
        assert stated == pytest.approx(vector["expected"], rel=1e-7)
    else:
        assert ("unknown" if stated is UNKNOWN else stated) == vector["expected"]


def test_an_expression_that_is_none_is_named() -> None:
    with pytest.raises(InvalidExpression, match="row\\."):
        compiled("row. >")


@pytest.mark.parametrize("name", NAMES)
def test_honest_answers_pass_every_sheet_that_ships(name: str) -> None:
    definition = sheets.definition(name)
    result = sheets.evaluate(definition, honest_answers(definition.source), CONTEXT)
    assert result.errors == []
    assert result.verdict == NOT_CONFIRMED.get(name, "pass")


@pytest.mark.parametrize("name", NAMES)
def test_every_expression_that_ships_can_be_compiled(name: str) -> None:
    def expressions(node: Any) -> list[str]:
        if isinstance(node, dict):
            own = [
                value
                for key, value in node.items()
                if key in {"show", "compute", "when", "prefill", "required"}
                and isinstance(value, str)
            ]
            return own + [result for value in node.values() for result in expressions(value)]
        return (
            [result for value in node for result in expressions(value)]
            if isinstance(node, list)
            else []
        )

    for source in expressions(sheets.definition(name).source):
        compiled(source)


@pytest.mark.parametrize("name", NAMES)
def test_everything_that_ships_says_where_it_comes_from(name: str) -> None:
    data = sheets.definition(name).source
    assert data["standard"]
    assert data["annex"]
    assert data["provenance"] in {"text", "practice", "recalled"}
    for section in data["sections"]:
        assert all(item["clause"] for item in section.get("items", []))
        judgements = [
            rule for field in section.get("fields", []) for rule in field.get("judge", [])
        ]
        assert all(rule["clause"] for rule in judgements)


def drift_sheet(parameter: str, before: float, *, zero: bool = True) -> sheets.SheetResult:
    """Fill in a calibration record (G.4) with one drift, on a range of 0 to 100."""
    definition = sheets.definition("hj75-g4@1")
    answers = honest_answers(definition.source)
    row = answers["analysers"][0]
    row |= {"parameter": parameter, "range_lower": 0, "range_upper": 100}
    row |= {"zero_last": 0, "zero_before": 0, "span_last": 80, "span_before": 80}
    row["zero_before" if zero else "span_before"] += before
    return sheets.evaluate(definition, answers, CONTEXT)


@pytest.mark.parametrize(
    ("parameter", "drift", "where", "verdict"),
    [
        ("SO2", 2.5, "zero", "pass"),
        ("SO2", 2.6, "zero", "calibrate"),
        ("SO2", -5.0, "zero", "calibrate"),
        ("SO2", -5.1, "zero", "out_of_control"),
        ("SO2", 10.0, "span", "calibrate"),
        ("SO2", 10.1, "span", "out_of_control"),
        ("PM", 2.1, "zero", "calibrate"),
        ("PM", 8.1, "span", "out_of_control"),
        ("velocity", 3.1, "zero", "calibrate"),
        ("velocity", 8.1, "zero", "out_of_control"),
    ],
)
def test_drift_is_judged_by_table_4_of_hj_75(
    parameter: str, drift: float, where: str, verdict: str
) -> None:
    result = drift_sheet(parameter, drift, zero=where == "zero")
    assert result.errors == []
    assert result.verdict == verdict


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
KEYS = st.sampled_from(["main", "checks", "monthly", "gases", "other"])


@given(st.dictionaries(KEYS, JSON_VALUES, max_size=5), JSON_VALUES)
def test_no_answer_whatever_makes_it_fail(answers: dict[str, Any], context: Any) -> None:
    before = deepcopy(answers)
    result = sheets.evaluate(parsed(SHARED["definition"]), answers, context)
    assert result.verdict in {
        "pass", "attention", "unknown", "calibrate", "out_of_control", "fail"
    }  # fmt: skip
    assert repr(answers) == repr(before)


def test_the_worse_verdict_wins() -> None:
    assert sheets.worse("pass", "attention") == "attention"
    assert sheets.worse("out_of_control", "calibrate") == "out_of_control"


def test_a_sheet_is_found_by_name_kind_method_and_day() -> None:
    assert sheets.definition("hj75-g1@1").name == "hj75-g1@1"
    with pytest.raises(sheets.UnknownSheet):
        sheets.definition("hj75-g1@99")
    day = date(2026, 11, 20)

    def codes(kind: str, method: str, on_date: date) -> set[str]:
        return {item.code for item in sheets.definitions_for(kind, method, on_date)}

    gas, in_situ = codes("flue_gas", "full_extraction", day), codes("flue_gas", "direct", day)
    assert {"hj75-g1", "hj75-g4", "free"} <= gas
    assert gas.isdisjoint({"hj75-g2", "hj75-g3", "hj355-b"})
    assert {"hj75-g3", "hj75-g4"} <= in_situ
    assert in_situ.isdisjoint({"hj75-g1", "hj75-g2"})
    assert {"hj355-b", "free"} <= codes("wastewater", "", day)
    assert codes("wastewater", "", day).isdisjoint({"hj75-g1", "hj75-g4"})
    assert "hj355-b" not in codes("wastewater", "", date(2020, 1, 1))
    assert codes("flue_gas", "direct", date(2018, 1, 1)) == set()
    assert sheets.current_name("hj355-b", day) == "hj355-b@1"
    with pytest.raises(sheets.UnknownSheet):
        sheets.current_name("hj355-b", date(2019, 1, 1))


def test_photos_inside_answers_are_found() -> None:
    photo = "01a20a4b-80ff-73ed-aa99-6199ba4f157d"
    answers = {"closing": {"photos": [photo]}, "cylinders": [{"name": "SO2"}]}
    assert [str(item) for item in sheets.photo_ids("hj75-g1@1", answers)] == [photo]


def test_photos_and_signatures_of_every_section_are_found() -> None:
    ids = [f"01a20a4b-80ff-73ed-aa99-6199ba4f157{n}" for n in range(4)]
    title = {"zh": "名", "en": "Name"}
    sections = [
        {"key": key, "title": title, "kind": kind, "fields": [{"key": "x", "title": title} | field]}
        for key, kind, field in (
            ("a", "fields", {"type": "photo"}),
            ("b", "group", {"type": "signature"}),
            ("c", "fields", {"type": "text"}),
        )
    ]
    probe = parsed(
        {"code": "probe", "version": 1, "title": title, "standard": "", "annex": ""}
        | {"sections": sections}
    )
    answers = {"a": {"x": ids[:2]}, "b": [{"x": [ids[2]]}, {}, {"x": [ids[3]]}], "c": {"x": "-"}}
    source = [probe].copy
    sheets.register_source(source)
    try:
        assert [str(item) for item in sheets.photo_ids("probe@1", answers)] == ids
    finally:
        sheets.unregister_source(source)


def broken(change: Any) -> dict[str, Any]:
    """Return the probe's definition with one thing wrong."""
    data: dict[str, Any] = deepcopy(SHARED["definition"])
    change(data)
    return data


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.pop("title"),
        lambda data: data.update(surprise=1),
        lambda data: data["sections"].append(deepcopy(data["sections"][0])),
        lambda data: data["sections"][0].update(kind="poem"),
        lambda data: data["sections"][0].update(items=data["sections"][1]["items"]),
        lambda data: data["sections"][1].pop("items"),
        lambda data: data["sections"][0]["fields"][0].update(type="colour"),
        lambda data: data["sections"][0]["fields"][0].update(compute="1"),
        lambda data: data["sections"][0]["fields"][9].pop("choices"),
        lambda data: data["sections"][0]["fields"][0].update(title="名"),
        lambda data: data["sections"][0]["fields"][5]["judge"][0].update(verdict="maybe"),
        lambda data: data["sections"][0]["fields"][5]["judge"][0].update(law="1"),
    ],
)
def test_a_wrong_definition_is_refused_when_it_is_loaded(change: Any) -> None:
    with pytest.raises(InvalidDefinition, match=r"probe@1|None@1"):
        parsed(broken(change))
