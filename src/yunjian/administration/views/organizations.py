"""机构, 辖区 and 账号 of all organisations."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from yunjian.access.actor import current_actor
from yunjian.access.scope import get_visible_or_404
from yunjian.administration import forms
from yunjian.administration.policies import SEE_ACCOUNTS
from yunjian.administration.selectors import lists
from yunjian.administration.tables import DistrictTable, OrganizationTable
from yunjian.administration.views.lists import filter_values, list_page
from yunjian.identity import services
from yunjian.identity.forms import NewAccountForm
from yunjian.identity.models import Organization
from yunjian.identity.policies import KEEP_ACCOUNTS, KEEP_ORGANIZATIONS
from yunjian.identity.selectors import accounts_managed
from yunjian.identity.tables import AccountTable
from yunjian.identity.views.accounts import account_columns, handed_over, mark_allowed
from yunjian.web.dialogs import form_dialog
from yunjian.web.excel import Column, stream_xlsx
from yunjian.web.forms import posted
from yunjian.web.guards import only_with
from yunjian.web.paging import key_page
from yunjian.web.responses import done

_dialog = require_http_methods(["GET", "POST"])


@require_GET
@only_with(KEEP_ORGANIZATIONS)
def organizations(request: HttpRequest) -> HttpResponseBase:
    """List the organisations."""
    form = forms.OrganizationQuery(request.GET)
    columns: list[Column] = [
        (_("名称"), "name"),
        (_("类型"), "get_kind_display"),
        (_("统一社会信用代码"), "uscc"),
        (_("所在区"), "district.name"),
        (_("账号数"), "account_count"),
        (_("状态"), "get_status_display"),
        (_("原因"), "status_reason"),
        (_("建立时间"), "created_at"),
    ]
    return list_page(
        request,
        lists.organizations(**filter_values(form)),
        title=_("机构"),
        form=form,
        table=OrganizationTable,
        columns=columns,
        empty=_("没有符合条件的单位。请调整查询条件，或点击右上角“新增单位”。"),
        new_url=reverse("administration:organization_new"),
        new_label=_("新增单位"),
    )


@_dialog
@only_with(KEEP_ORGANIZATIONS)
def organization_new(request: HttpRequest) -> HttpResponse:
    """Enter an organisation."""
    form = forms.NewOrganizationForm(posted(request))

    def save() -> HttpResponse:
        services.organization_create(actor=current_actor(), **form.cleaned_data)
        return done(request, _("单位已建立"), reverse("administration:organizations"))

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
        return done(request, _("已保存"))

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
        return done(request, _("单位状态已调整"))

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
        account, password = services.account_open(
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
    """List districts and parks: all of them, for there are few."""
    rows = list(lists.areas())
    columns: list[Column] = [
        (_("编码"), "code"),
        (_("名称"), "name"),
        (_("类型"), "get_kind_display"),
        (_("位于"), "within.name"),
        (_("单位数"), "organization_count"),
        (_("管理部门数"), "authority_count"),
    ]
    if request.GET.get("format") == "xlsx":
        return stream_xlsx(_("辖区.xlsx"), columns, rows)
    return _whole(
        request,
        title=_("辖区"),
        table=DistrictTable(rows, request=request),
        total=len(rows),
        new_url=reverse("administration:park_new"),
        new_label=_("新增园区"),
    )


@_dialog
@only_with(KEEP_ORGANIZATIONS)
def park_new(request: HttpRequest) -> HttpResponse:
    """Enter a park."""
    form = forms.ParkForm(posted(request))

    def save() -> HttpResponse:
        services.park_create(actor=current_actor(), **form.cleaned_data)
        return done(request, _("园区已新增"), reverse("administration:districts"))

    return form_dialog(request, form, title=_("新增园区"), save=save)


@never_cache
@require_GET
@only_with(SEE_ACCOUNTS)
def accounts(request: HttpRequest) -> HttpResponseBase:
    """Search the accounts of all organisations; the dialogs are identity's."""
    actor = current_actor()
    form = forms.AccountQuery(request.GET)
    rows = accounts_managed(actor, **filter_values(form))
    if request.GET.get("format") == "xlsx":
        return stream_xlsx(_("账号.xlsx"), account_columns(), rows.order_by("-id").iterator(500))
    page = key_page(rows, request)
    mark_allowed(actor, page.rows)
    table = AccountTable(page.rows, request=request)
    table.empty_text = _("没有符合条件的账号。请调整查询条件；新增账号在“机构”页操作。")
    return _whole(request, title=_("账号"), table=table, page=page, filter_form=form)


def _whole(request: HttpRequest, *, title: str, total: int = 0, **context: Any) -> HttpResponse:
    shown = {"title": title, "page": {"total": total}, "exportable": True, **context}
    return render(request, "administration/list.html", shown)
