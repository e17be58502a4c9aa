"""Every verb that the code writes has words for people, and is written out at one place."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import yunjian
from tests.support.chain import STATED
from yunjian.administration.events import FORMER_OBJECTS
from yunjian.evidence import vocabulary

PACKAGE = Path(yunjian.__file__).parent
VERB = re.compile(r"[a-z_]+\.[a-z_]+")


def _stated(value: ast.expr) -> str:
    """Return the text that is assigned, by itself or stated with its sentence."""
    first = value.args[0] if isinstance(value, ast.Call) and value.args else value
    return str(first.value) if isinstance(first, ast.Constant) else ""


def _rooms() -> dict[str, dict[str, str]]:
    """Return the verbs of each room: constant → verb, from its `events.py`."""
    results: dict[str, dict[str, str]] = {}
    for path in PACKAGE.rglob("events.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        results[str(path)] = {
            node.targets[0].id: verb
            for node in tree.body
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and VERB.fullmatch(verb := _stated(node.value))
        }
    return {path: verbs for path, verbs in results.items() if verbs}


VERBS = {verb for verbs in _rooms().values() for verb in verbs.values()}


def _strings(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def test_every_verb_has_a_title_and_one_room() -> None:
    assert len(VERBS) > 80
    assert {verb for verb in VERBS if vocabulary.verb_title(verb) == verb} == set()
    assert len(VERBS) == sum(len(verbs) for verbs in _rooms().values())
    assert {verb for verb, _title in vocabulary.verbs()} == VERBS


def test_no_verb_is_written_out_but_in_the_events_of_its_room() -> None:
    literal = [
        f"{path.relative_to(PACKAGE)}:{line} {text}"
        for path in PACKAGE.rglob("*.py")
        if path.name != "events.py" and "migrations" not in path.parts
        for line, text in _strings(path)
        if text in VERBS
    ]
    assert literal == []


def test_what_every_verb_carries_is_stated() -> None:
    assert set(STATED) == VERBS


def test_a_verb_of_a_later_version_is_shown_as_it_is_stored() -> None:
    assert vocabulary.verb_title("moon.landed") == "moon.landed"
    assert vocabulary.object_title("moon.base") == "moon.base"


def test_two_apps_cannot_call_one_verb_differently() -> None:
    with pytest.raises(ValueError, match=r"visit\.copied"):
        vocabulary.register(verbs={"visit.copied": "别的说法"}, objects={})


def test_everything_that_has_words_can_be_listed_for_a_filter() -> None:
    verbs, objects = dict(vocabulary.verbs()), dict(vocabulary.objects())
    assert verbs["visit.submitted"] == vocabulary.verb_title("visit.submitted")
    assert objects["identity.account"] == vocabulary.object_title("identity.account")
    assert list(verbs) == sorted(verbs)
    assert list(objects) == sorted(objects)


def test_what_an_old_event_is_about_has_its_present_name() -> None:
    for former, current in FORMER_OBJECTS.items():
        assert vocabulary.current_type(former) == current
        names = vocabulary.object_types(current)
        assert names[0] == current
        assert former in names
        assert vocabulary.object_title(former) == vocabulary.object_title(current)
    assert vocabulary.object_types("no_such_thing") == ["no_such_thing"]
