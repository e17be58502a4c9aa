"""The index of decision records, docs/adr/README.md, made from the records (`make docs`)."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "adr"
INDEX = FOLDER / "README.md"
FIRST = "0001-record-decisions.md"
HEAD = f"""# Decision records

What was decided about the shape of the system, and why ([0001]({FIRST})). Made from the records by
`make docs`; do not edit. A new record takes the next free number of its range.
"""
RECORD = re.compile(
    r"# (?P<number>\d{4}) — (?P<title>.+)\n\n"
    r"Status: (?P<status>accepted|superseded by (?P<by>\d{4})), (?P<day>\d{4}-\d\d-\d\d)\n"
)
RANGE = re.compile(r"(\d{4})–(\d{4}) ([^,.]+)")


class Record(NamedTuple):
    """A decision record: what its first lines say."""

    file: str
    number: str
    title: str
    status: str
    superseded_by: str
    day: str


def records() -> list[Record]:
    """Return the records by number.

    Raises:
        ValueError: a record lacks its title or its status, has the number of another file, or is
            superseded by one that is not there.
    """
    result = [_record(path) for path in sorted(FOLDER.glob("[0-9]*.md"))]
    numbers = {record.number for record in result}
    for record in result:
        if record.superseded_by and record.superseded_by not in numbers:
            raise ValueError(f"{record.file}: there is no record {record.superseded_by}")
    return result


def _record(path: Path) -> Record:
    match = RECORD.match(path.read_text(encoding="utf-8"))
    if match is None:
        raise ValueError(f"{path.name}: begins with '# 0000 — Title', then 'Status: accepted, day'")
    if not path.name.startswith(f"{match['number']}-"):
        raise ValueError(f"{path.name}: its title has the number {match['number']}")
    return Record(
        path.name, match["number"], match["title"], match["status"], match["by"] or "", match["day"]
    )


def documents() -> Mapping[Path, str]:
    """Return the index as the records stand now."""
    lines, rows = [HEAD], records()
    for low, high, title in RANGE.findall((FOLDER / FIRST).read_text(encoding="utf-8")):
        inside = [record for record in rows if low <= record.number <= high]
        rows = [record for record in rows if record not in inside]
        if inside:
            lines += [
                f"\n## {title[0].upper()}{title[1:]}\n",
                "| | decision | status |",
                "|---|---|---|",
            ]
            lines += [
                f"| [{one.number}]({one.file}) | {one.title} | {one.status}, {one.day} |"
                for one in inside
            ]
    if rows:
        raise ValueError(f"{rows[0].file}: its number is in no range of {FIRST}")
    return {INDEX: "\n".join(lines) + "\n"}
