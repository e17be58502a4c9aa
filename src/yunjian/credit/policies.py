"""Who may do what with the daily and annual information of an agency."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import permission

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


def may_keep_documents(actor: Actor, organization_id: UUID | None = None) -> bool:
    """Owners and managers of the agency; with an id, only that agency's."""
    own = organization_id is None or organization_id == actor.organization_id
    return not actor.is_system and own and KEEP_DOCUMENTS.held_by(actor)
