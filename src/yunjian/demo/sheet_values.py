"""What an engineer types into a sheet on an ordinary day, and on one that is not."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from yunjian.demo.catalogue import ABNORMAL
from yunjian.standards.sheets.expressions import UNKNOWN, as_doubles, evaluated, holds

# the usual spread of readings on site
READINGS: dict[str, tuple[float, float]] = {
    "room_temperature": (19.0, 26.5),
    "room_humidity": (38.0, 57.0),
    "probe_temperature": (150.0, 182.0),
    "line_temperature": (130.0, 158.0),
    "cooler_temperature": (3.0, 5.0),
    "sample_flow": (2.0, 3.4),
    "so2": (3.0, 26.0),
    "nox": (18.0, 62.0),
    "o2": (6.0, 12.5),
    "ph": (6.8, 8.1),
    "flow": (12.0, 160.0),
}
STATES = {"normal": 940, "not_applicable": 48, "abnormal": 12}
STANDARDS = {"CODCr": 100.0, "NH3-N": 10.0, "TP": 2.0, "TN": 20.0}
# what is about right for each part of a sheet that compares two methods
LEVELS = {
    "so2": 31.0, "nox": 62.0, "o2": 8.2, "co": 40.0, "hcl": 12.0, "pm": 11.0, "velocity": 12.4,
    "humidity": 8.6, "temperature": 24.0, "cod": 45.0, "nh3n": 3.2, "tp": 0.62, "tn": 9.4,
    "ph": 7.4, "flow": 18.0, "level": 210.0,
}  # fmt: skip
# keys of what is true and of what the instrument says
PAIRED = (("first", "online"), ("reference", "measured"), ("reference", "online"))


@dataclass(frozen=True, slots=True)
class Filler:
    """Fills in one sheet. `mood` is "usual", "calibrate" or "out_of_control"."""

    rng: random.Random
    context: dict[str, Any]
    at: datetime
    mood: str

    def fill(self, definition: dict[str, Any]) -> dict[str, Any]:
        """Return answers for every section that is shown."""
        answers: dict[str, Any] = {}
        for section in definition["sections"]:
            if section.get("show") and not self._holds(section["show"], answers, None):
                continue
            answers[section["key"]] = self._section(section, answers)
        return answers

    def _section(self, section: dict[str, Any], answers: dict[str, Any]) -> Any:
        if section["kind"] == "checklist":
            return {item["key"]: self._item() for item in section["items"]}
        if section["kind"] == "group":
            return [self._fields(section, answers, row) for row in self._rows(section)]
        return self._fields(section, answers, {})

    def _item(self) -> dict[str, str]:
        state = self.rng.choices(tuple(STATES), weights=tuple(STATES.values()))[0]
        return {"state": state, "note": self.rng.choice(ABNORMAL) if state == "abnormal" else ""}

    def _rows(self, section: dict[str, Any]) -> list[dict[str, Any]]:
        """Return what the rows of a group begin with."""
        keys = {field["key"] for field in section["fields"]}
        instruments = self.context["instruments"]
        if {"zero_before", "span_before"} <= keys:
            choices = _choices(section, "parameter")
            rows = [self._calibration(one) for one in instruments if one["parameter"] in choices]
        elif {"standard", "reading"} <= keys:
            choices = _choices(section, "parameter")
            rows = [self._check(one) for one in instruments if one["parameter"] in choices]
        else:
            rows = self._pairs(section, keys)
        least = section.get("min") or 0
        return (rows + [{} for _ in range(least - len(rows))])[: section.get("max") or 50]

    def _pairs(self, section: dict[str, Any], keys: set[str]) -> list[dict[str, Any]]:
        """Return the rows that a sheet writes down itself, filled in where two methods meet."""
        written = section.get("rows", "")
        number = written.count(",") + 1 if written.startswith("[") else 0
        return [self._pair(section, keys) for _ in range(number)]

    def _pair(self, section: dict[str, Any], keys: set[str]) -> dict[str, Any]:
        known = next((pair for pair in PAIRED if set(pair) <= keys), None)
        if known is None:
            return {}
        true, read = known
        off = {"usual": 0.03, "calibrate": 0.06, "out_of_control": 0.5}[self.mood]
        level = LEVELS.get(section["key"], 10.0) * self.rng.uniform(0.9, 1.1)
        share = off if self.mood == "out_of_control" else self.rng.uniform(-off, off)
        row = {true: round(level, 2), read: round(level * (1 + share), 2)}
        if "second" in keys:
            row["second"] = round(level * self.rng.uniform(0.98, 1.02), 2)
        return row

    def _check(self, instrument: dict[str, Any]) -> dict[str, Any]:
        standard = STANDARDS.get(instrument["parameter"], 10.0)
        off = {"usual": 0.06, "calibrate": 0.15, "out_of_control": 0.22}[self.mood]
        share = self.rng.uniform(-off, off) if self.mood == "usual" else off
        reading = round(standard * (1 + share), 2)
        return {"parameter": instrument["parameter"], "standard": standard, "reading": reading}

    def _calibration(self, instrument: dict[str, Any]) -> dict[str, Any]:
        lower = instrument["range_lower"] or 0.0
        upper = instrument["range_upper"] or 100.0
        span = round((upper - lower) * 0.8, 2)
        off = {"usual": 0.012, "calibrate": 0.04, "out_of_control": 0.13}[self.mood]
        share = self.rng.uniform(-off, off) if self.mood == "usual" else off
        return {
            "parameter": instrument["parameter"],
            "principle": instrument["name"],
            "range_lower": lower,
            "range_upper": upper,
            "unit": instrument["unit"],
            "zero_gas": 0.0,
            "zero_last": 0.0,
            "zero_before": round(self.rng.uniform(-0.01, 0.01) * (upper - lower), 2),
            "zero_normal": True,
            "zero_after": 0.0,
            "span_gas": span,
            "span_last": span,
            "span_before": round(span + share * (upper - lower), 2),
            "span_normal": True,
            "span_after": span,
        }

    def _fields(
        self, section: dict[str, Any], answers: dict[str, Any], row: dict[str, Any]
    ) -> dict[str, Any]:
        for field in section["fields"]:
            if field["key"] in row:
                continue
            if field.get("show") and not self._holds(field["show"], answers, row):
                continue
            value = self._value(field, answers, row)
            if value is not None:
                row[field["key"]] = value
        return row

    def _value(self, field: dict[str, Any], answers: dict[str, Any], row: dict[str, Any]) -> Any:
        if field["type"] in {"computed", "photo", "signature"}:
            return None
        if field.get("prefill"):
            known = evaluated(field["prefill"], self._variables(answers, row))
            if known is not UNKNOWN and known not in (None, ""):
                return known
        match field["type"]:
            case "number":
                return self._number(field)
            case "choice" | "choices":
                first = field["choices"][0]["value"]
                return first if field["type"] == "choice" else self._measured(field) or [first]
            case "boolean":
                return True
            case kind:
                return self._text(field, kind)

    def _measured(self, field: dict[str, Any]) -> list[str]:
        """Return the choices that are parameters measured here."""
        there = {one["parameter"].lower() for one in self.context["instruments"]}
        return [one["value"] for one in field["choices"] if one["value"].lower() in there]

    def _text(self, field: dict[str, Any], kind: str) -> str | None:
        match kind:
            case "date":
                ahead = 60 if "until" in field["key"] else 0
                return (self.at.date() + timedelta(days=ahead)).isoformat()
            case "time":
                later = 35 if field["key"].startswith("end") else 0
                return (self.at + timedelta(minutes=later)).strftime("%H:%M")
            case "datetime":
                return self.at.isoformat()
            case "longtext":
                return "设备运行正常" if field.get("required") else None
        return "正常" if field.get("required") else None

    def _number(self, field: dict[str, Any]) -> float:
        places = field.get("decimals") or 0
        low, high = READINGS.get(field["key"], (None, None))
        if low is None or high is None:
            low, high = field.get("min"), field.get("max")
            low = 0.0 if low is None else low
            high = low + 10.0 if high is None else min(high, low + 10.0)
        return round(self.rng.uniform(low, high), places)

    def _holds(self, source: str, answers: dict[str, Any], row: dict[str, Any] | None) -> bool:
        return holds(source, self._variables(answers, row))

    def _variables(self, answers: dict[str, Any], row: dict[str, Any] | None) -> dict[str, Any]:
        variables: dict[str, Any] = as_doubles({"s": answers, "ctx": self.context, "row": row})
        return variables


def _choices(section: dict[str, Any], key: str) -> set[str]:
    field = next(field for field in section["fields"] if field["key"] == key)
    return {choice["value"] for choice in field.get("choices") or []}
