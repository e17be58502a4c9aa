"""Pollution source → outlet → monitoring point."""

from yunjian.sources.models.places import MonitoringPoint, Outlet, PointAccess, PollutionSource
from yunjian.sources.models.points import EmissionLimit, PointRevision

__all__ = [
    "EmissionLimit",
    "MonitoringPoint",
    "Outlet",
    "PointAccess",
    "PointRevision",
    "PollutionSource",
]
