"""Reads about visits: the field package, the lists of the phone, what sheets are judged with."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, partial
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.evidence.models import Attachment
from yunjian.instruments.models import InstrumentRevision
from yunjian.instruments.models.filing import RevisionState
from yunjian.kernel.clock import now, today
from yunjian.kernel.errors import NotFound
from yunjian.kernel.ids import lowest_id_at
from yunjian.kernel.prepared_queries import Parameter, PreparedQuery
from yunjian.maintenance.models import RecordSheet, Task, Visit
from yunjian.maintenance.models.plans import TaskState
from yunjian.maintenance.models.visits import VisitState
from yunjian.maintenance.selectors.plans import with_bucket
from yunjian.standards import sheets

PACKAGE_DAYS_BACK = 30
PACKAGE_DAYS_AHEAD = 7
PACKAGE_DONE_DAYS = 7
LAST_ANSWERS_DAYS = 100

BUCKETS: dict[str, dict[str, Any]] = {
    "to_confirm": {"state": VisitState.SUBMITTED},
    "confirmed": {"state": VisitState.CONFIRMED},
    "objected": {"state": VisitState.OBJECTED},
    "mine": {},
}

_PARTIES = ("task", "point__outlet__source", "agency", "discharger", "district", "engineer")


def visits_visible() -> QuerySet[Visit]:
    """Return the visits that the acting actor may see, newest first, with their parties."""
    visits: QuerySet[Visit] = Visit.objects.select_related(*_PARTIES).order_by("-id")
    return visits


def visits_in(actor: Actor, bucket: str) -> QuerySet[Visit]:
    """Return the visits of a list of the phone: to_confirm, confirmed, objected or mine."""
    visits = visits_visible().filter(**BUCKETS[bucket])
    return visits.filter(engineer_id=actor.account_id) if bucket == "mine" else visits


def attachments_of(visit: Visit) -> list[Attachment]:
    """Return the sign-in photo first, then the attachments in the order they were listed."""
    wanted = [visit.sign_in_photo_id, *visit.attachment_ids]
    rows = {row.pk: row for row in Attachment.unscoped().filter(pk__in=[i for i in wanted if i])}
    return [rows[key] for key in dict.fromkeys(wanted) if key in rows]


def tasks_of_engineer(actor: Actor) -> list[Task]:
    """Return the tasks that the phone holds, with their `bucket`: open ones around today, and
    those lately done."""
    day = today()
    held = day - timedelta(days=PACKAGE_DAYS_BACK), day + timedelta(days=PACKAGE_DAYS_AHEAD)
    tasks = (
        Task.objects.filter(assignee__account_id=actor.account_id, due_on__range=held)
        .exclude(state=TaskState.CANCELLED)
        .exclude(state=TaskState.DONE, due_on__lt=day - timedelta(days=PACKAGE_DONE_DAYS))
        .select_related("plan", "point__outlet__source", "discharger", "organization", "assignee")
    )
    return list(with_bucket(tasks).order_by("due_on", "id"))


def visits_of_tasks(task_ids: list[UUID]) -> dict[UUID, Visit]:
    """Return the newest visit of each task (one query)."""
    visits = Visit.objects.filter(task_id__in=task_ids).order_by("id")
    return {visit.task_id: visit for visit in visits}


def instruments_at(point_ids: list[UUID]) -> dict[UUID, list[InstrumentRevision]]:
    """Return the official analysers of today by point (one query)."""
    revisions = _official(today(), instrument__point_id__in=point_ids)
    results: dict[UUID, list[InstrumentRevision]] = {}
    for revision in revisions.select_related("instrument"):
        results.setdefault(revision.instrument.point_id, []).append(revision)
    return results


CONTEXT_COLUMNS = (
    "due_on",
    "discharger__name",
    "organization__name",
    "assignee__name",
    "point__name",
    "point__kind",
    "point__mn_code",
    "point__sampling_method",
    "point__outlet__code",
    "point__outlet__name",
    "point__outlet__source__name",
    "point__outlet__source__address",
)
TASK_COLUMNS = ("state", "sheets", *CONTEXT_COLUMNS)
TASK_ROW = PreparedQuery(
    lambda: Task.unscoped().filter(pk=Parameter("task")).order_by().values_list(*TASK_COLUMNS)
)
INSTRUMENT_COLUMNS = {
    "name": "name",
    "maker": "maker",
    "model": "model",
    "serial": "serial_number",
    "parameter": "parameter",
    "range_lower": "range_lower",
    "range_upper": "range_upper",
    "unit": "unit",
}
INSTRUMENTS_AT = PreparedQuery(
    lambda: _official(Parameter("day"), instrument__point_id=Parameter("point")).values_list(
        *INSTRUMENT_COLUMNS.values()
    )
)


def sheet_context(task: Task, instruments: list[InstrumentRevision]) -> dict[str, Any]:
    """Return what a sheet of this task is prefilled and judged with (`ctx` in its expressions)."""
    row = {column: attrgetter(column.replace("__", "."))(task) for column in CONTEXT_COLUMNS}
    return context_of(row, [instrument_facts(revision) for revision in instruments])


def context_of(row: dict[str, Any], instruments: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the same from the columns of `CONTEXT_COLUMNS` and the facts of instruments."""
    return {
        "discharger": {"name": row["discharger__name"]},
        "source": {
            "name": row["point__outlet__source__name"],
            "address": row["point__outlet__source__address"],
        },
        "outlet": {"code": row["point__outlet__code"], "name": row["point__outlet__name"]},
        "point": {
            "name": row["point__name"],
            "kind": row["point__kind"],
            "mn_code": row["point__mn_code"],
            "method": row["point__sampling_method"],
        },
        "agency": {"name": row["organization__name"]},
        "engineer": {"name": row["assignee__name"]},
        "task": {"due_on": row["due_on"].isoformat()},
        "today": today().isoformat(),
        "instruments": instruments,
    }


