"""培训计划 and 教育培训: detail pages, dialogs, Excel."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from yunjian.access.actor import current_actor
from yunjian.access.scope import get_visible_or_404
from yunjian.credit.documents.training_workbooks import (
    ITEM_COLUMNS,
    RESULT_COLUMNS,
    items_from,
    results_from,
    template,
)
from yunjian.credit.fields import SESSION
from yunjian.credit.forms.trainings import (
    AttendanceForm,
    EvaluationForm,
    FileForm,
    PlanForm,
    PlanItemForm,
    QuestionForm,
    ReasonForm,
    ReturnForm,
    SessionForm,
    WorkbookForm,
)
from yunjian.credit.models import TrainingPlan, TrainingPlanItem, TrainingSession
from yunjian.credit.models.trainings import SessionState
from yunjian.credit.policies import may_approve_plan, may_keep_trainings
from yunjian.credit.selectors.trainings import (
    files_of,
    items_open_to_sessions,
    participants_of,
    people_in_office,
    plan_items,
    plans_found,
    sessions_found,
)
from yunjian.credit.selectors.years import is_closed
from yunjian.credit.services import training_sessions as sessions
from yunjian.credit.services import trainings
from yunjian.credit.tables.trainings import ParticipantTable, PlanItemTable
from yunjian.credit.views.years import TITLE, back_to
from yunjian.kernel.clock import SHANGHAI, today
from yunjian.web.dialogs import form_dialog
from yunjian.web.excel import stream_xlsx, xlsx
from yunjian.web.forms import posted
from yunjian.web.guards import AGENCY_PORTAL, SUPERVISION_PORTAL, agency_page, only_with
from yunjian.web.responses import done
from yunjian.web.tables import EMPTY, as_text
from yunjian.web.uploads import stored

PURPOSE = "training"
either_page = only_with(AGENCY_PORTAL, SUPERVISION_PORTAL)
read, write = require_GET, require_http_methods(["GET", "POST"])
HEAD = ("title", "summary")


# --- plans


@read
@either_page
def plan_detail(request: HttpRequest, training_plan_id: UUID) -> HttpResponse:
    """A plan with its items, and who prepared, checked and approved it."""
    plan = get_visible_or_404(TrainingPlan, training_plan_id, queryset=plans_found())
    actor = current_actor()
    free = not is_closed(plan.organization_id, plan.year)
    keeps = free and may_keep_trainings(actor, plan.organization_id)
    approves = free and may_approve_plan(actor, plan)
    editable = keeps and plan.state in trainings.EDITABLE
    context = {
        "title": plan.title,
        "parents": ((TITLE, back_to("plans", plan.year)),),
        "plan": plan,
        "items": PlanItemTable(plan_items(plan), exclude=() if editable else ("actions",)),
        "may_edit": editable,
        "may_check": approves and plan.state == "submitted",
        "may_approve": approves and plan.state == "checked",
        "may_return": approves and plan.state in {"submitted", "checked"},
        "may_revise": keeps and plan.state == "approved",
        "waits_for_another": keeps and not approves and plan.state in {"submitted", "checked"},
    }
    return render(request, "credit/plans/detail.html", context)


@write
@agency_page
def plan_new(request: HttpRequest, year: int) -> HttpResponse:
    """Begin a plan."""
    form = PlanForm(posted(request), request.FILES or None)

    def save() -> HttpResponse:
        values = _head(form, None)
        plan = trainings.plan_create(actor=current_actor(), year=year, **values)
        return done(request, gettext("已新建计划，请添加培训项目"), _plan_url(plan))

    title = gettext("编制 %(year)s 年度培训计划") % {"year": year}
    return form_dialog(request, form, save=whole(save), title=title)


@write
@agency_page
def plan_copying(request: HttpRequest, year: int) -> HttpResponse:
    """Begin a plan with the one of the year before."""

    def save() -> HttpResponse:
        plan, dropped = trainings.plan_copy(actor=current_actor(), year=year)
        message = gettext("已沿用上年计划，日期顺延一年")
        if dropped:
            names = "、".join(dropped)
            message += gettext("；已离职人员未列入：%(names)s") % {"names": names}
        return done(request, message, _plan_url(plan))

    text = gettext("日期顺延一年，已离职的人员不列入；之后仍可修改。")
    return question(request, save, gettext("沿用上年计划"), text)


@write
@agency_page
def plan_edit(request: HttpRequest, training_plan_id: UUID) -> HttpResponse:
    """Change a plan's head."""
    plan = get_visible_or_404(TrainingPlan, training_plan_id)
    initial = model_to_dict(plan, HEAD) | {"version": plan.version}
    form = PlanForm(posted(request), request.FILES or None, initial=initial)

    def save() -> HttpResponse:
        values = _head(form, plan)
        trainings.plan_change(actor=current_actor(), plan=plan, version=form.seen_version, **values)
        return done(request, gettext("已保存"), _plan_url(plan))

    return form_dialog(request, form, save=whole(save), row=plan, title=gettext("编辑培训计划"))


