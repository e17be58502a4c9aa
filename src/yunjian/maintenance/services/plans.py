"""运维计划 and the tasks it becomes."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, partial
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, prefetch_related_objects
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.agencies.models import Equipment, Person, ServiceContract, Vehicle
from yunjian.evidence.services import record
from yunjian.kernel.clock import today
from yunjian.kernel.errors import FieldError, InvalidInput, InvalidState, NotAllowed
from yunjian.maintenance import events
from yunjian.maintenance.domain.schedules import Interval, Repeating, due_days
from yunjian.maintenance.models import Plan, PlanItem, Task
from yunjian.maintenance.models.plans import PlanState, TaskState
from yunjian.maintenance.policies.plans import may_extend, may_plan
from yunjian.maintenance.selectors.plans import (
    ITEM_FIELDS,
    ItemInput,
    contracts_over,
    proposals_for,
)
from yunjian.messaging.services import notify
from yunjian.records.changes import assign, differences, record_change
from yunjian.records.problems import Problems
from yunjian.sources.models import MonitoringPoint
from yunjian.standards.sheets import current_names, definitions

HORIZON_DAYS = 62  # tasks exist two months ahead; the daily job carries them forward
LONGEST_INTERVAL = 1000
WORK_LINK = "/h5/#/work"
UNITS = {"hour", "day", "month"}


@dataclass(frozen=True, slots=True)
class PlanInput:
    """What a plan says. `ends_on` is its last day. The people share the points evenly."""

    name: str
    starts_on: date
    ends_on: date
    items: Sequence[ItemInput]
    people: Sequence[Person]
    equipment: Sequence[Equipment] = ()
    vehicles: Sequence[Vehicle] = ()
    left_out_reason: str = ""


def plan_propose(
    *, actor: Actor, points: Sequence[MonitoringPoint], on_date: date
) -> list[ItemInput]:
    """Return what the standards demand at the points on a day, as items to start from.

    Raises:
        NotAllowed: the actor does not plan the work of an agency.
        InvalidInput: a point that is not under a contract of the agency.
    """
    _require_planner(actor)
    held = contracts_over(actor, points, on_date, on_date)
    missing = [point.mn_code for point in points if point.pk not in held]
    if missing:
        message = _("以下测点当日不在本机构的合同内：%(list)s") % {"list": "、".join(missing)}
        raise InvalidInput(message, code="no_contract", field="points")
    return proposals_for(points, on_date)


@transaction.atomic
def plan_create(*, actor: Actor, plan: PlanInput) -> Plan:
    """Write a plan as a draft.

    Raises:
        NotAllowed: the actor does not plan the work of an agency.
        InvalidInput: values that cannot be right; a demanded activity left out, or planned less
            often than the standard demands, without a reason.
    """
    agency_id = _require_planner(actor)
    contracts = _check(actor, agency_id, plan)
    row = Plan.unscoped().create(
        organization_id=agency_id, created_by_id=actor.account_id, **_columns(plan)
    )
    _write_parts(row, plan, contracts)
    record(actor=actor, verb=events.PLAN_CREATED, obj=row, payload=_summary(plan))
    return row


@transaction.atomic
def plan_change(*, actor: Actor, plan: Plan, to: PlanInput) -> Plan:
    """Replace what a plan says; the event keeps each value before and after. In an active plan,
    tasks from tomorrow on that nobody has begun are planned anew; what was begun, done or
    cancelled stays.

    Raises:
        NotAllowed: not the actor's agency, or no planner.
        InvalidState: the plan has ended, or an active one would begin on another day.
        InvalidInput: as in `plan_create`.
    """
    row = _locked_plan(actor, plan)
    if row.state == PlanState.ENDED:
        raise InvalidState(_("计划已结束，不能修改"))
    if row.state == PlanState.ACTIVE and to.starts_on != row.starts_on:
        raise InvalidState(_("执行中的计划不能修改开始日期"), field="starts_on")
    contracts = _check(actor, row.organization_id, to)
    changes = differences(_planned_values(row), _values(to, contracts))
    if not changes:
        return row
    assign(row, _columns(to))
    row.save()
    PlanItem.unscoped().filter(plan=row).delete()
    _write_parts(row, to, contracts)
    payload: dict[str, object] = {}
    if row.state == PlanState.ACTIVE:
        tomorrow = today() + timedelta(days=1)
        dropped, _by_model = (
            Task.unscoped().filter(plan=row, state=TaskState.OPEN, due_on__gte=tomorrow).delete()
        )
        made = _make_tasks([row], tomorrow)
        payload = {"tasks_dropped": dropped, "tasks_made": made[row.pk]}
    record_change(actor=actor, verb=events.PLAN_CHANGED, row=row, changes=changes, payload=payload)
    return row


@transaction.atomic
def plan_activate(*, actor: Actor, plan: Plan) -> Plan:
    """Put a draft into force: its tasks appear for the next two months, beginning today.

    Raises:
        NotAllowed: not the actor's agency, or no planner.
        InvalidState: it is no draft, or its last day has passed.
        InvalidInput: it has no items or no people.
    """
    row = _locked_plan(actor, plan)
    if row.state != PlanState.DRAFT:
        raise InvalidState(_("只有草稿状态的计划可以启用"))
    if row.ends_on < today():
        raise InvalidState(_("计划的结束日期已过，请先修改日期"))
    row.state = PlanState.ACTIVE
    row.save(update_fields=["state"])
    made = _make_tasks([row], today())
    _tell_people(row, made[row.pk])
    record(actor=actor, verb=events.PLAN_ACTIVATED, obj=row, payload={"tasks_made": made[row.pk]})
    return row


@transaction.atomic
def plan_end(*, actor: Actor, plan: Plan, reason: str) -> Plan:
    """End an active plan early; tasks after today that nobody has begun are cancelled.

    Raises:
        NotAllowed: not the actor's agency, or no planner.
        InvalidState: it is not active.
        InvalidInput: no reason given.
    """
    row = _locked_plan(actor, plan)
    if row.state != PlanState.ACTIVE:
        raise InvalidState(_("只有执行中的计划可以结束"))
    if not reason.strip():
        raise InvalidInput(_("请填写结束原因"), code="required", field="reason")
    row.state = PlanState.ENDED
    row.save(update_fields=["state"])
    cancelled = (
        Task.unscoped()
        .filter(plan=row, state=TaskState.OPEN, due_on__gt=today())
        .update(state=TaskState.CANCELLED, cancel_reason=f"计划已结束：{reason}"[:200])
    )
    payload = {"reason": reason, "tasks_cancelled": cancelled}
    record(actor=actor, verb=events.PLAN_ENDED, obj=row, payload=payload)
    return row


@transaction.atomic
def tasks_extend(*, actor: Actor) -> int:
    """Carry every active plan forward to the horizon; return how many tasks were made.

    Ends plans whose last day has passed and cancels tasks that no contract covers any more.
    Running it twice makes nothing twice.

    Raises:
        NotAllowed: somebody else than the system asks.
    """
    if not may_extend(actor):
        raise NotAllowed(_("计划由系统每日自动延展"))
    plans = list(Plan.unscoped().select_for_update().filter(state=PlanState.ACTIVE).order_by("id"))
    over = [plan for plan in plans if plan.ends_on < today()]
    running = [plan for plan in plans if plan.ends_on >= today()]
    Plan.unscoped().filter(pk__in=[plan.pk for plan in over]).update(state=PlanState.ENDED)
    _cancel_uncovered(running)
    made = _make_tasks(running, today())
    for plan in over:
        record(actor=actor, verb=events.PLAN_ENDED, obj=plan, organization_id=plan.organization_id)
    for plan in running:
        if made[plan.pk]:
            record(
                actor=actor,
                verb=events.PLAN_EXTENDED,
                obj=plan,
                organization_id=plan.organization_id,
                payload={"tasks_made": made[plan.pk]},
            )
    return sum(made.values())


@transaction.atomic
def task_reassign(*, actor: Actor, tasks: Sequence[Task], assignee: Person) -> int:
    """Give tasks that nobody has begun to somebody else; return how many.

    Raises:
        NotAllowed: not the actor's agency, or no planner.
        InvalidState: one of the tasks has begun, is done or was cancelled.
        InvalidInput: the person cannot take them.
    """
    rows = _locked_tasks(actor, tasks)
    if any(row.state != TaskState.OPEN for row in rows):
        raise InvalidState(_("只有待执行的任务可以改派"))
    latest = max(row.due_on for row in rows)
    problem = _why_not(assignee, rows[0].organization_id, latest)
    if problem:
        raise InvalidInput(problem, field="assignee")
    earliest = min(row.due_on for row in rows)
    Task.unscoped().filter(pk__in=[row.pk for row in rows]).update(assignee=assignee)
    notify(
        recipients=[assignee.account_id] if assignee.account_id else [],
        kind="task.assigned",
        title="有任务改派给您",
        body=f"共 {len(rows)} 个运维任务改派给您，最早的计划日期为 {earliest}。",
        link=WORK_LINK,
    )
    for row in rows:
        record(
            actor=actor,
            verb=events.TASK_REASSIGNED,
            obj=row,
            payload={"from": str(row.assignee_id), "to": str(assignee.pk)},
        )
    return len(rows)


@transaction.atomic
def task_cancel(*, actor: Actor, task: Task, reason: str) -> Task:
    """Cancel a task that nobody has begun, and say why.

    Raises:
        NotAllowed: not the actor's agency, or no planner.
        InvalidState: it has begun, is done or was cancelled.
        InvalidInput: no reason given.
    """
    (row,) = _locked_tasks(actor, [task])
    if row.state != TaskState.OPEN:
        raise InvalidState(_("只有待执行的任务可以取消"))
    if not reason.strip():
        raise InvalidInput(_("请填写取消原因"), code="required", field="reason")
    row.state = TaskState.CANCELLED
    row.cancel_reason = reason.strip()
    row.save(update_fields=["state", "cancel_reason"])
    payload = {"reason": row.cancel_reason, "due_on": row.due_on.isoformat()}
    record(actor=actor, verb=events.TASK_CANCELLED, obj=row, payload=payload)
    return row


def _tell_people(plan: Plan, number: int) -> None:
    accounts = Person.unscoped().filter(plans=plan, account__isnull=False)
    notify(
        recipients=[key for key in accounts.values_list("account_id", flat=True) if key],
        kind=events.PLAN_ACTIVATED,
        title="新的运维计划已启用",
        body=f"{plan.name}（{plan.starts_on} 至 {plan.ends_on}）已生成 {number} 个任务。",
        link=WORK_LINK,
        about=plan,
    )


def _require_planner(actor: Actor) -> UUID:
    if actor.organization_id is None or not may_plan(actor):
        raise NotAllowed(_("只有运维机构的负责人或管理员可以编制运维计划"))
    return actor.organization_id


def _locked_plan(actor: Actor, plan: Plan) -> Plan:
    if not may_plan(actor, plan.organization_id):
        raise NotAllowed(_("只有本机构的负责人或管理员可以办理"))
    return Plan.unscoped().select_for_update().get(pk=plan.pk)


def _locked_tasks(actor: Actor, tasks: Sequence[Task]) -> list[Task]:
    if not tasks:
        raise InvalidInput(_("请先选择任务"), code="required", field="tasks")
    if not all(may_plan(actor, task.organization_id) for task in tasks):
        raise NotAllowed(_("只有本机构的负责人或管理员可以办理"))
    keys = [task.pk for task in tasks]
    return list(Task.unscoped().select_for_update().filter(pk__in=keys).order_by("pk"))


# --- checking a plan


def _check(actor: Actor, agency_id: UUID, plan: PlanInput) -> dict[UUID, ServiceContract]:
    """Refuse a plan that cannot be right; return the contract of each point."""
    problems = Problems()
    problems.filled("name", plan.name, _("计划名称"))
    message = _("结束日期不能早于开始日期")
    problems.in_order("ends_on", plan.starts_on, plan.ends_on, message)
    problems.unless(bool(plan.items), "items", _("请至少安排一项运维内容"), "required")
    problems.unless(bool(plan.people), "people", _("请至少选择一名运维人员"), "required")
    errors = [*problems.errors, *_people_problems(agency_id, plan)]
    points = {item.point.pk: item.point for item in plan.items}
    contracts = contracts_over(actor, list(points.values()), plan.starts_on, plan.ends_on)
    errors += _item_problems(plan.items, contracts)
    if not errors and not plan.left_out_reason.strip():
        errors += _left_out(plan, list(points.values()))
    if errors:
        raise InvalidInput(errors=errors)
    return contracts


def _people_problems(agency_id: UUID, plan: PlanInput) -> Iterable[FieldError]:
    for person in plan.people:
        problem = _why_not(person, agency_id, plan.starts_on)
        if problem:
            yield FieldError("people", "unfit", problem)
    for path, rows in (("equipment", plan.equipment), ("vehicles", plan.vehicles)):
        if any(row.organization_id != agency_id for row in rows):
            yield FieldError(path, "foreign", _("请选择本机构的设备和车辆"))


def _why_not(person: Person, agency_id: UUID, on: date) -> str:
    """Return why a person cannot take work on that day ("" when nothing stands against it)."""
    if person.organization_id != agency_id:
        return _("请选择本机构的人员")
    if person.left_on is not None and person.left_on <= on:
        return _("%(person)s已于 %(left_on)s 离职") % {
            "person": person.name,
            "left_on": person.left_on,
        }
    if person.account_id is None:
        return _("%(person)s没有账号，无法在手机上执行任务") % {"person": person.name}
    return ""


def _item_problems(
    items: Sequence[ItemInput], contracts: dict[UUID, ServiceContract]
) -> Iterable[FieldError]:
    seen: set[tuple[UUID, str]] = set()
    names = current_names(today())
    for number, item in enumerate(items):
        path = f"items.{number}"
        if item.point.pk not in contracts:
            message = _("%(name)s在计划期内不在本机构的合同内") % {"name": item.point.name}
            yield FieldError(f"{path}.point", "no_contract", message)
        if not item.activity.strip():
            yield FieldError(f"{path}.activity", "required", _("请填写运维内容"))
        if not 0 < item.interval_value <= LONGEST_INTERVAL or item.interval_unit not in UNITS:
            message = _("频次应为 1 到 %(longest_interval)s 的整数") % {
                "longest_interval": LONGEST_INTERVAL
            }
            yield FieldError(f"{path}.interval_value", "range", message)
        if item.sheet_code and item.sheet_code not in names:
            yield FieldError(f"{path}.sheet_code", "unknown", _("没有这种记录单"))
        key = (item.point.pk, item.activity.strip())
        if key in seen:
            yield FieldError(f"{path}.activity", "taken", _("同一测点的运维内容不能重复"))
        seen.add(key)


def _left_out(plan: PlanInput, points: Sequence[MonitoringPoint]) -> Iterable[FieldError]:
    planned = {
        (item.point.pk, item.obligation): Interval(item.interval_value, item.interval_unit).days
        for item in plan.items
        if item.obligation
    }
    for demanded in proposals_for(points, plan.starts_on):
        days = planned.get((demanded.point.pk, demanded.obligation))
        at_most = Interval(demanded.interval_value, demanded.interval_unit).days
        if days is None or days > at_most:
            lack = _("未纳入") if days is None else _("低于标准频次")
            what = _("%(name)s的“%(activity)s”（%(clause)s）") % {
                "name": demanded.point.name,
                "activity": demanded.activity,
                "clause": demanded.clause,
            }
            message = _("%(what)s%(lack)s，请说明原因") % {"what": what, "lack": lack}
            yield FieldError("left_out_reason", "left_out", message)


def _columns(plan: PlanInput) -> dict[str, Any]:
    return {
        "name": plan.name.strip(),
        "starts_on": plan.starts_on,
        "ends_on": plan.ends_on,
        "left_out_reason": plan.left_out_reason.strip(),
    }


def _write_parts(row: Plan, plan: PlanInput, contracts: dict[UUID, ServiceContract]) -> None:
    PlanItem.unscoped().bulk_create(
        PlanItem(
            plan=row,
            contract=contracts[item.point.pk],
            **{name: getattr(item, name) for name in ITEM_FIELDS}
            | {"activity": item.activity.strip()},
        )
        for item in plan.items
    )
    links: list[tuple[Any, str, Sequence[Person | Equipment | Vehicle]]] = [
        (Plan.people.through, "person", plan.people),
        (Plan.equipment.through, "equipment", plan.equipment),
        (Plan.vehicles.through, "vehicle", plan.vehicles),
    ]
    for through, column, rows in links:
        through.objects.filter(plan=row).delete()
        keys = dict.fromkeys(one.pk for one in rows)
        through.objects.bulk_create(through(plan=row, **{f"{column}_id": key}) for key in keys)


def _summary(plan: PlanInput) -> dict[str, object]:
    return {
        "name": plan.name,
        "period": [plan.starts_on.isoformat(), plan.ends_on.isoformat()],
        "items": [
            {
                "point": item.point.mn_code,
                "activity": item.activity,
                "obligation": item.obligation,
                "interval": f"{item.interval_value} {item.interval_unit}",
            }
            for item in plan.items
        ],
        "people": sorted(str(person.pk) for person in plan.people),
        "left_out_reason": plan.left_out_reason,
    }


def _planned_values(row: Plan) -> dict[str, Any]:
    """Return what a plan says now, by path."""
    items = PlanItem.unscoped().filter(plan=row).select_related("point", "contract")
    planned = PlanInput(
        name=row.name,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        items=[ItemInput(**{name: getattr(item, name) for name in ITEM_FIELDS}) for item in items],
        people=list(row.people.all()),
        equipment=list(row.equipment.all()),
        vehicles=list(row.vehicles.all()),
        left_out_reason=row.left_out_reason,
    )
    return _values(planned, {item.point_id: item.contract for item in items})


def _values(plan: PlanInput, contracts: Mapping[UUID, ServiceContract]) -> dict[str, Any]:
    """Return what a plan says, by path; an item is named by its point and activity."""
    parts = {"people": plan.people, "equipment": plan.equipment, "vehicles": plan.vehicles}
    return {
        **_columns(plan),
        **{name: sorted({str(row.pk) for row in rows}) for name, rows in parts.items()},
        **{
            f"items.{item.point.mn_code}.{item.activity.strip()}": [
                f"{item.interval_value} {item.interval_unit}",
                item.obligation,
                item.clause,
                item.sheet_code,
                contracts[item.point.pk].number,
            ]
            for item in plan.items
        },
    }


# --- making tasks


def _make_tasks(plans: Sequence[Plan], begin: date) -> dict[UUID, int]:
    """Make the missing tasks of the plans from a day to the horizon, in one insert."""
    keys = [plan.pk for plan in plans]
    prefetch_related_objects(
        plans,
        Prefetch("items", PlanItem.unscoped().select_related("point", "contract").order_by("pk")),
        Prefetch("people", Person.unscoped().order_by("name", "pk")),
    )
    there = set(
        Task.unscoped()
        .filter(plan__in=keys, due_on__gte=begin)
        .values_list("plan_id", "point_id", "due_on")
    )
    made = dict.fromkeys(keys, 0)
    new: list[Task] = []
    names = cache(partial(current_names, among=definitions()))
    for plan in plans:
        for task in _tasks_of(plan, begin, names):
            if (plan.pk, task.point_id, task.due_on) not in there:
                new.append(task)
                made[plan.pk] += 1
    Task.unscoped().bulk_create(new, batch_size=2000)
    return made


def _tasks_of(plan: Plan, begin: date, names: Callable[[date], dict[str, str]]) -> Iterable[Task]:
    items = sorted(plan.items.all(), key=lambda item: (item.point_id, item.contract_id))
    people = list(plan.people.all())
    if not items or not people:
        raise InvalidInput(_("计划没有运维内容或运维人员，请先补充"))
    horizon = min(plan.ends_on, today() + timedelta(days=HORIZON_DAYS))
    for position, (_point, group) in enumerate(groupby(items, key=lambda item: item.point_id)):
        rows = list(group)
        # the same rows in the same order give the same days whenever this runs
        days: dict[date, list[Repeating]] = defaultdict(list)
        for _contract, held in groupby(rows, key=lambda item: item.contract_id):
            for day, due in _days_under_contract(plan, list(held), position).items():
                days[day] += due
        for day, due in sorted(days.items()):
            if begin <= day <= horizon:
                point = rows[0].point
                codes = dict.fromkeys(one.sheet_code for one in due if one.sheet_code)
                yield Task(
                    organization_id=plan.organization_id,
                    discharger_id=point.organization_id,
                    district_id=point.district_id,
                    plan=plan,
                    point=point,
                    due_on=day,
                    assignee=_whose_turn(people, position, day),
                    contents=[one.activity for one in due],
                    sheets=[names(day)[code] for code in codes if code in names(day)],
                )


def _days_under_contract(
    plan: Plan, items: Sequence[PlanItem], position: int
) -> dict[date, list[Repeating]]:
    """Return the days of the whole plan: cut at the horizon, the days before it would change
    whenever the horizon moves."""
    period = items[0].contract.period
    repeating = [
        Repeating(item.activity, Interval(item.interval_value, item.interval_unit), item.sheet_code)
        for item in items
    ]
    first = max(plan.starts_on, period.lower)
    until = period.upper
    last = plan.ends_on if until is None else min(plan.ends_on, until - timedelta(days=1))
    return due_days(repeating, first=first, last=last, position=position)


def _whose_turn(people: Sequence[Person], position: int, day: date) -> Person:
    present = [person for person in people if person.left_on is None or person.left_on > day]
    candidates = present or people
    return candidates[position % len(candidates)]


def _cancel_uncovered(plans: Sequence[Plan]) -> None:
    covering = PlanItem.unscoped().filter(
        plan_id=OuterRef("plan_id"),
        point_id=OuterRef("point_id"),
        contract__period__contains=OuterRef("due_on"),
    )
    Task.unscoped().filter(
        ~Exists(covering), plan__in=plans, state=TaskState.OPEN, due_on__gte=today()
    ).update(state=TaskState.CANCELLED, cancel_reason="服务合同已终止")
