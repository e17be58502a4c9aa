"""The record sheets of a visit as an Excel file, in the same layout as the page and the copy."""

import tempfile
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from yunjian.library.models.sheets import Verdict
from yunjian.maintenance.selectors.ledger import VisitDetail
from yunjian.standards.sheets.layout import Block, Cell

COLUMNS = 6
LONGEST_NAME = 31
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def record_workbook(detail: VisitDetail) -> IO[bytes]:
    """Return an open file with a worksheet for each record sheet of a visit."""
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - closed by the response
    workbook = xlsxwriter.Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False})
    for number, view in enumerate(detail.sheets, start=1):
        name = f"{number} {view.title}".translate(FORBIDDEN)[:LONGEST_NAME]
        writer = _SheetWriter(workbook, workbook.add_worksheet(name))
        writer.title(view.title, view.standard)
        for block in view.blocks:
            writer.block(block)
    if not detail.sheets:
        workbook.add_worksheet(_("无记录单"))
    workbook.close()
    file.seek(0)
    return file


class _SheetWriter:
    """Writes blocks below one another."""

    def __init__(self, workbook: xlsxwriter.Workbook, sheet: Worksheet) -> None:
        self._sheet = sheet
        self._row = 0
        cell = {"border": 1, "text_wrap": True, "valign": "vcenter"}
        self._plain: Format = workbook.add_format(cell)
        self._label: Format = workbook.add_format({**cell, "bg_color": "#F2F2F2"})
        self._head: Format = workbook.add_format({"bold": True})
        self._name: Format = workbook.add_format({"bold": True, "font_size": 14, "align": "center"})
        sheet.set_column(0, COLUMNS - 1, 22)
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)

    def title(self, title: str, standard: str) -> None:
        self._sheet.merge_range(0, 0, 0, COLUMNS - 1, title, self._name)
        self._sheet.write_string(1, COLUMNS - 1, standard)
        self._row = 2

    def block(self, block: Block) -> None:
        if block.title:
            self._sheet.write_string(self._row, 0, block.title, self._head)
            self._row += 1
        match block.kind:
            case "facts":
                self._facts(block)
            case "checks":
                self._checks(block)
            case _:
                self._table(block)
        self._row += 1

    def _line(self, cells: list[tuple[Any, Format]]) -> None:
        for column, (value, style) in enumerate(cells):
            self._sheet.write(self._row, column, value, style)
        self._row += 1

    def _facts(self, block: Block) -> None:
        for fact in block.facts:
            self._sheet.write_string(self._row, 0, fact.label, self._label)
            self._sheet.merge_range(
                self._row, 1, self._row, COLUMNS - 1, _text(fact.cell), self._plain
            )
            self._row += 1

    def _checks(self, block: Block) -> None:
        self._line(
            [
                (head, self._label)
                for head in (_("项目"), _("内容"), _("周期"), _("维护情况"), _("备注"))
            ]
        )
        for group in block.checks:
            for line in group.lines:
                values = (group.title, line.label, line.interval, line.text, line.note)
                self._line([(value, self._plain) for value in values])

    def _table(self, block: Block) -> None:
        if block.upright:
            for head, cells in block.lines_upright:
                values = [(_text(cell), self._plain) for cell in cells]
                self._line([(head, self._label), *values])
            return
        self._line([(head, self._label) for head in (_("序号"), *block.heads)])
        for number, row in enumerate(block.rows, start=1):
            self._line([(value, self._plain) for value in (number, *map(_text, row))])


def _text(cell: Cell) -> str:
    """Return a cell as one text: value, unit, verdict and remark."""
    parts = [f"{cell.text} {cell.unit}".strip()]
    if cell.verdict:
        parts.append(f"【{Verdict(cell.verdict).label}】")
    if cell.note:
        parts.append(cell.note)
    return " ".join(part for part in parts if part)
