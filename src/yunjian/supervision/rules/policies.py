"""Who may look at the rule library, and who may change it."""

from django.utils.translation import gettext as _

from yunjian.kernel.actor import Actor
from yunjian.kernel.errors import NotAllowed


def may_change_rules(actor: Actor) -> bool:
    """Rule administrators of the city's authority; a district's rules are the city's."""
    return (
        actor.organization_kind == "authority"
        and actor.districts is None
        and actor.has_role("rule_administrator")
    )


def require_change(actor: Actor) -> None:
    """Refuse who may not change rules.

    Raises:
        NotAllowed: the actor is none who may.
    """
    if not may_change_rules(actor):
        raise NotAllowed(_("只有市级管理部门的规则管理员可以核对、更正和发布规则"))
