"""在电脑上填写: the sheets of a visit that an engineer signed in to with the phone."""

from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from yunjian.access.actor import Actor, current_actor
from yunjian.kernel.clock import today
from yunjian.kernel.errors import Conflict, DomainError, FieldError, InvalidInput, InvalidState
from yunjian.kernel.ids import new_id
from yunjian.kernel.languages import language_code
from yunjian.kernel.numbers import version_sent
from yunjian.library.domain.sheet_form import SheetForm, sheet_form
from yunjian.library.domain.sheet_posted import answers_posted, pressed
from yunjian.maintenance.models import SheetDraft, Visit
from yunjian.maintenance.selectors.visits import (
    context_of,
    instrument_facts_at,
    last_answers,
    sheets_allowed,
    task_row,
)
from yunjian.maintenance.services.drafts import (
    Closing,
    draft_add_sheet,
    draft_drop_sheet,
    draft_fill,
    draft_open,
    draft_save,
    draft_submit,
)
from yunjian.standards import sheets
from yunjian.web.guards import agency_page
from yunjian.web.responses import done
from yunjian.web.uploads import stored

PAGE = "maintenance/fill/page.html"
FORM = "maintenance/fill/form.html"


@dataclass(frozen=True, slots=True)
class _Filling:
    """A draft with what its sheets are judged by."""

    draft: SheetDraft
    task: dict[str, Any]
    context: dict[str, Any]
    last: dict[tuple[UUID, str], dict[str, Any]]


@require_http_methods(["GET", "POST"])
@agency_page
def fill(request: HttpRequest, visit_id: UUID) -> HttpResponseBase:
    """The sheets of a visit as forms; each change is kept and judged at once."""
    actor = current_actor()
    try:
        filling = _filling(draft_open(actor=actor, visit_id=visit_id))
    except InvalidState as error:
        return done(request, error.message, reverse("maintenance:agency_visit", args=[visit_id]))
    if request.method == "GET":
        return _page(request, filling)
    return _changed(request, actor, filling)


@require_POST
@agency_page
def picture(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Keep a picture for a field of a sheet; the answer is the picture with its hidden id."""
    actor = current_actor()
    name = request.GET.get("name", "")
    draft_open(actor=actor, visit_id=visit_id)
    upload = request.FILES.get("file")
    if upload is None:
        raise Http404
    context: dict[str, Any] = {"name": name}
    try:
        context["picture"] = stored(actor, upload, purpose="sheet", field="file").pk
    except InvalidInput as error:
        context["error"] = error.errors[0].message if error.errors else error.message
    response = render(request, "library/sheet_form/picture.html", context)
    if "picture" in context:
        response["HX-Trigger-After-Swap"] = "yj-stored"
    return response


def _filling(draft: SheetDraft) -> _Filling:
    visit = Visit.objects.select_related("point", "discharger").get(pk=draft.visit_id)
    draft.visit = visit
    task = task_row(visit.task_id)
    return _Filling(
        draft=draft,
        task=task,
        context=context_of(task, instrument_facts_at(visit.point_id)),
        last=last_answers([visit.point_id]),
    )


def _changed(request: HttpRequest, actor: Actor, filling: _Filling) -> HttpResponseBase:
    action, _colon, target = request.POST.get("action", "").partition(":")
    answers = []
    for index, sheet in enumerate(filling.draft.sheets):
        definition, prefix = sheets.definition(sheet["definition"]), f"s{index}"
        given = answers_posted(definition, request.POST, prefix)
        if target.startswith(f"{prefix}."):
            path = target.removeprefix(f"{prefix}.").split(".")
            given = pressed(definition, given, filling.context, action, path)
        answers.append(given)
    closing = Closing(**{one.name: request.POST.get(one.name, "") for one in fields(Closing)})
    shown = version_sent(request.POST.get("version", ""))
    version = None if action == "overwrite" else shown
    visit_id = filling.draft.visit_id
    try:
        draft = draft_save(
            actor=actor,
            visit_id=visit_id,
            version=version,
            window=request.POST.get("window", "")[:36],
            answers=answers,
            closing=closing,
        )
    except Conflict as error:
        # shown is what this window holds; the person decides which one counts
        draft_fill(filling.draft, answers, closing)
        return _page(request, filling, error=error, is_conflict=True)
    try:
        if action == "submit":
            draft_submit(actor=actor, visit_id=visit_id)
            address = reverse("maintenance:agency_visit", args=[visit_id])
            return done(request, _("已提交，等待排污单位确认"), address)
        if action == "add-sheet":
            name = request.POST.get("add_sheet", "")
            draft = draft_add_sheet(actor=actor, visit_id=visit_id, name=name)
        if action == "drop-sheet":
            draft = draft_drop_sheet(actor=actor, visit_id=visit_id, name=target)
    except InvalidInput as error:
        return _page(request, _filling(draft), error=error, is_final=action == "submit")
    return _page(request, _filling(draft))


def _page(
    request: HttpRequest,
    filling: _Filling,
    *,
    error: DomainError | None = None,
    is_final: bool = False,
    is_conflict: bool = False,
) -> HttpResponse:
    draft = filling.draft
    forms = [_sheet(filling, index, is_final=is_final) for index in range(len(draft.sheets))]
    names = {sheet["definition"] for sheet in draft.sheets}
    context = {
        "draft": draft,
        "window": request.POST.get("window") or str(new_id()),
        "visit": draft.visit,
        "forms": forms,
        "wanted": filling.task["sheets"],
        "more": _more(filling, names),
        "error": error,
        "closing_errors": _closing_errors(error.errors if error else []),
        "is_conflict": is_conflict,
        "missing": sum(form.missing for form in forms),
        "wrong": sum(len(form.mistakes) for form in forms),
    }
    is_part = request.headers.get("HX-Request") == "true"
    status = error.status if error is not None else 200
    return render(request, FORM if is_part else PAGE, context, status=status)


def _sheet(filling: _Filling, index: int, *, is_final: bool) -> SheetForm:
    sheet = filling.draft.sheets[index]
    definition = sheets.definition(sheet["definition"])
    answers = sheet["answers"]
    return sheet_form(
        definition,
        answers,
        sheets.evaluate(definition, answers, filling.context),
        filling.context,
        prefix=f"s{index}",
        last=filling.last.get((filling.draft.visit.point_id, definition.code)),
        is_final=is_final,
    )


def _more(filling: _Filling, names: set[str]) -> list[tuple[str, str]]:
    """Return name and title of the sheets that can be added."""
    language = language_code()
    result = [sheets.definition(name) for name in sheets_allowed(filling.task, today()) - names]
    return sorted((item.name, item.source["title"][language]) for item in result)


def _closing_errors(errors: list[FieldError]) -> dict[str, str]:
    return {
        error.path.partition(".")[0]: error.message
        for error in errors
        if not error.path.startswith("sheets.")
    }
