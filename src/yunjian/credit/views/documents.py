"""运维日常信息 in the agency portal, and what authorities see of it."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from yunjian.access.actor import current_actor
from yunjian.access.scope import get_visible_or_404
from yunjian.credit.forms.documents import (
    CoverageQuery,
    DiscardForm,
    DocumentForm,
    DocumentQuery,
    PublishVersionForm,
    ReadForm,
    ReadingQuery,
    VersionForm,
    WithdrawForm,
)
from yunjian.credit.models import Document, DocumentVersion
from yunjian.credit.models.documents import VersionState
from yunjian.credit.policies import (
    KEEP_DOCUMENTS,
    READ_DOCUMENTS,
    may_keep_documents,
    may_read_documents,
)
from yunjian.credit.selectors import documents as selectors
from yunjian.credit.services import documents as services
from yunjian.credit.tables.documents import (
    AgencyDocumentTable,
    CoverageTable,
    DocumentTable,
    ReadingTable,
)
from yunjian.identity.models import Organization
from yunjian.kernel.clock import today
from yunjian.kernel.errors import Conflict
from yunjian.kernel.ids import new_id
from yunjian.records.versions import StaleVersion
from yunjian.web.dialogs import form_dialog
from yunjian.web.forms import DayQuery, posted
from yunjian.web.guards import (
    AGENCY_PORTAL,
    SUPERVISION_PORTAL,
    agency_page,
    authority_page,
    only_with,
)
from yunjian.web.lists import Action, ListPage, cleaned_query
from yunjian.web.responses import done
from yunjian.web.uploads import stored

LIST, COVERAGE, READING = "/agency/documents/", "/agency/documents/coverage/", "/agency/readings/"
TABS = ((_("运维文件"), LIST), (_("缺少与到期"), COVERAGE), (_("阅读情况"), READING))
NO_DRAFT = _("您打开之后，这份草稿已被发布或删除。再保存一次即作为新的草稿保存")
PARENTS = ((_("运维信用评价信息管理"), ""),)
DOCUMENTS = ListPage(
    name="credit.documents",
    title=_("运维日常信息管理"),
    table=DocumentTable,
    parents=PARENTS,
    tabs=TABS,
)
MISSING = ListPage(
    name="credit.coverage",
    title=_("缺少与到期"),
    table=CoverageTable,
    order="",
    parents=PARENTS,
    tabs=TABS,
    template="credit/documents/coverage.html",
)
READINGS = ListPage(
    name="credit.readings",
    title=_("阅读情况"),
    table=ReadingTable,
    order="",
    parents=PARENTS,
    tabs=TABS,
    default={"state": "open"},
)
OF_AGENCIES = ListPage(
    name="credit.agency_documents",
    title=_("运维文件"),
    table=AgencyDocumentTable,
    parents=((_("机构"), "/supervision/agencies/"),),
)
detail_page = only_with(AGENCY_PORTAL, SUPERVISION_PORTAL)


@agency_page
@require_GET
def document_list(request: HttpRequest) -> HttpResponseBase:
    """List the documents of the agency."""
    form = DocumentQuery(request.GET)
    new = Action(title=_("新增文件"), address=reverse("credit:document_new"), testid="document-new")
    actions = [new] if may_keep_documents(current_actor()) else []
    query = cleaned_query(form)
    rows = selectors.documents(**query).prefetch_related("points", "readers")
    beside = _search_context(query)
    return DOCUMENTS.answer(request, rows, form=form, actions=actions, **beside)


@agency_page
@require_GET
def coverage(request: HttpRequest) -> HttpResponseBase:
    """List what each site has of what it needs."""
    form = CoverageQuery(request.GET)
    mine = current_actor().own_organization
    counts = selectors.coverage_counts(selectors.coverage(mine))
    numbers = [(state, selectors.STATES[state], number) for state, number in counts.items()]
    rows = selectors.coverage(mine, **cleaned_query(form))
    return MISSING.answer(request, rows, form=form, numbers=numbers)


@agency_page
@require_GET
def reading_list(request: HttpRequest) -> HttpResponseBase:
    """List who is to read what."""
    form = ReadingQuery(READINGS.query(request.GET))
    return READINGS.answer(request, selectors.readings(**cleaned_query(form)), form=form)


@authority_page
@require_GET
def agency_documents(request: HttpRequest) -> HttpResponseBase:
    """List the documents that agencies have published."""
    form = DocumentQuery(request.GET)
    query = cleaned_query(form)
    rows = selectors.documents(**query).prefetch_related("points", "readers")
    return OF_AGENCIES.answer(request, rows, form=form, **_search_context(query))


@authority_page
@require_GET
def agency_coverage(request: HttpRequest, agency_id: UUID) -> HttpResponseBase:
    """List what an agency has at each of its sites."""
    agency = get_visible_or_404(
        Organization, agency_id, queryset=Organization.objects.filter(kind="agency")
    )
    form = CoverageQuery(request.GET)
    counts = selectors.coverage_counts(selectors.coverage(agency.pk))
    numbers = [(state, selectors.STATES[state], number) for state, number in counts.items()]
    title = gettext("%(agency)s 缺少与到期的文件") % {"agency": agency.name}
    parents = ((OF_AGENCIES.title, "/supervision/documents/"),)
    return MISSING.answer(
        request,
        selectors.coverage(agency.pk, **cleaned_query(form)),
        form=form,
        numbers=numbers,
        title=title,
        parents=parents,
        tabs=(),
    )


@detail_page
@require_GET
def document_detail(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Show a document, its versions, and which one held on a day (`?on=`)."""
    document = get_visible_or_404(
        Document, document_id, queryset=Document.objects.prefetch_related("points", "readers")
    )
    own = document.organization_id == current_actor().organization_id
    form = DayQuery(request.GET)
    versions = selectors.versions_of(document)
    held = selectors.version_on(document, form.day())
    present = [row for row in versions if row.validity == "in_force"]
    readings = selectors.to_be_read(present) if present else []
    page = DOCUMENTS if own else OF_AGENCIES
    context = {
        "title": document.title,
        "parents": (*page.parents, (page.title, LIST if own else "/supervision/documents/")),
        "document": document,
        "versions": [(row, selectors.STATES[row.validity]) for row in versions],
        "form": form,
        "held": held,
        "day": form.day(),
        "readings": ReadingTable(readings),
        "gone": {
            one.pk
            for one in document.readers.all()
            if one.left_on is not None and one.left_on <= today()
        },
        "read": sum(one.read_at is not None for one in readings),
        "asked": len(readings),
        "to_read": [
            one.version
            for one in readings
            if one.read_at is None
            and may_read_documents(current_actor())
            and one.person.account_id == current_actor().account_id
        ],
        "may_keep": may_keep_documents(current_actor(), document.organization_id),
        "draft": next((row for row in versions if row.state == VersionState.DRAFT), None),
    }
    return render(request, "credit/documents/detail.html", context)


