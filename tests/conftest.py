"""Fixtures that every test may use: a small city, signed-in clients."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from tests.chain import differences
from tests.owner import let_tests_empty_tables
from tests.world import World, account_with, build_world
from yunjian.access import row_policies
from yunjian.access.actor import unauthenticated
from yunjian.identity.models import Organization
from yunjian.identity.models.accounts import Role
from yunjian.library.selectors.published_packs import published_packs
from yunjian.library.selectors.sheets import published_sheets
from yunjian.standards import sheets
from yunjian.standards.rules import register_source, unregister_source


@pytest.fixture
def world(db: None) -> World:
    """A small city: two dischargers, two agencies, one authority, two points under contract."""
    return build_world()


@pytest.fixture
def operator(world: World) -> Organization:
    """The operator, with the three administrators (sys, sec, aud)."""
    row = Organization.unscoped().create(
        kind="operator", name="试验运营中心", uscc="91310000MA1TEST009"
    )
    for username, role in (
        ("sys", Role.SYSTEM_ADMINISTRATOR),
        ("sec", Role.SECURITY_ADMINISTRATOR),
        ("aud", Role.AUDIT_ADMINISTRATOR),
    ):
        account_with(row, username, role)
    return row


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let the tests work behind the walls, as the role that the program works as."""
    options = connection.settings_dict["OPTIONS"]
    with django_db_blocker.unblock():
        let_tests_empty_tables()
        options["assume_role"] = settings.DATABASE_ROLE
        connection.close()
    yield
    with django_db_blocker.unblock():
        del options["assume_role"]
        connection.close()


@pytest.fixture(autouse=True)
def _tests_look_over_the_walls(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """While nobody acts, a test looks at all rows; what it asks the program for is walled.

    A request begins with nobody acting, whoever the test itself acts as.
    """
    nobody, doors = row_policies.NOBODY, ExitStack()

    def outside(**_signal: object) -> None:
        monkeypatch.setattr(rls, "NOBODY", row_policies.SYSTEM)
        doors.close()

    def inside(**_signal: object) -> None:
        monkeypatch.setattr(rls, "NOBODY", nobody)
        doors.enter_context(unauthenticated())

    outside()
    request_started.connect(inside)
    request_finished.connect(outside)
    yield
    request_started.disconnect(inside)
    request_finished.disconnect(outside)


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


@pytest.fixture(autouse=True)
def _events_are_as_stated(request: pytest.FixtureRequest) -> Iterator[None]:
    """Compare every event that the test made with what is stated of its verb."""
    with_database = {"db", "transactional_db", "world"} & set(request.fixturenames)
    if not with_database and not request.node.get_closest_marker("django_db"):
        yield
        return
    request.getfixturevalue("_django_db_helper")  # so that the database outlasts the comparison
    yield
    assert differences() == []
