"""What the loader of rule packs finds wrong: each reason has a place and a sentence."""

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, date, datetime, time
from string import Formatter
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core.core_schema import ErrorType

from yunjian.standards.rules import InvalidPack, Problem, Reason
from yunjian.standards.rules.overlays import overlaid
from yunjian.standards.rules.packs import parsed, read_toml, shipped
from yunjian.standards.rules.problems import Path
from yunjian.standards.rules.validation import problem_of

HEAD: dict[str, Any] = {
    "code": "probe",
    "version": 1,
    "standard": "P",
    "title": {"zh": "样", "en": "probe"},
    "kind": "flue_gas",
    "effective": ["2020-01-01"],
}
OVERLAY: dict[str, Any] = {
    "code": "city",
    "version": 1,
    "overlays": "hj75-2017@1",
    "effective": ["2026-01-01"],
    "authority": "试验市",
}
ROW: dict[str, Any] = {
    "id": "l.a",
    "clause": "2",
    "title": {"zh": "限", "en": "limit"},
    "provenance": "text",
}
RE = {"statistic": "RE", "limit": 15, "unit": "%"}
ONE = {"limit": 5, "unit": "%"}


def head(**change: Any) -> Callable[[], object]:
    return lambda: parsed({**HEAD, **change}, "probe.toml")


def limit(**change: Any) -> Callable[[], object]:
    return head(limits=[{**ROW, **change}])


def bands(*given: dict[str, Any], **change: Any) -> Callable[[], object]:
    return limit(unit="mg/m3", criteria={"mg/m3": [RE | band for band in given]}, **change)


def interval(value: Any) -> Callable[[], object]:
    row = {"id": "o.a", "clause": "1", "provenance": "text", "activity": {"zh": "甲", "en": "a"}}
    return head(obligations=[{**row, "interval": {"value": value, "unit": "day"}}])


def overlay(**change: Any) -> Callable[[], object]:
    return lambda: overlaid({**OVERLAY, **change}, "city.toml", shipped())


def stricter(row_id: str, **change: Any) -> Callable[[], object]:
    return overlay(limits=[{"id": row_id, "clause": "市 1", "provenance": "text", **change}])


def toml(text: str) -> Callable[[], object]:
    return lambda: read_toml(text, "probe.toml")


