"""Events about accounts, in the chain of the account's organisation."""

from typing import Any

from yunjian.access.actor import Actor
from yunjian.evidence.services import record
from yunjian.identity.models import Account


def account_event(actor: Actor, verb: str, account: Account, **payload: Any) -> None:
    """Record what happened to an account, as the last thing in the transaction of it."""
    record(
        actor=actor,
        verb=verb,
        obj=account,
        organization_id=account.organization_id,
        payload=payload,
    )
