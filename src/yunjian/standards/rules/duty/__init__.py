"""Duty: what is owed at a monitoring point, when, since when it is overdue, and out of control.

Pure functions from a `PointHistory` and a moment.
"""

from yunjian.standards.rules.duty.calendar import CHINA, Span
from yunjian.standards.rules.duty.catalogue import Rules, rules_of_packs
from yunjian.standards.rules.duty.control import Period
from yunjian.standards.rules.duty.history import (
    Described,
    Installed,
    Outcome,
    PointHistory,
    Stop,
    Verdict,
    WorkDone,
)
from yunjian.standards.rules.duty.states import (
    DueDate,
    DutyCalculator,
    DutyState,
    ParameterDuty,
    due_between,
    duty_states,
    out_of_control,
)

__all__ = [
    "CHINA",
    "Described",
    "DueDate",
    "DutyCalculator",
    "DutyState",
    "Installed",
    "Outcome",
    "ParameterDuty",
    "Period",
    "PointHistory",
    "Rules",
    "Span",
    "Stop",
    "Verdict",
    "WorkDone",
    "due_between",
    "duty_states",
    "out_of_control",
    "rules_of_packs",
]
