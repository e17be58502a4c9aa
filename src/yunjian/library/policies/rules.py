"""Who may look at the rule library, and who may change it."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import permission
from yunjian.kernel.errors import NotAllowed

CHANGE_RULES = permission(
    "rules.change",
    _("核对、更正、加严和发布规则"),
    within=_("仅市级管理部门"),
    authority=("rule_administrator",),
)


def may_change_rules(actor: Actor) -> bool:
    """Rule administrators of the city's authority; a district's rules are the city's."""
    return not actor.is_system and actor.districts is None and CHANGE_RULES.held_by(actor)


def require_change(actor: Actor) -> None:
    """Refuse who may not change rules.

    Raises:
        NotAllowed: the actor is none who may.
    """
    if not may_change_rules(actor):
        raise NotAllowed(gettext("只有市级管理部门的规则管理员可以核对、更正和发布规则"))
