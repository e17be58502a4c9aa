"""密码重置: one administrator asks (on the page of accounts), another confirms here."""

from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yunjian.access.actor import current_actor
from yunjian.administration.views.lists import system_list
from yunjian.identity.forms import ReasonForm, ResetQuery
from yunjian.identity.models import ResetRequest
from yunjian.identity.models.resets import ResetState
from yunjian.identity.policies import CONFIRM_RESETS, GUARD_ACCOUNTS, SEE_RESETS
from yunjian.identity.selectors import reset_requests
from yunjian.identity.services import resets as services
from yunjian.identity.tables import ResetTable
from yunjian.identity.views.accounts import handed_over
from yunjian.kernel.clock import now
from yunjian.web.dialogs import form_dialog
from yunjian.web.forms import posted
from yunjian.web.guards import only_with
from yunjian.web.lists import cleaned_query
from yunjian.web.responses import done


def _marked(rows: list[ResetRequest]) -> list[ResetRequest]:
    """Say on each row what the actor may do with it."""
    actor = current_actor()
    for row in rows:
        waiting = row.state == ResetState.REQUESTED and row.expires_at > now()
        concerned = actor.account_id in {row.requested_by_id, row.account_id}
        row.may = {  # type: ignore[attr-defined]  # for the template of the row
            "decide": waiting and not concerned and CONFIRM_RESETS.held_by(actor),
            "withdraw": waiting and row.requested_by_id == actor.account_id,
        }
    return rows


RESETS = system_list("resets", _("密码重置"), ResetTable, prepare=_marked)


@require_GET
@only_with(SEE_RESETS)
def resets(request: HttpRequest) -> HttpResponseBase:
    """List the requests for resets."""
    form = ResetQuery(request.GET)
    return RESETS.answer(request, reset_requests(**cleaned_query(form)), form=form)


@require_http_methods(["GET", "POST"])
@only_with(CONFIRM_RESETS)
def reset_confirm(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Confirm a reset; the password is shown once."""
    row = _found(request_id)
    form = forms.Form(posted(request))

    def save() -> HttpResponse:
        account, password = services.reset_confirm(actor=current_actor(), request_id=row.pk)
        return handed_over(request, account, password)

    return form_dialog(
        request,
        form,
        title=gettext("确认重置 · %(name)s") % _named(row),
        text=gettext(
            "%(who)s申请：%(reason)s。请另行核实对方身份。确认后生成一次性密码，由您交给本人。"
        )
        % {"who": row.requested_by.display_name, "reason": row.reason},
        submit=_("确认重置"),
        danger=True,
        save=save,
    )


@require_http_methods(["GET", "POST"])
@only_with(CONFIRM_RESETS)
def reset_refuse(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Refuse a reset, with a reason."""
    row = _found(request_id)
    form = ReasonForm(posted(request))

    def save() -> HttpResponse:
        services.reset_refuse(actor=current_actor(), request_id=row.pk, **form.cleaned_data)
        return done(request, gettext("已不予重置，申请人会收到消息"))

    title = gettext("不予重置 · %(name)s") % _named(row)
    return form_dialog(request, form, title=title, submit=_("不予重置"), save=save)


@require_POST
@only_with(GUARD_ACCOUNTS)
def reset_withdraw(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Take back one's own request."""
    services.reset_withdraw(actor=current_actor(), request_id=request_id)
    return done(request, gettext("申请已撤回"))


def _found(request_id: UUID) -> ResetRequest:
    row = reset_requests().filter(pk=request_id).first()
    if row is None:
        raise Http404
    return row


def _named(row: ResetRequest) -> dict[str, str]:
    return {"name": row.account.display_name}
