"""What was done at a point, whoever keeps the record of it: visits here, reports in rooms above.

A room above says what it knows of a point by `register`; what is due next follows from all of it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from yunjian.standards.rules.duty import WorkDone


@dataclass(frozen=True, slots=True)
class RecordedWork:
    """Work at a point and the record that proves it, as the acting person may open it.

    `work` None: it is shown in the history of the point and settles nothing.
    """

    at: datetime
    work: WorkDone | None
    title: str
    by: str
    result: tuple[str, str]  # the code of the state, and how people read it
    address: str


Source = Callable[[UUID], Iterable[RecordedWork]]
_SOURCES: dict[str, Source] = {}


def register(name: str, source: Source) -> None:
    """Add what a room knows of the work at a point."""
    _SOURCES[name] = source


def recorded_work(point_id: UUID) -> list[RecordedWork]:
    """Return all work at a point that the acting actor may see."""
    return [item for source in _SOURCES.values() for item in source(point_id)]
