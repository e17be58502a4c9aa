"""Who may do what with pollution sources, outlets and points."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import Permission, permission
from yunjian.sources.models import MonitoringPoint, PollutionSource

KEEPERS = ("owner", "manager")
OWN_OR_DISTRICT = _("本单位；管理部门为本辖区")

CREATE_SOURCE = permission(
    "sources.create",
    _("登记污染源"),
    within=OWN_OR_DISTRICT,
    discharger=("owner",),
    authority=("reviewer",),
)
KEEP_SOURCE = permission(
    "sources.keep",
    _("修改污染源、排口、测点和排放限值"),
    within=OWN_OR_DISTRICT,
    discharger=KEEPERS,
    authority=("reviewer",),
)
MOVE_SOURCE = permission(
    "sources.move_district",
    _("变更污染源所属区"),
    within=_("本辖区"),
    authority=("reviewer",),
)


def may_create_source(actor: Actor, organization_id: UUID, district_code: str) -> bool:
    """The owner of a discharger enters its own sources; reviewers those of their districts."""
    return _holds_here(CREATE_SOURCE, actor, organization_id, district_code)


def may_keep_source(actor: Actor, organization_id: UUID, district_code: str) -> bool:
    """Owners and managers keep their own sources; reviewers those of their districts."""
    return _holds_here(KEEP_SOURCE, actor, organization_id, district_code)


def may_keep(actor: Actor, row: PollutionSource | MonitoringPoint) -> bool:
    """Tell whether the actor may change a source, or a point, and what hangs below it."""
    return may_keep_source(actor, row.organization_id, row.district_id)


def may_move_source(actor: Actor, organization_id: UUID, district_code: str) -> bool:
    """Which authority watches a source is not for its discharger to say."""
    return _holds_here(MOVE_SOURCE, actor, organization_id, district_code)


def _holds_here(held: Permission, actor: Actor, organization_id: UUID, district_code: str) -> bool:
    if actor.is_system:
        return True
    if not held.held_by(actor):
        return False
    if actor.organization_kind == "authority":
        return in_jurisdiction(actor, district_code)
    return actor.organization_id == organization_id


def in_jurisdiction(actor: Actor, district_code: str) -> bool:
    """Tell whether the acting authority watches the district."""
    return actor.districts is None or district_code in actor.districts
