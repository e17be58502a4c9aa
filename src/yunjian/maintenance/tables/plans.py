"""Tables of plans and tasks."""

from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yunjian.web.tables import (
    Column,
    Order,
    Table,
    actions_column,
    choice_column,
    number_column,
    state_column,
)

FEW_PLANS = "the plans of one agency: some hundred"


def _period(row: Any) -> str:
    days = {"first": row.starts_on.isoformat(), "last": row.ends_on.isoformat()}
    return gettext("%(first)s 至 %(last)s") % days


class PlanTable(Table):
    """运维计划."""

    empty_text = _("还没有运维计划。点击“新建计划”，按标准频次生成。")
    name = Column(
        _("计划名称"),
        template="maintenance/plans/name.html",
        order=Order(by="name", bounded=FEW_PLANS),
    )
    period = Column(_("计划期限"), _period, order=Order(by="starts_on", bounded=FEW_PLANS))
    point_count = number_column(_("测点数"))
    item_count = number_column(_("运维项数"))
    people = Column(
        _("运维人员"), lambda row: "、".join(person.name for person in row.people.all())
    )
    state = state_column()
    actions = actions_column("maintenance/plans/row_actions.html")


def _contents(row: Any) -> Any:
    """Show the first activity and how many there are; all of them are the title."""
    number = len(row.contents)
    more = gettext("等 %(number)s 项") % {"number": number} if number > 1 else ""
    first = row.contents[0] if row.contents else ""
    return format_html('<span title="{}">{} {}</span>', "、".join(row.contents), first, more)


def _point(row: Any) -> str:
    return f"{row.point.outlet.code} {row.point.name}"


class TaskTable(Table):
    """运维任务."""

    empty_text = _("没有符合条件的任务。启用运维计划后会自动生成任务。")
    row_attributes = {
        "data-testid": "task-row",
        "class": lambda row: "yj-overdue" if row.bucket == "overdue" else "",
    }
    chosen = choice_column("maintenance/plans/task_check.html")
    due_on = Column(_("计划日期"), order=Order(by="due_on"))
    source = Column(_("污染源"), "point.outlet.source.name")
    outlet = Column(_("排口"), "point.outlet.code", on_page=False)
    point = Column(_("测点"), "point.name", html=_point)
    mn_code = Column(_("MN 号"), "point.mn_code", on_page=False)
    contents = Column(_("运维内容"), lambda row: "、".join(row.contents), html=_contents)
    assignee = Column(_("运维人员"), "assignee.name")
    state = Column(_("状态"), "get_state_display", template="maintenance/plans/task_state.html")
    plan = Column(_("计划"), "plan.name", on_page=False)
    actions = actions_column("maintenance/plans/task_actions.html")


class NextTaskTable(TaskTable, without=("chosen", "outlet", "mn_code", "plan", "actions")):
    """A few tasks, on the home page and beside their plan."""

    row_attributes = {"data-testid": "task-row"}
