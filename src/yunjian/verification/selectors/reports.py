"""Reads of reports: lists, one report with all that belongs to it, its editions."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from yunjian.access.row_policies import bypass_rls
from yunjian.access.scope import get_visible_or_404
from yunjian.agencies.models import Certificate, CompetenceConfirmation
from yunjian.evidence.models import Event
from yunjian.identity.models import Organization
from yunjian.kernel.clock import day_bounds
from yunjian.records.filters import value_filter
from yunjian.sources.models import MonitoringPoint
from yunjian.verification import events
from yunjian.verification.domain.numbers import number_key
from yunjian.verification.models import (
    FindingException,
    NumberPattern,
    Report,
    ReportDevice,
    ReportInstrument,
    ReportMaterial,
    ReportOriginal,
    ReportPerson,
    ReportSignature,
    ReportTest,
)
from yunjian.verification.models.reports import WAITING, ReportState

_SHOWN = ("agency", "discharger", "district", "point__outlet__source", "prepared_by")
_LISTED = ("agency", "discharger", "district", "point__outlet", "prepared_by")
# what lists, their files and the API show of a report: reading all columns of six joined tables
# takes a third of a page's time
_LISTED_COLUMNS = (
    *("number", "kind", "edition", "state", "issuer", "form", "executed_from", "executed_to"),
    *("submitted_at", "decision_note", "content_digest"),
    *("agency__name", "discharger__name", "district__name", "point__name", "point__outlet__code"),
    "prepared_by__display_name",
)
QUEUES: dict[str, list[str]] = {
    "waiting": [*WAITING],
    "accepted": [ReportState.ACCEPTED, ReportState.SUPERSEDED],
    "returned": [ReportState.RETURNED],
    "withdrawn": [ReportState.WITHDRAWN],
}


def reports(
    *,
    text: str = "",
    kind: str = "",
    state: str = "",
    queue: str = "",
    district: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[Report]:
    """Return the reports that the actor sees; `text` is a whole number, or else part of a number,
    a point or an organisation.

    `since` and `until` are days of execution, both included; `queue` is a key of `QUEUES`.
    """
    rows: QuerySet[Report] = Report.objects.select_related(*_LISTED).only(*_LISTED_COLUMNS)
    if text:
        rows = rows.filter(_contains(text))
    rows = rows.filter(value_filter(kind=kind, state=state, district_id=district))
    if queue in QUEUES:
        rows = rows.filter(state__in=QUEUES[queue])
    if since:
        rows = rows.filter(executed_from__gte=day_bounds(since)[0])
    if until:
        rows = rows.filter(executed_from__lt=day_bounds(until)[1])
    return rows


def _contains(text: str) -> Q:
    """Return the condition that the text is the number, or else part of number, point or party."""
    key = number_key(text)
    if key and Report.objects.filter(number_key=key).exists():
        # a whole number is found by its index; parts are looked for in every row
        return Q(number_key=key)
    parties = Organization.unscoped().filter(name__icontains=text).values("pk")
    numbers = Q(number_key__contains=key) if key else Q(pk__in=[])
    return (
        numbers
        # not joined: of a hundred thousand reports that takes a second
        | Q(point__in=MonitoringPoint.objects.filter(name__icontains=text).values("pk"))
        | Q(discharger__in=parties)
        | Q(agency__in=parties)
    )


def report_or_404(report_id: UUID | str) -> Report:
    """Return a report with its parties and place."""
    rows = Report.objects.select_related(
        *_SHOWN, "checked_by", "signed_by", "received_by", "decided_by", "file", "signature"
    )
    return get_visible_or_404(Report, report_id, queryset=rows)


def with_parts(report: Report) -> Report:
    """Return the report with all that belongs to it read, one query for each kind of part.

    Whoever sees a report reads the same: also the people and devices of the agency, which stand
    in its registers.
    """
    rows = Report.unscoped().filter(pk=report.pk)
    read = rows.select_related(
        *_SHOWN, "checked_by", "signed_by", "received_by", "decided_by", "file", "signature"
    ).prefetch_related(
        Prefetch(
            "instruments",
            ReportInstrument.unscoped().select_related("instrument", "revision").order_by("id"),
        ),
        Prefetch(
            "people",
            ReportPerson.unscoped()
            .select_related("person", "certificate", "confirmation")
            .prefetch_related(
                Prefetch("person__certificates", _certificates()),
                Prefetch("person__confirmations", CompetenceConfirmation.unscoped().all()),
            )
            .order_by("id"),
        ),
        Prefetch(
            "devices",
            ReportDevice.unscoped()
            .select_related("equipment", "certificate")
            .prefetch_related(Prefetch("equipment__certificates", _certificates()))
            .order_by("id"),
        ),
        Prefetch("materials", ReportMaterial.unscoped().order_by("id")),
        Prefetch("tests", ReportTest.unscoped().select_related("instrument").order_by("id")),
        Prefetch(
            "originals",
            ReportOriginal.unscoped().select_related("attachment").order_by("position", "id"),
        ),
    )
    with bypass_rls("a report names people and devices, which only its agency has on file"):
        return read.get()


def _certificates() -> QuerySet[Certificate]:
    return Certificate.unscoped().order_by("-valid_until")


def pattern_of(agency_id: UUID) -> NumberPattern | None:
    """Return how an agency numbers its reports, if it said so."""
    return NumberPattern.unscoped().filter(organization_id=agency_id).first()


def has_written(account_id: UUID | None, report: Report) -> bool:
    """Tell whether somebody wrote in this edition of a report: such a one does not check it."""
    return (
        Event.unscoped()
        .filter(
            object_type=Report._meta.label_lower,  # noqa: SLF001 - Django's documented API
            object_id=str(report.pk),
            actor_account_id=account_id,
            verb__in=[events.REPORT_DRAFTED, events.REPORT_CHANGED, events.REPORT_REVISED],
        )
        .exists()
    )


def editions_of(report: Report) -> list[Report]:
    """Return the editions of a report that the actor sees, the newest first."""
    rows: QuerySet[Report] = Report.objects.filter(series=report.series)
    return list(rows.order_by("-edition"))


def exceptions_of(report: Report) -> list[FindingException]:
    """Return the exceptions of a report, the newest first."""
    rows: QuerySet[FindingException] = FindingException.objects.filter(series=report.series)
    return list(rows.select_related("asked_by", "decided_by", "lifted_by").order_by("-id"))


def exceptions_waiting(*, state: str = "asked") -> QuerySet[FindingException]:
    """Return the exceptions that the actor sees, by state."""
    rows: QuerySet[FindingException] = FindingException.objects.select_related("agency", "district")
    return rows.filter(value_filter(state=state))


def exception_or_404(exception_id: UUID | str) -> FindingException:
    """Return an exception with who asked for it."""
    rows = FindingException.objects.select_related("agency", "district")
    return get_visible_or_404(FindingException, exception_id, queryset=rows)


def next_waiting(after: Report) -> Report | None:
    """Return the report that has waited longest, besides one."""
    rows: QuerySet[Report] = Report.objects.filter(state__in=WAITING).exclude(pk=after.pk)
    return rows.order_by("submitted_at", "id").first()


def certificate_signature_of(report: Report) -> ReportSignature | None:
    """Return the signature by certificate of a report, if it was signed so."""
    row: ReportSignature | None = ReportSignature.objects.filter(report=report).first()
    return row


def part_or_404(model: type[Any], report: Report, key: UUID) -> Any:
    """Return a part of a report."""
    return get_visible_or_404(model, key, queryset=model.objects.filter(report=report))
