"""What can happen to organisations and accounts, and how a person reads it."""

from django.utils.translation import gettext_lazy as _

ORGANIZATION_CREATED = "organization.created"
ORGANIZATION_UPDATED = "organization.updated"
ORGANIZATION_STATUS_SET = "organization.status_set"
DISTRICT_CREATED = "district.created"
ACCOUNT_CREATED = "account.created"
ACCOUNT_UPDATED = "account.updated"
ACCOUNT_ROLES_SET = "account.roles_set"
ACCOUNT_DISABLED = "account.disabled"
ACCOUNT_ENABLED = "account.enabled"
ACCOUNT_RESET = "account.reset"
ACCOUNT_UNLOCKED = "account.unlocked"
PASSWORD_CHANGED = "password.changed"  # noqa: S105 - a verb
SESSION_OPENED = "session.opened"
SESSION_ENDED = "session.ended"
SECOND_FACTOR_ENROLLED = "second_factor.enrolled"
SECOND_FACTOR_REMOVED = "second_factor.removed"
RECOVERY_CODES_RENEWED = "recovery_codes.renewed"
ACCESS_FOREIGN = "access.foreign"
WECHAT_BOUND = "wechat.bound"
WECHAT_SWITCHED = "wechat.switched"
WECHAT_UNBOUND = "wechat.unbound"
WECHAT_REFUSED = "wechat.refused"

SENTENCES = {
    ORGANIZATION_CREATED: _("建立单位"),
    ORGANIZATION_UPDATED: _("修改单位信息"),
    ORGANIZATION_STATUS_SET: _("调整单位状态"),
    DISTRICT_CREATED: _("新增园区"),
    ACCOUNT_CREATED: _("建立账号"),
    ACCOUNT_UPDATED: _("修改账号信息"),
    ACCOUNT_ROLES_SET: _("调整角色"),
    ACCOUNT_DISABLED: _("停用账号"),
    ACCOUNT_ENABLED: _("启用账号"),
    ACCOUNT_RESET: _("重置密码"),
    ACCOUNT_UNLOCKED: _("解除登录锁定"),
    PASSWORD_CHANGED: _("修改密码"),
    SESSION_OPENED: _("登录"),
    SESSION_ENDED: _("结束登录"),
    SECOND_FACTOR_ENROLLED: _("设置动态口令"),
    SECOND_FACTOR_REMOVED: _("关闭动态口令"),
    RECOVERY_CODES_RENEWED: _("更换备用码"),
    ACCESS_FOREIGN: _("试图查看其他单位的内容"),
    WECHAT_BOUND: _("绑定微信"),
    WECHAT_SWITCHED: _("切换微信绑定"),
    WECHAT_UNBOUND: _("解除微信绑定"),
    WECHAT_REFUSED: _("微信授权未通过"),
}

OBJECTS = {
    "identity.organization": _("单位"),
    "identity.district": _("辖区"),
    "identity.account": _("账号"),
    "identity.wechatbinding": _("微信绑定"),
}
