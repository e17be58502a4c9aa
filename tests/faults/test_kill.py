"""`kill -9` in the middle of submissions: nothing acknowledged is lost, nothing is doubled."""

import threading
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from django.db import connection

from tests.support.phone import Phone
from tests.support.serving import Served, free_port, served, start
from tests.support.wire import WirePhone
from tests.support.world import World, build_world
from yunjian.access.actor import acting_as, system_actor
from yunjian.evidence.models import Event
from yunjian.evidence.services import verify_log
from yunjian.kernel.clock import today
from yunjian.maintenance.models import RecordSheet, Task, Visit
from yunjian.messaging.models import Notification

pytestmark = [
    pytest.mark.faults,
    pytest.mark.django_db(transaction=True),
    pytest.mark.reads_all_rows,
]
VISITS = 40
SENDERS = 4


@dataclass
class Sender:
    """Sends prepared submissions one after another and remembers what was acknowledged."""

    prepared: dict[UUID, bytes]
    acknowledged: dict[UUID, str] = field(default_factory=dict)

    def run(self, phone: WirePhone, enough: threading.Event, after: int) -> None:
        for visit_id, body in self.prepared.items():
            if visit_id in self.acknowledged:
                continue
            try:
                answer = phone.put(f"visits/{visit_id}", body)
            except httpx.TransportError:
                return
            if answer.status_code in {200, 201}:
                self.acknowledged[visit_id] = answer.json()["content_digest"]
            if len(self.acknowledged) >= after:
                enough.set()


def _started_visits(world: World, offline: Phone) -> dict[UUID, bytes]:
    """Sign in at many tasks; return the submission that each visit still owes."""
    prepared = {}
    for days in range(VISITS):
        task: Task = world.task(world.flue_gas_point, today() - timedelta(days=days))
        visit_id, answer = offline.sign_in(task)
        assert answer.status_code == 201, answer.content.decode()
        prepared[visit_id] = offline.submission(task)
    return prepared


def _send_all(running: Served, senders: list[Sender], world: World, *, kill: bool) -> None:
    enough = threading.Event()
    threads = [
        threading.Thread(
            target=sender.run,
            args=(
                WirePhone.signed_in(
                    running.base, world.engineer, running.environment["YUNJIAN_SECRET_KEY"]
                ),
                enough,
                3,
            ),
        )
        for sender in senders
    ]
    for thread in threads:
        thread.start()
    if kill:
        assert enough.wait(timeout=60)
        running.kill()
    for thread in threads:
        thread.join()


def test_killing_the_server_loses_nothing_acknowledged_and_doubles_nothing(
    tmp_path: Path,
) -> None:
    world = build_world()
    prepared = _started_visits(world, Phone(world.engineer))
    items = list(prepared.items())
    senders = [Sender(dict(items[index::SENDERS])) for index in range(SENDERS)]

    with served(tmp_path) as running:
        _send_all(running, senders, world, kill=True)
        before = {key: value for sender in senders for key, value in sender.acknowledged.items()}
        assert 0 < len(before) < VISITS
        stored = dict(Visit.unscoped().filter(pk__in=before).values_list("pk", "content_digest"))
        assert stored == before

        port = free_port()
        again = start(running.environment, port, running.simulation, worker=False)
        try:
            for sender in senders:
                sender.acknowledged.clear()
            _send_all(again, senders, world, kill=False)
        finally:
            again.process.terminate()
            again.process.wait(timeout=20)

    after = {key: value for sender in senders for key, value in sender.acknowledged.items()}
    assert len(after) == VISITS
    assert before.items() <= after.items()
    with acting_as(system_actor("test")):
        assert Visit.objects.filter(state="submitted").count() == VISITS
        assert RecordSheet.objects.count() == VISITS
        assert Event.objects.filter(verb="visit.submitted").count() == VISITS
        assert Notification.unscoped().filter(kind="visit.to_confirm").count() == VISITS
        report = verify_log()
    assert report.broken == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM maintenance_visit WHERE submission_digest = ''")
        assert cursor.fetchone() == (0,)