def task_row(task_id: UUID) -> dict[str, Any]:
    """Return state, sheets and context columns of a task: the hot path needs no model objects.

    Raises:
        NotFound: there is none, or its point may no longer be seen.
    """
    row = TASK_ROW.row(task=task_id)
    if row is None:
        raise NotFound(
            _("没有找到这个任务，或已无权访问它的测点，请联系管理员"), code="task_hidden"
        )
    return dict(zip(TASK_COLUMNS, row, strict=True))


def sheets_allowed(task: dict[str, Any], on_date: date) -> set[str]:
    """Return the sheets that belong to the kind of point of a task (a row of `task_row`) on a day.

    Repairs and replacements are not planned, so their sheets are filled as they are needed.
    """
    kind, method = task["point__kind"], task["point__sampling_method"]
    return {item.name for item in sheets.definitions_for(kind, method, on_date)}


def sheets_beside(tasks: list[Task]) -> dict[UUID, list[str]]:
    """Return by task what may be filled in besides the sheets that it asks for (today's versions;
    of a sheet that it asks for in another version, none)."""
    fitting = cache(partial(sheets.definitions_for, on_date=today()))
    results = {}
    for task in tasks:
        required = {name.partition("@")[0] for name in task.sheets}
        known = fitting(task.point.kind, task.point.sampling_method)
        results[task.pk] = sorted(item.name for item in known if item.code not in required)
    return results


def instrument_facts_at(point_id: UUID) -> list[dict[str, Any]]:
    """Return the facts of the official instruments at one point today, without model objects."""
    return [_facts(row) for row in INSTRUMENTS_AT.rows(point=point_id, day=today())]


def instrument_facts(revision: InstrumentRevision) -> dict[str, Any]:
    """Return what a sheet needs to know of an instrument; ranges as numbers in `unit`."""
    return _facts(getattr(revision, column) for column in INSTRUMENT_COLUMNS.values())


def last_answers(point_ids: list[UUID]) -> dict[tuple[UUID, str], dict[str, Any]]:
    """Return the newest answers at each point for each sheet code, of the last months (one query;
    the bound lets PostgreSQL leave older partitions alone)."""
    rows = (
        RecordSheet.unscoped()
        .filter(
            visit__point_id__in=point_ids,
            visit_id__gte=lowest_id_at(now() - timedelta(days=LAST_ANSWERS_DAYS)),
        )
        .order_by("visit__point_id", "definition", "-visit_id")
        .distinct("visit__point_id", "definition")
        .values_list("visit__point_id", "definition", "answers")
    )
    return {
        (point_id, definition.partition("@")[0]): answers for point_id, definition, answers in rows
    }


def _official(day: Any, **points: Any) -> QuerySet[InstrumentRevision]:
    return (
        InstrumentRevision.unscoped()
        .filter(instrument__period__contains=day, state=RevisionState.OFFICIAL, **points)
        .order_by("instrument__kind", "parameter", "instrument_id")
    )


def _facts(values: Iterable[Any]) -> dict[str, Any]:
    return {
        key: float(value) if isinstance(value, Decimal) else value
        for key, value in zip(INSTRUMENT_COLUMNS, values, strict=True)
    }
