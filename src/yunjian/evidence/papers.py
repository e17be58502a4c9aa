"""Large PDFs as they are uploaded: what may not be in them. Opened by a process of its own.

`python -m yunjian.evidence.papers FILE` prints what a file holds, as JSON.
"""

import json
import sys
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

from yunjian.evidence.bounded import Unreadable, run_bounded
from yunjian.evidence.pictures import PDF_END, PDF_HEAD, PDF_TAIL, PDF_VERSION
from yunjian.kernel.errors import InvalidInput

RUNS = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToR", "/GoToE"}
# what is done without anybody pressing anything: there a link runs as well
UNASKED = ("/OpenAction", "/AA")
MOST_PAGES = 2000
MOST_OBJECTS = 400_000
SECONDS = 40


def check_paper(path: Path) -> None:
    """Refuse a PDF that is cut off, has a password or no pages, or carries what runs.

    Raises:
        InvalidInput: at `file`.
    """
    with path.open("rb") as file:
        head = file.read(PDF_HEAD)
        file.seek(max(0, path.stat().st_size - PDF_TAIL))
        tail = file.read(PDF_TAIL)
    if not (PDF_VERSION.search(head) and PDF_END.search(tail)):
        raise _refusal("damaged", _("PDF 文件不完整或已损坏，请重新导出后再上传"))
    try:
        found = run_bounded("yunjian.evidence.papers", path, seconds=SECONDS)
    except Unreadable as error:
        raise _refusal("damaged", _("PDF 文件无法打开，请重新导出后再上传")) from error
    if found["encrypted"]:
        raise _refusal("encrypted", _("PDF 设有密码或加密，请解除后再上传"))
    if found["pages"] == 0:
        raise _refusal("no_pages", _("PDF 里没有页面，请重新导出后再上传"))
    if found["pages"] > MOST_PAGES:
        raise _refusal("too_many_pages", _("PDF 超过 2000 页，请分成几个文件上传"))
    if found["runs"]:
        raise _refusal("scripts", _("PDF 含有脚本或可执行的动作，请打印为普通 PDF 后再上传"))
    if found["files"]:
        raise _refusal("files", _("PDF 里嵌有其他文件，请打印为普通 PDF 后再上传"))


def contents(path: Path) -> dict[str, Any]:
    """Return what a PDF holds: its pages, and whether it is encrypted, runs or carries something.

    Every object is looked at, not only those that pages point to: viewers find more than we know.
    """
    reader = PdfReader(path)
    if reader.is_encrypted:
        return {"encrypted": True, "pages": 0, "runs": False, "files": False}
    runs = files = False
    numbers = {
        (number, generation)
        for generation, table in reader.xref.items()
        for number in table
        if number  # 0 heads the list of free objects
    } | {(number, 0) for number in reader.xref_objStm}
    if len(numbers) > MOST_OBJECTS:
        raise ValueError("more objects than any report has")
    seen: list[Any] = [reader.trailer]
    for number, generation in sorted(numbers):
        seen.append(reader.get_object(IndirectObject(number, generation, reader)))
    while seen:
        one = seen.pop()
        if isinstance(one, DictionaryObject):
            runs = runs or _runs(one)
            files = files or "/EmbeddedFiles" in one or "/EF" in one
        inside = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        seen.extend(value for value in inside if isinstance(value, dict | list))
    return {"encrypted": False, "pages": len(reader.pages), "runs": runs, "files": files}


def _runs(one: DictionaryObject) -> bool:
    """Tell whether an object holds a script, a form that is one, or an action that leaves it."""
    named = not {"/JS", "/JavaScript", "/XFA"}.isdisjoint(one) or str(one.get("/S")) in RUNS
    return named or any(_goes_out(one[key]) for key in UNASKED if key in one)


def _goes_out(action: Any) -> bool:
    """Tell whether an action, or one of those for the events of a page, opens an address."""
    if not isinstance(action, DictionaryObject):
        return False
    actions = [action, *(action[key] for key in action)]
    return any(isinstance(one, DictionaryObject) and one.get("/S") == "/URI" for one in actions)


def _refusal(code: str, message: str) -> InvalidInput:
    return InvalidInput(message, code=code, field="file")


if __name__ == "__main__":
    sys.stdout.write(json.dumps(contents(Path(sys.argv[1]))))
