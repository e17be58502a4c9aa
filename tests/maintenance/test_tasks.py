"""Tasks given to somebody else or cancelled, and the pages of plans and tasks."""

import re
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.support.world import World, _account
from yunjian.access.actor import acting_as, system_actor
from yunjian.agencies.models import Person
from yunjian.evidence.models import Event
from yunjian.kernel.clock import today
from yunjian.kernel.errors import InvalidInput, InvalidState, NotAllowed
from yunjian.maintenance.models import Plan, Task
from yunjian.maintenance.selectors.plans import task_counts, tasks_visible
from yunjian.maintenance.services.plans import task_cancel, task_reassign

pytestmark = pytest.mark.reads_all_rows


@pytest.fixture
def colleague(world: World) -> Person:
    """Another engineer of the agency."""
    account = _account(world.agency, "engineer2", "周工", "engineer")
    with acting_as(system_actor("test")):
        person: Person = Person.objects.create(
            organization=world.agency,
            name="周工",
            account=account,
            education="college",
            job="运维工程师",
            position="engineer",
        )
    return person


def text_of(response: Any) -> str:
    return response.content.decode()  # type: ignore[no-any-return]


def events(verb: str) -> int:
    with acting_as(system_actor("test")):
        return Event.objects.filter(verb=verb).count()


# --- services


def test_an_open_task_goes_to_a_colleague(world: World, colleague: Person) -> None:
    task = world.task(world.flue_gas_point)
    task_reassign(actor=world.actor(world.agency_manager), tasks=[task], assignee=colleague)
    assert Task.unscoped().get(pk=task.pk).assignee == colleague
    assert events("task.reassigned") == 1


@pytest.mark.parametrize("state", ["started", "done", "cancelled"])
def test_what_has_begun_is_neither_reassigned_nor_cancelled(
    world: World, colleague: Person, state: str
) -> None:
    task = world.task(world.flue_gas_point)
    Task.unscoped().filter(pk=task.pk).update(state=state)
    actor = world.actor(world.agency_manager)
    with pytest.raises(InvalidState):
        task_reassign(actor=actor, tasks=[task], assignee=colleague)
    with pytest.raises(InvalidState):
        task_cancel(actor=actor, task=task, reason="设备停运")


def test_a_task_is_cancelled_with_a_reason_only(world: World) -> None:
    task = world.task(world.flue_gas_point)
    actor = world.actor(world.agency_manager)
    with pytest.raises(InvalidInput):
        task_cancel(actor=actor, task=task, reason=" ")
    assert task_cancel(actor=actor, task=task, reason="企业停产").state == "cancelled"
    assert events("task.cancelled") == 1


@pytest.mark.parametrize(
    "who", ["engineer", "discharger_owner", "reviewer", "other_agency_manager"]
)
def test_only_planners_of_the_agency_touch_its_tasks(
    world: World, colleague: Person, who: str
) -> None:
    task = world.task(world.flue_gas_point)
    actor = world.actor(getattr(world, who))
    with pytest.raises(NotAllowed):
        task_cancel(actor=actor, task=task, reason="x")
    with pytest.raises(NotAllowed):
        task_reassign(actor=actor, tasks=[task], assignee=colleague)


def test_a_task_does_not_go_to_somebody_who_has_left_by_then(
    world: World, colleague: Person
) -> None:
    task = world.task(world.flue_gas_point, today() + timedelta(days=5))
    colleague.left_on = today() + timedelta(days=3)
    with pytest.raises(InvalidInput) as refused:
        task_reassign(actor=world.actor(world.agency_manager), tasks=[task], assignee=colleague)
    assert refused.value.errors[0].path == "assignee"


def test_buckets_say_where_a_task_lies_from_today(world: World) -> None:
    point = world.flue_gas_point
    days = {"overdue": -1, "today": 0, "upcoming": 1}
    for days_from_now in days.values():
        world.task(point, today() + timedelta(days=days_from_now))
    done = world.task(point, today() - timedelta(days=9))
    Task.unscoped().filter(pk=done.pk).update(state="done")
    with acting_as(world.actor(world.agency_manager)):
        results = {bucket: tasks_visible(bucket=bucket).get().due_on - today() for bucket in days}
        counts = task_counts()
    assert {bucket: gap.days for bucket, gap in results.items()} == days
    assert (counts["overdue"], counts["today_open"], counts["upcoming"]) == (1, 1, 1)


# --- pages


PAGES = ["/agency/", "/agency/plans/", "/agency/plans/new/", "/agency/tasks/"]


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_for_people_of_agencies(world: World, page: str) -> None:
    world.task(world.flue_gas_point)
    world.task(world.wastewater_point, today() - timedelta(days=2))
    assert world.client(world.agency_manager).get(page).status_code == 200
    assert world.client(world.discharger_owner).get(page).status_code == 403


def test_the_home_page_shows_today_and_what_is_overdue(world: World) -> None:
    world.task(world.flue_gas_point)
    world.task(world.wastewater_point, today() - timedelta(days=2))
    page = text_of(world.client(world.agency_manager).get("/agency/"))
    assert "锅炉烟气 CEMS" in page
    assert "逾期任务" in page


