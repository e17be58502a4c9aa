"""Visits: what the engineer brings back, what the parties read, what the discharger signs."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Status

from yunjian.api.auth import actor_of
from yunjian.api.clocks import clock_offset
from yunjian.api.digests import checked_digest
from yunjian.api.errors import error_body
from yunjian.api.presenters import moment, visit_facts, visit_row
from yunjian.kernel.errors import InvalidInput
from yunjian.maintenance.domain.submissions import Decision, SignIn
from yunjian.maintenance.models import Visit
from yunjian.maintenance.selectors.visits import BUCKETS, visit_detail, visits_in
from yunjian.maintenance.services.confirmations import confirmation_sign
from yunjian.maintenance.services.visits import Outcome, visit_sign_in, visit_submit

router = Router(tags=["visits"])
PAGE = 20
ANSWERS = {200: dict[str, Any], 201: dict[str, Any], 409: dict[str, Any]}


@router.get("/visits")
def visits(
    request: HttpRequest, bucket: str = "to_confirm", cursor: UUID | None = None
) -> dict[str, Any]:
    """Return a page of a list, newest first; `next` is the cursor of the following page."""
    if bucket not in BUCKETS:
        raise InvalidInput(_("不认识的列表"), code="unknown", field="bucket")
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


@router.put("/visits/{uuid:visit_id}/sign-in", response=ANSWERS)
def sign_in(request: HttpRequest, visit_id: UUID) -> Status[dict[str, Any]]:
    """到场签到: position and photo."""
    body = request.body
    digest = checked_digest(request, body)
    answer = visit_sign_in(
        actor=actor_of(request),
        visit_id=visit_id,
        sign_in=SignIn.read(body),
        digest=digest,
        clock_offset=clock_offset(request),
    )
    visit = answer.visit
    facts = {
        "id": str(visit.pk),
        "state": visit.state,
        "distance_m": visit.sign_in_distance,
        "warnings": visit.warnings,
    }
    return _answer(answer.outcome, facts)


@router.put("/visits/{uuid:visit_id}", response=ANSWERS)
def submit(request: HttpRequest, visit_id: UUID) -> Status[dict[str, Any]]:
    """提交: the sheets of a visit, judged on the spot and sealed."""
    body = request.body
    digest = checked_digest(request, body)
    answer = visit_submit(
        actor=actor_of(request),
        visit_id=visit_id,
        body=body,
        digest=digest,
        clock_offset=clock_offset(request),
    )
    return _answer(answer.outcome, _submission_facts(answer.visit))


def _submission_facts(visit: Visit) -> dict[str, Any]:
    return {
        "id": str(visit.pk),
        "state": visit.state,
        "verdict": visit.verdict,
        "content_digest": visit.content_digest,
        "submitted_at": moment(visit.submitted_at),
        "follow_ups": visit.follow_ups,
    }


def _answer(outcome: Outcome, facts: dict[str, Any]) -> Status[dict[str, Any]]:
    if outcome is Outcome.DIFFERENT:
        message = _("同一编号已提交过不同的内容，两个版本都已保留，请联系管理员核对")
        return Status(409, error_body("different_content", message))
    return Status(201 if outcome is Outcome.CREATED else 200, facts)
