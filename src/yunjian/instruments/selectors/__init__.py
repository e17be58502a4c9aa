"""Every read of instruments and their filing, and of what stood at a point."""

from yunjian.instruments.selectors.filings import (
    InstrumentRow,
    days_to_decision,
    filing_queue,
    filings_visible,
    instrument_ledger,
    instrument_rows,
    instruments_of_point,
    official_version,
    plain_renewals,
    revision_detail,
    revision_on,
    versions_of,
    waiting_by_district,
)
from yunjian.instruments.selectors.histories import instrument_history
from yunjian.instruments.selectors.lifecycle import (
    actions_of,
    follow_ups_of,
    follow_ups_visible,
    open_stop,
    parameter_changes_of,
    point_on,
    settings_now,
    stood_on,
)
from yunjian.instruments.selectors.lookups import (
    follow_up_or_404,
    import_or_404,
    instrument_or_404,
    revision_or_404,
)

__all__ = [
    "InstrumentRow",
    "actions_of",
    "days_to_decision",
    "filing_queue",
    "filings_visible",
    "follow_up_or_404",
    "follow_ups_of",
    "follow_ups_visible",
    "import_or_404",
    "instrument_history",
    "instrument_ledger",
    "instrument_or_404",
    "instrument_rows",
    "instruments_of_point",
    "official_version",
    "open_stop",
    "parameter_changes_of",
    "plain_renewals",
    "point_on",
    "revision_detail",
    "revision_on",
    "revision_or_404",
    "settings_now",
    "stood_on",
    "versions_of",
    "waiting_by_district",
]