def test_the_list_of_tasks_is_filtered(world: World) -> None:
    world.task(world.flue_gas_point)
    world.task(world.wastewater_point, today() - timedelta(days=2))
    client = world.client(world.agency_manager)

    def rows(query: str) -> int:
        return text_of(client.get(f"/agency/tasks/{query}")).count('data-testid="task-row"')

    assert rows("") == 2
    assert rows("?bucket=") == 2
    assert rows("?bucket=overdue") == 1
    assert rows("?state=done") == 0
    assert rows("?text=CEMS") == 1
    assert rows(f"?since={today()}") == 1
    assert rows(f"?assignee={world.engineer_person.pk}") == 2
    assert rows(f"?plan={world.plan.pk}") == 2
    assert rows(f"?plan={uuid4()}") == 0


def test_the_list_begins_with_what_is_still_to_be_done(world: World) -> None:
    done = world.task(world.flue_gas_point, today() - timedelta(days=2))
    Task.unscoped().filter(pk=done.pk).update(state="done")
    world.task(world.flue_gas_point)
    client = world.client(world.agency_manager)
    assert text_of(client.get("/agency/tasks/")).count('data-testid="task-row"') == 1
    assert text_of(client.get("/agency/tasks/?bucket=")).count('data-testid="task-row"') == 2


def test_tasks_are_reassigned_and_cancelled_from_the_list(world: World, colleague: Person) -> None:
    task = world.task(world.flue_gas_point)
    client = world.client(world.agency_manager)
    assert client.get(f"/agency/tasks/reassign/?task={task.pk}").status_code == 200
    answer = client.post("/agency/tasks/reassign/", {"task": task.pk, "assignee": colleague.pk})
    assert answer.status_code == 302, text_of(answer)
    assert client.post(f"/agency/tasks/{task.pk}/cancel/", {"reason": ""}).status_code == 422
    answer = client.post(f"/agency/tasks/{task.pk}/cancel/", {"reason": "企业停产"})
    assert answer.status_code == 302
    row = Task.unscoped().get(pk=task.pk)
    assert (row.assignee, row.state, row.cancel_reason) == (colleague, "cancelled", "企业停产")


def test_a_foreign_task_or_plan_does_not_exist(world: World) -> None:
    task = world.task(world.flue_gas_point)
    client = world.client(world.other_agency_manager)
    for address in (
        f"/agency/tasks/{task.pk}/cancel/",
        f"/agency/tasks/reassign/?task={task.pk}",
        f"/agency/plans/{world.plan.pk}/",
        f"/agency/plans/{world.plan.pk}/edit/",
        f"/agency/plans/{world.plan.pk}/end/",
    ):
        assert client.get(address).status_code == 404
    assert client.post(f"/agency/plans/{world.plan.pk}/activate/").status_code == 404
    assert events("access.foreign") == 6


def test_tasks_are_exported_to_excel(world: World) -> None:
    world.task(world.flue_gas_point)
    answer = world.client(world.agency_manager).get("/agency/tasks/?bucket=today&format=xlsx")
    assert b"".join(answer.streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]


def test_lists_cost_the_same_however_many_rows_they_show(world: World) -> None:
    client = world.client(world.agency_manager)
    days = (today() - timedelta(days=n) for n in count())
    for page in ("/agency/", "/agency/tasks/", "/agency/plans/"):
        client.get(page)
        costs = []
        for _ in range(2):
            for _ in range(3):
                world.task(world.flue_gas_point, next(days))
            with CaptureQueriesContext(connection) as queries:
                client.get(page)
            costs.append(len(queries))
        assert costs[0] == costs[1] <= 16, page


# --- the wizard


def hidden(page: str) -> dict[str, list[str]]:
    """Return what the form of the page would send again."""
    fields: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        result = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        unchecked = result.get("type") == "checkbox" and not re.search(r"\schecked", tag)
        if "name" in result and not unchecked:
            fields.setdefault(result["name"], []).append(result.get("value", ""))
    for name, body in re.findall(
        r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', page, re.DOTALL
    ):
        chosen = re.search(r'value="([^"]*)"[^>]*\sselected', body)
        first = re.search(r'value="([^"]*)"', body)
        value = chosen or first
        fields.setdefault(name, []).append(value.group(1) if value else "")
    fields.pop("csrfmiddlewaretoken", None)
    return fields