# each reason of the loader: what raises it, the row and the path it names, and its parameters
CASES: dict[Reason, tuple[Callable[[], object], str, Path, dict[str, str]]] = {
    Reason.NOT_TOML: (
        toml("a = 1\nb = ?"),
        "line 2",
        (),
        {"detail": "Invalid value (at line 2, column 5)"},
    ),
    Reason.TOO_DEEP: (toml("a = " + "[" * 100_000), "end", (), {}),
    Reason.UNKNOWN_KEY: (limit(**ONE, colour="blue"), "l.a", ("colour",), {}),
    Reason.MISSING: (limit(**ONE, title={"zh": "限"}), "l.a", ("title", "en"), {}),
    Reason.EMPTY: (limit(**ONE, clause=""), "l.a", ("clause",), {}),
    Reason.TOO_FEW: (limit(**ONE, effective=[]), "l.a", ("effective",), {"least": "1"}),
    Reason.TOO_MANY: (
        head(effective=["2020-01-01", "2021-01-01", "2022-01-01"]),
        "effective",
        (),
        {"most": "2"},
    ),
    Reason.TOO_SMALL: (limit(limit=0, unit="%"), "l.a", ("limit",), {"bound": "0"}),
    Reason.NOT_A_NUMBER: (limit(limit="viel", unit="%"), "l.a", ("limit",), {}),
    Reason.NOT_AN_INTEGER: (interval(1.5), "o.a", ("interval", "value"), {}),
    Reason.NOT_A_DATE: (head(effective=["morgen"]), "effective", (0,), {}),
    Reason.NOT_A_TEXT: (limit(**ONE, clause=7), "l.a", ("clause",), {}),
    Reason.NOT_A_BOOLEAN: (limit(**ONE, largest="x"), "l.a", ("largest",), {}),
    Reason.NOT_A_LIST: (head(limits=7), "limits", (), {}),
    Reason.NOT_A_TABLE: (limit(**ONE, criteria=7), "l.a", ("criteria",), {}),
    Reason.NOT_TABLES: (overlay(limits=[7]), "limits", (), {}),
    Reason.NOT_A_CHOICE: (
        limit(**ONE, bound="both"),
        "l.a",
        ("bound",),
        {"choices": "'max' or 'min'"},
    ),
    Reason.DUPLICATE_ID: (head(limits=[{**ROW, **ONE}] * 2), "l.a", (), {}),
    Reason.END_BEFORE_START: (
        head(effective=["2020-01-01", "2020-01-01"]),
        "effective",
        (),
        {},
    ),
    Reason.HALF_CONFIRMATION: (limit(**ONE, confirmed_by="甲"), "l.a", (), {}),
    Reason.FREQUENCY_FORM: (
        overlay(
            obligations=[
                {
                    "id": "hj75.patrol",
                    "clause": "1",
                    "provenance": "text",
                    "interval": {"value": 1, "unit": "day"},
                    "count": {"times": 1, "period": "day"},
                }
            ]
        ),
        "hj75.patrol",
        (),
        {},
    ),
    Reason.LIMIT_FORM: (limit(), "l.a", (), {}),
    Reason.VALUE_FORM: (head(deadlines=[{**ROW, "unit": "h"}]), "l.a", ("value",), {}),
    Reason.UNIT_MISSING: (limit(limit=5), "l.a", ("unit",), {}),
    Reason.UNIT_WITHOUT_CRITERIA: (
        limit(unit="%", criteria={"mg/m3": [RE]}),
        "l.a",
        ("unit",),
        {},
    ),
    Reason.OUT_OF_CONTROL_WITHIN_LIMIT: (
        limit(**ONE, absolute_limit=2, absolute_out_of_control=1, absolute_unit="m/s"),
        "l.a",
        ("absolute_out_of_control",),
        {},
    ),
    Reason.HALF_ABSOLUTE_LIMIT: (limit(**ONE, absolute_limit=2), "l.a", (), {}),
    Reason.PAIRS_NEED_ERROR: (limit(**ONE, statistic="RA", largest=True), "l.a", (), {}),
    Reason.PAIR_COUNTS_NOT_RISING: (
        bands({}, pass_counts=[{"from": 4, "pass": 2}, {"from": 3, "pass": 2}]),
        "l.a",
        ("pass_counts",),
        {},
    ),
    Reason.PAIR_COUNT_IMPOSSIBLE: (
        bands({}, pass_counts=[{"from": 3, "pass": 2}, {"from": 4, "pass": 5}]),
        "l.a",
        ("pass_counts", 1),
        {},
    ),
    Reason.BAND_BOUNDS: (
        bands({"below": 5}, {"from": 5, "above": 5}),
        "l.a",
        ("criteria", "mg/m3", 1),
        {},
    ),
    Reason.BAND_VALUE_UNCONFIRMED: (
        bands({"unconfirmed": True}),
        "l.a",
        ("criteria", "mg/m3", 0),
        {},
    ),
    Reason.BAND_INCOMPLETE: (bands({"limit": None}), "l.a", ("criteria", "mg/m3", 0), {}),
    Reason.BANDS_NOT_OPEN: (
        bands({"from": 5}),
        "l.a",
        ("criteria", "mg/m3"),
        {"unit": "mg/m3"},
    ),
    Reason.BANDS_GAP: (
        bands({"below": 5}, {"from": 6}),
        "l.a",
        ("criteria", "mg/m3"),
        {"unit": "mg/m3", "at": "5"},
    ),
    Reason.BANDS_OVERLAP: (
        bands({"below": 6}, {"from": 5}),
        "l.a",
        ("criteria", "mg/m3"),
        {"unit": "mg/m3", "at": "5"},
    ),
    Reason.BANDS_UNBOUNDED: (
        bands({}, {}),
        "l.a",
        ("criteria", "mg/m3"),
        {"unit": "mg/m3"},
    ),
    Reason.UNKNOWN_BASE: (overlay(overlays="hj99@1"), "overlays", (), {"pack": "hj99@1"}),
    Reason.CODE_OF_BASE: (overlay(code="hj75-2017"), "code", (), {}),
    Reason.OTHER_KIND: (overlay(kind="wastewater"), "kind", (), {"kind": "flue_gas"}),
    Reason.BEFORE_BASE: (
        overlay(effective=["2018-02-28"]),
        "effective",
        (),
        {"since": "2018-03-01"},
    ),
    Reason.END_OF_BASE: (overlay(effective=["2026-01-01", "2027-01-01"]), "effective", (), {}),
    Reason.ROW_NOT_IN_BASE: (stricter("l.a", limit=1), "l.a", (), {}),
    Reason.FIXED_KEY: (stricter("response.gas", bound="min"), "response.gas", ("bound",), {}),
    Reason.LOOSER: (
        stricter("response.gas", limit=201),
        "response.gas",
        (),
        {"pack": "hj75-2017@1", "key": "limit"},
    ),
    Reason.LOOSER_DATES: (
        stricter("response.gas", effective=["2026-06-01"]),
        "response.gas",
        (),
        {"pack": "hj75-2017@1"},
    ),
    Reason.LOOSER_UNITS: (
        stricter("accuracy.humidity", criteria={"mg/m3": [RE], "%": [RE]}),
        "accuracy.humidity",
        (),
        {"pack": "hj75-2017@1"},
    ),
    Reason.LOOSER_BANDS: (
        stricter("accuracy.humidity", criteria={"%": [RE]}),
        "accuracy.humidity",
        (),
        {"pack": "hj75-2017@1", "unit": "%"},
    ),
    Reason.LOOSER_CRITERIA: (
        stricter(
            "accuracy.humidity",
            criteria={"%": [{"to": 5, "unconfirmed": True}, RE | {"above": 5, "limit": 99}]},
        ),
        "accuracy.humidity",
        (),
        {"pack": "hj75-2017@1", "unit": "%"},
    ),
}
# what no pack can bring about: the command line reads the file; pydantic says nothing else
BY_OTHERS = {Reason.NOT_UTF8, Reason.NOT_ALLOWED}


