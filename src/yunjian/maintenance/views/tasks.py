"""运维任务 in the agency portal, and the agency's home page."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from yunjian.access.actor import current_actor
from yunjian.access.scope import get_visible_or_404
from yunjian.agencies.selectors import expiring
from yunjian.kernel.clock import today
from yunjian.kernel.errors import DomainError
from yunjian.maintenance.forms.plans import ReasonForm, ReassignForm, TaskQuery
from yunjian.maintenance.models import Plan, Task, Visit
from yunjian.maintenance.policies.plans import may_plan
from yunjian.maintenance.selectors.plans import task_counts, tasks_visible
from yunjian.maintenance.services.plans import task_cancel, task_reassign
from yunjian.maintenance.tables.plans import TaskTable
from yunjian.web.excel import Column, stream_xlsx
from yunjian.web.forms import add_domain_errors
from yunjian.web.guards import agency_page
from yunjian.web.paging import key_page
from yunjian.web.responses import done

HOME_ROWS = 8
MOST_AT_ONCE = 200
COLUMNS: list[Column] = [
    (_("计划日期"), "due_on"),
    (_("污染源"), "point.outlet.source.name"),
    (_("排口"), "point.outlet.code"),
    (_("测点"), "point.name"),
    (_("MN 号"), "point.mn_code"),
    (_("运维内容"), lambda task: "、".join(task.contents)),
    (_("运维人员"), "assignee.name"),
    (_("状态"), "get_state_display"),
    (_("计划"), lambda task: task.plan.name if task.plan else ""),
]


@require_GET
@agency_page
def home(request: HttpRequest) -> HttpResponse:
    """What asks for attention today."""
    actor = current_actor()
    counts = task_counts()
    in_time = tasks_visible().order_by("due_on", "id")
    overdue = tasks_visible({"bucket": "overdue"}).order_by("due_on", "id")
    context = {
        "today": today(),
        "counts": counts,
        "cards": [
            (gettext("今日待执行"), counts["today_open"], False, "?bucket=today&state=open"),
            (gettext("今日进行中"), counts["today_started"], False, "?bucket=today&state=started"),
            (gettext("今日已完成"), counts["today_done"], False, _done_today()),
            (gettext("已逾期"), counts["overdue"], True, "?bucket=overdue"),
        ],
        "today_tasks": in_time.filter(due_on=today()).exclude(state="cancelled")[:HOME_ROWS],
        "overdue_tasks": overdue[:HOME_ROWS],
        "expiring": expiring(actor, most=HOME_ROWS),
        "visits": Visit.objects.select_related("point__outlet__source", "engineer").order_by("-id")[
            :HOME_ROWS
        ],
        "may_plan": may_plan(actor),
    }
    return render(request, "maintenance/plans/home.html", context)


def _done_today() -> str:
    day = today().isoformat()
    return f"?state=done&since={day}&until={day}"


@require_GET
@agency_page
def task_list(request: HttpRequest) -> HttpResponse:
    """Tasks by state, time, person and point."""
    query = _query(request)
    asked = _asked(query)
    page = key_page(tasks_visible(asked), request, order="due_on")
    context = {
        "table": TaskTable(
            page.rows, empty_text=gettext("没有符合条件的任务。启用运维计划后会自动生成任务。")
        ),
        "page": page,
        "filter_form": query,
        "plan": Plan.objects.filter(pk=asked["plan"]).first() if asked.get("plan") else None,
        "may_plan": may_plan(current_actor()),
        "query_string": request.GET.urlencode(),
    }
    return render(request, "maintenance/plans/tasks.html", context)


@require_GET
@agency_page
def task_export(request: HttpRequest) -> HttpResponseBase:
    """The tasks of the query as an Excel file."""
    tasks = tasks_visible(_asked(_query(request))).order_by("due_on", "id")
    return stream_xlsx(gettext("运维任务.xlsx"), COLUMNS, tasks.iterator(chunk_size=500))


@require_http_methods(["GET", "POST"])
@agency_page
def tasks_reassign(request: HttpRequest) -> HttpResponse:
    """Give the chosen tasks to somebody else."""
    chosen = (request.POST if request.method == "POST" else request.GET).getlist("task")
    tasks = [get_visible_or_404(Task, key) for key in chosen[:MOST_AT_ONCE]]
    form = ReassignForm(current_actor(), request.POST or None)
    if request.method == "POST" and form.is_valid():
        assignee = form.cleaned_data["assignee"]
        try:
            number = task_reassign(actor=current_actor(), tasks=tasks, assignee=assignee)
        except DomainError as error:
            add_domain_errors(form, error)
        else:
            return done(
                request,
                gettext("已将 %(number)s 个任务改派给%(assignee)s")
                % {"number": number, "assignee": assignee.name},
                "/agency/tasks/",
            )
    context = _dialog(
        form, gettext("改派任务（%(number)s 个）") % {"number": len(tasks)}, gettext("改派")
    ) | {"tasks": tasks}
    status = 422 if form.errors else 200
    return render(request, "maintenance/plans/dialog.html", context, status=status)


@require_http_methods(["GET", "POST"])
@agency_page
def task_cancellation(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Cancel a task and say why."""
    task = get_visible_or_404(Task, task_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            task_cancel(actor=current_actor(), task=task, reason=form.cleaned_data["reason"])
        except DomainError as error:
            add_domain_errors(form, error)
        else:
            return done(request, gettext("任务已取消"), "/agency/tasks/")
    context = _dialog(
        form,
        gettext("取消任务 · %(due_on)s %(name)s")
        % {"due_on": task.due_on, "name": task.point.name},
        gettext("取消任务"),
    )
    context |= {"danger": True, "note": gettext("取消后不能恢复，原因会留在证据链中。")}
    status = 422 if form.errors else 200
    return render(request, "maintenance/plans/dialog.html", context, status=status)


def _query(request: HttpRequest) -> TaskQuery:
    """Return the query; who asks nothing gets what is still to be done."""
    return TaskQuery(request.GET or {"bucket": "unfinished"})


def _asked(query: TaskQuery) -> dict[str, Any]:
    return query.cleaned_data if query.is_valid() else {}


def _dialog(form: Any, title: str, submit_label: str) -> dict[str, Any]:
    return {
        "form": form,
        "fields": list(form),
        "dialog_title": title,
        "back": "/agency/tasks/",
        "submit_label": submit_label,
    }
