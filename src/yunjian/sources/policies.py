"""Who may do what with pollution sources and the filing of instruments."""

from uuid import UUID

from django.utils.translation import gettext as _

from yunjian.kernel.actor import Actor
from yunjian.kernel.errors import NotAllowed

KEEPERS = ("owner", "manager")


def may_keep_source(actor: Actor, organization_id: UUID, district_code: str) -> bool:
    """Owners and managers keep their own sources; reviewers those of their districts."""
    if actor.is_system:
        return True
    if actor.organization_kind == "authority":
        return actor.has_role("reviewer") and _in_jurisdiction(actor, district_code)
    return may_file_instruments(actor, organization_id)


def may_file_instruments(actor: Actor, organization_id: UUID) -> bool:
    """Owners and managers of the discharger file its instruments; nobody does it for them."""
    return (
        actor.organization_kind == "discharger"
        and actor.organization_id == organization_id
        and actor.has_role(*KEEPERS)
    )


def may_review_instruments(actor: Actor, district_code: str) -> bool:
    """Reviewers of the authority in whose jurisdiction the point lies decide on its filings."""
    return (
        actor.organization_kind == "authority"
        and actor.has_role("reviewer")
        and _in_jurisdiction(actor, district_code)
    )


def _in_jurisdiction(actor: Actor, district_code: str) -> bool:
    return actor.districts is None or district_code in actor.districts


def require(allowed: bool, message: str = "") -> None:  # noqa: FBT001
    """Refuse unless allowed.

    Raises:
        NotAllowed: it is not.
    """
    if not allowed:
        raise NotAllowed(message or _("您没有办理此事的权限"))