@write
@agency_page
def plan_item(
    request: HttpRequest, training_plan_id: UUID, item_id: UUID | None = None
) -> HttpResponse:
    """Add an item to a plan, or change one."""
    plan = get_visible_or_404(TrainingPlan, training_plan_id)
    item = None
    initial: dict[str, Any] = {}
    if item_id is not None:
        item = get_visible_or_404(TrainingPlanItem, item_id, queryset=plan_items(plan))
        initial = model_to_dict(
            item, [name for _title, names in PlanItemForm.sections for name in names]
        )
    people = people_in_office(plan.organization_id, today())
    seen = {"version": plan.version}
    form = PlanItemForm(posted(request), initial=initial | seen, people=people)

    def save() -> HttpResponse:
        trainings.item_save(actor=current_actor(), plan=plan, item=item, **form.cleaned_data)
        return done(request, gettext("已保存培训项目"), _plan_url(plan))

    title = gettext("培训项目")
    sections = bound(form)
    return form_dialog(
        request, form, save=save, row=plan, title=title, sections=sections, size="lg"
    )


@write
@agency_page
def plan_item_remove(request: HttpRequest, training_plan_id: UUID, item_id: UUID) -> HttpResponse:
    """Take an item out of a plan."""
    plan = get_visible_or_404(TrainingPlan, training_plan_id)
    item = get_visible_or_404(TrainingPlanItem, item_id, queryset=plan_items(plan))

    def save() -> HttpResponse:
        trainings.item_remove(actor=current_actor(), plan=plan, item=item)
        return done(request, gettext("已删除培训项目"), _plan_url(plan))

    return question(request, save, gettext("删除培训项目"), item.content, danger=True)


PlanAct = tuple[Callable[..., Any], Any, Any]
PLAN_ACTS: dict[str, PlanAct] = {
    "submit": (trainings.plan_submit, _("提交审核"), _("提交后由编制人以外的负责人或管理员审核。")),
    "check": (trainings.plan_check, _("审核通过"), _("通过后等待批准。")),
    "approve": (trainings.plan_approve, _("批准"), _("批准后不能再修改，变更须编制新版。")),
    "revise": (trainings.plan_revise, _("编制新版"), _("新版批准之前，本版仍然有效。")),
    "discard": (trainings.plan_discard, _("删除草稿"), _("删除后不能恢复。")),
}


@write
@agency_page
def plan_act(request: HttpRequest, training_plan_id: UUID, act: str) -> HttpResponse:
    """Hand a plan in, check or approve it, begin a new edition, throw a draft away."""
    plan = get_visible_or_404(TrainingPlan, training_plan_id)
    service, title, text = PLAN_ACTS[act]

    def save() -> HttpResponse:
        result = service(actor=current_actor(), plan=plan)
        tab = reverse("credit:year_plans", args=[plan.year])
        where = tab if act == "discard" else _plan_url(result or plan)
        return done(request, gettext("已办理：%(what)s") % {"what": title}, where)

    return question(request, save, str(title), str(text), danger=act == "discard")


@write
@agency_page
def plan_returning(request: HttpRequest, training_plan_id: UUID) -> HttpResponse:
    """Send a plan back."""
    plan = get_visible_or_404(TrainingPlan, training_plan_id)
    form = ReturnForm(posted(request))

    def save() -> HttpResponse:
        trainings.plan_return(actor=current_actor(), plan=plan, **form.cleaned_data)
        return done(request, gettext("已退回"), _plan_url(plan))

    return form_dialog(
        request, form, save=save, title=gettext("退回培训计划"), submit=gettext("退回"), danger=True
    )


@read
@either_page
def plan_workbook(_request: HttpRequest, training_plan_id: UUID) -> HttpResponseBase:
    """The items of a plan as Excel."""
    plan = get_visible_or_404(TrainingPlan, training_plan_id)
    return stream_xlsx(f"{plan.title}.xlsx", PlanItemTable.file_columns(), plan_items(plan))


