"""What is owed at a point, when it was done last and is due next, from all records of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import zip_longest
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yunjian.access.actor import current_actor
from yunjian.instruments.models import Instrument, InstrumentAction, InstrumentRevision
from yunjian.instruments.models.filing import InstrumentKind, RevisionState
from yunjian.kernel.clock import SHANGHAI, day_bounds, now, today
from yunjian.kernel.languages import localized
from yunjian.library.domain import labels
from yunjian.maintenance.domain.work import RecordedWork, recorded_work
from yunjian.maintenance.models import RecordSheet, Visit
from yunjian.maintenance.models.visits import VisitState
from yunjian.sources.models import MonitoringPoint, PointAccess, PointRevision
from yunjian.sources.selectors import description_of
from yunjian.standards.rules import packs
from yunjian.standards.rules.duty import (
    Described,
    DutyCalculator,
    DutyState,
    Installed,
    Outcome,
    Period,
    PointHistory,
    Rules,
    Stop,
    WorkDone,
    rules_of_packs,
)
from yunjian.standards.rules.obligations import PointDescription, unconfirmed_for
from yunjian.standards.sheets import definition

# the verdict of a sheet → what the rules make of the work
OUTCOMES: dict[str, Outcome] = {
    "pass": "pass",
    "attention": "pass",
    "calibrate": "calibrate",
    "out_of_control": "out_of_control",
    "fail": "fail",
    "unknown": "unknown",
}
COUNTED = [VisitState.SUBMITTED, VisitState.CONFIRMED]
SOON = timedelta(days=7)
DAYS_OF_SHORT_INTERVALS = 15
STATES = {
    "overdue": gettext_lazy("已逾期"),
    "expiring": gettext_lazy("即将到期"),
    "normal": gettext_lazy("正常"),
    "not_observed": gettext_lazy("未观测"),
    "unknown": gettext_lazy("未确认"),
    "suspended": gettext_lazy("停运中"),
}


@dataclass(frozen=True, slots=True)
class Duty:
    """An obligation of a point as people read it; `state` is a key of `STATES`.

    `due_on` is the last day in time, `last_done` when it was done last.
    """

    title: str
    how_often: str
    source: str
    parameters: str
    state: str
    last_done: datetime | None
    due_on: date | None
    known: str = ""  # of what is not observed: what is filed, and why nothing is seen

    @property
    def state_title(self) -> str:
        """Return the state as people read it."""
        return str(STATES[self.state])


@dataclass(frozen=True, slots=True)
class OutOfControl:
    """When a parameter was out of control; until None: it still is."""

    parameter: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Moment:
    """Something in the history of a point: what, by whom, with which result, and where it is."""

    at: datetime
    title: str
    by: str
    result: tuple[str, str]
    address: str


@dataclass(frozen=True, slots=True)
class PointDuties:
    """What is owed at a point since a day, when what was out of control, and what happened."""

    since: date
    duties: list[Duty]
    out_of_control: list[OutOfControl]
    moments: list[Moment]


def point_duties(point: MonitoringPoint) -> PointDuties | None:
    """Return what is owed at a point; None when no agency has ever been under contract for it.

    Reckoned from the first day of the first contract, by the records that the acting actor sees.
    What a machine fulfils (no sheet belongs to it) and nothing proves is not observed: it is
    neither overdue nor does it put anything out of control.
    """
    since = _first_contract_day(point)
    if since is None or since > today():
        return None
    known = recorded_work(point.pk)
    history = replace(
        _history(point, since), work=tuple(item.work for item in known if item.work is not None)
    )
    calculator = DutyCalculator(history, _rules())
    states = [state for state in calculator.states(now()) if state.until is None]
    description = history.described[-1].point
    return PointDuties(
        since=since,
        duties=[*(_duty(state, point) for state in states), *_unconfirmed(description)],
        out_of_control=[_out_of_control(period) for period in calculator.out_of_control(now())],
        moments=sorted(
            [*_moments_of_work(known), *_moments_of_instruments(point)],
            key=lambda moment: moment.at,
            reverse=True,
        ),
    )


def visits_as_work(point_id: UUID) -> Iterator[RecordedWork]:
    """Yield the visits to a point that were handed in: for each sheet what it settles."""
    rows = (
        Visit.objects.filter(point_id=point_id, submitted_at__isnull=False)
        .select_related("agency", "engineer")
        .order_by("-id")
    )
    visits = {row.pk: row for row in rows}
    base = {"agency": "/agency", "discharger": "/source"}.get(
        current_actor().organization_kind or "", "/supervision"
    )
    for sheet in RecordSheet.objects.filter(visit__in=visits).order_by("visit_id", "position"):
        visit = visits[sheet.visit_id]
        defined = definition(sheet.definition)
        yield RecordedWork(
            at=visit.signed_in_at,
            work=WorkDone(visit.signed_in_at, OUTCOMES[sheet.verdict], sheet=defined.code)
            if visit.state in COUNTED
            else None,
            title=localized(defined.source["title"]),
            by=visit.agency.name,
            result=(sheet.verdict, sheet.get_verdict_display()),
            address=f"{base}/visits/{visit.pk}/",
        )


def _first_contract_day(point: MonitoringPoint) -> date | None:
    periods = PointAccess.objects.filter(point=point).values_list("period", flat=True)
    return min((period.lower for period in periods if period.lower), default=None)


def _rules() -> Rules:
    rules = rules_of_packs(packs())
    return replace(
        rules, calibrates=lambda item: item.overdue_out_of_control and item.sheet is not None
    )


def _history(point: MonitoringPoint, since: date) -> PointHistory:
    instruments = Instrument.objects.filter(
        point=point, kind=InstrumentKind.ANALYZER, period__isnull=False
    )
    return PointHistory(
        described=tuple(_described(point, since)),
        installed=tuple(
            Installed(
                row.slot,
                str(row.pk),
                day_bounds(row.period.lower)[0],
                day_bounds(row.period.upper)[0] if row.period.upper else None,
            )
            for row in instruments
            if row.period.lower
        ),
        stops=tuple(_stops(list(instruments))),
        until=day_bounds(point.closed_on)[0] if point.closed_on else None,
    )


def _described(point: MonitoringPoint, since: date) -> list[Described]:
    """Return how the point was described from a day on."""
    revisions = PointRevision.objects.filter(point=point).order_by("number")
    rows = [
        Described(
            max(row.period.lower or since, since),
            PointDescription(
                kind=point.kind,
                sampling_method=row.sampling_method or None,
                automatic_calibration=row.automatic_calibration,
                parameters=tuple(row.parameters),
            ),
        )
        for row in revisions
        if row.period.upper is None or row.period.upper > since
    ]
    return rows or [Described(since, description_of(point))]


def _stops(instruments: list[Instrument]) -> Iterator[Stop]:
    """Yield when every analyser of the point stood still: then the source does."""
    actions = InstrumentAction.objects.filter(
        instrument__in=instruments, stopped__isnull=False
    ).order_by("on")
    stopped = [(row.instrument_id, row.stopped.lower, row.stopped.upper) for row in actions]
    days = sorted({day for _pk, low, high in stopped for day in (low, high) if day is not None})
    for first, following in zip_longest(days, days[1:]):
        standing = {
            row.pk
            for row in instruments
            if row.period.lower and row.period.lower <= first
            if row.period.upper is None or row.period.upper > first
        }
        still = {pk for pk, low, high in stopped if low <= first and (high is None or high > first)}
        if standing and standing <= still:
            until = day_bounds(following)[0] if following else None
            yield Stop(since=day_bounds(first)[0], until=until)


def _duty(state: DutyState, point: MonitoringPoint) -> Duty:
    item = state.obligation
    stands = _state_of(state)
    parameters = dict.fromkeys(name for duty in state.by_parameter for name in duty.parameters)
    return Duty(
        title=labels.localized(item.activity),
        how_often=labels.obligation_text(item),
        source=f"{item.standard} {item.clause}",
        parameters="、".join(map(labels.parameter_text, parameters)),
        state=stands,
        last_done=state.last_done,
        due_on=state.due_on,
        known=_known(list(parameters), point) if stands == "not_observed" else "",
    )


def _known(parameters: Sequence[str], point: MonitoringPoint) -> str:
    """Return what is filed of what a machine does by itself, and why nothing of it is seen."""
    named = Instrument.objects.filter(
        point=point, kind=InstrumentKind.ANALYZER, period__contains=today()
    )
    named = named.filter(slot__in=parameters) if parameters else named
    versions = InstrumentRevision.objects.filter(
        instrument__in=named, state=RevisionState.OFFICIAL
    ).order_by("instrument__slot", "id")
    instruments = "、".join(
        " ".join(one for one in (row.parameter, row.model, row.serial_number) if one)
        for row in versions
    )
    ability = (
        _("测点备案为具备自动校准")
        if point.automatic_calibration
        else _("测点备案未填具备自动校准")
    )
    return _(
        "%(ability)s；在用仪器：%(instruments)s。"
        "此项没有记录单，系统也没有接收设备自身的记录，无法判断是否完成"
    ) % {"ability": ability, "instruments": instruments or _("没有已备案的")}


def _state_of(state: DutyState) -> str:
    if state.obligation.sheet is None and not state.done_count:
        return "not_observed"
    if state.overdue_since is not None:
        return "overdue"
    if state.due_on is None:
        return "suspended"
    interval = state.obligation.interval
    short = interval.unit == "hour" or (
        interval.unit == "day" and interval.value <= DAYS_OF_SHORT_INTERVALS
    )
    soon = timedelta(days=1) if short else SOON
    return "expiring" if state.due_on - today() <= soon else "normal"


def _unconfirmed(description: PointDescription) -> Iterator[Duty]:
    for pack in packs():
        if pack.kind != description.kind or not pack.in_force(today()):
            continue
        for row in unconfirmed_for(description, today(), [pack]):
            yield Duty(
                title=labels.localized(row.activity),
                how_often=str(labels.UNCONFIRMED),
                source=f"{row.authority or pack.standard} {row.clause}",
                parameters="、".join(map(labels.parameter_text, row.parameters or ())),
                state="unknown",
                last_done=None,
                due_on=None,
            )


def _out_of_control(period: Period) -> OutOfControl:
    name = labels.parameter_text(period.parameter) if period.parameter else _("整个测点")
    return OutOfControl(name, period.since, period.until)


def _moments_of_work(known: Iterable[RecordedWork]) -> list[Moment]:
    """Return each record once, however much it settles."""
    told = (Moment(item.at, item.title, item.by, item.result, item.address) for item in known)
    return list(dict.fromkeys(told))


def _moments_of_instruments(point: MonitoringPoint) -> Iterator[Moment]:
    actions = InstrumentAction.objects.filter(instrument__point=point).select_related("instrument")
    for row in actions:
        start = datetime.combine(row.on, datetime.min.time(), tzinfo=SHANGHAI)
        title = _("仪器%(what)s：%(slot)s") % {
            "what": row.get_action_display(),
            "slot": row.instrument.slot,
        }
        yield Moment(start, title, "", ("", ""), "")
