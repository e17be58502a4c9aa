"""Every read of sources: places, instruments and their filing, histories."""

from yunjian.sources.selectors.filings import (
    InstrumentRow,
    RevisionDetail,
    changed_paths,
    filing_queue,
    instruments_of_point,
    is_plain_renewal,
    revision_detail,
    revision_on,
    versions_of,
)
from yunjian.sources.selectors.histories import HistoryLine, instrument_history, source_history
from yunjian.sources.selectors.lifecycle import (
    Standing,
    actions_of,
    follow_ups_of,
    follow_ups_visible,
    open_stop,
    parameter_changes_of,
    settings_now,
    stood_on,
)
from yunjian.sources.selectors.people import reviewers_of
from yunjian.sources.selectors.places import OutletNode, PointNode, outlet_tree, sources_visible

__all__ = [
    "HistoryLine",
    "InstrumentRow",
    "OutletNode",
    "PointNode",
    "RevisionDetail",
    "Standing",
    "actions_of",
    "changed_paths",
    "filing_queue",
    "follow_ups_of",
    "follow_ups_visible",
    "instrument_history",
    "instruments_of_point",
    "is_plain_renewal",
    "open_stop",
    "outlet_tree",
    "parameter_changes_of",
    "reviewers_of",
    "revision_detail",
    "revision_on",
    "settings_now",
    "source_history",
    "sources_visible",
    "stood_on",
    "versions_of",
]
