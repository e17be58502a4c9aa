"""Every write about people and organisations."""

from yunjian.identity.services.accounts import (
    account_create,
    account_disable,
    account_enable,
    account_open,
    account_reset,
    account_unlock,
    account_update,
    password_change,
    roles_set,
)
from yunjian.identity.services.bindings import binding_create, binding_end, binding_switch
from yunjian.identity.services.organizations import (
    organization_create,
    organization_status_set,
    organization_update,
    park_create,
)
from yunjian.identity.services.second_factor import (
    recovery_codes_renew,
    second_factor_check,
    second_factor_enroll,
    second_factor_offer,
    second_factor_remove,
)
from yunjian.identity.services.sessions import (
    attempt_note,
    session_end,
    session_open,
    sessions_end,
)
from yunjian.identity.services.wechat import Arrival, WechatRefused, wechat_arrive, wechat_leave

__all__ = [
    "Arrival",
    "WechatRefused",
    "account_create",
    "account_disable",
    "account_enable",
    "account_open",
    "account_reset",
    "account_unlock",
    "account_update",
    "attempt_note",
    "binding_create",
    "binding_end",
    "binding_switch",
    "organization_create",
    "organization_status_set",
    "organization_update",
    "park_create",
    "password_change",
    "recovery_codes_renew",
    "roles_set",
    "second_factor_check",
    "second_factor_enroll",
    "second_factor_offer",
    "second_factor_remove",
    "session_end",
    "session_open",
    "sessions_end",
    "wechat_arrive",
    "wechat_leave",
]
