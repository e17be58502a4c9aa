"""Messages of the signed-in account."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from yunjian.api.auth import actor_of
from yunjian.messaging.selectors import notifications_of, unread_count
from yunjian.messaging.services import mark_read

router = Router(tags=["notifications"])


class Read(Schema):
    """Which messages were read."""

    ids: list[UUID]


@router.get("/notifications")
def notifications(request: HttpRequest, cursor: UUID | None = None) -> dict[str, Any]:
    """Return a page of messages, newest first, and how many are unread."""
    actor = actor_of(request)
    page = notifications_of(actor, cursor)
    return {
        "items": [
            {
                "id": str(row.pk),
                "title": row.title,
                "body": row.body,
                "link": row.link,
                "created_at": row.created_at.isoformat(),
                "read": row.read_at is not None,
            }
            for row in page.rows
        ],
        "next": str(page.next) if page.next else None,
        "unread": unread_count(actor),
    }


@router.post("/notifications/read")
def read(request: HttpRequest, body: Read) -> dict[str, Any]:
    """Mark messages as read."""
    actor = actor_of(request)
    mark_read(actor=actor, ids=body.ids)
    return {"unread": unread_count(actor)}
