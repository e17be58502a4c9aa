"""Who may do what with the filing of an agency and with its contracts."""

from uuid import UUID

from django.utils.translation import gettext as _

from yunjian.kernel.actor import Actor
from yunjian.kernel.errors import NotAllowed

EDITORS = ("owner", "manager")


def may_edit_filing(actor: Actor, organization_id: UUID | None = None) -> bool:
    """Owners and managers of the agency keep its filing; with an id, only that agency's."""
    own = organization_id is None or organization_id == actor.organization_id
    return actor.organization_kind == "agency" and own and actor.has_role(*EDITORS)


def may_decide_filing(actor: Actor) -> bool:
    """Reviewers of the authority decide on filings."""
    return actor.organization_kind == "authority" and actor.has_role("reviewer")


def may_enter_contract(actor: Actor, agency_id: UUID) -> bool:
    """The agency enters its own contracts; an authority may do it for the parties."""
    if actor.organization_kind == "authority":
        return actor.has_role("reviewer")
    return may_edit_filing(actor, agency_id)


def agency_of_editor(actor: Actor) -> UUID:
    """Return the agency whose filing the actor keeps.

    Raises:
        NotAllowed: the actor keeps none.
    """
    if actor.organization_id is None or not may_edit_filing(actor):
        raise NotAllowed(_("只有运维机构的负责人或管理员可以办理备案"))
    return actor.organization_id


def require(allowed: bool, message: str = "") -> None:  # noqa: FBT001
    """Refuse unless allowed.

    Raises:
        NotAllowed: it is not.
    """
    if not allowed:
        raise NotAllowed(message or _("您没有办理此事的权限"))
