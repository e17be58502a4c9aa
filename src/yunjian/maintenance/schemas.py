"""Wire shapes of tasks, visits, record sheets and confirmations.

What the phone sends is in `submissions.py`. Definitions and results of sheets are stored in the
shapes below and handed on unread (`Stored…`): a test holds that they fit.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal, NotRequired
from uuid import UUID

from django.urls import reverse
from ninja import Field, Schema
from pydantic import ConfigDict, WrapSerializer, WrapValidator, with_config
from typing_extensions import TypedDict

from yunjian.evidence.schemas import AttachmentOut
from yunjian.library.models.sheets import Verdict
from yunjian.maintenance.models import Confirmation
from yunjian.maintenance.models.plans import TaskState
from yunjian.maintenance.models.visits import VisitState
from yunjian.sources.models.places import Medium, SamplingMethod

TaskBucket = Literal["today", "overdue", "upcoming", "done"]
# what was typed into a sheet, by section and field: its shape is what the definition says
Answers = dict[str, Any]


# stored JSON is handed on as it is: described, but neither checked nor copied
UNREAD = WrapValidator(lambda value, _check: value), WrapSerializer(lambda value, _copy: value)


@with_config(ConfigDict(extra="forbid"))
class Stored(TypedDict):
    """A shape without other keys than those it states."""


class Text(Stored):
    """A text in both languages."""

    zh: str
    en: str


class Judgement(Stored):
    """When it holds (an expression), and what it then says."""

    when: str
    verdict: Verdict
    message: Text
    clause: NotRequired[str]
    follow_up: NotRequired[str | list[str]]


class Choice(Stored):
    """One value of several."""

    value: str
    title: Text


class SheetField(Stored):
    """One thing to fill in; `required`, `show`, `prefill` and `compute` may be expressions."""

    key: str
    title: Text
    type: Literal[
        "text", "longtext", "number", "date", "time", "datetime", "choice", "choices", "boolean",
        "photo", "signature", "computed",
    ]  # fmt: skip
    unit: NotRequired[str]
    decimals: NotRequired[int]
    min: NotRequired[float]
    max: NotRequired[float]
    choices: NotRequired[list[Choice]]
    clause: NotRequired[str]
    required: NotRequired[bool | str]
    show: NotRequired[str]
    prefill: NotRequired[str]
    compute: NotRequired[str]
    judge: NotRequired[list[Judgement]]
    hint: NotRequired[Text]


class SheetItem(Stored):
    """One line of a checklist."""

    key: str
    title: Text
    interval_days: NotRequired[int]
    clause: NotRequired[str]
    hint: NotRequired[Text]


class SheetSection(Stored):
    """A part of a sheet: fields, a checklist, or a group of rows."""

    key: str
    title: Text
    kind: Literal["fields", "checklist", "group"]
    fields: NotRequired[list[SheetField]]
    items: NotRequired[list[SheetItem]]
    min: NotRequired[int]
    max: NotRequired[int]
    show: NotRequired[str]
    hint: NotRequired[Text]
    layout: NotRequired[Literal["columns", "matrix", "list"]]
    row_title: NotRequired[str]
    calc: NotRequired[dict[str, str]]
    rows: NotRequired[str]


class SheetKind(Stored, total=False):
    """Where a sheet is for."""

    kind: Medium
    methods: list[SamplingMethod]


class SheetDefinition(Stored):
    """A version of a sheet (docs/sheet-language.md)."""

    code: str
    version: int
    title: Text
    sections: list[SheetSection]
    standard: NotRequired[str]
    annex: NotRequired[str]
    effective: NotRequired[list[str]]
    provenance: NotRequired[Literal["text", "practice", "recalled"]]
    applies: NotRequired[SheetKind]
    limits: NotRequired[dict[str, dict[str, Any]]]
    retired: NotRequired[list[str]]
    paper: NotRequired[Literal["portrait", "landscape"]]


class FieldResult(Stored, total=False):
    """What was computed for a field, and what the rules say of it."""

    value: Any
    verdict: Verdict
    message: str
    clause: str


class SheetError(Stored):
    """What is wrong with an answer."""

    path: str
    code: str
    message: Text


class SheetFollowUp(Stored):
    """What the standard wants next, because of which field."""

    kind: str
    path: str
    message: str
    clause: str


class SheetResult(Stored):
    """What the rules say about a sheet; `fields` by path."""

    verdict: Verdict
    fields: dict[str, FieldResult]
    errors: list[SheetError]
    follow_ups: list[SheetFollowUp]


StoredDefinition = Annotated[SheetDefinition, *UNREAD]
StoredResult = Annotated[SheetResult, *UNREAD]
StoredFollowUps = Annotated[list[SheetFollowUp], *UNREAD]

# --- the field package


class TaskPointOut(Schema):
    """The point of a task, with what a phone needs to find it."""

    id: UUID
    name: str
    kind: Medium
    mn_code: str
    outlet_code: str = Field(validation_alias="outlet.code")
    outlet_name: str = Field(validation_alias="outlet.name")
    source_name: str = Field(validation_alias="outlet.source.name")
    address: str = Field(validation_alias="outlet.source.address")
    longitude: float
    latitude: float
    datum: Literal["WGS84"]

    @staticmethod
    def resolve_datum(_point: object) -> str:
        """Return the datum of every stored position."""
        return "WGS84"


class InstrumentFacts(Schema):
    """What a sheet knows of an instrument; its range in `unit`."""

    name: str
    maker: str
    model: str
    serial: str
    parameter: str
    range_lower: float | None
    range_upper: float | None
    unit: str


class TaskInstrumentOut(InstrumentFacts):
    """An official instrument at the point of a task."""

    id: UUID = Field(validation_alias="instrument_id")
    serial: str = Field(validation_alias="serial_number")


class TaskSheetOut(Schema):
    """A sheet that a task asks for, or that may be filled in besides."""

    definition: str = Field(description="`code@version`")
    required: bool


class NamedOut(Schema):
    """A name."""

    name: str


class PrefillSourceOut(Schema):
    """The pollution source."""

    name: str
    address: str


class PrefillOutletOut(Schema):
    """The outlet."""

    code: str
    name: str


class PrefillPointOut(Schema):
    """The point."""

    name: str
    kind: Medium
    mn_code: str
    method: SamplingMethod | Literal[""]


class PrefillTaskOut(Schema):
    """The task."""

    due_on: date


class PrefillOut(Schema):
    """What sheets are prefilled and judged with (`ctx`), and the last answers by code of sheet."""

    discharger: NamedOut
    source: PrefillSourceOut
    outlet: PrefillOutletOut
    point: PrefillPointOut
    agency: NamedOut
    engineer: NamedOut
    task: PrefillTaskOut
    today: date
    instruments: list[InstrumentFacts]
    last: dict[str, Answers]


class TaskVisitOut(Schema):
    """The visit that a task led to."""

    id: UUID
    state: VisitState


class TaskOut(Schema):
    """A task with everything its engineer needs without a network."""

    id: UUID
    due_on: date
    state: TaskState
    bucket: TaskBucket
    plan_name: str
    contents: list[str]
    point: TaskPointOut
    discharger_name: str = Field(validation_alias="discharger.name")
    instruments: list[TaskInstrumentOut]
    sheets: list[TaskSheetOut]
    prefill: PrefillOut
    visit: TaskVisitOut | None


class FieldPackageOut(Schema):
    """The engineer's tasks, and the definitions of their sheets by `code@version`."""

    server_time: datetime
    tasks: list[TaskOut]
    definitions: dict[str, StoredDefinition]


