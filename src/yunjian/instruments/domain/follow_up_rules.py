"""What the standards want after an instrument was replaced, moved or changed, as data."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from yunjian.kernel.workdays import workdays_after

DATA = Path(__file__).parents[1] / "data" / "follow_ups.toml"


@dataclass(frozen=True, slots=True)
class FollowUpRule:
    """One thing to be done after an occasion; `days` are calendar days, `workdays` working days."""

    code: str
    title: Mapping[str, str]
    standard: str
    clause: str
    provenance: str
    after: list[str]
    kinds: list[str]
    medium: str
    days: int = 0
    workdays: int = 0


@cache
def follow_up_rules() -> tuple[FollowUpRule, ...]:
    """Return every rule, in the order in which things are done."""
    rows = tomllib.loads(DATA.read_text(encoding="utf-8"))["follow_ups"]
    return tuple(FollowUpRule(**row) for row in rows)


def rules_after(occasion: str, kind: str, medium: str) -> list[FollowUpRule]:
    """Return what an occasion (an origin or kind of change) leads to."""
    return [
        rule
        for rule in follow_up_rules()
        if occasion in rule.after and kind in rule.kinds and medium == rule.medium
    ]


def due_on(rule: FollowUpRule, since: date) -> date:
    """Return the last day for it."""
    if rule.workdays:
        return workdays_after(since, rule.workdays)
    return since + timedelta(days=rule.days)
