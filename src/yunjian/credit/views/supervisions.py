"""监督记录: detail page, form, and every step on."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from yunjian.access.actor import current_actor
from yunjian.access.scope import get_visible_or_404
from yunjian.credit.domain.checklists import (
    Checklist,
    checklist_named,
    checklist_on,
    checklists,
    source_text,
)
from yunjian.credit.forms.supervisions import (
    AnswerAppealForm,
    AskForm,
    IssueForm,
    NoteForm,
    ReportForm,
    SignedAnswerForm,
    SupervisionForm,
)
from yunjian.credit.models import Supervision
from yunjian.credit.models.supervisions import Severity
from yunjian.credit.policies import may_answer_supervision, may_lead_supervision
from yunjian.credit.selectors.supervisions import steps_of, supervisions_found
from yunjian.credit.selectors.trainings import files_of, people_in_office
from yunjian.credit.selectors.years import is_closed
from yunjian.credit.services import supervisions as services
from yunjian.credit.views.trainings import bound, either_page, question, whole
from yunjian.credit.views.years import TITLE, back_to
from yunjian.evidence.models import Attachment
from yunjian.kernel.clock import today
from yunjian.maintenance.selectors.plans import points_under_contract
from yunjian.web.dialogs import form_dialog
from yunjian.web.forms import posted
from yunjian.web.guards import agency_page
from yunjian.web.responses import done
from yunjian.web.uploads import stored

read, write = require_GET, require_http_methods(["GET", "POST"])
PURPOSE = "supervision"


@read
@either_page
def detail(request: HttpRequest, supervision_id: UUID) -> HttpResponse:
    """A supervision with what followed from it."""
    row = get_visible_or_404(Supervision, supervision_id, queryset=supervisions_found())
    actor = current_actor()
    free = not is_closed(row.organization_id, row.year)
    leads = free and may_lead_supervision(actor, row)
    answers = free and may_answer_supervision(actor, row)
    checklist = checklist_named(row.template)
    items = [(checklist.item(one["key"]) if checklist else None, one) for one in row.findings]
    checks = [
        one
        | {
            "judgements": [
                each | {"source": source_text(each.get("clause"), each.get("provenance"))}
                for each in one["judgements"]
            ]
        }
        for one in row.remote_checks
    ]
    steps = list(steps_of(row))
    files = {file.pk: file for file in files_of(key for one in steps for key in one.attachment_ids)}
    context = {
        "title": row.full_number or gettext("监督记录草稿"),
        "parents": ((TITLE, back_to("supervisions", row.year)),),
        "row": row,
        "checklist": checklist,
        "graver_item": _graver_item(row, checklist),
        "items": [
            (item, one, source_text(item.clause, item.provenance) if item else "")
            for item, one in items
        ],
        "checks": checks,
        "steps": [
            (one, [files[key] for key in one.attachment_ids if key in files]) for one in steps
        ],
        "files": files_of(row.attachment_ids),
        "may_edit": leads and row.state == "draft",
        "may_answer": answers and row.state == "issued",
        "may_withdraw": answers and row.state == "appealed",
        "may_answer_appeal": leads and row.state == "appealed",
        "may_ask": leads and row.state in {"confirmed", "rectified"},
        "may_report": answers and row.state == "rectifying",
        "is_late": row.state == "rectifying" and row.rectify_by and row.rectify_by < today(),
    }
    return render(request, "credit/supervisions/detail.html", context)


def _graver_item(row: Supervision, checklist: Checklist | None) -> str:
    """Return what the gravest failed item is called, if graver than the whole was called."""
    failed = [one["key"] for one in row.findings if not one["passed"]]
    graver = checklist.graver_than(row.severity, failed) if checklist else ""
    return str(Severity(graver).label) if graver else ""


@write
@agency_page
def new(request: HttpRequest, year: int) -> HttpResponse:
    """Fill in a supervision."""
    return _fill(request, None)


@write
@agency_page
def edit(request: HttpRequest, supervision_id: UUID) -> HttpResponse:
    """Write a draft anew."""
    return _fill(request, get_visible_or_404(Supervision, supervision_id))


def _fill(request: HttpRequest, row: Supervision | None) -> HttpResponse:
    actor = current_actor()
    checklist = (row and checklist_named(row.template)) or checklist_on(today()) or checklists()[-1]
    form = SupervisionForm(
        posted(request),
        request.FILES or None,
        initial=SupervisionForm.initial_of(row) if row else {"supervised_on": today()},
        people=people_in_office(actor.own_organization, today()),
        points=points_under_contract(actor),
        checklist=checklist,
    )

    def save() -> HttpResponse:
        keys = list(row.attachment_ids) if row else []
        upload = form.cleaned_data["photo"]
        if upload:
            keys.append(stored(actor, upload, purpose=PURPOSE, field="attachment_ids").pk)
        saved = services.supervision_draft(
            actor=actor, said=form.said(keys), supervision=row, version=form.seen_version
        )
        return done(request, gettext("已保存草稿，签名后下发"), _url(saved))

    return form_dialog(
        request,
        form,
        save=whole(save),
        row=row,
        title=gettext("填写监督记录"),
        sections=bound(form),
        size="xl",
    )


@write
@agency_page
def issue(request: HttpRequest, supervision_id: UUID) -> HttpResponse:
    """Issue a draft, signed."""
    row = _row(supervision_id)
    form = IssueForm(posted(request), request.FILES or None)

    def save() -> HttpResponse:
        signature = _signature(form)
        services.supervision_issue(actor=current_actor(), supervision=row, signature=signature)
        return done(request, gettext("已下发，并已通知被监督人"), _url(row))

    text = gettext("下发后不能再修改；被监督人确认或申诉。")
    return form_dialog(request, form, save=whole(save), title=gettext("下发监督记录"), text=text)


@write
@agency_page
def answer(request: HttpRequest, supervision_id: UUID) -> HttpResponse:
    """Confirm or appeal, signed."""
    row = _row(supervision_id)
    initial = {"shown_digest": services.content_digest(row)}
    form = SignedAnswerForm(posted(request), request.FILES or None, initial=initial)

    def save() -> HttpResponse:
        typed = form.cleaned_data
        services.supervision_answer(
            actor=current_actor(),
            supervision=row,
            agree=typed["decision"] == "confirm",
            text=typed["text"],
            signature_id=_signature(form).pk,
            shown_digest=typed["shown_digest"],
        )
        return done(request, gettext("已提交"), _url(row))

    return form_dialog(request, form, save=whole(save), title=gettext("确认或申诉"))


@write
@agency_page
def appeal(request: HttpRequest, supervision_id: UUID) -> HttpResponse:
    """Answer an appeal."""
    row = _row(supervision_id)
    form = AnswerAppealForm(posted(request))

    def save() -> HttpResponse:
        typed = form.cleaned_data
        services.appeal_answer(
            actor=current_actor(),
            supervision=row,
            upheld=typed["upheld"] == "yes",
            text=typed["text"],
        )
        return done(request, gettext("已答复"), _url(row))

    return form_dialog(request, form, save=save, title=gettext("答复申诉"))


@write
@agency_page
def ask(request: HttpRequest, supervision_id: UUID) -> HttpResponse:
    """Ask for a rectification."""
    row = _row(supervision_id)
    form = AskForm(posted(request))

    def save() -> HttpResponse:
        services.rectification_ask(actor=current_actor(), supervision=row, **form.cleaned_data)
        return done(request, gettext("已要求整改，并已通知被监督人"), _url(row))

    return form_dialog(request, form, save=save, title=gettext("要求整改"))


@write
@agency_page
def report(request: HttpRequest, supervision_id: UUID) -> HttpResponse:
    """Report a rectification."""
    row = _row(supervision_id)
    form = ReportForm(posted(request), request.FILES or None)

    def save() -> HttpResponse:
        actor, upload = current_actor(), form.cleaned_data["attachment"]
        files = [stored(actor, upload, purpose=PURPOSE, field="attachment")] if upload else []
        services.rectification_report(
            actor=actor, supervision=row, text=form.cleaned_data["text"], attachments=files
        )
        return done(request, gettext("已报告整改"), _url(row))

    return form_dialog(request, form, save=whole(save), title=gettext("报告整改"))


ACTS: dict[str, tuple[Callable[..., Any], Any]] = {
    "withdraw": (services.appeal_withdraw, _("撤回申诉")),
    "close": (services.supervision_close, _("关闭监督记录")),
}


@write
@agency_page
def act(request: HttpRequest, supervision_id: UUID, act: str) -> HttpResponse:
    """Withdraw an appeal, or close a supervision; with a word, if there is one."""
    row = _row(supervision_id)
    service, title = ACTS[act]
    form = NoteForm(posted(request))

    def save() -> HttpResponse:
        service(actor=current_actor(), supervision=row, **form.cleaned_data)
        return done(request, gettext("已办理：%(what)s") % {"what": title}, _url(row))

    return form_dialog(request, form, save=save, title=str(title), submit=str(title))


@write
@agency_page
def discard(request: HttpRequest, supervision_id: UUID) -> HttpResponse:
    """Throw a draft away."""
    row = _row(supervision_id)

    def save() -> HttpResponse:
        services.supervision_discard(actor=current_actor(), supervision=row)
        back = reverse("credit:year_supervisions", args=[row.year])
        return done(request, gettext("已删除草稿"), back)

    text = gettext("删除后不能恢复。")
    return question(request, save, gettext("删除草稿"), text, danger=True)


def _row(supervision_id: UUID) -> Supervision:
    return get_visible_or_404(Supervision, supervision_id, queryset=supervisions_found())


def _signature(form: Any) -> Attachment:
    upload = form.cleaned_data["signature_id"]
    return stored(current_actor(), upload, purpose=services.SIGNATURE, field="signature_id")


def _url(row: Supervision) -> str:
    return reverse("credit:supervision", args=[row.pk])
