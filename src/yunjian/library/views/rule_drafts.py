"""Confirming, correcting and publishing: what rule administrators do in the library."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yunjian.access.actor import current_actor
from yunjian.kernel.clock import today
from yunjian.kernel.errors import DomainError
from yunjian.library.domain.rule_problems import located_sentence
from yunjian.library.forms.rules import ROW_FORMS, PackPublishForm, Remark
from yunjian.library.models import RuleDraft
from yunjian.library.policies import may_change_rules, require_change
from yunjian.library.selectors.rules import (
    RuleLine,
    draft_changes,
    draft_of,
    editable,
    newest_or_none,
    newest_version,
    row_of,
)
from yunjian.library.services import rules
from yunjian.library.views.rules import PARENTS
from yunjian.standards.rules import InvalidPack
from yunjian.web.dialogs import form_dialog
from yunjian.web.forms import add_domain_errors, posted
from yunjian.web.guards import authority_page
from yunjian.web.responses import done


def _line(code: str, row_id: str) -> RuleLine:
    pack = editable(code)
    table, row = row_of(pack, row_id)
    return RuleLine(pack, table, row)


def _tab(code: str, line: RuleLine) -> str:
    tab = "validity" if line.table == "substitutions" else line.table
    return f"{reverse('library:rule_pack', args=[code])}?tab={tab}"


@authority_page
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, code: str, row_id: str) -> HttpResponse:
    """Note that a row was compared with the printed standard."""
    require_change(current_actor())
    line = _line(code, row_id)
    form = Remark(posted(request))

    def save() -> HttpResponse:
        rules.row_confirm(actor=current_actor(), code=code, row_id=row_id, **form.cleaned_data)
        return done(request, gettext("已记入草稿，发布后生效"), _tab(code, line))

    return form_dialog(
        request,
        form,
        save=save,
        title=f"{gettext('核对')} · {line.title}",
        above="library/rules/confirm.html",
        submit=gettext("与印刷本一致"),
        testid="confirm-submit",
        size="lg",
        line=line,
    )


@authority_page
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, code: str, row_id: str) -> HttpResponse:
    """Correct the values of a row; what the loader refuses is said where it was typed."""
    require_change(current_actor())
    line = _line(code, row_id)
    form = ROW_FORMS[type(line.row)](posted(request), line.row)
    back = _tab(code, line)

    def save() -> HttpResponse:
        before = next(row for row in line.pack.source[line.table] if row["id"] == row_id)
        rules.row_correct(
            actor=current_actor(),
            code=code,
            row_id=row_id,
            data=form.data_of(before),
            **{name: form.cleaned_data[name] for name in ("confirm", "page", "remark")},
        )
        return done(request, gettext("更正已记入草稿，发布后生效"), back)

    return form_dialog(
        request,
        form,
        save=save,
        template="library/rules/correct.html",
        title=gettext("更正"),
        parents=(*PARENTS, (line.pack.standard, back)),
        line=line,
        bands=form.bands,
        back=back,
    )


@authority_page
@require_POST
def restore(request: HttpRequest, code: str, row_id: str) -> HttpResponse:
    """Take a row of the draft back."""
    try:
        rules.row_restore(actor=current_actor(), code=code, row_id=row_id)
    except DomainError as error:
        return _draft_page(request, code, draft_of(code), error=error)
    url = reverse("library:rule_draft", args=[code])
    return done(request, gettext("已撤销这一条的改动"), url)


@authority_page
@require_GET
def draft(request: HttpRequest, code: str) -> HttpResponse:
    """Preview the next version: what differs from the newest, and the form to publish it."""
    return _draft_page(request, code, draft_of(code))


@authority_page
@require_POST
def publish(request: HttpRequest, code: str) -> HttpResponse:
    """Publish the draft."""
    form = PackPublishForm(request.POST)
    if not form.is_valid():
        return _draft_page(request, code, draft_of(code), form=form)
    try:
        row = rules.draft_publish(actor=current_actor(), code=code, **form.cleaned_data)
    except DomainError as error:
        add_domain_errors(form, error)
        return _draft_page(request, code, draft_of(code), form=form, error=error)
    text = {"name": row.name, "day": row.effective_from}
    message = gettext("%(name)s 已发布，自 %(day)s 起施行") % text
    return done(request, message, reverse("library:rule_versions", args=[code]))


@authority_page
@require_http_methods(["GET", "POST"])
def discard(request: HttpRequest, code: str) -> HttpResponse:
    """Ask, then forget the draft."""
    require_change(current_actor())
    if request.method == "POST":
        try:
            rules.draft_discard(actor=current_actor(), code=code)
        except DomainError as error:
            return _draft_page(request, code, None, error=error)
        return done(request, gettext("草稿已删除"), reverse("library:rules"))
    title = f"{gettext('删除草稿')} · {code}"
    context = {"title": title, "code": code, "draft": draft_of(code)}
    return render(request, "library/rules/discard.html", context)


def _draft_page(
    request: HttpRequest,
    code: str,
    draft: RuleDraft | None,
    *,
    form: PackPublishForm | None = None,
    error: DomainError | None = None,
) -> HttpResponse:
    if draft is None and error is None:
        newest_version(code)  # no such pack: 404
    problem = ""
    changes: list[Any] = []
    if draft is not None:
        try:
            changes = draft_changes(draft)
        except InvalidPack as invalid:
            problem = located_sentence(invalid)
    base = newest_or_none(code)
    own = ((base.standard, reverse("library:rule_pack", args=[code])),) if base else ()
    context = {
        "title": gettext("草稿"),
        "parents": (*PARENTS, *own),
        "code": code,
        "draft": draft,
        "base": base,
        "changes": changes,
        "problem": problem,
        "form": form or PackPublishForm(initial={"revision": draft.revision if draft else None}),
        "error": error,
        "may_change": may_change_rules(current_actor()),
        "today": today(),
    }
    status = error.status if error else 422 if form is not None else 200
    return render(request, "library/rules/draft.html", context, status=status)
