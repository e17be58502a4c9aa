"""A filled (or empty) sheet as the blocks that a page, a printed copy or a spreadsheet shows.

One layout for all three: pairs of facts, one table of all checklists as the annexes have it, and
tables of repeated rows, which stand upright when a row has more columns than a page is wide.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, Literal

from yunjian.standards.rules.duty.calendar import CHINA

MOST_COLUMNS = 7
LONG_TEXT = 24
EMPTY_LINES = 5

WORDS = {
    "zh": {
        "normal": "正常", "abnormal": "异常", "not_applicable": "不适用",
        "yes": "是", "no": "否", "pictures": "{n} 张", "list": "、", "clause": "（{clause}）",
        "every": "{n} d",
    },
    "en": {
        "normal": "Normal", "abnormal": "Abnormal", "not_applicable": "Not applicable",
        "yes": "Yes", "no": "No", "pictures": "{n} pictures", "list": ", ",
        "clause": " ({clause})", "every": "{n} d",
    },
}  # fmt: skip
PICTURES = {"photo", "signature"}
MOMENT = "%Y-%m-%d %H:%M"

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one place: the text with its unit, and what the rules say about it."""

    text: str = ""
    unit: str = ""
    verdict: str = ""
    note: str = ""
    photos: tuple[str, ...] = ()

    @property
    def is_filled(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.text or self.verdict)


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its value; a wide one takes the whole line."""

    label: str
    cell: Cell
    wide: bool = False


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One line of a checklist: how often it is due, how it was found, and the remark."""

    label: str
    interval: str
    state: str
    text: str
    note: str


