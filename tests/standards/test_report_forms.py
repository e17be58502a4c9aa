"""Report forms as data: what stands against one that somebody writes, and which one holds."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from yunjian.standards.reports import (
    COVER,
    FIRST_OWN,
    MOST_LINES,
    PARTS,
    check,
    forms_on,
    limit_rows,
    parsed,
    register_source,
    report_form,
    report_forms,
    sources_of,
    unregister_source,
)
from yunjian.standards.rules.packs import pack

SHIPPED = report_form("hj75-verification@1")
SHIPS = [
    "hj1286-verification@1",
    "hj355-comparison@1",
    "hj75-acceptance@1",
    "hj75-system-calibration@1",
    "hj75-verification@1",
]
Data = dict[str, Any]


@pytest.fixture
def data() -> Data:
    return deepcopy(SHIPPED.model_dump(mode="json"))


def found(data: Data) -> list[tuple[str, str, str, str]]:
    return [(one.part, one.line, one.field, one.code) for one in check(data)]


@pytest.mark.parametrize("name", SHIPS)
def test_nothing_stands_against_what_ships_and_it_reads_back_as_it_was(name: str) -> None:
    form = report_form(name)
    data = form.model_dump(mode="json")

    assert check(data) == []
    assert parsed(data) == form


def test_a_form_without_contents_says_nothing(data: Data) -> None:
    data["contents"] = []

    assert found(data) == [("contents", "", "", "empty")]
    with pytest.raises(ValueError, match="contents"):
        parsed(data)


def blank(part: str, field: str) -> Callable[[Data], None]:
    def change(data: Data) -> None:
        row = data[part][0]
        if field == "clause":
            row["clause"] = " "
        else:
            row["title"][field.removeprefix("title_")] = " "

    return change


def source(name: str) -> Callable[[Data], None]:
    return lambda data: data["contents"][0].update(source=name)


def key(part: str, name: str) -> Callable[[Data], None]:
    return lambda data: data[part].append(data[part][0] | {"key": name})


WRONG: list[tuple[Callable[[Data], None], tuple[str, str, str, str]]] = [
    (source("nothing"), ("contents", "number", "source", "unknown")),
    (source("test:nothing"), ("contents", "number", "source", "unknown")),
    (source("original:nothing"), ("contents", "number", "source", "unknown")),
    (key("contents", "number"), ("contents", "number", "key", "taken")),
    (key("originals", "contract"), ("originals", "contract", "key", "taken")),
    (key("originals", "大写"), ("originals", "大写", "key", "wrong_key")),
    (key("contents", "a" * 41), ("contents", "a" * 41, "key", "wrong_key")),
    (blank("contents", "title_zh"), ("contents", "number", "title_zh", "required")),
    (blank("contents", "clause"), ("contents", "number", "clause", "required")),
    (blank("originals", "title_en"), ("originals", "contract", "title_en", "required")),
]


@pytest.mark.parametrize(("change", "problem"), WRONG)
def test_each_mistake_is_told_at_its_line_and_field(
    data: Data, change: Callable[[Data], None], problem: tuple[str, str, str, str]
) -> None:
    change(data)

    assert found(data) == [problem]
    text = check(data)[0].text
    assert text.zh
    assert text.en


def test_an_original_that_is_gone_is_missed_by_the_line_that_it_fills(data: Data) -> None:
    data["originals"] = [row for row in data["originals"] if row["key"] != "photos"]

    assert found(data) == [("contents", "original-photos", "source", "unknown")]
    with pytest.raises(ValueError, match="filled from what is not there"):
        parsed(data)


def test_a_list_has_an_end(data: Data) -> None:
    row = data["originals"][0]
    more = MOST_LINES - len(data["originals"])
    data["originals"] += [row | {"key": f"more-{n}"} for n in range(more)]
    assert found(data) == []

    data["originals"].append(row | {"key": "last"})
    assert found(data) == [("originals", "", "", "too_many")]


def test_what_fills_a_line_has_a_name_in_both_languages() -> None:
    every = sources_of(SHIPPED.tests, SHIPPED.originals)

    assert {key for key, _title in every} >= {*COVER, *PARTS, "test:gas", "original:field"}
    assert all(title.zh and title.en for _key, title in every)


def test_the_rows_that_judge_a_test_are_those_of_the_pack() -> None:
    (row,) = limit_rows(SHIPPED.test("gas"), pack("hj75-2017"), "SO2")

    assert (row.id, row.pairs_min) == ("accuracy.SO2", 9)


@pytest.fixture
def publish() -> Iterator[Callable[..., None]]:
    published: list[Any] = []

    def source() -> list[Any]:
        return published

    register_source(source)
    yield lambda **more: published.append(parsed(SHIPPED.model_dump(mode="json") | more))
    unregister_source(source)


def held(day: date) -> str:
    return next(form.name for form in forms_on(day, kind="comparison") if form.code == SHIPPED.code)


def test_an_authoritys_own_version_goes_before_those_that_ship(
    publish: Callable[..., None],
) -> None:
    publish(version=101, effective=["2026-12-01"])
    publish(version=102, effective=["2026-12-10", "2026-12-20"])

    days = [date(2026, 11, 30), *(date(2026, 12, day) for day in (1, 9, 10, 19, 20))]
    assert [held(day).partition("@")[2] for day in days] == ["1", "101", "101", "102", "102", "101"]


def test_those_that_ship_leave_the_numbers_of_authorities_free() -> None:
    assert sorted(report_forms()) == SHIPS
    assert not any(form.is_own for form in report_forms().values())
    assert parsed(SHIPPED.model_dump(mode="json") | {"version": FIRST_OWN}).is_own
    assert not parsed(SHIPPED.model_dump(mode="json") | {"version": FIRST_OWN - 1}).is_own
