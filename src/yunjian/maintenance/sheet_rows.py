"""A filled sheet as lines of text: for the printed copy and the pages that show it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

ITEM_STATES = {"normal": "正常", "abnormal": "异常", "not_applicable": "不适用"}
VERDICTS = {
    "pass": "合格",
    "attention": "有异常",
    "calibrate": "需校准",
    "out_of_control": "失控",
    "fail": "不合格",
    "unknown": "未确认",
}


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One line: what was asked, what was answered, and what the rules say about it."""

    label: str
    value: str
    unit: str = ""
    verdict: str = ""
    note: str = ""
    photos: tuple[str, ...] = ()

    @property
    def verdict_label(self) -> str:
        """Return the verdict in words."""
        return VERDICTS.get(self.verdict, "")


@dataclass(frozen=True, slots=True)
class SheetSection:
    """A section with its lines."""

    title: str
    kind: str
    rows: list[SheetRow]

    @property
    def is_filled(self) -> bool:
        """Whether anything was answered; a section that was not shown is not."""
        return any(row.value for row in self.rows)


def sheet_sections(
    definition: dict[str, Any], answers: dict[str, Any], results: dict[str, Any]
) -> list[SheetSection]:
    """Return the sections of a sheet (definition JSON, answers, judged results) as lines."""
    fields = results.get("fields", {})
    return [
        SheetSection(
            title=section["title"]["zh"],
            kind=section["kind"],
            rows=list(_rows(section, answers.get(section["key"]), fields)),
        )
        for section in definition["sections"]
    ]


def _rows(section: dict[str, Any], answers: Any, results: dict[str, Any]) -> Iterator[SheetRow]:
    key = section["key"]
    match section["kind"]:
        case "checklist":
            for item in section["items"]:
                yield _item_row(
                    item, (answers or {}).get(item["key"]), results.get(f"{key}.{item['key']}", {})
                )
        case "group":
            for index, values in enumerate(answers or []):
                for field in section["fields"]:
                    path = f"{key}.{index}.{field['key']}"
                    yield from _field_row(field, values, results.get(path, {}), f"{index + 1} · ")
        case _:
            for field in section["fields"]:
                result = results.get(f"{key}.{field['key']}", {})
                yield from _field_row(field, answers or {}, result, "")


def _item_row(item: dict[str, Any], answer: Any, result: dict[str, Any]) -> SheetRow:
    given = answer if isinstance(answer, dict) else {}
    return SheetRow(
        label=item["title"]["zh"],
        value=ITEM_STATES.get(given.get("state", ""), ""),
        verdict=result.get("verdict", ""),
        note=given.get("note") or "",
    )


def _field_row(
    field: dict[str, Any], values: dict[str, Any], result: dict[str, Any], prefix: str
) -> Iterator[SheetRow]:
    value = result.get("value", values.get(field["key"]))
    if value is None or value in ("", []):
        return
    photos = tuple(value) if field["type"] in {"photo", "signature"} else ()
    yield SheetRow(
        label=prefix + field["title"]["zh"],
        value=f"{len(photos)} 张" if photos else _text(field, value),
        unit=field.get("unit") or "",
        verdict=result.get("verdict", ""),
        note=_note(result),
        photos=photos,
    )


def _note(result: dict[str, Any]) -> str:
    message = result.get("message") or ""
    if isinstance(message, dict):
        message = message.get("zh", "")
    clause = result.get("clause") or ""
    return f"{message}（{clause}）" if message and clause else str(message)


def _text(field: dict[str, Any], value: Any) -> str:
    titles = {choice["value"]: choice["title"]["zh"] for choice in field.get("choices") or []}
    match value:
        case bool():
            return "是" if value else "否"
        case list():
            return "、".join(str(titles.get(item, item)) for item in value)
        case int() | float() if field.get("decimals") is not None:
            return f"{value:.{field['decimals']}f}"
        case _:
            return str(titles.get(value, value))
