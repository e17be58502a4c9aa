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
    settings_now,
    stood_on,
)
from yunjian.instruments.selectors.lookups import (
    follow_up_or_404,
    import_or_404,
    instrument_or_404,
    revision_or_404,
)
from yunjian.instruments.selectors.points import StoodThere, point_on
from yunjian.instruments.selectors.tree import (
    Branch,
    PointNode,
    branch_of,
    first_point,
    outlet_tree,
    points_of_outlet,
)

__all__ = [
    "Branch",
    "InstrumentRow",
    "PointNode",
    "StoodThere",
    "actions_of",
    "branch_of",
    "days_to_decision",
    "filing_queue",
    "filings_visible",
    "first_point",
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
    "outlet_tree",
    "parameter_changes_of",
    "plain_renewals",
    "point_on",
    "points_of_outlet",
    "revision_detail",
    "revision_on",
    "revision_or_404",
    "settings_now",
    "stood_on",
    "versions_of",
    "waiting_by_district",
]
