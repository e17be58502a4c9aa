"""What is known of a monitoring point: how it was described, equipped, run and looked after."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from yunjian.standards.rules.obligations import PointDescription

Outcome = Literal["pass", "calibrate", "out_of_control", "fail", "unknown"]


@dataclass(frozen=True, slots=True)
class Described:
    """How the point is described from a calendar day on, until the next description."""

    since: date
    point: PointDescription


@dataclass(frozen=True, slots=True)
class Installed:
    """An instrument that measures a parameter during `[since, until)`; None: still there."""

    parameter: str
    instrument: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """The source stands still during `[since, until)`; None: nobody knows until when."""

    since: datetime
    until: datetime | None = None
    kind: Literal["production", "force_majeure"] = "production"


@dataclass(frozen=True, slots=True)
class WorkDone:
    """Work at the point, and what it found.

    It counts for the `obligations` that it names; if it names none, for those of its `sheet`.
    No `parameters` means all that the obligation is bound to.
    """

    at: datetime
    outcome: Outcome = "pass"
    obligations: tuple[str, ...] = ()
    sheet: str | None = None
    parameters: tuple[str, ...] = ()
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """An indicator was found not to be met, or was met again (clause 11.6).

    No `parameters` means all of the point.
    """

    at: datetime
    indicator: str
    met: bool
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PointHistory:
    """Everything that decides what is owed at a point; the order within a field is of no account.

    All moments are aware. `until` is the moment from which there is no such point any more.
    """

    described: tuple[Described, ...]
    installed: tuple[Installed, ...] = ()
    stops: tuple[Stop, ...] = ()
    work: tuple[WorkDone, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    until: datetime | None = None
