"""Supervisions: filled in and signed on site, read and answered by the supervised person."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Router, Status

from yunjian.access.permissions import require
from yunjian.access.scope import get_visible_or_404
from yunjian.agencies.models import Person
from yunjian.api.auth import actor_of
from yunjian.api.errors import LIST, OPEN, READ, WRITE, Problem
from yunjian.api.headers import checked_digest
from yunjian.api.openapi import reads_json
from yunjian.api.pages import Page
from yunjian.api.rows import RowWith
from yunjian.credit.domain.checklists import checklist_named, checklist_on, checklists
from yunjian.credit.domain.handed_in import (
    SupervisionAnswer,
    SupervisionHandIn,
    SupervisionReport,
    SupervisionText,
)
from yunjian.credit.models import Supervision
from yunjian.credit.policies import may_answer_supervision, may_supervise
from yunjian.credit.schemas.supervisions import (
    HandedInOut,
    SupervisionOut,
    SupervisionPackageOut,
    SupervisionRowOut,
)
from yunjian.credit.selectors.supervisions import (
    BUCKETS,
    steps_of,
    supervision_seen,
    supervisions_found,
    supervisions_in,
)
from yunjian.credit.selectors.trainings import files_of, people_in_office
from yunjian.credit.services.supervisions import (
    SupervisionInput,
    appeal_withdraw,
    content_digest,
    rectification_report,
    supervision_answer,
    supervision_hand_in,
)
from yunjian.kernel.clock import today
from yunjian.kernel.cursors import Slice, newest_first
from yunjian.kernel.errors import InvalidInput
from yunjian.maintenance.selectors.plans import points_under_contract
from yunjian.sources.models import MonitoringPoint

router = Router(tags=["supervisions"], by_alias=True)
Bucket = Annotated[str, Field(json_schema_extra={"enum": [*BUCKETS]})]


class SupervisionPage(Page[SupervisionRowOut]):
    """A page of supervisions."""


@router.get("/supervisions", response={200: SupervisionPage, LIST: Problem})
def supervisions(
    request: HttpRequest, bucket: Bucket = "mine", cursor: UUID | None = None
) -> Slice[Supervision]:
    """Return what one was supervised in ("mine"), or supervised ("made"), newest first."""
    if bucket not in BUCKETS:
        raise InvalidInput(_("不认识的列表"), code="unknown", field="bucket")
    return newest_first(supervisions_in(actor_of(request), bucket), cursor=cursor)


@router.get(
    "/supervision-package", response={200: SupervisionPackageOut, OPEN | {401, 403}: Problem}
)
def supervision_package(request: HttpRequest) -> RowWith:
    """Return what a supervision is filled in with, so that it can be done without a network."""
    actor = actor_of(request)
    require(may_supervise(actor))
    checklist = checklist_on(today()) or checklists()[-1]
    return RowWith(
        None,
        people=list(people_in_office(actor.own_organization, today())),
        # points of several dischargers bear the same name
        points=[
            RowWith(row, name=f"{row.organization.name} · {row.name}")
            for row in points_under_contract(actor)
        ],
        template=checklist.name,
        items=list(checklist.items),
    )


@router.get("/supervisions/{uuid:supervision_id}", response={200: SupervisionOut, READ: Problem})
def supervision(request: HttpRequest, supervision_id: UUID) -> RowWith:
    """Return everything that is shown about a supervision."""
    actor = actor_of(request)
    row = get_visible_or_404(Supervision, supervision_id, queryset=supervisions_found())
    checklist = checklist_named(row.template)
    is_mine = may_answer_supervision(actor, row)
    findings = []
    for one in row.findings:
        item = checklist.item(one["key"]) if checklist else None
        title = dict(item.title) if item else {"zh": one["key"], "en": one["key"]}
        known = {
            "clause": item.clause if item else "",
            "provenance": item.provenance if item else "",
        }
        said = {"passed": one["passed"], "note": one.get("note", "")}
        findings.append({"title": title, **known, **said})
    return RowWith(
        row,
        findings=findings,
        attachments=files_of(row.attachment_ids),
        steps=list(steps_of(row)),
        shown_digest=content_digest(row),
        is_mine=is_mine,
        may_answer=is_mine and row.state == "issued",
    )


@router.put(
    "/supervisions/{uuid:supervision_id}",
    response={200: HandedInOut, 201: HandedInOut, WRITE: Problem},
    openapi_extra=reads_json(SupervisionHandIn),
)
def hand_in_supervision(request: HttpRequest, supervision_id: UUID) -> Status[Supervision]:
    """Hand in a supervision that was filled in and signed on site; the same twice is there once."""
    actor = actor_of(request)
    require(may_supervise(actor))
    checked_digest(request)
    sent = SupervisionHandIn.read(request.body)
    said = SupervisionInput(
        supervised_on=sent.supervised_on,
        purpose=sent.purpose,
        person=_person(sent.person_id, "person_id"),
        head=_person(sent.head_id, "head_id") if sent.head_id else None,
        point=_point(sent.point_id) if sent.point_id else None,
        place=sent.place,
        facts=sent.facts,
        opinion=sent.opinion,
        severity=sent.severity,
        findings=[one.model_dump() for one in sent.findings],
        remote_checks=[one.model_dump(exclude_none=True) for one in sent.remote_checks],
        attachment_ids=sent.attachment_ids,
    )
    row, created = supervision_hand_in(
        actor=actor,
        identifier=supervision_id,
        said=said,
        signature_id=sent.signature_id,
        body=request.body,
    )
    return Status(201 if created else 200, row)


@router.put(
    "/supervisions/{uuid:supervision_id}/answer/{uuid:step_id}",
    response={200: HandedInOut, 201: HandedInOut, WRITE: Problem},
    openapi_extra=reads_json(SupervisionAnswer),
)
def answer_supervision(
    request: HttpRequest, supervision_id: UUID, step_id: UUID
) -> Status[Supervision]:
    """Confirm a supervision or appeal against it, bound to the digest of what was shown."""
    checked_digest(request)
    sent = SupervisionAnswer.read(request.body)
    row, created = supervision_answer(
        actor=actor_of(request),
        supervision=supervision_seen(supervision_id),
        agree=sent.decision == "confirm",
        text=sent.text,
        signature_id=sent.signature_id,
        shown_digest=sent.shown_digest,
        step_id=step_id,
    )
    return Status(201 if created else 200, row)


@router.post(
    "/supervisions/{uuid:supervision_id}/withdraw",
    response={200: HandedInOut, WRITE: Problem},
    openapi_extra=reads_json(SupervisionText),
)
def withdraw_appeal(request: HttpRequest, supervision_id: UUID) -> Supervision:
    """Take an appeal back."""
    sent = SupervisionText.read(request.body)
    row = supervision_seen(supervision_id)
    return appeal_withdraw(actor=actor_of(request), supervision=row, text=sent.text)


@router.put(
    "/supervisions/{uuid:supervision_id}/report/{uuid:step_id}",
    response={200: HandedInOut, 201: HandedInOut, WRITE: Problem},
    openapi_extra=reads_json(SupervisionReport),
)
def report_rectification(
    request: HttpRequest, supervision_id: UUID, step_id: UUID
) -> Status[Supervision]:
    """Report that things were put right, with pictures; the same twice is there once."""
    checked_digest(request)
    sent = SupervisionReport.read(request.body)
    row = supervision_seen(supervision_id)
    files = files_of(sent.attachment_ids)
    if len(files) != len(set(sent.attachment_ids)):
        message = _("照片还没有上传完，请稍后再试")
        raise InvalidInput(message, code="missing", field="attachment_ids")
    row, created = rectification_report(
        actor=actor_of(request),
        supervision=row,
        text=sent.text,
        attachments=files,
        step_id=step_id,
    )
    return Status(201 if created else 200, row)


def _person(identifier: UUID, field: str) -> Person:
    row: Person | None = Person.objects.filter(pk=identifier).first()
    if row is None:
        raise InvalidInput(_("请选择本机构的人员"), code="unknown", field=field)
    return row


def _point(identifier: UUID) -> MonitoringPoint:
    row: MonitoringPoint | None = MonitoringPoint.objects.filter(pk=identifier).first()
    if row is None:
        raise InvalidInput(_("请选择本机构合同内的测点"), code="unknown", field="point_id")
    return row
