"""The outlines of the districts behind the maps: schematic, but each where it belongs."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import yunjian.sources
from yunjian.demo.catalogue import DISTRICTS
from yunjian.sources.services.revisions import EAST, NORTH

FILE = Path(yunjian.sources.__file__).parent / "static" / "sources" / "districts.json"
Ring = list[list[float]]


def outlines() -> dict[str, list[Ring]]:
    features: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))["features"]
    results = {}
    for feature in features:
        shape = feature["geometry"]
        parts = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
        results[feature["properties"]["code"]] = [part[0] for part in parts]
    return results


def inside(east: float, north: float, ring: Ring) -> bool:
    crossed = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > north) != (y2 > north) and east < (x2 - x1) * (north - y1) / (y2 - y1) + x1:
            crossed = not crossed
    return crossed


@pytest.mark.parametrize(("code", "name", "east", "north"), DISTRICTS)
def test_the_middle_of_a_district_lies_in_its_outline_and_in_no_other(
    code: str, name: str, east: float, north: float
) -> None:
    hit = {key for key, rings in outlines().items() if any(inside(east, north, r) for r in rings)}
    assert hit == {code}, name


def test_outlines_are_closed_and_in_the_city() -> None:
    for rings in outlines().values():
        for ring in rings:
            assert ring[0] == ring[-1]
            assert all(EAST[0] <= x <= EAST[1] and NORTH[0] <= y <= NORTH[1] for x, y in ring)
