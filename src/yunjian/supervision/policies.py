"""Who may look at the table of all permissions, and have chains walked."""

from django.utils.translation import gettext_lazy as _

from yunjian.access.permissions import permission
from yunjian.web.guards import SUPERVISION_PORTAL

SEE_PERMISSIONS = permission(
    "supervision.see_permissions",
    _("查看权限矩阵"),
    within=_("全部"),
    authority=SUPERVISION_PORTAL.holders["authority"],
    operator=("system_administrator", "security_administrator", "audit_administrator"),
)
CHECK_CHAINS = permission(
    "supervision.check_chains",
    _("发起证据链验证"),
    within=_("全部证据链"),
    authority=SUPERVISION_PORTAL.holders["authority"],
)
