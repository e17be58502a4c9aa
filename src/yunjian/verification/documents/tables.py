"""Readings in a file: the first sheet of an Excel workbook, or a CSV file."""

import csv
from io import StringIO
from typing import Any

from django.core.files import File
from django.utils.translation import gettext as _
from python_calamine import CalamineError

from yunjian.kernel.errors import InvalidInput
from yunjian.records.workbooks import open_workbook

MOST_BYTES = 2 * 1024 * 1024
ENCODINGS = ("utf-8-sig", "gb18030")


def table_of(upload: File[bytes]) -> list[list[Any]]:
    """Return the cells of an uploaded table, by rows.

    Raises:
        InvalidInput: at `upload`; too large, or neither a workbook nor a CSV file.
    """
    content = upload.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise InvalidInput(_("文件不能超过 2 MB"), code="too_large", field="upload")
    if (upload.name or "").lower().endswith(".csv"):
        return _csv(content)
    try:
        sheet = open_workbook(content, field="upload").get_sheet_by_index(0)
        return [list(row) for row in sheet.to_python()]
    except (CalamineError, OSError, ValueError, IndexError) as error:
        message = _("无法读取文件，请使用 Excel（.xlsx）或 CSV")
        raise InvalidInput(message, code="unreadable", field="upload") from error


def _csv(content: bytes) -> list[list[Any]]:
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        try:
            return [row for row in csv.reader(StringIO(text)) if row]
        except csv.Error as error:
            message = _("CSV 文件中有过长或不完整的单元格")
            raise InvalidInput(message, code="unreadable", field="upload") from error
    raise InvalidInput(_("无法识别 CSV 文件的编码"), code="unreadable", field="upload")
