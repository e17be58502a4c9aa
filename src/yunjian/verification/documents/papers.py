"""A report on paper: PDF, Excel and Word from the same data, in the order in which it is bound."""

import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from io import BytesIO
from typing import IO, Any

import docx
import xlsxwriter
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt

from yunjian.evidence.pdf import qr_code, render
from yunjian.evidence.pictures import reduced
from yunjian.kernel.clock import SHANGHAI

Rows = list[list[str]]
PRINTED_PIXELS = 600
LONGEST_NAME = 31
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
DRAFT = "草稿"
FONT = "宋体"


@dataclass(frozen=True, slots=True)
class PaperTest:
    """A test: what it is about, its table as typed, and what it computes to."""

    title: str
    about: list[list[str]]  # label and value
    head: list[str]
    rows: Rows
    results: Rows  # quantity, computed, declared
    criterion: str
    verdict: str
    declared_verdict: str
    basis: str


@dataclass(frozen=True, slots=True)
class ReportPaper:
    """All that a printed report says; texts as people read them."""

    title: str
    number: str
    edition: int
    is_draft: bool
    mark: str  # across each page: that it is a draft, was returned, withdrawn or superseded
    facts: list[list[str]]  # label and value
    instruments: Rows
    devices: Rows
    materials: Rows
    people: Rows
    tests: list[PaperTest]
    contents: Rows
    originals: Rows
    signers: Rows  # part, name, time
    verdict: str
    digest: str
    check_url: str
    issued_at: datetime
    heads: dict[str, list[str]] = field(default_factory=dict)


def pdf_of(paper: ReportPaper, signature: bytes | None) -> bytes:
    """Return the report as PDF; a draft bears a watermark. The same paper gives the same bytes."""
    data = asdict(paper)
    at = paper.issued_at.astimezone(SHANGHAI)
    data["issued_at"] = [at.year, at.month, at.day, at.hour, at.minute, at.second]
    data["signature"] = signature is not None
    files = {"check.svg": qr_code(paper.check_url)} if paper.check_url else {}
    if signature is not None:
        files["images/signature.jpg"] = reduced(signature, PRINTED_PIXELS)
    return render("verification_report", data, files, at=paper.issued_at)


def xlsx_of(paper: ReportPaper) -> IO[bytes]:
    """Return an open Excel file: a cover, what was measured with, a sheet for each test, the lists.

    Numbers are numbers; no text becomes a formula or a link.
    """
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - closed by the response
    book = xlsxwriter.Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False})
    writer = _Workbook(book)
    writer.begin("封面")
    writer.title(f"{paper.title}{f'（{DRAFT}）' if paper.is_draft else ''}")
    writer.table([], [["报告编号", paper.number], ["版次", str(paper.edition)], *paper.facts])
    writer.table(["项目", "指标", "结果", "单项评定"], summary_of(paper))
    writer.table(["环节", "姓名", "时间"], paper.signers)
    writer.begin("仪器与标准器")
    for key, title in PARTS:
        writer.heading(title)
        writer.table(paper.heads.get(key, []), getattr(paper, key))
    for number, test in enumerate(paper.tests, start=1):
        writer.begin(f"{number} {test.title}")
        writer.title(test.title)
        writer.table([], test.about)
        writer.table(test.head, test.rows)
        writer.table(["计算项目", "计算值", "申报值"], test.results)
        writer.table([], _verdict_rows(test))
    writer.begin("内容与原始记录")
    writer.table(["应有内容", "条款", "情况"], paper.contents)
    writer.table(["原始记录", "文件", "摘要"], paper.originals)
    book.close()
    file.seek(0)
    return file


# what XML cannot hold; Word itself puts a vertical tab where a line is broken
CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32)], " ")


def without_controls(value: Any) -> Any:
    """Return a paper, or part of one, with blanks for the control characters in its texts."""
    match value:
        case str():
            return value.translate(CONTROLS)
        case list():
            return [without_controls(one) for one in value]
        case ReportPaper() | PaperTest():
            held = {one.name: getattr(value, one.name) for one in fields(value)}
            return replace(value, **{name: without_controls(one) for name, one in held.items()})
    return value