def test_a_plan_is_made_from_points_over_proposals_to_tasks(world: World) -> None:
    client = world.client(world.agency_manager)
    first = text_of(client.get("/agency/plans/new/"))
    assert f'data-testid="plan-point-{world.flue_gas_point.mn_code}"' in first

    points = [str(world.flue_gas_point.pk), str(world.wastewater_point.pk)]
    second = client.post(
        "/agency/plans/new/", hidden(first) | {"point": points, "go": "items", "name": "冬季运维"}
    )
    assert second.status_code == 200, text_of(second)
    assert "HJ 75" in text_of(second)
    assert "HJ 355" in text_of(second)

    third = client.post("/agency/plans/new/", hidden(text_of(second)) | {"go": "staff"})
    assert third.status_code == 200, text_of(third)
    assert "李建国" in text_of(third)

    saved = client.post("/agency/plans/new/", hidden(text_of(third)) | {"go": "save"})
    assert saved.status_code == 302, text_of(saved)
    plan = Plan.unscoped().get(name="冬季运维")
    assert plan.state == "draft"

    detail = text_of(client.get(f"/agency/plans/{plan.pk}/"))
    assert 'data-testid="plan-activate"' in detail
    assert client.post(f"/agency/plans/{plan.pk}/activate/").status_code == 302
    assert Task.unscoped().filter(plan=plan).count() > 10
    assert 'data-testid="task-row"' in text_of(client.get(f"/agency/plans/{plan.pk}/"))


def test_no_point_chosen_is_told_and_the_dates_are_kept(world: World) -> None:
    client = world.client(world.agency_manager)
    data = {"step": "points", "go": "items", "name": "无点计划", "starts_on": "2026-12-01"}
    answer = client.post("/agency/plans/new/", data)
    page = text_of(answer)
    assert answer.status_code == 422
    assert "请至少选择一个测点" in page
    assert "无点计划" in page
    assert "2026-12-01" in page


def test_removing_a_demanded_activity_asks_for_the_reason_and_keeps_everything(
    world: World,
) -> None:
    client = world.client(world.agency_manager)
    first = hidden(text_of(client.get("/agency/plans/new/")))
    chosen = first | {"point": [str(world.flue_gas_point.pk)], "go": "items"}
    second = hidden(text_of(client.post("/agency/plans/new/", chosen)))
    third = hidden(
        text_of(client.post("/agency/plans/new/", second | {"items-0-DELETE": "on", "go": "staff"}))
    )
    refused = client.post("/agency/plans/new/", third | {"go": "save"})
    page = text_of(refused)
    assert refused.status_code == 422
    assert "请说明原因" in page
    saved = client.post(
        "/agency/plans/new/", hidden(page) | {"go": "save", "left_out_reason": "甲方自行完成"}
    )
    assert saved.status_code == 302, text_of(saved)


def test_a_row_can_be_added_and_a_wrong_interval_stays_to_be_corrected(world: World) -> None:
    client = world.client(world.agency_manager)
    first = hidden(text_of(client.get("/agency/plans/new/")))
    chosen = first | {"point": [str(world.flue_gas_point.pk)], "go": "items"}
    second = hidden(text_of(client.post("/agency/plans/new/", chosen)))
    more = hidden(text_of(client.post("/agency/plans/new/", second | {"add": "1"})))
    last = int(more["items-TOTAL_FORMS"][0]) - 1
    typed = {f"items-{last}-activity": "站房保洁", f"items-{last}-interval_value": "0"}
    refused = client.post("/agency/plans/new/", more | typed | {"go": "staff"})
    assert refused.status_code == 422
    assert "站房保洁" in text_of(refused)
    good = client.post(
        "/agency/plans/new/",
        hidden(text_of(refused)) | {f"items-{last}-interval_value": "15", "go": "staff"},
    )
    assert good.status_code == 200


def test_going_back_loses_nothing_that_was_typed(world: World) -> None:
    client = world.client(world.agency_manager)
    address = "/agency/plans/new/"
    first = hidden(text_of(client.get(address)))
    chosen = first | {"point": [str(world.flue_gas_point.pk)], "go": "items"}
    items = hidden(text_of(client.post(address, chosen))) | {"items-0-interval_value": "3"}
    staff = hidden(text_of(client.post(address, items | {"go": "staff"})))

    typed = staff | {"left_out_reason": "另有安排"}
    back = hidden(text_of(client.post(address, typed | {"go": "items"})))
    points = hidden(text_of(client.post(address, back | {"go": "points"})))
    both = [str(world.flue_gas_point.pk), str(world.wastewater_point.pk)]
    again = hidden(text_of(client.post(address, points | {"point": both, "go": "items"})))
    last = text_of(client.post(address, again | {"go": "staff"}))

    assert again["items-0-interval_value"] == ["3"]
    assert int(again["items-TOTAL_FORMS"][0]) > int(back["items-TOTAL_FORMS"][0])
    assert "另有安排" in last


def test_an_existing_plan_is_changed_through_the_same_questions(world: World) -> None:
    client = world.client(world.agency_manager)
    address = f"/agency/plans/{world.plan.pk}/edit/"
    items = hidden(text_of(client.get(address)))
    staff = hidden(text_of(client.post(address, items | {"go": "staff"})))
    reason = {"left_out_reason": "沿用原计划"}
    saved = client.post(address, staff | reason | {"go": "save", "name": "改名后的计划"})
    assert saved.status_code == 302, text_of(saved)
    assert Plan.unscoped().get(pk=world.plan.pk).name == "改名后的计划"


def test_a_plan_is_ended_with_a_reason(world: World) -> None:
    client = world.client(world.agency_manager)
    address = f"/agency/plans/{world.plan.pk}/end/"
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "合同变更"}).status_code == 302
    assert Plan.unscoped().get(pk=world.plan.pk).state == "ended"
