"""Reads of messages."""

from uuid import UUID

from django.db.models import Q, QuerySet

from yunjian.access.actor import Actor
from yunjian.kernel.clock import today
from yunjian.kernel.cursors import Slice, newest_first
from yunjian.messaging.models import Notice, Notification

PAGE = 20
NOTICES_AT_HOME = 5


def notifications_of(actor: Actor, cursor: UUID | None = None) -> Slice[Notification]:
    """Return a page of the actor's messages older than the cursor."""
    rows = Notification.unscoped().filter(recipient_id=actor.account_id)
    return newest_first(rows, size=PAGE, cursor=cursor)


def unread_count(actor: Actor) -> int:
    """Return how many messages of the actor are unread."""
    return (
        Notification.unscoped().filter(recipient_id=actor.account_id, read_at__isnull=True).count()
    )


def notices() -> QuerySet[Notice]:
    """Return the notices that the acting actor is told."""
    rows: QuerySet[Notice] = Notice.objects.all()
    return rows


def notices_at_home() -> list[Notice]:
    """Return those that still stand on the home page, newest first."""
    return list(
        notices()
        .filter(Q(shown_until__isnull=True) | Q(shown_until__gte=today()))
        .order_by("-published_at")[:NOTICES_AT_HOME]
    )
