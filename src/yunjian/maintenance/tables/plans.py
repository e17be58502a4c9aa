"""Tables of plans and tasks."""

from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from yunjian.web.tables import Table

SHORT = {"td": {"class": "text-nowrap"}}


class PlanTable(Table):
    """运维计划."""

    name = tables.TemplateColumn(
        '<a href="{% url "maintenance:plan_detail" record.pk %}">{{ record.name }}</a>',
        verbose_name=_("计划名称"),
    )
    period = tables.TemplateColumn(
        "{% load frame i18n %}{{ record.starts_on|day }} {% translate '至' %}"
        " {{ record.ends_on|day }}",
        verbose_name=_("计划期限"),
        attrs=SHORT,
    )
    point_count = tables.Column(verbose_name=_("测点数"))
    item_count = tables.Column(verbose_name=_("运维项数"))
    people = tables.TemplateColumn(
        "{% for person in record.people.all %}{{ person.name }}"
        "{% if not forloop.last %}、{% endif %}{% endfor %}",
        verbose_name=_("运维人员"),
    )
    state = tables.TemplateColumn(
        "{% load frame %}{% status record.state record.get_state_display %}", verbose_name=_("状态")
    )
    actions = tables.TemplateColumn(
        template_name="maintenance/plans/row_actions.html", verbose_name=_("操作")
    )

    class Meta(Table.Meta):
        pass


def _bucket_class(record: Any) -> str:
    return "yj-overdue" if record.bucket == "overdue" else ""


class TaskTable(Table):
    """运维任务."""

    chosen = tables.TemplateColumn(
        template_name="maintenance/plans/task_check.html", verbose_name=_("选")
    )
    due_on = tables.TemplateColumn(
        "{% load frame %}{{ record.due_on|day }}", verbose_name=_("计划日期"), attrs=SHORT
    )
    source = tables.Column(verbose_name=_("污染源"), accessor="point__outlet__source__name")
    point = tables.TemplateColumn(
        "{{ record.point.outlet.code }} {{ record.point.name }}", verbose_name=_("测点")
    )
    contents = tables.TemplateColumn(
        template_name="maintenance/plans/task_contents.html", verbose_name=_("运维内容")
    )
    assignee = tables.Column(verbose_name=_("运维人员"), attrs=SHORT)
    state = tables.TemplateColumn(
        template_name="maintenance/plans/task_state.html", verbose_name=_("状态"), attrs=SHORT
    )
    actions = tables.TemplateColumn(
        template_name="maintenance/plans/task_actions.html", verbose_name=_("操作")
    )

    class Meta(Table.Meta):
        row_attrs = {"data-testid": "task-row", "class": _bucket_class}