@write
@agency_page
def plan_import(request: HttpRequest, training_plan_id: UUID) -> HttpResponseBase:
    """Add items from a workbook: all rows, or none with what is wrong where."""
    plan = get_visible_or_404(TrainingPlan, training_plan_id)
    if request.GET.get("template"):
        return xlsx("items.xlsx", template(ITEM_COLUMNS))
    form = WorkbookForm(posted(request), request.FILES or None)

    def save() -> HttpResponse:
        content = form.cleaned_data["file"].read(settings.IMPORT_MAX_BYTES + 1)
        people = people_in_office(plan.organization_id, today())
        rows = items_from(content, plan, list(people))
        count = trainings.items_add(actor=current_actor(), plan=plan, rows=rows)
        message = gettext("已导入 %(count)s 个培训项目") % {"count": count}
        return done(request, message, _plan_url(plan))

    title = gettext("导入培训项目")
    return form_dialog(request, form, save=save, title=title, above="credit/parts/template.html")


# --- sessions


@read
@either_page
def session_detail(request: HttpRequest, training_id: UUID) -> HttpResponse:
    """A session with its participants, files and evaluation."""
    row = get_visible_or_404(TrainingSession, training_id, queryset=sessions_found())
    free = not is_closed(row.organization_id, row.year)
    keeps = free and may_keep_trainings(current_actor(), row.organization_id)
    context = {
        "title": row.topic,
        "parents": ((TITLE, back_to("trainings", row.year)),),
        "session": row,
        "facts": _facts(row),
        "participants": ParticipantTable(participants_of(row)),
        "files": files_of(row.attachment_ids),
        "may_edit": keeps and row.state == SessionState.SCHEDULED,
        "may_hold": keeps and row.state in {SessionState.SCHEDULED, SessionState.HELD},
        "may_evaluate": keeps and row.state == SessionState.HELD,
        "may_file": keeps and row.state != SessionState.CANCELLED,
    }
    return render(request, "credit/trainings/detail.html", context)


def _facts(row: TrainingSession) -> list[tuple[str, list[tuple[str, Any]]]]:
    def value(name: str) -> Any:
        display = getattr(row, f"get_{name}_display", None)
        shown = as_text(display() if display else getattr(row, name))
        return EMPTY if shown in {None, ""} else shown

    return [
        (str(part.title), [(field.title, value(field.path)) for field in part.fields])
        for part in SESSION.sections
    ]


@write
@agency_page
def session_new(request: HttpRequest, year: int) -> HttpResponse:
    """Schedule a session."""
    organization_id = current_actor().own_organization
    form = _session_form(request, organization_id, year, {})

    def save() -> HttpResponse:
        row = sessions.session_schedule(actor=current_actor(), **form.values())
        return done(request, gettext("已安排培训，并已通知参加人员"), _session_url(row))

    title = gettext("安排教育培训")
    sections = bound(form)
    return form_dialog(request, form, save=save, title=title, sections=sections, size="lg")


@write
@agency_page
def session_edit(request: HttpRequest, training_id: UUID) -> HttpResponse:
    """Change a session that was not held."""
    row = get_visible_or_404(TrainingSession, training_id)
    names = [name for _title, names in SessionForm.sections for name in names if name != "people"]
    initial = {name: getattr(row, name) for name in names} | {
        "starts_at": row.starts_at.astimezone(SHANGHAI),
        "ends_at": row.ends_at.astimezone(SHANGHAI),
        "people": [part.person_id for part in participants_of(row)],
        "version": row.version,
    }
    form = _session_form(request, row.organization_id, row.year, initial)

    def save() -> HttpResponse:
        sessions.session_change(
            actor=current_actor(), session=row, version=form.seen_version, **form.values()
        )
        return done(request, gettext("已保存"), _session_url(row))

    title = gettext("编辑教育培训")
    return form_dialog(
        request, form, save=save, row=row, title=title, sections=bound(form), size="lg"
    )


def _session_form(
    request: HttpRequest, organization_id: UUID, year: int, initial: dict[str, Any]
) -> SessionForm:
    return SessionForm(
        posted(request),
        year=year,
        initial=initial,
        # who was there at the beginning of the year: a session of March may be entered in June,
        # and the service tells who had left by its day
        people=people_in_office(organization_id, date(year, 1, 1)),
        items=items_open_to_sessions(organization_id, year).select_related("plan"),
    )


@write
@agency_page
def session_holding(request: HttpRequest, training_id: UUID) -> HttpResponse:
    """Enter who was there and what came of it."""
    row = get_visible_or_404(TrainingSession, training_id)
    form = AttendanceForm(
        posted(request),
        request.FILES or None,
        participants=list(participants_of(row)),
        initial={"version": row.version},
    )

    def save() -> HttpResponse:
        actor = current_actor()
        files = {
            number: stored(
                actor, file, purpose="certificate", field=f"participants.{number}.certificate"
            )
            for number, file in form.uploads().items()
        }
        sessions.session_hold(
            actor=actor, session=row, participants=form.inputs(files), version=form.seen_version
        )
        return done(request, gettext("已登记签到与结果，等待评价效果"), _session_url(row))

    return form_dialog(
        request,
        form,
        save=whole(save),
        row=row,
        title=gettext("登记签到与结果 · %(topic)s") % {"topic": row.topic},
        sections=bound(form),
        size="xl",
    )


