"""Reads of instruments and their filing."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from yunjian.evidence.models import Attachment
from yunjian.kernel.clock import today
from yunjian.sources.filing_fields import SETTINGS, fields_of, sections_of
from yunjian.sources.models import Instrument, InstrumentRevision, MonitoringPoint
from yunjian.sources.models.filing import ChangeKind, RevisionState
from yunjian.sources.selectors.lifecycle import settings_now

DECIDED = {
    "approved": [RevisionState.OFFICIAL, RevisionState.SUPERSEDED],
    "returned": [RevisionState.RETURNED],
}


@dataclass(frozen=True, slots=True)
class InstrumentRow:
    """An instrument as a table shows it: what is official, and what is being filed."""

    instrument: Instrument
    official: InstrumentRevision | None
    pending: InstrumentRevision | None

    @property
    def shown(self) -> InstrumentRevision:
        """Return the version whose data the row shows: the official one once there is one."""
        shown = self.official or self.pending
        if shown is None:
            raise ValueError("an instrument has at least one version")
        return shown

    @property
    def retired_on(self) -> date | None:
        """Return the first day on which it no longer stands there."""
        period = self.instrument.period
        return period.upper if period is not None else None

    @property
    def is_in_use(self) -> bool:
        """Whether it is filed and stands there."""
        return self.instrument.period is not None and self.retired_on is None

    @property
    def may_change(self) -> bool:
        """Whether a new version may be begun."""
        return self.is_in_use and self.pending_state in {None, RevisionState.RETURNED}

    @property
    def pending_state(self) -> str | None:
        """Return the state of what is being filed."""
        return self.pending.state if self.pending else None


def instruments_of_point(point: MonitoringPoint, kind: str) -> list[InstrumentRow]:
    """Return the instruments of a kind at a point: in use first, then pending, then retired.

    Two queries, however many there are.
    """
    versions = InstrumentRevision.objects.exclude(state=RevisionState.SUPERSEDED).order_by(
        "-number"
    )
    instruments = Instrument.objects.filter(point=point, kind=kind).prefetch_related(
        Prefetch("revisions", queryset=versions, to_attr="versions")
    )
    rows = [_row(instrument, point) for instrument in instruments]
    return sorted(rows, key=lambda row: (row.retired_on is not None, row.instrument.slot))


def _row(instrument: Instrument, point: MonitoringPoint) -> InstrumentRow:
    instrument.point = point
    versions: list[InstrumentRevision] = instrument.versions  # type: ignore[attr-defined]
    for version in versions:
        version.instrument = instrument
    official = next((row for row in versions if row.state == RevisionState.OFFICIAL), None)
    newest = versions[0] if versions else None
    # a returned version matters until a newer one is begun
    pending = newest if newest is not None and newest is not official else None
    return InstrumentRow(instrument, official, pending)


def revision_on(instrument: Instrument, day: date | None = None) -> InstrumentRevision | None:
    """Return the version whose data held on a day (today by default)."""
    return (
        InstrumentRevision.objects.filter(instrument=instrument, effective__contains=day or today())
        .select_related("instrument__point")
        .first()
    )


def filing_queue(
    *,
    tab: str = "pending",
    keyword: str = "",
    district: str = "",
    kind: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[InstrumentRevision]:
    """Return the filings in the jurisdiction: to be decided, approved, or returned.

    `keyword` looks into the discharger, the point, its MN code, the model and serial number;
    `since` and `until` are days (inclusive) of handing in.
    """
    states = DECIDED.get(tab, [RevisionState.SUBMITTED])
    rows = InstrumentRevision.objects.filter(state__in=states).select_related(
        "instrument__organization", "instrument__point__outlet__source__district", "decided_by"
    )
    if keyword:
        rows = rows.filter(
            Q(instrument__organization__name__icontains=keyword)
            | Q(instrument__point__name__icontains=keyword)
            | Q(instrument__point__mn_code__icontains=keyword)
            | Q(model__icontains=keyword)
            | Q(serial_number__icontains=keyword)
        )
    if district:
        rows = rows.filter(instrument__point__district_id=district)
    if kind:
        rows = rows.filter(instrument__kind=kind)
    if since:
        rows = rows.filter(submitted_at__date__gte=since)
    if until:
        rows = rows.filter(submitted_at__date__lte=until)
    return rows


@dataclass(frozen=True, slots=True)
class ShownValue:
    """One value of a version beside the one it would replace."""

    path: str
    label: str
    value: str
    before: str
    compared: bool

    @property
    def differs(self) -> bool:
        """Whether the version changes this value."""
        return self.compared and self.value != self.before


@dataclass(frozen=True, slots=True)
class ShownSection:
    """Values that belong together."""

    title: str
    values: list[ShownValue]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the review as it is drawn: done, current, waiting or failed."""

    title: str
    state: Literal["done", "current", "waiting", "failed"]
    at: datetime | None = None
    who: str = ""