# --- visits


class VisitRowOut(Schema):
    """A visit as a line of a list."""

    id: UUID
    point_name: str = Field(validation_alias="point.name")
    outlet_code: str = Field(validation_alias="point.outlet.code")
    source_name: str = Field(validation_alias="point.outlet.source.name")
    agency_name: str = Field(validation_alias="agency.name")
    engineer_name: str = Field(validation_alias="engineer.display_name")
    signed_in_at: datetime
    signed_out_at: datetime | None
    verdict: Verdict | Literal[""]
    state: VisitState
    deadline: datetime | None = Field(validation_alias="confirm_by")


class VisitTaskOut(Schema):
    """The task of a visit."""

    id: UUID
    due_on: date


class VisitSignInOut(Schema):
    """Where and when the engineer signed in."""

    at: datetime = Field(validation_alias="signed_in_at")
    longitude: float = Field(validation_alias="sign_in_longitude")
    latitude: float = Field(validation_alias="sign_in_latitude")
    accuracy: float = Field(validation_alias="sign_in_accuracy", description="m")
    datum: str = Field(validation_alias="sign_in_datum")
    distance_m: float = Field(validation_alias="sign_in_distance")
    photo_id: UUID | None = Field(validation_alias="sign_in_photo_id")


class RecordSheetOut(Schema):
    """A record sheet beside the definition that it was filled in by."""

    id: UUID = Field(validation_alias="sheet.pk")
    definition: StoredDefinition
    answers: Answers = Field(validation_alias="sheet.answers")
    results: StoredResult = Field(validation_alias="sheet.results")
    verdict: Verdict = Field(validation_alias="sheet.verdict")


class ConfirmationOut(Schema):
    """The discharger's decision."""

    id: UUID
    decision: Literal["confirm", "object"]
    reason: str
    signer_name: str
    signature_url: str
    decided_at: datetime
    late: bool = Field(validation_alias="is_late")

    @staticmethod
    def resolve_signature_url(confirmation: Confirmation) -> str:
        """Return the path of the picture."""
        return reverse("evidence:file", args=[confirmation.signature_id])


class VisitOut(VisitRowOut):
    """Everything that is shown about a visit, and the digest that a signature binds to."""

    point_kind: Medium = Field(validation_alias="point.kind")
    mn_code: str = Field(validation_alias="point.mn_code")
    task: VisitTaskOut
    submitted_at: datetime | None
    participants: list[str]
    note: str
    warnings: list[str]
    sign_in: VisitSignInOut
    sheets: list[RecordSheetOut]
    attachments: list[AttachmentOut]
    shown_digest: str = Field(validation_alias="content_digest")
    confirmation: ConfirmationOut | None


class SignedInOut(Schema):
    """What became of a sign-in."""

    id: UUID
    state: VisitState
    distance_m: float = Field(validation_alias="sign_in_distance")
    warnings: list[str]


class SubmittedOut(Schema):
    """The receipt of a submission."""

    id: UUID
    state: VisitState
    verdict: Verdict
    content_digest: str
    submitted_at: datetime
    follow_ups: StoredFollowUps


class ConfirmedOut(Schema):
    """The receipt of a confirmation or objection."""

    state: VisitState = Field(validation_alias="visit.state")
    confirmed_at: datetime = Field(validation_alias="decided_at")
    late: bool = Field(validation_alias="is_late")
