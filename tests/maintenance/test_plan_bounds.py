"""Bounds of plans: the day before, on it and after."""

from datetime import timedelta

import orjson
import pytest

from tests.support.world import World
from yunjian.access.actor import acting_as
from yunjian.evidence.models import Event
from yunjian.kernel.clock import today
from yunjian.maintenance.models import Task
from yunjian.maintenance.services.plans import plan_end

pytestmark = pytest.mark.reads_all_rows


def test_ending_a_plan_cancels_what_is_due_after_today_and_nothing_else(world: World) -> None:
    point = world.flue_gas_point
    tasks = {days: world.task(point, today() + timedelta(days=days)) for days in (-1, 0, 1, 2)}
    actor = world.actor(world.agency_manager)

    with acting_as(actor):
        plan_end(actor=actor, plan=world.plan, reason="合同变更")

    states = {days: Task.unscoped().get(pk=task.pk) for days, task in tasks.items()}
    assert {days: task.state for days, task in states.items()} == {
        -1: "open",
        0: "open",
        1: "cancelled",
        2: "cancelled",
    }
    assert states[1].cancel_reason == "计划已结束：合同变更"
    event = Event.unscoped().get(verb="plan.ended")
    payload = orjson.loads(event.body)["payload"]
    assert payload == {"reason": "合同变更", "tasks_cancelled": 2}
