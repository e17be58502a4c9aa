"""签到 and submission: what the engineer hands in from the phone."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import reduce
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.evidence.models import Attachment
from yunjian.evidence.services import attachments_share, record
from yunjian.identity.selectors import account_ids_of
from yunjian.kernel.clock import business_day, day_bounds, now
from yunjian.kernel.errors import FieldError, InvalidInput, InvalidState, NotAllowed, NotFound
from yunjian.kernel.ids import check_client_id
from yunjian.kernel.languages import localized
from yunjian.kernel.prepared_queries import (
    Parameter,
    PreparedQuery,
    column_names,
    instance_from_row,
    json_text,
)
from yunjian.maintenance import events
from yunjian.maintenance.domain.positions import distance_metres
from yunjian.maintenance.domain.submissions import SheetSubmission, SignIn, Submission
from yunjian.maintenance.models import RecordSheet, RejectedSubmission, Task, Visit
from yunjian.maintenance.models.plans import TaskState
from yunjian.maintenance.models.visits import VisitState
from yunjian.maintenance.policies.visits import may_submit, may_work_on
from yunjian.maintenance.selectors.documents import content_digest
from yunjian.maintenance.selectors.visits import (
    context_of,
    instrument_facts_at,
    sheets_allowed,
    task_row,
)
from yunjian.messaging.services import notify
from yunjian.standards import sheets

CLOCK_TOLERANCE = timedelta(minutes=5)
POOR_ACCURACY_METRES = 200

LOCKED_VISIT = PreparedQuery(
    lambda: (
        Visit.unscoped()
        .select_for_update()
        .filter(pk=Parameter("visit"), agency_id=Parameter("agency"))
        .order_by()
        .values_list(*column_names(Visit))
    )
)
# what a submission changes in the tables of this room, at once
SUBMIT = PreparedQuery(f"""
    WITH handed_in AS (
        INSERT INTO maintenance_recordsheet
        SELECT * FROM jsonb_populate_recordset(null::maintenance_recordsheet, %(sheets)s::jsonb)
    ), done AS (
        UPDATE maintenance_task SET state = '{TaskState.DONE}' WHERE id = %(task_id)s
    )
    UPDATE maintenance_visit SET
        state = %(state)s, verdict = %(verdict)s, follow_ups = %(follow_ups)s::jsonb,
        signed_out_at = %(signed_out_at)s, sign_out_longitude = %(sign_out_longitude)s,
        sign_out_latitude = %(sign_out_latitude)s, sign_out_accuracy = %(sign_out_accuracy)s,
        submitted_at = %(submitted_at)s, confirm_by = %(confirm_by)s,
        participants = %(participants)s, note = %(note)s, attachment_ids = %(attachment_ids)s,
        warnings = %(warnings)s::jsonb, submission_digest = %(submission_digest)s,
        content_digest = %(content_digest)s
    WHERE id = %(id)s
