"""The fields of organisations and accounts, and what of them identifies a person."""

from yunjian.identity.models import Account, Organization, WechatBinding
from yunjian.records.fields import Field, personal, specify

SPECIFICATIONS = (
    specify(Organization, "name", "uscc", "district", "status", "status_reason"),
    specify(Account, *personal(Account, "username", "display_name", "phone")),
    specify(
        WechatBinding,
        *personal(WechatBinding, "openid"),
        Field("address", "IP", personal=True),  # of who was refused: in events, no column
    ),
)
