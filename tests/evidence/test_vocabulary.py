"""Every verb that the code writes into the chain has words for people."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import yunjian
from yunjian.evidence import vocabulary

PACKAGE = Path(yunjian.__file__).parent


def _verbs_written() -> Iterator[str]:
    """Yield the constants that the code passes as `verb=`."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "verb":
                for part in ast.walk(node.value):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield part.value


def test_every_verb_that_is_written_has_a_title() -> None:
    verbs = set(_verbs_written())
    assert len(verbs) > 30
    assert {verb for verb in verbs if vocabulary.verb_title(verb) == verb} == set()


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
