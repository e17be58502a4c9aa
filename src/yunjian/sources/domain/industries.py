"""国民经济行业分类: the groups of GB/T 4754-2017, to choose from and to check codes by."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parents[1] / "data" / "industries.toml"
# a group of three digits, or a class of four below it
CODE = re.compile(r"\d{3,4}")
GROUP_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Industry:
    """A group (中类), with the division that it belongs to."""

    code: str
    name: str
    division: str


@cache
def industries() -> dict[str, Industry]:
    """Return every group by its three digits."""
    sections = tomllib.loads(FILE.read_text(encoding="utf-8"))["sections"]
    return {
        code: Industry(code, name, division["name"])
        for section in sections
        for division in section["divisions"]
        for code, name in division["groups"].items()
    }


def industry_of(code: str) -> Industry | None:
    """Return the group that a code of three or four digits belongs to; None for a wrong code."""
    if CODE.fullmatch(code) is None:
        return None
    return industries().get(code[:GROUP_DIGITS])


def industries_like(text: str, most: int = 20) -> list[Industry]:
    """Return groups whose code begins with the text, or whose name or division holds it."""
    wanted = text.strip()
    begun = [row for row in industries().values() if wanted and row.code.startswith(wanted[:3])]
    named = [row for row in industries().values() if wanted and wanted in row.name]
    below = [row for row in industries().values() if wanted and wanted in row.division]
    return list(dict.fromkeys([*begun, *named, *below]))[:most]
