"""Plans: what is proposed, accepted, refused, and the tasks that follow."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.world import World, account_with
from yunjian.access.actor import acting_as, system_actor
from yunjian.agencies.models import Person
from yunjian.agencies.services.contracts import contract_create, contract_end
from yunjian.agencies.services.people import person_leave
from yunjian.evidence.models import Event
from yunjian.identity.models import Account
from yunjian.kernel.clock import SHANGHAI, at, today
from yunjian.kernel.errors import DomainError, InvalidInput, InvalidState, NotAllowed
from yunjian.kernel.ids import new_id
from yunjian.library.models import PublishedSheet
from yunjian.maintenance import jobs
from yunjian.maintenance.domain.schedules import Interval
from yunjian.maintenance.models import Plan, PlanItem, Task
from yunjian.maintenance.policies.plans import may_extend, may_plan
from yunjian.maintenance.selectors.plans import ItemInput
from yunjian.maintenance.services import plans as services
from yunjian.maintenance.services.plans import HORIZON_DAYS, PlanInput
from yunjian.standards import sheets

pytestmark = pytest.mark.reads_all_rows


def planned(world: World, **changes: Any) -> PlanInput:
    """A plan that leaves nothing out: what is proposed at the flue gas point, from today on."""
    actor = world.actor(world.agency_manager)
    points = [world.flue_gas_point]
    with acting_as(actor):
        proposals = services.plan_propose(actor=actor, points=points, on_date=today())
    plan = PlanInput(
        name="秋季运维",
        starts_on=today(),
        ends_on=today() + timedelta(days=100),
        items=[
            ItemInput(
                point=one.point,
                activity=one.activity,
                interval_value=one.interval_value,
                interval_unit=one.interval_unit,
                obligation=one.obligation,
                clause=one.clause,
                sheet_code=one.sheet_code,
            )
            for one in proposals
        ],
        people=[world.engineer_person],
        equipment=[world.equipment],
        vehicles=[world.vehicle],
    )
    return replace(plan, **changes)


def weekly(world: World, **changes: Any) -> PlanInput:
    """A plan of one agreed activity, with a reason for leaving the rest out."""
    item = ItemInput(
        point=world.flue_gas_point, activity="日常巡检", interval_value=7, interval_unit="day"
    )
    reason = "由另一计划安排"
    return planned(world, **({"items": [item], "left_out_reason": reason} | changes))


def create(world: World, plan: PlanInput) -> Plan:
    actor = world.actor(world.agency_manager)
    with acting_as(actor):
        return services.plan_create(actor=actor, plan=plan)


def activate(world: World, plan: Plan) -> Plan:
    actor = world.actor(world.agency_manager)
    with acting_as(actor):
        return services.plan_activate(actor=actor, plan=plan)


def tasks_of(plan: Plan) -> list[Task]:
    return list(Task.unscoped().filter(plan=plan).order_by("due_on", "point_id"))


def paths(error: DomainError) -> list[str]:
    return [one.path for one in error.errors]


def events(verb: str) -> list[Event]:
    with acting_as(system_actor("test")):
        return list(Event.objects.filter(verb=verb))


# --- who may


@pytest.mark.parametrize(
    ("who", "own", "allowed"),
    [
        ("agency_manager", True, True),
        ("agency_manager", False, False),
        ("engineer", True, False),
        ("discharger_owner", True, False),
        ("reviewer", True, False),
        ("other_agency_manager", True, True),
    ],
)
def test_who_may_plan(world: World, who: str, own: bool, allowed: bool) -> None:  # noqa: FBT001
    account: Account = getattr(world, who)
    actor = world.actor(account)
    organization = account.organization_id if own else world.other_discharger.pk
    assert may_plan(actor, organization) is allowed


def test_only_the_system_extends_plans(world: World) -> None:
    actor = world.actor(world.agency_manager)
    assert may_extend(system_actor("test"))
    assert not may_extend(actor)
    with pytest.raises(NotAllowed):
        services.tasks_extend(actor=actor)


# --- proposing


def test_the_standard_proposes_with_clause_and_interval(world: World) -> None:
    actor = world.actor(world.agency_manager)
    points = [world.flue_gas_point, world.wastewater_point]

    with acting_as(actor):
        proposals = services.plan_propose(actor=actor, points=points, on_date=today())

    assert {one.point for one in proposals} == set(points)
    assert all(one.clause and one.interval_value > 0 for one in proposals)
    assert any("HJ 75" in one.clause for one in proposals if one.point == points[0])
    assert any("HJ 355" in one.clause for one in proposals if one.point == points[1])


def test_nothing_is_proposed_for_a_point_without_a_contract(world: World) -> None:
    actor = world.actor(world.other_agency_manager)

    with acting_as(actor), pytest.raises(InvalidInput) as refused:
        services.plan_propose(actor=actor, points=[world.flue_gas_point], on_date=today())

    assert paths(refused.value) == ["points"]


# --- accepting and refusing


def test_a_plan_that_follows_the_proposal_is_written_as_a_draft(world: World) -> None:
    plan = create(world, planned(world))

    assert plan.state == "draft"
    assert not tasks_of(plan)
    (event,) = events("plan.created")
    assert "秋季运维" in event.body


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"name": " "}, "name"),
        ({"ends_on": date(2020, 1, 1)}, "ends_on"),
        ({"items": []}, "items"),
        ({"people": []}, "people"),
    ],
)
def test_a_plan_that_lacks_something_is_refused_there(
    world: World, changes: dict[str, Any], path: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        create(world, weekly(world, **changes))
    assert path in paths(refused.value)


@pytest.mark.parametrize("value", [0, -7, 1001])
def test_an_interval_that_is_none_is_refused_at_its_row(world: World, value: int) -> None:
    plan = weekly(world)
    plan = replace(plan, items=[replace(plan.items[0], interval_value=value)])
    with pytest.raises(InvalidInput) as refused:
        create(world, plan)
    assert paths(refused.value) == ["items.0.interval_value"]


def test_the_same_activity_twice_at_a_point_is_refused(world: World) -> None:
    plan = weekly(world)
    with pytest.raises(InvalidInput) as refused:
        create(world, replace(plan, items=[plan.items[0], plan.items[0]]))
    assert paths(refused.value) == ["items.1.activity"]


def test_leaving_a_demanded_activity_out_needs_a_reason(world: World) -> None:
    full = planned(world)
    lacking = replace(full, items=full.items[1:])

    with pytest.raises(InvalidInput) as refused:
        create(world, lacking)

    assert paths(refused.value) == ["left_out_reason"]
    assert full.items[0].activity in refused.value.errors[0].message
    create(world, replace(lacking, left_out_reason="甲方自行完成"))


def test_planning_more_rarely_than_demanded_needs_a_reason(world: World) -> None:
    full = planned(world)
    first = full.items[0]
    rarer = replace(first, interval_value=first.interval_value + 30)
    with pytest.raises(InvalidInput) as refused:
        create(world, replace(full, items=[rarer, *full.items[1:]]))
    assert "低于标准频次" in refused.value.errors[0].message


def test_a_person_who_left_or_has_no_account_cannot_be_planned(world: World) -> None:
    with acting_as(system_actor("test")):
        newcomer = Person.objects.create(
            organization=world.agency,
            name="新人",
            education="college",
            job="运维工程师",
            position="engineer",
        )
    with pytest.raises(InvalidInput) as refused:
        create(world, weekly(world, people=[newcomer]))
    assert "没有账号" in refused.value.errors[0].message
    person = person_leave(
        actor=world.actor(world.agency_manager), person=world.engineer_person, left_on=today()
    )
    with pytest.raises(InvalidInput) as refused:
        create(world, weekly(world, people=[person]))
    assert "离职" in refused.value.errors[0].message


def test_an_engineer_cannot_plan(world: World) -> None:
    actor = world.actor(world.engineer)
    with acting_as(actor), pytest.raises(NotAllowed):
        services.plan_create(actor=actor, plan=weekly(world))


def test_another_agency_cannot_touch_the_plan(world: World) -> None:
    plan = create(world, weekly(world))
    actor = world.actor(world.other_agency_manager)
    with acting_as(actor), pytest.raises(NotAllowed):
        services.plan_activate(actor=actor, plan=plan)


# --- tasks


def test_activating_makes_one_task_per_point_and_day_up_to_the_horizon(world: World) -> None:
    plan = activate(world, create(world, planned(world)))

    tasks = tasks_of(plan)

    assert tasks[0].due_on == today()
    assert max(task.due_on for task in tasks) <= today() + timedelta(days=HORIZON_DAYS)
    assert all(count == 1 for count in Counter((t.point_id, t.due_on) for t in tasks).values())
    assert all(task.assignee_id == world.engineer_person.pk for task in tasks)
    assert all("@" in sheet for task in tasks for sheet in task.sheets)
    everything = {item.activity for item in PlanItem.unscoped().filter(plan=plan)}
    assert set(tasks[0].contents) == everything


def test_activating_twice_is_refused(world: World) -> None:
    plan = activate(world, create(world, weekly(world)))
    with pytest.raises(InvalidState):
        activate(world, plan)


def test_a_plan_whose_last_day_has_passed_cannot_be_activated(world: World) -> None:
    past = {"starts_on": today() - timedelta(days=20), "ends_on": today() - timedelta(days=1)}
    plan = create(world, weekly(world, **past))
    with pytest.raises(InvalidState):
        activate(world, plan)


def test_tasks_are_made_in_few_statements_however_many_there_are(world: World) -> None:
    plan = create(world, planned(world, items=[*planned(world).items, *_daily(world)]))

    with CaptureQueriesContext(connection) as queries:
        activate(world, plan)

    writes = [q["sql"] for q in queries if q["sql"].startswith('INSERT INTO "maintenance_task"')]
    assert len(writes) == 1
    assert len(tasks_of(plan)) > HORIZON_DAYS


def _daily(world: World) -> list[ItemInput]:
    point = world.flue_gas_point
    return [
        ItemInput(point=point, activity="每日远程巡视", interval_value=24, interval_unit="hour")
    ]


def test_extending_adds_the_days_that_come_and_nothing_twice(world: World) -> None:
    plan = activate(world, create(world, planned(world)))
    before = [(task.pk, task.due_on) for task in tasks_of(plan)]
    later = datetime.combine(
        today() + timedelta(days=20), datetime.min.time(), tzinfo=SHANGHAI
    ) + timedelta(hours=1)

    with at(later), acting_as(system_actor("test")) as system:
        made = services.tasks_extend(actor=system)
        again = services.tasks_extend(actor=system)

    after = tasks_of(plan)
    assert made > 0
    assert again == 0
    assert [(task.pk, task.due_on) for task in after][: len(before)] == before
    assert max(task.due_on for task in after) > max(day for _, day in before)


def test_extending_in_small_pieces_gives_the_same_tasks_as_all_at_once(world: World) -> None:
    plan = activate(world, create(world, planned(world)))
    begin = today()
    for days in range(5, 45, 5):
        moment = datetime.combine(begin + timedelta(days=days), datetime.min.time(), SHANGHAI)
        with at(moment), acting_as(system_actor("test")) as system:
            services.tasks_extend(actor=system)
    pieces = [(task.due_on, task.contents, task.sheets) for task in tasks_of(plan)]

    Task.unscoped().filter(plan=plan).delete()
    with at(datetime.combine(begin + timedelta(days=40), datetime.min.time(), SHANGHAI)):
        made = {(t.due_on, tuple(t.contents)) for t in _whole(plan)}
    later = begin + timedelta(days=40)
    assert {(day, tuple(what)) for day, what, _ in pieces if day >= later} == made


def _whole(plan: Plan) -> list[Task]:
    with acting_as(system_actor("test")) as system:
        services.tasks_extend(actor=system)
    return tasks_of(plan)


def test_no_task_lies_beyond_the_contract(world: World) -> None:
    ends_on = today() + timedelta(days=20)
    actor = world.actor(world.agency_manager)
    contract_end(actor=actor, contract=world.contract, ends_on=ends_on, reason="甲方停产")

    plan = activate(world, create(world, planned(world)))

    assert max(task.due_on for task in tasks_of(plan)) < ends_on


def test_tasks_that_no_contract_covers_any_more_are_cancelled(world: World) -> None:
    plan = activate(world, create(world, weekly(world)))
    ends_on = today() + timedelta(days=10)
    actor = world.actor(world.agency_manager)
    contract_end(actor=actor, contract=world.contract, ends_on=ends_on, reason="甲方停产")

    with acting_as(system_actor("test")) as system:
        services.tasks_extend(actor=system)

    for task in tasks_of(plan):
        assert task.state == ("cancelled" if task.due_on >= ends_on else "open")


def test_a_plan_ends_with_its_last_day(world: World) -> None:
    plan = activate(world, create(world, weekly(world, ends_on=today() + timedelta(days=7))))
    over = datetime.combine(today() + timedelta(days=8), datetime.min.time(), SHANGHAI)
    with at(over), acting_as(system_actor("test")) as system:
        services.tasks_extend(actor=system)
    assert Plan.unscoped().get(pk=plan.pk).state == "ended"


def test_changing_an_active_plan_plans_the_days_to_come_anew(world: World) -> None:
    plan = activate(world, create(world, weekly(world)))
    actor = world.actor(world.agency_manager)
    item = replace(weekly(world).items[0], interval_value=5)

    with acting_as(actor):
        services.plan_change(actor=actor, plan=plan, to=weekly(world, items=[item]))

    days = [task.due_on for task in tasks_of(plan)]
    assert days[:3] == [today(), today() + timedelta(days=5), today() + timedelta(days=10)]


def test_a_change_of_a_plan_is_told_value_by_value(world: World) -> None:
    before = weekly(world, equipment=[world.equipment], vehicles=[])
    plan = activate(world, create(world, before))
    actor = world.actor(world.agency_manager)
    patrol = replace(before.items[0], interval_value=5, sheet_code="hj75-g1")
    repair = replace(before.items[0], activity="检修")
    to = weekly(world, name="改名", items=[patrol, repair], equipment=[], vehicles=[world.vehicle])

    with acting_as(actor):
        services.plan_change(actor=actor, plan=plan, to=to)
        services.plan_change(actor=actor, plan=plan, to=to)

    (event,) = events("plan.changed")
    payload = orjson.loads(event.body)["payload"]
    items = f"items.{world.flue_gas_point.mn_code}"
    weekly_item = ["7 day", "", "", "", world.contract.number]
    assert payload["changed"] == {
        "name": [before.name, "改名"],
        "equipment": [[str(world.equipment.pk)], []],
        "vehicles": [[], [str(world.vehicle.pk)]],
        f"{items}.日常巡检": [weekly_item, ["5 day", "", "", "hj75-g1", world.contract.number]],
        f"{items}.检修": [None, weekly_item],
    }
    assert payload["tasks_dropped"] > 0


def with_a_sheet_from(world: World, begins: date) -> PlanInput:
    source = {**sheets.definition("hj75-g1@1").source, "code": "city-g1", "version": 1}
    PublishedSheet.unscoped().create(
        organization=world.authority,
        code="city-g1",
        version=1,
        content={**source, "effective": [begins.isoformat()]},
        effective_from=begins,
    )
    return weekly(world, items=[replace(weekly(world).items[0], sheet_code="city-g1")])


@pytest.mark.parametrize("leaver", [0, 1])
def test_who_leaves_has_no_task_from_that_day_on(world: World, leaver: int) -> None:
    with acting_as(system_actor("test")):
        people = [
            Person.unscoped().create(
                organization=world.agency,
                name=name,
                job="运维工程师",
                state="filed",
                account=account_with(world.agency, name, "engineer"),
            )
            for name in ("甲", "乙")
        ]
    plan = create(world, weekly(world, people=people))
    days = [today() + timedelta(days=7 * number) for number in range(4)]
    Person.unscoped().filter(pk=people[leaver].pk).update(left_on=days[2])

    activate(world, plan)

    whose = {task.due_on: task.assignee_id for task in tasks_of(plan)}
    assert [whose[day] for day in days[2:]] == [people[1 - leaver].pk] * 2
    assert [whose[day] for day in days[:2]] == [people[1].pk] * 2  # whose turn this point is


def test_where_everybody_leaves_the_tasks_keep_their_people(world: World) -> None:
    plan = create(world, weekly(world))
    Person.unscoped().filter(pk=world.engineer_person.pk).update(left_on=today())
    activate(world, plan)
    assert {task.assignee_id for task in tasks_of(plan)} == {world.engineer_person.pk}


def test_a_sheet_can_be_planned_on_its_first_day(world: World) -> None:
    plan = create(world, with_a_sheet_from(world, today()))
    assert PlanItem.unscoped().get(plan=plan).sheet_code == "city-g1"


def test_a_sheet_cannot_be_planned_on_the_day_before(world: World) -> None:
    plan = with_a_sheet_from(world, today() + timedelta(days=1))
    with pytest.raises(InvalidInput) as refusal:
        create(world, plan)
    assert paths(refusal.value) == ["items.0.sheet_code"]


def test_an_active_plan_keeps_its_first_day_and_an_ended_one_everything(world: World) -> None:
    plan = activate(world, create(world, weekly(world)))
    actor = world.actor(world.agency_manager)
    earlier = weekly(world, starts_on=today() - timedelta(days=1))
    with acting_as(actor):
        with pytest.raises(InvalidState):
            services.plan_change(actor=actor, plan=plan, to=earlier)
        services.plan_end(actor=actor, plan=plan, reason="合同变更")
        with pytest.raises(InvalidState):
            services.plan_change(actor=actor, plan=plan, to=weekly(world))
    states = {task.state for task in tasks_of(plan) if task.due_on > today()}
    assert states == {"cancelled"}


INTERVALS = st.one_of(
    st.builds(Interval, st.integers(1, 120), st.just("day")),
    st.builds(Interval, st.integers(1, 4), st.just("month")),
    st.builds(Interval, st.integers(1, 200), st.just("hour")),
)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    intervals=st.lists(INTERVALS, min_size=1, max_size=5),
    both=st.booleans(),
    starts_in=st.integers(-30, 40),
    length=st.integers(0, 90),
    contract_days=st.integers(5, 120),
)
def test_every_interval_is_met_inside_plan_and_contract_and_nothing_is_made_twice(  # noqa: PLR0917
    world: World,
    intervals: list[Interval],
    both: bool,  # noqa: FBT001
    starts_in: int,
    length: int,
    contract_days: int,
) -> None:
    starts_on = today() + timedelta(days=starts_in)
    ends_on = starts_on + timedelta(days=length)
    other = world.actor(world.other_agency_manager)
    points = [world.flue_gas_point, world.wastewater_point][: 2 if both else 1]
    contract = contract_create(
        actor=other,
        agency=world.other_agency,
        discharger=world.discharger,
        number=f"HT-{new_id()}",
        points=points,
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=contract_days),
    )
    last = min(ends_on, contract.period.upper - timedelta(days=1))
    last = min(last, today() + timedelta(days=HORIZON_DAYS))
    plan = _plan_with(
        world=world,
        contract=contract,
        points=points,
        intervals=intervals,
        starts_on=starts_on,
        ends_on=ends_on,
    )

    with acting_as(system_actor("test")):
        services._make_tasks([plan], today())
        services._make_tasks([plan], today())

    tasks = tasks_of(plan)
    begin = max(starts_on, today())
    assert all(begin <= task.due_on <= last for task in tasks)
    for point in points:
        for number, interval in enumerate(intervals):
            days = [
                task.due_on
                for task in tasks
                if task.point_id == point.pk and f"运维 {number}" in task.contents
            ]
            assert len(days) == len(set(days))
            _check_met(interval, days, begin, last)
    # the next example begins with a clean contract
    contract_access = world.flue_gas_point.accesses.model.unscoped()
    contract_access.filter(organization=world.other_agency).delete()


def _check_met(interval: Interval, days: list[date], begin: date, last: date) -> None:
    if begin > last:
        assert not days
        return
    waited_since = begin - timedelta(days=1)
    for day in days:
        assert day <= max(interval.after(waited_since), begin)
        waited_since = day
    assert interval.after(waited_since) > last


def _plan_with(
    *,
    world: World,
    contract: Any,
    points: list[Any],
    intervals: list[Interval],
    starts_on: date,
    ends_on: date,
) -> Plan:
    plan = Plan.unscoped().create(
        organization=world.other_agency,
        name="随机",
        starts_on=starts_on,
        ends_on=ends_on,
        state="active",
    )
    PlanItem.unscoped().bulk_create(
        PlanItem(
            plan=plan,
            point=point,
            contract=contract,
            activity=f"运维 {number}",
            interval_value=interval.value,
            interval_unit=interval.unit,
        )
        for point in points
        for number, interval in enumerate(intervals)
    )
    with acting_as(system_actor("test")):
        plan.people.add(world.engineer_person)
    return plan


def test_the_daily_job_carries_plans_forward(world: World) -> None:
    activate(world, create(world, weekly(world)))
    Task.unscoped().all().delete()

    made = jobs.extend_tasks(timestamp=0)

    # the plan of the small city has two weekly points of its own
    assert made == Task.unscoped().count() > HORIZON_DAYS // 7
    assert jobs.extend_tasks(timestamp=0) == 0
