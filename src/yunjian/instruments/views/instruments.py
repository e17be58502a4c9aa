"""An instrument on file: what it is and was, what is done with it, what is owed after a change."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
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
from yunjian.instruments.models import InstrumentRevision
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
    official_version,
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
from yunjian.instruments.views.lookups import back_to, files_dialog
from yunjian.kernel.clock import now, today
from yunjian.kernel.languages import Text
from yunjian.sources.selectors import point_or_404
from yunjian.web.forms import DayQuery
from yunjian.web.guards import source_or_authority_page, source_page
from yunjian.web.lists import ListPage, cleaned_query

LEDGER = ListPage(
    name="sources.instruments",
    title=gettext_lazy("仪器备案"),
    table=LedgerTable,
    parents=((gettext_lazy("公共配置"), ""),),
    template="instruments/ledger.html",
    prepare=instrument_rows,
)
FOLLOW_UPS = ListPage(
    name="sources.follow_ups",
    title=gettext_lazy("仪器后续事项"),
    table=FollowUpTable,
    order="due_on",
    parents=(
        (gettext_lazy("公共配置"), ""),
        (gettext_lazy("仪器备案"), reverse_lazy("instruments:instruments")),
    ),
)


@source_page
@require_GET
def ledger(request: HttpRequest) -> HttpResponseBase:
    """仪器备案: every instrument of the discharger."""
    form = LedgerFilterForm(request.GET)
    return LEDGER.answer(
        request,
        instrument_ledger(**cleaned_query(form)),
        form=form,
        open_follow_ups=follow_ups_visible().count(),
        overdue_follow_ups=follow_ups_visible(state="overdue").count(),
        may_file=may_file_instruments(current_actor(), current_actor().own_organization),
    )


@source_or_authority_page
@require_GET
def instrument_detail(request: HttpRequest, instrument_id: UUID) -> HttpResponseBase:
    """Show an instrument with the data of one version (`?version=`, the newest by default).

    `?against=` names the version that it is compared with, the official one before it by default.
    """
    instrument = instrument_or_404(instrument_id)
    versions = versions_of(instrument)
    chosen = _numbered(versions, request.GET.get("version", "")) or versions[0]
    against = _numbered(versions, request.GET.get("against", ""))
    context = {
        "title": f"{chosen.name or _('仪器')} · {instrument.get_kind_display()}",
        "instrument": instrument,
        "versions": versions,
        "detail": revision_detail(chosen, against),
        "against": against,
        "changes": parameter_changes_of(instrument),
        "actions": actions_of(instrument),
        "follow_ups": follow_ups_of(instrument),
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
    form = ActForm(
        request.POST or None,
        request.FILES or None,
        initial={"on": today()},
    )
    form.fields["on"].label, form.fields["on"].help_text = str(deed.day), str(deed.day_help)
    form.fields["reason"].label = str(deed.reason)
    return files_dialog(
        request,
        form,
        instrument.point,
        partial(deed.service, actor=current_actor(), instrument=instrument),
        message=str(deed.done),
        back=back_to(instrument.point, instrument.kind),
        title=f"{deed.title} · {instrument.slot}",
        above="instruments/act.html",
        below="instruments/parts/files.html",
        submit=deed.button,
        danger=deed.is_final,
        testid=f"{what}-confirm",
        size="lg",
        may_edit=may_file_instruments(current_actor(), instrument.organization_id),
        instrument=instrument,
        act=deed,
        stop=open_stop(instrument),
    )


@source_page
@require_http_methods(["GET", "POST"])
def parameters(request: HttpRequest, instrument_id: UUID) -> HttpResponseBase:
    """参数变更: new values of key parameters, why, when, with photos."""
    instrument = instrument_or_404(instrument_id)
    official = official_version(instrument)
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

    def write(
        reason: str, changed_at: datetime, attachments: list[Attachment], **values: Any
    ) -> object:
        return parameter_change(
            actor=current_actor(),
            instrument=instrument,
            values=values,
            reason=reason,
            changed_at=changed_at,
            attachments=attachments,
        )

    return files_dialog(
        request,
        form,
        instrument.point,
        write,
        message=_("已登记参数变更"),
        back=back_to(instrument.point, instrument.kind),
        template="instruments/parameters.html",
        title=f"{_('登记参数变更')} · {instrument.slot}",
    )


@source_or_authority_page
@require_GET
def standing(request: HttpRequest, point_id: UUID) -> HttpResponseBase:
    """Show what stood at a point on a day (`?on=`, today by default)."""
    point, form = point_or_404(point_id), DayQuery(request.GET)
    day = form.day()
    context = {"point": point, "form": form, "day": day, "rows": stood_on(point, day)}
    return render(request, "instruments/standing.html", context)


@source_or_authority_page
@require_GET
def instrument_events(request: HttpRequest, instrument_id: UUID) -> HttpResponseBase:
    """Show what happened to an instrument and its filing."""
    instrument = instrument_or_404(instrument_id)
    name = versions_of(instrument)[0].name or instrument.slot
    context = {"title": f"{_('历史')} · {name}", "lines": instrument_history(instrument)}
    return render(request, "instruments/history.html", context)


@source_page
@require_GET
def follow_ups(request: HttpRequest) -> HttpResponseBase:
    """后续事项: what changes of instruments lead to, by due date."""
    form = FollowUpFilterForm(request.GET)
    return FOLLOW_UPS.answer(request, follow_ups_visible(**cleaned_query(form)), form=form)


@source_page
@require_http_methods(["GET", "POST"])
def follow_up_done(request: HttpRequest, follow_up_id: UUID) -> HttpResponseBase:
    """完成后续事项."""
    row = follow_up_or_404(follow_up_id)
    form = FollowUpForm(request.POST or None, request.FILES or None, initial={"on": today()})
    return files_dialog(
        request,
        form,
        row.instrument.point,
        partial(follow_up_complete, actor=current_actor(), follow_up=row),
        message=_("已登记完成"),
        back=reverse("instruments:follow_ups"),
        title=f"{_('登记完成')} · {row.title}",
        above="instruments/follow_up_done.html",
        below="instruments/parts/files.html",
        submit=_("登记完成"),
        testid="follow-up-confirm",
        size="lg",
        subject=row,
    )
