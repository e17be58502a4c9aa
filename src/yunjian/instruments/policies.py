"""Who may do what with instruments and their filing."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import permission
from yunjian.instruments.models import Instrument
from yunjian.sources.models import PointAccess
from yunjian.sources.policies import KEEPERS, in_jurisdiction

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


def may_file_instruments(actor: Actor, organization_id: UUID) -> bool:
    """Owners and managers of the discharger file its instruments; nobody does it for them."""
    return actor.organization_id == organization_id and FILE_INSTRUMENTS.held_by(actor)


def may_review_instruments(actor: Actor, district_code: str) -> bool:
    """Reviewers of the authority in whose jurisdiction the point lies decide on its filings."""
    review = not actor.is_system and REVIEW_INSTRUMENTS.held_by(actor)
    return review and in_jurisdiction(actor, district_code)


def may_change_parameters(actor: Actor, instrument: Instrument) -> bool:
    """Record a change of key parameters: who files the instrument, or maintains its point today."""
    if not CHANGE_PARAMETERS.held_by(actor) or actor.is_system:
        return False
    if actor.organization_kind == "discharger":
        return may_file_instruments(actor, instrument.organization_id)
    return PointAccess.current(actor).filter(point_id=instrument.point_id).exists()
