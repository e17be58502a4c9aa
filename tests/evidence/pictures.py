"""Small pictures for tests."""

from io import BytesIO
from pathlib import Path

from PIL import Image

HEIC = Path(__file__).with_name("slope.heic")  # what reads HEIC here cannot write it


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), mode: str = "RGB") -> bytes:
    """Return a picture with a slope from dark to bright. A HEIC one has a size of its own."""
    if kind == "HEIF":
        return HEIC.read_bytes()
    image = Image.linear_gradient("L").resize(size).convert(mode)
    out = BytesIO()
    image.save(out, kind)
    return out.getvalue()
