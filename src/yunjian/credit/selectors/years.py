"""Reads about years: what is missing, and what each person was to learn and did learn."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from yunjian.agencies.models import Person
from yunjian.credit.models import (
    AnnualYear,
    Supervision,
    TrainingParticipant,
    TrainingPlan,
    TrainingPlanItem,
    TrainingSession,
)
from yunjian.credit.models.supervisions import SupervisionState
from yunjian.credit.models.trainings import Attendance, Conclusion, PlanState, Result, SessionState
from yunjian.credit.models.years import YearState
from yunjian.identity.models import Account
from yunjian.records.filters import text_filter, value_filter


@dataclass(frozen=True, slots=True)
class Missing:
    """Something of a year that is not done, and where it is."""

    text: str
    link: str = ""


def years_visible(
    *, text: str = "", state: str = "", year: int | None = None
) -> QuerySet[AnnualYear]:
    """Return the years that the acting actor sees, with their agencies."""
    rows: QuerySet[AnnualYear] = AnnualYear.objects.select_related("organization", "closed_by")
    found = text_filter(text, "organization__name")
    return rows.filter(found, value_filter(state=state, year=year))


def year_of(organization_id: UUID, year: int) -> AnnualYear | None:
    """Return an agency's year, if anything was ever written in it."""
    row: AnnualYear | None = (
        AnnualYear.objects.select_related("closed_by")
        .filter(organization_id=organization_id, year=year)
        .first()
    )
    return row


def is_closed(organization_id: UUID, year: int) -> bool:
    """Tell whether a year is closed."""
    row = year_of(organization_id, year)
    return row is not None and row.state == YearState.CLOSED


def keepers_of(organization_id: UUID) -> list[UUID]:
    """Return the accounts of the owners and managers of an agency, who are told what is due."""
    rows = Account.objects.filter(
        organization_id=organization_id, is_active=True, role_grants__role__in=["owner", "manager"]
    )
    return list(rows.order_by("pk").values_list("pk", flat=True).distinct())


def missing_of(organization_id: UUID, year: int) -> list[Missing]:
    """Return what is not done of a year: the plan, items of it, sessions, supervisions."""
    missing: list[Missing] = []
    plan = TrainingPlan.objects.filter(
        organization_id=organization_id, year=year, state=PlanState.APPROVED
    ).first()
    plans = reverse("credit:year_plans", args=[year])
    if plan is None:
        missing.append(Missing(_("没有已批准的年度培训计划"), plans))
    else:
        missing += _unfinished_items(plan)
    unfinished = TrainingSession.objects.filter(
        organization_id=organization_id,
        year=year,
        state__in=[SessionState.SCHEDULED, SessionState.HELD],
    ).order_by("starts_at", "id")
    missing += [
        Missing(
            _("教育培训%(state)s：%(topic)s")
            % {"state": row.get_state_display(), "topic": row.topic},
            reverse("credit:training", args=[row.pk]),
        )
        for row in unfinished
    ]
    open_ones = Supervision.objects.filter(organization_id=organization_id, year=year).exclude(
        state=SupervisionState.CLOSED
    )
    missing += [
        Missing(
            _("监督记录%(state)s：%(number)s")
            % {
                "state": row.get_state_display(),
                "number": row.full_number or row.supervised_on.isoformat(),
            },
            reverse("credit:supervision", args=[row.pk]),
        )
        for row in open_ones.order_by("id")
    ]
    return missing


def _unfinished_items(plan: TrainingPlan) -> list[Missing]:
    """Return the items that somebody still has to learn, or that nobody held at all."""
    here = reverse("credit:training_plan", args=[plan.pk])
    names: dict[UUID, list[str]] = defaultdict(list)
    meant: set[UUID] = set()
    for one in person_years(plan.organization_id, plan.year):
        meant |= {item.pk for item in one.planned}
        for item in one.missing:
            names[item.pk].append(one.name)
    held = set(
        TrainingSession.objects.filter(plan_item__plan=plan, state=SessionState.DONE).values_list(
            "plan_item", flat=True
        )
    )
    missing = []
    for item in TrainingPlanItem.objects.filter(plan=plan):
        words = {"content": item.content, "on": item.planned_on}
        if names[item.pk]:
            text = _("计划项目未完成：%(content)s（%(on)s），缺少 %(people)s")
            shown = "、".join(names[item.pk][:MOST_NAMED])
            more = len(names[item.pk]) - MOST_NAMED
            if more > 0:
                shown += _(" 等 %(n)s 人") % {"n": len(names[item.pk])}
            missing.append(Missing(text % {**words, "people": shown}, here))
        elif item.pk not in meant and item.pk not in held:
            missing.append(Missing(_("计划项目未完成：%(content)s（%(on)s）") % words, here))
    return missing


