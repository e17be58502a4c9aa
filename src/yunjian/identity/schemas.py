"""Wire shapes of sessions: who is signed in, and whose WeChat speaks for whom."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Field, Schema

from yunjian.identity.models import WechatBinding
from yunjian.identity.models.accounts import Role
from yunjian.identity.models.organizations import OrganizationKind


class OrganizationOut(Schema):
    """An organisation as its people see it."""

    id: UUID
    name: str
    kind: OrganizationKind


class AccountOut(Schema):
    """The signed-in account as its own user sees it."""

    id: UUID
    name: str = Field(validation_alias="display_name")
    phone_masked: str
    organization: OrganizationOut
    roles: list[Role]


class BindingOut(Schema):
    """An account that the WeChat identity of this session is bound to."""

    id: UUID
    account_id: UUID
    system: Literal["source", "supervision"]
    username: str = Field(validation_alias="account.username")
    organization_name: str = Field(validation_alias="account.organization.name")
    is_current: bool

    @staticmethod
    def resolve_system(binding: WechatBinding) -> str:
        """Return the portal of the account: the source portal is the dischargers'."""
        kind = binding.account.organization.kind
        return "source" if kind == OrganizationKind.DISCHARGER else "supervision"


class IdentityOut(Schema):
    """A WeChat identity that speaks for the account; no more than its last characters is told."""

    id: UUID
    tail: str
    bound_at: datetime
    own: bool = Field(description="whether it is the identity of this session")


class SessionOut(Schema):
    """Who is signed in, and which accounts the WeChat identity is bound to."""

    account: AccountOut | None
    openid_known: bool
    bindings: list[BindingOut]
    identities: list[IdentityOut]
    server_time: datetime
    authorize_url: str
    js_sdk: str | None = Field(description="where WeChat's script is; null outside of WeChat")


class BindingIn(Schema):
    """An account to bind the WeChat identity to; `token` is the code of its authenticator."""

    system: str = Field(json_schema_extra={"enum": ["source", "supervision"]})
    username: str
    password: str
    token: str = ""
