"""Who may write the sheets that everybody fills in."""

from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import permission

DESIGN_SHEETS = permission(
    "maintenance.design_sheets",
    _("设计和发布记录单"),
    within=_("仅市级管理部门"),
    authority=("rule_administrator",),
)


def may_design(actor: Actor) -> bool:
    """Rule administrators of the city's authority; a district's sheets are the city's."""
    return not actor.is_system and actor.districts is None and DESIGN_SHEETS.held_by(actor)
