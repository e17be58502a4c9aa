"""The way of a submission is counted: what it asks of the database does not grow unseen."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.db import transaction

from tests.support.phone import Phone
from tests.support.world import World
from yunjian.access.actor import acting_as
from yunjian.maintenance.models import RecordSheet, Task, Visit
from yunjian.maintenance.services.visits import Outcome, visit_submit

pytestmark = pytest.mark.reads_all_rows

# visit, task, instruments, sheets with visit and task, recipients, messages, job, event;
# and the two that a transaction is (savepoints, because a test has a transaction of its own)
STATEMENTS = 8 + 2


@pytest.fixture
def task(world: World) -> Task:
    return world.task(world.flue_gas_point)


def test_a_submission_takes_so_many_statements(
    world: World, task: Task, django_assert_num_queries: Any
) -> None:
    phone = Phone(world.engineer)
    visit_id, _answer = phone.sign_in(task)
    body = phone.submission(task)
    actor = world.actor(world.engineer)
    with acting_as(actor), django_assert_num_queries(STATEMENTS):
        answer = visit_submit(
            actor=actor, visit_id=visit_id, body=body, digest=f"sha256:{sha256(body).hexdigest()}"
        )
    assert answer.outcome is Outcome.CREATED


def test_what_is_stored_is_what_the_service_answered(world: World, task: Task) -> None:
    phone = Phone(world.engineer)
    visit_id, _answer = phone.sign_in(task)
    position = {"longitude": 121.5, "latitude": 31.25, "accuracy": 8.5, "datum": "WGS84"}
    body = phone.submission(
        task,
        participants=["张三", "李四"],
        note="换了滤芯",
        sign_out_position=position,
        attachment_ids=[str(phone.upload("sheet"))],
    )
    actor = world.actor(world.engineer)
    with acting_as(actor), transaction.atomic():
        answered = visit_submit(
            actor=actor,
            visit_id=visit_id,
            body=body,
            digest=f"sha256:{sha256(body).hexdigest()}",
            clock_offset=timedelta(seconds=3),
        ).visit
    stored = Visit.unscoped().get(pk=visit_id)
    for field in Visit._meta.concrete_fields:
        remaining, reported = getattr(stored, field.attname), getattr(answered, field.attname)
        assert remaining == reported or float(remaining) == float(reported), field.attname
    sheet = RecordSheet.unscoped().get(visit=stored)
    assert (sheet.position, sheet.definition) == (0, task.sheets[0])
    assert sheet.finished_at is not None
    assert Task.unscoped().get(pk=task.pk).state == "done"
