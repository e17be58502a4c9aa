"""Every write of messages."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection, models, transaction

from yunjian.kernel.actor import Actor
from yunjian.kernel.clock import now
from yunjian.kernel.ids import new_id
from yunjian.kernel.queue import enqueue
from yunjian.kernel.statements import Statement
from yunjian.messaging.channels import Channel, ChannelFailed, channels
from yunjian.messaging.models import Delivery, DeliveryState, Notification

Recipient = models.Model | UUID

TELL = Statement("""
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
        from yunjian.messaging.jobs import deliver  # noqa: PLC0415 - jobs call services

        enqueue(deliver, notification_ids=[str(identifier) for identifier in ids])
    return ids


@transaction.atomic
def mark_read(*, actor: Actor, ids: Sequence[UUID]) -> int:
    """Mark the actor's own messages as read; return how many were unread."""
    return (
        Notification.unscoped()
        .filter(pk__in=ids, recipient_id=actor.account_id, read_at__isnull=True)
        .update(read_at=now())
    )


def deliver_notifications(notification_ids: Sequence[UUID]) -> list[UUID]:
    """Send messages through every channel; return those worth another try.

    What was sent is not sent again, whatever happened to the others.
    """
    again = []
    for row in Notification.unscoped().filter(pk__in=notification_ids):
        done = set(
            row.deliveries.exclude(state=DeliveryState.FAILED).values_list("channel", flat=True)
        )
        open_channels = [channel for channel in channels() if channel.name not in done]
        # every channel is tried, also when one before it failed
        outcomes = [_is_worth_retrying(channel, row) for channel in open_channels]
        if any(outcomes):
            again.append(row.pk)
    return again


def _is_worth_retrying(channel: Channel, row: Notification) -> bool:
    try:
        reference = channel.send(
            account_id=row.recipient_id,
            kind=row.kind,
            title=row.title,
            body=row.body,
            link=row.link,
        )
    except ChannelFailed as error:
        _note(row, channel, DeliveryState.FAILED, error=str(error)[:200])
        return error.is_passing
    state = DeliveryState.UNREACHABLE if reference is None else DeliveryState.SENT
    _note(row, channel, state, reference=reference or "")
    return False


def _note(
    row: Notification, channel: Channel, state: str, *, error: str = "", reference: str = ""
) -> None:
    values = {"state": state, "error": error, "reference": reference, "updated_at": now()}
    Delivery.objects.update_or_create(
        notification=row,
        channel=channel.name,
        defaults={**values, "attempts": models.F("attempts") + 1},
        create_defaults=values,
    )
