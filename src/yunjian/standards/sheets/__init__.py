"""Record sheets as data: definitions, and the one way to check, compute and judge answers."""

from yunjian.standards.sheets.evaluate import SheetError, SheetResult, evaluate, worse
from yunjian.standards.sheets.loader import (
    UnknownSheet,
    as_json,
    current_name,
    definition,
    definitions,
    definitions_for,
    photo_ids,
)
from yunjian.standards.sheets.model import Definition, InvalidDefinition

__all__ = [
    "Definition",
    "InvalidDefinition",
    "SheetError",
    "SheetResult",
    "UnknownSheet",
    "as_json",
    "current_name",
    "definition",
    "definitions",
    "definitions_for",
    "evaluate",
    "photo_ids",
    "worse",
]
