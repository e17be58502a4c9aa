"""The shape of what the phone sends of a supervision: the record, and the answer to it."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from yunjian.maintenance.domain.submissions import ClientId, Message

Short = Annotated[str, Field(max_length=60)]


class Finding(Message):
    """An item of the checklist that was looked at."""

    key: Short
    passed: bool
    note: str = Field(default="", max_length=200)


class RemoteCheck(Message):
    """Logger against analyser, as typed; or why it does not apply."""

    parameter: Short
    signal: str = Field(default="", max_length=10)
    unit: str = Field(default="", max_length=20)
    analyser: Short = ""
    logger: Short = ""
    analyser_range: Short = ""
    acquisition_range: Short = ""
    logger_range: Short = ""
    not_applicable: Annotated[str, Field(max_length=200)] | None = None


class SupervisionHandIn(Message):
    """A supervision as it was filled in and signed on site."""

    supervised_on: date
    purpose: str = Field(max_length=200)
    person_id: UUID
    head_id: UUID | None = None
    point_id: UUID | None = None
    place: str = Field(max_length=120)
    facts: str = Field(max_length=800)
    opinion: str = Field(max_length=800)
    severity: str = Field(max_length=10)
    findings: list[Finding] = Field(max_length=60)
    remote_checks: list[RemoteCheck] = Field(default=[], max_length=40)
    attachment_ids: list[ClientId] = Field(default=[], max_length=60)
    signature_id: ClientId


class SupervisionAnswer(Message):
    """What the supervised person says, signed."""

    decision: Literal["confirm", "appeal"]
    text: str = Field(default="", max_length=800)
    signature_id: ClientId
    shown_digest: str = Field(max_length=80)


class SupervisionText(Message):
    """A word that goes along with a step."""

    text: str = Field(default="", max_length=800)


class SupervisionReport(Message):
    """How things were put right, with pictures."""

    text: str = Field(max_length=800)
    attachment_ids: list[ClientId] = Field(default=[], max_length=20)