MOST_NAMED = 5


@dataclass(slots=True)
class PersonYear:
    """What a person was to learn in a year, did learn, and has not; and its supervisions."""

    person: Person
    planned: list[TrainingPlanItem] = field(default_factory=list)
    done: list[TrainingSession] = field(default_factory=list)
    missing: list[TrainingPlanItem] = field(default_factory=list)
    supervisions: list[Supervision] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Return the person's name, by which the list is sorted."""
        return self.person.name

    @property
    def planned_count(self) -> int:
        """Return how many trainings were planned."""
        return len(self.planned)

    @property
    def planned_hours(self) -> Decimal:
        """Return how many hours were planned."""
        return sum((item.hours for item in self.planned), Decimal(0))

    @property
    def done_count(self) -> int:
        """Return how many sessions the person took part in that are done."""
        return len(self.done)

    @property
    def done_hours(self) -> Decimal:
        """Return how many hours these had."""
        return sum((session.hours for session in self.done), Decimal(0))

    @property
    def missing_count(self) -> int:
        """Return how many planned trainings are missing."""
        return len(self.missing)

    @property
    def missing_hours(self) -> Decimal:
        """Return how many hours these have."""
        return sum((item.hours for item in self.missing), Decimal(0))

    @property
    def supervision_count(self) -> int:
        """Return how often the person was supervised."""
        return len(self.supervisions)


def is_meant(item: TrainingPlanItem, person: Person) -> bool:
    """Tell whether an item is for a person: by position or by name, while in office."""
    left = person.left_on is not None and person.left_on <= item.planned_on
    came_later = person.joined_on is not None and person.joined_on > item.planned_on
    named = any(one.pk == person.pk for one in item.people.all())
    return not left and not came_later and (person.position in item.positions or named)


def person_years(organization_id: UUID, year: int, *, text: str = "") -> list[PersonYear]:
    """Return the summary of each person of an agency who was there in the year, by name.

    Some hundred people at most: one query for each table, added up here.
    """
    people = (
        Person.objects.filter(text_filter(text, "name"), organization_id=organization_id)
        .filter(Q(left_on=None) | Q(left_on__gt=date(year, 1, 1)))
        .filter(Q(joined_on=None) | Q(joined_on__lte=date(year, 12, 31)))
        .order_by("name", "pk")
    )
    items = list(
        TrainingPlanItem.objects.filter(
            plan__organization_id=organization_id,
            plan__year=year,
            plan__state=PlanState.APPROVED,
        ).prefetch_related("people")
    )
    done: dict[UUID, list[TrainingSession]] = defaultdict(list)
    attended = (
        TrainingParticipant.objects.filter(
            session__organization_id=organization_id,
            session__year=year,
            session__state=SessionState.DONE,
            attendance=Attendance.PRESENT,
        )
        # who failed and was not examined again with success learnt nothing yet
        .filter(~Q(result=Result.FAIL) | Q(makeup_result=Result.PASS))
        .exclude(session__conclusion=Conclusion.INEFFECTIVE)
        .select_related("session")
    )
    for part in attended.order_by("session__starts_at", "pk"):
        done[part.person_id].append(part.session)
    supervised: dict[UUID, list[Supervision]] = defaultdict(list)
    seen = Supervision.objects.filter(organization_id=organization_id, year=year)
    for row in seen.exclude(state=SupervisionState.DRAFT).order_by("supervised_on", "pk"):
        supervised[row.person_id].append(row)
    result = []
    for person in people:
        planned = [item for item in items if is_meant(item, person)]
        hours: dict[UUID | None, Decimal] = defaultdict(Decimal)
        for session in done[person.pk]:
            hours[session.plan_item_id] += session.hours
        result.append(
            PersonYear(
                person,
                planned,
                done[person.pk],
                [item for item in planned if hours[item.pk] < item.hours],
                supervised[person.pk],
            )
        )
    return result
