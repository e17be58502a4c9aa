"""Every write of sources: places, and the filing of the instruments that stand there."""

from yunjian.sources.services.filings import (
    instrument_retire,
    revision_approve,
    revision_change,
    revision_discard,
    revision_draft,
    revision_return,
    revision_submit,
    revision_withdraw,
    values_of,
)
from yunjian.sources.services.places import (
    outlet_create,
    point_create,
    source_create,
    source_update,
)

__all__ = [
    "instrument_retire",
    "outlet_create",
    "point_create",
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
