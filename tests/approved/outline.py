"""What people and scripts can tell of a page, a table or a paper, line by line.

Left out is what nobody reads: classes, styles, drawings, the head of the page. What differs each
time, such as ids and digests, is numbered as it comes.
"""

import re
from collections.abc import Iterable
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import orjson
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from tests.web.markup import VOID

NOT_READ = {"head", "script", "style", "svg"}
HEADERS = ("Location", "Content-Disposition", "HX-Trigger", "HX-Redirect", "Cache-Control")
ROWS_READ = 8  # of a table, its head with them
LEFT_OUT = {"class", "style", "nonce", "integrity", "crossorigin", "width", "height", "srcset"}
BLOCK = {
    "a",
    "button",
    "td",
    "th",
    "dt",
    "dd",
    "h1",
    "h2",
    "h3",
    "li",
    "label",
    "legend",
    "p",
    "tr",
}
ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
# ids, digests, serial numbers of certificates, tokens of signed values, passwords for once, numbers
# from a sequence that no test takes back
DIFFERENT_EACH_TIME = re.compile(
    rf"{ID}|[0-9a-fA-F]{{16,}}|[\w=-]{{8,}}:[\w-]{{6,}}:[\w-]{{40,}}|\b[a-z0-9]{{4}}(?:-[a-z0-9]{{4}}){{3}}\b"
    r"|YW-\d{4}-\d{8}"
)

TOLD_TO_EXCEL = re.compile(
    r"<(?:pane|autoFilter|hyperlink|Relationship|formula\d|dataValidation) ?[^>]*>[^<]*"
)


class Numbers:
    """Numbers what differs each time, in the order in which it is met."""

    def __init__(self) -> None:
        self._met: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        return DIFFERENT_EACH_TIME.sub(self._number, text)

    def _number(self, match: re.Match[str]) -> str:
        return self._met.setdefault(match[0].lower(), f"#{len(self._met) + 1}")


class _Outline(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.main: list[str] = []
        self._open: list[tuple[str, bool]] = []  # tag, and whether it stands in the outline
        self._not_read = 0
        self._main = 0  # the line where what is inside the frame begins
        self._rows: list[int] = []  # of the tables that are open
        self._begun = False  # the last line is a start tag that waits for its text

    def handle_starttag(self, tag: str, attrs: list[tuple[str, Any]]) -> None:
        if tag == "table":
            self._rows.append(0)
        elif tag == "tr" and self._rows:
            self._rows[-1] += 1
        further = tag == "tr" and self._rows and self._rows[-1] > ROWS_READ
        if self._not_read or tag in NOT_READ or further:
            self._not_read += tag not in VOID
            return
        stated = [
            name if value in {None, ""} else f"{name}={value}"
            for name, value in attrs
            if name not in LEFT_OUT and value != "csrfmiddlewaretoken"
        ]
        # the colour of a state says something, and only a class tells it
        classes = (dict(attrs).get("class") or "").split()
        stated += [name for name in classes if name.startswith("yj-status-")]
        if tag == "main":
            self._main = len(self.lines)
        token = ("name", "csrfmiddlewaretoken") in attrs
        shown = bool(stated) or tag in BLOCK
        if shown:
            self._line(" ".join([tag, *(["csrfmiddlewaretoken"] if token else stated)]))
            self._begun = True
        if tag not in VOID:
            self._open.append((tag, shown))

    def handle_endtag(self, tag: str) -> None:
        if tag == "table" and self._rows.pop() > ROWS_READ:
            self._line("further rows")
        if self._not_read:
            self._not_read -= tag not in VOID
            return
        if any(name == tag for name, _shown in self._open):
            while self._open.pop()[0] != tag:
                pass
            self._begun = False
            if tag == "main":
                self.main = self.lines[self._main :]

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if not text or self._not_read:
            return
        if self._begun:
            self.lines[-1] += f": {text}"
        else:
            self._line(text)
        self._begun = False

    def _line(self, text: str) -> None:
        depth = sum(shown for _tag, shown in self._open)
        self.lines.append(f"{'  ' * depth}{text}")


def of_page(page: str) -> list[str]:
    """Return what a page says and does, without the frame that all pages have."""
    outline = _Outline()
    outline.feed(page)
    return outline.main or outline.lines


def of_workbook(content: bytes) -> list[str]:
    """Return every row of a workbook, and what Excel is told beside the values."""
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    lines = []
    for name in book.sheet_names:
        lines.append(f"sheet {name}")
        lines += [
            " | ".join(str(value) for value in row)
            for row in book.get_sheet_by_name(name).to_python()
        ]
    with ZipFile(BytesIO(content)) as parts:
        for part in sorted(parts.namelist()):
            if part.startswith("xl/worksheets/"):
                told = TOLD_TO_EXCEL.findall(parts.read(part).decode())
                lines += [f"{part} {one}" for one in told]
    return lines


def of_paper(content: bytes) -> list[str]:
    """Return the lines of a PDF, page by page."""
    lines = []
    for number, page in enumerate(PdfReader(BytesIO(content)).pages, start=1):
        lines += [f"page {number}", *page.extract_text().splitlines()]
    return lines


def of_data(value: Any) -> list[str]:
    """Return JSON, sorted and indented."""
    return (
        orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode().splitlines()
    )


def of_answer(answer: Any) -> list[str]:
    """Return what an answer of the server says, whatever it is."""
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    head = [f"{answer.status_code} {kind}"] + [
        f"{name}: {answer.headers[name]}"
        for name in (
            "Location",
            "Content-Disposition",
            "HX-Trigger",
            "HX-Redirect",
            "Cache-Control",
        )
        if name in answer.headers
    ]
    if kind == "text/html":
        return head + of_page(content.decode())
    if kind.endswith("spreadsheetml.sheet"):
        return head + of_workbook(content)
    if kind == "application/pdf":
        return head + of_paper(content)
    if kind == "application/json":
        return head + of_data(orjson.loads(content))
    if kind.startswith("text/"):
        return head + content.decode().splitlines()
    return head


def numbered(lines: Iterable[str]) -> str:
    """Return the lines as one text, with what differs each time numbered."""
    numbers = Numbers()
    return "".join(f"{numbers(line).rstrip()}\n" for line in lines)
