"""What differs between two versions of a definition, part by part and value by value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Entry:
    """What a definition says of one of its parts: what it is called, where, and its values."""

    title: str
    note: str
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class ValueChange:
    """A value before and after; empty where there was or is none."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """A part that was added, removed or changed; `mark` says who did it where that is known."""

    kind: Literal["added", "removed", "changed"]
    key: str
    title: str
    note: str
    values: tuple[ValueChange, ...]
    mark: dict[str, str] = field(default_factory=dict)


def changes_between(
    before: Mapping[str, Entry],
    after: Mapping[str, Entry],
    marks: Mapping[str, dict[str, str]] | None = None,
) -> list[Change]:
    """Return the parts that were changed or added in the order of `after`, then those gone."""
    changes = []
    for key in [*after, *(key for key in before if key not in after)]:
        old, new = before.get(key), after.get(key)
        values = _values(old.values if old else {}, new.values if new else {})
        shown = new or before[key]
        kind: Literal["added", "removed", "changed"] = (
            "added" if old is None else "removed" if new is None else "changed"
        )
        if values:
            mark = (marks or {}).get(key, {})
            changes.append(Change(kind, key, shown.title, shown.note, values, mark))
    return changes


def _values(before: dict[str, str], after: dict[str, str]) -> tuple[ValueChange, ...]:
    return tuple(
        ValueChange(label, before.get(label, ""), after.get(label, ""))
        for label in dict.fromkeys([*before, *after])
        if before.get(label, "") != after.get(label, "")
    )
