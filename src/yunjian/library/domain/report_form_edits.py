"""Changes to a report form while it is written. Pure: data in, data out.

People write two lists of it, the contents and the original records; a line is named by its key.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Literal

Data = dict[str, Any]
Part = Literal["contents", "originals"]
PARTS: tuple[Part, ...] = ("contents", "originals")


class NoSuchLine(LookupError):
    """The line is not there (any more)."""


def line_of(content: Mapping[str, Any], part: Part, key: str) -> Data:
    """Return a line.

    Raises:
        NoSuchLine: nothing is there.
    """
    return _rows(content, part)[_index(content, part, key)]


def with_line(content: Data, part: Part, key: str, values: Mapping[str, Any]) -> Data:
    """Return the content with other values of a line; without a key they are a new last line.

    Raises:
        NoSuchLine: there is no line of that key.
    """
    whole = deepcopy(content)
    rows = _rows(whole, part)
    if key:
        rows[_index(whole, part, key)].update(values)
    else:
        rows.append(dict(values))
    return whole


def without_line(content: Data, part: Part, key: str) -> Data:
    """Return the content without a line.

    Raises:
        NoSuchLine: there is no line of that key.
    """
    whole = deepcopy(content)
    del _rows(whole, part)[_index(whole, part, key)]
    return whole


def with_line_moved(content: Data, part: Part, key: str, by: int) -> Data:
    """Return the content with a line some places further on; at an end it stays.

    Raises:
        NoSuchLine: there is no line of that key.
    """
    whole = deepcopy(content)
    rows, index = _rows(whole, part), _index(whole, part, key)
    rows.insert(min(max(index + by, 0), len(rows) - 1), rows.pop(index))
    return whole


def free_key(content: Mapping[str, Any], part: Part) -> str:
    """Return a key that no line has yet."""
    taken = {row["key"] for row in _rows(content, part)}
    stem = "item" if part == "contents" else "record"
    number = len(taken) + 1
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def _rows(content: Mapping[str, Any], part: Part) -> list[Data]:
    rows: list[Data] = content[part]
    return rows


def _index(content: Mapping[str, Any], part: Part, key: str) -> int:
    for index, row in enumerate(_rows(content, part)):
        if row["key"] == key:
            return index
    raise NoSuchLine(key)
