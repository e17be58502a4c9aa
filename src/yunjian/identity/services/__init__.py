"""Every write about people and organisations."""

from yunjian.identity.services.accounts import account_create
from yunjian.identity.services.bindings import binding_create, binding_end, binding_switch
from yunjian.identity.services.sessions import session_open

__all__ = [
    "account_create",
    "binding_create",
    "binding_end",
    "binding_switch",
    "session_open",
]
