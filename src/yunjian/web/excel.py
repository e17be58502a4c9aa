"""Excel files of lists that may be long: written row by row to disk, then streamed."""

import tempfile
from collections.abc import Iterable, Sequence
from typing import IO, Any

import xlsxwriter
from django.http import FileResponse

from yunjian.kernel.languages import Text
from yunjian.web.tables import Source, as_text, read

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NARROW, WIDE = 12, 28


def stream_xlsx(
    filename: str, columns: Sequence[tuple[Text, Source]], rows: Iterable[Any]
) -> FileResponse:
    """Return an Excel file; columns are (title, source), as those of `web.tables`."""
    # closed, and so deleted, by the response when the last byte is sent
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    workbook = xlsxwriter.Workbook(file, options)
    sheet = workbook.add_worksheet()
    head = workbook.add_format({"bold": True, "bg_color": "#EAF2FB", "border": 1})
    for column, (word, _source) in enumerate(columns):
        title = str(word)
        sheet.set_column(column, column, WIDE if len(title) > 4 else NARROW)  # noqa: PLR2004 - four signs are narrow
        sheet.write_string(0, column, title, head)
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows, start=1):
        for column, (_title, source) in enumerate(columns):
            sheet.write(number, column, _cell(read(row, source)))
    workbook.close()
    file.seek(0)
    return xlsx(filename, file)


def xlsx(filename: str, file: IO[bytes]) -> FileResponse:
    """Answer with an Excel file that is written; the response closes it."""
    return FileResponse(file, as_attachment=True, filename=filename, content_type=XLSX)


def _cell(value: Any) -> Any:
    value = as_text(value)
    if isinstance(value, int | float):
        return value
    return "" if value is None else str(value)
