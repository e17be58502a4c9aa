"""Every write of sources: places, and the filing of the instruments that stand there."""

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
from yunjian.sources.services.outlets import (
    limit_add,
    limit_end,
    outlet_close,
    outlet_create,
    outlet_update,
)
from yunjian.sources.services.places import (
    source_close,
    source_create,
    source_reopen,
    source_update,
)
from yunjian.sources.services.points import point_close, point_create, point_update

__all__ = [
    "EditedMeanwhile",
    "follow_up_complete",
    "instrument_relocate",
    "instrument_replace",
    "instrument_resume",
    "instrument_retire",
    "instrument_stop",
    "limit_add",
    "limit_end",
    "outlet_close",
    "outlet_create",
    "outlet_update",
    "parameter_change",
    "point_close",
    "point_create",
    "point_update",
    "renewals_approve",
    "revision_approve",
    "revision_change",
    "revision_discard",
    "revision_draft",
    "revision_return",
    "revision_submit",
    "revision_withdraw",
    "source_close",
    "source_create",
    "source_reopen",
    "source_update",
    "values_of",
]
