"""What can happen to plans, tasks and visits, and how a person reads it."""

from django.utils.translation import gettext_lazy as _

from yunjian.evidence.vocabulary import Verbs

SENTENCES = Verbs()
PLAN_CREATED = SENTENCES.state("plan.created", _("新建运维计划"))
PLAN_CHANGED = SENTENCES.state("plan.changed", _("修改运维计划"))
PLAN_ACTIVATED = SENTENCES.state("plan.activated", _("启用运维计划"))
PLAN_ENDED = SENTENCES.state("plan.ended", _("终止运维计划"))
PLAN_EXTENDED = SENTENCES.state("plan.extended", _("计划生成任务"))
TASK_CANCELLED = SENTENCES.state("task.cancelled", _("取消任务"))
TASK_REASSIGNED = SENTENCES.state("task.reassigned", _("改派任务"))
VISIT_SIGNED_IN = SENTENCES.state("visit.signed_in", _("到场签到"))
VISIT_SUBMITTED = SENTENCES.state("visit.submitted", _("提交运维记录"))
VISIT_SECOND_VERSION_REFUSED = SENTENCES.state(
    "visit.second_version_refused", _("拒收内容不同的重复提交")
)
VISIT_CONFIRMED = SENTENCES.state("visit.confirmed", _("排污单位确认"))
VISIT_OBJECTED = SENTENCES.state("visit.objected", _("排污单位提出异议"))
VISIT_COPIED = SENTENCES.state("visit.copied", _("调取记录副本"))

OBJECTS = {
    "maintenance.plan": _("运维计划"),
    "maintenance.task": _("运维任务"),
    "maintenance.visit": _("运维记录"),
    "maintenance.confirmation": _("确认"),
}
