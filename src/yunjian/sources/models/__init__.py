"""Pollution source → outlet → monitoring point → instruments, and their filing."""

from yunjian.instruments.models.catalogue import MakeAndModel
from yunjian.instruments.models.filing import Instrument, InstrumentRevision
from yunjian.instruments.models.imports import CertificateReminder, FilingImport, ReminderRun
from yunjian.instruments.models.lifecycle import FollowUp, InstrumentAction, ParameterChange
from yunjian.sources.models.places import MonitoringPoint, Outlet, PointAccess, PollutionSource
from yunjian.sources.models.points import EmissionLimit, PointRevision

__all__ = [
    "CertificateReminder",
    "EmissionLimit",
    "FilingImport",
    "FollowUp",
    "Instrument",
    "InstrumentAction",
    "InstrumentRevision",
    "MakeAndModel",
    "MonitoringPoint",
    "Outlet",
    "ParameterChange",
    "PointAccess",
    "PointRevision",
    "PollutionSource",
    "ReminderRun",
]
