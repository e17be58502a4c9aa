"""In tests, too, who does not say who acts reaches nothing: see tests/support/own_statements.py."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

import yunjian
from tests.isolation.city import City, build_city
from yunjian.access.actor import acting_as
from yunjian.kernel.clock import today
from yunjian.maintenance.models import Visit
from yunjian.messaging.selectors import unread_count
from yunjian.sources.selectors import descriptions_on

ROOM = Path(next(iter(yunjian.__path__))) / "maintenance"


@pytest.fixture
def city(db: None) -> City:
    return build_city()


def _in_the_program(source: str) -> Callable[[], int]:
    """Return a function as if it were written in a room of the program."""
    names: dict[str, object] = {"Visit": Visit}
    exec(compile(source, str(ROOM / "jobs.py"), "exec"), names)  # noqa: S102 - written below
    job = names["job"]
    assert callable(job)
    return job


def test_without_a_word_a_test_reaches_nothing(city: City) -> None:
    assert Visit.unscoped().count() == 0


@pytest.mark.reads_all_rows
def test_a_test_that_asks_for_it_reaches_all_rows(city: City) -> None:
    assert Visit.unscoped().count() == 3


@pytest.mark.reads_all_rows
def test_a_job_that_forgets_who_acts_reaches_nothing_even_then(city: City) -> None:
    job = _in_the_program("def job():\n    return Visit.unscoped().count()")
    assert job() == 0
    with acting_as(city.actor(city.engineer)):
        assert job() == 3


@pytest.mark.reads_all_rows
def test_a_selector_that_is_given_nobody_reaches_nothing(city: City) -> None:
    before = today() - timedelta(days=30)
    [unknown] = descriptions_on([city.wastewater_point], before).values()
    with acting_as(city.actor(city.engineer)):
        [known] = descriptions_on([city.wastewater_point], before).values()
    assert unknown is not None  # it saw no description, and took the point's of today
    assert known is None


def test_what_is_called_with_an_actor_runs_as_that_actor(city: City) -> None:
    assert unread_count(actor=city.actor(city.engineer)) == 1
    assert unread_count(actor=city.actor(city.other_agency_manager)) == 0


def test_a_test_that_acts_reaches_what_its_actor_reaches(city: City) -> None:
    with acting_as(city.actor(city.other_agency_manager)):
        assert Visit.unscoped().count() == 0
    with acting_as(city.actor(city.engineer)):
        assert Visit.unscoped().count() == 3
