"""Visits: what the engineer brings back, what the parties read, what the discharger signs."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Router, Status

from yunjian.api.auth import actor_of
from yunjian.api.errors import LIST, READ, WRITE, Problem, problem
from yunjian.api.headers import checked_digest, clock_offset
from yunjian.api.openapi import reads_json
from yunjian.api.pages import Page
from yunjian.api.rows import RowWith
from yunjian.kernel.cursors import Slice, newest_first
from yunjian.kernel.errors import InvalidInput
from yunjian.maintenance.domain.submissions import Decision, SignIn, Submission
from yunjian.maintenance.models import Confirmation, Visit
from yunjian.maintenance.schemas import (
    ConfirmedOut,
    SignedInOut,
    SubmittedOut,
    VisitOut,
    VisitRowOut,
)
from yunjian.maintenance.selectors.ledger import visit_detail
from yunjian.maintenance.selectors.visits import BUCKETS, visits_in
from yunjian.maintenance.services.confirmations import confirmation_sign
from yunjian.maintenance.services.visits import Answer, Outcome, visit_sign_in, visit_submit

router = Router(tags=["visits"], by_alias=True)
Bucket = Annotated[str, Field(json_schema_extra={"enum": [*BUCKETS]})]


class VisitPage(Page[VisitRowOut]):
    """A page of visits."""


@router.get("/visits", response={200: VisitPage, LIST: Problem})
def visits(
    request: HttpRequest, bucket: Bucket = "to_confirm", cursor: UUID | None = None
) -> Slice[Visit]:
    """Return a page of a list, newest first."""
    if bucket not in BUCKETS:
        raise InvalidInput(_("不认识的列表"), code="unknown", field="bucket")
    return newest_first(visits_in(actor_of(request), bucket), cursor=cursor)


@router.get("/visits/{uuid:visit_id}", response={200: VisitOut, READ: Problem})
def visit(request: HttpRequest, visit_id: UUID) -> RowWith:
    """Return everything that is shown about one visit."""
    detail = visit_detail(visit_id)
    return RowWith(
        detail.visit,
        sign_in=detail.visit,
        sheets=detail.sheets,
        attachments=detail.attachments,
        confirmation=detail.confirmation,
    )


@router.put(
    "/visits/{uuid:visit_id}/confirmation/{uuid:confirmation_id}",
    response={200: ConfirmedOut, 201: ConfirmedOut, WRITE: Problem},
    openapi_extra=reads_json(Decision),
)
def confirm_visit(
    request: HttpRequest, visit_id: UUID, confirmation_id: UUID
) -> Status[Confirmation]:
    """Sign a visit (签字确认) or object to it (异议), bound to the digest of what was shown."""
    confirmation, created = confirmation_sign(
        actor=actor_of(request),
        visit_id=visit_id,
        confirmation_id=confirmation_id,
        decision=Decision.read(request.body),
    )
    return Status(201 if created else 200, confirmation)


@router.put(
    "/visits/{uuid:visit_id}/sign-in",
    response={200: SignedInOut, 201: SignedInOut, WRITE: Problem},
    openapi_extra=reads_json(SignIn),
)
def sign_in(request: HttpRequest, visit_id: UUID) -> Status[Visit] | Status[Problem]:
    """Sign in on site (到场签到): position and photo."""
    digest = checked_digest(request)
    answer = visit_sign_in(
        actor=actor_of(request),
        visit_id=visit_id,
        sign_in=SignIn.read(request.body),
        digest=digest,
        clock_offset=clock_offset(request),
    )
    return _receipt(answer)


@router.put(
    "/visits/{uuid:visit_id}",
    response={200: SubmittedOut, 201: SubmittedOut, WRITE: Problem},
    openapi_extra=reads_json(Submission),
)
def submit_visit(request: HttpRequest, visit_id: UUID) -> Status[Visit] | Status[Problem]:
    """Hand in the sheets of a visit (提交), judged on the spot and sealed."""
    answer = visit_submit(
        actor=actor_of(request),
        visit_id=visit_id,
        body=request.body,
        digest=checked_digest(request),
        clock_offset=clock_offset(request),
    )
    return _receipt(answer)


def _receipt(answer: Answer) -> Status[Visit] | Status[Problem]:
    if answer.outcome is Outcome.DIFFERENT:
        message = _("同一编号已提交过不同的内容，两个版本都已保留，请联系管理员核对")
        return Status(409, problem("different_content", message))
    return Status(201 if answer.outcome is Outcome.CREATED else 200, answer.visit)
