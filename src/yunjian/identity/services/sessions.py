"""Sessions: every way of signing in ends here."""

from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest

from yunjian.evidence.services import record
from yunjian.identity.models import Account
from yunjian.identity.selectors import actor_for
from yunjian.kernel.actor import acting_as

BACKEND = "yunjian.identity.backends.AccountBackend"


def session_open(*, request: HttpRequest, account: Account, means: str) -> None:
    """Sign an account in after its identity was proved.

    `means` says how: "password", "certificate", "wechat".
    """
    actor = actor_for(account)
    with acting_as(actor):
        login(request, account, backend=BACKEND)
        with transaction.atomic():
            record(actor=actor, verb="session.opened", obj=account, payload={"means": means})
