"""The factors that monitors measure, with their codes in HJ 212 (`data/factors.toml`)."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "data" / "factors.toml"


@dataclass(frozen=True, slots=True)
class Factor:
    """What is measured in a medium: its symbol in the rules, its code on the wire, its unit."""

    medium: str
    symbol: str
    code: str
    unit: str
    zh: str
    en: str


@cache
def factors(medium: str) -> dict[str, Factor]:
    """Return the factors of a medium ("wastewater", "flue_gas") by symbol, in order of code."""
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))["factors"]
    known = sorted((Factor(**row) for row in rows), key=lambda factor: factor.code)
    return {factor.symbol: factor for factor in known if factor.medium == medium}
