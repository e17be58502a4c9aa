"""What changing a source, an outlet and a point have in common."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.kernel.clock import today
from yunjian.kernel.coordinates import Datum, to_wgs84
from yunjian.records.changes import Changes, assign, record_change
from yunjian.records.problems import Problems
from yunjian.sources.models import MonitoringPoint, Outlet, PollutionSource

Place = PollutionSource | Outlet | MonitoringPoint
# what was typed is judged by the position that comes of it
TYPED = ("typed_longitude", "typed_latitude")
POSITION = {"longitude", "latitude", "datum", *TYPED}
# the municipality and its islands, with a little room: outside of it a position is a typing error
EAST = (Decimal("120.5"), Decimal("122.5"))
NORTH = (Decimal("30.4"), Decimal("32.2"))


def check_reason(problems: Problems, reason: str) -> None:
    """Note that nobody says why."""
    problems.unless(bool(reason.strip()), "reason", _("请填写变更原因"), "required")


def check_effective(problems: Problems, day: date, not_before: date | None) -> None:
    """Note that a change is to hold from a day that has not come, or before there was anything."""
    problems.unless(day <= today(), "effective_on", _("生效日期不能晚于今天"), "order")
    problems.unless(
        not_before is None or day >= not_before,
        "effective_on",
        _("生效日期不能早于 %(day)s") % {"day": not_before},
        "order",
    )


def check_closing(problems: Problems, on: date, opened_on: date | None, reason: str) -> None:
    """Note what does not hold of the day and the reason of closing something."""
    problems.unless(
        opened_on is None or on >= opened_on, "on", _("关闭日期不能早于投用日期"), "order"
    )
    problems.unless(bool(reason.strip()), "reason", _("请填写关闭原因"), "required")


def assign_place(row: Place, values: Mapping[str, Any]) -> Changes:
    """Set values on a place; return what that changed.

    A position in another datum is kept as it was typed, and reckoned into WGS84.
    """
    wanted = dict(values)
    if POSITION & wanted.keys():
        wanted |= _position(row, wanted)
    return assign(row, wanted)


def _position(row: Place, wanted: Mapping[str, Any]) -> dict[str, Any]:
    def typed(name: str) -> Decimal | None:
        held = getattr(row, f"typed_{name}")
        value: Decimal | None = wanted.get(name, getattr(row, name) if held is None else held)
        return value

    datum = wanted.get("datum", row.datum)
    longitude, latitude = typed("longitude"), typed("latitude")
    shifted = datum in {Datum.GCJ02, Datum.BD09}
    result: dict[str, Any] = {
        "datum": datum,
        "longitude": longitude,
        "latitude": latitude,
        "typed_longitude": longitude if shifted else None,
        "typed_latitude": latitude if shifted else None,
    }
    if (
        shifted
        and longitude is not None
        and latitude is not None
        and _on_earth(longitude, latitude)
    ):
        result["longitude"], result["latitude"] = to_wgs84(longitude, latitude, Datum(datum))
    return result


def _on_earth(longitude: Decimal, latitude: Decimal) -> bool:
    """Tell whether a position can be reckoned with; what cannot is refused as it was typed."""
    return abs(longitude) <= 180 and abs(latitude) <= 90  # noqa: PLR2004 - degrees


def check_position(problems: Problems, row: Place) -> None:
    """Note a position that is not whole, or does not lie in the city."""
    if row.longitude is None and row.latitude is None:
        return
    problems.unless(row.longitude is not None, "longitude", _("请填写经度"), "required")
    problems.unless(row.latitude is not None, "latitude", _("请填写纬度"), "required")
    if row.longitude is not None and row.latitude is not None:
        inside = EAST[0] <= row.longitude <= EAST[1]
        problems.unless(inside, "longitude", _("经度不在本市范围内，请核对（WGS84）"))
        inside = NORTH[0] <= row.latitude <= NORTH[1]
        problems.unless(inside, "latitude", _("纬度不在本市范围内，请核对（WGS84）"))


def record_place_change(
    *,
    actor: Actor,
    verb: str,
    row: Place,
    organization_id: UUID,
    changes: Changes,
    reason: str,
    effective_on: date,
) -> None:
    """Append the event of a change: before and after, why, and from when."""
    record_change(
        actor=actor,
        verb=verb,
        row=row,
        organization_id=organization_id,
        changes=changes,
        payload={
            "version": row.version,
            "effective_from": effective_on.isoformat(),
            "reason": reason.strip(),
        },
    )