def names_in(sentence: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("reason", Reason)
def test_each_reason_has_a_sentence_in_both_languages(reason: Reason) -> None:
    zh, en = reason.sentences
    assert zh != en
    assert any("一" <= sign <= "龥" for sign in zh)
    assert en.isascii()
    assert names_in(zh) == names_in(en)


def test_each_reason_is_raised_here() -> None:
    assert set(CASES) | BY_OTHERS == set(Reason)
    assert not set(CASES) & BY_OTHERS


@pytest.mark.parametrize("reason", CASES)
def test_each_reason_names_the_row_the_value_and_what_the_sentence_needs(reason: Reason) -> None:
    cause, row, path, parameters = CASES[reason]

    with pytest.raises(InvalidPack) as error:
        cause()

    assert (error.value.row, error.value.problem) == (row, Problem(reason, path, parameters))
    assert names_in(reason.sentences[0]) == set(parameters)


def test_a_sentence_holds_its_parameters_in_both_languages() -> None:
    problem = Problem(Reason.BANDS_GAP, ("criteria", "mg/m3"), {"unit": "mg/m3", "at": "5"})
    assert problem.message == {"zh": "mg/m3 分段在 5 处有空档", "en": "gap at 5 mg/m3"}
    assert problem.place == "criteria.mg/m3"
    assert Problem(Reason.MISSING).place == ""
    assert Problem(Reason.NOT_A_TABLE).message["zh"] == "应写成 {…} 表格"


def test_an_error_that_pydantic_may_raise_one_day_is_not_lost() -> None:
    place, problem = problem_of(
        {"type": "from_the_future", "loc": ("limits", 0), "msg": "?", "input": 1}
    )
    assert (place, problem) == (("limits", 0), Problem(Reason.NOT_ALLOWED))


def test_every_error_of_pydantic_that_is_known_here_exists() -> None:
    from yunjian.standards.rules.validation import _REASONS  # noqa: PLC0415

    assert set(_REASONS) <= set(get_args(ErrorType))


# --- whatever is written ------------------------------------------------------------------------

ANYTHING = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**30), 10**30),
        st.floats(),
        st.decimals(),
        st.text(max_size=6),
        st.sampled_from(["\ud800", "mg/m3", "2026-01-01", "2026-01-01T10:00:00", "day", "1e9"]),
        st.sampled_from([date(2026, 1, 1), datetime(2026, 1, 1, 8, tzinfo=UTC), time(8)]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["id", "from", "to", "limit", "unit", "zh", "en", "value", "mg/m3"]),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=4,
)


def places_of(value: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the place of every value within."""
    items: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    return [
        place for key, item in items for place in [(*before, key), *places_of(item, (*before, key))]
    ]


SOURCES = {item.name: item.source for item in shipped()}
PLACES = {name: places_of(source) for name, source in SOURCES.items()}


@st.composite
def altered(draw: st.DrawFn) -> dict[str, Any]:
    """A pack that ships, with something else, nothing or too much at one to three places."""
    name = draw(st.sampled_from(sorted(SOURCES)))
    data = deepcopy(SOURCES[name])
    for place in draw(st.lists(st.sampled_from(PLACES[name]), min_size=1, max_size=3)):
        inner: Any = data
        try:
            for key in place[:-1]:
                inner = inner[key]
            inner[place[-1]]  # still there
        except (LookupError, TypeError):
            continue
        match draw(st.sampled_from(["other", "gone", "more"])):
            case "other":
                inner[place[-1]] = draw(ANYTHING)
            case "gone":
                del inner[place[-1]]
            case "more" if isinstance(inner, dict):
                inner["surprise"] = draw(ANYTHING)
    return data


def check(error: InvalidPack) -> None:
    problem = error.problem
    assert problem.reason is not Reason.NOT_ALLOWED, error
    assert names_in(problem.reason.sentences[0]) == set(problem.parameters)
    for sentence in problem.message.values():
        assert all(item in sentence for item in problem.parameters.values())
    assert error.row
    assert str(error).endswith(problem.message["en"])


@given(altered())
def test_whatever_is_wrong_with_a_pack_has_a_place_and_a_sentence(data: dict[str, Any]) -> None:
    try:
        parsed(data, "probe.toml")
    except InvalidPack as error:
        check(error)


@given(altered(), st.sampled_from(["limits", "obligations", "deadlines", "validity"]))
def test_whatever_is_wrong_with_an_overlay_has_a_place_and_a_sentence(
    data: dict[str, Any], table: str
) -> None:
    try:
        overlaid({**OVERLAY, table: data.get(table, [])}, "city.toml", shipped())
    except InvalidPack as error:
        check(error)
