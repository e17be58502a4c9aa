"""Reads of messages."""

from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from yunjian.access.actor import Actor
from yunjian.kernel.clock import today
from yunjian.kernel.cursors import Slice, newest_first
from yunjian.messaging.models import Delivery, DeliveryState, Notice, Notification

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


def delivery_counts(since: datetime) -> dict[str, int]:
    """Return how many ways of messages since a moment ended in which state (for operators)."""
    rows = Delivery.objects.filter(updated_at__gte=since).order_by()
    return dict(rows.values_list("state").annotate(Count("pk")))


def failed_deliveries(limit: int = 50) -> list[Delivery]:
    """Return the latest messages that a channel refused for good, with its reason."""
    rows = Delivery.objects.filter(state=DeliveryState.FAILED)
    return list(rows.select_related("notification").order_by("-updated_at")[:limit])
