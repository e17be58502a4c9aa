"""Workbooks of filings: the template that is filled in, and what is read of one that comes back.

A workbook has a sheet for each form. The first row holds the titles of the columns; what counts
is the title, not the place. Nothing of a workbook is trusted: it is looked at before it is
unpacked, only so many bytes and rows are read, formulas and merged cells are named and refused.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import IO, Any

import xlsxwriter
from django.conf import settings
from django.utils.translation import gettext as _
from python_calamine import CalamineError
from xlsxwriter.utility import xl_col_to_name, xl_range

from yunjian.instruments.fields import fields_of, parameter_rule
from yunjian.instruments.models.filing import InstrumentKind
from yunjian.kernel.errors import InvalidInput
from yunjian.records.fields import Field
from yunjian.records.workbooks import open_workbook
from yunjian.sources.models import MonitoringPoint
from yunjian.sources.models.places import Medium

# sheet → kind of instrument and medium
SHEETS = {
    "废水分析仪器": (InstrumentKind.ANALYZER, Medium.WASTEWATER),
    "自动采样器": (InstrumentKind.SAMPLER, Medium.WASTEWATER),
    "烟气分析仪器": (InstrumentKind.ANALYZER, Medium.FLUE_GAS),
}
PARAMETERS: dict[str, tuple[str, ...]] = {
    Medium.WASTEWATER: ("CODCr", "NH3-N", "TP", "TN", "pH", "flow"),
    Medium.FLUE_GAS: ("SO2", "NOx", "NMHC", "PM", "O2", "velocity", "humidity", "temperature"),
}
MN = "MN 号"
NOTES = "填写说明"
LINKS = "xl/_rels/workbook.xml.rels"
MAX_COLUMNS = 80
FORMULA = re.compile(rb'<c [^>]*?r="([A-Z]+[0-9]+)"[^>]*>\s*<f[ >/]')


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row of a workbook: where it stands, and its texts by the path of the field."""

    sheet: str
    number: int
    kind: str
    mn_code: str
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row, at which column; the row is 0 when the whole sheet is meant."""

    sheet: str
    row: int
    column: str
    message: str


def columns_of(kind: str, medium: str) -> list[Field]:
    """Return the fields of a form as columns: those of every parameter of the medium."""
    point = MonitoringPoint(kind=medium, parameters=[])
    fields = list(fields_of(kind, point))
    if kind == InstrumentKind.ANALYZER:
        seen = {field.path for field in fields}
        for parameter in PARAMETERS[medium]:
            for field in fields_of(kind, point, parameter):
                if field.path not in seen:
                    seen.add(field.path)
                    last_setting = max(at for at, one in enumerate(fields) if one.is_nested)
                    fields.insert(last_setting + 1, field)
    return fields


def title_of(field: Field) -> str:
    """Return the title of a field's column, with its unit and a mark when it is required."""
    return f"{field.title}{'*' if field.required else ''}"


def template(file: IO[bytes], points: list[MonitoringPoint]) -> None:
    """Write the empty workbook for the points of a source."""
    book = xlsxwriter.Workbook(file, {"strings_to_formulas": False})
    head = book.add_format({"bold": True, "bg_color": "#EAF2FB", "border": 1, "text_wrap": True})
    must = book.add_format({"bold": True, "bg_color": "#FDF3E1", "border": 1, "text_wrap": True})
    notes = book.add_worksheet(NOTES)
    notes.set_column(0, 0, 100)
    for number, line in enumerate(_notes(points)):
        notes.write_string(number, 0, line)
    for name, (kind, medium) in SHEETS.items():
        own = [point for point in points if point.kind == medium]
        if not own:
            continue
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 2)
        sheet.write_string(0, 0, f"{MN}*", must)
        _allow(sheet, 0, [point.mn_code for point in own])
        for column, field in enumerate(columns_of(kind, medium), start=1):
            sheet.write_string(0, column, title_of(field), must if field.required else head)
            _allow(sheet, column, _choices(field, own))
        sheet.set_column(0, MAX_COLUMNS, 15)
    book.close()


def _choices(field: Field, points: list[MonitoringPoint]) -> list[str]:
    if field.path == "parameter":
        return sorted({name for point in points for name in point.parameters})
    return [] if field.kind != "choice" else list(field.choices)


def _allow(sheet: Any, column: int, choices: list[str]) -> None:
    # Excel holds a list of at most 255 signs in a cell's rule
    if choices and len(",".join(choices)) <= 255:  # noqa: PLR2004
        rule = {"validate": "list", "source": choices, "error_type": "warning"}
        sheet.data_validation(1, column, settings.IMPORT_MAX_ROWS, column, rule)


def _notes(points: list[MonitoringPoint]) -> Iterator[str]:
    yield _("每行填写一台仪器；黄色列（带 *）在提交审核前必填。日期形如 2026-01-31。")
    yield _("不要合并单元格，不要使用公式；每个文件最多 %(rows)s 行。") % {
        "rows": settings.IMPORT_MAX_ROWS
    }
    yield _("其他量程写作 0～500；0～1000。")
    for medium in (Medium.WASTEWATER, Medium.FLUE_GAS):
        for parameter in sorted(
            {p for point in points if point.kind == medium for p in point.parameters}
        ):
            units = "、".join(parameter_rule(medium, parameter).units)
            yield _("%(parameter)s 的量程单位：%(units)s") % {
                "parameter": parameter,
                "units": units,
            }
    for point in points:
        yield f"{point.mn_code}　{point.name}"


