"""Pollution source → outlet → monitoring point → instruments, and their filing."""

from yunjian.sources.models.filing import Instrument, InstrumentRevision
from yunjian.sources.models.places import MonitoringPoint, Outlet, PointAccess, PollutionSource

__all__ = [
    "Instrument",
    "InstrumentRevision",
    "MonitoringPoint",
    "Outlet",
    "PointAccess",
    "PollutionSource",
]
