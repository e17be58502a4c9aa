"""报告格式 in the supervision portal: what reports must hold, in versions, and writing the next."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yunjian.access.actor import current_actor
from yunjian.kernel.clock import today
from yunjian.kernel.errors import DomainError
from yunjian.library.domain import labels
from yunjian.library.domain.changes import changes_between
from yunjian.library.domain.report_form_changes import entries
from yunjian.library.domain.report_form_edits import PARTS, NoSuchLine, Part
from yunjian.library.forms.report_forms import WithdrawForm, line_form
from yunjian.library.forms.versions import PublishForm
from yunjian.library.models import ReportFormDraft
from yunjian.library.policies import may_write_report_forms, require_report_forms
from yunjian.library.selectors.report_forms import (
    content_lines,
    data_of,
    draft_changes,
    form_draft,
    form_drafts,
    library,
    original_lines,
    published_or_none,
    report_form_or_404,
    tested,
    versions_of,
)
from yunjian.library.services import report_forms as services
from yunjian.records.versions import StaleVersion
from yunjian.standards import reports
from yunjian.web.dialogs import form_dialog
from yunjian.web.forms import posted
from yunjian.web.guards import authority_page
from yunjian.web.responses import done

TITLE = gettext_lazy("报告格式")
LIST_URL = "/supervision/report-forms/"
PARENTS = ((TITLE, LIST_URL),)
STEPS = {"up": -1, "down": 1}
NEW_LINES = {"contents": gettext_lazy("添加报告内容"), "originals": gettext_lazy("添加原始记录")}
LINES = {"contents": gettext_lazy("报告内容"), "originals": gettext_lazy("原始记录")}


@require_GET
@authority_page
def form_list(request: HttpRequest) -> HttpResponse:
    """Every report form with its versions, and the drafts."""
    context = {
        "title": TITLE,
        "rows": library(today()),
        "may_write": may_write_report_forms(current_actor()),
    }
    return render(request, "library/report_forms/list.html", context)


@require_GET
@authority_page
def form_shown(request: HttpRequest, name: str) -> HttpResponse:
    """One version: contents, original records, and the tests with what the packs say of them."""
    form = report_form_or_404(name)
    content = data_of(form)
    versions = versions_of(form.code, today())
    shown = next(one for one in versions if one.form.name == form.name)
    may_write = may_write_report_forms(current_actor())
    published = published_or_none(name)
    withdrawal = getattr(published, "withdrawal", None)
    context = {
        "title": shown.title,
        "parents": PARENTS,
        "form": form,
        "kinds": [KIND_TITLES[kind] for kind in form.kinds],
        "medium": labels.KINDS[form.medium],
        "version": shown,
        "versions": versions,
        "published": published,
        "withdrawal": withdrawal,
        "contents": content_lines(content),
        "originals": original_lines(content),
        "tests": tested(form, today()),
        "draft": _open_draft(form.code),
        "may_write": may_write,
        "may_withdraw": may_write and published is not None and withdrawal is None,
    }
    return render(request, "library/report_forms/shown.html", context)


KIND_TITLES = {
    "comparison": gettext_lazy("比对"),
    "verification": pgettext_lazy("noun", "校验"),
    "water_sample": gettext_lazy("实际水样比对"),
    "system_calibration": gettext_lazy("全系统校准"),
    "acceptance": gettext_lazy("验收"),
}


@require_GET
@authority_page
def form_difference(request: HttpRequest, name: str) -> HttpResponse:
    """What differs between a version and another one (`?before=`), by default the one before."""
    after = report_form_or_404(name)
    versions = versions_of(after.code, today())
    earliest = next((one.form for one in versions if one.form.version < after.version), after)
    before = report_form_or_404(request.GET.get("before") or earliest.name)
    if before.code != after.code:
        raise Http404(_("没有这个版本"))
    title = labels.localized(after.title)
    context = {
        "title": _("版本差异"),
        "parents": (*PARENTS, (title, reverse("library:report_form", args=[name]))),
        "before": before,
        "after": after,
        "versions": versions,
        "changes": changes_between(entries(data_of(before)), entries(data_of(after))),
    }
    return render(request, "library/report_forms/difference.html", context)


@require_POST
@authority_page
def form_begun(request: HttpRequest, name: str) -> HttpResponse:
    """Begin the next version from this one."""
    form = report_form_or_404(name)
    try:
        draft = services.form_begin(actor=current_actor(), base=form.name)
    except DomainError as error:
        held = _open_draft(form.code)
        if held is None:
            raise
        return _draft_page(request, held, error=error)
    return done(request, _("已建立草稿"), _address(draft))


@require_http_methods(["GET", "POST"])
@authority_page
def form_withdrawn(request: HttpRequest, name: str) -> HttpResponse:
    """Take a published version out of use."""
    require_report_forms(current_actor())
    row = published_or_none(report_form_or_404(name).name)
    if row is None:
        raise Http404(_("随产品提供的版本不能停用"))
    form = WithdrawForm(posted(request), initial={"ends_on": today()})

    def save() -> HttpResponse:
        services.form_withdraw(actor=current_actor(), form=row, **form.cleaned_data)
        return done(request, _("已登记停用"), reverse("library:report_form", args=[row.name]))

    return form_dialog(
        request,
        form,
        save=save,
        title=_("停用 %(name)s") % {"name": row.name},
        text=_("停用后由原来的版本继续适用；已按本版本编制的报告仍按本版本显示和核查。"),
        submit=_("停用"),
        danger=True,
        testid="form-withdraw-submit",
    )


@require_GET
@authority_page
def draft_page(request: HttpRequest, form_draft_id: UUID) -> HttpResponseBase:
    """The draft: its lines, what stands against publishing, and what differs."""
    draft = form_draft(form_draft_id)
    if draft.published is not None:
        return redirect("library:report_form", name=draft.published.name)
    return _draft_page(request, draft)


@require_http_methods(["GET", "POST"])
@authority_page
def line_new(request: HttpRequest, form_draft_id: UUID, part: str) -> HttpResponse:
    """Add a line."""
    return _line_dialog(request, form_draft_id, _part(part), "", NEW_LINES[_part(part)])


@require_http_methods(["GET", "POST"])
@authority_page
def line_edit(request: HttpRequest, form_draft_id: UUID, part: str, key: str) -> HttpResponse:
    """Change a line."""
    return _line_dialog(request, form_draft_id, _part(part), key, LINES[_part(part)])


@require_POST
@authority_page
def line_act(request: HttpRequest, form_draft_id: UUID, part: str, key: str) -> HttpResponse:
    """Move a line up or down, or take it out."""
    draft = form_draft(form_draft_id)
    action, shown = request.POST.get("action", ""), request.POST.get("revision", "")
    revision = int(shown) if shown.isdecimal() else draft.revision
    given: dict[str, Any] = {"part": _part(part), "key": key}
    given |= {"actor": current_actor(), "draft_id": draft.pk, "revision": revision}
    try:
        if action in STEPS:
            services.form_line_move(**given, by=STEPS[action])
        else:
            services.form_line_remove(**given)
    except DomainError as error:
        return _draft_page(request, draft, error=error)
    return redirect(f"{_address(draft)}#{part}")


@require_http_methods(["GET", "POST"])
@authority_page
def draft_dropped(request: HttpRequest, form_draft_id: UUID) -> HttpResponse:
    """Ask, then give the draft up."""
    draft = form_draft(form_draft_id)
    require_report_forms(current_actor())

    def save() -> HttpResponse:
        services.form_drop(actor=current_actor(), draft_id=draft.pk)
        return done(request, _("已放弃草稿"), LIST_URL)

    return form_dialog(
        request,
        forms.Form(posted(request)),
        save=save,
        title=_("放弃草稿"),
        text=_("草稿中的改动不能恢复，已发布的版本不受影响。"),
        submit=_("放弃"),
        danger=True,
        testid="form-drop-submit",
    )


@require_http_methods(["GET", "POST"])
@authority_page
def draft_published(request: HttpRequest, form_draft_id: UUID) -> HttpResponse:
    """Show what differs, then publish the draft from a day on."""
    draft = form_draft(form_draft_id)
    require_report_forms(current_actor())
    form = PublishForm(posted(request), initial={"revision": draft.revision})

    def save() -> HttpResponse:
        row = services.form_publish(actor=current_actor(), draft_id=draft.pk, **form.cleaned_data)
        text = {"name": row.name, "day": row.effective_from}
        message = _("%(name)s 已发布，自 %(day)s 起施行") % text
        return done(request, message, reverse("library:report_form", args=[row.name]))

    return form_dialog(
        request,
        form,
        save=save,
        template="library/report_forms/publish.html",
        draft=draft,
        form_title=labels.localized(reports.report_form(draft.base).title),
        changes=draft_changes(draft),
        problems=_problems(draft),
    )


def _part(part: str) -> Part:
    for known in PARTS:
        if part == known:
            return known
    raise Http404


def _address(draft: ReportFormDraft) -> str:
    return reverse("library:report_form_draft", args=[draft.pk])


def _open_draft(code: str) -> ReportFormDraft | None:
    return form_drafts().filter(code=code).first()


def _problems(draft: ReportFormDraft) -> list[str]:
    return [labels.localized(one.text) for one in reports.check(draft.content)]


def _draft_page(
    request: HttpRequest, draft: ReportFormDraft, *, error: DomainError | None = None
) -> HttpResponse:
    base = reports.report_form(draft.base)
    context = {
        "title": _("编制 %(name)s 的新版本") % {"name": labels.localized(base.title)},
        "parents": PARENTS,
        "draft": draft,
        "base": base,
        "contents": content_lines(draft.content),
        "originals": original_lines(draft.content),
        "changes": draft_changes(draft),
        "problems": _problems(draft),
        "may_write": may_write_report_forms(current_actor()),
        "error": error,
    }
    status = error.status if error else 200
    return render(request, "library/report_forms/draft.html", context, status=status)


def _line_dialog(
    request: HttpRequest, draft_id: UUID, part: Part, key: str, title: Any
) -> HttpResponse:
    draft = form_draft(draft_id)
    require_report_forms(current_actor())
    try:
        form = line_form(part, draft.content, key, posted(request))
    except NoSuchLine as error:
        raise Http404(_("这一项已被删除")) from error
    form.fields["revision"].initial = draft.revision

    def save() -> HttpResponse:
        given = {**form.cleaned_data}
        try:
            services.form_line_save(
                actor=current_actor(),
                draft_id=draft.pk,
                revision=given["revision"],
                part=part,
                key=key,
                values=form.values(),
            )
        except StaleVersion:
            # what was typed stays; the next try is in sight of the draft as it is now
            form.data = {**request.POST.dict(), "revision": str(draft.revision)}
            form.stale = True
            raise
        return done(request, _("已保存到草稿"), _address(draft))

    return form_dialog(
        request,
        form,
        save=save,
        title=title,
        size="lg",
        below="library/report_forms/_now.html",
        now=_now(draft, part, key),
        testid="form-line-save",
    )


def _now(draft: ReportFormDraft, part: Part, key: str) -> list[tuple[str, str]]:
    """Return what the draft says of a line now, for who is told that somebody changed it."""
    entry = entries(draft.content).get(f"{part}.{key}")
    return [*entry.values.items()] if entry else []
