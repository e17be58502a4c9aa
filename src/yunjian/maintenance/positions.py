"""Distances on the ground."""

from math import asin, cos, radians, sin, sqrt

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
