"""Who may do what with the annual and daily information of an agency."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import permission
from yunjian.kernel.errors import NotAllowed

if TYPE_CHECKING:
    from yunjian.credit.models import Supervision, TrainingPlan

# C8 运维日常
KEEP_DOCUMENTS = permission(
    "credit.keep_documents",
    _("编写、发布、撤回运维文件，指定须阅读的人员"),
    within=_("本机构"),
    agency=("owner", "manager"),
)
READ_DOCUMENTS = permission(
    "credit.read_documents",
    _("阅读运维文件并确认"),
    within=_("须阅读的人员本人"),
    agency=("owner", "manager", "engineer", "quality_supervisor"),
)

# C9 运维年度
KEEP_TRAININGS = permission(
    "credit.keep_trainings",
    _("编制、审核、批准年度培训计划，登记教育培训，归档运维年度"),
    within=_("本机构；批准人不能是编制人"),
    agency=("owner", "manager"),
)
SUPERVISE = permission(
    "credit.supervise",
    _("填写、下发人员监督记录，答复申诉，要求整改并复核"),
    within=_("本机构；本人填写的记录，负责人和管理员可办理全部"),
    agency=("owner", "manager", "quality_supervisor"),
)
BE_SUPERVISED = permission(
    "credit.be_supervised",
    _("确认监督记录或申诉，报告整改"),
    within=_("被监督人本人"),
    agency=("owner", "manager", "engineer", "quality_supervisor"),
)


def may_keep_trainings(actor: Actor, organization_id: UUID | None = None) -> bool:
    """Owners and managers of the agency; with an id, only that agency's."""
    own = organization_id is None or organization_id == actor.organization_id
    return not actor.is_system and own and KEEP_TRAININGS.held_by(actor)


def may_approve_plan(actor: Actor, plan: "TrainingPlan") -> bool:
    """Whoever keeps trainings, but not who prepared the plan."""
    own = may_keep_trainings(actor, plan.organization_id)
    return own and plan.prepared_by_id != actor.account_id


def may_supervise(actor: Actor, organization_id: UUID | None = None) -> bool:
    """Quality supervisors, owners and managers of the agency."""
    own = organization_id is None or organization_id == actor.organization_id
    return not actor.is_system and own and SUPERVISE.held_by(actor)


def may_lead_supervision(actor: Actor, supervision: "Supervision") -> bool:
    """Who made the supervision; owners and managers any of their agency, but not of themselves."""
    if not may_supervise(actor, supervision.organization_id):
        return False
    if actor.account_id is not None and supervision.person.account_id == actor.account_id:
        return False
    return supervision.supervisor_id == actor.account_id or KEEP_TRAININGS.held_by(actor)


def may_answer_supervision(actor: Actor, supervision: "Supervision") -> bool:
    """Only the supervised person."""
    own = supervision.organization_id == actor.organization_id
    mine = actor.account_id is not None and supervision.person.account_id == actor.account_id
    return not actor.is_system and own and mine and BE_SUPERVISED.held_by(actor)


def account_of_editor(actor: Actor) -> UUID:
    """Return the account that acts; what is written here is always somebody's.

    Raises:
        NotAllowed: the system acts.
    """
    if actor.account_id is None:
        raise NotAllowed(gettext("只有本人可以办理"))
    return actor.account_id


def may_read_documents(actor: Actor) -> bool:
    """Whoever works for the agency; which documents one is asked to read says each document."""
    return not actor.is_system and READ_DOCUMENTS.held_by(actor)


def may_keep_documents(actor: Actor, organization_id: UUID | None = None) -> bool:
    """Owners and managers of the agency; with an id, only that agency's."""
    own = organization_id is None or organization_id == actor.organization_id
    return not actor.is_system and own and KEEP_DOCUMENTS.held_by(actor)
