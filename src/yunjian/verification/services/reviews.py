"""What the authority does with a report: receives, returns with remarks, accepts."""

from collections.abc import Mapping
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.kernel.clock import business_day, now
from yunjian.kernel.errors import InvalidInput
from yunjian.records.problems import Problems, locked
from yunjian.standards.reports import overall
from yunjian.standards.reports.results import Verdict
from yunjian.verification import events
from yunjian.verification.domain.findings import Finding, correction, from_data
from yunjian.verification.fields import REMARKABLE
from yunjian.verification.models import Report, ReportCorrection
from yunjian.verification.models.reports import WAITING, ReportState
from yunjian.verification.policies import may_review
from yunjian.verification.selectors.facts import blocking, current_findings
from yunjian.verification.selectors.reports import with_parts
from yunjian.verification.services.consequences import (
    correction_carry,
    corrections_close,
    follow_ups_close,
)
from yunjian.verification.services.rows import (
    locked_report,
    note,
    note_to_both,
    require_state,
    tell_agency,
    tell_discharger,
)

MAX_NOTE, MAX_REMARK = 400, 200


@transaction.atomic
def report_receive(*, actor: Actor, report: Report) -> Report:
    """Take a submitted report on for review.

    Raises:
        NotAllowed: the actor is no reviewer of the district.
        InvalidState: it does not wait for that.
    """
    report = locked_report(report)
    require(may_review(actor, report.district_id))
    require_state(report, ReportState.SUBMITTED, message=_("该报告不在待受理状态"))
    _receive(actor, report)
    report.save(update_fields=["state", "received_at", "received_by"])
    body = f"{report.point.name} 的报告 {report.number} 已受理，正在审核"
    tell_agency(report, events.REPORT_RECEIVED, "报告已受理", body)
    note(actor, events.REPORT_RECEIVED, report)
    return report


def _receive(actor: Actor, report: Report) -> None:
    report.state = ReportState.RECEIVED
    report.received_at = now()
    report.received_by_id = actor.account_id


@transaction.atomic
def report_return(
    *, actor: Actor, report: Report, reason: str, remarks: Mapping[str, str] | None = None
) -> Report:
    """Send the report back, saying why; `remarks` go by the paths of the fields.

    Raises:
        NotAllowed: the actor is no reviewer of the district.
        InvalidState: it is not under review.
        InvalidInput: neither a reason nor a remark, or a remark on what is no field of it.
    """
    report = locked_report(report)
    require(may_review(actor, report.district_id))
    require_state(report, *WAITING, message=_("该报告不在审核中"))
    said = {path: text.strip() for path, text in (remarks or {}).items() if text.strip()}
    problems = Problems()
    for path, text in said.items():
        known = path.partition(".")[0] in REMARKABLE
        problems.unless(known, f"remarks.{path}", _("没有这一项"), "unknown")
        long = _("意见不能超过 %(most)s 字") % {"most": MAX_REMARK}
        problems.unless(len(text) <= MAX_REMARK, f"remarks.{path}", long, "too_long")
    problems.refuse_if_any()
    reason = reason.strip()
    if not reason and not said:
        raise InvalidInput(_("请填写退回的原因，或逐项填写意见"), code="required", field="reason")
    reason = reason or _("请按逐项意见修改：%(fields)s") % {
        "fields": "、".join(str(REMARKABLE[path.partition(".")[0]]) for path in said)
    }
    problems.unless(len(reason) <= MAX_NOTE, "reason", _("退回原因不能超过 400 字"), "too_long")
    problems.refuse_if_any()
    if report.received_at is None:
        _receive(actor, report)
    _decide(actor, report, ReportState.RETURNED, reason)
    report.field_remarks = said
    report.save(update_fields=[*DECIDED, "field_remarks"])
    body = f"{report.point.name} 的报告 {report.number} 被退回：{reason}"
    tell_agency(report, events.REPORT_RETURNED, "报告被退回", body)
    note(actor, events.REPORT_RETURNED, report, reason=reason, remarks=said)
    return report


DECIDED = ["state", "received_at", "received_by", "decided_at", "decided_by", "decision_note"]


