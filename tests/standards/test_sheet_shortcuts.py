"""What spares the engine work changes nothing of what a sheet says."""

import sys
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunjian.standards import sheets
from yunjian.standards.sheets import Definition
from yunjian.standards.sheets.expressions import (
    EACH,
    UNKNOWN,
    Parts,
    compiled,
    evaluated,
    normalised,
)
from yunjian.standards.sheets.functions import FUNCTIONS

TITLE = {"zh": "名", "en": "Name"}
ROWS = [
    {"a": 1.0, "b": 2.0, "note": "甲", "deep": {"x": 5.0}},
    {"a": None, "b": 4.0, "note": "乙", "deep": None},
    {"a": 3.0, "b": None, "note": "", "deep": {"x": 6.0}},
]
VARIABLES: dict[str, Any] = {
    "s": {"rows": ROWS, "others": [], "head": {"a": 1.0, "word": "甲", "list": [1.0, 2.0]}},
    "row": {"a": 7.0, "none": None, "yes": True, "word": "乙", "list": ["x"], "table": {"x": 1.0}},
    "ctx": {"today": "2026-11-24", "count": 3},
    "lim": {
        "gas": {"limit": 2.5, "statistic": "AE"},
        "cod": {"criteria": {"mg/L": [{"below": 30, "statistic": "AE", "limit": 5}]}},
    },
    "calc": {
        "found": {"n": 2.0},
        "nothing": None,
        "criterion": {"statistic": "RE", "limit": 10.0},
    },
}


def read(*keys: str) -> Parts:
    return dict.fromkeys(keys)


# --- only what is read is handed over -----------------------------------------------------------

OF_ROWS: list[tuple[str, Parts]] = [
    ("mean(s.rows.map(r, r.a))", {"rows": {EACH: read("a")}}),
    ("mean(s.rows.map(r, mean([r.a, r.b])))", {"rows": {EACH: read("a", "b")}}),
    ("s.rows.filter(r, r.a != null).map(r, r.b)", {"rows": {EACH: read("a", "b")}}),
    ("s.rows.filter(r, r.a != null).exists(x, x.b > 1)", {"rows": {EACH: read("a", "b")}}),
    ("s.rows.filter(r, r.a != null).size() > 1", {"rows": {EACH: read("a")}}),
    ("s.rows.exists(r, r.deep.x > 5)", {"rows": {EACH: {"deep": read("x")}}}),
    ("s.rows.map(r, r.deep)", {"rows": {EACH: read("deep")}}),
    ("count(s.rows.map(r, 1))", {"rows": read(EACH)}),
    # what else sees the rows may read all of them
    ("s.rows.map(r, r.a)[0] + s.rows[0].b", {"rows": None}),
    ("size(s.rows) > s.rows.map(r, r.a).size()", {"rows": None}),
    ("s.rows.filter(r, r.a != null)[0].b", {"rows": None}),
    ("size(s.rows.filter(r, r.a != null))", {"rows": None}),
    ("s.rows.filter(r, r.a in [1, 2, (3)])[1].b", {"rows": None}),
    ("s.rows.map(r, r)[0].a", {"rows": None}),
    ('s.rows.map(r, r["a"])', {"rows": None}),
    ("s.rows.map(row, row.a)", {"rows": None}),
    # a table that is looped over gives its keys
    ("s.head.exists(key, key == 'a')", {"head": None}),
    ("s.head.a + s.rows.map(r, r.b)[0]", {"head": read("a"), "rows": {EACH: read("b")}}),
]


@pytest.mark.parametrize(("source", "parts"), OF_ROWS)
def test_of_rows_only_what_loops_read_is_handed_over(source: str, parts: Parts) -> None:
    assert dict(compiled(source).needs)["s"] == parts


@pytest.mark.parametrize("source", [source for source, _ in OF_ROWS])
def test_handing_over_less_changes_no_value(source: str) -> None:
    assert evaluated(source, VARIABLES) == by_the_engine(source)


