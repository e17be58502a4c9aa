"""What changing a source, an outlet and a point have in common."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Generic, TypeVar, cast

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.kernel.clock import today
from yunjian.kernel.coordinates import Datum, to_wgs84
from yunjian.kernel.errors import InvalidState
from yunjian.records.changes import Changes, assign, record_change
from yunjian.records.problems import Problems, locked
from yunjian.records.versions import check_version, save_changes
from yunjian.sources.models import MonitoringPoint, Outlet, PollutionSource
from yunjian.sources.policies import may_keep

Place = PollutionSource | Outlet | MonitoringPoint
Row = TypeVar("Row", PollutionSource, Outlet, MonitoringPoint)
# what was typed is judged by the position that comes of it
TYPED = ("typed_longitude", "typed_latitude")
POSITION = {"longitude", "latitude", "datum", *TYPED}
# the municipality and its islands, with a little room: outside of it a position is a typing error
EAST = (Decimal("120.5"), Decimal("122.5"))
NORTH = (Decimal("30.4"), Decimal("32.2"))


def check_reason(problems: Problems, reason: str) -> None:
    """Note that nobody says why."""
    problems.unless(bool(reason.strip()), "reason", _("请填写变更原因"), "required")


def change_problems(reason: str, day: date, not_before: date | None) -> Problems:
    """Return what does not hold of the reason of a change, and of the day since which it holds.

    That day may not be still to come, nor come before there was anything.
    """
    problems = Problems()
    check_reason(problems, reason)
    problems.unless(day <= today(), "effective_on", _("生效日期不能晚于今天"), "order")
    message = _("生效日期不能早于 %(day)s") % {"day": not_before}
    problems.in_order("effective_on", not_before, day, message)
    return problems


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


@dataclass(frozen=True, slots=True)
class PlaceChange(Generic[Row]):
    """A change of a place, which is locked from its beginning to the commit.

    `keeper` says whose the place is: the source of an outlet, else the place itself.
    """

    actor: Actor
    row: Row
    keeper: PollutionSource | MonitoringPoint

    @classmethod
    def begin(cls, actor: Actor, row: Row, version: int | None) -> "PlaceChange[Row]":
        """Lock a place in order to change it.

        Raises:
            NotAllowed: the actor does not keep the source, or does not even reach it.
            Conflict: "stale", somebody else changed it in between.
        """
        row = locked(row)
        keeper = keeper_of(actor, row)
        check_version(row, version)
        return cls(actor, row, keeper)

    def closing_problems(self, on: date, reason: str, closed: str) -> Problems:
        """Return what does not hold of the day and the reason of closing the place.

        Raises:
            InvalidState: it is closed, as the message `closed` says.
        """
        if self.row.closed_on is not None:
            raise InvalidState(closed)
        problems = Problems()
        problems.in_order("on", self.row.opened_on, on, _("关闭日期不能早于投用日期"))
        problems.unless(bool(reason.strip()), "reason", _("请填写关闭原因"), "required")
        return problems

    def close(self, verb: str, on: date, reason: str) -> Row:
        """Close the place from a day on."""
        changes = assign_place(self.row, {"closed_on": on, "close_reason": reason.strip()})
        return self.write(verb, changes, reason, on)

    def write(self, verb: str, changes: Changes, reason: str, effective_on: date) -> Row:
        """Save what changed, and its event: before and after, why, and from when."""
        save_changes(self.row, changes)
        record_change(
            actor=self.actor,
            verb=verb,
            row=self.row,
            organization_id=self.keeper.organization_id,
            changes=changes,
            payload={
                "version": self.row.version,
                "effective_from": effective_on.isoformat(),
                "reason": reason.strip(),
            },
        )
        return self.row


def keeper_of(actor: Actor, row: Place) -> PollutionSource | MonitoringPoint:
    """Return what says whose a place is: the source of an outlet, else the place itself.

    Raises:
        NotAllowed: the actor does not keep it, or does not even reach it.
    """
    keeper = (
        PollutionSource.unscoped().filter(pk=row.source_id).first()
        if isinstance(row, Outlet)
        else row
    )
    require(keeper is not None and may_keep(actor, keeper))
    return cast("PollutionSource | MonitoringPoint", keeper)


def check_days_in_order(problems: Problems, row: Place) -> None:
    """Note that a place was closed before it was opened."""
    problems.in_order("opened_on", row.opened_on, row.closed_on, _("投用日期不能晚于关闭日期"))


def still_open(rows: QuerySet[Any], on: date, name: str) -> list[str]:
    """Return the names of the first places that are in use beyond a day."""
    beyond = rows.filter(Q(closed_on=None) | Q(closed_on__gt=on))
    return list(beyond.order_by(name).values_list(name, flat=True)[:5])
