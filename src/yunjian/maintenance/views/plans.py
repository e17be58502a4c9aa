"""运维计划 in the agency portal: list, wizard, detail."""

from calendar import Calendar
from collections import Counter
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yunjian.access.actor import current_actor
from yunjian.access.scope import get_visible_or_404
from yunjian.kernel.clock import today
from yunjian.kernel.errors import DomainError
from yunjian.maintenance.forms.plans import PlanQuery, ReasonForm
from yunjian.maintenance.models import Plan, Task
from yunjian.maintenance.policies.plans import may_plan
from yunjian.maintenance.selectors.plans import items_of, plans_visible, tasks_visible
from yunjian.maintenance.services.plans import plan_activate, plan_end
from yunjian.maintenance.tables.plans import NextTaskTable, PlanTable
from yunjian.maintenance.views.plan_wizard import Wizard, grouped
from yunjian.maintenance.views.tasks import PLANS_AND_TASKS
from yunjian.web.dialogs import form_dialog
from yunjian.web.forms import posted
from yunjian.web.guards import agency_page
from yunjian.web.lists import Action, ListPage, cleaned_query
from yunjian.web.responses import done

NEXT_TASKS = 10


PLANS = ListPage(
    name="maintenance.plans",
    title=gettext_lazy("运维计划"),
    table=PlanTable,
    parents=((gettext_lazy("任务管理"), ""),),
    tabs=PLANS_AND_TASKS,
)


@require_GET
@agency_page
def plan_list(request: HttpRequest) -> HttpResponseBase:
    """Plans of the agency."""
    query = PlanQuery(request.GET)
    able = may_plan(current_actor())
    new = Action(
        title=_("新建计划"),
        address=reverse("maintenance:plan_new"),
        testid="plan-new",
        in_dialog=False,
    )
    return PLANS.answer(
        request,
        plans_visible(**cleaned_query(query)),
        form=query,
        actions=[new] if able else [],
        table_context={"may_plan": able},
    )


@require_http_methods(["GET", "POST"])
@agency_page
def plan_new(request: HttpRequest) -> HttpResponse:
    """Points, then what the standards demand there, then people and dates."""
    return Wizard(request, None).answer()


@require_http_methods(["GET", "POST"])
@agency_page
def plan_edit(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Go through the same questions for a plan that is there."""
    return Wizard(request, get_visible_or_404(Plan, plan_id)).answer()


@require_GET
@agency_page
def plan_detail(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """What is planned, and the tasks it became."""
    plan = get_visible_or_404(Plan, plan_id)
    month = _month_of(request.GET.get("month", ""), plan)
    items = list(items_of(plan))
    upcoming = tasks_visible(plan=plan, since=today()).order_by("due_on", "id")
    editable = may_plan(current_actor(), plan.organization_id)
    context = {
        "plan": plan,
        "items": grouped(items),
        "points": len({item.point_id for item in items}),
        "people": plan.people.all(),
        "equipment": plan.equipment.all(),
        "vehicles": plan.vehicles.all(),
        "weeks": _weeks(plan, month),
        "month": month,
        "previous_month": _shift(month, -1),
        "next_month": _shift(month, 1),
        "upcoming": NextTaskTable(
            upcoming[:NEXT_TASKS],
            empty_text=_("启用计划后，系统按频次自动生成未来两个月的任务，并每日延展。"),
        ),
        "may_edit": editable and plan.state != "ended",
        "may_activate": editable and plan.state == "draft",
        "may_end": editable and plan.state == "active",
    }
    return render(request, "maintenance/plans/detail.html", context)


@require_POST
@agency_page
def plan_activation(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Put a draft into force."""
    plan = get_visible_or_404(Plan, plan_id)
    try:
        plan_activate(actor=current_actor(), plan=plan)
    except DomainError as error:
        messages.error(request, "；".join([error.message, *(one.message for one in error.errors)]))
        return redirect("maintenance:plan_detail", plan_id)
    return done(request, _("计划已启用，任务已生成"), f"/agency/plans/{plan_id}/")


@require_http_methods(["GET", "POST"])
@agency_page
def plan_ending(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """End an active plan early."""
    plan = get_visible_or_404(Plan, plan_id)
    form = ReasonForm(posted(request))

    def save() -> HttpResponse:
        plan_end(actor=current_actor(), plan=plan, reason=form.cleaned_data["reason"])
        return done(request, _("计划已结束"), f"/agency/plans/{plan_id}/")

    return form_dialog(
        request,
        form,
        save=save,
        title=_("结束计划 · %(plan)s") % {"plan": plan.name},
        text=_("结束后，今天以后未开始的任务将被取消，已完成的记录保留。"),
        submit=_("结束计划"),
        danger=True,
    )


def _month_of(text: str, plan: Plan) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        day = min(max(today(), plan.starts_on), plan.ends_on)
        return day.replace(day=1)


def _shift(month: date, by: int) -> date | None:
    years, index = divmod(month.month - 1 + by, 12)
    year = month.year + years
    return date(year, index + 1, 1) if 1 < year < date.max.year else None


def _weeks(plan: Plan, month: date) -> list[list[dict[str, Any]]]:
    """Return the month as weeks of days, each with how many tasks lie in which state."""
    tasks = Task.objects.filter(
        plan=plan, due_on__year=month.year, due_on__month=month.month
    ).values_list("due_on", "state")
    counts: dict[date, Counter[str]] = {}
    for day, state in tasks:
        unfinished = state in {"open", "started"}
        word = "overdue" if unfinished and day < today() else state
        counts.setdefault(day, Counter())[word] += 1
    return [
        [
            {
                "day": day,
                "inside": day.month == month.month,
                "today": day == today(),
                "counts": dict(counts.get(day, {})),
            }
            for day in week
        ]
        for week in Calendar().monthdatescalendar(month.year, month.month)
    ]
