"""What uploaded reports say: found on their pages, and compared with what was typed."""

import os
import time
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pylopdf_fonts_zh_cn import sans_path

from tests.evidence.papers import paper
from yunjian.evidence.bounded import Unreadable, run_bounded
from yunjian.verification.documents.reading import (
    VALUES,
    Found,
    PageText,
    Reading,
    Remark,
    compare_with_typed,
    normal_number,
    read_report,
    reading_of,
)

REPORT = """
#set page(width: 210mm, height: 297mm)
= 固定污染源烟气 CEMS 比对监测报告
报告编号：QY〔2026〕第 001 号

比对日期：2026年3月5日 09:30 至 2026年3月6日 16:00

签发日期：2026-03-12
#pagebreak()
监测因子：二氧化硫、氮氧化物、颗粒物

有效数据对：9 对

二氧化硫 相对准确度（RA）：8.4%，要求 相对准确度 ≤15%

相关系数 r：0.97

评定结论：二氧化硫 合格
"""
FONTS: list[Any] = [os.path.dirname(sans_path())]  # noqa: PTH120 - the package says a text
TYPED = {
    "number": "qy[2026]第001号",
    "executed_from": date(2026, 3, 5),
    "executed_to": "2026-03-06",
    "issued_on": date(2026, 3, 12),
    "parameters": ["SO2", "NOx", "PM"],
    "pairs": 9,
    "relative_accuracy": "8.40",
    "verdict": "pass",
}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report with text, set for this test."""
    path = tmp_path_factory.mktemp("report") / "a.pdf"
    source = path.with_suffix(".typ")
    source.write_text(REPORT, encoding="utf-8")
    content: bytes = typst.compile(
        str(source), font_paths=FONTS, ignore_system_fonts=True, format="pdf"
    )
    path.write_bytes(content)
    return path


def test_a_report_with_text_is_read_page_by_page(report: Path) -> None:
    reading = read_report(report)

    assert (reading.pages, reading.silent, reading.problem) == (2, (), "")
    number = reading.all("number")[0]
    assert (normal_number(number.value), number.page) == (normal_number(TYPED["number"]), 1)  # type: ignore[arg-type]
    told = {name: [one.value for one in reading.all(name)] for name in ("pairs", "verdict")}
    assert told == {"pairs": ["9"], "verdict": ["pass"]}
    assert [(one.value, one.page) for one in reading.all("relative_accuracy")] == [("8.4", 2)]
    assert [one.value for one in reading.all("correlation")] == ["0.97"]
    assert [one.value for one in reading.all("executed_from")] == ["2026-03-05"]
    assert [one.value for one in reading.all("executed_to")] == ["2026-03-06"]
    assert [one.value for one in reading.all("issued_on")] == ["2026-03-12"]
    assert {"SO2", "NOx", "PM"} <= {one.value for one in reading.all("parameter")}
    assert all(0 < one.confidence <= 1 and one.quote for one in reading.found)


def test_nothing_is_remarked_where_all_is_as_typed(report: Path) -> None:
    assert compare_with_typed(read_report(report), TYPED) == {}


def test_what_differs_is_told_at_its_field_with_its_page(report: Path) -> None:
    wrong = {
        "number": "QY〔2026〕第 002 号",
        "executed_from": date(2026, 3, 4),
        "parameters": ["SO2", "NH3-N"],
        "pairs": 12,
        "relative_accuracy": "7.4",
        "verdict": "fail",
    }

    remarks = compare_with_typed(read_report(report), wrong)

    assert set(remarks) == set(wrong)
    assert remarks["pairs"] == [Remark("differs", "9", "12", 2)]
    assert remarks["executed_from"] == [Remark("differs", "2026-03-05", "2026-03-04", 1)]
    assert remarks["parameters"] == [Remark("not_found", typed="NH3-N")]


def test_a_scan_without_text_says_so_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(paper(pages=3))
    reading = read_report(path)
    assert (reading.problem, reading.silent) == ("no_text", (1, 2, 3))
    assert compare_with_typed(reading, TYPED) == {"file": [Remark("no_text")]}


def test_a_scan_is_read_where_the_engine_is_installed(tmp_path: Path) -> None:
    pytest.importorskip("rapidocr")
    pages: Any = typst.compile(REPORT.encode(), format="png", ppi=150, font_paths=FONTS)
    first, *rest = [Image.open(BytesIO(page)).convert("L") for page in pages]
    scan = tmp_path / "scan.pdf"
    first.save(scan, save_all=True, append_images=rest, resolution=150.0)

    read = read_report(scan)

    assert (read.problem, read.pages, read.silent) == ("", 2, ())
    # the engine leaves blanks out
    assert compare_with_typed(read, TYPED) == {}
    remarks = compare_with_typed(read, {**TYPED, "number": "QY〔2026〕第 002 号"})
    assert [one.code for one in remarks["number"]] == ["differs"]


def test_a_file_that_cannot_be_opened_says_so(tmp_path: Path) -> None:
    path = tmp_path / "nothing.pdf"
    path.write_bytes(b"%PDF-1.7 nothing")
    reading = read_report(path)
    assert reading.problem == "unreadable"
    assert compare_with_typed(reading, TYPED) == {"file": [Remark("unreadable")]}


def test_pages_that_are_pictures_are_named() -> None:
    pages = [PageText(1, "报告编号：A-1"), PageText(2, " ")]
    remarks = compare_with_typed(reading_of(pages, pages=2), {"number": "A-1"})
    assert remarks == {"file": [Remark("partly_scanned", read="2", page=2)]}


def test_what_was_read_from_a_picture_is_less_sure() -> None:
    text = "报告编号：A-1"
    sure, unsure = (
        reading_of([PageText(1, text, scanned)], pages=1).all("number")[0].confidence
        for scanned in (False, True)
    )
    assert unsure < sure


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("评定结论：不合格", "fail"),
        ("单项评定：合格", "pass"),
        ("结论：不符合 HJ 75-2017 要求", "fail"),
        ("评价结果：不予判定，合格与否由委托方评定", "not_judged"),
        ("技术要求：相对准确度合格线 15%", None),
    ],
)
def test_the_verdict_is_what_a_judging_line_says(line: str, verdict: str | None) -> None:
    found = reading_of([PageText(1, line)], pages=1).all("verdict")
    assert [one.value for one in found] == ([verdict] if verdict else [])


@pytest.mark.parametrize(
    "line", ["有效数据对：9 对", "有效数据对:9对", "比对次数 9次", "共9组有效数据"]
)
def test_pairs_are_read_with_and_without_blanks(line: str) -> None:
    read = reading_of([PageText(1, line)], pages=1)

    assert [one.value for one in read.all("pairs")] == ["9"]


def test_a_limit_is_not_taken_for_a_result() -> None:
    lines = "相对准确度 ≤ 15%\n零点漂移要求 ±2.5%\n示值误差不超过 5%"
    found = {one.name for one in reading_of([PageText(1, lines)], pages=1).found}
    assert found & set(VALUES) == set()


def test_a_day_that_does_not_exist_is_not_read() -> None:
    assert reading_of([PageText(1, "签发日期：2026-02-30")], pages=1).all("issued_on") == []


@pytest.mark.parametrize("kind", ["time", "memory"])
def test_what_never_ends_or_fills_the_memory_is_ended(kind: str) -> None:
    started = time.monotonic()
    with pytest.raises(Unreadable):
        run_bounded("tests.support.endless", Path(kind), seconds=2, memory=2**28)
    assert time.monotonic() - started < 30


FOUND = st.builds(
    Found,
    name=st.sampled_from(["number", "pairs", "verdict", "issued_on", "parameter", *VALUES]),
    value=st.text(max_size=20),
    page=st.integers(1, 200),
    confidence=st.floats(0, 1),
    quote=st.text(max_size=20),
)
READING = st.builds(
    Reading,
    pages=st.integers(0, 200),
    silent=st.lists(st.integers(1, 200), max_size=4).map(tuple),
    found=st.lists(FOUND, max_size=12).map(tuple),
    problem=st.sampled_from(["", "unreadable", "no_text"]),
)
WORDS = st.dictionaries(
    st.sampled_from(["number", "pairs", "verdict", "issued_on", *VALUES]), st.text(max_size=20)
)


@given(READING)
def test_a_reading_comes_back_from_json_as_it_was(reading: Reading) -> None:
    assert Reading.from_json(reading.to_json()) == reading


@given(READING, WORDS)
def test_a_remark_stands_only_at_what_was_typed_or_at_the_file(
    reading: Reading, typed: dict[str, str]
) -> None:
    remarks = compare_with_typed(reading, typed)
    assert set(remarks) <= {*(key for key, text in typed.items() if text.strip()), "file"}


@given(READING)
def test_what_was_typed_as_it_was_read_is_never_remarked(reading: Reading) -> None:
    typed = {one.name: one.value for one in reading.found if one.name != "parameter"}
    parameters = [one.value for one in reading.all("parameter")]
    remarks = compare_with_typed(reading, {**typed, "parameters": parameters})
    assert set(remarks) <= {"file"}


@given(st.text(max_size=400), st.booleans())
def test_no_text_breaks_the_reader(text: str, scanned: bool) -> None:  # noqa: FBT001
    for one in reading_of([PageText(1, text, scanned)], pages=1).found:
        assert one.value
        assert one.page == 1
