"""Corrections that failed reports lead to: which are open, overdue or done."""

from django.db.models import QuerySet

from yunjian.kernel.clock import today
from yunjian.records.filters import text_filter
from yunjian.verification.models import ReportCorrection

STATES = ("open", "overdue", "done")


def corrections(*, text: str = "", state: str = "") -> QuerySet[ReportCorrection]:
    """Return the corrections that the actor sees; `state` is of `STATES`, or empty for all."""
    rows: QuerySet[ReportCorrection] = ReportCorrection.objects.select_related(
        "report__agency", "report__discharger", "point__outlet__source", "done_by_report"
    )
    if text:
        rows = rows.filter(text_filter(text, "report__number", "point__name"))
    match state:
        case "open":
            return rows.filter(done_by_report__isnull=True)
        case "overdue":
            return rows.filter(done_by_report__isnull=True, due_on__lt=today())
        case "done":
            return rows.filter(done_by_report__isnull=False)
    return rows
