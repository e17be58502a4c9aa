"""消息: what was written to the signed-in account, in every portal."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yunjian.access.actor import current_actor
from yunjian.access.scope import get_visible_or_404
from yunjian.identity.tables import MessageTable, NoticeTable
from yunjian.identity.views.guards import own_page
from yunjian.messaging.models import Notice, Notification
from yunjian.messaging.selectors import notices as published_notices
from yunjian.messaging.services import mark_read
from yunjian.web.lists import ListPage
from yunjian.web.responses import done

HOME = "identity:messages"
MESSAGES = ListPage(
    name="identity.messages",
    title=gettext_lazy("消息"),
    table=MessageTable,
    template="identity/messages.html",
)
NOTICES = ListPage(name="identity.notices", title=gettext_lazy("通知公告"), table=NoticeTable)


@own_page("GET")
def messages(request: HttpRequest) -> HttpResponseBase:
    """List the messages, newest first; `?unread=1` only those not read."""
    rows = Notification.objects.all()
    only_unread = request.GET.get("unread") == "1"
    if only_unread:
        rows = rows.filter(read_at__isnull=True)
    empty = _("没有未读消息") if only_unread else ""
    return MESSAGES.answer(request, rows, only_unread=only_unread, empty=empty)


@own_page("POST")
def open_message(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Mark a message as read and go to what it tells about."""
    message: Notification = get_visible_or_404(Notification, message_id)
    mark_read(actor=current_actor(), ids=[message.pk])
    if url_has_allowed_host_and_scheme(message.link, {request.get_host()}):
        return redirect(message.link)
    return redirect(HOME)


@own_page("POST")
def read_all(request: HttpRequest) -> HttpResponseBase:
    """Mark every message as read."""
    unread = Notification.objects.filter(read_at__isnull=True).values_list("pk", flat=True)
    mark_read(actor=current_actor(), ids=list(unread))
    return done(request, _("已全部标为已读"))


@own_page("GET")
def notices(request: HttpRequest) -> HttpResponseBase:
    """List the notices that one is told, newest first."""
    return NOTICES.answer(request, published_notices())


@own_page("GET")
def notice(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Show a notice."""
    row: Notice = get_visible_or_404(Notice, notice_id)
    return render(request, "identity/notice.html", {"notice": row})