@detail_page
@require_GET
def version_shown(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """Show what a version says, as a dialog."""
    row = get_visible_or_404(
        DocumentVersion,
        version_id,
        queryset=DocumentVersion.objects.select_related("document", "attachment", "published_by"),
    )
    title = gettext("《%(title)s》第 %(number)s 版") % {
        "title": row.name,
        "number": row.number,
    }
    held = None if row.validity == "in_force" else selectors.version_on(row.document, today())
    context = {
        "title": title,
        "version": row,
        "state": selectors.STATES[row.validity],
        "held": held,
    }
    return render(request, "credit/documents/version.html", context)


@only_with(KEEP_DOCUMENTS)
@require_http_methods(["GET", "POST"])
def document_new(request: HttpRequest) -> HttpResponse:
    """Enter a document, as a dialog."""
    form = DocumentForm(posted(request))

    def save() -> HttpResponse:
        row = services.document_create(actor=current_actor(), **form.values())
        return done(request, gettext("已登记文件，请编写版本"), _address(row))

    return form_dialog(request, form, title=_("新增文件"), save=save, size="lg")


@only_with(KEEP_DOCUMENTS)
@require_http_methods(["GET", "POST"])
def document_edit(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Change what a document is for and who reads it, as a dialog."""
    row = get_visible_or_404(Document, document_id)
    initial = {"version": row.version}
    form = DocumentForm(posted(request), instance=row, initial=initial)

    def save() -> HttpResponse:
        values = form.values()
        values.pop("category")
        services.document_change(
            actor=current_actor(), document=row, version=form.seen_version, **values
        )
        return done(request, gettext("已保存"), _address(row))

    title = gettext("修改《%(title)s》") % {"title": row.title}
    return form_dialog(request, form, title=title, save=save, row=row, size="lg")


@only_with(KEEP_DOCUMENTS)
@require_http_methods(["GET", "POST"])
def version_edit(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Write the next version, as a dialog: a new draft, or the one that is there."""
    document = get_visible_or_404(Document, document_id)
    drafts = document.versions.filter(state=VersionState.DRAFT)
    draft = drafts.select_related("attachment", "document").first()
    before = None if draft else selectors.version_on(document, today())
    initial: dict[str, Any] = {"version": draft.version} if draft else {}
    if before is not None:
        initial |= {"body": before.body}  # a new version starts from what holds
    form = VersionForm(posted(request), request.FILES or None, instance=draft, initial=initial)

    def save() -> HttpResponse:
        actor = current_actor()
        values = form.cleaned_data
        upload = values.get("document_file")
        attachment = (
            stored(actor, upload, purpose="document", field="document_file") if upload else None
        )
        try:
            services.version_write(
                actor=actor,
                document=document,
                body=values["body"],
                attachment=attachment,
                expires_on=values["expires_on"],
                change_note=values["change_note"],
                remove_file=values.get("remove_file", False),
                version=form.seen_version,
            )
        except StaleVersion as error:
            if draft is not None:
                raise
            # what was a draft is published or deleted: sent once more, it begins the next one
            form.data = request.POST.copy()
            form.data["version"] = ""
            raise Conflict(str(NO_DRAFT), code="stale") from error
        return done(request, gettext("草稿已保存，发布后生效"), _address(document))

    title = gettext("编写《%(title)s》的版本") % {"title": document.title}
    return form_dialog(request, form, title=title, save=save, row=draft, size="xl")


@only_with(KEEP_DOCUMENTS)
@require_http_methods(["GET", "POST"])
def version_publish(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """Publish a draft from a day on, as a dialog."""
    row = _version(version_id)
    initial = {"effective_from": today(), "version": row.version}
    form = PublishVersionForm(posted(request), initial=initial)

    def save() -> HttpResponse:
        services.version_publish(
            actor=current_actor(),
            draft=row,
            effective_from=form.cleaned_data["effective_from"],
            version=form.seen_version,
        )
        return done(request, gettext("已发布"), _address(row.document))

    title = gettext("发布《%(title)s》第 %(number)s 版") % {
        "title": row.name,
        "number": row.number,
    }
    asked = selectors.asked_to_read(row.document).count()
    text = gettext("发布后不能再修改。须阅读的人员 %(number)s 人将收到消息。") % {"number": asked}
    return form_dialog(request, form, title=title, text=text, save=save, row=row, submit=_("发布"))


@only_with(KEEP_DOCUMENTS)
@require_http_methods(["GET", "POST"])
def version_withdraw(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """Take back a version that does not hold yet, as a dialog."""
    row = _version(version_id)
    form = WithdrawForm(posted(request))

    def save() -> HttpResponse:
        services.version_withdraw(
            actor=current_actor(), row=row, reason=form.cleaned_data["reason"]
        )
        return done(request, gettext("已撤回"), _address(row.document))

    title = gettext("撤回《%(title)s》第 %(number)s 版") % {
        "title": row.name,
        "number": row.number,
    }
    return form_dialog(request, form, title=title, save=save, submit=_("撤回"), danger=True)


@only_with(KEEP_DOCUMENTS)
@require_http_methods(["GET", "POST"])
def version_discard(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """Delete a draft, as a dialog."""
    row = _version(version_id)
    document = row.document
    form = DiscardForm(posted(request), initial={"version": row.version})

    def save() -> HttpResponse:
        services.version_discard(actor=current_actor(), draft=row, version=form.seen_version)
        return done(request, gettext("草稿已删除"), _address(document))

    title = gettext("删除《%(title)s》的草稿") % {"title": document.title}
    text = gettext("删除后不能恢复。")
    return form_dialog(
        request, form, title=title, text=text, save=save, row=row, submit=_("删除"), danger=True
    )


@only_with(READ_DOCUMENTS)
@require_http_methods(["GET", "POST"])
def version_read(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """Say that one has read a version, as a dialog that shows it."""
    row = _version(version_id)
    form = ReadForm(posted(request), initial={"shown_digest": row.digest})

    def save() -> HttpResponse:
        services.version_acknowledge(
            actor=current_actor(),
            version_id=row.pk,
            acknowledgement_id=new_id(),
            shown_digest=form.cleaned_data["shown_digest"],
        )
        return done(request, gettext("已确认阅读"), _address(row.document))

    title = gettext("阅读《%(title)s》第 %(number)s 版") % {
        "title": row.name,
        "number": row.number,
    }
    return form_dialog(
        request,
        form,
        title=title,
        save=save,
        above="credit/documents/read.html",
        version=row,
        submit=_("我已阅读"),
        size="xl",
    )


def _search_context(query: dict[str, Any]) -> dict[str, Any]:
    """Return what a list shows only when it is searched: what stands around a term, and how many
    are found at most."""
    return {"most_found": selectors.MOST_FOUND} if query.get("text") else {"exclude": ("excerpt",)}


def _version(version_id: UUID) -> DocumentVersion:
    return get_visible_or_404(
        DocumentVersion,
        version_id,
        queryset=DocumentVersion.objects.select_related("document", "attachment"),
    )


def _address(document: Document) -> str:
    return reverse("credit:document_detail", args=[document.pk])
