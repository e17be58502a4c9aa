"""Everything that a resolved sheet definition has to keep to; problems are collected."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Any

from yunjian.standards.sheets.expressions import InvalidExpression, compiled, paths
from yunjian.standards.sheets.problems import Problem

FIELD_TYPES = (
    "text",
    "longtext",
    "number",
    "date",
    "time",
    "datetime",
    "choice",
    "choices",
    "boolean",
    "photo",
    "signature",
    "computed",
)
SECTION_KINDS = ("fields", "checklist", "group")
VERDICTS = ("pass", "attention", "unknown", "calibrate", "out_of_control", "fail")
LAYOUTS = ("columns", "matrix", "list")
PROVENANCES = ("text", "practice", "recalled")
FOLLOW_UPS = (
    "calibration", "repair", "verification", "manual_sampling", "cylinder_replacement",
)  # fmt: skip
UNITS = frozenset(
    {
        "%", "%F.S.", "%RH", "℃", "K", "L/min", "mL/min", "mL", "L", "kg", "g", "t", "mm", "m",
        "m/s", "m²", "m³", "m³/h", "h", "min", "s", "d", "MPa", "kPa", "Pa", "hPa", "mg/L",
        "mg/m³", "μmol/mol", "mmol/L", "NTU", "mS/cm", "μS/cm", "mV", "V", "mA", "nm", "pH", "1",
    }
)  # fmt: skip
MOST_ROWS = 200

TEXT, WHOLE, NUMBER, LIST, TABLE = (str, int, (int, float), list, dict)
_DEFINITION = {
    "code": TEXT, "version": WHOLE, "title": TABLE, "standard": TEXT, "annex": TEXT,
    "effective": LIST, "provenance": TEXT, "applies": TABLE, "sections": LIST, "limits": TABLE,
    "retired": LIST, "paper": TEXT,
}  # fmt: skip
_SECTION = {
    "key": TEXT, "title": TABLE, "kind": TEXT, "fields": LIST, "items": LIST, "min": WHOLE,
    "max": WHOLE, "show": TEXT, "hint": TABLE, "layout": TEXT, "row_title": TEXT, "calc": TABLE,
    "rows": TEXT,
}  # fmt: skip
_FIELD = {
    "key": TEXT, "title": TABLE, "type": TEXT, "unit": TEXT, "decimals": WHOLE, "min": NUMBER,
    "max": NUMBER, "choices": LIST, "required": (bool, str), "show": TEXT, "prefill": TEXT,
    "compute": TEXT, "judge": LIST, "hint": TABLE, "clause": TEXT,
}  # fmt: skip
_ITEM = {"key": TEXT, "title": TABLE, "interval_days": WHOLE, "clause": TEXT, "hint": TABLE}
_JUDGE = {
    "when": TEXT, "verdict": TEXT, "message": TABLE, "clause": TEXT, "follow_up": (str, list),
}  # fmt: skip
_CHOICE = {"value": TEXT, "title": TABLE}
_APPLIES = {"kind": TEXT, "methods": LIST}
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_CODE = re.compile(r"[a-z][a-z0-9-]{0,39}")


def check_resolved(data: Any) -> list[Problem]:
    """Return every problem of a definition whose limits are resolved."""
    if not isinstance(data, dict):
        return [Problem("None@None", "wrong_kind", type(data).__name__)]
    return list(_Checks(data).problems())


class _Checks:
    """One definition under examination."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._data = data
        self._name = f"{data.get('code')}@{data.get('version')}"
        given = data.get("limits")
        self._lim: dict[str, Any] = given if isinstance(given, dict) else {}
        # what expressions may refer to; None: a row of its own
        sections = [
            section
            for section in tables(data.get("sections"))
            if isinstance(section.get("key"), str)
        ]
        self._known = {section["key"]: _names(section) for section in sections}
        self._groups = {item["key"] for item in sections if item.get("kind") == "group"}

    def problems(self) -> Iterator[Problem]:
        data, name = self._data, self._name
        yield from _keys(name, data, _DEFINITION, ("code", "version", "title", "sections"))
        if isinstance(data.get("code"), str) and not _CODE.fullmatch(data["code"]):
            yield Problem(name, "wrong_key", data["code"])
        yield from _values(name, data, "provenance", PROVENANCES)
        yield from _values(name, data, "paper", ("portrait", "landscape"))
        yield from _effective(name, data.get("effective", []))
        if isinstance(data.get("applies"), dict):
            yield from _keys(f"{name}.applies", data["applies"], _APPLIES, ())
        yield from self._limits()
        yield from _twice(name, data.get("sections"))
        yield from _each(name, "sections", data, self._section)

    def _limits(self) -> Iterator[Problem]:
        for key, limit in self._lim.items():
            if not isinstance(limit, dict):
                yield Problem(f"{self._name}.limits.{key}", "wrong_kind", type(limit).__name__)
            elif missing := {"clause", "provenance"} - set(limit):
                yield Problem(f"{self._name}.limits.{key}", "missing_key", _joined(missing))

    def _section(self, section: dict[str, Any]) -> Iterator[Problem]:
        place = f"{self._name}.{section.get('key')}"
        yield from _keys(place, section, _SECTION, ("key", "title", "kind"))
        yield from _values(place, section, "kind", SECTION_KINDS)
        yield from _values(place, section, "layout", LAYOUTS)
        has_items, has_fields = bool(section.get("items")), bool(section.get("fields"))
        if has_items != (section.get("kind") == "checklist") or has_items == has_fields:
            yield Problem(place, "contents")
        least, most = section.get("min", 0), section.get("max", 100)
        if isinstance(least, int) and isinstance(most, int) and not 0 <= least <= most <= MOST_ROWS:
            yield Problem(place, "range", f"{least}-{most}")
        yield from _twice(place, _parts(section))
        for key in ("show", "row_title", "rows"):
            yield from self._expression(f"{place}.{key}", section.get(key), section)
        calc = section.get("calc")
        for key, source in calc.items() if isinstance(calc, dict) else ():
            if not isinstance(source, str):
                yield Problem(f"{place}.calc.{key}", "wrong_kind", type(source).__name__)
            yield from self._expression(f"{place}.calc.{key}", source, section)
        yield from _each(place, "items", section, partial(_item, place))
        yield from _each(place, "fields", section, partial(self._field, place, section))

    def _field(
        self, section_place: str, section: dict[str, Any], field: dict[str, Any]
    ) -> Iterator[Problem]:
        place = f"{section_place}.{field.get('key')}"
        yield from _keys(place, field, _FIELD, ("key", "title", "type"))
        yield from _values(place, field, "type", FIELD_TYPES)
        if isinstance(field.get("unit"), str) and field["unit"] and field["unit"] not in UNITS:
            yield Problem(place, "unknown_unit", field["unit"])
        if (field.get("type") == "computed") != ("compute" in field):
            yield Problem(place, "compute")
        if field.get("type") in ("choice", "choices") and not field.get("choices"):
            yield Problem(place, "choices")
        least, most = field.get("min"), field.get("max")
        if isinstance(least, int | float) and isinstance(most, int | float) and least > most:
            yield Problem(place, "range", f"{least}-{most}")
        yield from _each(place, "choices", field, partial(_choice, place))
        for key in ("required", "show", "prefill", "compute"):
            yield from self._expression(f"{place}.{key}", field.get(key), section)
        yield from _each(place, "judge", field, partial(self._judge, place, section))

    def _judge(
        self, place: str, section: dict[str, Any], rule: dict[str, Any]
    ) -> Iterator[Problem]:
        if isinstance(rule.get("limit"), str) and rule["limit"] not in self._lim:
            yield Problem(place, "unknown_reference", f"lim.{rule['limit']}")
            return
        yield from _keys(f"{place}.judge", rule, _JUDGE, ("when", "verdict", "message"))
        yield from _values(f"{place}.judge", rule, "verdict", VERDICTS)
        given = rule.get("follow_up", [])
        for kind in [given] if isinstance(given, str) else given if isinstance(given, list) else []:
            if kind not in ("", *FOLLOW_UPS):
                yield Problem(f"{place}.judge", "unknown_value", str(kind))
        yield from self._expression(f"{place}.judge", rule.get("when"), section)

    def _expression(self, place: str, source: Any, section: dict[str, Any]) -> Iterator[Problem]:
        if not isinstance(source, str) or not source:
            return
        try:
            compiled(source)
        except InvalidExpression as error:
            yield Problem(place, "expression", f"{error.reason} {error.detail}".strip())
            return
        for path in paths(source):
            if not self._exists(path, section):
                yield Problem(place, "unknown_reference", ".".join(path))

    def _exists(self, path: tuple[str, ...], section: dict[str, Any]) -> bool:
        name, *rest = path
        if not rest:
            return True
        if name == "s":
            is_field = len(rest) > 1 and rest[0] not in self._groups
            fields = self._known.get(rest[0])
            return fields is not None and (not is_field or rest[1] in fields)
        known: dict[str, Any] = {
            "row": _names(section),
            "lim": self._lim,
            "calc": section.get("calc") if isinstance(section.get("calc"), dict) else {},
        }
        return name not in known or rest[0] in known[name]


