"""审核 → 机构备案: what agencies hand in, decided on with their people and equipment in view."""

from uuid import UUID

import django_tables2 as tables
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yunjian.access.actor import current_actor
from yunjian.access.scope import get_visible_or_404
from yunjian.agencies.models import AgencyFiling, Equipment, Person, Vehicle
from yunjian.agencies.models.filing import FilingState
from yunjian.agencies.policies import may_decide_filing
from yunjian.agencies.services import filing_decide
from yunjian.kernel.errors import DomainError
from yunjian.supervision.forms import ReturnForm
from yunjian.supervision.selectors.workbench import agency_filings
from yunjian.web.excel import Column, stream_xlsx
from yunjian.web.forms import add_domain_errors
from yunjian.web.guards import authority_page
from yunjian.web.paging import key_page
from yunjian.web.responses import done
from yunjian.web.tables import Table

SHOWN = [row for row in FilingState.choices if row[0] != FilingState.DRAFT]

COLUMNS: list[Column] = [
    (_("运维机构"), "organization.name"),
    (_("法定代表人"), "legal_representative"),
    (_("运维范围"), "scope"),
    (_("联系人"), "contact_name"),
    (_("联系电话"), "contact_phone"),
    (_("备案编号"), "filing_number"),
    (_("提交时间"), "submitted_at"),
    (_("状态"), "get_state_display"),
    (_("审核意见"), "decision_note"),
]


class AgencyFilingQuery(forms.Form):
    """The query row above the queue."""

    name = forms.CharField(label=_("机构名称"), required=False, max_length=60)
    state = forms.ChoiceField(label=_("状态"), required=False, choices=[("", _("全部")), *SHOWN])


class AgencyFilingTable(Table):
    """Filings of agencies that were handed in."""

    organization = tables.Column(accessor="organization__name", verbose_name=_("运维机构"))
    legal_representative = tables.Column(verbose_name=_("法定代表人"))
    scope = tables.Column(verbose_name=_("运维范围"))
    contact_name = tables.Column(verbose_name=_("联系人"))
    filing_number = tables.Column(verbose_name=_("备案编号"))
    submitted = tables.DateTimeColumn(
        accessor="submitted_at", format="Y-m-d H:i", verbose_name=_("提交时间")
    )
    state = tables.TemplateColumn(
        template_name="supervision/filings/state.html", verbose_name=_("状态")
    )
    actions = tables.TemplateColumn(
        template_name="supervision/agency_filings/row_actions.html", verbose_name=_("操作")
    )

    class Meta(Table.Meta):
        empty_text = _("没有符合条件的机构备案。机构提交后会出现在这里。")
        row_attrs = {"data-testid": "agency-filing-row"}


@authority_page
@require_GET
def queue(request: HttpRequest) -> HttpResponseBase:
    """List the filings that agencies handed in; `?format=xlsx` exports what the query finds."""
    form = AgencyFilingQuery(request.GET)
    rows = agency_filings(**(form.cleaned_data if form.is_valid() else {}))
    if request.GET.get("format") == "xlsx":
        return stream_xlsx(gettext("机构备案.xlsx"), COLUMNS, rows.order_by("-id").iterator())
    page = key_page(rows, request)
    context = {
        "title": _("机构备案"),
        "filter_form": form,
        "page": page,
        "table": AgencyFilingTable(page.rows, request=request),
    }
    return render(request, "supervision/list.html", context)


def _filing(filing_id: UUID) -> AgencyFiling:
    filing: AgencyFiling = get_visible_or_404(AgencyFiling, filing_id, queryset=agency_filings())
    return filing


@authority_page
@require_GET
def detail(request: HttpRequest, filing_id: UUID) -> HttpResponse:
    """Show a filing with the people, equipment and vehicles of its agency."""
    return _page(request, _filing(filing_id), None)


def _page(request: HttpRequest, filing: AgencyFiling, error: DomainError | None) -> HttpResponse:
    own = {"organization_id": filing.organization_id}
    context = {
        "filing": filing,
        "people": Person.objects.filter(**own),
        "equipment": Equipment.objects.filter(**own),
        "vehicles": Vehicle.objects.filter(**own),
        "may_decide": may_decide_filing(current_actor()) and filing.state == FilingState.SUBMITTED,
        "error": error,
    }
    status = error.status if error else 200
    return render(request, "supervision/agency_filings/detail.html", context, status=status)


@authority_page
@require_POST
def approve(request: HttpRequest, filing_id: UUID) -> HttpResponse:
    """Make the filing official."""
    filing = _filing(filing_id)
    note = request.POST.get("note", "").strip()
    try:
        filing_decide(actor=current_actor(), filing=filing, approve=True, note=note)
    except DomainError as error:
        return _page(request, filing, error)
    return done(request, gettext("已通过，机构备案已生效"), reverse("supervision:agency_filings"))


@authority_page
@require_http_methods(["GET", "POST"])
def send_back(request: HttpRequest, filing_id: UUID) -> HttpResponse:
    """Return the filing with a reason."""
    filing = _filing(filing_id)
    status = 200
    form = ReturnForm(request.POST or None)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            note = form.cleaned_data["reason"]
            try:
                filing_decide(actor=current_actor(), filing=filing, approve=False, note=note)
            except DomainError as error:
                add_domain_errors(form, error)
                status = error.status
            else:
                return done(request, gettext("已退回"), reverse("supervision:agency_filings"))
    context = {"filing": filing, "form": form}
    return render(request, "supervision/agency_filings/return.html", context, status=status)
