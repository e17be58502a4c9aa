"""What a sheet definition may not be: each mistake is named at its place."""

import re
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunjian.standards import sheets
from yunjian.standards.sheets import loader
from yunjian.standards.sheets.expressions import (
    InvalidExpression,
    as_doubles,
    compiled,
    evaluated,
)
from yunjian.standards.sheets.functions import accuracy, band

Data = dict[str, Any]
TITLE = {"zh": "名", "en": "Name"}
BASE: Data = {
    "code": "probe",
    "version": 1,
    "title": TITLE,
    "standard": "",
    "annex": "",
    "limits": {"check": "hj355-2019:check.standard"},
    "sections": [
        {
            "key": "main",
            "title": TITLE,
            "kind": "fields",
            "calc": {"twice": "row.a * 2"},
            "fields": [
                {"key": "a", "title": TITLE, "type": "number", "unit": "mg/L", "min": 0, "max": 9},
                {
                    "key": "b",
                    "title": TITLE,
                    "type": "computed",
                    "compute": "calc.twice",
                    "judge": [{"limit": "check", "value": "calc.twice"}],
                },
                {
                    "key": "c",
                    "title": TITLE,
                    "type": "choice",
                    "choices": [{"value": "x", "title": TITLE}],
                },
            ],
        },
        {
            "key": "checks",
            "title": TITLE,
            "kind": "checklist",
            "items": [{"key": "pump", "title": TITLE, "interval_days": 7}],
        },
        {
            "key": "rows",
            "title": TITLE,
            "kind": "group",
            "rows": "ctx.instruments",
            "fields": [{"key": "d", "title": TITLE, "type": "text", "prefill": "item.name"}],
        },
    ],
}


def main(data: Data) -> Data:
    result: Data = data["sections"][0]
    return result


def field(data: Data, index: int = 0) -> Data:
    result: Data = main(data)["fields"][index]
    return result


def judge(data: Data, **rule: Any) -> None:
    field(data)["judge"] = [{"when": "row.a > 1", "verdict": "fail", "message": TITLE} | rule]