def _decide(actor: Actor, report: Report, state: str, text: str) -> None:
    report.state = state
    report.decided_at = now()
    report.decided_by_id = actor.account_id
    report.decision_note = text


@transaction.atomic
def report_accept(*, actor: Actor, report: Report, note_text: str = "") -> Report:
    """Accept a report: the edition before it is history, and what it settles follows from it.

    Follow-ups of its instruments that wait for such a report are done with its number. When a
    test failed, a correction is due.

    Raises:
        NotAllowed: the actor is no reviewer of the district.
        InvalidState: it is not under review.
        InvalidInput: the opinion is too long, or missing where major findings were signed.
    """
    report = locked_report(report)
    require(may_review(actor, report.district_id))
    require_state(report, *WAITING, message=_("该报告不在审核中"))
    problems = Problems()
    long = _("审核意见不能超过 400 字")
    problems.unless(len(note_text) <= MAX_NOTE, "note_text", long, "too_long")
    if majors := len(major_findings(report)):
        message = _("有 %(n)s 项重要问题，接受时请写明理由") % {"n": majors}
        problems.unless(bool(note_text.strip()), "note_text", message, "required")
    problems.refuse_if_any()
    before = locked(report.previous) if report.previous_id and report.previous else None
    if report.received_at is None:
        _receive(actor, report)
    _decide(actor, report, ReportState.ACCEPTED, note_text.strip())
    report.save(update_fields=DECIDED)
    if before is not None and before.state == ReportState.ACCEPTED:
        before.state = ReportState.SUPERSEDED
        before.save(update_fields=["state"])
    held = with_parts(report)
    outcome = outcome_of(held)
    closed = follow_ups_close(actor, held)
    corrections_close(held, outcome)
    due_on = correction_carry(held, outcome)
    if due_on is None and outcome == "fail":
        due_on = _open_correction(held)
    what = f"{report.point.name} 的{report.get_kind_display()}报告 {report.number}"
    body = f"{what} 已接受"
    if due_on:
        body += f"；有测试项目不合格，请于 {due_on} 前整改并重新比对"
    tell_agency(report, events.REPORT_ACCEPTED, "报告已接受", body)
    tell_discharger(report, events.REPORT_ACCEPTED, "比对与校验报告已接受", body)
    if before is not None and before.state == ReportState.SUPERSEDED:
        note(actor, events.REPORT_SUPERSEDED, before, by=str(report.pk))
    note_to_both(
        actor,
        events.REPORT_ACCEPTED,
        report,
        content_digest=report.content_digest,
        note=report.decision_note,
        outcome=outcome,
        follow_ups=closed,
        correction_due=due_on.isoformat() if due_on else None,
    )
    return report


def major_findings(report: Report) -> list[Finding]:
    """Return what who accepts a report must answer: major findings at signing or found since.

    What would stop a signature today counts as well, unless it was signed with an exception.
    """
    signed = [from_data(row) for row in report.findings]
    known = {one.key for one in signed}
    current = current_findings(report)
    stops = {one.key for one in blocking(report, current)}
    since = [
        one
        for one in current
        if one.key not in known and (one.severity == "major" or one.key in stops)
    ]
    return [*(one for one in signed if one.severity == "major"), *since]


def outcome_of(report: Report) -> str:
    """Return what the tests of a report (read `with_parts`) say together."""
    known: dict[str, Verdict] = {
        "pass": "pass", "fail": "fail", "not_judged": "not_judged",
    }  # fmt: skip
    return overall([known.get(row.verdict, "unconfirmed") for row in report.tests.all()])


def _open_correction(report: Report) -> date:
    rule = correction()
    since = business_day(report.executed_to)
    due_on = since + timedelta(days=rule.days)
    failed = [row for row in report.tests.all() if row.verdict == "fail"]
    ReportCorrection(
        report=report,
        point=report.point,
        parameters=sorted({row.parameter for row in failed}),
        title=rule.title["zh"],
        standard=report.standard,
        clause=rule.clause,
        provenance=rule.provenance,
        opened_on=since,
        due_on=due_on,
    ).save(force_insert=True)
    return due_on
