"""Workbooks that people send are looked at before anything lays them out."""

import zipfile
from io import BytesIO

import pytest
import xlsxwriter

from yunjian.kernel.errors import InvalidInput
from yunjian.records.workbooks import open_workbook

SHEET = "xl/worksheets/sheet1.xml"


def workbook(*cells: tuple[int, int]) -> bytes:
    content = BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = book.add_worksheet()
    for row, column in cells:
        sheet.write(row, column, "1")
    book.close()
    return content.getvalue()


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """Return the package with one part in the place of another, or beside the others."""
    result = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(content)) as old,
        zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, part)
    return result.getvalue()


def refused(content: bytes) -> str:
    with pytest.raises(InvalidInput) as refusal:
        open_workbook(content, field="upload")
    [error] = refusal.value.errors
    assert error.path == "upload"
    return error.code


def test_a_workbook_is_read() -> None:
    book = open_workbook(workbook((0, 0), (4, 3)))
    assert len(book.get_sheet_by_index(0).to_python()) == 5


FAR = b'<c r="XFD1048576"><v>1</v></c>'


@pytest.mark.parametrize(
    "rows",
    [
        b'<row r="1048576">' + FAR + b"</row>",
        b"<row><c r='xfd1048576'><v>1</v></c></row>",
        b'<x:row r="1048576"><x:c r = "XFD1048576"><x:v>1</x:v></x:c></x:row>',
        # cells that do not say where they stand
        b'<row r="1048576">' + b"<c><v>1</v></c>" * 200 + b"</row>",
        b"<row/>" * 300_000 + b'<row><c r="XFD1"><v>1</v></c></row>',
    ],
    ids=["far", "lower", "prefixed", "unplaced cells", "unplaced rows"],
)
def test_far_cells_are_refused_before_anything_is_laid_out(rows: bytes) -> None:
    part = b'<worksheet xmlns="x"><sheetData>' + rows + b"</sheetData></worksheet>"
    assert refused(with_part(workbook((0, 0)), SHEET, part)) == "too_many"


def test_a_sheet_under_another_name_is_looked_at_as_well() -> None:
    assert refused(with_part(workbook((0, 0)), "xl/evil.bin", FAR)) == "too_many"


@pytest.mark.parametrize("name", ["content.xml", "xl/workbook.bin"])
def test_other_formats_in_the_same_package_are_refused(name: str) -> None:
    assert refused(with_part(workbook((0, 0)), name, b"")) == "kind"


def test_what_is_no_workbook_is_refused() -> None:
    assert refused(b"PK") == "kind"
    assert refused(workbook((0, 0))[:-40]) == "kind"


def test_more_than_may_be_unpacked_is_refused() -> None:
    assert refused(with_part(workbook((0, 0)), SHEET, b" " * (30 * 2**20))) == "too_many"


def test_cells_whose_formulas_failed_are_told_and_not_read_as_empty() -> None:
    content = BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write(0, 0, "e")
    sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")
    sheet.write_formula(2, 27, "=NA()", None, "#N/A")
    book.close()
    with pytest.raises(InvalidInput, match=r"B2（#DIV/0!）、AB3（#N/A）") as refusal:
        open_workbook(content.getvalue(), field="upload")
    assert [(one.path, one.code) for one in refusal.value.errors] == [("upload", "error")]


@pytest.mark.parametrize(
    "cell",
    [
        b'<c t="e" r="C4"><v>#REF!</v></c>',
        b"<c r='C4' s='1' t='e'><f>A1</f><v>#REF!</v></c>",
        b'<x:c r = "C4" t = "e"><x:v>#REF!</x:v></x:c>',
    ],
)
def test_an_error_is_seen_however_it_is_written(cell: bytes) -> None:
    part = b'<worksheet xmlns="x"><sheetData><row r="4">' + cell + b"</row></sheetData></worksheet>"
    assert refused(with_part(workbook((0, 0)), SHEET, part)) == "error"
