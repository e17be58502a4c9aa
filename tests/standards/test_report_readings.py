"""Readings of reports as people type and paste them: never another value than the one typed."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunjian.standards.reports import Unclear, parse_pasted, parse_rows, report_form
from yunjian.standards.reports.model import Column
from yunjian.standards.reports.readings import MOST_ROWS, cell_text, number_text, time_text
from yunjian.standards.rules.model import Text

GAS = report_form("hj75-verification@1").test("gas").columns
NUMBER = Column(key="x", title=Text("读数", "reading"), unit="*")
MOMENT = Column(key="t", title=Text("时间", "time"), type="time")
NOTE = Column(key="n", title=Text("备注", "note"), type="text", required=False)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("12.30", "12.30"),
        (" １２．３ ", "12.3"),
        ("−0.5", "-0.5"),
        ("1,234", "1234"),
        ("1,234,567.8", "1234567.8"),
        ("<0.5", "<0.5"),
        ("＜ 0.5", "<0.5"),
        ("12 mg/m³", "12"),
        ("12 mg/m3", "12"),
        ("1.2E+02", "120"),
        ("\u200b7\u200f", "7"),
    ],
)
def test_a_number_is_kept_as_it_was_meant(typed: str, kept: str) -> None:
    assert number_text(typed, "mg/m3") == kept


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("0,5", "comma"),
        ("12,34", "comma"),
        ("1,2345", "comma"),
        ("1.2.3", "not_a_number"),
        ("abc", "not_a_number"),
        ("", "not_a_number"),
        ("①", None),
        ("5 ppm", "unit"),
        ("5%", "unit"),
        ("1234567890123456", "not_a_number"),
        ("٣", "not_a_number"),
    ],
)
def test_what_could_be_read_in_two_ways_or_none_is_refused(typed: str, code: str | None) -> None:
    if code is None:
        assert number_text(typed, "mg/m3") == "1"  # the compatibility form of a digit
        return
    with pytest.raises(Unclear) as refused:
        number_text(typed, "mg/m3")
    assert refused.value.code == code
    assert refused.value.text.zh


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4))
def test_every_plain_number_comes_back_as_it_is(value: Decimal) -> None:
    assert Decimal(number_text(f"{value:f}")) == value
    assert Decimal(number_text(f"{value:,f}")) == value  # with separators of thousands


@given(st.text(max_size=30))
def test_a_text_is_read_as_the_number_that_it_says_or_refused(text: str) -> None:
    try:
        kept = number_text(text)
    except Unclear:
        return
    Decimal(kept.removeprefix("<"))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2026-3-1 9:05", "2026-03-01 09:05"),
        ("2026/03/01 09:05:30", "2026-03-01 09:05:30"),
        ("09:05:00", "09:05"),
        ("2026年3月1日 9：05", "2026-03-01 09:05"),
        ("2026.3.1", "2026-03-01"),
        ("9:05", "09:05"),
    ],
)
def test_a_time_is_kept_as_it_was_meant(typed: str, kept: str) -> None:
    assert time_text(typed) == kept


@pytest.mark.parametrize(
    "typed", ["", "2026-13-01", "2026-02-30 9:00", "25:00", "9:5", "09:05:99", "yesterday"]
)
def test_what_is_no_time_is_refused(typed: str) -> None:
    with pytest.raises(Unclear, match="not_a_time"):
        time_text(typed)


def test_values_of_a_spreadsheet_are_read_as_people_would_type_them() -> None:
    moment = datetime(2026, 3, 1, 9, 5)  # noqa: DTZ001 - as spreadsheets hold them
    assert cell_text(12.0, NUMBER, "mg/L") == "12"
    assert cell_text(12.5, NUMBER, "mg/L") == "12.5"
    assert cell_text(None, NUMBER) == ""
    assert cell_text(moment, MOMENT) == "2026-03-01 09:05"
    assert cell_text(datetime(2026, 3, 1), MOMENT) == "2026-03-01"  # noqa: DTZ001
    assert cell_text(date(2026, 3, 1), MOMENT) == "2026-03-01"
    assert cell_text(time(9, 5), MOMENT) == "09:05"
    assert cell_text("  一 切\u3000正常 ", NOTE) == "一 切 正常"


@given(st.integers(0, 24 * 60 - 1), st.integers(20_001, 79_999), st.sampled_from([12, 15, 17]))
def test_a_cell_without_a_format_of_time_keeps_its_minute(
    minute: int, days: int, digits: int
) -> None:
    clock = f"{minute // 60:02d}:{minute % 60:02d}"
    day = date(1899, 12, 30) + timedelta(days=days)

    # programs write some of the digits of such a number, not all
    assert cell_text(float(f"{minute / 1440:.{digits}g}"), MOMENT) == clock
    shown = f"{day} {clock}" if minute else f"{day}"
    assert cell_text(float(f"{days + minute / 1440:.{digits}g}"), MOMENT) == shown


@pytest.mark.parametrize(
    "value", [-1.0, 1.0, 19_999.5, 80_001.0, 1e300, float("inf"), float("nan")]
)
def test_a_number_that_is_no_time_is_refused(value: float) -> None:
    with pytest.raises(Unclear):
        cell_text(value, MOMENT)


def test_a_text_without_end_is_refused() -> None:
    with pytest.raises(Unclear, match="too_long"):
        cell_text("长" * 201, NOTE)


def test_columns_are_found_by_their_titles_in_whatever_order() -> None:
    text = "序号\tCEMS\t参比方法测定值（A）\n1\t103\t100\n2\t104\t101"

    pasted = parse_pasted(text, GAS, "mg/m3")

    assert pasted.problems == ()
    assert [(row["reference"], row["measured"]) for row in pasted.rows] == [
        ("100", "103"),
        ("101", "104"),
    ]


def test_without_titles_the_cells_stand_in_the_order_of_the_columns() -> None:
    columns = [NUMBER, NOTE]
    assert parse_pasted("1.5;好\n2.5;差", columns).rows == (
        {"x": "1.5", "n": "好"},
        {"x": "2.5", "n": "差"},
    )
    # a running number before them
    assert parse_pasted("1\t1.5\t好\n2\t2.5\t差", columns).rows[1] == {"x": "2.5", "n": "差"}
    # only what is required
    assert parse_pasted("1.5\n2.5", columns).rows == ({"x": "1.5", "n": ""}, {"x": "2.5", "n": ""})


def test_commas_part_cells_only_where_every_line_has_as_many() -> None:
    columns = [NUMBER, Column(key="y", title=Text("乙", "y"))]
    assert parse_pasted("1,2\n3,4", columns).rows == ({"x": "1", "y": "2"}, {"x": "3", "y": "4"})
    assert parse_pasted("1 2\n3 4", columns).rows == ({"x": "1", "y": "2"}, {"x": "3", "y": "4"})


def test_what_cannot_be_read_stays_beside_what_is_wrong_with_it() -> None:
    pasted = parse_pasted("参比\tCEMS\n100\t0,5\nabc\t7", GAS, "mg/m3")

    assert pasted.rows[0]["measured"] == "0,5"
    assert pasted.rows[1]["reference"] == "abc"
    assert [(one.row, one.column, one.code) for one in pasted.problems] == [
        (1, "measured", "comma"),
        (2, "reference", "not_a_number"),
    ]


def test_a_row_with_too_few_cells_is_named() -> None:
    pasted = parse_pasted("参比\tCEMS\n100\n101\t104", GAS, "mg/m3")

    assert [(one.row, one.code) for one in pasted.problems] == [(1, "cells")]
    assert pasted.rows[0]["reference"] == "100"


def test_more_rows_than_a_report_has_are_refused() -> None:
    pasted = parse_rows([[1.0, 2.0]] * (MOST_ROWS + 1), [NUMBER, NOTE])

    assert len(pasted.rows) == MOST_ROWS
    assert [one.code for one in pasted.problems] == ["too_many"]


def test_nothing_pasted_is_no_row() -> None:
    assert parse_pasted(" \n\t\n", GAS).rows == ()
    assert parse_rows([[True, "一"]], [NUMBER, NOTE]).problems[0].code == "not_a_number"


def codes_of(text: str, unit: str = "mg/m3") -> list[tuple[int, str, str]]:
    pasted = parse_pasted(text, GAS, unit)
    return [(one.row, one.column, one.code) for one in pasted.problems]


def test_a_heading_that_names_no_column_is_told() -> None:
    assert (0, "", "unknown_column") in codes_of("人工结果\tCEMS\n100\t101")
    assert codes_of("序号\t参比\tCEMS\n1\t100\t101") == []


def test_a_line_of_readings_with_a_remark_is_no_heading() -> None:
    pasted = parse_pasted("80.1\t79.0\t备注", [NUMBER, SECOND, NOTE])
    assert pasted.rows == ({"x": "80.1", "y": "79.0", "n": "备注"},)


SECOND = Column(key="y", title=Text("第二", "second"), unit="*")


@pytest.mark.parametrize(
    ("heading", "unit", "is_told"),
    [
        ("参比（ug/m3）", "mg/m3", True),
        ("参比(mg/m³)", "mg/m3", False),
        ("参比(mg/m³)", "mg/m³", False),
        ("参比[ppm]", "umol/mol", False),
        ("参比[ppm]", "mg/m3", True),
        ("参比（均值）", "mg/m3", False),
        ("参比(mg/L)", "", False),
    ],
)
def test_another_unit_in_a_heading_is_told(heading: str, unit: str, *, is_told: bool) -> None:
    told = codes_of(f"{heading}\tCEMS\n100\t101", unit)
    assert told == ([(0, "reference", "unit")] if is_told else [])


def test_seconds_of_a_spreadsheet_are_kept() -> None:
    assert cell_text(time(9, 5, 37), MOMENT) == "09:05:37"
    moment = datetime(2026, 3, 1, 9, 5, 37)  # noqa: DTZ001 - a cell has no zone
    assert cell_text(moment, MOMENT) == "2026-03-01 09:05:37"
