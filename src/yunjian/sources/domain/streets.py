"""街道、镇、乡 of the districts, as proposals for what is typed."""

import tomllib
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "data" / "streets.toml"


@cache
def _known() -> dict[str, list[str]]:
    known: dict[str, list[str]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["districts"]
    return known


def streets_of(district_code: str) -> list[str]:
    """Return the streets, towns and townships of a district (GB/T 2260); none when unknown."""
    return _known().get(district_code, [])
