"""Every write of messages."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection, models, transaction

from yunjian.kernel.actor import Actor
from yunjian.kernel.clock import now
from yunjian.messaging.channels import Channel, ChannelFailed, channels
from yunjian.messaging.models import Delivery, DeliveryState, Notification

Recipient = models.Model | UUID


def notify(
    *,
    recipients: Iterable[Recipient],
    kind: str,
    title: str,
    body: str,
    link: str = "",
    about: models.Model | None = None,
) -> list[Notification]:
    """Tell accounts something, in the transaction of what happened (two statements).

    Delivery beyond the app is a job that exists exactly when the message does.

    Raises:
        RuntimeError: there is no transaction, so the message could outlive a failed change.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a message is written inside the transaction of what it tells")
    rows = [
        Notification(
            recipient_id=recipient.pk if isinstance(recipient, models.Model) else recipient,
            kind=kind,
            title=title,
            body=body,
            link=link,
            about_type=about._meta.label_lower if about else "",  # noqa: SLF001 - Django's documented API
            about_id=str(about.pk) if about else "",
        )
        for recipient in recipients
    ]
    if rows:
        Notification.unscoped().bulk_create(rows)
        from yunjian.messaging.jobs import deliver  # noqa: PLC0415 - jobs call services

        deliver.defer(notification_ids=[str(row.pk) for row in rows])
    return rows


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
