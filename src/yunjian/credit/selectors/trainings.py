"""Reads about training plans and sessions."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from yunjian.agencies.models import Person
from yunjian.credit.models import (
    TrainingParticipant,
    TrainingPlan,
    TrainingPlanItem,
    TrainingSession,
)
from yunjian.credit.models.trainings import PlanState
from yunjian.evidence.models import Attachment
from yunjian.records.filters import text_filter, value_filter


def plans_found(
    *, year: int | None = None, state: str = "", text: str = "", organization: UUID | None = None
) -> QuerySet[TrainingPlan]:
    """Return the training plans that the acting actor sees, with the number of items and hours."""
    rows: QuerySet[TrainingPlan] = TrainingPlan.objects.select_related(
        "organization", "prepared_by", "checked_by", "approved_by", "attachment"
    ).annotate(item_count=Count("items"), hours=Sum("items__hours"))
    found = text_filter(text, "title", "organization__name")
    return rows.filter(found, value_filter(year=year, state=state, organization_id=organization))


def plan_items(plan: TrainingPlan) -> QuerySet[TrainingPlanItem]:
    """Return the items of a plan with the people they name, by their day."""
    rows: QuerySet[TrainingPlanItem] = TrainingPlanItem.objects.filter(plan=plan)
    done = Count("sessions", filter=Q(sessions__state="done"), distinct=True)
    return rows.annotate(done_count=done).prefetch_related("people")


def items_open_to_sessions(organization_id: UUID, year: int) -> QuerySet[TrainingPlanItem]:
    """Return the items of an agency's approved plan of a year."""
    rows: QuerySet[TrainingPlanItem] = TrainingPlanItem.objects.filter(
        plan__organization_id=organization_id, plan__year=year, plan__state=PlanState.APPROVED
    )
    return rows.order_by("planned_on", "pk")


def sessions_found(
    *,
    year: int | None = None,
    state: str = "",
    kind: str = "",
    text: str = "",
    person: Person | None = None,
    organization: UUID | None = None,
) -> QuerySet[TrainingSession]:
    """Return the sessions that the acting actor sees, with how many were expected and came."""
    rows: QuerySet[TrainingSession] = TrainingSession.objects.select_related(
        "organization", "plan_item", "evaluator"
    ).annotate(
        expected_count=Count("participants"),
        present_count=Count("participants", filter=Q(participants__attendance="present")),
        passed_count=Count("participants", filter=Q(participants__result="pass")),
    )
    rows = rows.filter(
        text_filter(text, "topic", "content", "teacher", "organization__name"),
        value_filter(year=year, state=state, kind=kind, organization_id=organization),
    )
    if person is not None:
        mine = TrainingParticipant.objects.filter(person=person).values("session_id")
        rows = rows.filter(pk__in=mine)
    return rows


def participants_of(session: TrainingSession) -> QuerySet[TrainingParticipant]:
    """Return who is in a session, by name."""
    rows: QuerySet[TrainingParticipant] = TrainingParticipant.objects.filter(session=session)
    return rows.select_related("person", "certificate").order_by("person__name", "pk")


def people_in_office(organization_id: UUID, on: date) -> QuerySet[Person]:
    """Return the people of an agency who have not left by a day."""
    rows: QuerySet[Person] = Person.objects.filter(organization_id=organization_id)
    return rows.filter(Q(left_on=None) | Q(left_on__gt=on)).order_by("name", "pk")


def files_of(ids: Iterable[Any]) -> list[Attachment]:
    """Return the files with these ids that the acting actor sees, as they were uploaded."""
    keys = list(ids)
    return list(Attachment.objects.filter(pk__in=keys).order_by("id")) if keys else []


def my_sessions(account_id: UUID) -> QuerySet[TrainingParticipant]:
    """Return what the person of an account takes part in, the newest first."""
    rows: QuerySet[TrainingParticipant] = TrainingParticipant.objects.filter(
        person__account_id=account_id
    )
    return rows.select_related("session", "person").order_by("-id")
