"""Excel files of lists that may be long: written row by row to disk, then streamed."""

import tempfile
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import IO, Any

import xlsxwriter
from django.http import FileResponse
from django_tables2.utils import Accessor

from yunjian.kernel.clock import SHANGHAI
from yunjian.kernel.languages import Text

Column = tuple[Text, "str | Callable[[Any], Any]"]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NARROW, WIDE = 12, 28


def stream_xlsx(filename: str, columns: list[Column], rows: Iterable[Any]) -> FileResponse:
    """Return an Excel file; columns are (title, accessor), the accessor dotted or a function."""
    # closed, and so deleted, by the response when the last byte is sent
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115
    workbook = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False})
    sheet = workbook.add_worksheet()
    head = workbook.add_format({"bold": True, "bg_color": "#EAF2FB", "border": 1})
    for column, (word, _accessor) in enumerate(columns):
        title = str(word)
        sheet.set_column(column, column, WIDE if len(title) > 4 else NARROW)  # noqa: PLR2004 - four signs are narrow
        sheet.write_string(0, column, title, head)
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows, start=1):
        for column, (_title, accessor) in enumerate(columns):
            sheet.write(number, column, _cell(accessor, row))
    workbook.close()
    file.seek(0)
    return xlsx(filename, file)


def xlsx(filename: str, file: IO[bytes]) -> FileResponse:
    """Answer with an Excel file that is written; the response closes it."""
    return FileResponse(file, as_attachment=True, filename=filename, content_type=XLSX)


def _cell(accessor: "str | Callable[[Any], Any]", row: Any) -> Any:
    if callable(accessor):
        value = accessor(row)
    else:
        value = Accessor(accessor.replace(".", "__")).resolve(row, quiet=True)
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return "" if value is None else str(value)
