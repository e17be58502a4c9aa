"""The sequencer: it goes on whatever happens, and ends when it is told to."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event as Flag
from uuid import uuid4

import pytest
from django.db import OperationalError, transaction

from yunjian.access.actor import acting_as, system_actor
from yunjian.config import operations
from yunjian.evidence import sequencer
from yunjian.evidence.models import Event, LogEntry, PendingLeaf
from yunjian.evidence.services import log_extend, record
from yunjian.kernel import clock

pytestmark = pytest.mark.reads_all_rows


@pytest.fixture(autouse=True)
def _connection_of_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sequencer has a connection of its own, but for here."""
    monkeypatch.setattr(sequencer, "close_old_connections", lambda: None)


def _happen(count: int) -> None:
    with acting_as(system_actor("test")), transaction.atomic():
        for _ in range(count):
            record(actor=system_actor("test"), verb="test.done", obj=("test.thing", uuid4()))


def _stopping_after(stop: Flag, *acts: Callable[[], object]) -> Callable[[], object]:
    """Do one thing at each call, and tell the sequencer to stop with the last one."""
    left = list(acts)

    def extend() -> object:
        act = left.pop(0)
        if not left:
            stop.set()
        return act()

    return extend


def test_what_waits_gets_its_place(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    _happen(3)
    stop = Flag()
    monkeypatch.setattr(sequencer, "log_extend", _stopping_after(stop, log_extend, log_extend))

    sequencer.run_sequencer(stop, seconds=0.01)

    assert LogEntry.objects.count() == 3
    assert not PendingLeaf.objects.exists()


@pytest.mark.parametrize("error", [OperationalError("gone"), MemoryError()])
def test_after_a_failure_it_is_tried_again_and_told(
    db: None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    _happen(2)
    stop = Flag()

    def fail() -> None:
        raise error

    monkeypatch.setattr(sequencer, "log_extend", _stopping_after(stop, fail, log_extend))

    sequencer.run_sequencer(stop, seconds=0.01)

    assert LogEntry.objects.count() == 2
    assert "cannot be extended" in caplog.text


def test_told_to_stop_it_begins_nothing(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = Flag()
    stop.set()
    monkeypatch.setattr(sequencer, "log_extend", lambda: pytest.fail("was called"))
    sequencer.run_sequencer(stop, seconds=0.01)


def _is_well() -> bool:
    with acting_as(system_actor("test")):
        return next(each.ok for each in operations.doctor() if each.name == "log")


def test_the_doctor_tells_of_events_that_wait_too_long(db: None) -> None:
    assert _is_well()
    _happen(1)
    since = Event.unscoped().get().at
    with clock.at(since + timedelta(seconds=60)):
        assert _is_well()
    with clock.at(since + timedelta(seconds=61)):
        assert not _is_well()
    with acting_as(system_actor("test")):
        log_extend()
    with clock.at(since + timedelta(seconds=61)):
        assert _is_well()
