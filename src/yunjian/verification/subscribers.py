"""What accepted reports say of the work at a point: what they settle, and what they found."""

from collections.abc import Iterator
from uuid import UUID

from yunjian.access.actor import current_actor
from yunjian.maintenance.domain import work
from yunjian.maintenance.domain.work import RecordedWork
from yunjian.sources.models import MonitoringPoint
from yunjian.standards.rules import packs
from yunjian.standards.rules.duty import Outcome, WorkDone
from yunjian.verification.selectors.forms import form_named
from yunjian.verification.selectors.history import VERDICT_TITLES
from yunjian.verification.selectors.settled import SettledReport, accepted_reports

# a failed test puts its parameter out of control until another one passes (HJ 75-2017 11.6)
OUTCOMES: dict[str, Outcome] = {"pass": "pass", "fail": "out_of_control"}
BASES = {"agency": "/agency/reports/", "discharger": "/source/reports/"}


def reports_as_work(point_id: UUID) -> Iterator[RecordedWork]:
    """Yield the accepted reports of a point, once for each obligation and parameter they settle.

    An obligation of the point as a whole is settled by a report that covers every parameter of
    the point which its form can test; a report of some of them is told and settles nothing.
    """
    point = MonitoringPoint.objects.filter(pk=point_id).first()
    if point is None:
        return
    bound = _bound_to_parameters()
    base = BASES.get(current_actor().organization_kind or "", "/supervision/reports/")
    for report in accepted_reports(point_id):
        done: list[WorkDone | None] = [*_work(report, point, bound)]
        verdict = min(report.outcomes.values(), key=_gravity, default="")
        for settled in done or [None]:
            yield RecordedWork(
                at=report.executed_at,
                work=settled,
                title=f"{report.kind} {report.number}",
                by=report.agency,
                result=(verdict, str(VERDICT_TITLES.get(verdict, verdict))),
                address=f"{base}{report.report_id}/",
            )


def _work(report: SettledReport, point: MonitoringPoint, bound: set[str]) -> Iterator[WorkDone]:
    covered = set(report.outcomes)
    form = form_named(report.form)
    for obligation in sorted(report.obligations):
        testable = {
            name
            for spec in (form.tests if form else ())
            if obligation in spec.settles
            for name in spec.parameters
        }
        whole = covered >= testable & set(point.parameters)
        if obligation not in bound and not whole:
            continue
        for one in report.tests:
            if obligation in one.obligations:
                yield WorkDone(
                    at=report.executed_at,
                    outcome=OUTCOMES.get(one.verdict, "unknown"),
                    obligations=(obligation,),
                    parameters=(one.parameter,),
                )


def _bound_to_parameters() -> set[str]:
    return {row.id for pack in packs() for row in pack.obligations if row.parameters}


def _gravity(verdict: str) -> int:
    order = ("fail", "unconfirmed", "not_judged", "", "pass")
    return order.index(verdict)


work.register("reports", reports_as_work)
