"""Who may do what with the filing of an agency and with its contracts."""

from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import permission
from yunjian.kernel.errors import NotAllowed

EDITORS = ("owner", "manager")

KEEP_FILING = permission(
    "agencies.keep_filing",
    _("办理机构备案，登记人员、设备、车辆和备品备件"),
    within=_("本机构"),
    agency=EDITORS,
)
DECIDE_FILING = permission(
    "agencies.decide_filing",
    _("审核机构备案"),
    within=_("全部运维机构"),
    authority=("reviewer",),
)
ENTER_CONTRACTS = permission(
    "agencies.enter_contracts",
    _("登记、终止服务合同"),
    within=_("本机构的合同；管理部门可代双方办理"),
    agency=EDITORS,
    authority=("reviewer",),
)


def may_edit_filing(actor: Actor, organization_id: UUID | None = None) -> bool:
    """Owners and managers of the agency keep its filing; with an id, only that agency's."""
    own = organization_id is None or organization_id == actor.organization_id
    return not actor.is_system and own and KEEP_FILING.held_by(actor)


def may_decide_filing(actor: Actor) -> bool:
    """Reviewers of the authority decide on filings; the system decides nothing."""
    return not actor.is_system and DECIDE_FILING.held_by(actor)


def may_enter_contract(actor: Actor, agency_id: UUID) -> bool:
    """The agency enters its own contracts; an authority may do it for the parties."""
    if actor.is_system or not ENTER_CONTRACTS.held_by(actor):
        return False
    return actor.organization_kind == "authority" or actor.organization_id == agency_id


def agency_of_editor(actor: Actor) -> UUID:
    """Return the agency whose filing the actor keeps.

    Raises:
        NotAllowed: the actor keeps none.
    """
    if actor.organization_id is None or not may_edit_filing(actor):
        raise NotAllowed(gettext("只有运维机构的负责人或管理员可以办理备案"))
    return actor.organization_id
