"""Fixtures that every test may use: a small city, signed-in clients."""

from collections.abc import Iterator

import pytest

from tests.world import World, build_world
from yunjian.standards.rules import register_source, unregister_source
from yunjian.supervision.rules.published import published_packs


@pytest.fixture
def world(db: None) -> World:
    """A small city: two dischargers, two agencies, one authority, two points under contract."""
    return build_world()


@pytest.fixture(autouse=True)
def _packs_of_the_database(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let tests without a database reckon with the packs that ship."""
    with_database = {"db", "transactional_db"} & set(request.fixturenames)
    if with_database or request.node.get_closest_marker("django_db"):
        yield
        return
    unregister_source(published_packs)
    yield
    register_source(published_packs)
