"""数据字典 and 通知公告."""

from uuid import UUID

from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from yunjian.access.actor import current_actor
from yunjian.administration import forms, services
from yunjian.administration.policies import KEEP_DICTIONARIES, KEEP_NOTICES
from yunjian.administration.selectors import lists
from yunjian.administration.tables import EntryTable, NoticeTable, kind_titles
from yunjian.administration.views.lists import system_list
from yunjian.messaging.models import Notice
from yunjian.records.dictionaries import dictionaries
from yunjian.records.models import DictionaryEntry
from yunjian.web.dialogs import form_dialog
from yunjian.web.forms import posted
from yunjian.web.guards import only_with
from yunjian.web.lists import Action, cleaned_query
from yunjian.web.responses import done

_dialog = require_http_methods(["GET", "POST"])


ENTRIES = system_list("entries", _("数据字典"), EntryTable, order="order")
NOTICES = system_list("notices", _("通知公告"), NoticeTable)


@require_GET
@only_with(KEEP_DICTIONARIES)
def entries(request: HttpRequest) -> HttpResponseBase:
    """List the values of one dictionary."""
    known = dictionaries()
    form = forms.DictionaryQuery({"dictionary": known[0].code} | request.GET.dict())
    code = cleaned_query(form).get("dictionary") or known[0].code
    address = f"{reverse('administration:entry_new')}?{urlencode({'dictionary': code})}"
    new = Action(title=_("新增字典项"), address=address)
    return ENTRIES.answer(request, lists.entries(code), form=form, actions=[new])


@_dialog
@only_with(KEEP_DICTIONARIES)
def entry_new(request: HttpRequest) -> HttpResponse:
    """Add a value."""
    code = request.GET.get("dictionary", "")
    form = forms.NewEntryForm(posted(request))

    def save() -> HttpResponse:
        services.entry_save(actor=current_actor(), dictionary=code, **form.cleaned_data)
        back = f"{reverse('administration:entries')}?{urlencode({'dictionary': code})}"
        return done(request, gettext("已保存"), back)

    return form_dialog(request, form, title=_("新增字典项"), save=save)


@_dialog
@only_with(KEEP_DICTIONARIES)
def entry_edit(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Change a value."""
    row = get_object_or_404(DictionaryEntry, pk=entry_id)
    initial = {name: getattr(row, name) for name in ("label", "label_en", "order", "is_active")}
    form = forms.EntryForm(posted(request), initial=initial)

    def save() -> HttpResponse:
        services.entry_save(
            actor=current_actor(),
            dictionary=row.dictionary,
            code=row.code,
            entry=row,
            **form.cleaned_data,
        )
        return done(request, gettext("已保存"))

    return form_dialog(
        request, form, title=_("编辑字典项 · %(code)s") % {"code": row.code}, save=save
    )


@require_GET
@only_with(KEEP_NOTICES)
def notices(request: HttpRequest) -> HttpResponseBase:
    """List the notices that are the actor's to keep."""
    form = forms.NoticeQuery(request.GET)
    new = Action(title=_("起草公告"), address=reverse("administration:notice_new"))
    rows = lists.notices_kept(current_actor(), **cleaned_query(form))
    return NOTICES.answer(request, rows, form=form, actions=[new])


@_dialog
@only_with(KEEP_NOTICES)
def notice_new(request: HttpRequest) -> HttpResponse:
    """Write a draft."""
    form = forms.NoticeForm(posted(request))

    def save() -> HttpResponse:
        services.notice_save(actor=current_actor(), **form.cleaned_data)
        return done(
            request, gettext("草稿已保存，发布后对象才能看到"), reverse("administration:notices")
        )

    return form_dialog(request, form, title=_("起草公告"), save=save)


@_dialog
@only_with(KEEP_NOTICES)
def notice_edit(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Change a draft."""
    row = _kept(notice_id)
    initial = {name: getattr(row, name) for name in ("title", "body", "audience", "shown_until")}
    form = forms.NoticeForm(posted(request), initial=initial)

    def save() -> HttpResponse:
        services.notice_save(actor=current_actor(), notice=row, **form.cleaned_data)
        return done(request, gettext("已保存"))

    return form_dialog(request, form, title=_("编辑公告"), save=save)


@_dialog
@only_with(KEEP_NOTICES)
def notice_publish(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Publish a draft, after a question."""
    row = _kept(notice_id)

    def save() -> HttpResponse:
        number = services.notice_publish(actor=current_actor(), notice=row)
        return done(request, gettext("已发布，并向 %(number)s 个账号发送消息") % {"number": number})

    return form_dialog(
        request,
        Form(posted(request)),
        title=_("发布公告"),
        text=_("“%(title)s”将出现在%(audience)s的首页，并向其每个账号发送消息。")
        % {"title": row.title, "audience": kind_titles(row.audience)},
        submit=_("发布"),
        save=save,
    )


@_dialog
@only_with(KEEP_NOTICES)
def notice_withdraw(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Withdraw a published notice, after a question."""
    row = _kept(notice_id)

    def save() -> HttpResponse:
        services.notice_withdraw(actor=current_actor(), notice=row)
        return done(request, gettext("已撤回"))

    return form_dialog(
        request,
        Form(posted(request)),
        title=_("撤回公告"),
        text=_("撤回后不再显示；已发出的消息保留在收件人处。"),
        submit=_("撤回"),
        danger=True,
        save=save,
    )


def _kept(notice_id: UUID) -> Notice:
    row = lists.notices_kept(current_actor()).filter(pk=notice_id).first()
    if row is None:
        raise Http404(gettext("没有找到您要的内容"))
    return row
