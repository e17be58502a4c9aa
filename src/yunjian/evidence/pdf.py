"""Documents on paper: typst sets them, with Chinese fonts that come along as a package."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import pylopdf_fonts_zh_cn
import segno
import typst

from yunjian.evidence.pictures import reduced
from yunjian.kernel.clock import SHANGHAI
from yunjian.standards.sheets.layout import Block

TEMPLATES = Path(__file__).parent / "templates_typst"
PARTS = ("page.typ", "sheet.typ")
PRINTED_PIXELS = 720
VERDICTS = {
    "pass": "合格",
    "attention": "有异常",
    "calibrate": "需校准",
    "out_of_control": "失控",
    "fail": "不合格",
    "unknown": "未确认",
}


@dataclass(frozen=True, slots=True)
class SheetCopy:
    """One record sheet, with the standard and annex it follows, in the blocks of its layout.

    `paper` is "portrait" or "landscape".
    """

    title: str
    standard: str
    blocks: list[Block]
    verdict: str = ""
    paper: str = "portrait"


@dataclass(frozen=True, slots=True)
class DecisionCopy:
    """What the discharger decided, and whether after the deadline."""

    name: str
    decision: str
    reason: str
    at: str
    late: bool


@dataclass(frozen=True, slots=True)
class VisitCopy:
    """What the copy of record says, as the words to print.

    `photos` and `signature` are keys of the images; `issued_at` dates the document, so that the
    same copy always has the same bytes.
    """

    title: str
    number: str
    discharger: str
    source: str
    outlet: str
    point: str
    mn_code: str
    agency: str
    engineer: str
    task_due: str
    signed_in_at: str
    signed_out_at: str
    submitted_at: str
    position: str
    distance: str
    verdict: str
    content_digest: str
    event_digest: str
    check_url: str
    issued_at: datetime
    note: str = ""
    participants: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    sheets: list[SheetCopy] = field(default_factory=list)
    photos: list[str] = field(default_factory=list)
    signature: str | None = None
    confirmation: DecisionCopy | None = None


def render_visit(copy: VisitCopy, images: Mapping[str, bytes]) -> bytes:
    """Return the copy of record as PDF; pictures are printed small.

    Raises:
        KeyError: the copy names an image that is not given.
    """
    data = asdict(copy)
    at = copy.issued_at.astimezone(SHANGHAI)
    data["issued_at"] = [at.year, at.month, at.day, at.hour, at.minute, at.second]
    data["verdicts"] = VERDICTS
    data["standards"] = "、".join(dict.fromkeys(s.standard for s in copy.sheets if s.standard))
    named = [*copy.photos, *([copy.signature] if copy.signature else [])]
    files = {f"images/{key}.jpg": reduced(images[key], PRINTED_PIXELS) for key in named}
    data["photos"] = [f"{key}.jpg" for key in copy.photos]
    data["signature"] = f"{copy.signature}.jpg" if copy.signature else None
    files["check.svg"] = qr_code(copy.check_url)
    return render("visit_record", data, files, at=copy.issued_at)


def render_sheet(sheet: SheetCopy) -> bytes:
    """Return one sheet alone as PDF: an empty form, or one that is being looked at."""
    return render("sheet_alone", {"sheet": asdict(sheet), "verdicts": VERDICTS})


def render(
    template: str,
    data: dict[str, Any],
    images: Mapping[str, bytes] | None = None,
    *,
    at: datetime | None = None,
) -> bytes:
    """Return a PDF from a template, its data (`data.json` to it) and the files it names.

    The same input gives the same bytes; `at` is the time the file says it was made.

    Raises:
        FileNotFoundError: there is no such template.
    """
    files = {
        "main.typ": (TEMPLATES / f"{template}.typ").read_bytes(),
        "data.json": orjson.dumps(data),
        **{name: (TEMPLATES / name).read_bytes() for name in PARTS},
        **(images or {}),
    }
    # a folder of its own: the compiler takes only text from memory
    with TemporaryDirectory(prefix="yunjian-pdf-") as folder:
        for name, file in files.items():
            path = Path(folder, name)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(file)
        content: bytes = typst.compile(
            str(Path(folder, "main.typ")),
            root=folder,
            format="pdf",
            font_paths=[_font_folder()],
            ignore_system_fonts=True,
            timestamp=int((at or datetime(2000, 1, 1, tzinfo=UTC)).timestamp()),
        )
    return content


def qr_code(text: str) -> bytes:
    """Return a QR code as SVG."""
    out = BytesIO()
    segno.make(text, error="m").save(out, kind="svg", border=1)
    return out.getvalue()


@cache
def _font_folder() -> str:
    return str(Path(pylopdf_fonts_zh_cn.sans_path()).parent)
