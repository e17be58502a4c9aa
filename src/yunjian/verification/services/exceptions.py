"""Exceptions: a blocking finding does not hold a report up, by the decision of an authority."""

from django.db import transaction
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.evidence.services import record
from yunjian.instruments.selectors.filings import reviewers_of
from yunjian.kernel.clock import now
from yunjian.kernel.errors import InvalidInput, InvalidState
from yunjian.messaging.services import notify
from yunjian.records.problems import Problems, conflict_when, locked
from yunjian.verification import events
from yunjian.verification.models import FindingException, Report
from yunjian.verification.models.parts import ExceptionState
from yunjian.verification.models.reports import ReportState
from yunjian.verification.policies import may_prepare, may_review
from yunjian.verification.selectors.facts import blocking, current_findings
from yunjian.verification.services.rows import holders_in, locked_report, require_state

MAX_REASON = 200


@transaction.atomic
def exception_ask(
    *, actor: Actor, report: Report, code: str, path: str, finding: str, reason: str
) -> FindingException:
    """Ask the authority not to let a blocking finding hold a report up.

    Raises:
        NotAllowed: the actor writes no reports of the agency.
        InvalidState: the report waits for no signature.
        InvalidInput: no reason, or nothing of that kind is found now.
        Conflict: it was asked for already.
    """
    report = locked_report(report)
    require(may_prepare(actor, report))
    message = _("只有草稿和待签字的报告可以申请例外")
    require_state(report, ReportState.DRAFT, ReportState.CHECKED, message=message)
    _check_reason(reason)
    found = next(
        (
            one
            for one in blocking(report, current_findings(report))
            if (one.code, one.path, one.text("zh")) == (code, path, finding)
        ),
        None,
    )
    if found is None:
        raise InvalidInput(_("没有这项问题，或已不影响签字"), code="unknown", field="finding")
    row = FindingException(
        series=report.series,
        report_number=report.number,
        agency_id=report.agency_id,
        district_id=report.district_id,
        code=code,
        path=path,
        finding=finding,
        state=ExceptionState.ASKED,
        asked_by_id=actor.account_id,
        asked_reason=reason.strip(),
    )
    with conflict_when("finding_exception_one_open", _("已申请过该项例外"), "finding"):
        row.save(force_insert=True)
    notify(
        recipients=reviewers_of(report.district_id),
        kind=events.EXCEPTION_ASKED,
        title="报告问题申请例外",
        body=f"{actor.organization_name} 的报告 {report.number}：{finding}（{row.asked_reason}）",
        link="/supervision/report-exceptions/",
        about=row,
    )
    _note(actor, events.EXCEPTION_ASKED, row, row.asked_reason)
    return row


@transaction.atomic
def exception_decide(
    *, actor: Actor, exception: FindingException, granted: bool, reason: str
) -> FindingException:
    """Grant or refuse what was asked for, with a reason; the agency is told.

    Raises:
        NotAllowed: the actor is no reviewer of the district.
        InvalidState: it was decided already.
        InvalidInput: no reason.
    """
    row = locked(exception)
    require(may_review(actor, row.district_id))
    if row.state != ExceptionState.ASKED:
        raise InvalidState(_("该例外已处理"))
    _check_reason(reason)
    row.state = ExceptionState.GRANTED if granted else ExceptionState.REFUSED
    row.reason = reason.strip()
    row.decided_by_id = actor.account_id
    row.decided_at = now()
    row.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    verb = events.EXCEPTION_GRANTED if granted else events.EXCEPTION_REFUSED
    outcome = "已同意" if granted else "未同意"
    _tell(row, verb, f"例外{outcome}", f"{row.finding}：{outcome}。{row.reason}")
    _note(actor, verb, row, row.reason)
    return row


@transaction.atomic
def exception_grant(
    *, actor: Actor, report: Report, code: str, path: str, finding: str, reason: str
) -> FindingException:
    """Set a blocking finding of a submitted report aside, without being asked.

    Raises:
        NotAllowed: the actor is no reviewer of the district.
        InvalidInput: no reason, or nothing of that kind is found now.
        Conflict: it is set aside already.
    """
    report = locked_report(report)
    require(may_review(actor, report.district_id))
    _check_reason(reason)
    found = any(
        (one.code, one.path, one.text("zh")) == (code, path, finding)
        for one in blocking(report, current_findings(report))
    )
    if not found:
        raise InvalidInput(_("没有这项问题，或已是例外"), code="unknown", field="finding")
    row = FindingException(
        series=report.series,
        report_number=report.number,
        agency_id=report.agency_id,
        district_id=report.district_id,
        code=code,
        path=path,
        finding=finding,
        state=ExceptionState.GRANTED,
        reason=reason.strip(),
        decided_by_id=actor.account_id,
        decided_at=now(),
    )
    with conflict_when("finding_exception_one_open", _("该项已有例外"), "finding"):
        row.save(force_insert=True)
    _tell(row, events.EXCEPTION_GRANTED, "例外已同意", f"{row.finding}：{row.reason}")
    _note(actor, events.EXCEPTION_GRANTED, row, row.reason)
    return row


@transaction.atomic
def exception_lift(*, actor: Actor, exception: FindingException, reason: str) -> FindingException:
    """Let a finding hold again that was set aside.

    Raises:
        NotAllowed: the actor is no reviewer of the district.
        InvalidState: it is not set aside.
        InvalidInput: no reason.
    """
    row = locked(exception)
    require(may_review(actor, row.district_id))
    if row.state != ExceptionState.GRANTED:
        raise InvalidState(_("该例外未生效或已取消"))
    _check_reason(reason)
    row.state = ExceptionState.LIFTED
    row.lift_reason = reason.strip()
    row.lifted_by_id = actor.account_id
    row.lifted_at = now()
    row.save(update_fields=["state", "lift_reason", "lifted_by", "lifted_at"])
    _tell(row, events.EXCEPTION_LIFTED, "例外已取消", f"{row.finding}：{row.lift_reason}")
    _note(actor, events.EXCEPTION_LIFTED, row, row.lift_reason)
    return row


def _check_reason(reason: str) -> None:
    problems = Problems()
    problems.filled("reason", reason, _("理由"))
    problems.unless(len(reason) <= MAX_REASON, "reason", _("理由不能超过 200 字"), "too_long")
    problems.refuse_if_any()


def _tell(row: FindingException, kind: str, title: str, body: str) -> None:
    recipients = holders_in(row.agency_id, "owner", "manager", "quality_supervisor")
    notify(
        recipients=recipients,
        kind=kind,
        title=title,
        body=f"报告 {row.report_number}：{body}",
        link="/agency/reports/",
        about=row,
    )


def _note(actor: Actor, verb: str, row: FindingException, reason: str) -> None:
    record(
        actor=actor,
        verb=verb,
        obj=row,
        organization_id=row.agency_id,
        payload={"report": row.report_number, "code": row.code, "path": row.path, "reason": reason},
    )
