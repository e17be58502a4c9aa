"""Who may do what with comparison and verification reports."""

from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import permission
from yunjian.sources.policies import in_jurisdiction
from yunjian.verification.models import Report

PREPARE_REPORTS = permission(
    "verification.prepare",
    _("填写、修改、修订比对与校验报告，上传原始记录，申请例外"),
    within=_("本机构的报告；实施当日在合同期内的测点"),
    agency=("owner", "manager", "engineer", "quality_supervisor"),
)
SET_PATTERN = permission(
    "verification.set_pattern",
    _("设置本机构的报告编号规则"),
    within=_("本机构"),
    agency=("owner", "manager", "quality_supervisor"),
)
CHECK_REPORTS = permission(
    "verification.check",
    _("校核比对与校验报告"),
    within=_("本机构的报告，编制人不能校核"),
    agency=("quality_supervisor",),
)
SIGN_REPORTS = permission(
    "verification.sign",
    _("签字并提交比对与校验报告"),
    within=_("本机构已校核的报告"),
    agency=("owner",),
)
WITHDRAW_REPORTS = permission(
    "verification.withdraw",
    _("撤回尚未被接受的比对与校验报告"),
    within=_("本机构的报告"),
    agency=("owner", "manager"),
)
REVIEW_REPORTS = permission(
    "verification.review",
    _("审核比对与校验报告，处理例外"),
    within=_("辖区内测点的报告"),
    authority=("reviewer",),
)


def may_prepare(actor: Actor, report: Report | None = None) -> bool:
    """People of the agency who work on site or run it write its reports."""
    own = report is None or report.agency_id == actor.organization_id
    return own and not actor.is_system and PREPARE_REPORTS.held_by(actor)


def may_set_pattern(actor: Actor) -> bool:
    """Who answers for the reports of an agency says how they are numbered."""
    return not actor.is_system and SET_PATTERN.held_by(actor)


def may_check(actor: Actor, report: Report) -> bool:
    """A quality supervisor of the agency who did not prepare the report checks it."""
    return (
        not actor.is_system
        and report.agency_id == actor.organization_id
        and report.prepared_by_id != actor.account_id
        and CHECK_REPORTS.held_by(actor)
    )


def may_sign(actor: Actor, report: Report) -> bool:
    """The owner of the agency signs."""
    own = report.agency_id == actor.organization_id
    return own and not actor.is_system and SIGN_REPORTS.held_by(actor)


def may_withdraw(actor: Actor, report: Report) -> bool:
    """Who runs the agency takes a report back."""
    own = report.agency_id == actor.organization_id
    return own and not actor.is_system and WITHDRAW_REPORTS.held_by(actor)


def may_review(actor: Actor, district_code: str) -> bool:
    """Reviewers of the authority in whose jurisdiction the point lies decide."""
    review = not actor.is_system and REVIEW_REPORTS.held_by(actor)
    return review and in_jurisdiction(actor, district_code)
