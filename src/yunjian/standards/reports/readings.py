"""Readings as people type and paste them: never another value than the one typed.

A number is kept as plain decimal text ("1234.5", "<0.5"); what could be read in two ways is
refused with its row and column.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial

from yunjian.standards.reports.model import Column
from yunjian.standards.rules.model import Text

MOST_ROWS = 500
MOST_CHARACTERS = 200
# a spreadsheet tells an averaged cell in up to seventeen digits
NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,2})?")
GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
MOMENT = re.compile(
    r"(?:(?P<year>[0-9]{4})\s*[-/.年]\s*(?P<month>[0-9]{1,2})\s*[-/.月]\s*(?P<day>[0-9]{1,2})\s*日?"
    r"[\sT]*)?(?:(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?)?"
)
MINUS = str.maketrans({"−": "-", "–": "-", "﹣": "-", "⁻": "-", "．": ".", "，": ",", "：": ":"})
INVISIBLE = {"Cf", "Cc", "Cs", "Co", "Cn"}
UNITS = {
    "%": {"%"},
    "mg/m3": {"mg/m3", "mg/nm3"},
    "umol/mol": {"umol/mol", "ppm", "μmol/mol"},
    "mg/L": {"mg/l"},
    "m/s": {"m/s"},
    "°C": {"°c", "c"},
    "s": {"s"},
}
EXCLUDED = "excluded"
# days as spreadsheets count them, from 1954 to 2119: smaller and larger numbers are no dates
SERIAL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a cell has no zone
FIRST_SERIAL, LAST_SERIAL = 20_000, 80_000
SECONDS_OF_A_DAY = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class ReadingProblem:
    """What could not be read: the row (from 1; 0: the whole) and the key of the column."""

    row: int
    column: str
    code: str
    text: Text


@dataclass(frozen=True, slots=True)
class Pasted:
    """Rows as they are kept, column → text, and what could not be read."""

    rows: tuple[dict[str, str], ...]
    problems: tuple[ReadingProblem, ...]


class Unclear(ValueError):
    """A text that cannot be read, or could be read in two ways."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(code)
        self.code, self.text = code, Text(zh, en)


def clean(text: str) -> str:
    """Return a text in one width, without blanks around it and without what nobody sees."""
    folded = unicodedata.normalize("NFKC", text.translate(MINUS)).translate(MINUS)
    seen = "".join(
        " " if each in "\t\r\n\u3000\xa0" else each
        for each in folded
        if each in "\t\r\n" or unicodedata.category(each) not in INVISIBLE
    )
    return " ".join(seen.split())


def number_text(text: str, unit: str = "") -> str:
    """Return a number as it is kept; a value below the detection limit keeps its sign ("<0.5").

    Raises:
        Unclear: it is no number, could be two numbers, or bears another unit.
    """
    typed = clean(text)
    value, below = typed.removeprefix("<").strip(), typed.startswith("<")
    value = _without_unit(value, unit)
    if GROUPED.fullmatch(value):
        value = value.replace(",", "")
    elif "," in value:
        raise Unclear(
            "comma",
            f"“{typed}” 中的逗号可能是小数点，请改用 .",
            f"the comma of “{typed}” is unclear",
        )
    if not NUMBER.fullmatch(value):
        raise Unclear("not_a_number", f"“{typed}” 不是数值", f"“{typed}” is no number")
    plain = format(Decimal(value), "f")
    return f"<{plain}" if below else plain


def time_text(text: str) -> str:
    """Return a time as it is kept: `2026-03-01 09:05`, `2026-03-01`, `09:05` or `09:05:37`.

    Raises:
        Unclear: it is no time, or there is no such day.
    """
    typed = clean(text)
    match = MOMENT.fullmatch(typed)
    wrong = Unclear("not_a_time", f"“{typed}” 不是时间", f"“{typed}” is no time")
    if match is None or not typed:
        raise wrong
    parts = {key: int(value) for key, value in match.groupdict().items() if value is not None}
    try:
        day = date(parts["year"], parts["month"], parts["day"]) if "year" in parts else None
        second = parts.get("second", 0)
        clock = time(parts["hour"], parts["minute"], second) if "hour" in parts else None
    except ValueError as error:
        raise wrong from error
    shown = [day.isoformat() if day else "", clock_text(clock) if clock else ""]
    return " ".join(part for part in shown if part)


