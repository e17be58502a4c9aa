"""运维任务 in the agency portal, and the agency's home page."""

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
from yunjian.maintenance.forms.plans import ReasonForm, ReassignForm, TaskQuery
from yunjian.maintenance.models import Plan, Task, Visit
from yunjian.maintenance.policies.plans import may_plan
from yunjian.maintenance.selectors.plans import task_counts, tasks_visible
from yunjian.maintenance.services.plans import task_cancel, task_reassign
from yunjian.maintenance.tables.plans import NextTaskTable, TaskTable
from yunjian.web.dialogs import form_dialog
from yunjian.web.forms import posted
from yunjian.web.guards import agency_page
from yunjian.web.lists import ListPage, cleaned_query
from yunjian.web.responses import done

HOME_ROWS = 8
MOST_AT_ONCE = 200
HOME = "/agency/tasks/"
PLANS_AND_TASKS = ((_("运维任务"), HOME), (_("运维计划"), "/agency/plans/"))
TASKS = ListPage(
    name="maintenance.tasks",
    title=_("运维任务管理"),
    table=TaskTable,
    order="due_on",
    parents=((_("任务管理"), ""),),
    tabs=PLANS_AND_TASKS,
    template="maintenance/plans/tasks.html",
    # who asks nothing gets what is still to be done
    default={"bucket": "unfinished"},
)


@require_GET
@agency_page
def home(request: HttpRequest) -> HttpResponse:
    """What asks for attention today."""
    actor = current_actor()
    counts = task_counts()
    day = today().isoformat()
    in_time = tasks_visible().order_by("due_on", "id")
    overdue = tasks_visible(bucket="overdue").order_by("due_on", "id")
    context = {
        "today": today(),
        "counts": counts,
        "cards": [
            (gettext("今日待执行"), counts["today_open"], False, "?bucket=today&state=open"),
            (gettext("今日进行中"), counts["today_started"], False, "?bucket=today&state=started"),
            (
                gettext("今日已完成"),
                counts["today_done"],
                False,
                f"?state=done&since={day}&until={day}",
            ),
            (gettext("已逾期"), counts["overdue"], True, "?bucket=overdue"),
        ],
        "today_tasks": NextTaskTable(
            in_time.filter(due_on=today()).exclude(state="cancelled")[:HOME_ROWS],
            empty_text=gettext("今天没有安排任务。"),
        ),
        "overdue_tasks": NextTaskTable(overdue[:HOME_ROWS]),
        "expiring": expiring(actor, most=HOME_ROWS),
        "visits": Visit.objects.select_related("point__outlet__source", "engineer").order_by("-id")[
            :HOME_ROWS
        ],
        "may_plan": may_plan(actor),
    }
    return render(request, "maintenance/plans/home.html", context)


@require_GET
@agency_page
def task_list(request: HttpRequest) -> HttpResponseBase:
    """Tasks by state, time, person and point."""
    query = TaskQuery(TASKS.query(request.GET))
    result = cleaned_query(query)
    able = may_plan(current_actor())
    return TASKS.answer(
        request,
        tasks_visible(**result),
        form=query,
        plan=Plan.objects.filter(pk=result["plan"]).first() if result.get("plan") else None,
        may_plan=able,
    )


@require_http_methods(["GET", "POST"])
@agency_page
def tasks_reassign(request: HttpRequest) -> HttpResponse:
    """Give the chosen tasks to somebody else."""
    chosen = (request.POST if request.method == "POST" else request.GET).getlist("task")
    tasks = [get_visible_or_404(Task, key) for key in chosen[:MOST_AT_ONCE]]
    form = ReassignForm(current_actor(), posted(request))

    def save() -> HttpResponse:
        assignee = form.cleaned_data["assignee"]
        number = task_reassign(actor=current_actor(), tasks=tasks, assignee=assignee)
        text = {"number": number, "assignee": assignee.name}
        message = gettext("已将 %(number)s 个任务改派给%(assignee)s") % text
        return done(request, message, HOME)

    return form_dialog(
        request,
        form,
        save=save,
        title=gettext("改派任务（%(number)s 个）") % {"number": len(tasks)},
        submit=gettext("改派"),
        above="maintenance/plans/chosen_tasks.html",
        tasks=tasks,
    )


@require_http_methods(["GET", "POST"])
@agency_page
def task_cancellation(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Cancel a task and say why."""
    task = get_visible_or_404(Task, task_id)
    form = ReasonForm(posted(request))

    def save() -> HttpResponse:
        task_cancel(actor=current_actor(), task=task, reason=form.cleaned_data["reason"])
        return done(request, gettext("任务已取消"), HOME)

    return form_dialog(
        request,
        form,
        save=save,
        title=gettext("取消任务 · %(due_on)s %(name)s")
        % {"due_on": task.due_on, "name": task.point.name},
        text=gettext("取消后不能恢复，原因会留在证据链中。"),
        submit=gettext("取消任务"),
        danger=True,
    )
