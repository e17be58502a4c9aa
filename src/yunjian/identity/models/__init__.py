"""Organisations, accounts, roles and their bindings to WeChat."""

from yunjian.identity.models.accounts import Account, RoleGrant, WechatBinding
from yunjian.identity.models.organizations import District, Organization

__all__ = ["Account", "District", "Organization", "RoleGrant", "WechatBinding"]
