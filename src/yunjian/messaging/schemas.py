"""Wire shapes of messages to an account."""

from datetime import datetime
from uuid import UUID

from ninja import Field, Schema

from yunjian.messaging.models import Notification


class NotificationOut(Schema):
    """A message to the signed-in account."""

    id: UUID
    title: str
    body: str
    link: str = Field(description="path to open; may be empty")
    created_at: datetime
    read: bool

    @staticmethod
    def resolve_read(row: Notification) -> bool:
        """Return whether it was read."""
        return row.read_at is not None


class NotificationsReadIn(Schema):
    """Which messages were read."""

    ids: list[UUID]


class UnreadOut(Schema):
    """How many messages are unread now."""

    unread: int
