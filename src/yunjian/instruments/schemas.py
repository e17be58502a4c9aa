"""Wire shapes of instruments, their filing and what follows from it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Field, Schema
from pydantic import ConfigDict

from yunjian.instruments.models import FilingImport, InstrumentRevision
from yunjian.instruments.models.filing import InstrumentKind, RevisionState
from yunjian.instruments.models.imports import ImportState
from yunjian.instruments.selectors.lifecycle import StoodThere
from yunjian.instruments.services import values_of
from yunjian.records.changes import plain
from yunjian.sources.schemas import LimitOut, PointOut, PointRevisionOut

# a key parameter, as it was typed
Setting = str | int | float | bool | None


class StandingInstrumentOut(Schema):
    """An instrument that stood at a point."""

    id: UUID = Field(validation_alias="instrument.pk")
    slot: str = Field(validation_alias="instrument.slot")


class PointOnDayOut(Schema):
    """A point on one day: how it was described, what stood there, which limits held."""

    day: date
    in_use: bool
    parameters: list[str]
    instruments: list[StandingInstrumentOut]
    limits: list[LimitOut]

    @staticmethod
    def resolve_in_use(stood: StoodThere) -> bool:
        """Return whether there was a description for the day."""
        return stood.description is not None

    @staticmethod
    def resolve_parameters(stood: StoodThere) -> list[str]:
        """Return what was measured on the day."""
        return list(stood.description.parameters) if stood.description else []


class PointDetailOut(PointOut):
    """A point, how it was described since, and what stood there on a day."""

    revisions: list[PointRevisionOut]
    on: PointOnDayOut


class FilingPointOut(Schema):
    """The point of a filing."""

    id: UUID
    name: str
    mn_code: str


class InstrumentPlaceOut(FilingPointOut):
    """Where an instrument stands."""

    outlet_code: str = Field(validation_alias="outlet.code")
    outlet_name: str = Field(validation_alias="outlet.name")
    source_name: str = Field(validation_alias="outlet.source.name")


class InstrumentOut(Schema):
    """An instrument as its label shows it: what it is, where, and since when.

    What the official version of its filing says is empty as long as there is none.
    """

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)
    id: UUID
    kind: InstrumentKind
    slot: str
    in_use_from: date | None = Field(None, validation_alias="period.lower")
    in_use_until: date | None = Field(None, validation_alias="period.upper")
    name: str = Field("", validation_alias="official.name")
    maker: str = Field("", validation_alias="official.maker")
    model: str = Field("", validation_alias="official.model")
    serial: str = Field("", validation_alias="official.serial_number")
    parameter: str = Field("", validation_alias="official.parameter")
    range_lower: float | None = Field(None, validation_alias="official.range_lower")
    range_upper: float | None = Field(None, validation_alias="official.range_upper")
    unit: str = Field("", validation_alias="official.unit")
    settings: dict[str, Setting] = Field(description="key parameters now, by name")
    certificate_valid_until: date | None = Field(
        None, validation_alias="official.certificate_valid_until"
    )
    point: InstrumentPlaceOut


class FilingRowOut(Schema):
    """A version of a filing as a line of a list."""

    id: UUID
    instrument: UUID = Field(validation_alias="instrument_id")
    kind: InstrumentKind = Field(validation_alias="instrument.kind")
    number: int
    state: RevisionState
    edition: int
    name: str
    parameter: str
    model: str
    serial_number: str
    point: FilingPointOut = Field(validation_alias="instrument.point")
    submitted_at: datetime | None
    decided_at: datetime | None
    file_by: date | None = Field(description="last day to hand it in")


class FilingOut(FilingRowOut):
    """A version of a filing with all its values, by the paths of the form."""

    values: dict[str, str | None]
    attachments: list[UUID]
    decision_note: str
    remarks: dict[str, str] = Field(validation_alias="field_remarks")

    @staticmethod
    def resolve_values(row: InstrumentRevision) -> dict[str, object]:
        """Return the values as text: days as YYYY-MM-DD, numbers in decimals."""
        return {path: plain(value) for path, value in values_of(row).items()}

    @staticmethod
    def resolve_attachments(row: InstrumentRevision) -> list[UUID]:
        """Return the ids of its files."""
        return [file.pk for file in row.attachments.all()]


class FollowUpOut(Schema):
    """What a change of an instrument leads to."""

    id: UUID
    instrument: UUID = Field(validation_alias="instrument_id")
    code: str
    title: str
    standard: str
    clause: str
    due_on: date
    done_on: date | None
    report_number: str


class ParameterChangeOut(Schema):
    """A recorded change of key parameters: path → before and after, as decimal text."""

    id: UUID
    changes: dict[str, list[str | None]]
    at: datetime = Field(validation_alias="changed_at")


class ImportProblemOut(Schema):
    """What is wrong with a row of a workbook; row 0 is the whole sheet."""

    sheet: str
    row: int
    column: str
    message: str


class FilingImportOut(Schema):
    """A workbook of filings that was read."""

    id: UUID
    source: UUID = Field(validation_alias="source_id")
    state: ImportState
    filename: str
    digest: str
    rows: int
    problems: list[ImportProblemOut]
    created_at: datetime
    applied_at: datetime | None
    undone_at: datetime | None

    @staticmethod
    def resolve_rows(batch: FilingImport) -> int:
        """Return how many rows were read."""
        return len(batch.rows)


class DraftIn(Schema):
    """A draft: values by the paths of the form; files by the ids of attachments."""

    kind: str = Field(
        "analyzer",
        description="of a new instrument",
        json_schema_extra={"enum": [*InstrumentKind.values]},
    )
    values: dict[str, Any]
    attachments: list[UUID] | None = None


class EditIn(Schema):
    """Values that change, and the edition of the draft that they were made from."""

    values: dict[str, Any]
    edition: int
    attachments: list[UUID] | None = None


class ApproveIn(Schema):
    """A remark of the reviewer."""

    note: str = ""


class ReturnIn(Schema):
    """Why a filing goes back, in all and by field."""

    reason: str = ""
    remarks: dict[str, str] = {}


class RelocationIn(DraftIn):
    """A draft of an instrument at another point."""

    point: UUID


class ActIn(Schema):
    """From which day, why, with which evidence."""

    on: date
    reason: str
    attachments: list[UUID] = []


class DoneIn(Schema):
    """What shows that a follow-up was done."""

    on: date
    report_number: str = ""
    note: str = ""
    attachments: list[UUID] = []


class ParametersIn(Schema):
    """New key parameters, by path."""

    values: dict[str, str]
    reason: str
    changed_at: datetime = Field(description="with its zone")
    attachments: list[UUID]


class LabelsIn(Schema):
    """Whose labels."""

    instruments: list[UUID]


class ImportApplyIn(Schema):
    """Whether what is written is handed in as well."""

    submit: bool = False
