"""Pollution source → outlet → monitoring point → instruments, and their filing."""

from yunjian.sources.models.filing import Instrument, InstrumentRevision
from yunjian.sources.models.places import MonitoringPoint, Outlet, PointAccess, PollutionSource
from yunjian.sources.models.points import EmissionLimit, PointRevision

__all__ = [
    "EmissionLimit",
    "Instrument",
    "InstrumentRevision",
    "MonitoringPoint",
    "Outlet",
    "PointAccess",
    "PointRevision",
    "PollutionSource",
]
