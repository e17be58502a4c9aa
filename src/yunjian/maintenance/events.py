"""What can happen to plans, tasks and visits, and how a person reads it."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "plan.created": _("新建运维计划"),
    "plan.changed": _("修改运维计划"),
    "plan.activated": _("启用运维计划"),
    "plan.ended": _("终止运维计划"),
    "plan.extended": _("计划生成任务"),
    "task.cancelled": _("取消任务"),
    "task.reassigned": _("改派任务"),
    "visit.signed_in": _("到场签到"),
    "visit.submitted": _("提交运维记录"),
    "visit.second_version_refused": _("拒收内容不同的重复提交"),
    "visit.confirmed": _("排污单位确认"),
    "visit.objected": _("排污单位提出异议"),
    "visit.copied": _("调取记录副本"),
}

OBJECTS = {
    "maintenance.plan": _("运维计划"),
    "maintenance.task": _("运维任务"),
    "maintenance.visit": _("运维记录"),
    "maintenance.confirmation": _("确认"),
}
