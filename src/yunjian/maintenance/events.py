"""What can happen to plans, tasks and visits, and how a person reads it."""

from django.utils.translation import gettext_lazy as _

PLAN_CREATED = "plan.created"
PLAN_CHANGED = "plan.changed"
PLAN_ACTIVATED = "plan.activated"
PLAN_ENDED = "plan.ended"
PLAN_EXTENDED = "plan.extended"
TASK_CANCELLED = "task.cancelled"
TASK_REASSIGNED = "task.reassigned"
VISIT_SIGNED_IN = "visit.signed_in"
VISIT_SUBMITTED = "visit.submitted"
VISIT_SECOND_VERSION_REFUSED = "visit.second_version_refused"
VISIT_CONFIRMED = "visit.confirmed"
VISIT_OBJECTED = "visit.objected"
VISIT_COPIED = "visit.copied"

SENTENCES = {
    PLAN_CREATED: _("新建运维计划"),
    PLAN_CHANGED: _("修改运维计划"),
    PLAN_ACTIVATED: _("启用运维计划"),
    PLAN_ENDED: _("终止运维计划"),
    PLAN_EXTENDED: _("计划生成任务"),
    TASK_CANCELLED: _("取消任务"),
    TASK_REASSIGNED: _("改派任务"),
    VISIT_SIGNED_IN: _("到场签到"),
    VISIT_SUBMITTED: _("提交运维记录"),
    VISIT_SECOND_VERSION_REFUSED: _("拒收内容不同的重复提交"),
    VISIT_CONFIRMED: _("排污单位确认"),
    VISIT_OBJECTED: _("排污单位提出异议"),
    VISIT_COPIED: _("调取记录副本"),
}

OBJECTS = {
    "maintenance.plan": _("运维计划"),
    "maintenance.task": _("运维任务"),
    "maintenance.visit": _("运维记录"),
    "maintenance.confirmation": _("确认"),
}
