"""Sources, outlets and points: the same reads and writes as the pages, as JSON."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema, Status

from yunjian.access.actor import Actor
from yunjian.api.auth import actor_of
from yunjian.api.errors import LIST, READ, WRITE, Problem
from yunjian.api.pages import Page
from yunjian.api.rows import RowWith
from yunjian.identity.models import District
from yunjian.identity.selectors import organization_of
from yunjian.instruments.schemas import PointDetailOut
from yunjian.instruments.selectors import point_on
from yunjian.kernel.cursors import Slice, newest_first
from yunjian.kernel.errors import FieldError, InvalidInput, NotAllowed
from yunjian.records.schemas import clearable
from yunjian.sources.fields import OUTLET, POINT, SOURCE
from yunjian.sources.models import EmissionLimit, MonitoringPoint, Outlet, PollutionSource
from yunjian.sources.schemas import (
    ClosingIn,
    LimitIn,
    LimitOut,
    OutletChangeIn,
    OutletDetailOut,
    OutletIn,
    OutletListOut,
    OutletOut,
    PointChangeIn,
    PointIn,
    PointOut,
    ReopeningIn,
    SourceChangeIn,
    SourceFilter,
    SourceIn,
    SourceOut,
)
from yunjian.sources.selectors import (
    dischargers_like,
    limit_or_404,
    limits_of,
    outlet_or_404,
    point_or_404,
    revisions_of,
    source_or_404,
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
from yunjian.web.guards import SOURCE_PORTAL, SUPERVISION_PORTAL, holds_any

router = Router(tags=["places"], by_alias=True)
PAGE = 50
# what may be said to be nothing again
CLEARABLE = clearable(SOURCE, OUTLET, POINT) | {
    "effective_on",
    "upper",
    "lower",
    "effective_to",
    "version",
}


class SourcePage(Page[SourceOut]):
    """A page of sources."""


def _asking(request: HttpRequest) -> Actor:
    """Return who asks: who has the source or the supervision portal, as on the pages.

    Raises:
        NotAllowed: somebody else.
    """
    actor = actor_of(request)
    if not holds_any(actor, SOURCE_PORTAL, SUPERVISION_PORTAL):
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


@router.get("/sources", response={200: SourcePage, LIST: Problem})
def sources(
    request: HttpRequest, query: Query[SourceFilter], cursor: UUID | None = None
) -> Slice[PollutionSource]:
    """Return a page of the sources in sight, the newest first."""
    _asking(request)
    return newest_first(sources_visible(**query.dict()), size=PAGE, cursor=cursor)


@router.post("/sources", response={201: SourceOut, WRITE: Problem})
def new_source(request: HttpRequest, body: SourceIn) -> Status[PollutionSource]:
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
        result = [row for row in dischargers_like(code or "") if row.uscc == code]
        if not result:
            raise InvalidInput(_("没有找到这家排污单位"), code="unknown", field="organization")
        organization = result[0]
    source = source_create(actor=actor, organization=organization, **values)
    return Status(201, source_or_404(source.pk))


@router.get("/sources/{uuid:source_id}", response={200: SourceOut, READ: Problem})
def source(request: HttpRequest, source_id: UUID) -> PollutionSource:
    """Return a source."""
    _asking(request)
    return source_or_404(source_id)


@router.patch("/sources/{uuid:source_id}", response={200: SourceOut, WRITE: Problem})
def change_source(request: HttpRequest, source_id: UUID, body: SourceChangeIn) -> PollutionSource:
    """Change a source."""
    actor = _asking(request)
    values = _district(_given(body))
    _unknown(values, "organization", "code")
    source_update(actor=actor, source=source_or_404(source_id), **values)
    return source_or_404(source_id)


@router.post("/sources/{uuid:source_id}/close", response={200: SourceOut, WRITE: Problem})
def close_source(request: HttpRequest, source_id: UUID, body: ClosingIn) -> PollutionSource:
    """Close a source."""
    source_close(actor=_asking(request), source=source_or_404(source_id), **_given(body))
    return source_or_404(source_id)


@router.post("/sources/{uuid:source_id}/reopen", response={200: SourceOut, WRITE: Problem})
def reopen_source(request: HttpRequest, source_id: UUID, body: ReopeningIn) -> PollutionSource:
    """Take a closed source into use again."""
    source_reopen(actor=_asking(request), source=source_or_404(source_id), **_given(body))
    return source_or_404(source_id)


@router.get("/sources/{uuid:source_id}/outlets", response={200: OutletListOut, READ: Problem})
def outlets(request: HttpRequest, source_id: UUID) -> dict[str, list[Outlet]]:
    """Return the outlets of a source with their points."""
    _asking(request)
    rows = Outlet.objects.filter(source=source_or_404(source_id)).order_by("code")
    points = Prefetch("points", MonitoringPoint.objects.order_by("name", "id"))
    return {"items": list(rows.prefetch_related(points))}


@router.post("/sources/{uuid:source_id}/outlets", response={201: OutletOut, WRITE: Problem})
def new_outlet(request: HttpRequest, source_id: UUID, body: OutletIn) -> Status[Outlet]:
    """Add an outlet."""
    outlet = outlet_create(actor=_asking(request), source=source_or_404(source_id), **_given(body))
    return Status(201, outlet)


@router.get("/outlets/{uuid:outlet_id}", response={200: OutletDetailOut, READ: Problem})
def outlet(request: HttpRequest, outlet_id: UUID) -> RowWith:
    """Return an outlet with every emission limit it ever had."""
    _asking(request)
    row = outlet_or_404(outlet_id)
    return RowWith(row, limits=limits_of(row))


@router.patch("/outlets/{uuid:outlet_id}", response={200: OutletOut, WRITE: Problem})
def change_outlet(request: HttpRequest, outlet_id: UUID, body: OutletChangeIn) -> Outlet:
    """Change an outlet."""
    return outlet_update(actor=_asking(request), outlet=outlet_or_404(outlet_id), **_given(body))


@router.post("/outlets/{uuid:outlet_id}/close", response={200: OutletOut, WRITE: Problem})
def close_outlet(request: HttpRequest, outlet_id: UUID, body: ClosingIn) -> Outlet:
    """Close an outlet."""
    return outlet_close(actor=_asking(request), outlet=outlet_or_404(outlet_id), **_given(body))


@router.post("/outlets/{uuid:outlet_id}/limits", response={201: LimitOut, WRITE: Problem})
def new_limit(request: HttpRequest, outlet_id: UUID, body: LimitIn) -> Status[EmissionLimit]:
    """Add an emission limit; the one before it ends the day this begins."""
    limit = limit_add(actor=_asking(request), outlet=outlet_or_404(outlet_id), **_given(body))
    return Status(201, limit)


@router.post("/limits/{uuid:limit_id}/end", response={200: LimitOut, WRITE: Problem})
def end_limit(request: HttpRequest, limit_id: UUID, body: ClosingIn) -> EmissionLimit:
    """End an emission limit."""
    actor = _asking(request)
    return limit_end(actor=actor, limit=limit_or_404(limit_id), on=body.on, reason=body.reason)


@router.post("/outlets/{uuid:outlet_id}/points", response={201: PointOut, WRITE: Problem})
def new_point(request: HttpRequest, outlet_id: UUID, body: PointIn) -> Status[MonitoringPoint]:
    """Add a point."""
    row = point_create(actor=_asking(request), outlet=outlet_or_404(outlet_id), **_given(body))
    return Status(201, row)


@router.get("/points/{uuid:point_id}", response={200: PointDetailOut, READ | {422}: Problem})
def point(request: HttpRequest, point_id: UUID, on: date | None = None) -> RowWith:
    """Return a point, how it was described since, and what stood there on a day."""
    _asking(request)
    row = point_or_404(point_id)
    return RowWith(row, revisions=revisions_of(row), on=point_on(row, on))


@router.patch("/points/{uuid:point_id}", response={200: PointOut, WRITE: Problem})
def change_point(request: HttpRequest, point_id: UUID, body: PointChangeIn) -> MonitoringPoint:
    """Change a point; what the rules ask for is described anew from `effective_on`."""
    return point_update(actor=_asking(request), point=point_or_404(point_id), **_given(body))


@router.post("/points/{uuid:point_id}/close", response={200: PointOut, WRITE: Problem})
def close_point(request: HttpRequest, point_id: UUID, body: ClosingIn) -> MonitoringPoint:
    """Close a point."""
    return point_close(actor=_asking(request), point=point_or_404(point_id), **_given(body))


def _unknown(values: dict[str, Any], *names: str) -> None:
    """Refuse what cannot change.

    Raises:
        InvalidInput: at the first such name.
    """
    for name in names:
        if name in values:
            raise InvalidInput(_("此项登记后不能修改"), code="fixed", field=name)
