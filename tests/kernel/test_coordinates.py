"""Positions on Chinese maps, there and back."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunjian.kernel.coordinates import (
    Datum,
    Position,
    bd09_of,
    bd09_of_gcj02,
    from_wgs84,
    gcj02_of,
    to_wgs84,
)

EASTS = st.decimals(Decimal("120.8"), Decimal("122.3"), places=6)
NORTHS = st.decimals(Decimal("30.6"), Decimal("32.0"), places=6)


@given(east=EASTS, north=NORTHS, datum=st.sampled_from(list(Datum)))
def test_the_way_back_leads_to_where_one_came_from(
    east: Decimal, north: Decimal, datum: Datum
) -> None:
    there = from_wgs84(east, north, datum)
    back = to_wgs84(*there, datum)
    assert abs(back[0] - east) <= Decimal("0.000002")
    assert abs(back[1] - north) <= Decimal("0.000002")


@given(east=EASTS, north=NORTHS)
def test_the_shifts_are_of_the_known_size(east: Decimal, north: Decimal) -> None:
    here = Position(float(east), float(north))
    mars, baidu = gcj02_of(here), bd09_of(here)
    assert 0.002 < mars.longitude - here.longitude < 0.008
    assert -0.004 < mars.latitude - here.latitude < 0.001
    assert 0.005 < baidu.longitude - mars.longitude < 0.008
    assert 0.004 < baidu.latitude - mars.latitude < 0.008


def test_known_places_lie_where_other_programs_have_them() -> None:
    """Vectors that programs of this kind agree on, near 天安门 in Beijing."""
    place = Position(116.404, 39.915)
    mars, baidu = gcj02_of(place), bd09_of_gcj02(place)
    assert mars.longitude == pytest.approx(116.41024449916938, abs=1e-9)
    assert mars.latitude == pytest.approx(39.91640428150164, abs=1e-9)
    assert baidu.longitude == pytest.approx(116.41036949371029, abs=1e-9)
    assert baidu.latitude == pytest.approx(39.92133699351021, abs=1e-9)


def test_outside_of_china_nothing_is_shifted() -> None:
    assert gcj02_of(Position(2.35, 48.85)) == Position(2.35, 48.85)
