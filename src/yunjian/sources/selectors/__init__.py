"""Every read of sources: places, instruments and their filing, histories."""

from yunjian.sources.selectors.filings import (
    InstrumentRow,
    RevisionDetail,
    changed_paths,
    filing_queue,
    instruments_of_point,
    revision_detail,
    revision_on,
    versions_of,
)
from yunjian.sources.selectors.histories import HistoryLine, instrument_history, source_history
from yunjian.sources.selectors.people import reviewers_of
from yunjian.sources.selectors.places import OutletNode, PointNode, outlet_tree, sources_visible

__all__ = [
    "HistoryLine",
    "InstrumentRow",
    "OutletNode",
    "PointNode",
    "RevisionDetail",
    "changed_paths",
    "filing_queue",
    "instrument_history",
    "instruments_of_point",
    "outlet_tree",
    "reviewers_of",
    "revision_detail",
    "revision_on",
    "source_history",
    "sources_visible",
    "versions_of",
]
