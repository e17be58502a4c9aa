"""An instrument on file: what it is and was, what is done with it, what is owed after a change."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from yunjian.access.actor import current_actor
from yunjian.evidence.models import Attachment
from yunjian.instruments.fields import SETTINGS, fields_of
from yunjian.instruments.forms import (
    ActForm,
    FollowUpFilterForm,
    FollowUpForm,
    LedgerFilterForm,
    ParameterChangeForm,
)
from yunjian.instruments.models import Instrument, InstrumentRevision
from yunjian.instruments.models.filing import RevisionState
from yunjian.instruments.policies import may_file_instruments
from yunjian.instruments.selectors import (
    actions_of,
    follow_up_or_404,
    follow_ups_of,
    follow_ups_visible,
    instrument_history,
    instrument_ledger,
    instrument_or_404,
    instrument_rows,
    open_stop,
    parameter_changes_of,
    revision_detail,
    settings_now,
    stood_on,
    versions_of,
)
from yunjian.instruments.services import (
    follow_up_complete,
    instrument_resume,
    instrument_retire,
    instrument_stop,
    parameter_change,
)
from yunjian.instruments.tables import FollowUpTable, LedgerTable
from yunjian.instruments.views.lookups import back_to, kept_files, stored_files
from yunjian.kernel.clock import now, today
from yunjian.kernel.errors import DomainError
from yunjian.kernel.languages import Text
from yunjian.sources.selectors import point_or_404
from yunjian.web.excel import Column, stream_xlsx
from yunjian.web.forms import add_domain_errors
from yunjian.web.guards import source_or_authority_page, source_page
from yunjian.web.paging import key_page
from yunjian.web.responses import done


@source_page
@require_GET
def ledger(request: HttpRequest) -> HttpResponseBase:
    """仪器备案: every instrument of the discharger; `?format=xlsx` exports what is found."""
    form = LedgerFilterForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    rows = instrument_ledger(**asked)
    if request.GET.get("format") == "xlsx":
        return _export(rows)
    page = key_page(rows, request)
    context = {
        "filter_form": form,
        "page": page,
        "table": LedgerTable(instrument_rows(page.rows), request=request),
        "open_follow_ups": follow_ups_visible().count(),
        "overdue_follow_ups": follow_ups_visible(state="overdue").count(),
        "may_file": may_file_instruments(current_actor(), current_actor().own_organization),
    }
    return render(request, "instruments/ledger.html", context)


def _export(rows: Any) -> HttpResponseBase:
    columns: list[Column] = [
        (_("污染源"), "instrument.point.outlet.source.name"),
        (_("排口编号"), "instrument.point.outlet.code"),
        (_("测点"), "instrument.point.name"),
        (_("MN 号"), "instrument.point.mn_code"),
        (_("类别"), "instrument.get_kind_display"),
        (_("监测因子"), "shown.parameter"),
        (_("仪器名称"), "shown.name"),
        (_("分析方法/原理"), "shown.method"),
        (_("生产厂家"), "shown.maker"),
        (_("规格型号"), "shown.model"),
        (_("出厂编号"), "shown.serial_number"),
        (_("出厂日期"), "shown.manufactured_on"),
        (_("安装日期"), "shown.installed_on"),
        (_("量程下限"), "shown.range_lower"),
        (_("量程上限"), "shown.range_upper"),
        (_("量程单位"), "shown.unit"),
        (_("检出限"), "shown.detection_limit"),
        (_("环保产品认证/适用性检测编号"), "shown.certificate_number"),
        (_("认证有效期至"), "shown.certificate_valid_until"),
        (_("计量器具型式批准（CPA）编号"), "shown.type_approval_number"),
        (_("验收日期"), "shown.accepted_on"),
        (_("验收文号"), "shown.acceptance_number"),
        (_("联网日期"), "shown.networked_on"),
        (_("状态"), "shown.get_state_display"),
        (_("停用日期"), "retired_on"),
    ]
    found = instrument_rows(list(rows.order_by("point__outlet__code", "point_id", "slot", "id")))
    return stream_xlsx(_("仪器备案台账.xlsx"), columns, found)


@source_or_authority_page
@require_GET
def instrument_detail(request: HttpRequest, instrument_id: UUID) -> HttpResponseBase:
    """Show an instrument with the data of one version (`?version=`, the newest by default).

    `?against=` names the version that it is compared with, the official one before it by default.
    """
    instrument = instrument_or_404(instrument_id)
    versions = versions_of(instrument)
    for row in versions:
        row.instrument = instrument
    chosen = _numbered(versions, request.GET.get("version", "")) or versions[0]
    against = _numbered(versions, request.GET.get("against", ""))
    context = {
        "instrument": instrument,
        "versions": versions,
        "detail": revision_detail(chosen, against),
        "against": against,
        "changes": parameter_changes_of(instrument),
        "actions": actions_of(instrument),
        "follow_ups": follow_ups_of(instrument),
        "back": back_to(instrument.point, instrument.kind),
        "may_file": may_file_instruments(current_actor(), instrument.organization_id),
    }
    return render(request, "instruments/instrument_detail.html", context)


def _numbered(versions: list[InstrumentRevision], number: str) -> InstrumentRevision | None:
    return next((row for row in versions if str(row.number) == number), None)


@dataclass(frozen=True, slots=True)
class Act:
    """Something that is done with an instrument in use."""

    service: Callable[..., object]
    title: Text
    explanation: Text
    day: Text
    reason: Text
    day_help: Text
    button: Text
    done: Text
    is_final: bool = False


ACTS = {
    "retire": Act(
        instrument_retire,
        gettext_lazy("停用仪器"),
        gettext_lazy("停用后备案资料和历史仍保留，不能再变更；同一监测因子可以备案新的仪器。"),
        gettext_lazy("停用日期"),
        gettext_lazy("停用原因"),
        gettext_lazy("从这一天起不再使用"),
        gettext_lazy("停用"),
        gettext_lazy("仪器已停用"),
        is_final=True,
    ),
    "stop": Act(
        instrument_stop,
        gettext_lazy("停运仪器"),
        gettext_lazy("停运期间仪器仍占用测点位置，恢复运行后继续使用。计划停运应提前 30 日报告。"),
        gettext_lazy("停运日期"),
        gettext_lazy("停运原因"),
        gettext_lazy("从这一天起停运，可以提前登记"),
        gettext_lazy("登记停运"),
        gettext_lazy("已登记停运"),
    ),
    "resume": Act(
        instrument_resume,
        gettext_lazy("恢复运行"),
        gettext_lazy("恢复运行前应完成校准或比对，并保留记录。"),
        gettext_lazy("恢复日期"),
        gettext_lazy("恢复说明"),
        gettext_lazy("从这一天起恢复运行"),
        gettext_lazy("恢复运行"),
        gettext_lazy("已恢复运行"),
    ),
}


@source_page
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, instrument_id: UUID, what: str) -> HttpResponseBase:
    """停用, 停运, 恢复运行."""
    instrument = instrument_or_404(instrument_id)
    deed = ACTS[what]
    back = back_to(instrument.point, instrument.kind)
    form = ActForm(
        request.POST or None,
        request.FILES or None,
        initial={"on": today()},
        day_help=str(deed.day_help),
    )
    form.fields["on"].label = str(deed.day)
    form.fields["reason"].label = str(deed.reason)
    status, files = 200, []
    if request.method == "POST":
        status, files = 422, kept_files(request)
        if form.is_valid():
            try:
                stored_files(request, instrument.point, files)
                deed.service(
                    actor=current_actor(),
                    instrument=instrument,
                    on=form.cleaned_data["on"],
                    reason=form.cleaned_data["reason"],
                    attachments=files,
                )
            except DomainError as error:
                add_domain_errors(form, error)
                status = error.status
            else:
                return done(request, str(deed.done), back)
    context = {
        "instrument": instrument,
        "what": what,
        "act": deed,
        "form": form,
        "attachments": files,
        "stop": open_stop(instrument),
        "back": back,
        "may_file": may_file_instruments(current_actor(), instrument.organization_id),
    }
    return render(request, "instruments/act.html", context, status=status)


@source_page
@require_http_methods(["GET", "POST"])
def parameters(request: HttpRequest, instrument_id: UUID) -> HttpResponseBase:
    """参数变更: new values of key parameters, why, when, with photos."""
    instrument = instrument_or_404(instrument_id)
    back = back_to(instrument.point, instrument.kind)
    official = next(
        (row for row in versions_of(instrument) if row.state == RevisionState.OFFICIAL), None
    )
    parameter = official.parameter if official else ""
    held = settings_now(official) if official else {}
    fields = [
        field
        for field in fields_of(instrument.kind, instrument.point, parameter)
        if field.is_nested
    ]
    form = ParameterChangeForm(
        request.POST or None,
        request.FILES or None,
        fields=fields,
        initial={"changed_at": now()} | {SETTINGS + key: value for key, value in held.items()},
    )
    status, files = 200, []
    if request.method == "POST":
        status, files = 422, kept_files(request)
        if form.is_valid():
            try:
                stored_files(request, instrument.point, files)
                _change(instrument, form, files)
            except DomainError as error:
                form.add_refusal(error)
                status = error.status
            else:
                return done(request, _("已登记参数变更"), back)
    context = {"instrument": instrument, "form": form, "attachments": files, "back": back}
    return render(request, "instruments/parameters.html", context, status=status)


def _change(instrument: Instrument, form: ParameterChangeForm, files: list[Attachment]) -> None:
    parameter_change(
        actor=current_actor(),
        instrument=instrument,
        values=form.values(),
        reason=form.cleaned_data["reason"],
        changed_at=form.cleaned_data["changed_at"],
        attachments=files,
    )


@source_or_authority_page
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


@source_or_authority_page
@require_GET
def instrument_events(request: HttpRequest, instrument_id: UUID) -> HttpResponseBase:
    """Show what happened to an instrument and its filing."""
    instrument = instrument_or_404(instrument_id)
    context = {
        "title": versions_of(instrument)[0].name or instrument.slot,
        "lines": instrument_history(instrument),
        "back": back_to(instrument.point, instrument.kind),
    }
    return render(request, "instruments/history.html", context)


@source_page
@require_GET
def follow_ups(request: HttpRequest) -> HttpResponseBase:
    """后续事项: what changes of instruments lead to, by due date."""
    form = FollowUpFilterForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    rows = follow_ups_visible(state=asked.get("state", ""), keyword=asked.get("keyword", ""))
    page = key_page(rows, request, order="due_on")
    context = {
        "filter_form": form,
        "page": page,
        "table": FollowUpTable(page.rows, request=request),
    }
    return render(request, "instruments/follow_ups.html", context)


@source_page
@require_http_methods(["GET", "POST"])
def follow_up_done(request: HttpRequest, follow_up_id: UUID) -> HttpResponseBase:
    """完成后续事项."""
    row = follow_up_or_404(follow_up_id)
    form = FollowUpForm(request.POST or None, request.FILES or None, initial={"on": today()})
    status, files = 200, []
    if request.method == "POST":
        status, files = 422, kept_files(request)
        if form.is_valid():
            values = {key: value for key, value in form.cleaned_data.items() if key != "uploads"}
            try:
                stored_files(request, row.instrument.point, files)
                follow_up_complete(
                    actor=current_actor(), follow_up=row, attachments=files, **values
                )
            except DomainError as error:
                add_domain_errors(form, error)
                status = error.status
            else:
                return done(request, _("已登记完成"), reverse("instruments:follow_ups"))
    context = {"row": row, "form": form, "attachments": files}
    return render(request, "instruments/follow_up_done.html", context, status=status)
