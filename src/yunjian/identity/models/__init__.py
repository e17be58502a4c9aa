"""Organisations, accounts, roles, how they sign in, and their bindings to WeChat."""

from yunjian.identity.models.accounts import Account, RoleGrant, WechatBinding
from yunjian.identity.models.organizations import District, Organization
from yunjian.identity.models.resets import ResetRequest
from yunjian.identity.models.security import (
    AccountSession,
    PastPassword,
    RecoveryCode,
    SecondFactor,
    SignInAttempt,
)

__all__ = [
    "Account",
    "AccountSession",
    "District",
    "Organization",
    "PastPassword",
    "RecoveryCode",
    "ResetRequest",
    "RoleGrant",
    "SecondFactor",
    "SignInAttempt",
    "WechatBinding",
]
