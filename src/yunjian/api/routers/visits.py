"""Visits as the parties read them, and the discharger's confirmation."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status

from yunjian.api.auth import actor_of
from yunjian.api.presenters import visit_facts, visit_row
from yunjian.kernel.errors import InvalidInput
from yunjian.maintenance.selectors.visits import BUCKETS, visit_detail, visits_in
from yunjian.maintenance.services.confirmations import confirmation_sign
from yunjian.maintenance.submissions import Decision

router = Router(tags=["visits"])
PAGE = 20


@router.get("/visits")
def visits(
    request: HttpRequest, bucket: str = "to_confirm", cursor: UUID | None = None
) -> dict[str, Any]:
    """Return a page of a list, newest first; `next` is the cursor of the following page."""
    if bucket not in BUCKETS:
        raise InvalidInput("不认识的列表", code="unknown", field="bucket")
    rows = visits_in(actor_of(request), bucket)
    if cursor is not None:
        rows = rows.filter(pk__lt=cursor)
    page = list(rows[: PAGE + 1])
    following = str(page[PAGE - 1].pk) if len(page) > PAGE else None
    return {"items": [visit_row(visit) for visit in page[:PAGE]], "next": following}


@router.get("/visits/{uuid:visit_id}")
def visit(request: HttpRequest, visit_id: UUID) -> dict[str, Any]:
    """Return everything that is shown about one visit."""
    return visit_facts(visit_detail(visit_id))


@router.put(
    "/visits/{uuid:visit_id}/confirmation/{uuid:confirmation_id}",
    response={200: dict[str, Any], 201: dict[str, Any]},
)
def confirm(request: HttpRequest, visit_id: UUID, confirmation_id: UUID) -> Status[dict[str, Any]]:
    """签字确认 or 异议, bound to the digest of what was shown."""
    confirmation, created = confirmation_sign(
        actor=actor_of(request),
        visit_id=visit_id,
        confirmation_id=confirmation_id,
        decision=Decision.read(request.body),
    )
    facts = {
        "state": confirmation.visit.state,
        "confirmed_at": confirmation.decided_at.isoformat(),
        "late": confirmation.is_late,
    }
    return Status(201 if created else 200, facts)
