"""Fixtures that every test may use: a small city, signed-in clients."""

import pytest

from tests.world import World, build_world


@pytest.fixture
def world(db: None) -> World:
    """A small city: two dischargers, two agencies, one authority, two points under contract."""
    return build_world()
