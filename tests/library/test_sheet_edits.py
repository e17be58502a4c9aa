"""Changes to a definition: parts come, go and move, and nothing else changes."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunjian.library.domain.sheet_edits import (
    NoSuchPart,
    added,
    changed,
    moved,
    part_at,
    place_of,
    removed,
)
from yunjian.standards import sheets

G1 = sheets.definition("hj75-g1@1").source
G4 = sheets.definition("hj75-g4@1").source
PLACES = [
    "",
    *(str(at) for at in range(len(G1["sections"]))),
    *(
        f"{at}.{index}"
        for at, section in enumerate(G1["sections"])
        for index in range(len(section.get("fields", section.get("items", []))))
    ),
]


@given(st.sampled_from(PLACES[1:]), st.integers(-3, 3))
def test_moving_keeps_every_part(place: str, by: int) -> None:
    whole, to = moved(G1, place, by)

    assert part_at(whole, to).data == part_at(G1, place).data
    assert sorted(map(repr, _leaves(whole))) == sorted(map(repr, _leaves(G1)))


@given(st.sampled_from(PLACES[1:]))
def test_a_removed_part_is_gone_and_alone(place: str) -> None:
    whole = removed(G1, place)

    gone = part_at(G1, place).data
    assert len(_leaves(G1)) - len(_leaves(whole)) == len(_leaves({"sections": [gone]}) or [0])


@pytest.mark.parametrize(
    ("place", "kind", "expected"),
    [
        ("", "fields", {"kind": "fields", "fields": []}),
        ("", "checklist", {"kind": "checklist", "items": []}),
        ("", "group", {"kind": "group", "min": 0}),
        ("0", "number", {"type": "number"}),
        ("0", "choice", {"type": "choice"}),
        ("0", "computed", {"type": "computed", "compute": "null"}),
        ("1", "item", {}),
    ],
)
def test_what_is_added_comes_last_with_a_key_of_its_own(
    place: str, kind: str, expected: dict[str, Any]
) -> None:
    whole, new = added(G1, place, kind)

    data = part_at(whole, new).data
    assert expected.items() <= data.items()
    siblings = part_at(whole, place).data
    rows = siblings.get("sections") or siblings.get("fields") or siblings["items"]
    assert rows[-1] is data
    assert len({row["key"] for row in rows}) == len(rows)


@pytest.mark.parametrize("kind", ["text", "number", "choice", "computed", "photo"])
def test_an_added_field_makes_no_mistake_by_itself(kind: str) -> None:
    whole, _new = added(G1, "0", kind)

    assert sheets.check(whole) == []


def test_two_additions_have_different_keys() -> None:
    once, _first = added(G1, "0", "text")
    twice, _second = added(once, "0", "text")

    keys = [field["key"] for field in twice["sections"][0]["fields"]]
    assert len(set(keys)) == len(keys)


def test_changing_sets_and_takes_away_and_leaves_the_original_alone() -> None:
    before = deepcopy(G4)

    whole = changed(G4, "1.2", {"unit": "m/s", "decimals": None})

    data = part_at(whole, "1.2").data
    assert data["unit"] == "m/s"
    assert "decimals" not in data
    assert before == G4


@pytest.mark.parametrize("place", ["99", "0.99", "0.0.0", "x", "-1"])
def test_a_place_that_is_not_there_is_told(place: str) -> None:
    with pytest.raises(NoSuchPart):
        part_at(G1, place)


@pytest.mark.parametrize("change", [removed, lambda whole, place: moved(whole, place, 1)])
def test_the_sheet_itself_neither_moves_nor_goes(change: Any) -> None:
    with pytest.raises(NoSuchPart):
        change(G1, "")


def test_nothing_is_added_to_a_field() -> None:
    with pytest.raises(NoSuchPart):
        added(G1, "0.0", "text")


@pytest.mark.parametrize(
    ("problem", "place"),
    [
        ("hj75-g4@1", ""),
        ("hj75-g4@1.analysers", "1"),
        ("hj75-g4@1.analysers.zero_drift.judge.0", "1.8"),
        ("hj75-g4@1.nowhere.zero_drift", ""),
    ],
)
def test_a_problem_leads_to_its_part(problem: str, place: str) -> None:
    assert place_of(G4, problem) == place


def _leaves(definition: dict[str, Any]) -> list[Any]:
    return [
        child
        for section in definition["sections"]
        for child in section.get("fields", section.get("items", []))
    ]
