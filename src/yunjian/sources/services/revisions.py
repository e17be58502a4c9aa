"""What changing a source, an outlet and a point have in common."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.evidence.services import record
from yunjian.kernel.clock import today
from yunjian.kernel.coordinates import Datum, to_wgs84
from yunjian.kernel.errors import Conflict
from yunjian.sources.models import MonitoringPoint, Outlet, PollutionSource
from yunjian.sources.services.checks import Problems, plain

Place = PollutionSource | Outlet | MonitoringPoint
Changed = dict[str, list[object]]
# what was typed is judged by the position that comes of it
TYPED = ("typed_longitude", "typed_latitude")
POSITION = {"longitude", "latitude", "datum", *TYPED}
STALE = "stale"


def check_version(row: Place, version: int | None) -> None:
    """Refuse a change made in sight of an older state than the present one.

    Raises:
        Conflict: with code "stale"; the form shows what has changed, and keeps what was typed.
    """
    if version is not None and version != row.version:
        raise Conflict(
            _("您打开之后，其他人已修改过这条记录。请核对下列变化，再保存一次即以您填写的为准"),
            code=STALE,
        )


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


def put(row: Place, values: Mapping[str, Any]) -> Changed:
    """Set values on a row; return those that differ, as `{name: [before, after]}`.

    A position in another datum is kept as it was typed, and reckoned into WGS84.
    """
    wanted = dict(values)
    if POSITION & wanted.keys():
        wanted |= _position(row, wanted)
    changed: Changed = {}
    for name, value in wanted.items():
        # by the column: a new row has no district to look at yet
        linked = isinstance(value, models.Model)
        before = getattr(row, f"{name}_id" if linked else name)
        if before != (value.pk if linked else value):
            changed[name] = [plain(before), plain(value)]
            setattr(row, name, value)
    return changed


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
        problems.position(row.longitude, row.latitude)


def save_changed(row: Place, changed: Changed) -> None:
    """Write what changed, and count it."""
    row.version += 1
    row.save(update_fields=[*sorted(changed), "version"])


def record_change(
    *,
    actor: Actor,
    verb: str,
    row: Place,
    organization_id: UUID,
    changed: Changed,
    reason: str,
    effective_on: date,
) -> None:
    """Append the event of a change: before and after, why, and from when."""
    record(
        actor=actor,
        verb=verb,
        obj=row,
        organization_id=organization_id,
        payload={
            "version": row.version,
            "effective_from": effective_on.isoformat(),
            "reason": reason.strip(),
            "changed": changed,
        },
    )
