"""Reading what a page or an Excel file shows: header → value for each row, term → description."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import ZipFile

Row = dict[str, str]
_NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


class _Cells(HTMLParser):
    """Collects the cells of every table, and the terms and descriptions of every list."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[tuple[bool, list[tuple[str, int]]]]] = []
        self.facts: list[tuple[str, str]] = []
        self._open: list[tuple[list[str], int]] = []
        self._nested = 0
        self._term = ""
        self._parts: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "table":
            if self._open or self._parts is not None:  # part of the text of a cell
                self._nested += 1
            else:
                self.tables.append([])
        elif self._nested:
            self._say(" ")
        elif tag == "tr" and self.tables:
            self.tables[-1].append((False, []))
        elif tag in {"td", "th"}:
            self._open.append(([], int(given.get("rowspan") or 1)))
        elif tag in {"dt", "dd"}:
            self._parts = []
        else:
            self._say(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "table" and self._nested:
            self._nested -= 1
        elif self._nested:
            self._say(" ")
        elif tag in {"td", "th"} and self._open:
            parts, span = self._open.pop()
            head, cells = self.tables[-1][-1]
            cells.append((_plain(parts), span))
            self.tables[-1][-1] = (head or tag == "th", cells)
        elif tag == "dt":
            self._term, self._parts = _plain(self._parts or []), None
        elif tag == "dd":
            self.facts.append((self._term, _plain(self._parts or [])))
            self._parts = None
        else:
            self._say(" ")

    def handle_data(self, data: str) -> None:
        self._say(data)

    def _say(self, text: str) -> None:
        if self._open:
            self._open[-1][0].append(text)
        elif self._parts is not None:
            self._parts.append(text)


def _plain(parts: list[str]) -> str:
    return re.sub(r"\s+", " ", "".join(parts)).strip()


def _read(page: str) -> _Cells:
    cells = _Cells()
    cells.feed(page)
    return cells


def facts(page: str) -> Row:
    """Return each term of the page's lists with its description."""
    return dict(_read(page).facts)


def tables(page: str) -> list[list[Row]]:
    """Return the rows of each table of a page, header → text; a cell may span rows."""
    return [list(_rows(table)) for table in _read(page).tables]


def _rows(table: list[tuple[bool, list[tuple[str, int]]]]) -> Iterator[Row]:
    headers: list[str] = []
    spanning: dict[int, tuple[str, int]] = {}
    for is_head, cells in table:
        if is_head:
            headers = [text for text, _span in cells]
            continue
        given, row = iter(cells), []
        for column in range(len(headers)):
            text, left = spanning.get(column, ("", 0))
            if not left:
                text, left = next(given, ("", 1))
            spanning[column] = (text, left - 1)
            row.append(text)
        yield dict(zip(headers, row, strict=True))


def sheet(response: Any) -> list[Row]:
    """Return the rows of the first sheet of an Excel answer, header → text."""
    book = ZipFile(BytesIO(b"".join(response.streaming_content)))
    root = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - our own
    head, *rows = [
        {_column(cell): "".join(cell.itertext()) for cell in row.findall(f"{_NS}c")}
        for row in root.iter(f"{_NS}row")
    ]
    return [{title: row.get(column, "") for column, title in head.items()} for row in rows]


def _column(cell: ET.Element) -> str:
    return cell.attrib["r"].rstrip("0123456789")
