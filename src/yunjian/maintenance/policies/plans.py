"""Who may do what with plans and tasks."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import permission

PLAN_WORK = permission(
    "maintenance.plan",
    _("编制、启用、终止运维计划，派发、改期和取消任务"),
    within=_("本机构"),
    agency=("owner", "manager"),
)


def may_plan(actor: Actor, organization_id: UUID | None = None) -> bool:
    """Owners and managers of the agency plan its work; with an id, only that agency's."""
    own = organization_id is None or organization_id == actor.organization_id
    return not actor.is_system and own and PLAN_WORK.held_by(actor)


def may_extend(actor: Actor) -> bool:
    """Only the system itself carries plans forward day by day."""
    return actor.is_system
