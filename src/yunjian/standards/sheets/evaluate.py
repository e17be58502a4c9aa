"""Checks, computes and judges the answers of a sheet. Never raises on what a person typed."""

import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from yunjian.standards.rounding import round_half_even
from yunjian.standards.sheets.expressions import as_doubles, evaluated, holds
from yunjian.standards.sheets.model import VERDICTS, Definition, Field, Item, Section

TEXT_LIMIT = 200
LONGTEXT_LIMIT = 2000
PHOTO_LIMIT = 20
LARGEST_NUMBER = 1e12
MOST_KEPT = 200
# doubles from here on have no decimals
WHOLE_FROM = 2.0**53
ITEM_STATES = ("normal", "abnormal", "not_applicable")

MESSAGES: dict[str, tuple[str, str]] = {
    "unknown_key": ("不认识的内容", "Unknown content"),
    "wrong_shape": ("内容格式不正确", "Content of the wrong shape"),
    "required": ("请填写此项", "Please fill this in"),
    "not_a_number": ("请填写数字", "Please enter a number"),
    "below_min": ("不能小于 {limit}", "Must not be below {limit}"),
    "above_max": ("不能大于 {limit}", "Must not be above {limit}"),
    "not_a_choice": ("请从选项中选择", "Please choose one of the options"),
    "not_text": ("请填写文字", "Please enter text"),
    "too_long": ("不能超过 {limit} 字", "Must not be longer than {limit}"),
    "not_a_date": ("日期格式应为 年-月-日", "A date is written YYYY-MM-DD"),
    "not_a_time": ("时间格式应为 时:分", "A time is written HH:MM"),
    "not_a_datetime": ("时间格式不正确", "Not a date and time"),
    "not_a_boolean": ("请选择是或否", "Please choose yes or no"),
    "not_photos": ("照片格式不正确", "Not a list of photos"),
    "too_many": ("最多 {limit} 项", "At most {limit}"),
    "too_few": ("至少 {limit} 项", "At least {limit}"),
    "not_a_state": ("请选择正常、异常或不适用", "Choose normal, abnormal or not applicable"),
    "note_required": ("异常时请填写说明", "Please describe what is abnormal"),
}


@dataclass(frozen=True, slots=True)
class SheetError:
    """What is wrong with one answer."""

    path: str
    code: str
    message: dict[str, str]


@dataclass(slots=True)
class SheetResult:
    """What the rules say about a sheet."""

    verdict: str = "pass"
    fields: dict[str, dict[str, Any]] = field(default_factory=dict)
    errors: list[SheetError] = field(default_factory=list)
    follow_ups: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


def worse(first: str, second: str) -> str:
    """Return the worse of two verdicts."""
    return max(first, second, key=VERDICTS.index)


def evaluate(
    definition: Definition, answers: dict[str, Any], context: dict[str, Any]
) -> SheetResult:
    """Return errors, computed values, verdicts and follow-ups of a sheet.

    Expressions see `s` (answers by section), `row` (the row of a group, else the section) and
    `ctx`; a field that is not shown is neither demanded nor judged.
    """
    return _Run(definition, answers, context).result()


