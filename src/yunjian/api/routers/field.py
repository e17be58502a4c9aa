"""What the phone carries into the field, and the pictures that it brings back."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Status

from yunjian.api.auth import actor_of
from yunjian.api.digests import checked_digest
from yunjian.api.presenters import moment, task_facts
from yunjian.evidence.services import attachment_store
from yunjian.kernel.clock import now
from yunjian.kernel.errors import InvalidInput
from yunjian.kernel.ids import check_client_id
from yunjian.maintenance.selectors.visits import (
    instruments_at,
    last_answers,
    sheets_beside,
    tasks_of_engineer,
    visits_of_tasks,
)
from yunjian.standards import sheets

router = Router(tags=["field"])
PURPOSES = {"sign_in", "sheet", "signature", "other"}
ANSWERS = {200: dict[str, Any], 201: dict[str, Any], 409: dict[str, Any]}


@router.get("/field/package")
def package(request: HttpRequest) -> dict[str, Any]:
    """Return the tasks of the engineer with everything needed without a network."""
    tasks = tasks_of_engineer(actor_of(request))
    point_ids = [task.point_id for task in tasks]
    instruments = instruments_at(point_ids)
    answers = last_answers(point_ids)
    visits = visits_of_tasks([task.pk for task in tasks])
    more = sheets_beside(tasks)
    names = sorted({name for task in tasks for name in [*task.sheets, *more[task.pk]]})
    return {
        "server_time": moment(now()),
        "tasks": [
            task_facts(
                task,
                instruments.get(task.point_id, []),
                {
                    code: answers[task.point_id, code]
                    for code in (name.partition("@")[0] for name in [*task.sheets, *more[task.pk]])
                    if (task.point_id, code) in answers
                },
                visits.get(task.pk),
                more[task.pk],
            )
            for task in tasks
        ],
        "definitions": {name: sheets.as_json(sheets.definition(name)) for name in names},
    }


@router.put("/attachments/{uuid:attachment_id}", response=ANSWERS)
def put_attachment(
    request: HttpRequest, attachment_id: UUID, purpose: str = "other", filename: str = "photo.jpg"
) -> Status[dict[str, Any]]:
    """Store a photo or signature under the id that the phone made."""
    if purpose not in PURPOSES:
        raise InvalidInput(_("不认识的用途"), code="unknown", field="purpose")
    check_client_id(attachment_id, "id")
    body = request.body
    checked_digest(request, body)
    row, created = attachment_store(
        id=attachment_id,
        actor=actor_of(request),
        content=body,
        filename=filename,
        purpose=purpose,
    )
    facts = {"id": str(row.pk), "digest": row.digest, "width": row.width, "height": row.height}
    return Status(201 if created else 200, facts)
