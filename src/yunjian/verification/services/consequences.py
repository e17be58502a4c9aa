"""What follows from an accepted report: follow-ups and corrections that waited for it are done."""

from datetime import date

from django.db.models import Prefetch, Q

from yunjian.access.actor import Actor
from yunjian.evidence.services import record
from yunjian.instruments import events as instrument_events
from yunjian.instruments.models import FollowUp
from yunjian.kernel.clock import business_day
from yunjian.verification.models import Report, ReportCorrection, ReportTest
from yunjian.verification.models.reports import ReportKind

# which follow-ups of an instrument a kind of report does; the codes are those of
# instruments/data/follow_ups.toml
DOES = {
    ReportKind.ACCEPTANCE: ("acceptance",),
    ReportKind.VERIFICATION: ("verification",),
    ReportKind.COMPARISON: ("verification",),
    ReportKind.WATER_SAMPLE: ("verification",),
    ReportKind.SYSTEM_CALIBRATION: (),
}


def follow_ups_close(actor: Actor, report: Report) -> list[str]:
    """Complete the open follow-ups that an accepted report does; return their codes.

    Only those of an instrument that was tested and passed every test; what is tested for the whole
    system has to pass as well. `report` was read `with_parts`.
    """
    day = business_day(report.executed_to)
    passed = {row.parameter for row in report.tests.all() if row.verdict == "pass"}
    other = {row.parameter for row in report.tests.all() if row.verdict != "pass"}
    instruments = [
        row.instrument_id
        for row in report.instruments.all()
        if row.instrument.slot in passed - other and "" not in other
    ]
    rows = list(
        FollowUp.unscoped()
        .select_related("instrument")
        .select_for_update(of=("self",))
        .filter(
            instrument_id__in=instruments,
            code__in=DOES[ReportKind(report.kind)],
            done_on__isnull=True,
            opened_on__lte=day,
        )
        .order_by("id")
    )
    for row in rows:
        row.done_on = day
        row.report_number = report.number
        row.done_by_id = actor.account_id
        row.save(update_fields=["done_on", "report_number", "done_by"])
        record(
            actor=actor,
            verb=instrument_events.FOLLOW_UP_DONE,
            obj=row.instrument,
            organization_id=row.instrument.organization_id,
            payload={
                "follow_up": row.code,
                "title": row.title,
                "done_on": day.isoformat(),
                "report": row.report_number,
            },
        )
    return [row.code for row in rows]


def corrections_close(report: Report, outcome: str) -> None:
    """Close the open corrections at the point whose parameters passed now.

    Only what was executed after the failed report closes it: another edition of the same execution
    corrects figures, not the instrument. A parameter passed when a test of it did, and every other
    one of it as well: what was not judged puts nothing right. `report` was read `with_parts`.
    """
    if outcome == "fail":
        return
    verdicts: dict[str, set[str]] = {}
    for test in report.tests.all():
        verdicts.setdefault(test.parameter, set()).add(test.verdict)
    passed = {parameter for parameter, held in verdicts.items() if held == {"pass"}}
    day = business_day(report.executed_to)
    waiting = (
        ReportCorrection.unscoped()
        .filter(
            Q(opened_on__lte=day),
            point_id=report.point_id,
            done_by_report__isnull=True,
            report__executed_to__lte=report.executed_from,
        )
        .select_related("report")
        .prefetch_related(Prefetch("report__tests", ReportTest.unscoped().filter(verdict="fail")))
    )
    tests = {(row.test, row.parameter) for row in report.tests.all()}
    for row in waiting.select_for_update(of=("self",)).order_by("id"):
        failed = {(one.test, one.parameter) for one in row.report.tests.all()}
        if set(row.parameters) <= passed and failed <= tests:
            row.done_by_report = report
            row.save(update_fields=["done_by_report"])


def correction_carry(report: Report, outcome: str) -> date | None:
    """Take over the open correction of the editions that an accepted report corrects.

    Figures that were wrong make no second correction with a term of its own: one that still fails
    keeps the first term, which is returned; one that passes was never out of order.
    """
    row = (
        ReportCorrection.unscoped()
        .filter(report__series=report.series, done_by_report__isnull=True)
        .first()
    )
    if row is None or outcome not in {"pass", "fail"}:
        return None
    if outcome == "pass":
        row.done_by_report = report
        row.save(update_fields=["done_by_report"])
        return None
    failed = {one.parameter for one in report.tests.all() if one.verdict == "fail"}
    row.report, row.parameters = report, sorted(failed)
    row.save(update_fields=["report", "parameters"])
    return row.due_on
