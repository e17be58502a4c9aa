"""Who may do what with plans and tasks."""

from uuid import UUID

from yunjian.kernel.actor import Actor

PLANNERS = ("owner", "manager")


def may_plan(actor: Actor, organization_id: UUID | None = None) -> bool:
    """Owners and managers of the agency plan its work; with an id, only that agency's."""
    own = organization_id is None or organization_id == actor.organization_id
    return actor.organization_kind == "agency" and own and actor.has_role(*PLANNERS)


def may_extend(actor: Actor) -> bool:
    """Only the system itself carries plans forward day by day."""
    return actor.is_system