def tables(value: Any) -> list[dict[str, Any]]:
    """Return what is a table in a list; of anything else nothing."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _parts(section: dict[str, Any]) -> list[dict[str, Any]]:
    return tables(section.get("fields")) or tables(section.get("items"))


def _names(section: dict[str, Any]) -> set[str]:
    """Return the keys of what is in a section; what is no text is told elsewhere."""
    return {part["key"] for part in _parts(section) if isinstance(part.get("key"), str)}


def _each(
    place: str,
    key: str,
    data: dict[str, Any],
    problems_of: Callable[[dict[str, Any]], Iterator[Problem]],
) -> Iterator[Problem]:
    """Check each table of a list; what is none is wrong itself, and no list is told elsewhere."""
    value = data.get(key)
    for item in value if isinstance(value, list) else ():
        if isinstance(item, dict):
            yield from problems_of(item)
        else:
            yield Problem(f"{place}.{key}", "wrong_kind", type(item).__name__)


def _keys(
    place: str, data: dict[str, Any], known: dict[str, Any], needed: tuple[str, ...]
) -> Iterator[Problem]:
    """Check which keys a table has, and the values of those that every table has alike."""
    if unknown := set(data) - set(known):
        yield Problem(place, "unknown_key", _joined(unknown))
    if missing := set(needed) - set(data):
        yield Problem(place, "missing_key", _joined(missing))
    for key, kind in known.items():
        value = data.get(key)
        is_true = isinstance(value, bool)
        if value is not None and (
            not isinstance(value, kind) or (is_true and kind in (WHOLE, NUMBER))
        ):
            yield Problem(place, "wrong_kind", key)
    for key in ("title", "message", "hint"):
        text = data.get(key)
        if isinstance(text, dict) and (
            set(text) != {"zh", "en"}
            or not all(isinstance(part, str) and part.strip() for part in text.values())
        ):
            yield Problem(place, "text", key)
    if "key" in known and isinstance(data.get("key"), str) and not _KEY.fullmatch(data["key"]):
        yield Problem(place, "wrong_key", data["key"])


def _joined(keys: set[Any]) -> str:
    return ", ".join(sorted(str(key) for key in keys))


def _values(
    place: str, data: dict[str, Any], key: str, known: tuple[str, ...]
) -> Iterator[Problem]:
    if isinstance(data.get(key), str) and data[key] not in known:
        yield Problem(place, "unknown_value", f"{key} {data[key]}")


def _twice(place: str, parts: Any) -> Iterator[Problem]:
    keys = [str(part.get("key")) for part in tables(parts)]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield Problem(place, "twice", key)


def _item(place: str, item: dict[str, Any]) -> Iterator[Problem]:
    yield from _keys(f"{place}.{item.get('key')}", item, _ITEM, ("key", "title"))


def _choice(place: str, choice: dict[str, Any]) -> Iterator[Problem]:
    yield from _keys(f"{place}.choices", choice, _CHOICE, ("value", "title"))


def _effective(place: str, bounds: Any) -> Iterator[Problem]:
    try:
        days = [date.fromisoformat(str(day)) for day in bounds]
    except (TypeError, ValueError):
        yield Problem(place, "wrong_kind", "effective")
        return
    if len(days) > 2 or days != sorted(set(days)):  # noqa: PLR2004 - from and to
        yield Problem(place, "effective", _joined(set(days)))
