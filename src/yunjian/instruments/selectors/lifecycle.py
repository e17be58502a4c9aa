"""Reads of what happens to instruments on file, and of what stood at a point on a day."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from yunjian.instruments.domain.follow_up_rules import follow_up_rules
from yunjian.instruments.fields import SETTINGS, setting_labels
from yunjian.instruments.models import (
    FollowUp,
    Instrument,
    InstrumentAction,
    InstrumentRevision,
    ParameterChange,
)
from yunjian.instruments.models.filing import RevisionState
from yunjian.instruments.models.lifecycle import OPEN_STOP
from yunjian.kernel.clock import today
from yunjian.kernel.languages import localized
from yunjian.records.filters import text_filter
from yunjian.sources.models import EmissionLimit, MonitoringPoint
from yunjian.sources.models.places import SamplingMethod
from yunjian.sources.selectors import descriptions_on, limits_on
from yunjian.standards.rules import PointDescription


def settings_now(
    revision: InstrumentRevision, changes: list[ParameterChange] | None = None
) -> dict[str, Any]:
    """Return the key parameters of a version with the changes recorded since it was frozen.

    `changes` are those of its instrument by id, when they are at hand.
    """
    frozen = revision.submitted_at or revision.decided_at
    held: dict[str, Any] = dict(revision.settings)
    if frozen is None:
        return held
    if changes is None:
        mine = ParameterChange.unscoped().filter(instrument_id=revision.instrument_id)
        changes = list(mine.order_by("id"))
    for change in changes:
        if change.recorded_at <= frozen:
            continue
        for path, (_before, after) in change.changes.items():
            key = path.removeprefix(SETTINGS)
            held.pop(key, None)
            if after:
                held[key] = after
    return held


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A change of key parameters, as people read it."""

    change: ParameterChange
    lines: list[tuple[str, str, str]]


def parameter_changes_of(instrument: Instrument) -> list[ShownChange]:
    """Return the changes of key parameters of an instrument, the newest first."""
    labels = setting_labels()
    rows = (
        ParameterChange.objects.filter(instrument=instrument)
        .select_related("recorded_by")
        .prefetch_related("attachments")
        .order_by("-id")
    )
    return [
        ShownChange(
            row, [(labels.get(path, path), *values) for path, values in row.changes.items()]
        )
        for row in rows
    ]


def actions_of(instrument: Instrument) -> list[InstrumentAction]:
    """Return what was done with an instrument, the newest first."""
    return list(
        InstrumentAction.objects.filter(instrument=instrument)
        .select_related("recorded_by", "successor__point")
        .prefetch_related("attachments")
    )


def open_stop(instrument: Instrument) -> InstrumentAction | None:
    """Return the stop that an instrument has not come back from."""
    rows: QuerySet[InstrumentAction] = InstrumentAction.objects.filter(OPEN_STOP)
    return rows.filter(instrument=instrument).first()


def follow_ups_of(instrument: Instrument) -> list[FollowUp]:
    """Return what an instrument's changes lead to, by due date."""
    return list(
        FollowUp.objects.filter(instrument=instrument)
        .select_related("done_by")
        .prefetch_related("attachments")
        .order_by("due_on", "id")
    )


def follow_ups_visible(*, state: str = "open", keyword: str = "") -> QuerySet[FollowUp]:
    """Return follow-ups that the actor sees: "open", "overdue" or "done"."""
    rows: QuerySet[FollowUp] = FollowUp.objects.select_related(
        "instrument__organization", "instrument__point__outlet__source", "revision"
    )
    columns = ("instrument__point__name", "instrument__organization__name", "revision__model")
    return rows.filter(
        text_filter(keyword, *columns, "title"),
        Q(due_on__lt=today()) if state == "overdue" else Q(),
        done_on__isnull=state != "done",
    )


def follow_up_title(row: FollowUp) -> str:
    """Return what is to be done, in the language that is read now."""
    rules = follow_up_rules()
    known = next((rule for rule in rules if rule.title["zh"] == row.title), None)
    return localized(known.title) if known is not None else row.title


@dataclass(frozen=True, slots=True)
class Standing:
    """An instrument that stood at a point on a day, what held of it then, and whether it ran."""

    instrument: Instrument
    revision: InstrumentRevision | None
    stopped: InstrumentAction | None


def stood_on(point: MonitoringPoint, day: date) -> list[Standing]:
    """Return what stood at a point on a day, by slot; three queries."""
    held = InstrumentRevision.objects.filter(
        Q(state__in=[RevisionState.OFFICIAL, RevisionState.SUPERSEDED], effective__contains=day)
        # filed before effective days were kept
        | Q(state=RevisionState.OFFICIAL, effective__isnull=True)
    )
    stops = InstrumentAction.objects.filter(stopped__contains=day)
    rows = (
        Instrument.objects.filter(point=point, period__contains=day)
        .order_by("kind", "slot")
        .prefetch_related(
            Prefetch("revisions", queryset=held.order_by("number"), to_attr="held"),
            Prefetch("actions", queryset=stops, to_attr="stops"),
        )
    )
    results = []
    for row in rows:
        row.point = point
        revision = row.held[-1] if row.held else None
        if revision is not None:
            revision.instrument = row
        results.append(Standing(row, revision, row.stops[0] if row.stops else None))
    return results


@dataclass(frozen=True, slots=True)
class StoodThere:
    """A point on a day: how it was described, which instruments stood there, which limits held."""

    day: date
    description: PointDescription | None
    instruments: list[Standing]
    limits: list[EmissionLimit]

    @property
    def sampling_method(self) -> str:
        """Return how a CEMS took its sample then; empty of any other point."""
        code = self.description.sampling_method if self.description else ""
        return str(SamplingMethod(code).label) if code else ""


def point_on(point: MonitoringPoint, day: date | None = None) -> StoodThere:
    """Return a point as it was on a day (today by default), with all that stood there."""
    day = day or today()
    description = descriptions_on([point], day)[point.pk]
    return StoodThere(
        day=day,
        description=description,
        instruments=stood_on(point, day),
        limits=limits_on(point.outlet, day),
    )
