"""审核 → 仪器备案: what was handed in, decided on with everything in view."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import django_tables2 as tables
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from yunjian.access.actor import Actor, current_actor
from yunjian.identity.models import District
from yunjian.identity.selectors import districts
from yunjian.instruments.models import Instrument, InstrumentRevision
from yunjian.instruments.models.filing import InstrumentKind, RevisionState
from yunjian.instruments.policies import may_review_instruments
from yunjian.instruments.selectors import (
    actions_of,
    days_to_decision,
    filing_queue,
    follow_ups_of,
    instrument_history,
    parameter_changes_of,
    plain_renewals,
    revision_detail,
    revision_or_404,
    stood_on,
    versions_of,
    waiting_by_district,
)
from yunjian.instruments.services import renewals_approve, revision_approve, revision_return
from yunjian.kernel.clock import business_day, today
from yunjian.kernel.errors import DomainError
from yunjian.kernel.workdays import workdays_between
from yunjian.sources.selectors import point_or_404
from yunjian.web.excel import Column, stream_xlsx
from yunjian.web.guards import authority_page
from yunjian.web.paging import key_page
from yunjian.web.responses import done
from yunjian.web.tables import Table
from yunjian.web.widgets import DateInput

TABS = [
    ("pending", _("待审")),
    ("renewals", _("待审续期")),
    ("approved", _("已通过")),
    ("returned", _("已退回")),
]
WAITING = ("pending", "renewals")
LOOK_BACK = timedelta(days=90)
REMARK = "remarks."
UUID_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


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
    parameter = tables.Column(verbose_name=_("监测因子"))
    name = tables.Column(verbose_name=_("仪器名称"))
    model = tables.Column(verbose_name=_("规格型号"))
    version = tables.TemplateColumn(
        template_name="supervision/filings/version.html", verbose_name=_("事项")
    )
    submitted = tables.DateTimeColumn(
        accessor="submitted_at", format="Y-m-d H:i", verbose_name=_("提交时间")
    )
    spent = tables.Column(
        accessor="submitted_at", verbose_name=_("用时"), attrs={"td": {"class": "text-nowrap"}}
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

    def render_spent(self, value: datetime, record: InstrumentRevision) -> str:
        """Show how many working days it has waited, or took."""
        first = business_day(value)
        last = business_day(record.decided_at) if record.decided_at else today()
        days = workdays_between(first, last)
        words = gettext("%(days)s 个工作日") % {"days": days}
        if days <= settings.FILING_REVIEW_WORKDAYS:
            return words
        late = gettext("超过 %(limit)s 日") % {"limit": settings.FILING_REVIEW_WORKDAYS}
        return format_html("{} <span class='badge text-bg-danger'>{}</span>", words, late)


class RenewalTable(QueueTable):
    """Renewals of papers: what changes nothing else may be approved together."""

    chosen = tables.TemplateColumn(
        template_name="supervision/filings/choice.html", verbose_name="", orderable=False
    )

    class Meta(QueueTable.Meta):
        empty_text = _("没有待审的续期备案。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, sequence=("row_number", "chosen", "...", "actions"), **kwargs)


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
    page = key_page(rows, request, order="id" if tab in WAITING else "-id")
    table_class = RenewalTable if tab == "renewals" else QueueTable
    if tab == "renewals":
        plain = plain_renewals(page.rows)
        for row in page.rows:
            row.is_plain = row.pk in plain  # type: ignore[attr-defined]
    context = {
        "tab": tab,
        "tabs": TABS,
        "filter_form": form,
        "page": page,
        # what waits is in one state
        "table": table_class(
            page.rows, request=request, exclude=("state",) if tab in WAITING else ()
        ),
        "waiting": waiting_by_district(),
        "district": asked.get("district", ""),
        "mean_days": days_to_decision(today() - LOOK_BACK),
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
        (gettext("备案期限"), "file_by"),
    ]
    return stream_xlsx(gettext("仪器备案.xlsx"), columns, rows)


@authority_page
@require_GET
def detail(request: HttpRequest, revision_id: UUID) -> HttpResponseBase:
    """Show a filing with its steps, values, differences and history."""
    return _detail_page(request, revision_or_404(revision_id))


def _detail_page(
    request: HttpRequest, revision: InstrumentRevision, *, error: DomainError | None = None
) -> HttpResponse:
    instrument = revision.instrument
    may_review = may_review_instruments(current_actor(), instrument.point.district_id)
    detail = revision_detail(revision)
    typed = _remarks(request)
    wrong = {one.path.removeprefix(REMARK): one.message for one in error.errors} if error else {}
    context = {
        "revision": revision,
        "instrument": instrument,
        "point": instrument.point,
        "detail": detail,
        "versions": versions_of(instrument),
        "lines": instrument_history(instrument),
        "changes": parameter_changes_of(instrument),
        "actions": actions_of(instrument),
        "follow_ups": follow_ups_of(instrument),
        "predecessor": _predecessor(instrument),
        "may_decide": may_review and revision.state == RevisionState.SUBMITTED,
        "waited": _waited(revision),
        "limit": settings.FILING_REVIEW_WORKDAYS,
        "error": error,
        "typed": typed,
        "wrong": wrong,
        "note": request.POST.get("note", ""),
    }
    status = error.status if error else 200
    return render(request, "supervision/filings/detail.html", context, status=status)


def _predecessor(instrument: Instrument) -> InstrumentRevision | None:
    """Return the official version of what the instrument takes the place of."""
    if instrument.predecessor is None:
        return None
    return next(
        (row for row in versions_of(instrument.predecessor) if row.state == RevisionState.OFFICIAL),
        None,
    )


def _waited(revision: InstrumentRevision) -> int | None:
    if revision.submitted_at is None:
        return None
    last = business_day(revision.decided_at) if revision.decided_at else today()
    return workdays_between(business_day(revision.submitted_at), last)


def _remarks(request: HttpRequest) -> dict[str, str]:
    """Return the remarks on fields that were typed, by path."""
    return {
        name.removeprefix(REMARK): text.strip()
        for name, text in request.POST.items()
        if name.startswith(REMARK) and isinstance(text, str) and text.strip()
    }


@authority_page
@require_POST
def approve(request: HttpRequest, revision_id: UUID) -> HttpResponseBase:
    """Make the filing official."""
    revision = revision_or_404(revision_id)
    note = request.POST.get("note", "").strip()
    try:
        revision_approve(actor=current_actor(), revision=revision, note=note)
    except DomainError as error:
        return _detail_page(request, revision, error=error)
    return done(request, gettext("已通过，备案成为正式资料"), reverse("supervision:filings"))


@authority_page
@require_POST
def send_back(request: HttpRequest, revision_id: UUID) -> HttpResponseBase:
    """Return the filing with a reason and remarks on its fields."""
    revision = revision_or_404(revision_id)
    try:
        revision_return(
            actor=current_actor(),
            revision=revision,
            reason=request.POST.get("note", ""),
            remarks=_remarks(request),
        )
    except DomainError as error:
        return _detail_page(request, revision, error=error)
    return done(request, gettext("已退回"), reverse("supervision:filings"))


@authority_page
@require_POST
def approve_renewals(request: HttpRequest) -> HttpResponseBase:
    """Approve the chosen renewals that change nothing else: all or none."""
    back = f"{reverse('supervision:filings')}?tab=renewals"
    chosen = [text for text in request.POST.getlist("chosen") if UUID_TEXT.fullmatch(text)]
    rows = InstrumentRevision.objects.filter(pk__in=chosen).select_related(
        "instrument__point__outlet__source"
    )
    try:
        approved = renewals_approve(actor=current_actor(), revisions=list(rows))
    except DomainError as error:
        context = {"error": error, "back": back}
        return render(request, "instruments/refused.html", context, status=error.status)
    return done(request, gettext("已通过 %(n)s 项续期备案") % {"n": len(approved)}, back)


@authority_page
@require_GET
def standing(request: HttpRequest, point_id: UUID) -> HttpResponseBase:
    """Show what stood at a point on a day (`?on=`, today by default)."""
    point = point_or_404(point_id)
    try:
        day = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        day = today()
    context = {"point": point, "day": day, "rows": stood_on(point, day)}
    return render(request, "instruments/standing.html", context)
