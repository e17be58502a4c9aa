"""A record sheet as a form of a page, from the one definition that the phone uses too.

A definition with answers, and what the rules say of them, becomes a tree that templates draw.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from yunjian.kernel.languages import language_code, localized
from yunjian.library.domain.sheet_posted import text_of
from yunjian.standards.sheets import Definition, SheetResult
from yunjian.standards.sheets.expressions import as_doubles, holds

MOST_TABLE_COLUMNS = 6
PICTURES = frozenset({"photo", "signature"})
WIDE = frozenset({"longtext", "choices"}) | PICTURES
NOT_IN_TABLES = WIDE | {"datetime"}
NOT_YET_FILLED = frozenset({"required", "too_few"})


@dataclass(frozen=True, slots=True)
class Finding:
    """What the rules say at one place."""

    error: str = ""
    verdict: str = ""
    message: str = ""
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One of the choices."""

    value: str
    title: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Control:
    """One thing to fill in. `value` is the text in its input, `values` are those of a list.

    A control that is not shown keeps what was typed, so that it is there again when it is shown.
    """

    name: str
    id: str
    type: str
    title: str
    unit: str
    hint: str
    value: str
    values: tuple[str, ...]
    options: tuple[Option, ...]
    last: str
    required: bool
    shown: bool
    finding: Finding

    @property
    def is_wide(self) -> bool:
        """Whether it takes the whole line."""
        return self.type in WIDE

    @property
    def is_picture(self) -> bool:
        """Whether it holds uploaded pictures."""
        return self.type in PICTURES


@dataclass(frozen=True, slots=True)
class Check:
    """One line of a checklist."""

    name: str
    id: str
    title: str
    hint: str
    clause: str
    interval_days: int | None
    state: str
    note: str
    finding: Finding
    note_error: str


@dataclass(frozen=True, slots=True)
class SectionForm:
    """A part of a sheet; `kind` says which of controls, checks and rows it has."""

    name: str
    id: str
    kind: str
    title: str
    hint: str
    shown: bool
    error: str
    controls: list[Control] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    rows: list[list[Control]] = field(default_factory=list)
    heads: list[Control] = field(default_factory=list)
    can_add: bool = False
    can_remove: bool = False

    @property
    def is_table(self) -> bool:
        """Whether the rows of the group are narrow enough for a table."""
        return len(self.heads) <= MOST_TABLE_COLUMNS and not any(
            one.type in NOT_IN_TABLES for one in self.heads
        )

    def mistakes(self) -> Iterator[tuple[str, str, str]]:
        """Yield id, label and sentence of what is wrong, in the order of the sheet."""
        if self.error:
            yield self.id, self.title, self.error
        for check in self.checks:
            for error in (check.finding.error, check.note_error):
                if error:
                    yield check.id, check.title, error
        for control in [*self.controls, *chain(*self.rows)]:
            if control.finding.error:
                yield control.id, control.title, control.finding.error


@dataclass(frozen=True, slots=True)
class SheetForm:
    """A sheet as a form. `missing` counts what is still to be filled."""

    prefix: str
    definition: str
    title: str
    standard: str
    sections: list[SectionForm]
    verdict: str
    missing: int

    @property
    def mistakes(self) -> list[tuple[str, str, str]]:
        """Return id, label and sentence of everything wrong, in the order of the sheet."""
        return [item for section in self.sections for item in section.mistakes()]


def sheet_form(
    definition: Definition,
    answers: dict[str, Any],
    result: SheetResult,
    context: dict[str, Any],
    *,
    prefix: str = "s",
    last: Mapping[str, Any] | None = None,
    is_final: bool = False,
) -> SheetForm:
    """Return a sheet as a form.

    `last` are the answers of the visit before. Unless `is_final`, what is merely not filled in yet
    is counted but not shouted about.
    """
    return _Drawing(definition, answers, result, context, prefix, last or {}, is_final).form()