@write
@agency_page
def session_import(request: HttpRequest, training_id: UUID) -> HttpResponseBase:
    """Enter attendance and results from a workbook: all rows, or none."""
    row = get_visible_or_404(TrainingSession, training_id)
    participants = list(participants_of(row))
    if request.GET.get("template"):
        names = [part.person.name for part in participants]
        return xlsx("results.xlsx", template(RESULT_COLUMNS, names))
    form = WorkbookForm(posted(request), request.FILES or None)

    def save() -> HttpResponse:
        content = form.cleaned_data["file"].read(settings.IMPORT_MAX_BYTES + 1)
        inputs = results_from(content, participants)
        sessions.session_hold(actor=current_actor(), session=row, participants=inputs)
        return done(request, gettext("已导入签到与结果，等待评价效果"), _session_url(row))

    title = gettext("导入签到与结果")
    return form_dialog(request, form, save=save, title=title, above="credit/parts/template.html")


@read
@either_page
def session_workbook(_request: HttpRequest, training_id: UUID) -> HttpResponseBase:
    """The participants of a session as Excel."""
    row = get_visible_or_404(TrainingSession, training_id)
    return stream_xlsx(f"{row.topic}.xlsx", ParticipantTable.file_columns(), participants_of(row))


@write
@agency_page
def session_filing(request: HttpRequest, training_id: UUID) -> HttpResponse:
    """Add a photo or record."""
    row = get_visible_or_404(TrainingSession, training_id)
    form = FileForm(posted(request), request.FILES or None)

    def save() -> HttpResponse:
        actor = current_actor()
        upload = form.cleaned_data["attachment"]
        file = stored(actor, upload, purpose=PURPOSE, field="attachment")
        sessions.session_file(actor=actor, session=row, attachments=[file])
        return done(request, gettext("已上传"), _session_url(row))

    return form_dialog(request, form, save=whole(save), title=gettext("上传照片或记录"))


@write
@agency_page
def session_evaluation(request: HttpRequest, training_id: UUID) -> HttpResponse:
    """Evaluate the effect."""
    row = get_visible_or_404(TrainingSession, training_id)
    initial = {"evaluated_on": today(), "version": row.version}
    people = people_in_office(row.organization_id, today())
    form = EvaluationForm(posted(request), initial=initial, people=people)

    def save() -> HttpResponse:
        sessions.session_evaluate(actor=current_actor(), session=row, **form.cleaned_data)
        return done(request, gettext("已评价，培训完成"), _session_url(row))

    return form_dialog(request, form, save=save, row=row, title=gettext("评价培训效果"))


@write
@agency_page
def session_cancelling(request: HttpRequest, training_id: UUID) -> HttpResponse:
    """Cancel a session."""
    row = get_visible_or_404(TrainingSession, training_id)
    form = ReasonForm(posted(request))

    def save() -> HttpResponse:
        sessions.session_cancel(actor=current_actor(), session=row, **form.cleaned_data)
        return done(request, gettext("已取消培训"), _session_url(row))

    return form_dialog(
        request,
        form,
        save=save,
        title=gettext("取消教育培训"),
        submit=gettext("取消培训"),
        danger=True,
    )


# --- what the pages share


def bound(form: Any) -> list[tuple[Any, list[Any]]]:
    """Return the sections of a form with their fields."""
    return [(legend, [form[name] for name in names]) for legend, names in form.sections]


def whole(save: Callable[[], HttpResponse]) -> Callable[[], HttpResponse]:
    """Keep a file only together with what it belongs to."""

    def both() -> HttpResponse:
        with transaction.atomic():
            return save()

    return both


def question(
    request: HttpRequest, save: Callable[[], HttpResponse], title: str, text: str, **more: Any
) -> HttpResponse:
    """Ask whether to do something; `text` says what follows from it."""
    form = QuestionForm(posted(request))
    return form_dialog(request, form, save=save, title=title, text=text, submit=title, **more)


def _head(form: PlanForm, plan: TrainingPlan | None) -> dict[str, Any]:
    values = {name: form.cleaned_data[name] for name in HEAD}
    upload = form.cleaned_data["file"]
    attachment = plan.attachment if plan else None
    if upload:
        attachment = stored(current_actor(), upload, purpose=PURPOSE, field="file")
    return values | {"attachment": attachment}


def _plan_url(plan: TrainingPlan) -> str:
    return reverse("credit:training_plan", args=[plan.pk])


def _session_url(row: TrainingSession) -> str:
    return reverse("credit:training", args=[row.pk])