def test_loops_over_a_table_see_its_keys() -> None:
    assert evaluated("s.head.map(key, 1).size()", VARIABLES) == 3


# --- a path is looked up ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        *("row.a", "row.none", "row.yes", "row.word", "row.list", "row.table", "row.table.x"),
        *("row.missing", "row.none.x", "row.a.x", "row.word.x", "row.list.x", "s.rows.a"),
        *("ctx.count", "ctx.today", "lim.gas.limit", "calc.found", "calc.nothing.x", "item.a"),
    ],
)
def test_a_path_is_what_the_engine_says_it_is(source: str) -> None:
    stated = evaluated(source, VARIABLES)

    assert stated == by_the_engine(source)
    assert type(stated) is type(by_the_engine(source))


def test_a_table_that_is_looked_up_is_a_copy() -> None:
    variables: dict[str, Any] = {"row": {"table": {"x": 1.0}}}

    evaluated("row.table", variables)["x"] = 2.0

    assert variables == {"row": {"table": {"x": 1.0}}}


# --- tables of limits stay where they are -------------------------------------------------------

OF_TABLES: list[tuple[str, list[str]]] = [
    ('band(lim.cod.criteria, "mg/L", 20)', ["lim.cod.criteria"]),
    ('band( lim.cod.criteria , "mg/L", 40) == null', ["lim.cod.criteria"]),
    ('accuracy(lim.cod.criteria, "mg/L", [1, 2], [2, 2.5]).pass', ["lim.cod.criteria"]),
    ("deviation(calc.criterion, 10, 12).value", ["calc.criterion"]),
    ("s.rows.filter(r, deviation(calc.criterion, r.a, r.b) != null).size()", ["calc.criterion"]),
    (
        "deviation(calc.criterion, 10, 12).pass || deviation(lim.gas, 10, 12).pass",
        ["calc.criterion", "lim.gas"],
    ),
    (
        "deviation(calc.criterion, 10, 12).pass == deviation(calc.criterion, 1, 2).pass",
        ["calc.criterion"],
    ),
    # nothing there, or no table
    ("deviation(calc.nothing, 10, 12) == null", ["calc.nothing"]),
    ("deviation(calc.missing, 10, 12) == null", ["calc.missing"]),
    ("deviation(calc.nothing.x, 10, 12) == null", ["calc.nothing.x"]),
    ("true || deviation(calc.missing, 10, 12) == null", ["calc.missing"]),
    ("band(calc.found.n, 'mg/L', 1) == null", ["calc.found.n"]),
    # where one of them is no such path, all are handed over
    ("deviation(row.table, 1, 1) == null", []),
    ('deviation(band(lim.cod.criteria, "mg/L", 20), 10, 12).value', []),
    ('deviation(calc.criterion, 10, 12) == null ? "deviation(calc.found, 1" : "no"', []),
    ("s.rows.map(calc, deviation(calc.deep, 1, 2) == null)", []),
    ("mean([lim.gas.limit, calc.found.n])", []),
]


@pytest.mark.parametrize(("source", "tables"), OF_TABLES)
def test_functions_are_told_where_a_table_stands(source: str, tables: list[str]) -> None:
    assert [".".join(table) for table in compiled(source).tables] == tables


@pytest.mark.parametrize("source", [source for source, _ in OF_TABLES])
def test_telling_where_a_table_stands_changes_no_value(source: str) -> None:
    assert evaluated(source, VARIABLES) == by_the_engine(source)


def by_the_engine(source: str) -> Any:
    """Evaluate with everything handed over."""
    functions = {name: work for name, (work, _) in FUNCTIONS.items()}
    everything = {"item": None} | VARIABLES | functions
    try:
        return sys.modules["cel"].compile(normalised(source)).execute(everything)
    except (TypeError, ValueError, RuntimeError, LookupError):
        return UNKNOWN


