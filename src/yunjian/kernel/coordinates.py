"""Positions on Chinese maps: WGS84, GCJ-02 and BD-09, and the way from one to another.

GCJ-02 is WGS84 shifted by up to 700 m by a fixed function of the position (AMap, Tencent); BD-09
is GCJ-02 shifted once more (Baidu). The function is not published; the formulas here are the ones
that everybody uses, and agree with the maps to about a metre. There is no closed way back: it is
found by repeating the way there until nothing changes. Outside of China nothing is shifted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from math import atan2, cos, hypot, pi, sin, sqrt

# of the Krasovsky 1940 ellipsoid, m
SEMI_MAJOR = 6378245.0
ECCENTRICITY = 0.00669342162296594323
BAIDU = pi * 3000.0 / 180.0
# a millionth of a degree is what the database keeps; a tenth of it is left to rounding
ENOUGH = 1e-8
MOST_STEPS = 30
PLACES = Decimal("0.000001")
CHINA = (73.66, 135.05, 3.86, 53.55)


class Datum(StrEnum):
    """Which map a position was read from."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


@dataclass(frozen=True, slots=True)
class Position:
    """Longitude and latitude in degrees."""

    longitude: float
    latitude: float


def to_wgs84(longitude: Decimal, latitude: Decimal, datum: Datum) -> tuple[Decimal, Decimal]:
    """Return a position in WGS84, degrees with six decimals."""
    if datum is Datum.WGS84:
        return longitude, latitude
    here = Position(float(longitude), float(latitude))
    result = _back(here, gcj02_of if datum is Datum.GCJ02 else bd09_of)
    return _decimal(result.longitude), _decimal(result.latitude)


def from_wgs84(longitude: Decimal, latitude: Decimal, datum: Datum) -> tuple[Decimal, Decimal]:
    """Return where a WGS84 position lies on a map of another datum, degrees with six decimals."""
    if datum is Datum.WGS84:
        return longitude, latitude
    here = Position(float(longitude), float(latitude))
    there = gcj02_of(here) if datum is Datum.GCJ02 else bd09_of(here)
    return _decimal(there.longitude), _decimal(there.latitude)


def gcj02_of(wgs84: Position) -> Position:
    """Return the GCJ-02 position of a WGS84 one."""
    west, east, south, north = CHINA
    if not (west <= wgs84.longitude <= east and south <= wgs84.latitude <= north):
        return wgs84
    x, y = wgs84.longitude - 105.0, wgs84.latitude - 35.0
    radians = wgs84.latitude / 180.0 * pi
    magic = 1 - ECCENTRICITY * sin(radians) ** 2
    meridian = SEMI_MAJOR * (1 - ECCENTRICITY) / (magic * sqrt(magic))
    parallel = SEMI_MAJOR / sqrt(magic) * cos(radians)
    return Position(
        wgs84.longitude + _east(x, y) * 180.0 / (parallel * pi),
        wgs84.latitude + _north(x, y) * 180.0 / (meridian * pi),
    )


def bd09_of(wgs84: Position) -> Position:
    """Return the BD-09 position of a WGS84 one."""
    return bd09_of_gcj02(gcj02_of(wgs84))


def bd09_of_gcj02(gcj02: Position) -> Position:
    """Return the BD-09 position of a GCJ-02 one."""
    x, y = gcj02.longitude, gcj02.latitude
    radius = hypot(x, y) + 0.00002 * sin(y * BAIDU)
    angle = atan2(y, x) + 0.000003 * cos(x * BAIDU)
    return Position(radius * cos(angle) + 0.0065, radius * sin(angle) + 0.006)


def _back(wanted: Position, shift: Callable[[Position], Position]) -> Position:
    result = wanted
    for _step in range(MOST_STEPS):
        there = shift(result)
        east, north = wanted.longitude - there.longitude, wanted.latitude - there.latitude
        result = Position(result.longitude + east, result.latitude + north)
        if abs(east) < ENOUGH and abs(north) < ENOUGH:
            break
    return result


def _waves(value: float) -> float:
    return (20.0 * sin(6.0 * value * pi) + 20.0 * sin(2.0 * value * pi)) * 2.0 / 3.0


def _north(x: float, y: float) -> float:
    return (
        -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * sqrt(abs(x))
        + _waves(x)
        + (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
        + (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    )


def _east(x: float, y: float) -> float:
    return (
        300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * sqrt(abs(x))
        + _waves(x)
        + (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
        + (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    )


def _decimal(degrees: float) -> Decimal:
    return Decimal(repr(degrees)).quantize(PLACES)
