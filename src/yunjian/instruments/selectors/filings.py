"""Reads of instruments and their filing."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from django.db.models import (
    Avg,
    Count,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    prefetch_related_objects,
)
from django.utils.translation import gettext as _

from yunjian.evidence.models import Attachment
from yunjian.identity.models import Account
from yunjian.identity.models.organizations import OrganizationKind
from yunjian.instruments.fields import CONTACT, SETTINGS, fields_of, sections_of
from yunjian.instruments.models import (
    Instrument,
    InstrumentAction,
    InstrumentRevision,
    ParameterChange,
)
from yunjian.instruments.models.filing import OPEN_STATES, ChangeKind, RevisionState
from yunjian.instruments.selectors.lifecycle import settings_now
from yunjian.kernel.clock import today
from yunjian.records.filters import text_filter, value_filter
from yunjian.sources.models import MonitoringPoint

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
    is_stopped: bool = False

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
    instruments = list(_with_stop(Instrument.objects.filter(point=point, kind=kind)))
    for instrument in instruments:
        instrument.point = point
    rows = instrument_rows(instruments)
    return sorted(rows, key=lambda row: (row.retired_on is not None, row.instrument.slot))


def _with_stop(rows: QuerySet[Instrument]) -> QuerySet[Instrument]:
    stops = InstrumentAction.objects.filter(
        instrument=OuterRef("pk"), stopped__contains=today()
    ).order_by()
    return rows.annotate(stopped_now=Exists(stops))


EXPIRING = timedelta(days=60)


def instrument_ledger(
    *, keyword: str = "", kind: str = "", state: str = ""
) -> QuerySet[Instrument]:
    """Return the instruments that the actor sees, with their places.

    `state`: "in_use", "pending" (a filing is open), "expiring" (the certificate within 60 days),
    "ended".
    """
    rows: QuerySet[Instrument] = _with_stop(
        Instrument.objects.select_related("point__outlet__source")
    )
    rows = rows.filter(value_filter(kind=kind))
    versions = InstrumentRevision.objects.filter(instrument=OuterRef("pk")).order_by()
    if keyword:
        fitting = versions.filter(text_filter(keyword, "model", "serial_number"))
        rows = rows.filter(text_filter(keyword, "point__name", "point__mn_code") | Exists(fitting))
    match state:
        case "in_use":
            rows = rows.filter(period__isnull=False, period__endswith__isnull=True)
        case "ended":
            rows = rows.filter(period__endswith__isnull=False)
        case "pending":
            rows = rows.filter(Exists(versions.filter(state__in=OPEN_STATES)))
        case "expiring":
            official = versions.filter(state=RevisionState.OFFICIAL)
            soon = official.filter(certificate_valid_until__lte=today() + EXPIRING)
            rows = rows.filter(Exists(soon), period__endswith__isnull=True)
    return rows


def instrument_rows(instruments: list[Instrument]) -> list[InstrumentRow]:
    """Return instruments as a table shows them, in their order; one query for their versions."""
    rows = InstrumentRevision.objects.exclude(state=RevisionState.SUPERSEDED).order_by("-number")
    prefetch_related_objects(instruments, Prefetch("revisions", queryset=rows, to_attr="versions"))
    return [_row(instrument) for instrument in instruments]


def _row(instrument: Instrument) -> InstrumentRow:
    versions: list[InstrumentRevision] = instrument.versions  # type: ignore[attr-defined]
    for version in versions:
        version.instrument = instrument
    official = next((row for row in versions if row.state == RevisionState.OFFICIAL), None)
    newest = versions[0] if versions else None
    # a returned version matters until a newer one is begun
    pending = newest if newest is not None and newest is not official else None
    stopped = bool(getattr(instrument, "stopped_now", False))
    return InstrumentRow(instrument, official, pending, stopped)


def revision_on(instrument: Instrument, day: date | None = None) -> InstrumentRevision | None:
    """Return the version whose data held on a day (today by default)."""
    rows: QuerySet[InstrumentRevision] = InstrumentRevision.objects.filter(instrument=instrument)
    held = rows.filter(effective__contains=day or today())
    return held.select_related("instrument__point").first()


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
        "instrument__predecessor",
        "instrument__organization",
        "instrument__point__outlet__source__district",
        "decided_by",
    )
    if tab == "renewals":
        rows = rows.filter(change_kind=ChangeKind.RENEWAL)
    return rows.filter(
        text_filter(
            keyword,
            "instrument__organization__name",
            "instrument__point__name",
            "instrument__point__mn_code",
            "model",
            "serial_number",
        ),
        value_filter(
            instrument__point__district_id=district,
            instrument__kind=kind,
            submitted_at__date__gte=since,
            submitted_at__date__lte=until,
        ),
    )


def filings_visible(
    *, state: str = "", point_id: UUID | None = None
) -> QuerySet[InstrumentRevision]:
    """Return the versions that the actor sees, with their instruments and places."""
    rows: QuerySet[InstrumentRevision] = InstrumentRevision.objects.select_related(
        "instrument__predecessor", "instrument__point__outlet__source"
    )
    return rows.filter(value_filter(state=state, instrument__point_id=point_id))


def reviewers_of(district_code: str) -> list[Account]:
    """Return the active reviewers of the authorities whose jurisdiction holds the district."""
    everywhere = Q(organization__jurisdiction__isnull=True)
    return list(
        Account.objects.filter(
            everywhere | Q(organization__jurisdiction=district_code),
            is_active=True,
            organization__kind=OrganizationKind.AUTHORITY,
            role_grants__role="reviewer",
        ).distinct()
    )


def waiting_by_district() -> list[tuple[str, str, int]]:
    """Return code and name of each district of the jurisdiction with what waits there."""
    rows = (
        InstrumentRevision.objects.filter(state=RevisionState.SUBMITTED)
        .order_by()
        .values_list("instrument__point__district_id", "instrument__point__district__name")
        .annotate(number=Count("pk"))
        .order_by("-number", "instrument__point__district_id")
    )
    return [(code, name, number) for code, name, number in rows]


def days_to_decision(since: date) -> float | None:
    """Return the mean of days from handing in to the decision, of decisions since a day."""
    spent = InstrumentRevision.objects.filter(
        decided_at__date__gte=since, submitted_at__isnull=False
    ).aggregate(mean=Avg(F("decided_at") - F("submitted_at")))["mean"]
    return None if spent is None else spent.total_seconds() / 86400


@dataclass(frozen=True, slots=True)
class ShownValue:
    """One value of a version beside the one it would replace."""

    path: str
    label: str
    value: str
    before: str
    compared: bool
    remark: str = ""

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


def revision_detail(
    revision: InstrumentRevision, against: InstrumentRevision | None = None
) -> RevisionDetail:
    """Return a version by section, compared with `against`, or the official one before it."""
    instrument = revision.instrument
    replaces = against or (
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
            str(section.title),
            [
                ShownValue(
                    field.path,
                    str(field.label),
                    field.show(revision),
                    field.show(replaces) if replaces else "",
                    compared=replaces is not None,
                    remark=revision.field_remarks.get(field.path, ""),
                )
                for field in section.fields
            ],
        )
        for section in sections_of(instrument.kind, instrument.point, revision.parameter)
    ]
    return RevisionDetail(revision, sections, replaces, list(revision.attachments.all()))


def versions_of(instrument: Instrument) -> list[InstrumentRevision]:
    """Return the versions of an instrument that the actor may see, the newest first."""
    rows = InstrumentRevision.objects.filter(instrument=instrument)
    versions = list(rows.select_related("decided_by", "created_by").order_by("-number"))
    for version in versions:
        version.instrument = instrument
    return versions


def official_version(instrument: Instrument) -> InstrumentRevision | None:
    """Return the official version of an instrument, when there is one to be seen."""
    rows = versions_of(instrument)
    return next((row for row in rows if row.state == RevisionState.OFFICIAL), None)


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
    *(field.path for field in CONTACT.fields),
}


def plain_renewals(revisions: list[InstrumentRevision]) -> set[UUID]:
    """Return which versions renew papers and change nothing else; two queries."""
    renewals = [row for row in revisions if row.change_kind == ChangeKind.RENEWAL]
    if not renewals:
        return set()
    keys = [row.instrument_id for row in renewals]
    officials = {
        row.instrument_id: row
        for row in InstrumentRevision.objects.filter(
            instrument_id__in=keys, state=RevisionState.OFFICIAL
        )
    }
    changes: dict[UUID, list[ParameterChange]] = defaultdict(list)
    for change in ParameterChange.objects.filter(instrument_id__in=keys).order_by("id"):
        changes[change.instrument_id].append(change)
    result = set()
    for row in renewals:
        official = officials.get(row.instrument_id)
        if official is not None:
            official.instrument = row.instrument
            if is_plain_renewal(official, row, changes[row.instrument_id]):
                result.add(row.pk)
    return result


def is_plain_renewal(
    official: InstrumentRevision,
    revision: InstrumentRevision,
    changes: list[ParameterChange] | None = None,
) -> bool:
    """Tell whether a version renews the papers of the official one and changes nothing else.

    Key parameters that were changed on record since are no change of the filing.
    """
    if revision.change_kind != ChangeKind.RENEWAL:
        return False
    changed = {path for path in changed_paths(official, revision) if not path.startswith(SETTINGS)}
    return changed <= RENEWED and settings_now(revision, changes) == settings_now(official, changes)
