"""Tables."""

from yunjian.credit.models.supervisions import Supervision, SupervisionStep
from yunjian.credit.models.trainings import (
    TrainingParticipant,
    TrainingPlan,
    TrainingPlanItem,
    TrainingSession,
)
from yunjian.credit.models.years import AnnualYear

__all__ = [
    "AnnualYear",
    "Supervision",
    "SupervisionStep",
    "TrainingParticipant",
    "TrainingPlan",
    "TrainingPlanItem",
    "TrainingSession",
]
