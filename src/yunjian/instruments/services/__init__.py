"""Every write of instruments and their filing."""

from yunjian.instruments.services.drafts import (
    EditedMeanwhile,
    instrument_relocate,
    instrument_replace,
    revision_change,
    revision_discard,
    revision_draft,
)
from yunjian.instruments.services.filing_values import values_of
from yunjian.instruments.services.follow_ups import follow_up_complete
from yunjian.instruments.services.lifecycle import (
    instrument_resume,
    instrument_retire,
    instrument_stop,
)
from yunjian.instruments.services.parameter_changes import parameter_change
from yunjian.instruments.services.reviews import (
    renewals_approve,
    revision_approve,
    revision_return,
    revision_submit,
    revision_withdraw,
)

__all__ = [
    "EditedMeanwhile",
    "follow_up_complete",
    "instrument_relocate",
    "instrument_replace",
    "instrument_resume",
    "instrument_retire",
    "instrument_stop",
    "parameter_change",
    "renewals_approve",
    "revision_approve",
    "revision_change",
    "revision_discard",
    "revision_draft",
    "revision_return",
    "revision_submit",
    "revision_withdraw",
    "values_of",
]
