"""Drawn pictures: instrument panels for photos, strokes for signatures."""

import math
import random
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

PANELS = 24
SIZE = (480, 360)
_LABELS = ("CODCr", "NH3-N", "SO2", "NOx", "PM", "TP")


def panel(number: int) -> bytes:
    """Draw the front of an instrument as a JPEG; the same number gives the same picture."""
    rng = random.Random(number)  # noqa: S311 - a drawing
    background = tuple(rng.randint(150, 215) for _ in range(3))
    image = Image.new("RGB", SIZE, background)
    draw = ImageDraw.Draw(image)
    left, top = rng.randint(60, 110), rng.randint(30, 60)
    right, bottom = left + rng.randint(250, 300), top + rng.randint(230, 260)
    draw.rectangle((left + 8, top + 10, right + 8, bottom + 10), fill=(90, 96, 100))
    draw.rectangle((left, top, right, bottom), fill=(226, 230, 232), outline=(70, 78, 84), width=3)
    _display(draw, rng, left + 24, top + 26, right - 24)
    for index in range(4):
        x = left + 40 + index * 55
        lamp = rng.choice([(60, 170, 90), (60, 170, 90), (60, 170, 90), (214, 160, 40)])
        draw.ellipse((x, bottom - 84, x + 20, bottom - 64), fill=lamp, outline=(60, 60, 60))
        draw.rectangle((x - 6, bottom - 46, x + 26, bottom - 26), fill=(120, 128, 134))
    for pipe in range(rng.randint(1, 3)):
        x = right + 16 + pipe * 18
        draw.line((x, 0, x, SIZE[1]), fill=(110, 120, 128), width=8)
    stamp = f"YUNJIAN DEMO  No.{number:02d}"
    draw.rectangle((0, SIZE[1] - 30, SIZE[0], SIZE[1]), fill=(30, 36, 40))
    draw.text((12, SIZE[1] - 26), stamp, fill=(240, 240, 240), font=ImageFont.load_default(18))
    return _encoded(image, "JPEG")


@cache
def signature(name: str) -> bytes:
    """Draw a signature as a PNG: strokes that look like writing, the same for the same name."""
    rng = random.Random(name)  # noqa: S311 - a drawing
    image = Image.new("RGB", (360, 160), "white")
    draw = ImageDraw.Draw(image)
    x = 30.0
    for _ in range(len(name)):
        for _ in range(rng.randint(3, 5)):
            draw.line(_stroke(rng, x), fill=(20, 24, 60), width=rng.randint(3, 5), joint="curve")
        x += 300 / max(2, len(name))
    return _encoded(image, "PNG")


def _display(
    draw: ImageDraw.ImageDraw, rng: random.Random, left: int, top: int, right: int
) -> None:
    draw.rectangle((left, top, right, top + 92), fill=(18, 44, 40))
    label, value = rng.choice(_LABELS), rng.uniform(2, 90)
    draw.text((left + 12, top + 10), label, fill=(150, 230, 190), font=ImageFont.load_default(20))
    text = f"{value:.1f}"
    draw.text((left + 12, top + 36), text, fill=(190, 255, 215), font=ImageFont.load_default(40))


def _stroke(rng: random.Random, x: float) -> list[tuple[float, float]]:
    x0, y0 = x + rng.uniform(0, 40), rng.uniform(30, 110)
    angle, bend = rng.uniform(-0.7, 1.9), rng.uniform(-0.12, 0.12)
    points = [(x0, y0)]
    for _ in range(rng.randint(5, 11)):
        angle += bend
        x0, y0 = x0 + 9 * math.cos(angle), y0 + 9 * math.sin(angle)
        points.append((x0, min(150.0, max(8.0, y0))))
    return points


def _encoded(image: Image.Image, kind: str) -> bytes:
    out = BytesIO()
    image.save(out, kind, quality=78)
    return out.getvalue()