@dataclass(frozen=True, slots=True)
class RevisionDetail:
    """A version with everything a reader needs to judge it."""

    revision: InstrumentRevision
    sections: list[ShownSection]
    replaces: InstrumentRevision | None
    attachments: list[Attachment]

    @property
    def differences(self) -> list[ShownValue]:
        """Return the values that differ from the version it replaces."""
        return [value for section in self.sections for value in section.values if value.differs]

    @property
    def steps(self) -> list[Step]:
        """Return the way of the version: 填报 → 提交 → 审核 → 正式."""
        revision = self.revision
        state = revision.state
        decided_by = str(revision.decided_by or "")
        if state == RevisionState.DRAFT:
            return [
                Step(_("填报"), "current", revision.created_at),
                *_waiting(_("提交"), _("审核"), _("正式")),
            ]
        handed_in = [
            Step(_("填报"), "done", revision.created_at),
            Step(_("提交"), "done", revision.submitted_at),
        ]
        if state == RevisionState.SUBMITTED:
            return [*handed_in, Step(_("审核"), "current"), *_waiting(_("正式"))]
        if state == RevisionState.RETURNED:
            returned = Step(_("退回"), "failed", revision.decided_at, decided_by)
            return [*handed_in, returned, *_waiting(_("正式"))]
        decided = Step(_("审核"), "done", revision.decided_at, decided_by)
        last = _("历史版本") if state == RevisionState.SUPERSEDED else _("正式")
        return [*handed_in, decided, Step(last, "done", revision.decided_at)]


def _waiting(*titles: str) -> list[Step]:
    return [Step(title, "waiting") for title in titles]


def revision_detail(revision: InstrumentRevision) -> RevisionDetail:
    """Return a version by section, compared with the one that was official before it."""
    instrument = revision.instrument
    replaces = (
        InstrumentRevision.objects.filter(
            instrument=instrument,
            number__lt=revision.number,
            state__in=[RevisionState.OFFICIAL, RevisionState.SUPERSEDED],
        )
        .order_by("-number")
        .first()
    )
    sections = [
        ShownSection(
            section.title,
            [
                ShownValue(
                    field.path,
                    field.label,
                    field.show(revision),
                    field.show(replaces) if replaces else "",
                    compared=replaces is not None,
                )
                for field in section.fields
            ],
        )
        for section in sections_of(instrument.kind, instrument.point, revision.parameter)
    ]
    return RevisionDetail(revision, sections, replaces, list(revision.attachments.all()))


def versions_of(instrument: Instrument) -> list[InstrumentRevision]:
    """Return the versions of an instrument that the actor may see, the newest first."""
    return list(
        InstrumentRevision.objects.filter(instrument=instrument)
        .select_related("decided_by", "created_by")
        .order_by("-number")
    )


def changed_paths(before: InstrumentRevision, after: InstrumentRevision) -> list[str]:
    """Return the paths whose values differ between two versions of one instrument."""
    instrument = after.instrument
    fields = fields_of(instrument.kind, instrument.point, after.parameter)
    return [field.path for field in fields if field.read(before) != field.read(after)]


# what a renewal may bring: newer papers, and who to ask
RENEWED = {
    "certificate_number",
    "certificate_valid_until",
    "type_approval_number",
    "contact_name",
    "contact_phone",
    "note",
}


def is_plain_renewal(official: InstrumentRevision, revision: InstrumentRevision) -> bool:
    """Tell whether a version renews the papers of the official one and changes nothing else.

    Key parameters that were changed on record since are no change of the filing.
    """
    if revision.change_kind != ChangeKind.RENEWAL:
        return False
    changed = {path for path in changed_paths(official, revision) if not path.startswith(SETTINGS)}
    return changed <= RENEWED and settings_now(revision) == settings_now(official)
