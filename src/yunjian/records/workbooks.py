"""Workbooks that people send: looked at before anything unpacks them.

The reader lays out every sheet as one rectangle, from its first cell to its last. Two cells at the
far corners of a sheet make a file of a kilobyte into an allocation that ends the process, so that
what a package says of its cells is read first.
"""

import re
import zipfile
from io import BytesIO
from itertools import islice

from django.conf import settings
from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from yunjian.kernel.errors import InvalidInput

MAX_UNPACKED = 30 * 2**20
MAX_CELLS = 1_000_000
# where a row or a cell says that it stands; one that says nothing stands behind the one before
PLACE = re.compile(rb"""\br\s*=\s*["']\s*([A-Za-z]{0,3})([0-9]{1,7})\s*["']""")
ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
# a cell whose formula failed: the reader takes it for an empty one
ERROR_CELL = re.compile(rb"""<(?:\w+:)?c(?=\s[^>]*\bt\s*=\s*["']e["'])([^>]*)>""")
ERROR_VALUE = re.compile(rb"#[A-Z0-9/!?_]{2,20}")
MOST_ERRORS = 5
# other formats that the reader would take as well
OTHER_FORMATS = frozenset({"content.xml", "xl/workbook.bin"})


def open_workbook(content: bytes, *, field: str = "file") -> CalamineWorkbook:
    """Return a workbook whose sheets can be read whole.

    Raises:
        InvalidInput: at `field`; it is no .xlsx file, is damaged, holds or spans too much, or
            a formula of it failed.
    """
    if len(content) > settings.IMPORT_MAX_BYTES:
        limit = settings.IMPORT_MAX_BYTES // 2**20
        raise InvalidInput(
            _("文件超过 %(limit)s MB") % {"limit": limit}, code="too_large", field=field
        )
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            _look_through(package, field)
        return CalamineWorkbook.from_filelike(BytesIO(content))
    except CalamineError as error:
        message = _("文件无法读取，可能已损坏或不是 .xlsx 文件")
        raise InvalidInput(message, code="damaged", field=field) from error
    # no archive; one without a workbook; cut off; encrypted; packed in a way that is not known
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError, NotImplementedError) as error:
        message = _("只能导入 .xlsx 文件；请使用下载的模板填写")
        raise InvalidInput(message, code="kind", field=field) from error


def _look_through(package: zipfile.ZipFile, field: str) -> None:
    entries = package.infolist()
    names = {entry.filename for entry in entries}
    if "xl/workbook.xml" not in names or names & OTHER_FORMATS:
        raise InvalidInput(_("只能导入 .xlsx 文件；请使用下载的模板填写"), code="kind", field=field)
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise InvalidInput(_("文件内容过多，请分成几个文件"), code="too_many", field=field)
    # a sheet may lie under any name: every part is looked at
    for entry in entries:
        part = package.read(entry)
        rows, columns = _extent(part)
        if rows * columns > MAX_CELLS:
            message = _("工作表的范围过大（到第 %(rows)s 行、第 %(columns)s 列），请删除表外的内容")
            values = {"rows": rows, "columns": columns}
            raise InvalidInput(message % values, code="too_many", field=field)
        if errors := _errors(part):
            message = _("单元格 %(cells)s 是公式的错误值，请在 Excel 中改正后再上传")
            raise InvalidInput(message % {"cells": "、".join(errors)}, code="error", field=field)


def _errors(part: bytes) -> list[str]:
    """Return the first cells of a part whose formulas failed, each with its error."""
    errors = []
    for match in islice(ERROR_CELL.finditer(part), MOST_ERRORS):
        place = PLACE.search(match[1])
        value = ERROR_VALUE.search(part, match.end(), match.end() + 2000)
        where = (place[1] + place[2]).decode() if place else "?"
        errors.append(f"{where}（{value[0].decode()}）" if value else where)
    return errors


def _extent(part: bytes) -> tuple[int, int]:
    """Return how many rows and columns the cells of a part may span."""
    rows = columns = placed = 0
    for match in PLACE.finditer(part):
        rows = max(rows, int(match[2]))
        columns = max(columns, _column(match[1]))
        placed += bool(match[1])
    cells = sum(1 for _cell in CELL.finditer(part))
    unplaced = sum(1 for _row in ROW.finditer(part))
    return max(rows, unplaced, 1), columns + max(cells - placed, 0)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number
