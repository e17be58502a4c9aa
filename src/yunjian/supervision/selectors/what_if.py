"""What the rules would demand of a point: nothing is stored, only the standards are demands_at."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from yunjian.kernel.clock import day_bounds
from yunjian.library.domain import labels
from yunjian.records.filters import text_filter
from yunjian.sources.models import MonitoringPoint
from yunjian.sources.selectors import description_of, point_or_404
from yunjian.standards.rules import Obligation, Pack, PointDescription, obligations_for, packs
from yunjian.standards.rules.duty import Described, DueDate, PointHistory, due_between
from yunjian.standards.rules.duty.catalogue import rules_of_packs
from yunjian.standards.rules.model import ObligationRow
from yunjian.standards.rules.obligations import unconfirmed_for

WEEKS = 12
DAYS_A_WEEK = 7
MOST_POINTS = 8


@dataclass(frozen=True, slots=True)
class Due:
    """Something that is to be done at the point, and the clause that says so."""

    title: str
    how_often: str
    standard: str
    clause: str
    tags: tuple[tuple[str, str], ...]
    sheet: str
    established: bool


@dataclass(frozen=True, slots=True)
class WeekLine:
    """When something falls due in a week."""

    title: str
    parameters: str
    days: tuple[date, ...]
    times: int

    @property
    def daily(self) -> bool:
        """Whether it falls due on every day of the week."""
        return len(self.days) == DAYS_A_WEEK


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from the assumed start on, and what falls due in them."""

    number: int
    first: date
    last: date
    lines: tuple[WeekLine, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is due, how often, and when in the coming weeks."""

    on_date: date
    standards: tuple[Pack, ...]
    dues: tuple[Due, ...]
    weeks: tuple[Week, ...]


def what_if_answer(point: PointDescription, on_date: date) -> Answer:
    """Return what the rules in force demand at a point that starts running on a day."""
    known = packs()
    held = tuple(item for item in known if item.kind == point.kind and item.in_force(on_date))
    dues = [_due(item) for item in obligations_for(point, on_date, known)]
    dues += [_open(item, row) for item in held for row in unconfirmed_for(point, on_date, [item])]
    named = {item.standard for item in dues}
    standards = tuple(item for item in held if item.standard in named or item.authority in named)
    return Answer(on_date, standards, tuple(dues), tuple(_weeks(point, on_date, known)))


def search_points(text: str) -> list[MonitoringPoint]:
    """Return the first points that the acting actor sees whose name, MN code or company fits."""
    rows = MonitoringPoint.objects.select_related("organization", "outlet")
    return list(
        rows.filter(text_filter(text, "name", "mn_code", "organization__name"))[:MOST_POINTS]
    )


def point_described(point_id: UUID) -> tuple[MonitoringPoint, PointDescription]:
    """Return a point as the rules see it.

    Raises:
        Http404: there is none that the acting actor sees.
    """
    point = point_or_404(point_id)
    return point, description_of(point)


def parameter_codes() -> list[str]:
    """Return the parameters that a rule is bound to or that points commonly measure."""
    bound = {name for item in packs() for row in item.obligations for name in row.parameters or ()}
    return [*COMMON, *sorted(bound - set(COMMON))]


COMMON = (
    *("SO2", "NOx", "PM", "O2", "CO", "HCl", "NMHC", "velocity", "temperature", "humidity"),
    *("CODCr", "NH3-N", "TP", "TN", "pH", "flow"),
)


def _due(item: Obligation) -> Due:
    tags = tuple((part, str(labels.PROVENANCE[part])) for part in item.provenance.split(" + "))
    return Due(
        title=labels.localized(item.activity),
        how_often=labels.obligation_text(item),
        standard=item.standard,
        clause=item.clause,
        tags=tags,
        sheet=item.sheet or "",
        established=True,
    )


def _open(pack: Pack, row: ObligationRow) -> Due:
    return Due(
        title=labels.localized(row.activity),
        how_often=str(labels.UNCONFIRMED),
        standard=row.authority or pack.standard,
        clause=row.clause,
        tags=tuple(labels.provenance_tags(row)),
        sheet=row.sheet or "",
        established=False,
    )


def _weeks(point: PointDescription, first: date, known: Sequence[Pack]) -> Iterable[Week]:
    history = PointHistory(described=(Described(first, point),))
    start, _end = day_bounds(first)
    dues = due_between(history, start, start + timedelta(weeks=WEEKS), rules_of_packs(known))
    for number in range(WEEKS):
        since = first + timedelta(weeks=number)
        last = since + timedelta(days=DAYS_A_WEEK - 1)
        within = [item for item in dues if since <= item.on <= last]
        yield Week(number + 1, since, last, tuple(_lines(within)))


def _lines(dues: Iterable[DueDate]) -> Iterable[WeekLine]:
    grouped: dict[tuple[str, str, tuple[str, ...]], list[DueDate]] = {}
    for item in dues:
        key = (item.obligation.id, labels.localized(item.obligation.activity), item.parameters)
        grouped.setdefault(key, []).append(item)
    for (_id, title, parameters), items in grouped.items():
        days = tuple(dict.fromkeys(item.on for item in items))
        names = "、".join(map(labels.parameter_text, parameters))
        yield WeekLine(title, names, days, sum(item.times for item in items))
