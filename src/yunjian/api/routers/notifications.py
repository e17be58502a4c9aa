"""Messages of the signed-in account."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from yunjian.api.auth import actor_of
from yunjian.api.errors import LIST, OPEN, Problem
from yunjian.api.pages import Page
from yunjian.api.rows import RowWith
from yunjian.messaging.schemas import NotificationOut, NotificationsReadIn, UnreadOut
from yunjian.messaging.selectors import notifications_of, unread_count
from yunjian.messaging.services import mark_read

router = Router(tags=["notifications"], by_alias=True)


class NotificationPage(Page[NotificationOut]):
    """A page of messages, and how many are unread in all."""

    unread: int


@router.get("/notifications", response={200: NotificationPage, LIST: Problem})
def notifications(request: HttpRequest, cursor: UUID | None = None) -> RowWith:
    """Return a page of messages, newest first, and how many are unread."""
    actor = actor_of(request)
    return RowWith(notifications_of(actor, cursor), unread=unread_count(actor))


@router.post(
    "/notifications/read", response={200: UnreadOut, OPEN | {400, 401, 403, 413, 422}: Problem}
)
def read_notifications(request: HttpRequest, body: NotificationsReadIn) -> UnreadOut:
    """Mark messages as read."""
    actor = actor_of(request)
    mark_read(actor=actor, ids=body.ids)
    return UnreadOut(unread=unread_count(actor))
