"""Visits as a table, and as columns of an Excel file."""

from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from yunjian.web.excel import Column
from yunjian.web.tables import Table


class VisitTable(Table):
    """Visits of any portal; `base` is the address that ids go behind, else the page's own."""

    discharger = tables.Column(accessor="discharger__name", verbose_name=_("排污单位"))
    district = tables.Column(accessor="district__name", verbose_name=_("所属区"))
    outlet = tables.Column(accessor="point__outlet__code", verbose_name=_("排口"))
    point = tables.Column(accessor="point__name", verbose_name=_("测点"))
    agency = tables.Column(accessor="agency__name", verbose_name=_("运维机构"))
    engineer = tables.Column(accessor="engineer__display_name", verbose_name=_("运维人员"))
    signed_in = tables.DateTimeColumn(
        accessor="signed_in_at",
        format="Y-m-d H:i",
        verbose_name=_("签到时间"),
    )
    submitted = tables.DateTimeColumn(
        accessor="submitted_at",
        format="Y-m-d H:i",
        verbose_name=_("提交时间"),
        attrs={"td": {"class": "wide-only"}, "th": {"class": "wide-only"}},
    )
    verdict = tables.TemplateColumn(
        "{% load frame %}{% if record.verdict %}"
        "{% status record.verdict record.get_verdict_display %}{% else %}—{% endif %}",
        verbose_name=_("结果"),
    )
    state = tables.TemplateColumn(
        "{% load frame %}{% status record.state record.get_state_display %}",
        verbose_name=_("状态"),
    )
    actions = tables.TemplateColumn(
        '{% load i18n %}<a href="{{ table.base|default:request.path }}{{ record.pk }}/"'
        ' data-testid="visit-open">{% translate "查看" %}</a>',
        verbose_name=_("操作"),
    )

    class Meta(Table.Meta):
        empty_text = _("没有符合条件的运维记录。运维人员在手机端签到后会出现在这里。")
        row_attrs = {"data-testid": "visit-row"}

    def __init__(self, *args: Any, base: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.base = base


VISIT_COLUMNS: list[Column] = [
    (_("编号"), "pk"),
    (_("排污单位"), "discharger.name"),
    (_("所属区"), "district.name"),
    (_("污染源"), "point.outlet.source.name"),
    (_("排口编号"), "point.outlet.code"),
    (_("测点"), "point.name"),
    (_("MN 号"), "point.mn_code"),
    (_("运维机构"), "agency.name"),
    (_("运维人员"), "engineer.display_name"),
    (_("计划日期"), "task.due_on"),
    (_("签到时间"), "signed_in_at"),
    (_("距测点(m)"), "sign_in_distance"),
    (_("签退时间"), "signed_out_at"),
    (_("提交时间"), "submitted_at"),
    (_("结果"), "get_verdict_display"),
    (_("状态"), "get_state_display"),
    (_("确认截止"), "confirm_by"),
    (_("内容摘要"), "content_digest"),
]
