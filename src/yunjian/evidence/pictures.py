"""Uploads are never trusted: what they are is told by their bytes, and pictures are drawn anew."""

import re
from dataclasses import dataclass
from io import BytesIO

import filetype
from django.conf import settings
from django.utils.translation import gettext as _
from pi_heif import register_heif_opener
from PIL import Image, ImageOps, UnidentifiedImageError

from yunjian.kernel.errors import InvalidInput

register_heif_opener()

IMAGE_TYPES = {
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/webp": (".webp",),
    "image/heic": (".heic", ".heif"),
}
PDF_TYPE = "application/pdf"
PDF_HEAD, PDF_TAIL = 1024, 2048
PDF_VERSION = re.compile(rb"%PDF-(1\.[0-7]|2\.0)")
PDF_END = re.compile(rb"startxref\s+\d+\s+%%EOF")
JPEG_QUALITY = 88
THUMBNAIL_PIXELS = 320
HASH_WIDTH, HASH_HEIGHT = 9, 8
# what decoders raise on bytes that only pretend to be a picture, or that unpack without end
DAMAGED = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    OSError,
    SyntaxError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What an upload really is, as it will be stored."""

    kind: str
    content: bytes
    content_type: str
    suffix: str
    width: int | None = None
    height: int | None = None
    dhash: str = ""


def accepted(content: bytes, filename: str) -> Accepted:
    """Check an upload; pictures are oriented, stripped of metadata and encoded anew.

    Raises:
        InvalidInput: at `file`; too large, of another kind than its name says, or damaged.
    """
    if not content:
        raise _refusal("empty", _("文件是空的，请重新选择"))
    if len(content) > settings.ATTACHMENT_MAX_BYTES:
        limit = settings.ATTACHMENT_MAX_BYTES // 2**20
        raise _refusal("too_large", _("文件超过 %(limit)s MB，请压缩后再上传") % {"limit": limit})
    guessed = filetype.guess(content)
    real = guessed.mime if guessed is not None else ""
    allowed = {**IMAGE_TYPES, PDF_TYPE: (".pdf",)}
    if real not in allowed:
        raise _refusal("kind", _("只能上传照片（JPG、PNG、HEIC、WebP）或 PDF"))
    if not filename.lower().endswith(allowed[real]):
        message = _("文件内容与扩展名不符：“%(filename)s”实际是 %(kind)s 文件")
        facts = {"filename": filename, "kind": guessed.extension.upper()}
        raise _refusal("not_what_it_says", message % facts)
    if real == PDF_TYPE:
        _check_pdf(content)
        return Accepted("pdf", content, PDF_TYPE, ".pdf")
    return _redrawn(content, keep_png=real == "image/png")


def _check_pdf(content: bytes) -> None:
    """Refuse bytes that begin like a PDF but are none: cut off, or something else behind it.

    A whole one says its version at the start, and at the end where its objects are listed.

    Raises:
        InvalidInput: at `file`.
    """
    head, tail = content[:PDF_HEAD], content[-PDF_TAIL:]
    whole = PDF_VERSION.search(head) and PDF_END.search(tail) and b"obj" in content
    if not whole:
        raise _refusal("damaged", _("PDF 文件不完整或已损坏，请重新导出后再上传"))


def reduced(content: bytes, pixels: int) -> bytes:
    """Return a JPEG of a stored picture, at most so many pixels on a side."""
    with Image.open(BytesIO(content)) as image:
        small = _flat(image)
        small.thumbnail((pixels, pixels))
        return _encoded(small, "JPEG", quality=80)


def difference_hash(image: Image.Image) -> str:
    """Return the 64-bit difference hash: near-equal pictures differ in few bits."""
    grey = image.convert("L").resize((HASH_WIDTH, HASH_HEIGHT), Image.Resampling.LANCZOS)
    pixels = grey.tobytes()
    bits = 0
    for row in range(HASH_HEIGHT):
        for column in range(HASH_WIDTH - 1):
            at = row * HASH_WIDTH + column
            bits = bits << 1 | (pixels[at] > pixels[at + 1])
    return f"{bits:016x}"


def _redrawn(content: bytes, *, keep_png: bool) -> Accepted:
    try:
        with Image.open(BytesIO(content)) as image:
            if image.width * image.height > settings.ATTACHMENT_MAX_PIXELS:
                raise _refusal("pixels", _("图片像素过大，请压缩后再上传"))
            drawn = ImageOps.exif_transpose(image)
            drawn.load()
    except DAMAGED as error:
        raise _refusal("damaged", _("图片已损坏，无法读取，请重新拍摄或选择")) from error
    if keep_png:
        drawn = drawn.convert("RGBA" if "A" in drawn.getbands() else "RGB")
        stored, content_type, suffix = _encoded(drawn, "PNG", optimize=True), "image/png", ".png"
    else:
        drawn = _flat(drawn)
        stored = _encoded(drawn, "JPEG", quality=JPEG_QUALITY)
        content_type, suffix = "image/jpeg", ".jpg"
    shown = drawn.width, drawn.height, difference_hash(drawn)
    return Accepted("image", stored, content_type, suffix, *shown)


def _refusal(code: str, message: str) -> InvalidInput:
    return InvalidInput(message, code=code, field="file")


def _flat(image: Image.Image) -> Image.Image:
    if "A" not in image.getbands():
        return image.convert("RGB")
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _encoded(image: Image.Image, kind: str, **options: int) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()
