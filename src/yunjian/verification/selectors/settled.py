"""What accepted reports settle: for the duties of a point, and who asks what holds there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from django.db.models import Prefetch

from yunjian.standards.reports import ReportForm
from yunjian.verification.models import Report, ReportTest
from yunjian.verification.models.reports import ReportState
from yunjian.verification.selectors.forms import form_named, spec_of


@dataclass(frozen=True, slots=True)
class SettledTest:
    """A test of an accepted report: the obligations it settles for a parameter, and its outcome."""

    test: str
    parameter: str
    obligations: tuple[str, ...]
    verdict: str


@dataclass(frozen=True, slots=True)
class SettledReport:
    """An accepted report as duties see it."""

    report_id: UUID
    number: str
    kind: str
    form: str
    agency: str
    executed_from: datetime
    executed_at: datetime
    tests: tuple[SettledTest, ...]

    @property
    def outcomes(self) -> dict[str, str]:
        """Return by parameter the outcome: the gravest of its tests."""
        results: dict[str, str] = {}
        for one in self.tests:
            before = results.get(one.parameter)
            if before is None or GRAVITY.index(one.verdict) < GRAVITY.index(before):
                results[one.parameter] = one.verdict
        return results

    @property
    def obligations(self) -> frozenset[str]:
        """Return the ids of all obligations that it settles."""
        return frozenset(name for one in self.tests for name in one.obligations)


GRAVITY = ("fail", "unconfirmed", "not_judged", "", "pass")


def accepted_reports(point_id: UUID, *, since: datetime | None = None) -> list[SettledReport]:
    """Return the accepted reports of a point, the latest executed first; two queries."""
    return accepted_reports_of([point_id], since=since).get(point_id, [])


def accepted_reports_of(
    point_ids: Iterable[UUID], *, since: datetime | None = None
) -> dict[UUID, list[SettledReport]]:
    """Return the same for several points, by point; two queries."""
    rows = Report.objects.filter(state=ReportState.ACCEPTED, point_id__in=list(point_ids))
    if since is not None:
        rows = rows.filter(executed_to__gte=since)
    tests = Prefetch("tests", ReportTest.objects.defer("readings", "results"))
    results: dict[UUID, list[SettledReport]] = {}
    # each form is asked for once, whichever number of reports was written by it
    named = cache(form_named)
    rows = rows.select_related("agency").prefetch_related(tests)
    for row in rows.order_by("point_id", "-executed_to", "-id"):
        results.setdefault(row.point_id, []).append(_settled(row, named(row.form)))
    return results


def _settled(report: Report, form: ReportForm | None) -> SettledReport:
    tests = []
    for row in report.tests.all():
        spec = spec_of(form, row.test) if form else None
        settles = spec.settles if spec else ()
        tests.append(SettledTest(row.test, row.parameter, tuple(settles), row.verdict))
    return SettledReport(
        report_id=report.pk,
        number=report.number,
        kind=report.get_kind_display(),
        form=report.form,
        agency=report.agency.name,
        executed_from=report.executed_from,
        executed_at=report.executed_to,
        tests=tuple(tests),
    )