MISTAKES: dict[str, tuple[Callable[[Data], Any], str, str]] = {
    "an unknown key": (lambda d: d.update(colour="red"), "probe@1", "unknown_key"),
    "no title": (lambda d: d.pop("title"), "probe@1", "missing_key"),
    "a version that is none": (lambda d: d.update(version=True), "probe@True", "wrong_kind"),
    "a text in one language": (lambda d: main(d).update(title={"zh": "名"}), "main", "text"),
    "an empty text": (lambda d: main(d).update(title={"zh": "名", "en": " "}), "main", "text"),
    "a code in capitals": (lambda d: d.update(code="Probe"), "Probe@1", "wrong_key"),
    "a key in capitals": (lambda d: field(d).update(key="A"), "main.A", "wrong_key"),
    "an unknown kind": (lambda d: main(d).update(kind="page"), "main", "unknown_value"),
    "an unknown type": (lambda d: field(d).update(type="colour"), "main.a", "unknown_value"),
    "an unknown unit": (lambda d: field(d).update(unit="furlong"), "main.a", "unknown_unit"),
    "an unknown provenance": (lambda d: d.update(provenance="heard"), "probe@1", "unknown_value"),
    "an unknown paper": (lambda d: d.update(paper="round"), "probe@1", "unknown_value"),
    "a key twice": (lambda d: field(d, 1).update(key="a"), "main", "twice"),
    "a section twice": (lambda d: d["sections"][1].update(key="main"), "probe@1", "twice"),
    "nothing in a section": (lambda d: main(d).update(fields=[]), "main", "contents"),
    "fields in a checklist": (lambda d: main(d).update(kind="checklist"), "main", "contents"),
    "more least than most": (
        lambda d: d["sections"][2].update(min=5, max=2),
        "rows",
        "range",
    ),
    "bounds the wrong way": (lambda d: field(d).update(min=9, max=0), "main.a", "range"),
    "a formula in a number": (lambda d: field(d).update(compute="1"), "main.a", "compute"),
    "a computed field without": (lambda d: field(d, 1).pop("compute"), "main.b", "compute"),
    "a choice without choices": (lambda d: field(d, 2).pop("choices"), "main.c", "choices"),
    "a choice that is none": (lambda d: field(d, 2).update(choices=[1]), "choices", "wrong_kind"),
    "a field that is none": (lambda d: main(d)["fields"].append(1), "main.fields", "wrong_kind"),
    "an item that is none": (
        lambda d: d["sections"][1]["items"].append(1),
        "checks.items",
        "wrong_kind",
    ),
    "a section that is none": (lambda d: d["sections"].append(1), "sections", "wrong_kind"),
    "a rule that is none": (lambda d: field(d).update(judge=[1]), "main.a.judge", "wrong_kind"),
    "a calculation that is none": (
        lambda d: main(d).update(calc={"twice": 2}),
        "calc.twice",
        "wrong_kind",
    ),
    "an unknown verdict": (lambda d: judge(d, verdict="maybe"), "main.a.judge", "unknown_value"),
    "an unknown follow-up": (lambda d: judge(d, follow_up="sing"), "judge", "unknown_value"),
    "one of several": (lambda d: judge(d, follow_up=["repair", "sing"]), "judge", "unknown_value"),
    "an unknown limit": (lambda d: d["limits"].update(x="hj75-2017:no"), "x", "unknown_limit"),
    "a limit without provenance": (
        lambda d: d["limits"].update(x={"clause": "1"}),
        "limits.x",
        "missing_key",
    ),
    "a limit that is none": (lambda d: d["limits"].update(x=1), "limits.x", "wrong_kind"),
    "limits that are none": (lambda d: d.update(limits=True), "probe@1", "wrong_kind"),
    "a judgement by no limit": (
        lambda d: field(d).update(judge=[{"limit": "no", "value": "1"}]),
        "main.a",
        "unknown_reference",
    ),
    "a field that does not exist": (
        lambda d: field(d).update(show="s.main.z > 1"),
        "main.a.show",
        "unknown_reference",
    ),
    "a section that does not exist": (
        lambda d: field(d).update(show="s.nowhere.z > 1"),
        "main.a.show",
        "unknown_reference",
    ),
    "a row that does not exist": (
        lambda d: field(d).update(required="row.z > 1"),
        "main.a.required",
        "unknown_reference",
    ),
    "rows that cannot be read": (
        lambda d: d["sections"][2].update(rows="ctx.instruments["),
        "rows.rows",
        "expression",
    ),
    "days the wrong way": (
        lambda d: d.update(effective=["2026-02-01", "2026-01-01"]),
        "probe@1",
        "effective",
    ),
    "a day that is none": (lambda d: d.update(effective=["soon"]), "probe@1", "wrong_kind"),
    "days that are none": (lambda d: d.update(effective=7), "probe@1", "wrong_kind"),
    "no such kind of point": (
        lambda d: d.update(applies={"kind": "flue_gas", "colour": 1}),
        "applies",
        "unknown_key",
    ),
}


def test_the_base_of_these_tests_is_right() -> None:
    assert sheets.check(BASE) == []


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_at_its_place(name: str) -> None:
    spoil, place, reason = MISTAKES[name]
    data = deepcopy(BASE)
    spoil(data)

    result = sheets.check(data)

    assert any(item.reason_code == reason and place in item.place for item in result), result
    assert all(item.message["zh"] and item.message["en"] for item in result)
    with pytest.raises(sheets.InvalidDefinition):
        sheets.parsed(data)


@pytest.mark.parametrize("data", [None, 1, [], "text"])
def test_what_is_no_table_is_no_sheet(data: Any) -> None:
    assert [item.reason_code for item in sheets.check(data)] == ["wrong_kind"]


