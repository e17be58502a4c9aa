"""记录单 in the supervision portal: which sheets are in force, and the editor of one's own."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yunjian.access.actor import current_actor
from yunjian.evidence.pdf import SheetCopy, render_sheet
from yunjian.kernel.clock import today
from yunjian.kernel.errors import InvalidState
from yunjian.kernel.languages import language_code, localized
from yunjian.kernel.numbers import version_sent
from yunjian.library.domain.changes import Change, changes_between
from yunjian.library.domain.sheet_edits import (
    NoSuchPart,
    Part,
    added,
    changed,
    moved,
    part_at,
    parts_of,
    place_of,
    removed,
)
from yunjian.library.domain.sheet_form import SheetForm, sheet_form
from yunjian.library.domain.sheet_posted import answers_posted, pressed
from yunjian.library.forms.sheet_designs import (
    SECTION_TYPES,
    TYPES,
    CopyForm,
    JudgementFormSet,
    entries,
    judgements_given,
    judgements_initial,
    part_form,
)
from yunjian.library.forms.versions import PublishForm
from yunjian.library.models import SheetDesign
from yunjian.library.policies import may_design
from yunjian.library.selectors.sheets import design, designs, library
from yunjian.library.services.sheets import (
    design_begin,
    design_change,
    design_drop,
    design_problems,
    design_publish,
)
from yunjian.standards import sheets
from yunjian.standards.sheets.layout import laid_out
from yunjian.web.dialogs import form_dialog
from yunjian.web.forms import posted
from yunjian.web.guards import authority_page
from yunjian.web.responses import done, pdf

TITLE = gettext_lazy("记录单")
LIST_URL = "/supervision/sheets/"

# what a sheet is tried out with: nobody's data
SAMPLE: dict[str, Any] = {
    "discharger": {"name": "示例排污单位"},
    "source": {"name": "示例污染源", "address": "示例路 1 号"},
    "outlet": {"code": "DA001", "name": "示例排口"},
    "point": {"name": "示例点位", "kind": "", "mn_code": "0" * 14, "method": ""},
    "agency": {"name": "示例运维机构"},
    "engineer": {"name": "示例人员"},
    "task": {"due_on": "2026-01-01"},
    "today": "2026-01-01",
    "instruments": [
        {
            "name": "示例分析仪",
            "maker": "示例厂商",
            "model": "M-1",
            "serial": "0001",
            "parameter": "SO2",
            "range_lower": 0.0,
            "range_upper": 200.0,
            "unit": "mg/m³",
        }
    ],
    "last": {},
}


@require_GET
@authority_page
def sheet_list(request: HttpRequest) -> HttpResponse:
    """Every sheet with its versions, and the drafts."""
    context = {
        "title": TITLE,
        "rows": library(today()),
        "designs": designs(),
        "may_design": may_design(current_actor()),
    }
    return render(request, "library/sheets/list.html", context)


@require_GET
@authority_page
def sheet_shown(request: HttpRequest, name: str) -> HttpResponse:
    """One version as a form to try out."""
    result = _definition(name)
    context = {
        "definition": result,
        "title": localized(result.source["title"]),
        "parents": ((TITLE, LIST_URL),),
        "form": _tried(result),
        "try_url": reverse("library:sheet_try", args=[name]),
        "may_design": may_design(current_actor()),
    }
    return render(request, "library/sheets/shown.html", context)


@require_POST
@authority_page
def sheet_try(request: HttpRequest, name: str) -> HttpResponse:
    """Judge what is tried out; nothing is kept."""
    return _trial(request, _definition(name))


@require_GET
@authority_page
def sheet_pdf(request: HttpRequest, name: str) -> HttpResponse:
    """The empty sheet as it is printed."""
    return pdf(name, _printed(_definition(name).source))


@require_http_methods(["GET", "POST"])
@authority_page
def sheet_begin(request: HttpRequest, name: str) -> HttpResponse:
    """Copy a sheet to change it."""
    result = _definition(name)
    form = CopyForm(request.POST or None)

    def save() -> HttpResponse:
        code = form.cleaned_data["code"]
        begun = design_begin(actor=current_actor(), base=result.name, code=code)
        return done(request, _("已建立草稿"), reverse("library:design", args=[begun.pk]))

    return form_dialog(
        request,
        form,
        save=save,
        title=_("复制修改 %(name)s") % {"name": result.name},
        text=localized(result.source["title"]),
        submit=_("建立草稿"),
        testid="design-begin",
    )


@require_http_methods(["GET", "POST"])
@authority_page
def design_page(request: HttpRequest, design_id: UUID) -> HttpResponseBase:
    """The editor: outline, properties of one part, and the sheet to try out."""
    row = design(design_id)
    if row.published_id is not None:
        return redirect("library:sheet_shown", name=row.name)
    if request.method == "GET":
        return _editor(request, row, _part(row, request.GET.get("place", "")))
    return _edited(request, row)


@require_POST
@authority_page
def design_try(request: HttpRequest, design_id: UUID) -> HttpResponse:
    """Judge what is tried out with a draft; nothing is kept."""
    row = design(design_id)
    return _trial(request, sheets.parsed(row.content))


@require_GET
@authority_page
def design_pdf(request: HttpRequest, design_id: UUID) -> HttpResponse:
    """The draft as it would be printed."""
    row = design(design_id)
    if sheets.check(row.content):
        raise InvalidState(_("记录单还有问题，修正后才能预览"))
    return pdf(row.name, _printed(row.content))


@require_POST
@authority_page
def design_dropped(request: HttpRequest, design_id: UUID) -> HttpResponse:
    """Give a draft up."""
    design_drop(actor=current_actor(), design_id=design_id)
    return done(request, _("已放弃草稿"), LIST_URL)


@require_http_methods(["GET", "POST"])
@authority_page
def design_published(request: HttpRequest, design_id: UUID) -> HttpResponse:
    """Publish a draft from a day on, or say what stands against it."""
    row = design(design_id)
    form = PublishForm(posted(request), initial={"revision": row.revision})

    def save() -> HttpResponse:
        published = design_publish(actor=current_actor(), design_id=design_id, **form.cleaned_data)
        text = {"name": published.name, "day": published.effective_from}
        return done(request, _("%(name)s 已发布，%(day)s 起生效") % text, LIST_URL)

    return form_dialog(
        request,
        form,
        save=save,
        template="library/sheets/publish.html",
        design=row,
        changes=_changes(row),
        problems=[localized(one.message) for one in design_problems(row)],
    )


def _changes(row: SheetDesign) -> list[Change]:
    before = entries(_definition(row.base).source) if row.base else {}
    return changes_between(before, entries(row.content))


# a definition as a button of the editor leaves it, the part to go on with, and what was done
_Edit = tuple[dict[str, Any], str, str]


def _edited(request: HttpRequest, row: SheetDesign) -> HttpResponseBase:
    shown = version_sent(request.POST.get("revision", ""))
    row.revision = row.revision if shown is None else shown
    part = _part(row, request.POST.get("place", ""))
    action, _colon, kind = request.POST.get("action", "change").partition(":")
    if action == "change":
        return _properties(request, row, part)
    return _keep(request, row, *_structure(row, part, action, kind))


def _properties(request: HttpRequest, row: SheetDesign, part: Part) -> HttpResponse:
    form = part_form(part, request.POST)
    rules = JudgementFormSet(request.POST, prefix="judge") if part.kind == "field" else None
    if not form.is_valid() or (rules is not None and not rules.is_valid()):
        return _editor(request, row, part, form=form, rules=rules, status=422)
    values = form.values()
    if rules is not None:
        values["judge"] = judgements_given(rules)
    text = _("修改 %(title)s") % {"title": values["title"]["zh"]}
    return _keep(request, row, changed(row.content, part.place, values), part.place, text)


def _structure(row: SheetDesign, part: Part, action: str, kind: str) -> _Edit:
    title = part.data["title"].get("zh", "")
    match action:
        case "add" if kind in _addable(part):
            definition, place = added(row.content, part.place, kind)
            return definition, place, _("在 %(title)s 中添加一项") % {"title": title}
        case "remove" if part.place:
            definition = removed(row.content, part.place)
            text = _("删除 %(title)s") % {"title": title}
            return definition, part.place.rpartition(".")[0], text
        case "up" | "down" if part.place:
            definition, place = moved(row.content, part.place, -1 if action == "up" else 1)
            return definition, place, _("移动 %(title)s") % {"title": title}
        case _:
            raise Http404


def _keep(
    request: HttpRequest, row: SheetDesign, definition: dict[str, Any], place: str, text: str
) -> HttpResponse:
    kept = design_change(
        actor=current_actor(),
        design_id=row.pk,
        revision=row.revision,
        change=lambda _definition: definition,
        text=text,
    )
    return _editor(request, kept, part_at(kept.content, place))


def _editor(
    request: HttpRequest,
    row: SheetDesign,
    part: Part,
    *,
    form: Any = None,
    rules: Any = None,
    status: int = 200,
) -> HttpResponse:
    problems = design_problems(row)
    if rules is None and part.kind == "field":
        rules = JudgementFormSet(initial=judgements_initial(part.data), prefix="judge")
    context = {
        "design": row,
        "title": localized(row.content["title"]),
        "part": part,
        "form": form or part_form(part),
        "rules": rules,
        "outline": _outline(row.content, {place_of(row.content, p.place) for p in problems}),
        "problems": [
            (place_of(row.content, one.place), localized(one.message)) for one in problems
        ],
        "addable": _addable(part),
        "trial": None if sheets.check(row.content) else _tried(sheets.parsed(row.content)),
        "try_url": reverse("library:design_try", args=[row.pk]),
        "may_design": may_design(current_actor()),
    }
    is_part = request.headers.get("HX-Request") == "true"
    template = "library/sheets/_editor.html" if is_part else "library/sheets/editor.html"
    return render(request, template, context, status=status)


def _printed(source: dict[str, Any]) -> bytes:
    standard = f"{source.get('standard', '')} {source.get('annex', '')}".strip()
    blocks = laid_out(source, {}, {}, language_code(), empty=True)
    paper = source.get("paper", "portrait")
    return render_sheet(SheetCopy(localized(source["title"]), standard, blocks, paper=paper))


def _trial(request: HttpRequest, definition: sheets.Definition) -> HttpResponse:
    answers = answers_posted(definition, request.POST, "t")
    action, _colon, target = request.POST.get("action", "").partition(":")
    if target.startswith("t."):
        path = target.removeprefix("t.").split(".")
        answers = pressed(definition, answers, SAMPLE, action, path)
    context = {"form": _tried(definition, answers), "try_url": request.path}
    return render(request, "library/sheets/_trial.html", context)


def _tried(definition: sheets.Definition, answers: dict[str, Any] | None = None) -> SheetForm:
    if answers is None:
        answers = sheets.initial_answers(definition, SAMPLE)
    result = sheets.evaluate(definition, answers, SAMPLE)
    return sheet_form(definition, answers, result, SAMPLE, prefix="t")


def _outline(definition: dict[str, Any], wrong: set[str]) -> list[tuple[str, str, int, bool]]:
    """Return place, title and depth of each part, and whether something is wrong there."""
    language = language_code()
    return [
        (
            part.place,
            part.data["title"].get(language, ""),
            part.place.count("."),
            part.place in wrong,
        )
        for _key, part in parts_of(definition)
        if part.place
    ]


def _addable(part: Part) -> dict[str, Any]:
    """Return what can be added inside a part: kind and title."""
    match part.kind:
        case "sheet":
            return dict(SECTION_TYPES)
        case "section" if part.data["kind"] == "checklist":
            return {"item": _("检查项目")}
        case "section":
            return dict(TYPES)
        case _:
            return {}


def _part(row: SheetDesign, place: str) -> Part:
    try:
        return part_at(row.content, place)
    except NoSuchPart:
        return part_at(row.content, "")


def _definition(name: str) -> sheets.Definition:
    try:
        return sheets.definition(name)
    except sheets.UnknownSheet as error:
        raise Http404 from error
