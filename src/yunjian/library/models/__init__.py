"""What an authority publishes, and the drafts of it."""

from yunjian.library.models.report_forms import (
    PublishedReportForm,
    ReportFormDraft,
    ReportFormWithdrawal,
)
from yunjian.library.models.rules import PublishedPack, RuleDraft
from yunjian.library.models.sheets import PublishedSheet, SheetDesign, Verdict
from yunjian.library.models.versions import DefinitionDraft, PublishedVersion

__all__ = [
    "DefinitionDraft",
    "PublishedPack",
    "PublishedReportForm",
    "PublishedSheet",
    "PublishedVersion",
    "ReportFormDraft",
    "ReportFormWithdrawal",
    "RuleDraft",
    "SheetDesign",
    "Verdict",
]
