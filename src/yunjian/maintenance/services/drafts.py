"""A record filled in on a computer: kept while it is typed, handed in as the phone does."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from yunjian.access.actor import Actor
from yunjian.access.scope import get_visible_or_404
from yunjian.kernel.clock import SHANGHAI, now, today
from yunjian.kernel.digests import digest
from yunjian.kernel.errors import Conflict, InvalidInput, InvalidState, NotAllowed
from yunjian.kernel.ids import new_id
from yunjian.maintenance.models import SheetDraft, Visit
from yunjian.maintenance.models.visits import VisitState
from yunjian.maintenance.policies.visits import may_submit
from yunjian.maintenance.selectors.visits import (
    context_of,
    instrument_facts_at,
    last_answers,
    sheets_allowed,
    task_row,
)
from yunjian.maintenance.services.visits import Answer, visit_submit
from yunjian.standards import sheets


@dataclass(frozen=True, slots=True)
class Closing:
    """The last part of the page. `signed_out_at` is a text until somebody hands the record in."""

    signed_out_at: str = ""
    participants: str = ""
    note: str = ""


def draft_open(*, actor: Actor, visit_id: UUID) -> SheetDraft:
    """Return what is typed so far for a visit; the first time begin its sheets, prefilled.

    Raises:
        Http404: there is no such visit, or it is not the actor's to see.
        NotAllowed: somebody else signed in on site.
        InvalidState: the record is handed in already.
    """
    visit = _visit_to_fill(actor, visit_id)
    draft: SheetDraft | None = SheetDraft.objects.filter(visit=visit).first()
    if draft is not None:
        return draft
    task = task_row(visit.task_id)
    context = _context(visit, task)
    draft, _is_new = SheetDraft.objects.get_or_create(
        visit=visit,
        defaults={
            "agency_id": visit.agency_id,
            "sheets": [_begun(name, context) for name in task["sheets"]],
            "closing": asdict(Closing()),
            "saved_by_id": actor.account_id,
        },
    )
    return draft


@transaction.atomic
def draft_save(
    *,
    actor: Actor,
    visit_id: UUID,
    version: int | None,
    window: str,
    answers: Sequence[dict[str, Any]],
    closing: Closing,
) -> SheetDraft:
    """Keep what is typed; `answers` in the order of the draft's sheets. Nothing is judged here.

    `version` is the one that `window` was shown; None overwrites whatever is there. What a window
    saved itself it may save again: its answer may have got lost on the way.

    Raises:
        Conflict: another window has saved in the meantime; nothing is stored.
        NotAllowed, InvalidState: as `draft_open`.
    """
    _visit, draft = _locked_draft(actor, visit_id)
    is_old = version is not None and version != draft.version and window != draft.window
    if is_old or len(answers) != len(draft.sheets):
        raise Conflict(_("这份记录已在另一个窗口修改过"), code="other_window")
    draft_fill(draft, answers, closing)
    draft.window = window
    return _saved(actor, draft)


def draft_fill(draft: SheetDraft, answers: Sequence[dict[str, Any]], closing: Closing) -> None:
    """Put what is typed into a draft, without keeping it."""
    draft.sheets = [
        {**sheet, "answers": given} for sheet, given in zip(draft.sheets, answers, strict=True)
    ]
    draft.closing = asdict(closing)


@transaction.atomic
def draft_add_sheet(*, actor: Actor, visit_id: UUID, name: str) -> SheetDraft:
    """Add a sheet that the task does not ask for but that belongs to this kind of point.

    Raises:
        InvalidInput: there is no such sheet for this point today, or it is there already.
        NotAllowed, InvalidState: as `draft_open`.
    """
    visit, draft = _locked_draft(actor, visit_id)
    task = task_row(visit.task_id)
    known = {sheet["definition"] for sheet in draft.sheets}
    if name in known or name not in sheets_allowed(task, today()):
        raise InvalidInput(_("不能添加这份记录单"), code="unknown_sheet", field="add_sheet")
    draft.sheets = [*draft.sheets, _begun(name, _context(visit, task))]
    return _saved(actor, draft)


@transaction.atomic
def draft_drop_sheet(*, actor: Actor, visit_id: UUID, name: str) -> SheetDraft:
    """Take a sheet out again that the task does not ask for.

    Raises:
        InvalidInput: the task asks for it.
        NotAllowed, InvalidState: as `draft_open`.
    """
    visit, draft = _locked_draft(actor, visit_id)
    if name in task_row(visit.task_id)["sheets"]:
        raise InvalidInput(_("任务要求这份记录单，不能移除"), code="sheet_missing")
    draft.sheets = [sheet for sheet in draft.sheets if sheet["definition"] != name]
    return _saved(actor, draft)


@transaction.atomic
def draft_submit(*, actor: Actor, visit_id: UUID) -> Answer:
    """Hand the record in, by the same way as from the phone, and forget the draft.

    Raises:
        InvalidInput: with the path of each wrong value; the draft stays as it is.
        NotAllowed, InvalidState: as `draft_open`.
    """
    visit, draft = _locked_draft(actor, visit_id)
    body = _submission(visit, draft)
    answer = visit_submit(
        actor=actor,
        visit_id=visit.pk,
        body=body,
        digest=digest(body, settings.EVIDENCE_DIGEST),
        entered_on="computer",
    )
    draft.delete()
    return answer


def _visit_to_fill(actor: Actor, visit_id: UUID) -> Visit:
    visit: Visit = get_visible_or_404(Visit, visit_id)
    if not may_submit(actor, visit):
        raise NotAllowed(_("只有到场签到的人员才能填写和提交"))
    if visit.state != VisitState.IN_PROGRESS:
        raise InvalidState(_("这份记录已经提交，不能再修改"))
    return visit


def _locked_draft(actor: Actor, visit_id: UUID) -> tuple[Visit, SheetDraft]:
    visit = _visit_to_fill(actor, visit_id)
    return visit, SheetDraft.objects.select_for_update().get(visit=visit)


def _context(visit: Visit, task: dict[str, Any]) -> dict[str, Any]:
    """Return what sheets are prefilled with, what was filled in last time at the point included."""
    last = {code: answers for (_point, code), answers in last_answers([visit.point_id]).items()}
    return {**context_of(task, instrument_facts_at(visit.point_id)), "last": last}


def _begun(name: str, context: dict[str, Any]) -> dict[str, Any]:
    answers = sheets.initial_answers(sheets.definition(name), context)
    return {
        "id": str(new_id()),
        "definition": name,
        "answers": answers,
        "started_at": now().isoformat(),
    }


def _saved(actor: Actor, draft: SheetDraft) -> SheetDraft:
    draft.version += 1
    draft.saved_by_id = actor.account_id or draft.saved_by_id
    draft.saved_at = now()
    draft.save()
    return draft


def _submission(visit: Visit, draft: SheetDraft) -> bytes:
    closing = Closing(**draft.closing)
    finished = draft.saved_at.isoformat()
    whole = {
        "task_id": str(visit.task_id),
        "signed_out_at": _left_at(visit, closing.signed_out_at),
        "participants": _names(closing.participants),
        "note": closing.note.strip(),
        "sheets": [{**sheet, "finished_at": finished} for sheet in draft.sheets],
    }
    return json.dumps(whole, ensure_ascii=False, sort_keys=True).encode()


def _left_at(visit: Visit, text: str) -> str:
    """Return the moment in Shanghai that was typed as `YYYY-MM-DD HH:mm`.

    Whoever left in the minute of the sign-in left when he signed in: nobody types seconds.

    Raises:
        InvalidInput: at `signed_out_at`; nothing, or something else, was typed.
    """
    if not text.strip():
        raise InvalidInput(_("请填写离场时间"), code="required", field="signed_out_at")
    try:
        typed = datetime.strptime(text.strip(), "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)
    except ValueError as error:
        raise InvalidInput(
            _("时间格式应为 年-月-日 时:分"), code="datetime_parsing", field="signed_out_at"
        ) from error
    is_same_minute = typed == visit.signed_in_at.replace(second=0, microsecond=0)
    return (visit.signed_in_at if is_same_minute else typed).isoformat()


def _names(text: str) -> list[str]:
    return [name.strip() for name in re.split("[、,，;；\n]", text) if name.strip()]
