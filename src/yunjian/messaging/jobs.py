"""Background work of messaging: thin, calls services."""

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from yunjian.messaging.services import deliver_notifications


class DeliveryIncomplete(Exception):
    """Some messages did not go through yet; the job is tried again."""


@app.task(
    name="messaging.deliver",
    queue="messaging",
    retry=RetryStrategy(max_attempts=6, exponential_wait=5, retry_exceptions=[DeliveryIncomplete]),
)
def deliver(*, notification_ids: list[str]) -> None:
    """Send messages through every channel, again after 5, 25, 125 … seconds when need be.

    Raises:
        DeliveryIncomplete: a channel was not reachable.
    """
    again = deliver_notifications([UUID(item) for item in notification_ids])
    if again:
        raise DeliveryIncomplete(f"{len(again)} messages")
