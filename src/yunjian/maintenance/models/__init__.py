"""Plan → task → visit → record sheets → confirmation."""

from yunjian.library.models.sheets import PublishedSheet, SheetDesign
from yunjian.maintenance.models.confirmations import Confirmation
from yunjian.maintenance.models.plans import Plan, PlanItem, Task
from yunjian.maintenance.models.sheets import SheetDraft
from yunjian.maintenance.models.visits import RecordSheet, RejectedSubmission, Visit

__all__ = [
    "Confirmation",
    "Plan",
    "PlanItem",
    "PublishedSheet",
    "RecordSheet",
    "RejectedSubmission",
    "SheetDesign",
    "SheetDraft",
    "Task",
    "Visit",
]
