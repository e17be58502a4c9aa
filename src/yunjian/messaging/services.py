"""Every write of messages."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, models, transaction

from yunjian.access.actor import Actor
from yunjian.access.rate_limits import RateLimitExceeded, check_rate_limit
from yunjian.kernel.clock import now
from yunjian.kernel.ids import new_id
from yunjian.kernel.prepared_queries import PreparedQuery
from yunjian.kernel.queue import enqueue
from yunjian.messaging.channels import Channel, ChannelDeclined, ChannelFailed, channels
from yunjian.messaging.models import Delivery, DeliveryState, Notification

logger = logging.getLogger(__name__)
DELIVER = "messaging.deliver"  # the name of the job
MAX_ATTEMPTS = 6
Recipient = models.Model | UUID

TELL = PreparedQuery("""
    INSERT INTO messaging_notification (
        id, recipient_id, kind, title, body, link, about_type, about_id, created_at
    )
    SELECT id, recipient, %(kind)s, %(title)s, %(body)s, %(link)s, %(about_type)s, %(about_id)s,
        %(at)s
    FROM unnest(%(ids)s::uuid[], %(recipients)s::uuid[]) AS told (id, recipient)
""")


def notify(
    *,
    recipients: Iterable[Recipient],
    kind: str,
    title: str,
    body: str,
    link: str = "",
    about: models.Model | None = None,
) -> list[UUID]:
    """Tell accounts something, in the transaction of what happened (two statements); return ids.

    Delivery beyond the app is a job that exists exactly when the message does.

    Raises:
        RuntimeError: there is no transaction, so the message could outlive a failed change.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a message is written inside the transaction of what it tells")
    to = [row.pk if isinstance(row, models.Model) else row for row in recipients]
    at = now()
    ids = [new_id(at) for _recipient in to]
    if ids:
        TELL.run(
            ids=ids,
            recipients=to,
            kind=kind,
            title=title,
            body=body,
            link=link,
            about_type=about._meta.label_lower if about else "",  # noqa: SLF001 - Django's documented API
            about_id=str(about.pk) if about else "",
            at=at,
        )
        enqueue(DELIVER, notification_ids=[str(identifier) for identifier in ids])
    return ids


@transaction.atomic
def mark_read(*, actor: Actor, ids: Sequence[UUID]) -> int:
    """Mark the actor's own messages as read; return how many were unread."""
    return (
        Notification.unscoped()
        .filter(pk__in=ids, recipient_id=actor.account_id, read_at__isnull=True)
        .update(read_at=now())
    )


@dataclass(frozen=True, slots=True)
class Undelivered:
    """What did not go through: which messages to try soon, and which not before a moment."""

    soon: list[UUID]
    later: dict[datetime, list[UUID]]


def deliver_notifications(notification_ids: Sequence[UUID]) -> Undelivered:
    """Send messages through every channel; return those worth another try.

    What was sent is not sent again, whatever happened to the others.
    """
    soon: list[UUID] = []
    later: dict[datetime, list[UUID]] = {}
    rows = Notification.unscoped().filter(pk__in=notification_ids)
    for row in rows.prefetch_related("deliveries"):
        # every channel is tried, also when one before it failed
        for channel in channels():
            for failure in _through(channel, row):
                if failure.until is None:
                    soon.append(row.pk)
                else:
                    later.setdefault(failure.until, []).append(row.pk)
    return Undelivered(sorted(set(soon)), {at: sorted(set(ids)) for at, ids in later.items()})


def _through(channel: Channel, row: Notification) -> list[ChannelFailed]:
    """Send a message to every open address of a channel; return the failures that may pass."""
    before = {each.address: each for each in row.deliveries.all() if each.channel == channel.name}
    if "" in before:
        return []
    addresses = channel.addresses(account_id=row.recipient_id, kind=row.kind)
    if not addresses and not before:
        _record_delivery(row, channel, "", DeliveryState.UNREACHABLE)
        return []
    if not before and not _within_rate(row):
        _record_delivery(row, channel, "", DeliveryState.LIMITED)
        return []
    tried = [_try(channel, row, before.get(each), each) for each in addresses]
    return [failure for failure in tried if failure is not None]


def _within_rate(row: Notification) -> bool:
    """Count the message for its recipient; in the app it is there anyway."""
    try:
        check_rate_limit("messages", str(row.recipient_id))
    except RateLimitExceeded:
        return False
    return True


def _try(
    channel: Channel, row: Notification, before: Delivery | None, address: str
) -> ChannelFailed | None:
    """Send a message to an address it has not reached yet; return a failure that may pass."""
    if before is not None and before.state != DeliveryState.WAITING:
        return None
    if before is not None and row.read_at is not None:
        _record_delivery(row, channel, address, DeliveryState.READ)
        return None
    try:
        reference = channel.send(
            address=address,
            account_id=row.recipient_id,
            kind=row.kind,
            title=row.title,
            body=row.body,
            link=row.link,
        )
    except ChannelDeclined as declined:
        _record_delivery(row, channel, address, DeliveryState.DECLINED, error=str(declined))
    except ChannelFailed as failure:
        attempts = before.attempts if before is not None else 0
        is_last = failure.until is None and attempts + 1 >= MAX_ATTEMPTS
        if failure.is_passing and not is_last:
            _record_delivery(row, channel, address, DeliveryState.WAITING, error=str(failure))
            return failure
        _record_delivery(row, channel, address, DeliveryState.FAILED, error=str(failure))
        logger.error("message %s could not be sent: %s", row.pk, failure)  # noqa: TRY400 - no trace
    else:
        _record_delivery(row, channel, address, DeliveryState.SENT, reference=reference)
    return None


def _record_delivery(
    row: Notification,
    channel: Channel,
    address: str,
    state: str,
    *,
    error: str = "",
    reference: str = "",
) -> None:
    values = {"state": state, "error": error[:200], "reference": reference, "updated_at": now()}
    Delivery.objects.update_or_create(
        notification=row,
        channel=channel.name,
        address=address,
        defaults={**values, "attempts": models.F("attempts") + 1},
        create_defaults=values,
    )


def delivery_report(*, channel: str, reference: str, state: str, error: str = "") -> bool:
    """Note what the channel itself reports later about a message it took; tell if it is known."""
    taken = Delivery.objects.filter(
        channel=channel, reference=reference, state__in=[DeliveryState.SENT, state]
    )
    values = {"state": state, "error": error[:200], "updated_at": now()}
    return taken.update(**values) > 0
