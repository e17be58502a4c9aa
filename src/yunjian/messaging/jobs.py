"""Background work of messaging: thin, calls services."""

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.types import JSONValue

from yunjian.access.actor import acting_as, system_actor
from yunjian.messaging.services import (
    DELIVER,
    MAX_ATTEMPTS,
    deliver_notifications,
    delivery_report,
)

REPORT_ATTEMPTS = 3


class DeliveryIncomplete(Exception):
    """Some messages did not go through yet; the job is tried again."""


@app.task(
    name=DELIVER,
    queue="messaging",
    retry=RetryStrategy(
        max_attempts=MAX_ATTEMPTS, exponential_wait=5, retry_exceptions=[DeliveryIncomplete]
    ),
)
def deliver(*, notification_ids: list[str]) -> None:
    """Send messages through every channel, again after 5, 25, 125 … seconds when need be.

    What a channel takes no sooner than at a certain moment becomes a job of that moment.

    Raises:
        DeliveryIncomplete: a channel was not reachable.
    """
    with acting_as(system_actor("发送消息")):
        undelivered = deliver_notifications([UUID(item) for item in notification_ids])
    for moment, ids in undelivered.later.items():
        waiting: list[JSONValue] = [str(identifier) for identifier in ids]
        deliver.configure(schedule_at=moment).defer(notification_ids=waiting)
    if undelivered.soon:
        raise DeliveryIncomplete(f"{len(undelivered.soon)} messages")


class NotYetKnown(Exception):
    """The channel's report came before its own answer was noted; the job is tried again."""


@app.task(
    name="messaging.report",
    queue="messaging",
    retry=RetryStrategy(max_attempts=REPORT_ATTEMPTS, wait=5, retry_exceptions=[NotYetKnown]),
)
def report(*, channel: str, reference: str, state: str, error: str) -> None:
    """Note what a channel reports about a message that it took.

    Raises:
        NotYetKnown: no delivery has this reference, or none yet.
    """
    with acting_as(system_actor("消息回执")):
        known = delivery_report(channel=channel, reference=reference, state=state, error=error)
    if not known:
        raise NotYetKnown(reference)
