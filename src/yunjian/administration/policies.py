"""Which administrator opens which page; none of them sees business."""

from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.access.permissions import permission
from yunjian.messaging.models import Notice

SYSTEM, SECURITY, AUDIT = (
    "system_administrator",
    "security_administrator",
    "audit_administrator",
)
HEADS = ("owner", "manager")

SEE_OVERVIEW = permission(
    "administration.overview", _("查看系统概览"), operator=(SYSTEM, SECURITY, AUDIT)
)
SEE_ACCOUNTS = permission(
    "administration.accounts",
    _("查看全部账号"),
    within=_("全部单位"),
    operator=(SYSTEM, SECURITY),
)
SEE_ROLES = permission(
    "administration.roles",
    _("查看角色权限"),
    operator=(SYSTEM, SECURITY, AUDIT),
    authority=HEADS,
)
KEEP_DICTIONARIES = permission(
    "administration.dictionaries", _("维护数据字典"), operator=(SYSTEM,), authority=HEADS
)
KEEP_NOTICES = permission(
    "administration.notices",
    _("起草、发布、撤回通知公告"),
    within=_("管理部门限本单位的公告"),
    operator=(SYSTEM,),
    authority=HEADS,
)
SEE_SIGNINS = permission(
    "administration.signins",
    _("查看登录日志"),
    within=_("全部单位"),
    operator=(SECURITY, AUDIT),
)
SEE_EVENTS = permission(
    "administration.events",
    _("查看操作日志"),
    within=_("全部单位；不含业务内容"),
    operator=(AUDIT,),
)
SEE_SESSIONS = permission(
    "administration.sessions",
    _("查看在线用户"),
    within=_("全部单位"),
    operator=(SECURITY,),
)
RUN_JOBS = permission("administration.jobs", _("查看、执行定时任务"), operator=(SYSTEM,))
SEE_SERVICE = permission("administration.service", _("查看服务状态"), operator=(SYSTEM,))


def may_keep_notice(actor: Actor, notice: Notice) -> bool:
    """An authority keeps its own notices; the operator keeps all."""
    if not KEEP_NOTICES.held_by(actor):
        return False
    own = notice.organization_id == actor.organization_id
    return own or actor.organization_kind == "operator"
