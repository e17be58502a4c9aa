"""Reports and what belongs to them."""

from yunjian.verification.models.parts import (
    FindingException,
    ReportCorrection,
    ReportDevice,
    ReportInstrument,
    ReportMaterial,
    ReportOriginal,
    ReportPerson,
    ReportReading,
    ReportSignature,
    ReportTest,
)
from yunjian.verification.models.reports import NumberPattern, Report

__all__ = [
    "FindingException",
    "NumberPattern",
    "Report",
    "ReportCorrection",
    "ReportDevice",
    "ReportInstrument",
    "ReportMaterial",
    "ReportOriginal",
    "ReportPerson",
    "ReportReading",
    "ReportSignature",
    "ReportTest",
]
