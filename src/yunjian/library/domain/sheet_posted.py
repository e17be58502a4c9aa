"""What a browser posts of a record sheet becomes answers again.

What cannot be read (a number with a letter in it) stays in the answers as it was typed: the rules
refuse it at its place, and the page shows it again, so that nothing typed is ever lost.
"""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import QueryDict

from yunjian.standards.sheets import Definition, empty_row

LARGEST_EXACT_INTEGER = 2**53
MOST_ROWS = 200
LISTS = frozenset({"choices", "photo", "signature"})

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}", re.ASCII)
_BOOLEANS = {"true": True, "false": False}


def answers_posted(definition: Definition, data: QueryDict, prefix: str) -> dict[str, Any]:
    """Return the answers in what a browser posted; nothing is judged here.

    Names are `<prefix>.<section>.<key>`, in groups `<prefix>.<section>.<row>.<key>` with the rows
    listed under `<prefix>.<section>.row`.
    """
    answers: dict[str, Any] = {}
    for section in definition.source["sections"]:
        name = f"{prefix}.{section['key']}"
        match section["kind"]:
            case "checklist":
                answers[section["key"]] = _checks(section, data, name)
            case "group":
                rows = data.getlist(f"{name}.row")[:MOST_ROWS]
                answers[section["key"]] = [_fields(section, data, f"{name}.{row}") for row in rows]
            case _:
                answers[section["key"]] = _fields(section, data, name)
    return answers


def _checks(section: dict[str, Any], data: QueryDict, name: str) -> dict[str, Any]:
    checks = {}
    for item in section["items"]:
        given = {
            "state": data.get(f"{name}.{item['key']}.state", ""),
            "note": data.get(f"{name}.{item['key']}.note", "").strip(),
        }
        if filled := {key: value for key, value in given.items() if value}:
            checks[item["key"]] = filled
    return checks


def _fields(section: dict[str, Any], data: QueryDict, name: str) -> dict[str, Any]:
    values = {}
    for part in section["fields"]:
        value = _value(part, data, f"{name}.{part['key']}")
        if value is not None and value not in ("", []):
            values[part["key"]] = value
    return values


def _value(part: dict[str, Any], data: QueryDict, name: str) -> Any:
    if part["type"] == "computed":
        return None
    if part["type"] in LISTS:
        return [item for item in data.getlist(name) if item]
    text = data.get(name, "").replace("\r\n", "\n")
    return value_typed(part["type"], text) if text.strip() else None


def pressed(
    definition: Definition,
    answers: dict[str, Any],
    context: dict[str, Any],
    action: str,
    path: list[str],
) -> dict[str, Any]:
    """Return the answers after a button: add or drop a row, or call the rest of a list normal.

    `path` is the key of a section, and the index of a row to drop. A button that does not fit
    changes nothing.
    """
    key = path[0]
    given = answers.get(key)
    match action:
        case "add-row" if isinstance(given, list):
            return {**answers, key: [*given, empty_row(definition, key, context)]}
        case "drop-row" if isinstance(given, list):
            return {**answers, key: [row for at, row in enumerate(given) if str(at) != path[-1]]}
        case "all-normal" if isinstance(given, dict):
            section = next(item for item in definition.sections if item.key == key)
            rest = {
                item.key: {"state": "normal"} | given.get(item.key, {}) for item in section.items
            }
            return {**answers, key: rest}
        case _:
            return answers


def value_typed(kind: str, text: str) -> Any:
    """Return what a text means for a field of this type; the text itself when it means nothing."""
    match kind:
        case "number":
            return number_typed(text)
        case "boolean":
            return _BOOLEANS.get(text, text)
        case "datetime":
            return _moment_typed(text)
        case "date" | "time" | "choice":
            return text.strip()
        case _:
            return text


def number_typed(text: str) -> int | float | str:
    """Return the number that was typed; Chinese punctuation counts as the decimal point."""
    tidy = text.replace("。", ".").replace("．", ".").strip()
    if not _NUMBER.fullmatch(tidy):
        return text
    value = float(tidy)
    if value in (float("inf"), float("-inf")):
        return text
    return int(value) if value.is_integer() and abs(value) < LARGEST_EXACT_INTEGER else value


def _moment_typed(text: str) -> str:
    tidy = text.strip()
    if not _MOMENT.fullmatch(tidy):
        return text
    try:
        datetime.fromisoformat(tidy)
    except ValueError:
        return text
    return f"{tidy[:10]}T{tidy[11:]}:00+08:00"  # Shanghai, as the phone writes it


def text_of(kind: str, value: Any) -> str:
    """Return a value as it stands in its input; `value_typed` reads it back."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{Decimal(repr(value)):f}"
    text = str(value)
    if kind == "datetime" and text.endswith(":00+08:00") and _MOMENT.fullmatch(text[:16]):
        return f"{text[:10]} {text[11:16]}"
    return text
