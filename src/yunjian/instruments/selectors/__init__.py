"""Every read of instruments and their filing, and of what stood at a point."""

from yunjian.instruments.selectors.filings import (
    InstrumentRow,
    RevisionDetail,
    changed_paths,
    days_to_decision,
    filing_queue,
    filings_visible,
    instrument_ledger,
    instrument_rows,
    instruments_of_point,
    is_plain_renewal,
    plain_renewals,
    revision_detail,
    revision_on,
    versions_of,
    waiting_by_district,
)
from yunjian.instruments.selectors.histories import (
    HistoryLine,
    instrument_history,
)
from yunjian.instruments.selectors.lifecycle import (
    Standing,
    actions_of,
    follow_ups_of,
    follow_ups_visible,
    open_stop,
    parameter_changes_of,
    settings_now,
    stood_on,
)
from yunjian.instruments.selectors.people import (
    reviewers_of,
)
from yunjian.instruments.selectors.points import (
    StoodThere,
    point_on,
)
from yunjian.instruments.selectors.tree import (
    Branch,
    OutletNode,
    PointNode,
    branch_of,
    first_point,
    outlet_tree,
    points_of_outlet,
)

__all__ = [
    "Branch",
    "HistoryLine",
    "InstrumentRow",
    "OutletNode",
    "PointNode",
    "RevisionDetail",
    "Standing",
    "StoodThere",
    "actions_of",
    "branch_of",
    "changed_paths",
    "days_to_decision",
    "filing_queue",
    "filings_visible",
    "first_point",
    "follow_ups_of",
    "follow_ups_visible",
    "instrument_history",
    "instrument_ledger",
    "instrument_rows",
    "instruments_of_point",
    "is_plain_renewal",
    "open_stop",
    "outlet_tree",
    "parameter_changes_of",
    "plain_renewals",
    "point_on",
    "points_of_outlet",
    "reviewers_of",
    "revision_detail",
    "revision_on",
    "settings_now",
    "stood_on",
    "versions_of",
    "waiting_by_district",
]
