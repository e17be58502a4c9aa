"""Who may do what with pollution sources and the filing of instruments."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import Permission, permission
from yunjian.instruments.models import Instrument
from yunjian.sources.models import PointAccess

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


FILE_INSTRUMENTS = permission(
    "sources.file_instruments",
    _("填报、提交、撤回仪器备案，办理更换、迁移、停运、停用和导入"),
    within=_("本单位的仪器"),
    discharger=KEEPERS,
)
REVIEW_INSTRUMENTS = permission(
    "sources.review_instruments",
    _("审核仪器备案"),
    within=_("辖区内的测点"),
    authority=("reviewer",),
)
CHANGE_PARAMETERS = permission(
    "sources.change_parameters",
    _("登记仪器关键参数变更"),
    within=_("本单位的仪器，或合同期内运维的测点"),
    discharger=KEEPERS,
    agency=("manager", "engineer"),
)


def may_create_source(actor: Actor, organization_id: UUID, district_code: str) -> bool:
    """The owner of a discharger enters its own sources; reviewers those of their districts."""
    return _holds_here(CREATE_SOURCE, actor, organization_id, district_code)


def may_keep_source(actor: Actor, organization_id: UUID, district_code: str) -> bool:
    """Owners and managers keep their own sources; reviewers those of their districts."""
    return _holds_here(KEEP_SOURCE, actor, organization_id, district_code)


def may_move_source(actor: Actor, organization_id: UUID, district_code: str) -> bool:
    """Which authority watches a source is not for its discharger to say."""
    return _holds_here(MOVE_SOURCE, actor, organization_id, district_code)


def _holds_here(held: Permission, actor: Actor, organization_id: UUID, district_code: str) -> bool:
    if actor.is_system:
        return True
    if not held.held_by(actor):
        return False
    if actor.organization_kind == "authority":
        return _in_jurisdiction(actor, district_code)
    return actor.organization_id == organization_id


def may_file_instruments(actor: Actor, organization_id: UUID) -> bool:
    """Owners and managers of the discharger file its instruments; nobody does it for them."""
    return actor.organization_id == organization_id and FILE_INSTRUMENTS.held_by(actor)


def may_review_instruments(actor: Actor, district_code: str) -> bool:
    """Reviewers of the authority in whose jurisdiction the point lies decide on its filings."""
    review = not actor.is_system and REVIEW_INSTRUMENTS.held_by(actor)
    return review and _in_jurisdiction(actor, district_code)


def may_change_parameters(actor: Actor, instrument: Instrument) -> bool:
    """Record a change of key parameters: who files the instrument, or maintains its point today."""
    if not CHANGE_PARAMETERS.held_by(actor) or actor.is_system:
        return False
    if actor.organization_kind == "discharger":
        return may_file_instruments(actor, instrument.organization_id)
    return PointAccess.current(actor).filter(point_id=instrument.point_id).exists()


def _in_jurisdiction(actor: Actor, district_code: str) -> bool:
    return actor.districts is None or district_code in actor.districts
