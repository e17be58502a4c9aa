"""What identity hears from below."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest

from yunjian.access.actor import Actor
from yunjian.access.scope import ScopedModel, foreign_access
from yunjian.evidence.services import record
from yunjian.identity import events
from yunjian.identity.models import Account
from yunjian.identity.models.security import SessionEnd
from yunjian.identity.services.sessions import session_begin, session_close


@receiver(foreign_access)
def foreign_row_asked(actor: Actor, row: ScopedModel, **_rest: Any) -> None:
    """Record that somebody asked for another organisation's row by its id."""
    with transaction.atomic():
        record(actor=actor, verb=events.ACCESS_FOREIGN, obj=row)


@receiver(user_logged_in)
def signed_in(request: HttpRequest, user: Account, **_rest: Any) -> None:
    """Whatever opens a session of Django's opens one of ours."""
    session_begin(request=request, account=user)


@receiver(user_logged_out)
def signed_out(request: HttpRequest, **_rest: Any) -> None:
    """Whatever closes it closes ours, unless that has ended already."""
    session_close(request=request, why=SessionEnd.SIGNED_OUT)