def clock_text(clock: time) -> str:
    """Return a time of day to the minute, or to the second where one was said."""
    return f"{clock:%H:%M:%S}" if clock.second else f"{clock:%H:%M}"


def cell_text(value: object, column: Column, unit: str = "") -> str:
    """Return a cell of a table as it is kept: a text as typed, or a value of a spreadsheet.

    Raises:
        Unclear: it cannot be read as the column asks.
    """
    if isinstance(value, float) and column.type in {"time", "date"}:
        value = _spreadsheet_time(value)
    typed = clean(_spreadsheet_text(value))
    if not typed:
        return ""
    if len(typed) > MOST_CHARACTERS:
        raise Unclear(
            "too_long", f"超过 {MOST_CHARACTERS} 字", f"over {MOST_CHARACTERS} characters"
        )
    if column.type == "number":
        return number_text(typed, unit if column.unit == "*" else column.unit)
    if column.type in {"time", "date"}:
        return time_text(typed)
    return typed


def _spreadsheet_time(value: float) -> object:
    """Return what a cell without a format of time holds: a part of a day, or days since 1899.

    To the nearest second: programs write so few digits that 09:05 may lie just before itself.
    """
    if not (0 <= value < 1 or FIRST_SERIAL <= value <= LAST_SERIAL):
        return value
    moment = SERIAL_ZERO + timedelta(seconds=round(value * SECONDS_OF_A_DAY))
    return moment.time() if value < 1 else moment


def _spreadsheet_text(value: object) -> str:
    """Return a value of a spreadsheet as people would type it."""
    match value:
        case None:
            return ""
        case datetime():
            day = f"{value:%Y-%m-%d}"
            return f"{day} {clock_text(value.time())}" if value.time() != time(0) else day
        case date():
            return value.isoformat()
        case time():
            return clock_text(value)
        case float() if value.is_integer():
            return str(int(value))
    return str(value)


def parse_pasted(text: str, columns: Sequence[Column], unit: str = "") -> Pasted:
    """Return the rows of a pasted table: cells apart by tab, semicolon, comma or blanks."""
    lines = [line for line in text.splitlines() if line.strip()]
    split = _splitter(lines)
    return parse_rows([split(line) for line in lines], columns, unit)


def parse_rows(
    rows: Iterable[Sequence[object]], columns: Sequence[Column], unit: str = ""
) -> Pasted:
    """Return the rows of a table whose first line may name its columns.

    Without such a line the cells stand in the order of the columns, after a running number where
    there is one more.
    """
    table = [list(row) for row in rows]
    table = [row for row in table if any(str(cell or "").strip() for cell in row)]
    places = _places(table[0], columns) if table else None
    problems: list[ReadingProblem] = []
    if places is not None:
        problems += _of_headings(table[0], columns, unit)
        table = table[1:]
    if len(table) > MOST_ROWS:
        text = Text(f"最多 {MOST_ROWS} 行", f"at most {MOST_ROWS} rows")
        problems.append(ReadingProblem(0, "", "too_many", text))
        table = table[:MOST_ROWS]
    if places is None:
        places = _in_order(table, columns)
    read: list[dict[str, str]] = []
    for number, row in enumerate(table, start=1):
        if not places or len(row) <= max(places.values()):
            text = Text(
                f"第 {number} 行有 {len(row)} 格，应为 {len(columns)} 格",
                f"row {number} has {len(row)} cells, not {len(columns)}",
            )
            problems.append(ReadingProblem(number, "", "cells", text))
        values: dict[str, str] = {}
        for column in columns:
            place = places.get(column.key)
            cell = row[place] if place is not None and place < len(row) else None
            try:
                values[column.key] = cell_text(cell, column, unit)
            except Unclear as unclear:
                # what was typed stays, beside what is wrong with it
                values[column.key] = clean(str(cell))[:MOST_CHARACTERS]
                problems.append(ReadingProblem(number, column.key, unclear.code, unclear.text))
        read.append(values)
    return Pasted(tuple(read), tuple(problems))