# --- what all rows of a group share is worked out once ------------------------------------------


def group(**calc: str) -> Definition:
    """Return a sheet whose group has a typed, a computed and a sometimes hidden field."""
    return sheets.parsed(
        {
            "code": "probe",
            "version": 1,
            "title": TITLE,
            "standard": "",
            "annex": "",
            "limits": {"gas": "hj75-2017:drift.zero.gas"},
            "sections": [
                {
                    "key": "head",
                    "title": TITLE,
                    "kind": "fields",
                    "fields": [{"key": "a", "title": TITLE, "type": "number"}],
                },
                {
                    "key": "rows",
                    "title": TITLE,
                    "kind": "group",
                    "calc": calc,
                    "fields": [
                        {"key": "typed", "title": TITLE, "type": "number"},
                        {"key": "hidden", "title": TITLE, "type": "number", "show": "row.typed>5"},
                        *[
                            {"key": f"c_{key}", "title": TITLE, "type": "computed", "compute": path}
                            for key, path in ((key, f"calc.{key}") for key in calc)
                        ],
                    ],
                },
                {
                    "key": "after",
                    "title": TITLE,
                    "kind": "fields",
                    "calc": {"same": "sum(s.rows.map(r, r.typed))"},
                    "fields": [
                        {"key": "b", "title": TITLE, "type": "computed", "compute": "calc.same"}
                    ],
                },
            ],
        }
    )


ALIKE = {
    "limit": "lim.gas.limit * 2",
    "day": "size(ctx)",
    "elsewhere": "s.head.a + 1",
    "total": "sum(s.rows.map(r, r.typed))",
    "share": "calc.total / calc.elsewhere",
}
APART = {
    "own": "row.typed * 2",
    "of_own": "calc.total - calc.own",
    "before": "calc.later",
    "later": "lim.gas.limit",
    "computed": "sum(s.rows.map(r, r.c_own))",
    "hidden": "sum(s.rows.map(r, r.hidden))",
    "whole": "size(s.rows)",
    "counted": "size(s.rows.map(r, 1))",
    "everything": "size(s)",
    "table": "size(calc)",
    "first": "s.rows[0].typed",
    "keys": "s.map(key, 1).size()",
}


def test_what_neither_the_row_nor_a_row_before_can_change_is_worked_out_once() -> None:
    definition = group(**ALIKE, **APART)

    head, rows, after = definition.sections

    assert rows.alike == {*ALIKE, "later"}
    assert head.alike == after.alike == frozenset()


NUMBERS = st.none() | st.integers(0, 9) | st.floats(0, 9)
ANSWERS = st.fixed_dictionaries(
    {
        "head": st.fixed_dictionaries({"a": NUMBERS}),
        "rows": st.lists(
            st.none() | st.fixed_dictionaries({"typed": NUMBERS, "hidden": NUMBERS}), max_size=4
        ),
    }
)
SHARING = group(**ALIKE, **APART)
REPEATING = replace(
    SHARING, sections=tuple(replace(part, alike=frozenset()) for part in SHARING.sections)
)


@given(ANSWERS)
def test_working_it_out_in_each_row_would_say_the_same(answers: dict[str, Any]) -> None:
    stated = sheets.evaluate(SHARING, answers, {"today": "2026-11-24"})

    assert stated == sheets.evaluate(REPEATING, answers, {"today": "2026-11-24"})


def test_each_sheet_works_its_own_out() -> None:
    answers: dict[str, Any] = {"head": {"a": 0}, "rows": [{"typed": 1}, {"typed": 2}]}
    others: dict[str, Any] = {"head": {"a": 0}, "rows": [{"typed": 4}, {"typed": 2}]}

    stated = [sheets.evaluate(SHARING, given, {}).fields for given in (answers, others)]

    assert [fields["rows.1.c_total"]["value"] for fields in stated] == [3, 6]