@given(st.data())
def test_no_definition_however_spoilt_is_a_fault(data: st.DataObject) -> None:
    spoilt = deepcopy(BASE)
    node: Any = spoilt
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = data.draw(st.sampled_from(keys))
        inner = node[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
            break
        node = inner
    node[key] = data.draw(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just([]) | st.just({})
    )

    for item in sheets.check(spoilt):
        assert item.message["zh"]


# --- versions ----------------------------------------------------------------------------------


def version(change: Callable[[Data], Any] = lambda _d: None, number: int = 2) -> sheets.Definition:
    data = deepcopy(BASE)
    data["version"] = number
    change(data)
    return sheets.parsed(data)


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        (lambda _d: None, []),
        (lambda d: main(d)["fields"].pop(2), ["removed"]),
        (lambda d: d["sections"].pop(1), ["removed"]),
        (lambda d: field(d).update(type="text"), ["type_changed"]),
        (lambda d: d["sections"][2].update(kind="fields"), ["type_changed"]),
        (lambda d: (main(d)["fields"].pop(2), d.update(retired=["main.c"])), []),
        (lambda d: (d["sections"].pop(1), d.update(retired=["checks"])), []),
        (lambda d: d.update(code="other"), ["other_code"]),
        (lambda d: d.update(version=1), ["version"]),
        (lambda d: d["sections"][1]["items"].append({"key": "new", "title": TITLE}), []),
    ],
)
def test_a_version_must_not_lose_what_it_does_not_retire(
    change: Callable[[Data], Any], reasons: list[str]
) -> None:
    result = sheets.compatible(version(number=1), version(change))

    assert [item.reason_code for item in result] == reasons


def test_what_a_version_would_lose_is_named() -> None:
    def change(data: Data) -> None:
        data.update(retired=["main.c"])
        main(data)["fields"].pop(2)
        main(data)["fields"][0].update(type="text")
        data["sections"][1]["items"][0]["key"] = "fan"
        data["sections"][2].update(kind="fields")

    result = sheets.compatible(version(number=1), version(change))
    other = sheets.compatible(version(number=1), version(lambda d: d.update(code="other")))

    assert [(item.reason_code, item.detail) for item in result] == [
        ("type_changed", "main.a"),
        ("removed", "checks.pump"),
        ("type_changed", "rows"),
    ]
    assert [(item.reason_code, item.detail) for item in other] == [("other_code", "probe")]


@pytest.mark.parametrize(
    ("first", "second", "right"),
    [
        (["2026-01-01", "2026-02-01"], ["2026-02-01"], True),
        (["2026-01-01", "2026-02-01"], ["2026-03-01"], False),
        (["2026-01-01"], ["2026-02-01"], False),
    ],
)
def test_versions_that_ship_follow_without_gap(
    first: list[str], second: list[str], *, right: bool
) -> None:
    versions = [
        version(lambda d: d.update(effective=first), 1),
        version(lambda d: d.update(effective=second), 2),
        version(lambda d: d.update(code="alone"), 1),
    ]

    assert (sheets.effective_problems(versions) == []) is right


