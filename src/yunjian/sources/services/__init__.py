"""Every write of sources, outlets and points."""

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
    "limit_add",
    "limit_end",
    "outlet_close",
    "outlet_create",
    "outlet_update",
    "point_close",
    "point_create",
    "point_update",
    "source_close",
    "source_create",
    "source_reopen",
    "source_update",
]
