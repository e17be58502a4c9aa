"""机构, 辖区 and 账号 of all organisations."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from yunjian.access.actor import current_actor
from yunjian.access.scope import get_visible_or_404
from yunjian.administration import forms
from yunjian.administration.policies import SEE_ACCOUNTS
from yunjian.administration.selectors import lists
from yunjian.administration.tables import DistrictTable, OrganizationTable
from yunjian.administration.views.lists import system_list
from yunjian.identity.forms import NewAccountForm
from yunjian.identity.models import Organization
from yunjian.identity.policies import KEEP_ACCOUNTS, KEEP_ORGANIZATIONS
from yunjian.identity.selectors import accounts_managed
from yunjian.identity.services import organizations as services
from yunjian.identity.services.accounts import account_open
from yunjian.identity.tables import AccountTable
from yunjian.identity.views.accounts import handed_over, marked
from yunjian.web.dialogs import form_dialog
from yunjian.web.forms import posted
from yunjian.web.guards import only_with
from yunjian.web.lists import Action, cleaned_query
from yunjian.web.responses import done

_dialog = require_http_methods(["GET", "POST"])


ORGANIZATIONS = system_list("organizations", _("机构"), OrganizationTable)
DISTRICTS = system_list("districts", _("辖区"), DistrictTable, order="")
ACCOUNTS = system_list("accounts", _("账号"), AccountTable, prepare=marked)


@require_GET
@only_with(KEEP_ORGANIZATIONS)
def organizations(request: HttpRequest) -> HttpResponseBase:
    """List the organisations."""
    form = forms.OrganizationQuery(request.GET)
    new = Action(title=_("新增单位"), address=reverse("administration:organization_new"))
    rows = lists.organizations(**cleaned_query(form))
    return ORGANIZATIONS.answer(request, rows, form=form, actions=[new])


@_dialog
@only_with(KEEP_ORGANIZATIONS)
def organization_new(request: HttpRequest) -> HttpResponse:
    """Enter an organisation."""
    form = forms.NewOrganizationForm(posted(request))

    def save() -> HttpResponse:
        services.organization_create(actor=current_actor(), **form.cleaned_data)
        return done(request, gettext("单位已建立"), reverse("administration:organizations"))

    return form_dialog(request, form, title=_("新增单位"), save=save)


@_dialog
@only_with(KEEP_ORGANIZATIONS)
def organization_edit(request: HttpRequest, organization_id: UUID) -> HttpResponse:
    """Change name and areas of an organisation."""
    row = get_visible_or_404(Organization, organization_id)
    initial = {
        "name": row.name,
        "district": row.district_id,
        "jurisdiction": [area.pk for area in row.jurisdiction.all()],
    }
    form = forms.OrganizationForm(posted(request), initial=initial)
    if row.kind != "authority":
        del form.fields["jurisdiction"]

    def save() -> HttpResponse:
        services.organization_update(actor=current_actor(), organization=row, **form.cleaned_data)
        return done(request, gettext("已保存"))

    return form_dialog(request, form, title=_("编辑单位"), save=save)


@_dialog
@only_with(KEEP_ORGANIZATIONS)
def organization_status(request: HttpRequest, organization_id: UUID) -> HttpResponse:
    """Lock, ban, cancel or open an organisation."""
    row = get_visible_or_404(Organization, organization_id)
    form = forms.StatusForm(posted(request), initial={"status": row.status})

    def save() -> HttpResponse:
        services.organization_status_set(
            actor=current_actor(), organization=row, **form.cleaned_data
        )
        return done(request, gettext("单位状态已调整"))

    return form_dialog(
        request,
        form,
        title=_("调整状态 · %(name)s") % {"name": row.name},
        text=_("锁定、禁止从业、注销后，该单位所有人员立即下线且不能登录；注销后不能恢复。"),
        save=save,
    )


@never_cache
@_dialog
@only_with(KEEP_ACCOUNTS)
def organization_account_new(request: HttpRequest, organization_id: UUID) -> HttpResponse:
    """Make an account for an organisation; its roles are the security administrator's to give."""
    row = get_visible_or_404(Organization, organization_id)
    form = NewAccountForm(posted(request), choices=[])
    del form.fields["roles"]

    def save() -> HttpResponse:
        account, password = account_open(
            actor=current_actor(), organization=row, **form.cleaned_data
        )
        return handed_over(request, account, password)

    return form_dialog(
        request,
        form,
        title=_("新增账号 · %(name)s") % {"name": row.name},
        text=_("账号建立后没有任何角色，由安全管理员授予。"),
        save=save,
    )


@require_GET
@only_with(KEEP_ORGANIZATIONS)
def districts(request: HttpRequest) -> HttpResponseBase:
    """List districts and parks."""
    new = Action(title=_("新增园区"), address=reverse("administration:park_new"))
    return DISTRICTS.answer(request, list(lists.areas()), actions=[new])


@_dialog
@only_with(KEEP_ORGANIZATIONS)
def park_new(request: HttpRequest) -> HttpResponse:
    """Enter a park."""
    form = forms.ParkForm(posted(request))

    def save() -> HttpResponse:
        services.park_create(actor=current_actor(), **form.cleaned_data)
        return done(request, gettext("园区已新增"), reverse("administration:districts"))

    return form_dialog(request, form, title=_("新增园区"), save=save)


@never_cache
@require_GET
@only_with(SEE_ACCOUNTS)
def accounts(request: HttpRequest) -> HttpResponseBase:
    """Search the accounts of all organisations; the dialogs are identity's."""
    form = forms.AccountQuery(request.GET)
    rows = accounts_managed(current_actor(), **cleaned_query(form))
    empty = _("没有符合条件的账号。请调整查询条件；新增账号在“机构”页操作。")
    return ACCOUNTS.answer(request, rows, form=form, empty=empty)
