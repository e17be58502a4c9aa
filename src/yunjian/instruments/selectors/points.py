"""What stood at a point on a day."""

from dataclasses import dataclass
from datetime import date

from yunjian.instruments.selectors.lifecycle import Standing, stood_on
from yunjian.kernel.clock import today
from yunjian.sources.models import EmissionLimit, MonitoringPoint
from yunjian.sources.selectors import descriptions_on, limits_on
from yunjian.standards.rules import PointDescription


@dataclass(frozen=True, slots=True)
class StoodThere:
    """A point on a day: how it was described, which instruments stood there, which limits held."""

    day: date
    description: PointDescription | None
    instruments: list[Standing]
    limits: list[EmissionLimit]


def point_on(point: MonitoringPoint, day: date | None = None) -> StoodThere:
    """Return a point as it was on a day (today by default), with all that stood there."""
    day = day or today()
    description = descriptions_on([point], day)[point.pk]
    return StoodThere(
        day=day,
        description=description,
        instruments=stood_on(point, day),
        limits=limits_on(point.outlet, day),
    )
