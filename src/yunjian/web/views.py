"""The front door, the error pages, and what people keep of their lists."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yunjian.access.actor import current_actor
from yunjian.kernel.errors import DomainError
from yunjian.web.lists import LAYOUT, LAYOUTS, ListPage, own_layouts
from yunjian.web.menu import PORTALS
from yunjian.web.models import ListView
from yunjian.web.responses import done
from yunjian.web.services import list_view_delete, list_view_save

OF_A_VIEW = {"csrfmiddlewaretoken", "_do", "_path", "_view", "_name"}


def home(request: HttpRequest) -> HttpResponse:
    """Go to one's own portal, or to the sign-in page."""
    actor = getattr(request, "actor", None)
    portal = PORTALS.get(actor.organization_kind) if actor else None
    return redirect(portal.home if portal else "/signin/")


@login_required
@require_http_methods(["GET", "POST"])
def list_views(request: HttpRequest, name: str) -> HttpResponse:
    """Show what a person keeps of a list, or keep more (`_do`: "save", "default", "delete").

    All parameters beside our own are the query of the list.
    """
    page = ListPage.every.get(name)
    if page is None:
        raise Http404(_("没有找到您要的内容"))
    sent = request.POST if request.method == "POST" else request.GET
    query = {key: ",".join(sent.getlist(key)) for key in sent if key not in OF_A_VIEW}
    path = sent.get("_path", "")
    if not path.startswith("/") or not url_has_allowed_host_and_scheme(path, None):
        path = "/"
    if request.method == "POST":
        back = f"{path}?{urlencode(query)}" if query else path
        try:
            _keep(request, page, query)
        except DomainError as error:
            messages.error(request, error.errors[0].message if error.errors else error.message)
            return redirect(back)
        return done(request, _("已保存"), back)
    views = ListView.objects.filter(page=name).exclude(name="").order_by("name", "id")
    context = {
        "size": "md",
        "views": views,
        "title": f"{_('视图')} · {page.title}",
        "path": path,
        "query": query.items(),
        "address": request.path,
    }
    return render(request, "web/list/views.html", context)


def _keep(request: HttpRequest, page: ListPage, parameters: dict[str, str]) -> None:
    actor, posted = current_actor(), request.POST
    match posted.get("_do"):
        case "delete":
            list_view_delete(actor=actor, page=page.name, view=posted.get("_view", ""))
        case "default":
            query = urlencode({key: value for key, value in parameters.items() if key in LAYOUT})
            list_view_save(actor=actor, page=page.name, name="", query=query)
            request.session[LAYOUTS] = {**own_layouts(request), page.name: query}
        case _:
            title = posted.get("_name", "") or " "
            list_view_save(actor=actor, page=page.name, name=title, query=urlencode(parameters))


def _error_page(status: int) -> Callable[..., HttpResponse]:
    """Return the view of a status; a `reason` (Django gives it) is that of a form it refused."""

    def page(
        request: HttpRequest, exception: Exception | None = None, reason: str = ""
    ) -> HttpResponse:
        return render(
            request, "web/error.html", {"status": status, "reason": reason}, status=status
        )

    return page


bad_request, forbidden, not_found, server_error = map(_error_page, (400, 403, 404, 500))
csrf_failed = forbidden
