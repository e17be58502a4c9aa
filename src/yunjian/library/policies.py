"""Who may change what the library holds: the rule administrators of the city's authority."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import Permission, permission
from yunjian.kernel.errors import NotAllowed

CHANGE_RULES = permission(
    "rules.change",
    _("核对、更正、加严和发布规则"),
    within=_("仅市级管理部门"),
    authority=("rule_administrator",),
)
DESIGN_SHEETS = permission(
    "maintenance.design_sheets",
    _("设计和发布记录单"),
    within=_("仅市级管理部门"),
    authority=("rule_administrator",),
)
WRITE_REPORT_FORMS = permission(
    "rules.report_forms",
    _("编制、发布和停用报告格式"),
    within=_("仅市级管理部门"),
    authority=("rule_administrator",),
)


def _may(actor: Actor, stated: Permission) -> bool:
    return not actor.is_system and actor.districts is None and stated.held_by(actor)


def may_change_rules(actor: Actor) -> bool:
    """Rule administrators of the city's authority; a district's rules are the city's."""
    return _may(actor, CHANGE_RULES)


def may_design(actor: Actor) -> bool:
    """Rule administrators of the city's authority; a district's sheets are the city's."""
    return _may(actor, DESIGN_SHEETS)


def may_write_report_forms(actor: Actor) -> bool:
    """Rule administrators of the city's authority; a district's report forms are the city's."""
    return _may(actor, WRITE_REPORT_FORMS)


def require_change(actor: Actor) -> None:
    """Refuse who may not change rules.

    Raises:
        NotAllowed: the actor is none who may.
    """
    if not may_change_rules(actor):
        raise NotAllowed(gettext("只有市级管理部门的规则管理员可以核对、更正和发布规则"))


def require_report_forms(actor: Actor) -> None:
    """Refuse who may not write report forms.

    Raises:
        NotAllowed: the actor is none who may.
    """
    if not may_write_report_forms(actor):
        raise NotAllowed(gettext("只有市级管理部门的规则管理员可以编制报告格式"))
