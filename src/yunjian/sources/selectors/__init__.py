"""Every read of sources, outlets and points."""

from yunjian.sources.selectors.histories import (
    place_history,
    source_history,
)
from yunjian.sources.selectors.lookups import (
    limit_or_404,
    outlet_or_404,
    point_or_404,
    source_or_404,
)
from yunjian.sources.selectors.places import (
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
    "description_of",
    "descriptions_on",
    "dischargers_like",
    "limit_or_404",
    "limits_of",
    "limits_on",
    "marks_around",
    "outlet_or_404",
    "place_history",
    "point_or_404",
    "revisions_of",
    "source_history",
    "source_or_404",
    "sources_visible",
]
