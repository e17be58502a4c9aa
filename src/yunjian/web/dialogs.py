"""The dialog flow: a form is shown, refused in place, or saved."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from yunjian.kernel.errors import Conflict, DomainError
from yunjian.records.versions import StaleVersion, Versioned
from yunjian.web.forms import add_domain_errors, others_changed

Row = TypeVar("Row")


def form_dialog(
    request: HttpRequest,
    form: Any,
    *,
    save: Callable[[], HttpResponse],
    template: str = "web/form_dialog.html",
    row: Versioned | None = None,
    **context: Any,
) -> HttpResponse:
    """Show a form, or save it; what is refused stays in it with all that was typed.

    `save` calls the service with what was typed and answers when it is done. A form that cannot
    be read is answered with 422, a refusal of the service with its own status. When somebody else
    changed `row` in between, the form shows above what they changed; saved once more, it is saved
    over that.

    `context` may hold `title`, `text` (a sentence above the form), `above` and `below` (templates
    around the fields), `sections`, `submit`, `danger`, `size`, `testid` and `may_edit`.
    """
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return save()
            except DomainError as error:
                show = getattr(form, "add_refusal", None)
                show(error) if show else add_domain_errors(form, error)
                status = error.status
                if isinstance(error, StaleVersion) and row is not None:
                    context["others"] = others_changed(form, row)
    return render(request, template, {"form": form, **context}, status=status)


def matching_dialog(
    request: HttpRequest,
    find: Callable[[QueryDict], Sequence[Row]],
    *,
    act: Callable[[Sequence[Row]], HttpResponse],
    **context: Any,
) -> HttpResponse:
    """Do something with every row that a filter finds, after somebody agreed to their number.

    Not ids are posted but the `filter` and the `count` that was shown. `find` asks for the rows
    anew as the acting person may see them; when there are more or fewer by now, the answer is 409
    with the new number. `context` holds `title`, `text` and `submit`.
    """
    sent = request.POST if request.method == "POST" else request.GET
    query = sent.get("filter", "")
    rows = find(QueryDict(query))
    status, problem = 200, ""
    if request.method == "POST":
        try:
            if sent.get("count") != str(len(rows)):
                message = _("符合条件的项数有变化，请核对后重新确认")
                raise Conflict(message, code="count_changed")
            return act(rows)
        except DomainError as error:
            status, problem = error.status, error.message
    shown = {"filter": query, "count": len(rows), "problem": problem, "size": "md", **context}
    return render(request, "web/list/matching.html", shown, status=status)