class _Run:
    """One evaluation."""

    def __init__(
        self, definition: Definition, answers: dict[str, Any], context: dict[str, Any]
    ) -> None:
        self._definition = definition
        self._answers = answers
        self._result = SheetResult()
        self._variables = {
            "s": self._complete(),
            "ctx": as_doubles(context),
            "row": None,
            "lim": definition.limits,
            "calc": {},
        }

    def result(self) -> SheetResult:
        known = {section.key for section in self._definition.sections}
        for key in self._answers:
            if key not in known:
                self._refuse(str(key), "unknown_key")
        for section in self._definition.sections:
            self._section(section)
        return self._result

    def _complete(self) -> dict[str, Any]:
        """Return the answers with every field present (null where nothing was typed)."""
        complete: dict[str, Any] = {}
        for section in self._definition.sections:
            given = self._answers.get(section.key)
            if section.kind == "group":
                rows = given[: section.maximum] if isinstance(given, list) else []
                complete[section.key] = [_filled(section, row) for row in rows]
            else:
                complete[section.key] = _filled(section, given)
        return complete

    def _section(self, section: Section) -> None:
        if section.show and not holds(section.show, self._variables):
            return
        given = self._answers.get(section.key)
        match section.kind:
            case "group":
                self._group(section, given)
            case "checklist":
                if self._is_object(section.key, given, {item.key for item in section.items}):
                    for item in section.items:
                        self._item(f"{section.key}.{item.key}", item, (given or {}).get(item.key))
            case _:
                if self._is_object(section.key, given, {part.key for part in section.fields}):
                    values = self._variables["s"][section.key]
                    self._fields(section, section.key, given or {}, values, {})

    def _is_object(self, path: str, given: Any, known: set[str]) -> bool:
        if given is not None and not isinstance(given, dict):
            self._refuse(path, "wrong_shape")
            return False
        for key in given or {}:
            if key not in known:
                self._refuse(f"{path}.{key}", "unknown_key")
        return True

    def _group(self, section: Section, given: Any) -> None:
        if given is not None and not isinstance(given, list):
            self._refuse(section.key, "wrong_shape")
            return
        rows = given or []
        if len(rows) > section.maximum:
            self._refuse(section.key, "too_many", section.maximum)
            return
        if len(rows) < section.minimum:
            self._refuse(section.key, "too_few", section.minimum)
        known = {part.key for part in section.fields}
        alike: dict[str, Any] = {}
        for index, row in enumerate(rows):
            path = f"{section.key}.{index}"
            if row is None:
                self._refuse(path, "wrong_shape")
            elif self._is_object(path, row, known):
                values = self._variables["s"][section.key][index]
                self._fields(section, path, row, values, alike)

    def _item(self, path: str, item: Item, given: Any) -> None:
        if given is None:
            self._refuse(path, "required")
            return
        if not isinstance(given, dict) or not set(given) <= {"state", "note"}:
            self._refuse(path, "wrong_shape")
            return
        state, note = given.get("state"), given.get("note")
        if state is None:
            self._refuse(path, "required")
        elif state not in ITEM_STATES:
            self._refuse(path, "not_a_state")
        if note is not None and not isinstance(note, str):
            self._refuse(f"{path}.note", "not_text")
        elif note and len(note) > TEXT_LIMIT:
            self._refuse(f"{path}.note", "too_long", TEXT_LIMIT)
        elif state == "abnormal" and not (note or "").strip():
            self._refuse(f"{path}.note", "note_required")
        if state == "abnormal":
            self._judge(path, "attention", note or "", item.clause)

    def _fields(
        self,
        section: Section,
        path: str,
        given: dict[str, Any],
        values: dict[str, Any],
        alike: dict[str, Any],
    ) -> None:
        """Calculate, then take field by field; `alike` keeps what all rows of a group share."""
        self._variables["row"] = values
        # a calculation sees those before it
        known: dict[str, Any] = {}
        self._variables["calc"] = known
        for key, source in section.calc:
            shared = alike if key in section.alike else known
            if key not in shared:
                shared[key] = _kept(evaluated(source, self._variables))
            known[key] = shared[key]
        for part in section.fields:
            self._field(part, f"{path}.{part.key}", given, values)

    def _field(self, part: Field, path: str, given: dict[str, Any], values: dict[str, Any]) -> None:
        if part.show and not holds(part.show, self._variables):
            values[part.key] = None
            return
        if part.type == "computed":
            value = self._computed(part)
            values[part.key] = value
            self._result.fields[path] = {"value": value}
        else:
            value = given.get(part.key)
            if _is_empty(value):
                if self._is_required(part):
                    self._refuse(path, "required")
                return
            problem = next(_problems(part, value), None)
            if problem is not None:
                self._refuse(path, *problem)
                return
        for rule in part.judge:
            if holds(rule.when, self._variables):
                self._judge(path, rule.verdict, rule.message["zh"], rule.clause)
                for kind in rule.follow_ups:
                    self._result.follow_ups.append(
                        {
                            "kind": kind,
                            "path": path,
                            "message": rule.message["zh"],
                            "clause": rule.clause,
                        }
                    )
                return

    def _computed(self, part: Field) -> Any:
        value = evaluated(part.compute, self._variables)
        if isinstance(value, bool | str):
            return value
        if isinstance(value, int | float) and math.isfinite(value):
            is_whole = part.decimals is None or abs(value) >= WHOLE_FROM
            return float(value) if is_whole else round_half_even(value, part.decimals or 0)
        return None

    def _is_required(self, part: Field) -> bool:
        if isinstance(part.required, bool):
            return part.required
        return holds(part.required, self._variables)

    def _judge(self, path: str, verdict: str, message: str, clause: str) -> None:
        entry = self._result.fields.setdefault(path, {})
        entry.update(verdict=verdict, message=message, clause=clause)
        self._result.verdict = worse(self._result.verdict, verdict)

    def _refuse(self, path: str, code: str, limit: float | None = None) -> None:
        zh, en = MESSAGES[code]
        shown = "" if limit is None else f"{limit:g}"
        message = {"zh": zh.format(limit=shown), "en": en.format(limit=shown)}
        self._result.errors.append(SheetError(path, code, message))


