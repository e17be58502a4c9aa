"""What the API says and takes of reports."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Field, Schema


class ReportRowOut(Schema):
    """A report in a list."""

    id: UUID
    number: str
    kind: str
    edition: int
    state: str
    point: UUID = Field(validation_alias="point_id")
    agency: UUID = Field(validation_alias="agency_id")
    discharger: UUID = Field(validation_alias="discharger_id")
    executed_from: datetime
    executed_to: datetime
    submitted_at: datetime | None


class ReportInstrumentOut(Schema):
    """An instrument with its parameters as they stood."""

    instrument: UUID = Field(validation_alias="instrument_id")
    revision: UUID = Field(validation_alias="revision_id")
    snapshot: dict[str, Any]


class ReportPersonOut(Schema):
    """Somebody who took part, with the certificate of that day."""

    person: UUID = Field(validation_alias="person_id")
    certificate: UUID | None = Field(validation_alias="certificate_id")
    confirmation: UUID | None = Field(
        validation_alias="confirmation_id",
        description="a confirmation of competence in the place of a certificate",
    )


class ReportDeviceOut(Schema):
    """A reference device, with the certificate of that day."""

    equipment: UUID = Field(validation_alias="equipment_id")
    certificate: UUID | None = Field(validation_alias="certificate_id")


class ReportMaterialIn(Schema):
    """A standard gas or solution."""

    name: str
    certificate_number: str
    nominal: str
    unit: str
    uncertainty: str = ""
    maker: str = ""
    valid_until: date


class ReportMaterialOut(Schema):
    """The same, with its key."""

    id: UUID
    name: str
    certificate_number: str
    nominal: str
    unit: str
    uncertainty: str
    maker: str
    valid_until: date


class ReportTestIn(Schema):
    """The readings of a test as they were typed."""

    __test__ = False  # no test of ours

    test: str = Field(description="its key in the form of the report")
    parameter: str = ""
    readings: list[dict[str, str]] = Field(description="rows: column of the form → text")
    values: dict[str, str] = {}
    declared: dict[str, str] = {}
    declared_verdict: str = ""
    unit: str = ""
    basis: str = ""
    version: int | None = Field(None, description="of the report, in sight of which it is made")


class ReportTestOut(Schema):
    """The same beside what it computes to."""

    __test__ = False  # no test of ours

    test: str
    parameter: str
    instrument: UUID | None = Field(validation_alias="instrument_id")
    unit: str
    basis: str
    readings: list[dict[str, str]]
    values: dict[str, str]
    declared: dict[str, str]
    declared_verdict: str
    verdict: str
    results: dict[str, Any]


class ReportOriginalIn(Schema):
    """A file of the original records that was uploaded before."""

    kind: str
    attachment: UUID


class ReportOriginalOut(Schema):
    """A file of the original records."""

    id: UUID
    kind: str
    attachment: UUID = Field(validation_alias="attachment_id")


class ReportFindingOut(Schema):
    """What was found about a report."""

    code: str
    severity: str
    path: str
    text: str
    basis: str
    blocking: bool


class FileRemarkOut(Schema):
    """What the uploaded file says otherwise than what was typed; it holds nobody up."""

    path: str = Field(description="`file`, or of a test: `tests.<test>.<parameter>.<field>`")
    text: str


class CertificateSignatureOut(Schema):
    """With which certificate a report was signed."""

    holder: str
    uscc: str
    subject: str
    issuer: str
    serial: str
    fingerprint: str
    signed_text: str
    certificate: str
    signature: str
    signed_at: datetime


class ReportOut(ReportRowOut):
    """A report with all that belongs to it."""

    version: int
    series: UUID
    previous: UUID | None = Field(validation_alias="previous_id")
    issuer: str
    issued_on: date | None
    form: str
    standard: str
    data_source: str
    third_party: str
    third_party_report: str
    laboratory: str
    laboratory_cma: str
    laboratory_report: str
    note: str
    file: UUID | None = Field(validation_alias="file_id")
    instruments: list[ReportInstrumentOut]
    people: list[ReportPersonOut]
    devices: list[ReportDeviceOut]
    materials: list[ReportMaterialOut]
    tests: list[ReportTestOut]
    originals: list[ReportOriginalOut]
    content_digest: str
    keep_until: date | None
    decision_note: str
    field_remarks: dict[str, str]
    shown_digest: str = Field(description="of the content as it stands; what a signature is of")
    findings: list[ReportFindingOut] = Field(validation_alias="found")
    certificate_signature: CertificateSignatureOut | None = Field(validation_alias="certified")
    file_remarks: list[FileRemarkOut] = Field(validation_alias="remarked")


class ReportValues(Schema):
    """What a report says; what is left out of a change stays."""

    number: str | None = None
    issuer: str | None = None
    issued_on: date | None = None
    executed_from: datetime | None = None
    executed_to: datetime | None = None
    data_source: str | None = None
    third_party: str | None = None
    third_party_report: str | None = None
    laboratory: str | None = None
    laboratory_cma: str | None = None
    laboratory_report: str | None = None
    note: str | None = None
    instruments: list[UUID] | None = None
    people: list[UUID] | None = None
    devices: list[UUID] | None = None


class ReportIn(ReportValues):
    """A new report."""

    kind: str
    number: str
    executed_from: datetime
    executed_to: datetime


class ReportChangeIn(ReportValues):
    """A change of a draft."""

    version: int | None = None


class ReportFileIn(Schema):
    """The report itself, uploaded before."""

    attachment: UUID
    version: int | None = None


class ReportFormMoveIn(Schema):
    """The report as it was seen."""

    version: int | None = None


class ReportCheckIn(Schema):
    """The opinion of the quality supervisor."""

    note: str = ""
    version: int | None = None


class CertificateSignatureIn(Schema):
    """What the key returned for a challenge; both in base64 or PEM."""

    challenge: str = Field(description="the id of the challenge")
    certificate: str
    signature: str


class ReportSignIn(Schema):
    """A handwritten signature, uploaded before, or one with the certificate of the agency; and the
    digest of what was shown."""

    signature: UUID | None = None
    certificate: CertificateSignatureIn | None = None
    shown_digest: str


class ChallengeIn(Schema):
    """The digest of what was shown."""

    shown_digest: str


class ChallengeOut(Schema):
    """A text that the key is to sign once, within two minutes, in this session."""

    id: UUID
    text: str


class CorrectionOut(Schema):
    """What a failed report leads to, until a later accepted report of the point passes."""

    id: UUID
    report: UUID = Field(validation_alias="report_id")
    point: UUID = Field(validation_alias="point_id")
    parameters: list[str]
    title: str
    standard: str
    clause: str
    opened_on: date
    due_on: date
    overdue: bool = Field(validation_alias="is_overdue")
    done_by_report: UUID | None = Field(validation_alias="done_by_report_id")


class ReportReasonIn(Schema):
    """Why something is done."""

    reason: str


class ReportReturnIn(Schema):
    """Why a report goes back, in all and by field."""

    reason: str = ""
    remarks: dict[str, str] = {}


class ReportAcceptIn(Schema):
    """The opinion with which a report is accepted."""

    note: str = ""
