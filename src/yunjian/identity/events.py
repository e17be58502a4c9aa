"""What can happen to organisations and accounts, and how a person reads it."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "organization.created": _("建立单位"),
    "organization.updated": _("修改单位信息"),
    "organization.status_set": _("调整单位状态"),
    "district.created": _("新增园区"),
    "account.created": _("建立账号"),
    "account.updated": _("修改账号信息"),
    "account.roles_set": _("调整角色"),
    "account.disabled": _("停用账号"),
    "account.enabled": _("启用账号"),
    "account.reset": _("重置密码"),
    "account.unlocked": _("解除登录锁定"),
    "password.changed": _("修改密码"),
    "session.opened": _("登录"),
    "session.ended": _("结束登录"),
    "second_factor.enrolled": _("设置动态口令"),
    "second_factor.removed": _("关闭动态口令"),
    "recovery_codes.renewed": _("更换备用码"),
    "access.foreign": _("试图查看其他单位的内容"),
    "wechat.bound": _("绑定微信"),
    "wechat.switched": _("切换微信绑定"),
    "wechat.unbound": _("解除微信绑定"),
    "wechat.refused": _("微信授权未通过"),
}

OBJECTS = {
    "identity.organization": _("单位"),
    "identity.district": _("辖区"),
    "identity.account": _("账号"),
    "identity.wechatbinding": _("微信绑定"),
}
