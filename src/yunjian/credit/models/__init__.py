"""Tables of what agencies say of their work."""

from yunjian.credit.models.documents import (
    Acknowledgement,
    Document,
    DocumentReminder,
    DocumentVersion,
    SearchIndex,
)
from yunjian.credit.models.supervisions import Supervision, SupervisionStep
from yunjian.credit.models.trainings import (
    TrainingParticipant,
    TrainingPlan,
    TrainingPlanItem,
    TrainingSession,
)
from yunjian.credit.models.years import AnnualYear

__all__ = [
    "Acknowledgement",
    "AnnualYear",
    "Document",
    "DocumentReminder",
    "DocumentVersion",
    "SearchIndex",
    "Supervision",
    "SupervisionStep",
    "TrainingParticipant",
    "TrainingPlan",
    "TrainingPlanItem",
    "TrainingSession",
]
