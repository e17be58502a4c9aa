"""The categories of documents: data, with what each is for and on what it stands."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from yunjian.kernel.languages import localized

DATA = Path(__file__).parents[1] / "data" / "document_categories.toml"
Scope = Literal["agency", "model", "site"]


@dataclass(frozen=True, slots=True)
class Category:
    """A category of documents. `required`: it is named as missing where there is none."""

    code: str
    scope: Scope
    title: Mapping[str, str]
    basis: str
    provenance: str
    required: bool

    @property
    def label(self) -> str:
        """Return what it is called in the language that is read now."""
        return localized(self.title)


@cache
def categories() -> Mapping[str, Category]:
    """Return every category by its code, in the order in which people see them."""
    rows = tomllib.loads(DATA.read_text(encoding="utf-8"))["categories"]
    return {row["code"]: Category(**row) for row in rows}


def category_title(code: str) -> str:
    """Return what a category is called; one that is no longer stated is shown as it is stored."""
    known = categories().get(code)
    return known.label if known else code
