"""Resolves a definition: limits are taken from rule packs, short judgements are written out."""

from copy import deepcopy
from typing import Any

from yunjian.standards.rules import UnknownRule, limits_as_data
from yunjian.standards.sheets.checks import tables
from yunjian.standards.sheets.problems import Problem

SHORT = {"limit", "value", "absolute", "when", "follow_up"}


def resolved(data: Any) -> tuple[Any, list[Problem]]:
    """Return the data with limits in place of their names and judgements in full, and problems.

    What is resolved already stays as it is, so that stored definitions can be read again.
    """
    if not isinstance(data, dict):
        return data, []
    whole = deepcopy(data)
    problems: list[Problem] = []
    given = whole.get("limits")
    limits: dict[str, Any] = given if isinstance(given, dict) else {}
    for key, name in limits.items():
        if isinstance(name, str):
            _take(whole, limits, key, name, problems)
    for field in _fields(whole):
        if isinstance(field.get("judge"), list):
            field["judge"] = [
                rule for short in field["judge"] for rule in _written_out(short, limits)
            ]
    return whole, problems


def _take(
    whole: dict[str, Any], limits: dict[str, Any], key: str, name: str, problems: list[Problem]
) -> None:
    pack, _, limit = name.partition(":")
    try:
        limits[key] = limits_as_data(pack, limit)
    except UnknownRule:
        place = f"{whole.get('code')}@{whole.get('version')}.limits.{key}"
        problems.append(Problem(place, "unknown_limit", name))
        limits[key] = {"id": name, "clause": "", "provenance": "", "unconfirmed": True}


def _fields(whole: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        field
        for section in tables(whole.get("sections"))
        for field in tables(section.get("fields"))
    ]


def _written_out(rule: Any, limits: dict[str, Any]) -> list[Any]:
    """Return a short judgement as the judgements it stands for; others as they are."""
    if not isinstance(rule, dict) or not isinstance(rule.get("limit"), str):
        return [rule]
    limit = limits.get(rule["limit"])
    if set(rule) - SHORT or not isinstance(limit, dict) or not isinstance(rule.get("value"), str):
        return [rule]
    return _Short(rule, limit).judgements()


class _Short:
    """One judgement by a limit: out of control, calibrate (or fail), pass, or not confirmed."""

    def __init__(self, rule: dict[str, Any], limit: dict[str, Any]) -> None:
        self._rule = rule
        self._limit = limit
        self._place = f"lim.{rule['limit']}"
        self._unit = limit.get("unit") or ""

    def judgements(self) -> list[dict[str, Any]]:
        value = self._rule["value"]
        if "limit" not in self._limit:
            zh, en = "限值未确认，不作判定", "The limit is not confirmed: not judged"
            return [self._judgement(f"abs({value}) != null", "unknown", zh, en)]
        zh, en = self._numbers("limit", "或", "or")
        is_within = f"beyond({value}, {self._place}.limit) != null"
        within = self._judgement(
            is_within, "pass", f"在允许范围内（{zh}）", f"Within the limit ({en})"
        )
        if "out_of_control" not in self._limit:
            return [self._beyond("limit", "fail", "不合格", "not met"), within]
        return [
            self._beyond("out_of_control", "out_of_control", "判定失控", "out of control"),
            self._beyond("limit", "calibrate", "需校准", "calibrate"),
            within,
        ]

    def _beyond(self, key: str, verdict: str, zh: str, en: str) -> dict[str, Any]:
        parts = [f"beyond({self._rule['value']}, {self._place}.{key})"]
        if f"absolute_{key}" in self._limit and "absolute" in self._rule:
            parts.append(f"beyond({self._rule['absolute']}, {self._place}.absolute_{key})")
        when = " && ".join(f"{part} == true" for part in parts)
        limit_zh, limit_en = self._numbers(key, "且", "and")
        return self._judgement(when, verdict, f"超过 {limit_zh}，{zh}", f"Beyond {limit_en}: {en}")

    def _numbers(self, key: str, zh: str, en: str) -> tuple[str, str]:
        tolerance = f"±{self._limit[key]:g} {self._unit}".strip()
        absolute = self._limit.get(f"absolute_{key}")
        if absolute is None or "absolute" not in self._rule:
            return tolerance, tolerance
        other = f"±{absolute:g} {self._limit.get('absolute_unit') or ''}".strip()
        return f"{tolerance} {zh} {other}", f"{tolerance} {en} {other}"

    def _judgement(self, when: str, verdict: str, zh: str, en: str) -> dict[str, Any]:
        condition = self._rule.get("when")
        full = {
            "when": f"({condition}) && {when}" if condition else when,
            "verdict": verdict,
            "message": {"zh": zh, "en": en},
            "clause": self._limit.get("clause", ""),
        }
        follow_up = self._rule.get("follow_up")
        return full | ({"follow_up": follow_up} if follow_up and verdict in _BAD else {})


_BAD = {"out_of_control", "calibrate", "fail"}
