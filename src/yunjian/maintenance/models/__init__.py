"""Plan → task → visit → record sheets → confirmation."""

from yunjian.maintenance.models.confirmations import Confirmation
from yunjian.maintenance.models.plans import Plan, PlanItem, Task
from yunjian.maintenance.models.sheets import SheetDraft
from yunjian.maintenance.models.visits import RecordSheet, RejectedSubmission, Visit

__all__ = [
    "Confirmation",
    "Plan",
    "PlanItem",
    "RecordSheet",
    "RejectedSubmission",
    "SheetDraft",
    "Task",
    "Visit",
]
