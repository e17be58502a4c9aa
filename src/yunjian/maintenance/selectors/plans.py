"""Reads about plans and tasks."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Case, CharField, Count, Q, QuerySet, Value, When

from yunjian.access.actor import Actor
from yunjian.agencies.models import ServiceContract
from yunjian.kernel.clock import today
from yunjian.maintenance.models import Plan, PlanItem, Task
from yunjian.maintenance.models.plans import TaskState
from yunjian.records.filters import text_filter, value_filter
from yunjian.sources.models import MonitoringPoint
from yunjian.sources.selectors import descriptions_on
from yunjian.standards.rules import obligations_for, packs
from yunjian.standards.sheets import current_names

UNFINISHED = [TaskState.OPEN, TaskState.STARTED]


@dataclass(frozen=True, slots=True)
class ItemInput:
    """One activity at one point, as the standard demands it or as somebody plans it: at most so
    long between two times."""

    point: MonitoringPoint
    activity: str
    interval_value: int
    interval_unit: str
    obligation: str = ""
    clause: str = ""
    sheet_code: str = ""


ITEM_FIELDS = tuple(one.name for one in fields(ItemInput))


def proposals_for(points: Sequence[MonitoringPoint], on_date: date) -> list[ItemInput]:
    """Return what the rules in force on a day demand at the points as they are then."""
    rules = packs()
    names = current_names(on_date)
    described = descriptions_on(points, on_date)
    return [
        ItemInput(
            point=point,
            obligation=obligation.id,
            activity=obligation.activity.zh,
            clause=f"{obligation.standard} {obligation.clause}",
            interval_value=obligation.interval.value,
            interval_unit=obligation.interval.unit,
            sheet_code=obligation.sheet if obligation.sheet in names else "",
        )
        for point in points
        if (description := described[point.pk]) is not None
        for obligation in obligations_for(description, on_date, rules)
    ]


def contracts_over(
    actor: Actor, points: Sequence[MonitoringPoint], first: date, last: date
) -> dict[UUID, ServiceContract]:
    """Return the agency's contract of each point that holds between two days (both included);
    of several, the one that begins first. Points without one are missing."""
    if first > last:
        return {}
    through = ServiceContract.points.through.objects
    links = (
        through.filter(
            monitoringpoint_id__in=[point.pk for point in points],
            servicecontract__agency_id=actor.organization_id,
            servicecontract__period__overlap=DateRange(first, last, "[]"),
        )
        .select_related("servicecontract")
        .order_by("-servicecontract__period")
    )
    # the earliest comes last and stays
    return {link.monitoringpoint_id: link.servicecontract for link in links}


def points_under_contract(actor: Actor) -> QuerySet[MonitoringPoint]:
    """Return the points the agency maintains today."""
    contracts = ServiceContract.unscoped().filter(
        agency_id=actor.organization_id, period__contains=today()
    )
    points: QuerySet[MonitoringPoint] = MonitoringPoint.objects.filter(
        pk__in=contracts.values("points")
    )
    return points.select_related("outlet__source", "organization").order_by(
        "organization__name", "outlet__code", "id"
    )


def plans_visible(*, state: str = "", text: str = "") -> QuerySet[Plan]:
    """Return the plans the acting actor sees, with their counts."""
    plans: QuerySet[Plan] = Plan.objects.annotate(
        point_count=Count("items__point", distinct=True),
        item_count=Count("items", distinct=True),
    )
    plans = plans.filter(value_filter(state=state, name__icontains=text))
    return plans.prefetch_related("people")


def items_of(plan: Plan) -> QuerySet[PlanItem]:
    """Return the items of a plan, point by point."""
    return (
        PlanItem.unscoped()
        .filter(plan=plan)
        .select_related("point__outlet__source", "contract")
        .order_by(
            "point__outlet__source__name", "point__outlet__code", "point_id", "clause", "activity"
        )
    )


def with_bucket(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """Add `bucket`: where a task lies from today: today, overdue, upcoming, done, cancelled."""
    unfinished = Q(state__in=UNFINISHED)
    return tasks.annotate(
        bucket=Case(
            When(state=TaskState.DONE, then=Value("done")),
            When(state=TaskState.CANCELLED, then=Value("cancelled")),
            When(unfinished & Q(due_on__lt=today()), then=Value("overdue")),
            When(unfinished & Q(due_on=today()), then=Value("today")),
            default=Value("upcoming"),
            output_field=CharField(),
        )
    )


def tasks_visible(
    *,
    bucket: str = "",
    text: str = "",
    since: date | None = None,
    until: date | None = None,
    **columns: object,
) -> QuerySet[Task]:
    """Return the tasks the acting actor sees.

    `bucket` is as in `with_bucket`, or "unfinished"; `text` a part of point, source or MN code;
    `since` and `until` are due dates, both included; `columns` are `state`, `assignee` (Person)
    and `plan` (Plan). What is empty asks for nothing.
    """
    names = ("point__name", "point__mn_code", "point__outlet__source__name")
    return (
        with_bucket(Task.objects.all())
        .select_related("point__outlet__source", "assignee", "plan")
        .filter(
            text_filter(text, *names),
            value_filter(
                due_on__gte=since,
                due_on__lte=until,
                state__in=UNFINISHED if bucket == "unfinished" else (),
                bucket="" if bucket == "unfinished" else bucket,
                **columns,
            ),
        )
    )


def task_counts() -> dict[str, int]:
    """Return how many tasks of the acting actor lie in each bucket that asks for attention."""
    due_today = Q(due_on=today())
    counts: dict[str, int] = with_bucket(Task.objects.all()).aggregate(
        today_open=Count("pk", filter=due_today & Q(state=TaskState.OPEN)),
        today_started=Count("pk", filter=due_today & Q(state=TaskState.STARTED)),
        today_done=Count("pk", filter=due_today & Q(state=TaskState.DONE)),
        overdue=Count("pk", filter=Q(bucket="overdue")),
        upcoming=Count("pk", filter=Q(bucket="upcoming")),
    )
    return counts
