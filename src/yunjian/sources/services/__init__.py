"""Every write of sources: places, and the filing of the instruments that stand there."""

from yunjian.sources.services.drafts import (
    EditedMeanwhile,
    instrument_relocate,
    instrument_replace,
    revision_change,
    revision_discard,
    revision_draft,
)
from yunjian.sources.services.filing_values import values_of
from yunjian.sources.services.follow_ups import follow_up_complete
from yunjian.sources.services.lifecycle import (
    instrument_resume,
    instrument_retire,
    instrument_stop,
)
from yunjian.sources.services.parameter_changes import parameter_change
from yunjian.sources.services.places import (
    outlet_create,
    point_create,
    source_create,
    source_update,
)
from yunjian.sources.services.reviews import (
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
    "outlet_create",
    "parameter_change",
    "point_create",
    "renewals_approve",
    "revision_approve",
    "revision_change",
    "revision_discard",
    "revision_draft",
    "revision_return",
    "revision_submit",
    "revision_withdraw",
    "source_create",
    "source_update",
    "values_of",
]
