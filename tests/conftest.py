"""Fixtures that every test may use: a small city, signed-in clients."""

from collections.abc import Iterator

import pytest

from tests.world import World, build_world
from yunjian.maintenance.selectors.designs import published_sheets
from yunjian.standards import sheets
from yunjian.standards.rules import register_source, unregister_source
from yunjian.supervision.rules.published import published_packs


@pytest.fixture
def world(db: None) -> World:
    """A small city: two dischargers, two agencies, one authority, two points under contract."""
    return build_world()


def pytest_sessionstart() -> None:
    """Let tests without a database reckon with the packs and sheets that ship."""
    unregister_source(published_packs)
    sheets.unregister_source(published_sheets)


@pytest.fixture(autouse=True)
def _rules_of_the_database(request: pytest.FixtureRequest) -> Iterator[None]:
    """Add those of the database to them where there is one."""
    with_database = {"db", "transactional_db"} & set(request.fixturenames)
    if not with_database and not request.node.get_closest_marker("django_db"):
        yield
        return
    register_source(published_packs)
    sheets.register_source(published_sheets)
    yield
    unregister_source(published_packs)
    sheets.unregister_source(published_sheets)
