"""What the phone carries into the field, and the pictures that it brings back."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Router, Status

from yunjian.api.auth import actor_of
from yunjian.api.errors import OPEN, WRITE, Problem
from yunjian.api.headers import checked_digest
from yunjian.api.openapi import reads_file
from yunjian.api.rows import RowWith
from yunjian.evidence.models import Attachment
from yunjian.evidence.schemas import UPLOAD_PURPOSES, StoredAttachmentOut
from yunjian.evidence.services import attachment_store
from yunjian.instruments.models import InstrumentRevision
from yunjian.kernel.clock import now
from yunjian.kernel.errors import InvalidInput
from yunjian.kernel.ids import check_client_id
from yunjian.maintenance.models import Task, Visit
from yunjian.maintenance.schemas import FieldPackageOut
from yunjian.maintenance.selectors.visits import (
    instruments_at,
    last_answers,
    sheet_context,
    sheets_beside,
    tasks_of_engineer,
    visits_of_tasks,
)
from yunjian.standards import sheets

router = Router(tags=["field"], by_alias=True)
Purpose = Annotated[str, Field(json_schema_extra={"enum": [*UPLOAD_PURPOSES]})]


@router.get("/field/package", response={200: FieldPackageOut, OPEN | {401, 403}: Problem})
def package(request: HttpRequest) -> RowWith:
    """Return the tasks of the engineer with everything needed without a network."""
    tasks = tasks_of_engineer(actor_of(request))
    point_ids = [task.point_id for task in tasks]
    instruments = instruments_at(point_ids)
    answers = last_answers(point_ids)
    visits = visits_of_tasks([task.pk for task in tasks])
    more = sheets_beside(tasks)
    names = sorted({name for task in tasks for name in [*task.sheets, *more[task.pk]]})
    return RowWith(
        None,
        server_time=now(),
        tasks=[
            _task(task, more[task.pk], instruments.get(task.point_id, []), answers, visits)
            for task in tasks
        ],
        definitions={name: sheets.definition(name).source for name in names},
    )


def _task(
    task: Task,
    more: list[str],
    instruments: list[InstrumentRevision],
    answers: dict[tuple[UUID, str], dict[str, Any]],
    visits: dict[UUID, Visit],
) -> RowWith:
    codes = [name.partition("@")[0] for name in [*task.sheets, *more]]
    last = {
        code: answers[task.point_id, code] for code in codes if (task.point_id, code) in answers
    }
    return RowWith(
        task,
        plan_name=task.plan.name if task.plan else "",
        instruments=instruments,
        sheets=[
            *({"definition": name, "required": True} for name in task.sheets),
            *({"definition": name, "required": False} for name in more),
        ],
        prefill={**sheet_context(task, instruments), "last": last},
        visit=visits.get(task.pk),
    )


@router.put(
    "/attachments/{uuid:attachment_id}",
    response={200: StoredAttachmentOut, 201: StoredAttachmentOut, WRITE: Problem},
    openapi_extra=reads_file("image/jpeg", "image/png"),
)
def put_attachment(
    request: HttpRequest,
    attachment_id: UUID,
    purpose: Purpose = "other",
    filename: str = "photo.jpg",
) -> Status[Attachment]:
    """Store a photo or signature under the id that the phone made."""
    if purpose not in UPLOAD_PURPOSES:
        raise InvalidInput(_("不认识的用途"), code="unknown", field="purpose")
    check_client_id(attachment_id, "id")
    checked_digest(request)
    row, created = attachment_store(
        id=attachment_id,
        actor=actor_of(request),
        content=request.body,
        filename=filename,
        purpose=purpose,
    )
    return Status(201 if created else 200, row)
