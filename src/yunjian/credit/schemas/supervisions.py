"""Wire shapes of supervisions, and of what the phone needs to fill one in without a network."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Schema

from yunjian.credit.models import Supervision, SupervisionStep
from yunjian.evidence.schemas import AttachmentOut
from yunjian.maintenance.schemas import Text


class SupervisionRowOut(Schema):
    """A supervision in a list."""

    id: UUID
    full_number: str
    supervised_on: date
    person_name: str
    supervisor_name: str
    place: str
    severity: str
    state: str
    rectify_by: date | None

    @staticmethod
    def resolve_person_name(row: Supervision) -> str:
        """Return whom it is about."""
        return row.person.name

    @staticmethod
    def resolve_supervisor_name(row: Supervision) -> str:
        """Return who made it."""
        return row.supervisor.display_name


class SupervisionStepOut(Schema):
    """What was done with it."""

    act: str
    text: str
    due_on: date | None
    by_name: str
    at: datetime
    signature_url: str

    @staticmethod
    def resolve_signature_url(row: SupervisionStep) -> str:
        """Return where the picture of the signature is; empty without one."""
        return f"/files/{row.signature_id}" if row.signature_id else ""


class SupervisionFindingOut(Schema):
    """An item that was looked at."""

    title: Text
    clause: str
    provenance: str
    passed: bool
    note: str


class SupervisionOut(SupervisionRowOut):
    """Everything that is shown about a supervision."""

    purpose: str
    head_name: str
    point_name: str
    facts: str
    opinion: str
    points_lost: int
    findings: list[SupervisionFindingOut]
    remote_checks: list[dict[str, Any]]
    attachments: list[AttachmentOut]
    steps: list[SupervisionStepOut]
    shown_digest: str
    is_mine: bool
    may_answer: bool

    @staticmethod
    def resolve_head_name(row: Supervision) -> str:
        """Return the head of the supervised department."""
        return row.head.name if row.head else ""

    @staticmethod
    def resolve_point_name(row: Supervision) -> str:
        """Return the point, if it was at one."""
        return row.point.name if row.point else ""


class HandedInOut(Schema):
    """The receipt of a supervision that was handed in, or of a step."""

    id: UUID
    full_number: str
    state: str


class SupervisedPersonOut(Schema):
    """Somebody who may be supervised."""

    id: UUID
    name: str


class SupervisedPointOut(Schema):
    """A point under contract."""

    id: UUID
    name: str


class ChecklistItemOut(Schema):
    """An item of the checklist."""

    key: str
    title: Text
    severity: str
    points: int
    clause: str
    provenance: str


class SupervisionPackageOut(Schema):
    """What a supervision is filled in with; the phone keeps it."""

    people: list[SupervisedPersonOut]
    points: list[SupervisedPointOut]
    template: str
    items: list[ChecklistItemOut]
