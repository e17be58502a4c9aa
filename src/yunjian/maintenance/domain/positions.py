"""Distances on the ground."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import asin, cos, hypot, radians, sin, sqrt

EARTH_RADIUS_METRES = 6_371_008.8  # mean radius, IUGG


def distance_metres(
    longitude: float, latitude: float, other_longitude: float, other_latitude: float
) -> float:
    """Return the great-circle distance in metres between two WGS84 positions in degrees."""
    first, second = radians(latitude), radians(other_latitude)
    half_chord = (
        sin((second - first) / 2) ** 2
        + cos(first) * cos(second) * sin(radians(other_longitude - longitude) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_METRES * asin(sqrt(min(1.0, half_chord)))


SKETCH_RADIUS = 92.0


@dataclass(frozen=True, slots=True)
class Spot:
    """A position on the sketch: x to the east, y to the south, in units of the sketch."""

    x: float
    y: float
    accuracy: float
    metres: float
    kind: str


@dataclass(frozen=True, slots=True)
class Sketch:
    """Where people stood around a point: the point is the middle, north is up.

    `allowed` is the radius within which a sign-in is unremarked; all lengths are in units of the
    sketch, whose edge lies `SKETCH_RADIUS` from the middle. `edge_metres` is that edge in metres.
    """

    spots: list[Spot]
    allowed: float
    edge_metres: int


def sketch(
    point: tuple[float, float],
    spots: Sequence[tuple[str, float, float, float]],
    allowed_metres: float,
) -> Sketch:
    """Return the drawing of positions (kind, longitude, latitude, accuracy in m) around a point.

    Flat-earth offsets: at the few hundred metres drawn here they are off by millimetres.
    """
    placed = [
        (kind, *_offset(point, (longitude, latitude)), accuracy)
        for kind, longitude, latitude, accuracy in spots
    ]
    farthest = max([allowed_metres, *(hypot(east, north) for _, east, north, _ in placed)])
    edge = farthest * 1.15
    scale = SKETCH_RADIUS / edge
    return Sketch(
        spots=[
            Spot(
                round(east * scale, 1),
                round(-north * scale, 1),
                round(accuracy * scale, 1),
                round(hypot(east, north)),
                kind,
            )
            for kind, east, north, accuracy in placed
        ],
        allowed=round(allowed_metres * scale, 1),
        edge_metres=round(edge),
    )


def _offset(origin: tuple[float, float], place: tuple[float, float]) -> tuple[float, float]:
    """Return metres to the east and to the north."""
    east = radians(place[0] - origin[0]) * EARTH_RADIUS_METRES * cos(radians(origin[1]))
    north = radians(place[1] - origin[1]) * EARTH_RADIUS_METRES
    return east, north
