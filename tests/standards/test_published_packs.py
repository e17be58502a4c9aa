"""Packs that others supply: later versions and overlays, cut to the days on which they hold."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from yunjian.standards.rules import (
    Pack,
    PointDescription,
    obligations_for,
    pack,
    pack_on,
    packs,
    register_source,
    unregister_source,
)
from yunjian.standards.rules.overlays import overlaid
from yunjian.standards.rules.packs import parsed, shipped, versions, without_overlaps

BASE = "hj75-2017@1"
STACK = PointDescription("flue_gas", "full_extraction", parameters=("SO2",))
FROM = date(2027, 1, 1)


def later(version: int = 2, since: date = FROM, days: int = 5) -> Pack:
    """Return HJ 75 with another interval of its routine inspection."""
    source = pack(BASE, shipped()).source
    rows = [dict(row) for row in source["obligations"]]
    rows[0]["interval"] = {"value": days, "unit": "day"}
    return parsed(
        {**source, "version": version, "effective": [since.isoformat()], "obligations": rows}
    )


def overlay(over: Pack, since: date, version: int = 1) -> Pack:
    data: dict[str, Any] = {
        "code": "city",
        "version": version,
        "overlays": over.name,
        "effective": [since.isoformat()],
        "authority": "试验市",
        "obligations": [
            {
                "id": "hj75.patrol",
                "clause": "沪 1",
                "provenance": "text",
                "interval": {"value": 3, "unit": "day"},
            }
        ],
    }
    return overlaid(data, "city", [over])


@pytest.fixture
def supplied() -> Iterator[list[Pack]]:
    """A source that supplies what the test puts into it."""
    results: list[Pack] = []

    def source() -> list[Pack]:
        return results

    register_source(source)
    yield results
    unregister_source(source)


def patrol(on_date: date) -> list[int]:
    return [
        item.interval.value for item in obligations_for(STACK, on_date) if item.id == "hj75.patrol"
    ]


def test_a_later_version_takes_over_on_its_first_day(supplied: list[Pack]) -> None:
    supplied.append(later())
    assert patrol(date(2026, 12, 31)) == [7]
    assert patrol(FROM) == [5]
    assert pack_on("hj75-2017", date(2026, 12, 31)).version == 1
    assert pack_on("hj75-2017", FROM).version == 2


def test_every_version_can_be_had_by_name_as_it_was_published(supplied: list[Pack]) -> None:
    supplied.append(later())
    assert pack(BASE).until is None
    assert pack(BASE).limit("drift.zero.gas").limit == Decimal("2.5")
    assert [item.name for item in versions() if item.code == "hj75-2017"] == [
        BASE,
        "hj75-2017@2",
    ]


def test_an_overlay_takes_the_place_of_its_base(supplied: list[Pack]) -> None:
    supplied.append(overlay(pack(BASE, shipped()), FROM))
    assert patrol(date(2026, 12, 31)) == [7]
    assert patrol(FROM) == [3]


def test_an_overlay_ends_with_its_base_and_the_next_version_holds(supplied: list[Pack]) -> None:
    second = later(since=date(2027, 6, 1))
    supplied += [overlay(pack(BASE, shipped()), FROM), second]
    assert patrol(date(2027, 5, 31)) == [3]
    assert patrol(date(2027, 6, 1)) == [5]
    supplied.append(overlay(second, date(2027, 6, 1), version=2))
    assert patrol(date(2027, 6, 1)) == [3]


def test_a_version_that_another_replaces_on_its_first_day_never_holds() -> None:
    known = [*shipped(), later(2), later(3, days=4)]
    names = [item.name for item in without_overlaps(known) if item.code == "hj75-2017"]
    assert names == [BASE, "hj75-2017@3"]


def test_a_shipped_pack_wins_over_one_of_the_same_name(supplied: list[Pack]) -> None:
    supplied.append(later(version=1, days=1))
    assert patrol(date(2026, 1, 1)) == [7]


def test_what_was_arranged_is_kept_while_the_sources_hand_out_the_same(
    supplied: list[Pack],
) -> None:
    supplied.append(later())
    assert packs() is packs()
    supplied.append(later(3, date(2028, 1, 1)))
    assert len([item for item in packs() if item.code == "hj75-2017"]) == 3


def test_a_forgotten_source_supplies_nothing() -> None:
    def source() -> list[Pack]:
        return [later()]

    register_source(source)
    register_source(source)
    unregister_source(source)
    unregister_source(source)
    assert packs() is shipped()
