"""Corrections that are due soon or late: agency and discharger are told, once each."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from yunjian.identity.selectors import account_ids_of
from yunjian.kernel.clock import now, today
from yunjian.verification.models import ReportCorrection
from yunjian.verification.services.rows import (
    agency_link,
    holders_in,
    source_link,
    tell,
    tell_reviewers,
)

NEAR = timedelta(days=7)
DUE_SOON, OVERDUE = "report.correction_due", "report.correction_overdue"


def corrections_remind() -> int:
    """Tell of each open correction within a week of its last day, and when that is over; return
    of how many.

    Told is what holds today and was not told yet: a second run tells nobody twice, and a day
    without a run is caught up. Of one that is late already only that is told.
    """
    rows = ReportCorrection.unscoped().filter(done_by_report__isnull=True)
    late = Q(due_on__lt=today(), overdue_told_at__isnull=True)
    near = Q(due_on__range=(today(), today() + NEAR), reminded_at__isnull=True)
    keys = list(rows.filter(late | near).order_by("id").values_list("pk", flat=True))
    return sum(map(_remind, keys))


@transaction.atomic
def _remind(key: UUID) -> bool:
    rows = ReportCorrection.unscoped().select_for_update(of=("self",))
    row = rows.select_related("report__point", "report__agency").get(pk=key)
    is_late = row.is_overdue
    told = row.overdue_told_at if is_late else row.reminded_at
    if row.done_by_report_id is not None or told is not None:
        return False
    column = "overdue_told_at" if is_late else "reminded_at"
    setattr(row, column, now())
    row.save(update_fields=[column])
    report = row.report
    parameters = "、".join(row.parameters)
    when = f"已于 {row.due_on} 到期，尚未完成" if is_late else f"将于 {row.due_on} 到期"
    about = f"{report.point.name} 的报告 {report.number}（{parameters}）不合格，整改{when}"
    kind, title = (OVERDUE, "报告整改已逾期") if is_late else (DUE_SOON, "报告整改即将到期")
    body = f"{about}；整改后请重新比对并提交报告。"
    agency = {one.pk for one in holders_in(report.agency_id, "owner", "manager")}
    agency.add(report.prepared_by_id)
    tell(agency, report, kind=kind, title=title, body=body, link=agency_link(report))
    factory = account_ids_of(report.discharger_id)
    tell(factory, report, kind=kind, title=title, body=body, link=source_link(report))
    if is_late:
        tell_reviewers(report, kind, title, f"{about}。")
    return True