@dataclass(slots=True)
class _Drawing:
    """Draws the form of one sheet."""

    definition: Definition
    answers: dict[str, Any]
    result: SheetResult
    context: dict[str, Any]
    prefix: str
    last: Mapping[str, Any]
    is_final: bool
    errors: dict[str, str] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)

    def form(self) -> SheetForm:
        source = self.definition.source
        self.errors = {
            error.path: localized(error.message)
            for error in reversed(self.result.errors)
            if self.is_final or error.code not in NOT_YET_FILLED
        }
        self.variables = {"s": self._complete(), "ctx": as_doubles(self.context), "row": None}
        missing = sum(error.code in NOT_YET_FILLED for error in self.result.errors)
        return SheetForm(
            prefix=self.prefix,
            definition=self.definition.name,
            title=self._say(source["title"]),
            standard=f"{source.get('standard', '')} {source.get('annex', '')}".strip(),
            sections=[self._section(section) for section in source["sections"]],
            verdict=self.result.verdict,
            missing=missing,
        )

    def _say(self, text: dict[str, str] | None) -> str:
        return (text or {}).get(language_code(), "")

    def _complete(self) -> dict[str, Any]:
        """Return the answers as expressions see them, computed values included."""
        complete: dict[str, Any] = {}
        for section in self.definition.source["sections"]:
            key = section["key"]
            given = self.answers.get(key)
            if section["kind"] == "group":
                rows = given if isinstance(given, list) else []
                complete[key] = [
                    self._filled(section, row, f"{key}.{index}") for index, row in enumerate(rows)
                ]
            else:
                complete[key] = self._filled(section, given, key)
        return complete

    def _filled(self, section: dict[str, Any], given: Any, path: str) -> dict[str, Any]:
        values = given if isinstance(given, dict) else {}
        filled = {}
        for part in section.get("fields") or section.get("items") or []:
            key = part["key"]
            result = self.result.fields.get(f"{path}.{key}", {})
            filled[key] = as_doubles(result.get("value", values.get(key)))
        return filled

    def _holds(self, expression: Any, row: Any) -> bool:
        return holds(expression, {**self.variables, "row": row})

    def _finding(self, path: str) -> Finding:
        result = self.result.fields.get(path, {})
        return Finding(
            error=self.errors.get(path, ""),
            verdict=result.get("verdict", ""),
            message=result.get("message", ""),
            clause=result.get("clause", ""),
        )

    def _section(self, section: dict[str, Any]) -> SectionForm:
        key, kind = section["key"], section["kind"]
        name = f"{self.prefix}.{key}"
        given = self.answers.get(key)
        values = given if isinstance(given, dict) else {}
        form = SectionForm(
            name=name,
            id=_id(name),
            kind=kind,
            title=self._say(section["title"]),
            hint=self._say(section.get("hint")),
            shown=not section.get("show") or self._holds(section["show"], None),
            error=self.errors.get(key, ""),
            can_add=kind == "group" and len(given or []) < section.get("max", 100),
            can_remove=kind == "group" and len(given or []) > section.get("min", 0),
        )
        match kind:
            case "checklist":
                form.checks.extend(
                    self._check(f"{key}.{item['key']}", item, values.get(item["key"]))
                    for item in section["items"]
                )
            case "group":
                form.rows.extend(self._rows(section, given if isinstance(given, list) else []))
                empty = dict.fromkeys(part["key"] for part in section["fields"])
                form.heads.extend(self._controls(section, f"{key}.head", {}, empty, None))
            case _:
                row = self.variables["s"][key]
                form.controls.extend(self._controls(section, key, values, row, self.last.get(key)))
        return form

    def _rows(self, section: dict[str, Any], given: list[Any]) -> Iterator[list[Control]]:
        key = section["key"]
        before = self.last.get(key)
        known = before if isinstance(before, list) else []
        for index, row in enumerate(given):
            values = row if isinstance(row, dict) else {}
            last = known[index] if index < len(known) else None
            complete = self.variables["s"][key][index]
            yield self._controls(section, f"{key}.{index}", values, complete, last)

    def _controls(
        self,
        section: dict[str, Any],
        path: str,
        values: dict[str, Any],
        row: dict[str, Any],
        before: Any,
    ) -> list[Control]:
        last = before if isinstance(before, dict) else {}
        return [
            self._control(
                part, f"{path}.{part['key']}", values.get(part["key"]), row, last.get(part["key"])
            )
            for part in section["fields"]
        ]

    def _control(
        self, part: dict[str, Any], path: str, value: Any, row: dict[str, Any], last: Any
    ) -> Control:
        demanded = part.get("required", False)
        kind = part["type"]
        name = f"{self.prefix}.{path}"
        text = "" if isinstance(value, list) else text_of(kind, value)
        before = text_of(kind, last)
        return Control(
            name=name,
            id=_id(name),
            type=kind,
            title=self._say(part["title"]),
            unit=part.get("unit") or "",
            hint=self._say(part.get("hint")),
            value=self._computed(part, path) if kind == "computed" else text,
            values=tuple(str(one) for one in value) if isinstance(value, list) else (),
            options=self._options(part, value),
            last=before if kind in {"number", "text"} and before != text else "",
            required=demanded if isinstance(demanded, bool) else self._holds(demanded, row),
            shown=not part.get("show") or self._holds(part["show"], row),
            finding=self._finding(path),
        )

    def _options(self, part: dict[str, Any], value: Any) -> tuple[Option, ...]:
        chosen = value if isinstance(value, list) else [value]
        options = [
            Option(one["value"], self._say(one["title"]), one["value"] in chosen)
            for one in part.get("choices") or []
        ]
        if part["type"] in {"choice", "choices"}:
            known = {option.value for option in options}
            # an answer that is no choice (any more) is shown, not dropped
            options += [
                Option(one, one, chosen=True)
                for one in chosen
                if isinstance(one, str) and one and one not in known
            ]
        return tuple(options)

    def _computed(self, part: dict[str, Any], path: str) -> str:
        value = self.result.fields.get(path, {}).get("value")
        if isinstance(value, bool) or not isinstance(value, float | int):
            return text_of("text", value)
        decimals = part.get("decimals")
        return text_of("number", value) if decimals is None else f"{value:.{decimals}f}"

    def _check(self, path: str, item: dict[str, Any], answer: Any) -> Check:
        given = answer if isinstance(answer, dict) else {}
        name = f"{self.prefix}.{path}"
        finding = self._finding(path)
        return Check(
            name=name,
            id=_id(name),
            title=self._say(item["title"]),
            hint=self._say(item.get("hint")),
            clause=item.get("clause", ""),
            interval_days=item.get("interval_days"),
            state=str(given.get("state") or ""),
            note=str(given.get("note") or ""),
            # the note says why it is abnormal; the verdict need not repeat it
            finding=Finding(finding.error, finding.verdict),
            note_error=self.errors.get(f"{path}.note", ""),
        )


def _id(name: str) -> str:
    return name.replace(".", "-")
