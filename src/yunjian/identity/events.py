"""What can happen to organisations and accounts, and how a person reads it."""

from django.utils.translation import gettext_lazy as _

from yunjian.evidence.vocabulary import Verbs

SENTENCES = Verbs()
ORGANIZATION_CREATED = SENTENCES.state("organization.created", _("建立单位"))
ORGANIZATION_UPDATED = SENTENCES.state("organization.updated", _("修改单位信息"))
ORGANIZATION_STATUS_SET = SENTENCES.state("organization.status_set", _("调整单位状态"))
DISTRICT_CREATED = SENTENCES.state("district.created", _("新增园区"))
ACCOUNT_CREATED = SENTENCES.state("account.created", _("建立账号"))
ACCOUNT_UPDATED = SENTENCES.state("account.updated", _("修改账号信息"))
ACCOUNT_ROLES_SET = SENTENCES.state("account.roles_set", _("调整角色"))
ACCOUNT_DISABLED = SENTENCES.state("account.disabled", _("停用账号"))
ACCOUNT_ENABLED = SENTENCES.state("account.enabled", _("启用账号"))
ACCOUNT_RESET = SENTENCES.state("account.reset", _("重置密码"))
RESET_REQUESTED = SENTENCES.state("reset.requested", _("申请重置密码"))
RESET_CONFIRMED = SENTENCES.state("reset.confirmed", _("确认重置密码"))
RESET_REFUSED = SENTENCES.state("reset.refused", _("不予重置密码"))
RESET_WITHDRAWN = SENTENCES.state("reset.withdrawn", _("撤回重置申请"))
RESET_EXPIRED = SENTENCES.state("reset.expired", _("重置申请过期"))
ACCOUNT_UNLOCKED = SENTENCES.state("account.unlocked", _("解除登录锁定"))
PASSWORD_CHANGED = SENTENCES.state("password.changed", _("修改密码"))
SESSION_OPENED = SENTENCES.state("session.opened", _("登录"))
SESSION_ENDED = SENTENCES.state("session.ended", _("结束登录"))
SECOND_FACTOR_ENROLLED = SENTENCES.state("second_factor.enrolled", _("设置动态口令"))
SECOND_FACTOR_REMOVED = SENTENCES.state("second_factor.removed", _("关闭动态口令"))
RECOVERY_CODES_RENEWED = SENTENCES.state("recovery_codes.renewed", _("更换备用码"))
ACCESS_FOREIGN = SENTENCES.state("access.foreign", _("试图查看其他单位的内容"))
WECHAT_BOUND = SENTENCES.state("wechat.bound", _("绑定微信"))
WECHAT_SWITCHED = SENTENCES.state("wechat.switched", _("切换微信绑定"))
WECHAT_UNBOUND = SENTENCES.state("wechat.unbound", _("解除微信绑定"))
WECHAT_REFUSED = SENTENCES.state("wechat.refused", _("微信授权未通过"))

OBJECTS = {
    "identity.organization": _("单位"),
    "identity.district": _("辖区"),
    "identity.account": _("账号"),
    "identity.wechatbinding": _("微信绑定"),
}
