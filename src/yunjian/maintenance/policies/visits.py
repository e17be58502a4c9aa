"""Who may do what with visits and confirmations."""

from yunjian.kernel.actor import Actor
from yunjian.maintenance.models import Task, Visit
from yunjian.maintenance.models.visits import VisitState


def may_work_on(actor: Actor, task: Task) -> bool:
    """Only the person the task is assigned to signs in and submits; that makes it evidence."""
    return (
        actor.organization_kind == "agency"
        and task.organization_id == actor.organization_id
        and task.assignee.account_id is not None
        and task.assignee.account_id == actor.account_id
    )


def may_submit(actor: Actor, visit: Visit) -> bool:
    """Only the engineer who signed in on site hands the sheets in."""
    return visit.engineer_id == actor.account_id and visit.agency_id == actor.organization_id


def may_fill(actor: Actor, visit: Visit) -> bool:
    """The same person may fill them in on a computer, until they are handed in."""
    return may_submit(actor, visit) and visit.state == VisitState.IN_PROGRESS


def may_decide(actor: Actor, visit: Visit) -> bool:
    """People of the discharger confirm or object, except those who only look on."""
    return (
        actor.organization_kind == "discharger"
        and visit.discharger_id == actor.organization_id
        and actor.has_role("owner", "manager")
    )
