"""Wire shapes of pollution sources, outlets, monitoring points and emission limits.

Positions are degrees of WGS84; `typed` is what a person entered, in `datum`.
"""

from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from ninja import Field, Schema

from yunjian.kernel.coordinates import Datum
from yunjian.records.schemas import input_fields, output_fields
from yunjian.sources.fields import OUTLET, POINT, SOURCE
from yunjian.sources.models import MonitoringPoint, Outlet, PointRevision, PollutionSource
from yunjian.sources.models.places import Channel, Discharge, Medium, SamplingMethod
from yunjian.standards.factors import factors

Place = PollutionSource | Outlet | MonitoringPoint
ManagementLevel = Literal["key", "simplified", "registered"]


class PositionOut(Schema):
    """Degrees, in the datum that stands beside."""

    longitude: float | None
    latitude: float | None


class PlaceOut(PositionOut):
    """What sources, outlets and points have in common."""

    id: UUID
    datum: Datum
    typed: PositionOut
    closed_on: date | None
    state: Literal["active", "closed"]
    version: int

    @staticmethod
    def resolve_typed(row: Place) -> PositionOut:
        """Return the position as it was entered."""
        if row.datum == Datum.WGS84:
            return PositionOut.model_validate(row)
        typed = {"longitude": row.typed_longitude, "latitude": row.typed_latitude}
        return PositionOut.model_validate(typed)

    @staticmethod
    def resolve_state(row: Place) -> str:
        """Return whether it is in use today."""
        return "closed" if row.is_closed else "active"


class OwnerOut(Schema):
    """An organisation by id and name."""

    id: UUID
    name: str


class DistrictOut(Schema):
    """A district by its GB/T 2260 code, or a park."""

    code: str
    name: str


@output_fields(SOURCE, without=frozenset({"uscc"}))  # as credit_code
class SourceOut(PlaceOut):
    """A pollution source."""

    credit_code: str
    organization: OwnerOut
    district: DistrictOut
    management_level: ManagementLevel
    close_reason: str


@output_fields(OUTLET)
class OutletOut(PlaceOut):
    """An outlet."""

    kind: Medium
    channel: Channel | Literal[""]
    discharge_to: Discharge | Literal[""]


class ParameterOut(Schema):
    """What is measured: its symbol, and its code in HJ 212 (null for one of the city's own)."""

    symbol: str
    code: str | None


@output_fields(POINT)
class PointOut(PlaceOut):
    """A monitoring point."""

    outlet: UUID = Field(validation_alias="outlet_id")
    kind: Medium
    parameters: list[ParameterOut]
    sampling_method: SamplingMethod | Literal[""]

    @staticmethod
    def resolve_parameters(row: MonitoringPoint) -> list[ParameterOut]:
        """Return the parameters with their codes."""
        known = factors(row.kind)
        return [
            ParameterOut(symbol=name, code=known[name].code if name in known else None)
            for name in row.parameters
        ]


class OutletWithPointsOut(OutletOut):
    """An outlet and its points."""

    points: list[PointOut]


class OutletListOut(Schema):
    """All outlets of a source."""

    items: list[OutletWithPointsOut]


class PeriodOut(Schema):
    """From which day on something holds, and until which (not included)."""

    from_: date | None = Field(validation_alias="period.lower", serialization_alias="from")
    to: date | None = Field(validation_alias="period.upper")


class LimitOut(PeriodOut):
    """An emission limit: bounds in `unit`, from a day on and until another (not included)."""

    id: UUID
    parameter: str
    lower: float | None
    upper: float | None
    unit: str
    standard: str
    clause: str


class OutletDetailOut(OutletOut):
    """An outlet with every emission limit it ever had."""

    limits: list[LimitOut]


class PointRevisionOut(PeriodOut):
    """How a point was described from a day on and until another (not included)."""

    number: int
    held: bool = Field(description="whether it held for a day at least")
    parameters: list[str]
    sampling_method: SamplingMethod | Literal[""]
    automatic_calibration: bool
    reason: str

    @staticmethod
    def resolve_held(row: PointRevision) -> bool:
        """Return whether it was not followed on its very first day."""
        return not row.period.isempty


class SourceFilter(Schema):
    """What sources are asked for, as in the query row of the page."""

    name: str = ""
    code: str = ""
    district: str = ""
    industry: str = ""
    management_level: str = ""
    medical: str = ""
    state: str = ""


@input_fields(SOURCE)
class SourceIn(Schema):
    """What is said of a source; a change names only what changes. Degrees of `datum`."""

    code: str | None = None
    organization: str | None = None


class Change(Schema):
    """Why something is changed, since when, and in sight of which version."""

    reason: str
    effective_on: date | None = None
    version: int


class SourceChangeIn(SourceIn, Change):
    """A change of a source."""


@input_fields(OUTLET)
class OutletFields(Schema):
    """What is said of an outlet. Height and diameter in m."""

    height: Decimal | None = None
    inner_diameter: Decimal | None = None


class OutletIn(OutletFields):
    """A new outlet."""

    code: str
    kind: str
    name: str


class OutletChangeIn(OutletFields, Change):
    """A change of an outlet."""


@input_fields(POINT)
class PointFields(Schema):
    """What is said of a point. The area of the station house in m²."""

    station_area: Decimal | None = None


class PointIn(PointFields):
    """A new point."""

    name: str
    mn_code: str
    parameters: list[str]


class PointChangeIn(PointFields, Change):
    """A change of a point."""


class ClosingIn(Schema):
    """The day from which something is out of use, and why."""

    on: date
    reason: str
    version: int | None = None


class ReopeningIn(Schema):
    """Why a source is taken into use again."""

    reason: str
    version: int | None = None


class LimitIn(Schema):
    """A limit that a standard sets: bounds in `unit`, from a day on."""

    parameter: str
    unit: str = ""
    standard: str
    effective_from: date
    effective_to: date | None = None
    upper: Decimal | None = None
    lower: Decimal | None = None
    clause: str = ""