def test_versions_that_would_overlap_do_not_ship(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = Path(loader.__file__).parents[1] / loader.FOLDER
    for name, since in (("v1", "2018-03-01"), ("v2", "2019-01-01")):
        text = (shipped / "free.v1.toml").read_text(encoding="utf-8")
        text = text.replace("version = 1", f"version = {name[1:]}")
        text = re.sub("(?m)^effective = .*$", f'effective = ["{since}"]', text)
        (tmp_path / f"free.{name}.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(loader, "FOLDER", str(tmp_path))

    with pytest.raises(sheets.InvalidDefinition, match="effective"):
        loader._shipped.__wrapped__()


def test_a_source_of_sheets_is_asked_until_it_is_forgotten() -> None:
    made = version(lambda d: d.update(effective=["2026-01-01"]), 1)

    def source() -> list[sheets.Definition]:
        return [made]

    sheets.register_source(source)
    sheets.register_source(source)
    try:
        assert sheets.definition("probe@1") is made
        assert sheets.current_name("probe", date(2026, 1, 1)) == "probe@1"
        with pytest.raises(sheets.UnknownSheet):
            sheets.current_name("probe", date(2025, 12, 31))
    finally:
        sheets.unregister_source(source)
    sheets.unregister_source(source)
    with pytest.raises(sheets.UnknownSheet):
        sheets.definition("probe@1")


# --- expressions -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("row.a >", "not_an_expression"),
        ("1 + " * 800 + "1", "too_long"),
        ("(" * 30 + "1" + ")" * 30, "too_deep"),
        ("!" * 30 + "true", "too_deep"),
        ("row.a" + " ? 1 : row.a" * 30, "too_deep"),
        ("s.a.map(x, s.b.map(y, x + y))", "nested_loop"),
        ("[1, 2].map(x, x)", "free_loop"),
        ("size(row.a.map(x, x).map(y, y))" + " + size(s.b.map(x, x))" * 6, "too_many_loops"),
        ("launch(row.a)", "unknown_function"),
        ("mean(row.a, 1)", "wrong_arguments"),
        ("mean()", "wrong_arguments"),
        ("beyond(row.a, abs(1), [2, 3])", "wrong_arguments"),
        ("system.exit", "unknown_name"),
    ],
)
def test_an_expression_that_could_run_away_is_refused(source: str, reason: str) -> None:
    with pytest.raises(InvalidExpression) as caught:
        compiled(source)

    assert caught.value.reason == reason


def test_only_what_is_read_is_handed_over() -> None:
    class Unread(dict[str, Any]):
        """Would fail if it were converted."""

    variables = {"s": {"a": {"x": 2.0, "y": Unread(z=object())}}, "row": None}

    assert evaluated("s.a.x * 2", variables) == 4


def test_a_whole_number_that_no_double_holds_is_unknown() -> None:
    assert as_doubles({"a": [10**400, 1, True]}) == {"a": [None, 1.0, True]}


def test_a_sheet_begins_with_a_row_for_each_item() -> None:
    instruments = [{"name": "甲", "range": 2.0}, {"name": "乙"}]

    answers = sheets.initial_answers(sheets.parsed(BASE), {"instruments": instruments})

    assert answers["rows"] == [{"d": "甲"}, {"d": "乙"}]
    assert sheets.empty_row(sheets.parsed(BASE), "rows", {}) == {}


def test_one_more_row_is_prefilled_with_what_is_the_same_for_all() -> None:
    data = deepcopy(BASE)
    field = {"key": "by", "title": TITLE, "type": "text", "prefill": "ctx.engineer.name"}
    data["sections"][2]["fields"].append(field)

    row = sheets.empty_row(sheets.parsed(data), "rows", {"engineer": {"name": "王工"}})

    assert row == {"by": "王工"}


def test_both_limits_of_velocity_are_named_with_their_units() -> None:
    fields = [
        part
        for section in sheets.definition("hj75-g4@2").source["sections"]
        for part in section.get("fields", [])
    ]
    stated = {
        rule["message"][side]
        for part in fields
        for rule in part.get("judge", [])
        for side in ("zh", "en")
        if "m/s" in rule["message"][side]
    }

    assert stated == {
        "超过 ±8 %F.S. 且 ±1.8 m/s，判定失控",
        "Beyond ±8 %F.S. and ±1.8 m/s: out of control",
        "超过 ±3 %F.S. 且 ±0.9 m/s，需校准",
        "Beyond ±3 %F.S. and ±0.9 m/s: calibrate",
        "在允许范围内（±3 %F.S. 或 ±0.9 m/s）",
        "Within the limit (±3 %F.S. or ±0.9 m/s)",
    }


def test_criteria_of_the_wrong_shape_judge_nothing() -> None:
    assert band({"mg/L": [1]}, "mg/L", 5) is None
    assert accuracy({}, "mg/L", 1, [1]) is None