def _without_unit(value: str, unit: str) -> str:
    match = re.fullmatch(r"([+\-0-9.,eE]+)\s*([^\d\s].*)?", value)
    if match is None or not match[2]:
        return value
    if _unit_key(match[2]) == _unit_key(unit):
        return match[1]
    raise Unclear(
        "unit",
        f"单位 {match[2]} 与本列单位 {unit or '（无）'} 不同",
        f"the unit {match[2]} differs",
    )


def _splitter(lines: Sequence[str]):  # type: ignore[no-untyped-def]
    for mark in ("\t", ";", "；"):
        if any(mark in line for line in lines):
            return partial(str.split, sep=mark)
    counts = {line.count(",") for line in lines}
    if len(counts) == 1 and counts != {0} and not any(" " in line.strip() for line in lines):
        return partial(str.split, sep=",")
    return str.split


def _by_name(columns: Sequence[Column]) -> dict[str, Column]:
    """Return the columns by everything that a heading may call them."""
    return {
        _name(name): column
        for column in columns
        for name in (column.key, column.title.zh, column.title.en, *column.synonyms)
    }


def _places(head: Sequence[object], columns: Sequence[Column]) -> dict[str, int] | None:
    """Return where each column stands if the first line names them; None when it does not.

    A line with a number that names no column is one of readings, whatever stands beside it.
    """
    by_name = _by_name(columns)
    places: dict[str, int] = {}
    for place, cell in enumerate(head):
        column = by_name.get(_name(str(cell or "")))
        if column is not None:
            places.setdefault(column.key, place)
        elif NUMBER.fullmatch(clean(str(cell or ""))):
            return None
    return places or None


def _of_headings(
    head: Sequence[object], columns: Sequence[Column], unit: str
) -> Iterator[ReadingProblem]:
    """Yield what is wrong with headings: columns that nothing reads, and units that differ."""
    by_name = _by_name(columns)
    for cell in head:
        typed = clean(str(cell or ""))
        column = by_name.get(_name(typed))
        if column is None:
            if typed and _name(typed) not in NUMBERING:
                text = Text(
                    f"没有“{typed[:20]}”这一列，该列未读入；请改用本表的列名",
                    f"no column is called “{typed[:20]}”: it was not read",
                )
                yield ReadingProblem(0, "", "unknown_column", text)
            continue
        said = _unit_said(typed)
        expected = unit if column.unit == "*" else column.unit
        if said and expected and _unit_key(said) != _unit_key(expected):
            text = Text(
                f"“{typed[:20]}”的单位与本列单位 {expected} 不同，请换算后再粘贴",
                f"the unit of “{typed[:20]}” is not {expected}",
            )
            yield ReadingProblem(0, column.key, "unit", text)


# headings of running numbers, which stand for nothing
NUMBERING = {"序号", "编号", "no", "no.", "#", "n", "number"}
# what looks like a unit behind a heading
UNIT_SAID = re.compile(r"[(（\[]\s*([^()（）\[\]]*?)\s*[)）\]]\s*$")
A_UNIT = re.compile(r"%|‰|°c|℃|pp[mbt]|(?:[mnkuμµ]?(?:g|mol)|m|l)(?:/(?:n?m3|l|mol|s|h|min))|s|min")


def _unit_said(heading: str) -> str:
    """Return the unit in the brackets of a heading; "" where there is none."""
    match = UNIT_SAID.search(heading)
    said = match[1] if match else ""
    return said if A_UNIT.fullmatch(_plain_unit(said)) else ""


def _plain_unit(unit: str) -> str:
    return clean(unit).lower().replace(" ", "")


def _unit_key(unit: str) -> str:
    """Return a unit as it compares: ppm is umol/mol."""
    plain = _plain_unit(unit)
    return next((key for key, names in UNITS.items() if plain in {key.lower(), *names}), plain)


def _name(text: str) -> str:
    plain = clean(text).lower()
    return re.sub(r"[（(\[].*?[)）\]]|[\s_:：*]", "", plain)


def _in_order(table: Sequence[Sequence[object]], columns: Sequence[Column]) -> dict[str, int]:
    widths = {len(row) for row in table}
    first = 0
    if widths == {len(columns) + 1} and [clean(str(row[0])) for row in table] == [
        str(number) for number in range(1, len(table) + 1)
    ]:
        first = 1
    required = [column for column in columns if column.required]
    chosen = required if widths == {len(required) + first} else list(columns)
    return {column.key: place for place, column in enumerate(chosen, start=first)}
