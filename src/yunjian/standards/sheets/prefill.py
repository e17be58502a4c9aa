"""What a sheet starts with: prefilled fields, and the rows that a group has from the beginning."""

from typing import Any

from yunjian.standards.sheets.expressions import UNKNOWN, as_doubles, evaluated
from yunjian.standards.sheets.model import Definition

LARGEST_EXACT_INTEGER = 2**53


def initial_answers(definition: Definition, context: dict[str, Any]) -> dict[str, Any]:
    """Return the answers of a sheet on which nobody has written yet.

    A group with `rows` (an expression over `ctx` that gives a list) starts with a row for each
    element, which prefill expressions see as `item`; but never with fewer than `min` rows. What
    cannot be evaluated prefills nothing.
    """
    ctx = as_doubles(context)
    answers: dict[str, Any] = {}
    for section in definition.source["sections"]:
        match section["kind"]:
            case "checklist":
                answers[section["key"]] = {}
            case "group":
                items = _items(section, ctx)
                answers[section["key"]] = [_prefilled(section, ctx, item) for item in items]
            case _:
                answers[section["key"]] = _prefilled(section, ctx, None)
    return answers


def empty_row(definition: Definition, key: str, context: dict[str, Any]) -> dict[str, Any]:
    """Return one more row of a group, prefilled with what is the same for every row."""
    section = next(item for item in definition.source["sections"] if item["key"] == key)
    return _prefilled(section, as_doubles(context), None)


def _items(section: dict[str, Any], ctx: dict[str, Any]) -> list[Any]:
    result = _evaluated(section.get("rows"), ctx, None)
    items = result if isinstance(result, list) else []
    items = items[: section.get("max", 100)]
    return items + [None] * (section.get("min", 0) - len(items))


def _prefilled(section: dict[str, Any], ctx: dict[str, Any], item: Any) -> dict[str, Any]:
    values = {}
    for part in section["fields"]:
        value = _evaluated(part.get("prefill"), ctx, item)
        if value is not None and value not in ("", []):
            values[part["key"]] = _plain(value)
    return values


def _evaluated(source: str | None, ctx: dict[str, Any], item: Any) -> Any:
    if not source:
        return None
    value = evaluated(source, {"s": {}, "row": {}, "ctx": ctx, "item": item})
    return None if value is UNKNOWN else value


def _plain(value: Any) -> Any:
    """Return a whole number as an integer, as a person would type it."""
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST_EXACT_INTEGER:
        return int(value)
    return value
