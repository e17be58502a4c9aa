"""Instruments, their filing and their life."""

from yunjian.instruments.models.catalogue import MakeAndModel
from yunjian.instruments.models.filing import Instrument, InstrumentRevision
from yunjian.instruments.models.imports import CertificateReminder, FilingImport, ReminderRun
from yunjian.instruments.models.lifecycle import FollowUp, InstrumentAction, ParameterChange

__all__ = [
    "CertificateReminder",
    "FilingImport",
    "FollowUp",
    "Instrument",
    "InstrumentAction",
    "InstrumentRevision",
    "MakeAndModel",
    "ParameterChange",
    "ReminderRun",
]
