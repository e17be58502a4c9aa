"""Wire shapes of training plans, sessions and the summary of people."""

from datetime import date, datetime
from uuid import UUID

from ninja import Schema

from yunjian.credit.models import TrainingParticipant, TrainingPlan, TrainingPlanItem


class TrainingPlanItemOut(Schema):
    """An item of a plan."""

    id: UUID
    aim: str
    content: str
    form: str
    positions: list[str]
    people: list[str]
    department: str
    place: str
    teacher: str
    planned_on: date
    hours: float
    examination: str

    @staticmethod
    def resolve_people(row: TrainingPlanItem) -> list[str]:
        """Return the names."""
        return [person.name for person in row.people.all()]


class TrainingPlanRowOut(Schema):
    """A plan in a list."""

    id: UUID
    year: int
    edition: int
    title: str
    state: str
    prepared_by: str
    checked_by: str
    approved_by: str
    approved_at: datetime | None

    @staticmethod
    def resolve_prepared_by(row: TrainingPlan) -> str:
        """Return the name."""
        return row.prepared_by.display_name

    @staticmethod
    def resolve_checked_by(row: TrainingPlan) -> str:
        """Return the name; empty before."""
        return row.checked_by.display_name if row.checked_by else ""

    @staticmethod
    def resolve_approved_by(row: TrainingPlan) -> str:
        """Return the name; empty before."""
        return row.approved_by.display_name if row.approved_by else ""


class TrainingPlanOut(TrainingPlanRowOut):
    """A plan with its items."""

    summary: str
    remarks: str
    items: list[TrainingPlanItemOut]


class TrainingRowOut(Schema):
    """A session in a list."""

    id: UUID
    year: int
    kind: str
    topic: str
    starts_at: datetime
    ends_at: datetime
    hours: float
    place: str
    teacher: str
    state: str
    conclusion: str


class ParticipantOut(Schema):
    """Who took part, and what came of it."""

    person: str
    attendance: str
    signed_in_at: datetime | None
    result: str
    score: float | None
    makeup_on: date | None
    makeup_result: str
    certificate_number: str
    certificate_issuer: str
    certificate_valid_until: date | None

    @staticmethod
    def resolve_person(row: TrainingParticipant) -> str:
        """Return the name."""
        return row.person.name


class TrainingOut(TrainingRowOut):
    """A session with its participants and evaluation."""

    content: str
    unplanned_reason: str
    cancel_reason: str
    evaluated_on: date | None
    evaluation: str
    participants: list[ParticipantOut]


class PersonYearOut(Schema):
    """What a person was to learn in a year, learnt, and has not."""

    person_id: UUID
    name: str
    planned_count: int
    planned_hours: float
    done_count: int
    done_hours: float
    missing_count: int
    missing_hours: float
    supervision_count: int

    @staticmethod
    def resolve_person_id(row: object) -> UUID:
        """Return the id of the person."""
        key: UUID = row.person.pk  # type: ignore[attr-defined]
        return key


class PeopleYearOut(Schema):
    """The summary of an agency's people in a year."""

    year: int
    items: list[PersonYearOut]