def read(content: bytes) -> tuple[list[ReadRow], list[Problem]]:
    """Return the rows of a workbook, and what is wrong with its form.

    Raises:
        InvalidInput: at `file`; it is no workbook, too large, or holds none of our sheets.
    """
    book = open_workbook(content)
    formulas = _formulas(content)
    try:
        names = [name for name in book.sheet_names if name in SHEETS]
        if not names:
            raise InvalidInput(
                _("文件中没有要导入的工作表；请使用下载的模板填写"), code="sheets", field="file"
            )
        rows: list[ReadRow] = []
        problems: list[Problem] = []
        for name in names:
            sheet = book.get_sheet_by_name(name)
            _check_size(sheet.total_height, len(rows))
            problems += _shape_problems(name, sheet, formulas.get(name, []))
            result, wrong = _rows_of(name, sheet.to_python(skip_empty_area=False))
            rows += result
            problems += wrong
    except CalamineError as error:
        raise InvalidInput(
            _("文件无法读取，可能已损坏或不是 .xlsx 文件"), code="damaged", field="file"
        ) from error
    _check_size(1, len(rows))
    if not rows and not problems:
        raise InvalidInput(_("文件中没有填写任何仪器"), code="empty", field="file")
    return rows, problems


def _check_size(height: int, known: int) -> None:
    if height - 1 + known > settings.IMPORT_MAX_ROWS:
        message = _("共 %(rows)s 行，超过每次 %(most)s 行的上限；请分成几个文件") % {
            "rows": height - 1 + known,
            "most": settings.IMPORT_MAX_ROWS,
        }
        raise InvalidInput(message, code="too_many", field="file")


def _formulas(content: bytes) -> dict[str, list[str]]:
    """Return the cells with formulas by sheet, of a workbook that was opened before."""
    with zipfile.ZipFile(BytesIO(content)) as package:
        return _formulas_in(package)


def _formulas_in(package: zipfile.ZipFile) -> dict[str, list[str]]:
    book = package.read("xl/workbook.xml").decode("utf-8", "replace")
    links = package.read(LINKS).decode("utf-8", "replace") if LINKS in package.namelist() else ""
    targets = {}
    for link in re.findall(r"<Relationship [^>]+>", links):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', link))
        targets[attributes.get("Id", "")] = attributes.get("Target", "")
    results = {}
    for tag in re.findall(r"<sheet [^>]+>", book):
        attributes = dict(re.findall(r'([\w:]+)="([^"]*)"', tag))
        target = targets.get(attributes.get("r:id", ""), "")
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if path in package.namelist():
            cells = FORMULA.findall(package.read(path))
            results[attributes.get("name", "")] = [cell.decode() for cell in cells]
    return results


def _shape_problems(name: str, sheet: Any, formulas: list[str]) -> Iterator[Problem]:
    for (first_row, first), (last_row, last) in sheet.merged_cell_ranges or []:
        cells = xl_range(first_row, first, last_row, last)
        message = _("%(cells)s 是合并单元格，请取消合并后逐行填写") % {"cells": cells}
        yield Problem(name, first_row + 1, xl_col_to_name(first), message)
    for cell in formulas[:50]:
        letters = cell.rstrip("0123456789")
        message = _("%(cell)s 是公式，请改为数值") % {"cell": cell}
        yield Problem(name, int(cell[len(letters) :]), letters, message)


def _rows_of(name: str, grid: list[list[Any]]) -> tuple[list[ReadRow], list[Problem]]:
    kind, medium = SHEETS[name]
    paths = {title_of(field).rstrip("*"): field.path for field in columns_of(kind, medium)}
    paths[MN] = "mn"
    titles = [str(cell).strip().rstrip("*") for cell in (grid[0] if grid else [])][:MAX_COLUMNS]
    problems = [
        Problem(name, 1, title, _("没有“%(title)s”这一列，请使用模板的表头") % {"title": title})
        for title in titles
        if title and title not in paths
    ]
    if MN not in titles:
        problems.append(Problem(name, 1, MN, _("缺少“MN 号”这一列，请使用模板的表头")))
        return [], problems
    rows = []
    for number, cells in enumerate(grid[1:], start=2):
        texts = {
            paths[title]: _text(cell)
            for title, cell in zip(titles, cells, strict=False)
            if title in paths
        }
        if any(texts.values()):
            mn_code = texts.pop("mn", "")
            values = {path: text for path, text in texts.items() if text}
            rows.append(ReadRow(name, number, kind, mn_code, values))
    return rows, problems


def _text(cell: Any) -> str:
    """Return a cell as a person would type it; numbers without the noise of floats."""
    match cell:
        case bool():
            return "是" if cell else "否"
        case float():
            return format(Decimal(repr(cell)).normalize(), "f")
        case datetime():
            return cell.date().isoformat()
        case date():
            return cell.isoformat()
    return str(cell).strip()