def _filled(section: Section, given: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {part.key: None for part in section.fields or section.items}
    for key, value in given.items() if isinstance(given, dict) else ():
        if key in whole:
            whole[key] = _bounded(as_doubles(value))
    return whole


def _bounded(value: Any) -> Any:
    """Return null for a list or text longer than any answer may be: loops over it must end."""
    too_long = isinstance(value, list | str | dict) and len(value) > LONGTEXT_LIMIT
    return None if too_long else value


def _kept(value: Any) -> Any:
    """Return a calculated value: a plain one, or a table or short list of plain ones; else null."""
    match value:
        case dict() if all(_is_plain(item) for item in value.values()):
            return value
        case list() if len(value) <= MOST_KEPT and all(_is_plain(item) for item in value):
            return value
        case _ if _is_plain(value):
            return value
        case _:
            return None


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | float | str)


def _is_empty(value: Any) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


Problem = tuple[str] | tuple[str, float]


def _problems(part: Field, value: Any) -> Iterator[Problem]:
    match part.type:
        case "number":
            yield from _number_problems(part, value)
        case "text" | "longtext":
            limit = TEXT_LIMIT if part.type == "text" else LONGTEXT_LIMIT
            yield from _text_problems(value, limit)
        case "photo" | "signature":
            yield from _photo_problems(value)
        case kind:
            code, is_right = _KINDS[kind]
            if not is_right(part, value):
                yield (code,)


def _number_problems(part: Field, value: Any) -> Iterator[Problem]:
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not math.isfinite(value)
        or abs(value) > LARGEST_NUMBER
    ):
        yield ("not_a_number",)
    elif part.minimum is not None and value < part.minimum:
        yield ("below_min", part.minimum)
    elif part.maximum is not None and value > part.maximum:
        yield ("above_max", part.maximum)


def _text_problems(value: Any, limit: int) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield ("not_text",)
    elif len(value) > limit:
        yield ("too_long", limit)


def _photo_problems(value: Any) -> Iterator[Problem]:
    if not isinstance(value, list) or not all(_reads_as(UUID, item) for item in value):
        yield ("not_photos",)
    elif len(value) > PHOTO_LIMIT:
        yield ("too_many", PHOTO_LIMIT)


def _are_choices(part: Field, value: Any) -> bool:
    return isinstance(value, list) and all(item in part.choices for item in value)


def _reads_as(parse: Callable[[str], object], value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        parse(value)
    except ValueError:
        return False
    return True


_KINDS: dict[str, tuple[str, Callable[[Field, Any], bool]]] = {
    "choice": ("not_a_choice", lambda part, value: value in part.choices),
    "choices": ("not_a_choice", _are_choices),
    "boolean": ("not_a_boolean", lambda _part, value: isinstance(value, bool)),
    "date": ("not_a_date", lambda _part, value: _reads_as(date.fromisoformat, value)),
    "time": ("not_a_time", lambda _part, value: _reads_as(time.fromisoformat, value)),
    "datetime": (
        "not_a_datetime",
        lambda _part, value: _reads_as(datetime.fromisoformat, value),
    ),
}
