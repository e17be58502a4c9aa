"""What can happen to a report, and how a person reads it."""

from django.utils.translation import gettext_lazy as _

from yunjian.evidence.vocabulary import Verbs

SENTENCES = Verbs()
REPORT_DRAFTED = SENTENCES.state("report.drafted", _("填写报告"))
REPORT_CHANGED = SENTENCES.state("report.changed", _("修改报告"))
REPORT_CHECKED = SENTENCES.state("report.checked", _("校核报告"))
REPORT_SENT_BACK = SENTENCES.state("report.sent_back", _("校核退回报告"))
REPORT_SUBMITTED = SENTENCES.state("report.submitted", _("签字并提交报告"))
REPORT_RECEIVED = SENTENCES.state("report.received", _("受理报告"))
REPORT_RETURNED = SENTENCES.state("report.returned", _("退回报告"))
REPORT_ACCEPTED = SENTENCES.state("report.accepted", _("接受报告"))
REPORT_WITHDRAWN = SENTENCES.state("report.withdrawn", _("撤回报告"))
REPORT_REVISED = SENTENCES.state("report.revised", _("修订报告"))
REPORT_SUPERSEDED = SENTENCES.state("report.superseded", _("报告由新版次取代"))
REPORT_COPIED = SENTENCES.state("report.copied", _("下载报告"))
PATTERN_CHANGED = SENTENCES.state("report.pattern_changed", _("修改报告编号规则"))
EXCEPTION_ASKED = SENTENCES.state("report.exception_asked", _("申请例外"))
EXCEPTION_GRANTED = SENTENCES.state("report.exception_granted", _("同意例外"))
EXCEPTION_REFUSED = SENTENCES.state("report.exception_refused", _("不同意例外"))
EXCEPTION_LIFTED = SENTENCES.state("report.exception_lifted", _("取消例外"))

OBJECTS = {
    "verification.report": _("比对与校验报告"),
    "verification.numberpattern": _("报告编号规则"),
    "verification.findingexception": _("报告问题的例外"),
}
