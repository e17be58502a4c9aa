"""What can happen here, and what people call it."""

from django.utils.translation import gettext_lazy as _

from yunjian.evidence.vocabulary import Verbs
from yunjian.kernel.languages import Text

SENTENCES = Verbs()

# C8 运维日常
DOCUMENT_CREATED = SENTENCES.state("document.created", _("登记运维文件"))
DOCUMENT_CHANGED = SENTENCES.state("document.changed", _("修改运维文件"))
DOCUMENT_WRITTEN = SENTENCES.state("document.written", _("编写文件版本"))
DOCUMENT_PUBLISHED = SENTENCES.state("document.published", _("发布文件版本"))
DOCUMENT_WITHDRAWN = SENTENCES.state("document.withdrawn", _("撤回文件版本"))
DOCUMENT_DISCARDED = SENTENCES.state("document.discarded", _("删除文件草稿"))
DOCUMENT_READ = SENTENCES.state("document.read", _("确认已阅读文件"))

# C9 运维年度
TRAINING_PLAN_CREATED = SENTENCES.state("training_plan.created", _("新建培训计划"))
TRAINING_PLAN_CHANGED = SENTENCES.state("training_plan.changed", _("修改培训计划"))
TRAINING_PLAN_SUBMITTED = SENTENCES.state("training_plan.submitted", _("提交培训计划"))
TRAINING_PLAN_CHECKED = SENTENCES.state("training_plan.checked", _("审核培训计划"))
TRAINING_PLAN_APPROVED = SENTENCES.state("training_plan.approved", _("批准培训计划"))
TRAINING_PLAN_RETURNED = SENTENCES.state("training_plan.returned", _("退回培训计划"))
TRAINING_PLAN_DISCARDED = SENTENCES.state("training_plan.discarded", _("删除培训计划草稿"))
TRAINING_SCHEDULED = SENTENCES.state("training.scheduled", _("安排教育培训"))
TRAINING_CHANGED = SENTENCES.state("training.changed", _("修改教育培训"))
TRAINING_HELD = SENTENCES.state("training.held", _("登记培训签到与结果"))
TRAINING_FILED = SENTENCES.state("training.filed", _("上传培训材料"))
TRAINING_EVALUATED = SENTENCES.state("training.evaluated", _("评价培训效果"))
TRAINING_CANCELLED = SENTENCES.state("training.cancelled", _("取消教育培训"))
SUPERVISION_DRAFTED = SENTENCES.state("supervision.drafted", _("填写监督记录"))
SUPERVISION_DISCARDED = SENTENCES.state("supervision.discarded", _("删除监督记录草稿"))
SUPERVISION_ISSUED = SENTENCES.state("supervision.issued", _("下发监督记录"))
SUPERVISION_CONFIRMED = SENTENCES.state("supervision.confirmed", _("被监督人确认"))
SUPERVISION_APPEALED = SENTENCES.state("supervision.appealed", _("被监督人申诉"))
APPEAL_WITHDRAWN = SENTENCES.state("supervision.appeal_withdrawn", _("撤回申诉"))
APPEAL_ANSWERED = SENTENCES.state("supervision.appeal_answered", _("答复申诉"))
RECTIFICATION_ASKED = SENTENCES.state("supervision.rectification_asked", _("要求整改"))
RECTIFICATION_REPORTED = SENTENCES.state("supervision.rectification_reported", _("报告整改"))
SUPERVISION_CLOSED = SENTENCES.state("supervision.closed", _("关闭监督记录"))
YEAR_CLOSED = SENTENCES.state("annual_year.closed", _("运维年度归档"))
YEAR_REOPENED = SENTENCES.state("annual_year.reopened", _("重新开放运维年度"))

OBJECTS: dict[str, Text] = {
    "credit.document": _("运维文件"),
    "credit.documentversion": _("文件版本"),
    "credit.annualyear": _("运维年度"),
    "credit.trainingplan": _("培训计划"),
    "credit.trainingsession": _("教育培训"),
    "credit.supervision": _("监督记录"),
}
