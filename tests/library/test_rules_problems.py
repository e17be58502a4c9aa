"""What is wrong with a pack, as a page says it: in its language, at the field it belongs to."""

import pytest
from django.utils.translation import override

from yunjian.library.domain.rule_problems import (
    as_invalid_input,
    field_path,
    located_sentence,
    sentence,
)
from yunjian.standards.rules import InvalidPack, Problem, Reason
from yunjian.standards.rules.problems import Path

pytestmark = pytest.mark.reads_all_rows

GAP = Problem(Reason.BANDS_GAP, ("criteria", "mg/m3"), {"unit": "mg/m3", "at": "143"})


@pytest.mark.parametrize(
    ("language", "expected"),
    [("zh-hans", "mg/m³ 分段在 143 处有空档"), ("en", "gap at 143 mg/m³")],
)
def test_a_problem_is_told_in_the_language_of_the_page(language: str, expected: str) -> None:
    with override(language):
        assert sentence(GAP) == expected


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize(("language", "place"), [("zh-hans", 0), ("en", 1)])
def test_every_reason_has_its_sentence_on_the_page(
    reason: Reason, language: str, place: int
) -> None:
    names = ("unit", "at", "pack", "key", "kind", "since", "detail", "bound", "least", "most")
    parameters = {name: f"<{name}>" for name in (*names, "choices")}
    with override(language):
        result = sentence(Problem(reason, (), parameters))
    assert result == reason.sentences[place].format(**parameters)


@pytest.mark.parametrize(
    ("row", "path", "parameters", "expected"),
    [
        ("accuracy.SO2", ("criteria", "mg/m3"), {"unit": "mg/m3", "at": "143"}, "bands:mg/m3:143"),
        ("accuracy.SO2", ("criteria", "mg/m3"), {"unit": "mg/m3"}, "bands:mg/m3:"),
        ("accuracy.SO2", ("criteria", "mg/m3", 3), {}, "bands:mg/m3:#3"),
        ("accuracy.SO2", ("criteria", "mg/m3", 3, "limit"), {}, "bands:mg/m3:#3"),
        ("accuracy.SO2", ("criteria",), {}, "criteria"),
        ("hj75.patrol", ("interval", "value"), {}, "interval"),
        ("hj75.patrol", (), {}, ""),
        ("effective", (), {}, "effective"),
    ],
)
def test_a_problem_belongs_to_the_field_of_its_value(
    row: str, path: Path, parameters: dict[str, str], expected: str
) -> None:
    assert field_path(InvalidPack("x", row, Problem(Reason.MISSING, path, parameters))) == expected


def test_a_refusal_names_the_row_and_the_value_above_and_the_reason_at_the_field() -> None:
    problem = Problem(Reason.TOO_SMALL, ("interval", "value"), {"bound": "0"})
    error = InvalidPack("x", "hj75.patrol", problem)

    refusal = as_invalid_input(error)

    assert refusal.message == located_sentence(error) == "hj75.patrol：interval.value 必须大于 0"
    assert [(item.path, item.code, item.message) for item in refusal.errors] == [
        ("interval", "too_small", "必须大于 0")
    ]


def test_a_problem_of_a_whole_row_names_only_the_row() -> None:
    error = InvalidPack("x", "hj75.patrol", Problem(Reason.DUPLICATE_ID))
    assert located_sentence(error) == "hj75.patrol：条目编号重复"
