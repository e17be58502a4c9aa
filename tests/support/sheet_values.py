"""Answers that an honest engineer would type into any sheet definition."""

from typing import Any

DEFAULTS: dict[str, Any] = {
    "text": "正常",
    "longtext": "运行正常",
    "date": "2026-11-20",
    "time": "09:30",
    "datetime": "2026-11-20T09:30:00+08:00",
    "boolean": True,
}

TEXTS = {"before": "原值", "after": "新值"}

NUMBERS = {
    "room_temperature": 22.5,
    "room_humidity": 45,
    "probe_temperature": 165,
    "line_temperature": 150,
    "cooler_temperature": 4.0,
    "sample_flow": 2.5,
    "so2": 12.4,
    "nox": 38.1,
    "o2": 9.62,
    "ph": 7.4,
    "flow": 36.2,
}


def honest_answers(definition: dict[str, Any], **overrides: Any) -> dict[str, Any]:
    """Fill in every field and item; `overrides` maps `section__key` to another value."""
    answers: dict[str, Any] = {}
    for section in definition["sections"]:
        answers[section["key"]] = _section(section)
    for path, value in overrides.items():
        section_key, key = path.split("__")
        answers[section_key][key] = value
    return answers


def _section(section: dict[str, Any]) -> Any:
    match section["kind"]:
        case "checklist":
            return {item["key"]: {"state": "normal", "note": ""} for item in section["items"]}
        case "group":
            return [_fields(section) for _ in range(_row_count(section))]
        case _:
            return _fields(section)


def _row_count(section: dict[str, Any]) -> int:
    """Rows that the definition itself writes down (`rows = "[1, 2, 3]"`) are all filled in."""
    written = section.get("rows", "")
    return max(section.get("min") or 0, written.count(",") + 1 if written.startswith("[") else 0)


def _fields(section: dict[str, Any]) -> dict[str, Any]:
    values = {}
    for field in section["fields"]:
        value = _value(field)
        if value is not None:
            values[field["key"]] = value
    return values


def _value(field: dict[str, Any]) -> Any:
    match field["type"]:
        case "computed" | "photo" | "signature":
            return None
        case "number":
            return _number(field)
        case "choice":
            return field["choices"][0]["value"]
        case "choices":
            return [field["choices"][0]["value"]]
        case kind:
            return TEXTS.get(field["key"], DEFAULTS[kind])


def _number(field: dict[str, Any]) -> float:
    if field["key"] in NUMBERS:
        return float(NUMBERS[field["key"]])
    low: Any = field.get("min")
    high: Any = field.get("max")
    if low is None and high is None:
        return 1
    low = high if low is None else low
    high = low if high is None else high
    return round((float(low) + float(high)) / 2, field.get("decimals") or 0)
