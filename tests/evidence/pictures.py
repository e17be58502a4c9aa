"""Small pictures for tests."""

from io import BytesIO

from PIL import Image


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), mode: str = "RGB") -> bytes:
    """Return a picture with a slope from dark to bright."""
    image = Image.linear_gradient("L").resize(size).convert(mode)
    out = BytesIO()
    image.save(out, kind)
    return out.getvalue()