@dataclass(frozen=True, slots=True)
class CheckGroup:
    """The lines of one part of the system."""

    title: str
    lines: list[CheckLine]


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the sheet. `kind` says which of the other attributes is filled.

    `facts`: pairs of label and value. `checks`: groups of lines. `table`: `heads` and `rows`, a
    row of a group each; `upright` tables have one column for each row of the group.
    """

    kind: Literal["facts", "checks", "table"]
    title: str
    facts: list[Fact] = field(default_factory=list)
    checks: list[CheckGroup] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)
    upright: bool = False

    @property
    def lines_upright(self) -> list[tuple[str, list[Cell]]]:
        """Return the table turned: each head with the cells of all rows."""
        return [(head, [row[index] for row in self.rows]) for index, head in enumerate(self.heads)]


def laid_out(
    definition: dict[str, Any],
    answers: dict[str, Any],
    results: dict[str, Any],
    language: Language = "zh",
    *,
    empty: bool = False,
) -> list[Block]:
    """Return the blocks of a sheet (definition JSON, answers, results as JSON).

    Sections without any answer are left out, unless an empty form is asked for.
    """
    writer = _Writer(answers, results.get("fields", {}), language, empty=empty)
    return list(_joined(writer.blocks(definition)))


def _joined(blocks: Iterator[Block]) -> Iterator[Block]:
    """Join checklists that follow one another into one table."""
    for kind, run in groupby(blocks, key=lambda block: block.kind):
        if kind == "checks":
            yield Block("checks", "", checks=[group for block in run for group in block.checks])
        else:
            yield from run


class _Writer:
    """Writes the blocks of one sheet."""

    def __init__(
        self,
        answers: dict[str, Any],
        results: dict[str, dict[str, Any]],
        language: Language,
        *,
        empty: bool,
    ) -> None:
        self._answers = answers
        self._results = results
        self._language = language
        self._words = WORDS[language]
        self._empty = empty

    def blocks(self, definition: dict[str, Any]) -> Iterator[Block]:
        for section in definition["sections"]:
            match section["kind"]:
                case "checklist":
                    yield from self._checks(section)
                case "group":
                    yield from self._table(section)
                case _:
                    yield from self._facts(section)

    def _localized(self, text: dict[str, str]) -> str:
        return text[self._language]

    def _checks(self, section: dict[str, Any]) -> Iterator[Block]:
        given = self._answers.get(section["key"]) or {}
        if not given and not self._empty:
            return
        lines = [self._check(item, given.get(item["key"])) for item in section["items"]]
        yield Block("checks", "", checks=[CheckGroup(self._localized(section["title"]), lines)])

    def _check(self, item: dict[str, Any], answer: Any) -> CheckLine:
        given = answer if isinstance(answer, dict) else {}
        state = given.get("state") or ""
        days = item.get("interval_days")
        return CheckLine(
            label=self._localized(item["title"]),
            interval=self._words["every"].format(n=days) if days else "",
            state=state,
            text=self._words.get(state, state),
            note=given.get("note") or "",
        )

    def _facts(self, section: dict[str, Any]) -> Iterator[Block]:
        key, values = section["key"], self._answers.get(section["key"]) or {}
        facts = []
        for part in section["fields"]:
            cell = self._cell(part, values, self._results.get(f"{key}.{part['key']}", {}))
            if cell.is_filled or self._empty:
                wide = part["type"] == "longtext" or len(cell.text) > LONG_TEXT or bool(cell.note)
                facts.append(Fact(self._localized(part["title"]), cell, wide=wide))
        if facts:
            yield Block("facts", self._localized(section["title"]), facts=facts)

    def _table(self, section: dict[str, Any]) -> Iterator[Block]:
        key = section["key"]
        is_upright = len(section["fields"]) > MOST_COLUMNS
        # room to write by hand; turned, every row takes a column
        lines = max(section.get("min", 1), 2 if is_upright else EMPTY_LINES)
        given: list[Any] = self._answers.get(key) or [{}] * lines * self._empty
        rows = [
            [
                self._cell(part, row or {}, self._results.get(f"{key}.{index}.{part['key']}", {}))
                for part in section["fields"]
            ]
            for index, row in enumerate(given)
        ]
        # a column that no row fills says nothing
        shown = [
            index
            for index in range(len(section["fields"]))
            if self._empty or any(row[index].is_filled for row in rows)
        ]
        if not rows or not shown:
            return
        heads = [self._localized(section["fields"][index]["title"]) for index in shown]
        yield Block(
            "table",
            self._localized(section["title"]),
            heads=heads,
            rows=[[row[index] for index in shown] for row in rows],
            upright=len(shown) > MOST_COLUMNS,
        )

    def _cell(self, part: dict[str, Any], values: dict[str, Any], result: dict[str, Any]) -> Cell:
        value = result.get("value", values.get(part["key"]))
        unit = part.get("unit") or ""
        if value is None or value in ("", []):
            return Cell(unit=unit if self._empty else "")
        photos = tuple(value) if part["type"] in PICTURES else ()
        return Cell(
            text=self._words["pictures"].format(n=len(photos))
            if photos
            else self._text(part, value),
            unit=unit,
            verdict=result.get("verdict", ""),
            note=self._remark(result),
            photos=photos,
        )

    def _remark(self, result: dict[str, Any]) -> str:
        message = result.get("message") or ""
        text = self._localized(message) if isinstance(message, dict) else str(message)
        clause = result.get("clause") or ""
        return text + self._words["clause"].format(clause=clause) if text and clause else text

    def _text(self, part: dict[str, Any], value: Any) -> str:
        titles = {one["value"]: self._localized(one["title"]) for one in part.get("choices") or []}
        match value:
            case bool():
                return self._words["yes" if value else "no"]
            case list():
                return self._words["list"].join(str(titles.get(one, one)) for one in value)
            case str() if part["type"] == "datetime":
                return _clock(value)
            case int() | float() if part.get("decimals") is not None:
                return f"{value:.{part['decimals']}f}"
            case float() if value.is_integer():
                return str(int(value))
            case _:
                return str(titles.get(value, value))


def _clock(value: str) -> str:
    """Return a moment as a clock in China shows it; what is no moment as it was typed."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    return (moment if moment.tzinfo is None else moment.astimezone(CHINA)).strftime(MOMENT)