def docx_of(paper: ReportPaper) -> bytes:
    """Return the report as Word, to be bound with what is not made here."""
    paper = without_controls(paper)
    document = docx.Document()
    style: Any = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(10)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    at = paper.issued_at.astimezone(SHANGHAI).replace(tzinfo=None)
    about = document.core_properties
    about.title, about.author, about.created, about.modified = paper.title, "云间 Yunjian", at, at
    heading = document.add_heading(paper.title, level=0)
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    line = f"报告编号 {paper.number}　第 {paper.edition} 版"
    document.add_paragraph(f"{line}　{DRAFT}" if paper.is_draft else line)
    _word_table(document, [], paper.facts)
    document.add_heading("结论", level=1)
    _word_table(document, ["项目", "指标", "结果", "单项评定"], summary_of(paper))
    document.add_paragraph(f"总体结论：{paper.verdict}")
    _word_table(document, ["环节", "姓名", "时间"], paper.signers)
    for key, title in PARTS:
        document.add_heading(title, level=1)
        _word_table(document, paper.heads.get(key, []), getattr(paper, key))
    for test in paper.tests:
        document.add_heading(test.title, level=1)
        _word_table(document, [], test.about)
        _word_table(document, test.head, test.rows)
        _word_table(document, ["计算项目", "计算值", "申报值"], test.results)
        _word_table(document, [], _verdict_rows(test))
    document.add_heading("报告内容核对", level=1)
    _word_table(document, ["应有内容", "条款", "情况"], paper.contents)
    document.add_heading("原始记录", level=1)
    _word_table(document, ["原始记录", "文件", "摘要"], paper.originals)
    content = BytesIO()
    document.save(content)
    return content.getvalue()


PARTS = (
    ("instruments", "被测仪器"),
    ("devices", "参比方法设备"),
    ("materials", "标准物质"),
    ("people", "测试人员"),
)


def summary_of(paper: ReportPaper) -> Rows:
    """Return the table of results: item, limit, result, verdict."""
    return [
        [
            test.title,
            test.criterion or "—",
            "；".join(f"{name} {value}" for name, value, _declared in test.results[:1]) or "—",
            test.verdict,
        ]
        for test in paper.tests
    ]


def difference(row: Sequence[str]) -> str:
    """Return the second value less the first, exactly; empty where one is no number."""
    try:
        return format(Decimal(row[1]) - Decimal(row[0]), "f")
    except InvalidOperation:
        return ""


def _verdict_rows(test: PaperTest) -> Rows:
    return [
        ["指标", test.criterion or "—"],
        ["单项评定", test.verdict],
        ["报告结论", test.declared_verdict or "—"],
        ["依据", test.basis],
    ]


def _word_table(document: Any, head: Sequence[str], rows: Rows) -> None:
    if not rows:
        document.add_paragraph("—")
        return
    table = document.add_table(rows=0, cols=max(len(row) for row in [*rows, list(head)]))
    table.style = "Table Grid"
    for row in [list(head), *rows] if head else rows:
        cells = table.add_row().cells
        for cell, text in zip(cells, row, strict=False):
            cell.text = text
    document.add_paragraph()


class _Workbook:
    """Writes tables below one another, sheet by sheet."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._row = 0
        cell = {"border": 1, "text_wrap": True, "valign": "vcenter"}
        self._plain = book.add_format(cell)
        self._head = book.add_format({**cell, "bold": True, "bg_color": "#EAF2FB"})
        self._title = book.add_format({"bold": True, "font_size": 14})
        self._names: set[str] = set()

    def begin(self, name: str) -> None:
        """Begin a sheet."""
        wanted = name.translate(FORBIDDEN)[:LONGEST_NAME].strip()
        self._sheet = self._book.add_worksheet(wanted)
        self._sheet.set_column(0, 8, 22)
        self._sheet.set_paper(9)  # A4
        self._sheet.fit_to_pages(1, 0)
        self._row = 0

    def title(self, text: str) -> None:
        """Write a title."""
        self._sheet.write_string(self._row, 0, text, self._title)
        self._row += 2

    def heading(self, text: str) -> None:
        """Write the heading of a table."""
        self._sheet.write_string(self._row, 0, text, self._head)
        self._row += 1

    def table(self, head: Sequence[str], rows: Rows) -> None:
        """Write a table and a blank row below it."""
        for column, text in enumerate(head):
            self._sheet.write_string(self._row, column, text, self._head)
        self._row += bool(head)
        for row in rows:
            for column, text in enumerate(row):
                number = _number(text)
                if number is None or not head:
                    self._sheet.write_string(self._row, column, text, self._plain)
                else:
                    self._sheet.write_number(self._row, column, number, self._plain)
            self._row += 1
        self._row += 1


def _number(text: str) -> float | None:
    """Return a plain decimal as a number; what Excel would round stays a text."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    plain = value.is_finite() and format(value, "f") == text
    return float(value) if plain and Decimal(str(float(value))) == value else None
