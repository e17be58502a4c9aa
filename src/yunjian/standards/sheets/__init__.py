"""Record sheets as data: definitions, and the one way to check, compute and judge answers."""

from yunjian.standards.sheets.evaluate import SheetError, SheetResult, evaluate, worse
from yunjian.standards.sheets.loader import (
    UnknownSheet,
    current_name,
    current_names,
    definition,
    definitions,
    definitions_for,
    effective_problems,
    photo_ids,
    register_source,
    unregister_source,
)
from yunjian.standards.sheets.model import Definition, check, compatible, parsed
from yunjian.standards.sheets.prefill import empty_row, initial_answers
from yunjian.standards.sheets.problems import InvalidDefinition, Problem

__all__ = [
    "Definition",
    "InvalidDefinition",
    "Problem",
    "SheetError",
    "SheetResult",
    "UnknownSheet",
    "check",
    "compatible",
    "current_name",
    "current_names",
    "definition",
    "definitions",
    "definitions_for",
    "effective_problems",
    "empty_row",
    "evaluate",
    "initial_answers",
    "parsed",
    "photo_ids",
    "register_source",
    "unregister_source",
    "worse",
]
