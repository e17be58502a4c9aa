"""The text of a PDF, as far as it has any: bounded in pages and length."""

from io import BytesIO

from pypdf import PdfReader
from pypdf.errors import PyPdfError

MOST_PAGES = 200
MOST_CHARACTERS = 200_000


def text_of_pdf(content: bytes) -> str:
    """Return the text of a PDF; empty for a scan, and for what cannot be read."""
    parts: list[str] = []
    length = 0
    try:
        for page in PdfReader(BytesIO(content)).pages[:MOST_PAGES]:
            text = page.extract_text()
            parts.append(text)
            length += len(text)
            if length > MOST_CHARACTERS:
                break
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError):
        # what was read so far is better than nothing: it is only searched by
        return "\n".join(parts)
    return "\n".join(parts)[:MOST_CHARACTERS]
