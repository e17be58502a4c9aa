"""Who may do what with visits and confirmations."""

from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import permission
from yunjian.maintenance.models import Task, Visit
from yunjian.maintenance.models.visits import VisitState

WORK_ON_SITE = permission(
    "maintenance.work",
    _("现场签到，填报并提交记录单"),
    within=_("派给本人的任务；提交后不可修改"),
    agency=("owner", "manager", "engineer", "quality_supervisor"),
)
DECIDE_VISITS = permission(
    "maintenance.decide",
    _("确认运维记录或提出异议"),
    within=_("本单位测点的运维记录"),
    discharger=("owner", "manager"),
)


def may_work_on(actor: Actor, task: Task) -> bool:
    """Only the person the task is assigned to signs in and submits; that makes it evidence."""
    return (
        task.organization_id == actor.organization_id
        and task.assignee.account_id is not None
        and task.assignee.account_id == actor.account_id
        and WORK_ON_SITE.held_by(actor)
    )


def may_submit(actor: Actor, visit: Visit) -> bool:
    """Only the engineer who signed in on site hands the sheets in."""
    return (
        visit.engineer_id == actor.account_id
        and visit.agency_id == actor.organization_id
        and WORK_ON_SITE.held_by(actor)
    )


def may_fill(actor: Actor, visit: Visit) -> bool:
    """The same person may fill them in on a computer, until they are handed in."""
    return may_submit(actor, visit) and visit.state == VisitState.IN_PROGRESS


def may_decide(actor: Actor, visit: Visit) -> bool:
    """People of the discharger confirm or object, except those who only look on."""
    return visit.discharger_id == actor.organization_id and DECIDE_VISITS.held_by(actor)