""")  # noqa: S608 - from the names above


class Outcome(StrEnum):
    """What became of a repeated request: done now, done before, or refused for other content."""

    CREATED = "created"
    SAME = "same"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Answer:
    """The visit, and whether this very request changed it."""

    visit: Visit
    outcome: Outcome


@transaction.atomic
def visit_sign_in(
    *,
    actor: Actor,
    visit_id: UUID,
    sign_in: SignIn,
    digest: str,
    clock_offset: timedelta = timedelta(),
) -> Answer:
    """Begin a visit on site: position and photo, once; position is never taken in between.

    `clock_offset` is the server's clock minus the phone's at the moment of sending; the phone's
    times are corrected by it. `digest` is over the request's bytes: the same id with the same
    digest gives the same answer.

    Raises:
        NotFound: the actor has no such task.
        NotAllowed: the task is somebody else's.
        InvalidState: the task is done or cancelled.
        InvalidInput: the photo is missing, or a time cannot be.
    """
    known = Visit.unscoped().filter(pk=visit_id, agency_id=actor.organization_id).first()
    if known is not None:
        same = known.sign_in_digest == digest
        return Answer(known, Outcome.SAME if same else Outcome.DIFFERENT)
    check_client_id(visit_id, "id")
    task = _task_to_work_on(actor, sign_in.task_id)
    photo = _sign_in_photo(actor, sign_in.photo_id)
    at = sign_in.at + clock_offset
    _check_sign_in_time(at)
    point = task.point
    position = sign_in.position
    distance = distance_metres(
        position.longitude, position.latitude, float(point.longitude), float(point.latitude)
    )
    visit = Visit.objects.create(
        id=visit_id,
        task=task,
        point=point,
        agency_id=task.organization_id,
        discharger_id=task.discharger_id,
        district_id=task.district_id,
        engineer_id=actor.account_id,
        state=VisitState.IN_PROGRESS,
        signed_in_at=at,
        sign_in_received_at=now(),
        sign_in_longitude=round(position.longitude, 7),
        sign_in_latitude=round(position.latitude, 7),
        sign_in_accuracy=position.accuracy,
        sign_in_datum=position.datum,
        sign_in_distance=round(distance, 1),
        sign_in_photo_id=photo.pk,
        sign_in_digest=digest,
        clock_offset_ms=round(clock_offset / timedelta(milliseconds=1)),
        warnings=_sign_in_warnings(sign_in, task, distance, at, clock_offset),
    )
    attachments_share(
        ids=[photo.pk], organization_id=task.discharger_id, district_code=task.district_id
    )
    Task.objects.filter(pk=task.pk, state=TaskState.OPEN).update(state=TaskState.STARTED)
    record(
        actor=actor,
        verb=events.VISIT_SIGNED_IN,
        obj=visit,
        payload={
            "task": str(task.pk),
            "at": at.isoformat(),
            "position": [str(position.longitude), str(position.latitude), position.datum],
            "distance_m": str(visit.sign_in_distance),
            "photo": photo.digest,
            "clock_offset_ms": visit.clock_offset_ms,
        },
    )
    return Answer(visit, Outcome.CREATED)


def visit_submit(
    *,
    actor: Actor,
    visit_id: UUID,
    body: bytes,
    digest: str,
    clock_offset: timedelta = timedelta(),
    entered_on: str = "phone",
) -> Answer:
    """Take a submission: judge its sheets, store, seal, and tell the discharger.

    `entered_on` says where it was typed ("phone" or "computer"); the event tells it too.
    Same id and digest: the stored answer again. Same id, other digest: refused with
    `Outcome.DIFFERENT`, and the second version is kept beside the first.

    Raises:
        NotFound: nobody signed in under this id.
        NotAllowed: somebody else did.
        InvalidState: the task was cancelled in the meantime.
        InvalidInput: with the path of each wrong value; nothing is stored.
    """
    submission = Submission.read(body)
    with transaction.atomic():
        visit = _locked_visit(actor, visit_id)
        if visit.submission_digest == digest:
            return Answer(visit, Outcome.SAME)
        if visit.submission_digest:
            return _keep_second_version(actor, visit, body, digest)
        _submit_first_version(
            actor,
            visit,
            submission,
            digest=digest,
            signed_out_at=submission.signed_out_at + clock_offset,
            entered_on=entered_on,
        )
    return Answer(visit, Outcome.CREATED)


def _submit_first_version(
    actor: Actor,
    visit: Visit,
    submission: Submission,
    *,
    digest: str,
    signed_out_at: datetime,
    entered_on: str,
) -> None:
    if submission.task_id != visit.task_id:
        raise InvalidInput(_("任务与签到时不一致"), code="other_task", field="task_id")
    task = task_row(visit.task_id)
    if task["state"] == TaskState.CANCELLED:
        raise InvalidState(_("任务已取消，请联系管理员"))
    _check_sign_out_time(visit, signed_out_at)
    context = context_of(task, instrument_facts_at(visit.point_id))
    errors = _wrong_set_of_sheets(task, business_day(signed_out_at), submission.sheets)
    if errors:
        raise InvalidInput(_("记录单不完整"), errors=errors)
    rows = _judged_sheets(visit, submission.sheets, context)
    attachments = _attachments(actor, submission, rows)
    _fill(visit, submission, rows, attachments, signed_out_at)
    visit.submission_digest = digest
    visit.content_digest = content_digest(visit, rows, attachments)
    _store(visit, rows)
    attachments_share(
        ids=visit.attachment_ids,
        organization_id=visit.discharger_id,
        district_code=visit.district_id,
    )
    _tell_discharger(visit, task["organization__name"], task["point__name"])
    record(
        actor=actor,
        verb=events.VISIT_SUBMITTED,
        obj=visit,
        payload={
            "content_digest": visit.content_digest,
            "submission_digest": digest,
            "verdict": visit.verdict,
            "sheets": [{"definition": row.definition, "verdict": row.verdict} for row in rows],
            "entered_on": entered_on,
            "attachments": [attachment.digest for attachment in attachments],
        },
    )


def _fill(
    visit: Visit,
    submission: Submission,
    rows: list[RecordSheet],
    attachments: list[Attachment],
    signed_out_at: datetime,
) -> None:
    received = now()
    visit.state = VisitState.SUBMITTED
    visit.verdict = reduce(sheets.worse, (row.verdict for row in rows))
    visit.follow_ups = [item for row in rows for item in row.results["follow_ups"]]
    visit.signed_out_at = signed_out_at
    if submission.sign_out_position is not None:
        visit.sign_out_longitude = round(submission.sign_out_position.longitude, 7)
        visit.sign_out_latitude = round(submission.sign_out_position.latitude, 7)
        visit.sign_out_accuracy = submission.sign_out_position.accuracy
    visit.submitted_at = received
    visit.confirm_by = day_bounds(business_day(received))[1]
    visit.participants = submission.participants
    visit.note = submission.note
    visit.attachment_ids = [row.pk for row in attachments if row.pk != visit.sign_in_photo_id]
    if business_day(received) > business_day(signed_out_at):
        late = f"签退于 {business_day(signed_out_at)}，次日或更晚才提交"
        visit.warnings = [*visit.warnings, late]


def _store(visit: Visit, rows: list[RecordSheet]) -> None:
    sheet_rows = [{name: getattr(row, name) for name in column_names(RecordSheet)} for row in rows]
    values = {name: getattr(visit, name) for name in column_names(Visit)}
    SUBMIT.run(
        **values
        | {
            "sheets": json_text(sheet_rows),
            "follow_ups": json_text(visit.follow_ups),
            "warnings": json_text(visit.warnings),
        }
    )


def _locked_visit(actor: Actor, visit_id: UUID) -> Visit:
    row = LOCKED_VISIT.row(visit=visit_id, agency=actor.organization_id)
    if row is None:
        raise NotFound(_("没有找到签到记录，请先到场签到"), code="not_signed_in")
    visit = instance_from_row(Visit, row)
    if not may_submit(actor, visit):
        raise NotAllowed(_("只有到场签到的人员才能提交"))
    return visit


def _keep_second_version(actor: Actor, visit: Visit, body: bytes, digest: str) -> Answer:
    _row, is_new = RejectedSubmission.objects.get_or_create(
        visit_id=visit.pk,
        digest=digest,
        defaults={"agency_id": visit.agency_id, "body": body.decode()},
    )
    if is_new:
        record(
            actor=actor,
            verb=events.VISIT_SECOND_VERSION_REFUSED,
            obj=visit,
            payload={"kept": visit.submission_digest, "refused": digest},
        )
    return Answer(visit, Outcome.DIFFERENT)


def _task_to_work_on(actor: Actor, task_id: UUID) -> Task:
    task: Task | None = (
        Task.objects.select_for_update(of=("self",))
        .select_related("point", "assignee")
        .filter(pk=task_id)
        .first()
    )
    if task is None:
        raise NotFound(_("没有找到这个任务"))
    if not may_work_on(actor, task):
        raise NotAllowed(_("这个任务没有分配给您"))
    if task.state in {TaskState.DONE, TaskState.CANCELLED}:
        raise InvalidState(_("任务已完成或已取消，不能再签到"))
    return task


def _sign_in_photo(actor: Actor, photo_id: UUID) -> Attachment:
    photo = (
        Attachment.unscoped().filter(pk=photo_id, organization_id=actor.own_organization).first()
    )
    if photo is None or photo.kind != "image":
        raise InvalidInput(_("请先拍摄现场照片"), code="required", field="photo_id")
    return photo


def _check_sign_in_time(at: datetime) -> None:
    if at > now() + CLOCK_TOLERANCE:
        raise InvalidInput(_("签到时间晚于现在"), code="in_future", field="at")
    if at < now() - timedelta(days=settings.VISIT_BACKDATE_DAYS):
        message = _("签到时间已超过 %(visit_backdate_days)s 天，不能再补传") % {
            "visit_backdate_days": settings.VISIT_BACKDATE_DAYS
        }
        raise InvalidInput(message, code="too_old", field="at")


def _check_sign_out_time(visit: Visit, signed_out_at: datetime) -> None:
    if signed_out_at < visit.signed_in_at:
        raise InvalidInput(_("签退时间早于签到时间"), code="before_sign_in", field="signed_out_at")
    if signed_out_at > now() + CLOCK_TOLERANCE:
        raise InvalidInput(_("签退时间晚于现在"), code="in_future", field="signed_out_at")


def _judged_sheets(
    visit: Visit, submitted: list[SheetSubmission], context: dict[str, Any]
) -> list[RecordSheet]:
    errors: list[FieldError] = []
    rows = []
    for index, sheet in enumerate(submitted):
        check_client_id(sheet.id, f"sheets.{index}.id")
        result = sheets.evaluate(sheets.definition(sheet.definition), sheet.answers, context)
        errors += [
            FieldError(f"sheets.{index}.{error.path}", error.code, localized(error.message))
            for error in result.errors
        ]
        rows.append(
            RecordSheet(
                id=sheet.id,
                visit=visit,
                position=index,
                definition=sheet.definition,
                context=context,
                answers=sheet.answers,
                results=result.as_json(),
                verdict=result.verdict,
                started_at=sheet.started_at,
                finished_at=sheet.finished_at,
            )
        )
    if errors:
        raise InvalidInput(_("记录单有内容需要修改"), errors=errors)
    return rows


def _wrong_set_of_sheets(
    task: dict[str, Any], on_date: date, submitted: list[SheetSubmission]
) -> list[FieldError]:
    errors = []
    wanted = task["sheets"]
    given = [sheet.definition for sheet in submitted]
    more = set(given).difference(wanted)
    allowed = sheets_allowed(task, on_date) if more else set()
    for index, name in enumerate(given):
        path = f"sheets.{index}.definition"
        if name in more and name not in allowed:
            errors.append(FieldError(path, "unknown_sheet", _("这个测点不用这份记录单")))
        elif name in given[:index]:
            errors.append(FieldError(path, "twice", _("同一记录单填写了两次")))
    errors += [
        FieldError("sheets", "sheet_missing", _("缺少记录单 %(name)s") % {"name": name})
        for name in wanted
        if name not in given
    ]
    return errors


def _attachments(actor: Actor, submission: Submission, rows: list[RecordSheet]) -> list[Attachment]:
    """Return the files of the submission in its order, those inside sheets included."""
    inside = [photo for row in rows for photo in sheets.photo_ids(row.definition, row.answers)]
    wanted = list(dict.fromkeys([*submission.attachment_ids, *inside]))
    results = Attachment.unscoped().filter(organization_id=actor.own_organization).in_bulk(wanted)
    missing = [identifier for identifier in wanted if identifier not in results]
    if missing:
        raise InvalidInput(
            _("有 %(number)s 个附件尚未上传，请稍后重试") % {"number": len(missing)},
            code="attachment_missing",
            field="attachment_ids",
        )
    return [results[identifier] for identifier in wanted]


def _sign_in_warnings(
    sign_in: SignIn, task: Task, distance: float, at: datetime, offset: timedelta
) -> list[str]:
    warnings = []
    if distance > settings.VISIT_FAR_METRES:
        warnings.append(f"签到位置距测点 {distance:,.0f} 米，超过 {settings.VISIT_FAR_METRES} 米")
    if sign_in.position.accuracy > POOR_ACCURACY_METRES:
        warnings.append(f"定位精度较差（±{sign_in.position.accuracy:,.0f} 米）")
    if abs(offset) > CLOCK_TOLERANCE:
        minutes = round(offset.total_seconds() / 60)
        warnings.append(f"手机时间与服务器相差 {abs(minutes)} 分钟，已按服务器时间校正")
    if business_day(at) != task.due_on:
        warnings.append(f"签到日期与计划日期 {task.due_on} 不一致")
    return warnings


def _tell_discharger(visit: Visit, agency: str, point: str) -> None:
    notify(
        recipients=account_ids_of(visit.discharger_id),
        kind="visit.to_confirm",
        title="运维记录待确认",
        body=f"{agency} 已完成 {point} 的现场运维，请当日签字确认。",
        link=f"/h5/#/visits/{visit.pk}",
        about=visit,
    )
