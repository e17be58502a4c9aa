"""Sources, outlets and points: the same reads and writes as the pages, as JSON."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema, Status

from yunjian.access.actor import Actor
from yunjian.access.scope import get_visible_or_404
from yunjian.api.auth import actor_of
from yunjian.identity.models import District
from yunjian.identity.selectors import organization_of
from yunjian.instruments.selectors import point_on
from yunjian.kernel.errors import FieldError, InvalidInput, NotAllowed
from yunjian.records.schemas import clearable, input_fields, wire_values
from yunjian.sources.fields import OUTLET, POINT, SOURCE
from yunjian.sources.models import EmissionLimit, MonitoringPoint, Outlet, PollutionSource
from yunjian.sources.selectors import (
    SourceQuery,
    dischargers_like,
    limits_of,
    revisions_of,
    sources_visible,
)
from yunjian.sources.services import (
    limit_add,
    limit_end,
    outlet_close,
    outlet_create,
    outlet_update,
    point_close,
    point_create,
    point_update,
    source_close,
    source_create,
    source_reopen,
    source_update,
)
from yunjian.standards.factors import factors

router = Router(tags=["places"])
PAGE = 50
MADE = {201: dict[str, Any]}
KINDS = {"discharger", "authority"}
# what may be said to be nothing again
CLEARABLE = clearable(SOURCE, OUTLET, POINT) | {
    "effective_on",
    "upper",
    "lower",
    "effective_to",
    "version",
}


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
class SourceBody(Schema):
    """What is said of a source; a change names only what changes. Degrees of `datum`."""

    code: str | None = None
    district: str | None = None
    organization: str | None = None


class Change(Schema):
    """Why something is changed, since when, and in sight of which version."""

    reason: str
    effective_on: date | None = None
    version: int


class SourceChange(SourceBody, Change):
    """A change of a source."""


@input_fields(OUTLET)
class OutletBody(Schema):
    """What is said of an outlet. Height and diameter in m."""


class NewOutlet(OutletBody):
    """A new outlet."""

    code: str
    kind: str
    name: str


class OutletChange(OutletBody, Change):
    """A change of an outlet."""


@input_fields(POINT)
class PointBody(Schema):
    """What is said of a point. The area of the station house in m²."""


class NewPoint(PointBody):
    """A new point."""

    name: str
    mn_code: str
    parameters: list[str]


class PointChange(PointBody, Change):
    """A change of a point."""


class Closing(Schema):
    """The day from which something is out of use, and why."""

    on: date
    reason: str
    version: int | None = None


class Reopening(Schema):
    """Why a source is taken into use again."""

    reason: str
    version: int | None = None


class NewLimit(Schema):
    """A limit that a standard sets: bounds in `unit`, from a day on."""

    parameter: str
    unit: str = ""
    standard: str
    effective_from: date
    effective_to: date | None = None
    upper: Decimal | None = None
    lower: Decimal | None = None
    clause: str = ""


def _asking(request: HttpRequest) -> Actor:
    """Return who asks: dischargers and authorities, as on the pages.

    Raises:
        NotAllowed: somebody else.
    """
    actor = actor_of(request)
    if actor.organization_kind not in KINDS:
        raise NotAllowed(_("您没有办理此事的权限"))
    return actor


def _given(body: Schema) -> dict[str, Any]:
    """Return what was sent; what was left out stays out.

    Raises:
        InvalidInput: something is sent as nothing that has to be something.
    """
    values = body.dict(exclude_unset=True)
    for name, value in values.items():
        if value is None and name not in CLEARABLE:
            raise InvalidInput(_("请填写此项"), code="required", field=name)
    return values


def _district(values: dict[str, Any]) -> dict[str, Any]:
    if values.get("district") is None:
        return {name: value for name, value in values.items() if name != "district"}
    district = District.objects.filter(pk=values["district"]).first()
    if district is None:
        raise InvalidInput(_("没有这个区"), code="unknown", field="district")
    return values | {"district": district}


def _source(source_id: UUID) -> PollutionSource:
    rows = PollutionSource.objects.select_related("district", "organization")
    row: PollutionSource = get_visible_or_404(PollutionSource, source_id, queryset=rows)
    return row


def _outlet(outlet_id: UUID) -> Outlet:
    rows = Outlet.objects.select_related("source")
    row: Outlet = get_visible_or_404(Outlet, outlet_id, queryset=rows)
    return row


def _point(point_id: UUID) -> MonitoringPoint:
    rows = MonitoringPoint.objects.select_related("outlet__source")
    row: MonitoringPoint = get_visible_or_404(MonitoringPoint, point_id, queryset=rows)
    return row


@router.get("/sources")
def sources(
    request: HttpRequest, asked: Query[SourceFilter], cursor: UUID | None = None
) -> dict[str, Any]:
    """Return a page of the sources in sight, the newest first."""
    _asking(request)
    rows = sources_visible(SourceQuery(**asked.dict())).order_by("-id")
    if cursor is not None:
        rows = rows.filter(pk__lt=cursor)
    page = list(rows[: PAGE + 1])
    following = str(page[PAGE - 1].pk) if len(page) > PAGE else None
    return {"items": [source_facts(row) for row in page[:PAGE]], "next": following}


@router.post("/sources", response=MADE)
def new_source(request: HttpRequest, body: SourceBody) -> Status[dict[str, Any]]:
    """Enter a source; an authority names the discharger by its credit code."""
    actor = _asking(request)
    values = _district(_given(body))
    needed = ("name", "district", "industry_code", "address", "longitude", "latitude")
    missing = [
        FieldError(name, "required", _("请填写此项")) for name in needed if values.get(name) is None
    ]
    if missing:
        raise InvalidInput(errors=missing)
    code = values.pop("organization", None)
    organization = organization_of(actor)
    if actor.organization_kind == "authority":
        found = [row for row in dischargers_like(code or "") if row.uscc == code]
        if not found:
            raise InvalidInput(_("没有找到这家排污单位"), code="unknown", field="organization")
        organization = found[0]
    source = source_create(actor=actor, organization=organization, **values)
    return Status(201, source_facts(_source(source.pk)))


@router.get("/sources/{uuid:source_id}")
def source(request: HttpRequest, source_id: UUID) -> dict[str, Any]:
    """Return a source."""
    _asking(request)
    return source_facts(_source(source_id))


@router.patch("/sources/{uuid:source_id}")
def change_source(request: HttpRequest, source_id: UUID, body: SourceChange) -> dict[str, Any]:
    """Change a source."""
    actor = _asking(request)
    values = _district(_given(body))
    _unknown(values, "organization", "code")
    source_update(actor=actor, source=_source(source_id), **values)
    return source_facts(_source(source_id))


@router.post("/sources/{uuid:source_id}/close")
def close_source(request: HttpRequest, source_id: UUID, body: Closing) -> dict[str, Any]:
    """Close a source."""
    source_close(actor=_asking(request), source=_source(source_id), **_given(body))
    return source_facts(_source(source_id))


@router.post("/sources/{uuid:source_id}/reopen")
def reopen_source(request: HttpRequest, source_id: UUID, body: Reopening) -> dict[str, Any]:
    """Take a closed source into use again."""
    source_reopen(actor=_asking(request), source=_source(source_id), **_given(body))
    return source_facts(_source(source_id))


@router.get("/sources/{uuid:source_id}/outlets")
def outlets(request: HttpRequest, source_id: UUID) -> dict[str, Any]:
    """Return the outlets of a source with their points."""
    _asking(request)
    rows = Outlet.objects.filter(source=_source(source_id)).order_by("code")
    points: dict[UUID, list[dict[str, Any]]] = {}
    for point in MonitoringPoint.objects.filter(outlet__source=source_id).order_by("name", "id"):
        points.setdefault(point.outlet_id, []).append(point_facts(point))
    return {"items": [outlet_facts(row) | {"points": points.get(row.pk, [])} for row in rows]}


@router.post("/sources/{uuid:source_id}/outlets", response=MADE)
def new_outlet(request: HttpRequest, source_id: UUID, body: NewOutlet) -> Status[dict[str, Any]]:
    """Add an outlet."""
    outlet = outlet_create(actor=_asking(request), source=_source(source_id), **_given(body))
    return Status(201, outlet_facts(outlet))


@router.get("/outlets/{uuid:outlet_id}")
def outlet(request: HttpRequest, outlet_id: UUID) -> dict[str, Any]:
    """Return an outlet with every emission limit it ever had."""
    _asking(request)
    row = _outlet(outlet_id)
    return outlet_facts(row) | {"limits": [limit_facts(limit) for limit in limits_of(row)]}


@router.patch("/outlets/{uuid:outlet_id}")
def change_outlet(request: HttpRequest, outlet_id: UUID, body: OutletChange) -> dict[str, Any]:
    """Change an outlet."""
    row = outlet_update(actor=_asking(request), outlet=_outlet(outlet_id), **_given(body))
    return outlet_facts(row)


@router.post("/outlets/{uuid:outlet_id}/close")
def close_outlet(request: HttpRequest, outlet_id: UUID, body: Closing) -> dict[str, Any]:
    """Close an outlet."""
    row = outlet_close(actor=_asking(request), outlet=_outlet(outlet_id), **_given(body))
    return outlet_facts(row)


@router.post("/outlets/{uuid:outlet_id}/limits", response=MADE)
def new_limit(request: HttpRequest, outlet_id: UUID, body: NewLimit) -> Status[dict[str, Any]]:
    """Add an emission limit; the one before it ends the day this begins."""
    limit = limit_add(actor=_asking(request), outlet=_outlet(outlet_id), **_given(body))
    return Status(201, limit_facts(limit))


@router.post("/limits/{uuid:limit_id}/end")
def end_limit(request: HttpRequest, limit_id: UUID, body: Closing) -> dict[str, Any]:
    """End an emission limit."""
    limit: EmissionLimit = get_visible_or_404(EmissionLimit, limit_id)
    ended = limit_end(actor=_asking(request), limit=limit, on=body.on, reason=body.reason)
    return limit_facts(ended)


@router.post("/outlets/{uuid:outlet_id}/points", response=MADE)
def new_point(request: HttpRequest, outlet_id: UUID, body: NewPoint) -> Status[dict[str, Any]]:
    """Add a point."""
    row = point_create(actor=_asking(request), outlet=_outlet(outlet_id), **_given(body))
    return Status(201, point_facts(row))


@router.get("/points/{uuid:point_id}")
def point(request: HttpRequest, point_id: UUID, on: date | None = None) -> dict[str, Any]:
    """Return a point, how it was described since, and what stood there on a day."""
    _asking(request)
    row = _point(point_id)
    stood = point_on(row, on)
    return point_facts(row) | {
        "revisions": [
            {
                "number": revision.number,
                "from": _day(revision.period.lower),
                "to": _day(revision.period.upper),
                "held": not revision.period.isempty,
                "parameters": revision.parameters,
                "sampling_method": revision.sampling_method,
                "automatic_calibration": revision.automatic_calibration,
                "reason": revision.reason,
            }
            for revision in revisions_of(row)
        ],
        "on": {
            "day": stood.day.isoformat(),
            "in_use": stood.description is not None,
            "parameters": list(stood.description.parameters) if stood.description else [],
            "instruments": [
                {"id": str(one.instrument.pk), "slot": one.instrument.slot}
                for one in stood.instruments
            ],
            "limits": [limit_facts(limit) for limit in stood.limits],
        },
    }


@router.patch("/points/{uuid:point_id}")
def change_point(request: HttpRequest, point_id: UUID, body: PointChange) -> dict[str, Any]:
    """Change a point; what the rules ask for is described anew from `effective_on`."""
    row = point_update(actor=_asking(request), point=_point(point_id), **_given(body))
    return point_facts(row)


@router.post("/points/{uuid:point_id}/close")
def close_point(request: HttpRequest, point_id: UUID, body: Closing) -> dict[str, Any]:
    """Close a point."""
    row = point_close(actor=_asking(request), point=_point(point_id), **_given(body))
    return point_facts(row)


def source_facts(row: PollutionSource) -> dict[str, Any]:
    """Return a source as JSON has it."""
    return {
        "id": str(row.pk),
        **wire_values(SOURCE, row),
        "close_reason": row.close_reason,
        "version": row.version,
        "credit_code": row.credit_code,
        "organization": {"id": str(row.organization_id), "name": row.organization.name},
        "district": {"code": row.district_id, "name": row.district.name},
        **_position(row),
        **_days(row, "permit_valid_from", "permit_valid_until", "opened_on", "closed_on"),
        "state": "closed" if row.is_closed else "active",
    }


def outlet_facts(row: Outlet) -> dict[str, Any]:
    """Return an outlet as JSON has it."""
    return {
        "id": str(row.pk),
        **wire_values(OUTLET, row),
        "kind": row.kind,
        "version": row.version,
        **_position(row),
        **_days(row, "opened_on", "closed_on"),
        "state": "closed" if row.is_closed else "active",
    }


def point_facts(row: MonitoringPoint) -> dict[str, Any]:
    """Return a point as JSON has it, each parameter with its code on the wire."""
    known = factors(row.kind)
    return {
        "id": str(row.pk),
        "outlet": str(row.outlet_id),
        **wire_values(POINT, row),
        "kind": row.kind,
        "version": row.version,
        "parameters": [
            {"symbol": name, "code": known[name].code if name in known else None}
            for name in row.parameters
        ],
        **_position(row),
        **_days(row, "networked_on", "opened_on", "closed_on"),
        "state": "closed" if row.is_closed else "active",
    }


def limit_facts(row: EmissionLimit) -> dict[str, Any]:
    """Return an emission limit as JSON has it."""
    return {
        "id": str(row.pk),
        "parameter": row.parameter,
        "lower": _number(row.lower),
        "upper": _number(row.upper),
        "unit": row.unit,
        "standard": row.standard,
        "clause": row.clause,
        "from": _day(row.period.lower),
        "to": _day(row.period.upper),
    }


def _position(row: PollutionSource | Outlet | MonitoringPoint) -> dict[str, Any]:
    """Return the position in WGS84, and as it was typed in its own datum."""
    return {
        "longitude": _number(row.longitude),
        "latitude": _number(row.latitude),
        "typed": {
            "longitude": _number(row.longitude if row.datum == "wgs84" else row.typed_longitude),
            "latitude": _number(row.latitude if row.datum == "wgs84" else row.typed_latitude),
        },
    }


def _days(row: Any, *names: str) -> dict[str, str | None]:
    return {name: _day(getattr(row, name)) for name in names}


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _number(value: Decimal | None) -> float | None:
    return float(value) if value is not None else None


def _unknown(values: dict[str, Any], *names: str) -> None:
    """Refuse what cannot change.

    Raises:
        InvalidInput: at the first such name.
    """
    for name in names:
        if name in values:
            raise InvalidInput(_("此项登记后不能修改"), code="fixed", field=name)
