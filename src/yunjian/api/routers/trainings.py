"""Training plans, sessions and what each person learnt in a year."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router

from yunjian.access.scope import get_visible_or_404
from yunjian.api.auth import actor_of
from yunjian.api.errors import LIST, READ, Problem
from yunjian.api.pages import Page
from yunjian.api.rows import RowWith
from yunjian.credit.models import TrainingPlan, TrainingSession
from yunjian.credit.schemas.trainings import (
    PeopleYearOut,
    TrainingOut,
    TrainingPlanOut,
    TrainingPlanRowOut,
    TrainingRowOut,
)
from yunjian.credit.selectors.trainings import (
    participants_of,
    plan_items,
    plans_found,
    sessions_found,
)
from yunjian.credit.selectors.years import person_years
from yunjian.kernel.clock import today
from yunjian.kernel.cursors import Slice, newest_first

router = Router(tags=["trainings"], by_alias=True)


class TrainingPlanPage(Page[TrainingPlanRowOut]):
    """A page of training plans."""


class TrainingPage(Page[TrainingRowOut]):
    """A page of sessions."""


@router.get("/training-plans", response={200: TrainingPlanPage, LIST: Problem})
def training_plans(
    request: HttpRequest, year: int | None = None, cursor: UUID | None = None
) -> Slice[TrainingPlan]:
    """Return a page of training plans, newest first."""
    actor_of(request)
    return newest_first(plans_found(year=year), cursor=cursor)


@router.get(
    "/training-plans/{uuid:training_plan_id}", response={200: TrainingPlanOut, READ: Problem}
)
def training_plan(request: HttpRequest, training_plan_id: UUID) -> RowWith:
    """Return a plan with its items."""
    actor_of(request)
    row = get_visible_or_404(TrainingPlan, training_plan_id, queryset=plans_found())
    return RowWith(row, items=list(plan_items(row)))


@router.get("/trainings", response={200: TrainingPage, LIST: Problem})
def trainings(
    request: HttpRequest, year: int | None = None, cursor: UUID | None = None
) -> Slice[TrainingSession]:
    """Return a page of sessions, newest first."""
    actor_of(request)
    return newest_first(sessions_found(year=year), cursor=cursor)


@router.get("/trainings/{uuid:training_id}", response={200: TrainingOut, READ: Problem})
def training(request: HttpRequest, training_id: UUID) -> RowWith:
    """Return a session with its participants and evaluation."""
    actor_of(request)
    row = get_visible_or_404(TrainingSession, training_id, queryset=sessions_found())
    return RowWith(row, participants=list(participants_of(row)))


@router.get("/training-people", response={200: PeopleYearOut, LIST: Problem})
def training_people(
    request: HttpRequest, year: Annotated[int, Field(ge=2000, le=2100)] | None = None
) -> RowWith:
    """Return planned, done and missing trainings of each person of one's own agency."""
    actor = actor_of(request)
    shown = year or today().year
    return RowWith(None, year=shown, items=person_years(actor.own_organization, shown))
