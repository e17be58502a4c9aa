"""Checked by the quality supervisor, signed by the owner: then it is handed in and frozen."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import require
from yunjian.certificates.models import Challenge
from yunjian.certificates.services.signing import SignedDigest, signing_challenge
from yunjian.evidence.models import Attachment
from yunjian.evidence.services import attachments_share
from yunjian.kernel.clock import business_day, now
from yunjian.kernel.errors import Conflict, FieldError, InvalidInput
from yunjian.kernel.languages import language_code
from yunjian.records.problems import Problems, conflict_when
from yunjian.records.versions import check_version
from yunjian.verification import events
from yunjian.verification.domain.findings import Finding, retention
from yunjian.verification.models import Report, ReportSignature
from yunjian.verification.models.reports import ReportState
from yunjian.verification.policies import may_check, may_prepare, may_sign
from yunjian.verification.selectors.content import digest_of
from yunjian.verification.selectors.facts import blocking, current_findings
from yunjian.verification.selectors.reports import has_written, with_parts
from yunjian.verification.services.drafts import proofs_renew
from yunjian.verification.services.rows import (
    agency_link,
    holders_in,
    locked_report,
    note,
    note_to_both,
    own_file,
    require_state,
    tell,
    tell_agency,
    tell_discharger,
    tell_reviewers,
)

MAX_NOTE = 400
HANDED_IN = "report_number_once_handed_in"


@transaction.atomic
def report_check(
    *, actor: Actor, report: Report, note_text: str = "", version: int | None = None
) -> Report:
    """Check a draft: from now on it is frozen, and the owner is asked to sign.

    Raises:
        NotAllowed: the actor is no quality supervisor of the agency, or wrote in the report.
        InvalidState: it is no draft.
        InvalidInput: each blocking finding at its field.
        StaleVersion: somebody changed it since it was shown.
    """
    report = locked_report(report)
    require(may_check(actor, report), _("校核由本机构的质量监督员办理，且不能是编制人"))
    require_state(report, ReportState.DRAFT, message=_("只有草稿可以校核"))
    require(
        not has_written(actor.account_id, report),
        _("您填写或修改过这一版报告，请由另一位质量监督员校核"),
    )
    check_version(report, version)
    _check_note(note_text)
    proofs_renew(report)
    _refuse_blocking(report)
    report.state = ReportState.CHECKED
    report.checked_by_id = actor.account_id
    report.checked_at = now()
    report.check_note = note_text.strip()
    report.save(update_fields=["state", "checked_by", "checked_at", "check_note"])
    tell(
        holders_in(report.agency_id, "owner"),
        report,
        kind=events.REPORT_CHECKED,
        title="报告待签字",
        body=f"{report.point.name} 的报告 {report.number} 已校核，请签字提交",
        link=agency_link(report),
    )
    note(actor, events.REPORT_CHECKED, report, note=report.check_note)
    return report


@transaction.atomic
def report_send_back(*, actor: Actor, report: Report, reason: str) -> Report:
    """Send a checked report back to whoever prepared it: it is a draft again.

    The quality supervisor or the owner does it, or who prepared it takes it back.

    Raises:
        NotAllowed: the actor writes no reports of the agency.
        InvalidState: it was not checked, or was handed in already.
        InvalidInput: no reason given.
    """
    report = locked_report(report)
    require(may_prepare(actor, report))
    require_state(report, ReportState.CHECKED, message=_("只有已校核、尚未签字的报告可以退回修改"))
    problems = Problems()
    problems.filled("reason", reason, _("退回原因"))
    problems.refuse_if_any()
    _check_note(reason, "reason")
    checker = report.checked_by_id
    report.state = ReportState.DRAFT
    report.checked_by = report.checked_at = None
    report.check_note = reason.strip()
    report.version += 1
    report.save(update_fields=["state", "checked_by", "checked_at", "check_note", "version"])
    body = f"{report.point.name} 的报告 {report.number} 退回修改：{report.check_note}"
    tell_agency(report, events.REPORT_SENT_BACK, "报告退回修改", body, checker)
    note(actor, events.REPORT_SENT_BACK, report, reason=report.check_note)
    return report


def report_challenge(
    *, request: HttpRequest, actor: Actor, report: Report, shown_digest: str
) -> Challenge:
    """Make the text that the agency's key is to sign for a checked report.

    Raises:
        NotAllowed, InvalidState, Conflict: as `report_sign`.
        RateLimitExceeded: this address asked too often.
    """
    require(may_sign(actor, report), _("只有本机构的负责人可以签字提交"))
    require_state(report, ReportState.CHECKED, message=_("只有已校核的报告可以签字"))
    if digest_of(with_parts(report)) != shown_digest:
        raise Conflict(_("内容已有更新，请重新查看后再签字"), code="content_changed")
    return signing_challenge(request=request, digest=shown_digest)


@transaction.atomic
def report_sign(
    *,
    actor: Actor,
    report: Report,
    shown_digest: str,
    signature: Attachment | None = None,
    certified: SignedDigest | None = None,
) -> Report:
    """Sign a checked report and hand it in: its content and findings are frozen for ever.

    Signed by hand (`signature`, a picture), or with the certificate of the agency (`certified`,
    verified before). The signature is bound to the digest of exactly what was shown.

    Raises:
        NotAllowed: the actor is not the owner of the agency.
        InvalidState: it was not checked, or was handed in already.
        Conflict: what was shown is not what is stored; the number was handed in by another agency.
        InvalidInput: no signature of the agency, or each blocking finding at its field.
    """
    report = locked_report(report)
    require(may_sign(actor, report), _("只有本机构的负责人可以签字提交"))
    require_state(report, ReportState.CHECKED, message=_("只有已校核的报告可以签字"))
    if signature is None and certified is None:
        message = _("请上传手写签名的图片，或用本单位的证书签名")
        raise InvalidInput(message, code="required", field="signature")
    if signature is not None:
        own_file(actor, signature, "signature")
        if signature.kind != "image":
            raise InvalidInput(_("请上传手写签名的图片"), code="invalid", field="signature")
    held = with_parts(report)
    digest = digest_of(held)
    if digest != shown_digest or (certified is not None and certified.digest != digest):
        raise Conflict(_("内容已有更新，请重新查看后再签字"), code="content_changed")
    findings = _refuse_blocking(held)
    if certified is not None:
        _keep(report, certified)
    report.state = ReportState.SUBMITTED
    report.signed_by_id = actor.account_id
    report.signature = signature
    report.content_digest = digest
    report.findings = [one.as_data() for one in findings]
    report.submitted_at = now()
    report.keep_until = kept_until(business_day(report.executed_to))
    taken = _("该出具单位的这一编号已由其他机构提交；请核对出具单位和报告编号")
    with conflict_when(HANDED_IN, taken, "number"):
        report.save(
            update_fields=[
                "state", "signed_by", "signature", "content_digest", "findings", "submitted_at",
                "keep_until",
            ]
        )  # fmt: skip
    attachments_share(
        ids=[*([signature.pk] if signature else []), *files_of(held)],
        organization_id=report.discharger_id,
        district_code=report.district_id,
    )
    what = f"{report.point.name} 的{report.get_kind_display()}报告 {report.number}"
    body = f"{actor.organization_name} 提交了 {what}"
    tell_reviewers(report, events.REPORT_SUBMITTED, "比对与校验报告待审核", body)
    tell_discharger(report, events.REPORT_SUBMITTED, "比对与校验报告已提交", body)
    tell_agency(report, events.REPORT_SUBMITTED, "报告已签字提交", f"{what} 已签字提交")
    note_to_both(
        actor,
        events.REPORT_SUBMITTED,
        report,
        content_digest=digest,
        signature=signature.digest if signature else None,
        certificate=_certificate_facts(certified),
        checker=str(report.checked_by_id),
        keep_until=report.keep_until.isoformat(),
        findings=len(findings),
    )
    return report


def _keep(report: Report, certified: SignedDigest) -> None:
    """Keep certificate and signature, so that they can be verified again."""
    proof = certified.proof
    ReportSignature(
        report=report,
        holder=proof.name,
        uscc=proof.uscc,
        subject=certified.subject[:300],
        issuer=proof.issuer[:300],
        serial=proof.serial,
        fingerprint=proof.fingerprint,
        algorithm=proof.algorithm,
        valid_from=proof.valid_from,
        valid_until=proof.valid_until,
        signed_text=certified.text,
        certificate=certified.certificate,
        signature=certified.signature,
    ).save(force_insert=True)


def _certificate_facts(certified: SignedDigest | None) -> dict[str, str] | None:
    if certified is None:
        return None
    return {"serial": certified.proof.serial, "fingerprint": certified.proof.fingerprint}


def files_of(report: Report) -> list[Any]:
    """Return the ids of the files of a report (read `with_parts`)."""
    originals = [row.attachment_id for row in report.originals.all()]
    return [*([report.file_id] if report.file_id else []), *originals]


def kept_until(day: date) -> date:
    """Return the last day on which report and original records of a day must be kept.

    An operator may ask for more years than the law does, never for fewer.
    """
    year = day.year + max(retention().years, settings.REPORT_YEARS)
    leap = (day.month, day.day) == (2, 29)
    return date(year, 3, 1) if leap else day.replace(year=year)


def _refuse_blocking(report: Report) -> list[Finding]:
    """Return what is found now.

    Raises:
        InvalidInput: each blocking finding at its field.
    """
    findings = current_findings(report)
    stops = blocking(report, findings)
    if stops:
        language = language_code()
        raise InvalidInput(
            _("有 %(n)s 项问题须先解决，或向生态环境部门申请例外") % {"n": len(stops)},
            errors=[FieldError(one.path, one.code, one.text(language)) for one in stops],
        )
    return findings


def _check_note(text: str, path: str = "note_text") -> None:
    problems = Problems()
    problems.unless(len(text) <= MAX_NOTE, path, _("意见不能超过 400 字"), "too_long")
    problems.refuse_if_any()
