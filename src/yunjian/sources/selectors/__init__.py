"""Every read of sources, outlets and points."""

from yunjian.sources.selectors.histories import (
    PlaceLine,
    changes_since,
    place_history,
    source_history,
)
from yunjian.sources.selectors.places import (
    SourceQuery,
    dischargers_like,
    marks_around,
    sources_visible,
)
from yunjian.sources.selectors.points import (
    description_of,
    descriptions_on,
    limits_of,
    limits_on,
    revisions_of,
)

__all__ = [
    "PlaceLine",
    "SourceQuery",
    "changes_since",
    "description_of",
    "descriptions_on",
    "dischargers_like",
    "limits_of",
    "limits_on",
    "marks_around",
    "place_history",
    "revisions_of",
    "source_history",
    "sources_visible",
]
