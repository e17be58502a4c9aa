"""A record sheet as a form: every control shows what was typed into it."""

from typing import Any

import pytest

from tests.library.rules import administrator
from tests.support.sheet_values import honest_answers
from tests.support.world import World
from tests.web.markup import Markup
from yunjian.standards import sheets

pytestmark = pytest.mark.reads_all_rows

HTMX = {"HX-Request": "true"}


def typed(definition: dict[str, Any]) -> dict[str, list[str]]:
    """Return what a browser sends of a sheet that somebody filled in wholly."""
    answers = honest_answers(definition)
    values: dict[str, list[str]] = {}
    for section in definition["sections"]:
        name, given = f"t.{section['key']}", answers[section["key"]]
        match section["kind"]:
            case "checklist":
                for key in given:
                    values[f"{name}.{key}.state"] = ["normal"]
                    values[f"{name}.{key}.note"] = [f"备注 {key}"]
            case "group":
                values[f"{name}.row"] = [str(index) for index in range(len(given))]
                for index, row in enumerate(given):
                    values |= _texts(section, row, f"{name}.{index}")
            case _:
                values |= _texts(section, given, name)
    return values


def _texts(section: dict[str, Any], row: dict[str, Any], name: str) -> dict[str, list[str]]:
    types = {part["key"]: part["type"] for part in section["fields"]}
    return {f"{name}.{key}": _text(types[key], value) for key, value in row.items()}


def _text(kind: str, value: Any) -> list[str]:
    match kind:
        case "number":
            return [f"{value:g}"]
        case "boolean":
            return [str(value).lower()]
        case "datetime":
            return [value[:16].replace("T", " ")]
        case "choices":
            return list(value)
    return [value]


@pytest.mark.parametrize("name", sorted(sheets.definitions()))
def test_every_control_shows_what_was_typed(world: World, name: str) -> None:
    sent = typed(sheets.definition(name).source)
    client = world.client(administrator(world))

    answer = client.post(f"/supervision/sheets/{name}/try/", sent, headers=HTMX)

    (form,) = Markup(answer.content.decode()).forms()
    there = {control.get("name") for control in form.controls}
    shown = form.values()
    assert len(there & set(sent)) > 0.8 * len(sent)
    assert {key: shown.get(key) for key in sent if key in there} == {
        key: value for key, value in sent.items() if key in there
    }
