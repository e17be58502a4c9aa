"""The texts of an uploaded file, within its bounds, and its rows beside those that were typed."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.evidence.papers import paper
from yunjian.verification.documents import reading
from yunjian.verification.documents.reading import (
    Found,
    Reading,
    Remark,
    Table,
    TypedTest,
    compare_test,
    compare_with_typed,
    texts_of,
)

ROWS = (("1", "2"), ("3", "4"), ("5", "6"), ("7", "8"))


class Engine:
    """Reads a picture as its size, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def read(self, content: bytes) -> list[str]:
        self.asked += 1
        width, height = Image.open(BytesIO(content)).size
        return [f"宽 {width}", f"高 {height}"]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    made = Engine()
    monkeypatch.setattr(reading, "_engine", lambda: made)
    return made


def scans(path: Path, *sizes: int) -> Path:
    first, *rest = [Image.new("L", (size, size + 1), size % 255) for size in sizes]
    first.save(path, "PDF", save_all=True, append_images=rest)
    return path


def test_a_page_without_text_is_read_from_its_picture(tmp_path: Path, engine: Engine) -> None:
    told = texts_of(scans(tmp_path / "a.pdf", 40, 60))
    assert told == {
        "count": 2,
        "pages": [
            {"number": 1, "text": "宽 40\n高 41", "scanned": True},
            {"number": 2, "text": "宽 60\n高 61", "scanned": True},
        ],
    }


def test_a_page_without_a_picture_says_nothing(tmp_path: Path, engine: Engine) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(paper(pages=2))
    told = texts_of(path)
    assert [one["text"] for one in told["pages"]] == ["", ""]
    assert engine.asked == 0


def test_without_an_engine_a_scan_stays_without_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_engine", lambda: None)
    told = texts_of(scans(tmp_path / "a.pdf", 40))
    assert told["pages"] == [{"number": 1, "text": "", "scanned": False}]


@pytest.mark.parametrize(
    ("bound", "most", "texts"),
    [
        ("MOST_PAGES", 2, ["宽 40\n高 41", "宽 50\n高 51"]),
        ("MOST_SCANS", 1, ["宽 40\n高 41", "", ""]),
        # what goes beyond the bound is the last
        ("MOST_CHARACTERS", 9, ["宽 40\n高 41", "宽 50\n高 51"]),
        ("MOST_CHARACTERS", 8, ["宽 40\n高 41"]),
    ],
)
def test_no_more_is_read_than_the_bounds_allow(
    tmp_path: Path, engine: Engine, bound: str, most: int, texts: list[str]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, bound, most)
        told = texts_of(scans(tmp_path / "a.pdf", 40, 50, 60))
    assert [one["text"] for one in told["pages"]] == texts
    assert told["count"] == 3
    assert engine.asked == len([text for text in texts if text])


# --- rows


def read(*rows: tuple[str, ...], about: tuple[str, ...] = ("SO2",), first: int = 5) -> Table:
    return Table(about, tuple(range(first, first + len(rows))), rows)


def compared(tables: list[Table], rows: Any = ROWS, **more: Any) -> dict[str, list[Remark]]:
    test = TypedTest(**({"parameter": "SO2", "rows": rows} | more))
    return compare_test(Reading(pages=9, tables=tuple(tables)), test)


def test_a_row_that_differs_is_told_with_its_page() -> None:
    assert compared([read(*ROWS)]) == {}
    odd = (ROWS[0], ("3", "9"), *ROWS[2:])
    assert compared([read(*odd)]) == {"rows.2": [Remark("row_differs", "3 9", "3 4", 6)]}
    # more numbers in the file are no difference, nor are zeros at their end
    assert compared([read(*(("0", *row, "1.0") for row in ROWS))]) == {}
    assert compared([read(*((f"{a}.0", b) for a, b in ROWS))]) == {}


def test_a_table_of_another_length_is_told_with_both() -> None:
    longer = (*ROWS, ("9", "9"))
    assert compared([read(*longer)]) == {"rows": [Remark("rows_number", "5", "4", 5)]}
    assert compared([read(*ROWS[:3])]) == {"rows": [Remark("rows_number", "3", "4", 5)]}


@pytest.mark.parametrize(
    ("agreeing", "alone", "several", "expected"),
    [
        (2, True, False, ["rows.3", "rows.4"]),
        (1, True, False, ["rows"]),
        (1, False, False, []),
        (1, True, True, []),
        (2, False, True, ["rows.3", "rows.4"]),
    ],
)
def test_a_table_of_which_less_than_half_agrees_is_another_one(
    agreeing: int, *, alone: bool, several: bool, expected: list[str]
) -> None:
    other = tuple(("77", "88") for _row in ROWS)
    tables = [read(*ROWS[:agreeing], *other[agreeing:])]
    if several:
        tables.append(read(*other, first=8))
    found = compared(tables, alone=alone)
    assert [*found] == expected
    if expected == ["rows"]:
        assert found == {"rows": [Remark("table_differs", page=5)]}


def test_only_what_is_about_the_parameter_is_compared() -> None:
    other = tuple(("77", "88") for _row in ROWS)
    mine, theirs = read(*ROWS), read(*other, about=("NOx",), first=1)
    assert compared([theirs, mine]) == {}
    assert compared([theirs]) == {}
    assert compared([theirs], parameter="", alone=True) == {
        "rows": [Remark("table_differs", page=1)]
    }
    assert compared([theirs], parameter="", alone=False) == {}
    assert compared([mine], rows=()) == {}


def test_values_and_verdicts_are_compared_with_what_was_declared_or_computed() -> None:
    def found(name: str, value: str, page: int, about: str = "SO2") -> Found:
        return Found(name, value, page, 0.8, "", (about,))

    held = Reading(
        pages=9,
        found=(
            found("verdict", "fail", 3),
            found("verdict", "pass", 4, "NOx"),
            found("relative_accuracy", "8.4", 6),
            found("relative_accuracy", "9.9", 7, "NOx"),
        ),
    )

    def of(**more: Any) -> dict[str, list[Remark]]:
        return compare_test(held, TypedTest(parameter="SO2", **more))

    assert of(verdict="fail") == of(verdict="") == {}
    assert of(verdict="pass") == {"verdict": [Remark("differs", "fail", "pass", 3)]}
    name = "relative_accuracy"
    for typed in ("8.4", "8.40", "8.44", "8.36", "8.45"):
        assert of(declared={name: typed}) == {}
    assert of(declared={name: "8.46"}) == {name: [Remark("differs", "8.4", "8.46", 6)]}
    assert of(computed={name: "9.9"}) == {name: [Remark("differs_computed", "8.4", "9.9", 6)]}
    # what was declared goes before what was computed
    assert of(declared={name: "8.4"}, computed={name: "9.9"}) == {}
    assert of(declared={"correlation": "0.9"}) == {}


def test_pages_without_text_and_what_the_file_does_not_name() -> None:
    held = Reading(pages=9, silent=(2, 7), found=(Found("parameter", "SO2", 1, 0.8, ""),))
    assert compared_cover(held, parameters=["SO2", "NOx"]) == {
        "file": [Remark("partly_scanned", read="2、7", page=2)],
        "parameters": [Remark("not_found", typed="NOx")],
    }
    assert compared_cover(Reading(problem="no_text"), parameters=["NOx"]) == {
        "file": [Remark("no_text")]
    }


def compared_cover(held: Reading, **typed: Any) -> dict[str, list[Remark]]:
    return compare_with_typed(held, typed)
