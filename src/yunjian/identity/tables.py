"""Tables of accounts, messages and notices."""

from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yunjian.identity.models import WechatBinding
from yunjian.identity.models.accounts import Role
from yunjian.identity.models.resets import ResetState
from yunjian.identity.policies import Suspension, roles_of
from yunjian.identity.selectors import suspension_of_binding
from yunjian.kernel.languages import Text
from yunjian.web.states import status
from yunjian.web.tables import Column, Order, Table, actions_column

LABELS: dict[str, Text] = dict(Role.choices)


def _roles(row: Any) -> str:
    return "、".join(str(LABELS[role]) for role in sorted(roles_of(row)))


def _authenticator(row: Any) -> str:
    return gettext("已设置") if row.has_authenticator else gettext("未设置")


def _state(row: Any) -> str:
    if not row.is_active:
        return gettext("停用")
    return gettext("待首次登录") if row.must_change_password else gettext("启用")


def _state_shown(row: Any) -> Any:
    if not row.is_active:
        return status("cancelled", _state(row))
    return status("open" if row.must_change_password else "active", _state(row))


class AccountTable(Table):
    """账号."""

    username = Column(_("账号"), order=Order(by="username"))
    display_name = Column(_("姓名"))
    organization = Column(_("单位"), "organization.name")
    phone = Column(_("手机号"), "phone_masked")
    roles = Column(_("角色"), _roles)
    authenticator = Column(_("动态口令"), _authenticator)
    last_seen = Column(_("最近使用"))
    state = Column(_("状态"), _state, html=_state_shown)
    created_at = Column(_("建立时间"), on_page=False, order=Order(by="id"))
    actions = actions_column("identity/parts/account_actions.html")


class OwnAccountTable(AccountTable, without=("organization",)):
    """账号 of one's own organisation."""


BINDING_STATES = {
    None: ("active", _("有效")),
    Suspension.CHANGE_PENDING: ("attention", _("暂停：密码须更换")),
    Suspension.SECOND_FACTOR: ("attention", _("暂停：绑定时未验证动态口令")),
}


def state_of_binding(row: WechatBinding) -> Any:
    """Return the state of a binding to WeChat as it is shown."""
    return status(*BINDING_STATES[suspension_of_binding(row)])


class BindingTable(Table):
    """微信绑定 of an account."""

    empty_text = _("该账号没有绑定微信。")
    tail = Column(_("微信标识"), lambda row: f"…{row.openid[-4:]}")
    bound_at = Column(_("绑定时间"), order=Order(by="id"))
    proof = Column(
        _("绑定时的验证"),
        lambda row: gettext("密码和动态口令") if row.with_second_factor else gettext("密码"),
    )
    last_seen = Column(_("最近使用"))
    state = Column(
        _("状态"),
        lambda row: str(BINDING_STATES[suspension_of_binding(row)][1]),
        html=state_of_binding,
    )
    actions = actions_column("identity/parts/binding_actions.html")


RESET_STATES = {
    ResetState.REQUESTED: "open",
    ResetState.CONFIRMED: "done",
    ResetState.REFUSED: "failed",
    ResetState.WITHDRAWN: "cancelled",
    ResetState.EXPIRED: "cancelled",
}


class ResetTable(Table):
    """密码重置申请."""

    empty_text = _("没有密码重置申请。安全管理员在“账号”页提交申请。")
    requested_at = Column(_("申请时间"), order=Order(by="id"))
    username = Column(_("账号"), "account.username")
    name = Column(_("姓名"), "account.display_name")
    organization = Column(_("单位"), "account.organization.name")
    reason = Column(_("原因"), css="wrap")
    authenticator = Column(
        _("动态口令"),
        lambda row: gettext("同时关闭") if row.forget_authenticator else gettext("保留"),
    )
    requested_by = Column(_("申请人"), "requested_by.display_name")
    state = Column(
        _("状态"),
        "get_state_display",
        html=lambda row: status(RESET_STATES[row.state], row.get_state_display()),
    )
    expires_at = Column(_("有效至"))
    decided_by = Column(_("确认人"), "decided_by.display_name")
    decided_at = Column(_("办理时间"))
    refusal = Column(_("不予重置的原因"), css="wrap")
    actions = actions_column("identity/parts/reset_actions.html")


def _read(row: Any) -> str:
    return gettext("已读") if row.read_at else gettext("未读")


def _read_shown(row: Any) -> Any:
    return _read(row) if row.read_at else format_html("<strong>{}</strong>", _read(row))


class MessageTable(Table):
    """消息."""

    empty_text = _("还没有消息。审核、任务和到期提醒会出现在这里。")
    state = Column(_("状态"), _read, html=_read_shown)
    title = Column(_("标题"))
    body = Column(_("内容"), css="wrap")
    created_at = Column(_("时间"), order=Order(by="id"))
    actions = actions_column("identity/parts/message_actions.html")


class NoticeTable(Table):
    """通知公告."""

    empty_text = _("还没有通知公告。")
    title = Column(_("标题"), template="identity/parts/notice_title.html", css="wrap")
    author_organization = Column(_("发布单位"))
    published_at = Column(_("发布时间"))
