"""审核 → 仪器备案: what was handed in, decided on with everything in view."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import django_tables2 as tables
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yunjian.identity.models import District
from yunjian.identity.selectors import districts
from yunjian.kernel.actor import Actor, current_actor
from yunjian.kernel.errors import DomainError
from yunjian.kernel.scope import get_visible_or_404
from yunjian.sources.models import InstrumentRevision
from yunjian.sources.models.filing import InstrumentKind, RevisionState
from yunjian.sources.policies import may_review_instruments
from yunjian.sources.selectors import (
    filing_queue,
    instrument_history,
    revision_detail,
    versions_of,
)
from yunjian.sources.services import revision_approve, revision_return
from yunjian.web.excel import Column, stream_xlsx
from yunjian.web.forms import add_domain_errors
from yunjian.web.guards import authority_page
from yunjian.web.paging import key_page
from yunjian.web.responses import done
from yunjian.web.tables import Table
from yunjian.web.widgets import DateInput

TABS = [("pending", _("待审")), ("approved", _("已通过")), ("returned", _("已退回"))]


class QueueFilterForm(forms.Form):
    """The query row above the queue."""

    keyword = forms.CharField(
        label=_("关键词"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"placeholder": _("单位、测点、MN 号、型号、出厂编号")}),
    )
    district = forms.ChoiceField(label=_("所属区"), required=False)
    kind = forms.ChoiceField(
        label=_("类别"), required=False, choices=[("", _("全部")), *InstrumentKind.choices]
    )
    since = forms.DateField(label=_("提交日期"), required=False, widget=DateInput())
    until = forms.DateField(label=_("至"), required=False, widget=DateInput())
    tab = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [row for row in districts() if _within(actor, row)]
        choices = [("", _("全部")), *((row.code, row.name) for row in own)]
        self.fields["district"].choices = choices  # type: ignore[attr-defined]


def _within(actor: Actor, district: District) -> bool:
    return actor.districts is None or district.code in actor.districts


class QueueTable(Table):
    """Filings to decide on, or decided on."""

    organization = tables.Column(
        accessor="instrument__organization__name", verbose_name=_("排污单位")
    )
    district = tables.Column(
        accessor="instrument__point__outlet__source__district__name", verbose_name=_("所属区")
    )
    outlet = tables.Column(accessor="instrument__point__outlet__code", verbose_name=_("排口"))
    point = tables.Column(accessor="instrument__point__name", verbose_name=_("测点"))
    kind = tables.Column(accessor="instrument__get_kind_display", verbose_name=_("类别"))
    parameter = tables.Column(verbose_name=_("监测因子"))
    name = tables.Column(verbose_name=_("仪器名称"))
    model = tables.Column(verbose_name=_("规格型号"))
    version = tables.TemplateColumn(
        template_name="supervision/filings/version.html", verbose_name=_("事项")
    )
    submitted = tables.DateTimeColumn(
        accessor="submitted_at", format="Y-m-d H:i", verbose_name=_("提交时间")
    )
    state = tables.TemplateColumn(
        template_name="supervision/filings/state.html", verbose_name=_("状态")
    )
    actions = tables.TemplateColumn(
        template_name="supervision/filings/row_actions.html", verbose_name=_("操作")
    )

    class Meta(Table.Meta):
        empty_text = _("这里没有备案。排污单位提交后会出现在“待审”中。")
        row_attrs = {"data-testid": "filing-row"}


@authority_page
@require_GET
def queue(request: HttpRequest) -> HttpResponseBase:
    """List the filings; `?format=xlsx` exports what the query finds."""
    form = QueueFilterForm(request.GET, actor=current_actor())
    asked = dict(form.cleaned_data) if form.is_valid() else {}
    tab = asked.pop("tab", "") or "pending"
    rows = filing_queue(tab=tab, **asked)
    if request.GET.get("format") == "xlsx":
        return _export(rows.order_by("-id").iterator())
    # the longest waiting first; of what is decided the newest
    page = key_page(rows, request, order="id" if tab == "pending" else "-id")
    context = {
        "tab": tab,
        "tabs": TABS,
        "filter_form": form,
        "page": page,
        "table": QueueTable(page.rows, request=request),
    }
    return render(request, "supervision/filings/queue.html", context)


def _export(rows: Iterator[InstrumentRevision]) -> HttpResponseBase:
    columns: list[Column] = [
        (gettext("排污单位"), "instrument.organization.name"),
        (gettext("所属区"), "instrument.point.outlet.source.district.name"),
        (gettext("排口编号"), "instrument.point.outlet.code"),
        (gettext("测点"), "instrument.point.name"),
        (gettext("MN 号"), "instrument.point.mn_code"),
        (gettext("类别"), "instrument.get_kind_display"),
        (gettext("监测因子"), "parameter"),
        (gettext("仪器名称"), "name"),
        (gettext("生产厂家"), "maker"),
        (gettext("规格型号"), "model"),
        (gettext("出厂编号"), "serial_number"),
        (gettext("安装日期"), "installed_on"),
        (gettext("量程下限"), "range_lower"),
        (gettext("量程上限"), "range_upper"),
        (gettext("量程单位"), "unit"),
        (gettext("版本"), "number"),
        (gettext("状态"), "get_state_display"),
        (gettext("提交时间"), "submitted_at"),
        (gettext("审核时间"), "decided_at"),
        (gettext("审核意见"), "decision_note"),
    ]
    return stream_xlsx(gettext("仪器备案.xlsx"), columns, rows)


def _revision(revision_id: UUID) -> InstrumentRevision:
    rows = InstrumentRevision.objects.select_related(
        "instrument__organization",
        "instrument__point__outlet__source__district",
        "decided_by",
        "created_by",
    )
    revision: InstrumentRevision = get_visible_or_404(
        InstrumentRevision, revision_id, queryset=rows
    )
    return revision


@authority_page
@require_GET
def detail(request: HttpRequest, revision_id: UUID) -> HttpResponseBase:
    """Show a filing with its steps, values, differences and history."""
    return _detail_page(request, _revision(revision_id))


def _detail_page(
    request: HttpRequest,
    revision: InstrumentRevision,
    *,
    error: DomainError | None = None,
    note: str = "",
) -> HttpResponse:
    instrument = revision.instrument
    may_review = may_review_instruments(current_actor(), instrument.point.district_id)
    context = {
        "revision": revision,
        "instrument": instrument,
        "point": instrument.point,
        "detail": revision_detail(revision),
        "versions": versions_of(instrument),
        "lines": instrument_history(instrument),
        "may_decide": may_review and revision.state == RevisionState.SUBMITTED,
        "error": error,
        "note": note,
    }
    status = error.status if error else 200
    return render(request, "supervision/filings/detail.html", context, status=status)


@authority_page
@require_POST
def approve(request: HttpRequest, revision_id: UUID) -> HttpResponseBase:
    """Make the filing official."""
    revision = _revision(revision_id)
    note = request.POST.get("note", "").strip()
    try:
        revision_approve(actor=current_actor(), revision=revision, note=note)
    except DomainError as error:
        return _detail_page(request, revision, error=error, note=note)
    return done(request, gettext("已通过，备案自今日起为正式资料"), reverse("supervision:filings"))


class ReturnForm(forms.Form):
    """Why a filing goes back."""

    reason = forms.CharField(
        label=_("退回原因"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("排污单位将看到这段话，请写明需要修改的内容"),
    )


@authority_page
@require_http_methods(["GET", "POST"])
def send_back(request: HttpRequest, revision_id: UUID) -> HttpResponseBase:
    """Return the filing with a reason."""
    revision = _revision(revision_id)
    status = 200
    form = ReturnForm(request.POST or None)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                revision_return(actor=current_actor(), revision=revision, **form.cleaned_data)
            except DomainError as error:
                add_domain_errors(form, error)
                status = error.status
            else:
                return done(request, gettext("已退回"), reverse("supervision:filings"))
    context = {"revision": revision, "form": form}
    return render(request, "supervision/filings/return.html", context, status=status)
