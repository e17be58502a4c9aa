"""Fixtures that every test may use: a small city, signed-in clients."""

import gc
import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import coverage
import hypothesis
import pytest
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import connection
from django.forms import BaseForm
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker, blocking_manager_key

from tests.support import database
from tests.support.chain import differences
from tests.support.own_statements import told_in_tests
from tests.support.world import World, account_with, build_world
from tests.web.markup import Markup, unlike_the_form
from yunjian.access import row_policies
from yunjian.access.actor import Actor, acting_as, unauthenticated
from yunjian.identity.models import Organization
from yunjian.identity.models.accounts import Role
from yunjian.library.selectors.published_packs import published_packs
from yunjian.library.selectors.report_forms import published_report_forms
from yunjian.library.selectors.sheets import published_sheets
from yunjian.standards import reports, sheets
from yunjian.standards.rules import register_source, unregister_source

# Each run of the suite looks at the same examples: whoever changes something sees the failures of
# that change, and no others. New examples are looked for by `make explore`, at random and
# remembered, by whom has time for what it finds. No deadline: properties measure nothing, and a
# busy machine is no failure. The blob repeats a failure with @reproduce_failure.
hypothesis.settings.register_profile(
    "suite", derandomize=True, database=None, deadline=None, print_blob=True
)
hypothesis.settings.register_profile(
    "explore", derandomize=False, max_examples=1000, deadline=None, print_blob=True
)
hypothesis.settings.load_profile("suite")


@pytest.fixture
def world(db: None) -> World:
    """A small city: two dischargers, two agencies, one authority, two points under contract."""
    return build_world()


@pytest.fixture
def owner(world: World) -> Iterator[Actor]:
    """The discharger's owner, acting."""
    with acting_as(world.actor(world.discharger_owner)) as actor:
        yield actor


@pytest.fixture
def reviewer(world: World) -> Actor:
    """The authority's reviewer."""
    return world.actor(world.reviewer)


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
def django_db_setup(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """Give this process a database, on which it works as the role that the program works as."""
    options = connection.settings_dict["OPTIONS"]
    usual = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        copy = database.take_a_copy()
    options["assume_role"] = settings.DATABASE_ROLE
    database.keep_prepared_statements()
    yield
    with django_db_blocker.unblock():
        del options["assume_role"]
        database.use(usual)
        database.drop(copy)


def pytest_collection_finish() -> None:
    """Spare the garbage collector what was imported: it stays to the end anyway."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Remove what the copies were made of, once no process of the run needs it any more."""
    if not hasattr(session.config, "workerinput"):
        with session.config.stash[blocking_manager_key].unblock():
            database.drop(database.TEMPLATE)


@pytest.fixture(autouse=True)
def _row_policies_in_tests(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """While nobody acts, nothing is reached, but for what `own_statements.py` says."""
    asked_for = request.node.get_closest_marker("reads_all_rows") is not None
    monkeypatch.setattr(
        row_policies,
        "session_context",
        told_in_tests(row_policies.session_context, own_statements=asked_for),
    )


_seen_forms: set[tuple[str, type]] = set()


@pytest.fixture(autouse=True)
def _pages_ask_for_each_field_of_their_form(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare the first page that shows a form with the form: each field is there, once."""
    usual = Client.request

    def request(self: Client, **environment: Any) -> Any:
        answer = usual(self, **environment)
        form = answer.context.get("form") if answer.context is not None else None
        key = (answer.request["PATH_INFO"].split("/")[-2:][0], type(form))
        if isinstance(form, BaseForm) and key not in _seen_forms:
            _seen_forms.add(key)
            assert [*unlike_the_form(answer, Markup(answer.content.decode()))] == []
        return answer

    monkeypatch.setattr(Client, "request", request)


@pytest.fixture(autouse=True)
def _requests_begin_with_nobody_acting() -> Iterator[None]:
    """A request begins with nobody acting, whoever the test itself acts as."""
    doors = ExitStack()

    def begin(**_signal: object) -> None:
        doors.enter_context(unauthenticated())

    def end(**_signal: object) -> None:
        doors.close()

    request_started.connect(begin)
    request_finished.connect(end)
    yield
    request_started.disconnect(begin)
    request_finished.disconnect(end)


# What holds the rules, the proof and the policies to full branch coverage (pyproject.toml). The
# other tests run without being measured, which would take them 70 % longer.
MEASURED = (
    "tests/standards/",
    "tests/evidence/",
    "tests/config/test_standards_cli.py",
    "tests/identity/test_accounts.py",
    "tests/identity/test_bindings.py",
    "tests/isolation/test_policies.py",
    "tests/maintenance/test_copies.py",
    "tests/maintenance/test_plans.py",
    "tests/maintenance/test_sealed_visits.py",
    "tests/sources/test_policies.py",
    "tests/supervision/test_evidence_page.py",
)
MEASURING = pytest.StashKey[coverage.Coverage | None]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Measure the coverage of those tests only; what is imported was measured until here.

    `scripts/mutation.py` asks which lines each test runs, whichever it is.
    """
    measuring = item.config.stash.setdefault(MEASURING, coverage.Coverage.current())
    if measuring is not None and "YUNJIAN_MUTATION_RECORD" not in os.environ:
        measuring.stop()
        if item.nodeid.startswith(MEASURED):
            measuring.start()
    return (yield)


def pytest_sessionstart() -> None:
    """Let tests without a database reckon with the packs and sheets that ship."""
    unregister_source(published_packs)
    sheets.unregister_source(published_sheets)
    reports.unregister_source(published_report_forms)


@pytest.fixture(autouse=True)
def _rules_of_the_database(request: pytest.FixtureRequest) -> Iterator[None]:
    """Add those of the database to them where there is one."""
    with_database = {"db", "transactional_db"} & set(request.fixturenames)
    if not with_database and not request.node.get_closest_marker("django_db"):
        yield
        return
    register_source(published_packs)
    sheets.register_source(published_sheets)
    reports.register_source(published_report_forms)
    yield
    unregister_source(published_packs)
    sheets.unregister_source(published_sheets)
    reports.unregister_source(published_report_forms)


@pytest.fixture(autouse=True)
def _jobs_end_with_their_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """Remove the jobs of a test that commits: Django empties the tables of its own models only."""
    marker = request.node.get_closest_marker("django_db")
    commits = "transactional_db" in request.fixturenames or (
        marker is not None and marker.kwargs.get("transaction", False)
    )
    if not commits:
        yield
        return
    request.getfixturevalue("_django_db_helper")  # so that the database outlasts this
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_periodic_defers CASCADE")


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
