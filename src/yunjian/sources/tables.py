"""The table of sources."""

from dataclasses import dataclass
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yunjian.sources.models import PollutionSource
from yunjian.web.tables import Table
from yunjian.web.templatetags.frame import status

NUMBER = {"td": {"class": "yj-number"}, "th": {"class": "yj-number"}}


@dataclass(frozen=True, slots=True)
class RowAction:
    """What can be done with a source: `path` follows the address of its details."""

    path: str
    title: str
    icon: str
    in_dialog: bool = True


class SourceTable(Table):
    """污染源基本信息."""

    code = tables.Column(verbose_name=_("污染源编码"))
    name = tables.Column(verbose_name=_("污染源名称"))
    district = tables.Column(verbose_name=_("所属区"))
    street = tables.Column(verbose_name=_("街道（镇）"))
    industry = tables.Column(accessor="industry_name", verbose_name=_("行业类别"))
    level = tables.Column(accessor="get_management_level_display", verbose_name=_("管理类别"))
    medical = tables.Column(accessor="is_medical", verbose_name=_("医疗机构"))
    outlets = tables.Column(accessor="outlet_count", verbose_name=_("排口"), attrs=NUMBER)
    points = tables.Column(accessor="point_count", verbose_name=_("测点"), attrs=NUMBER)
    state = tables.Column(empty_values=(), verbose_name=_("状态"))
    actions = tables.TemplateColumn(
        template_name="sources/parts/source_actions.html", verbose_name=_("操作")
    )

    class Meta(Table.Meta):
        empty_text = _("没有符合条件的污染源。请调整查询条件，或点击“新增污染源”登记。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # said once for all rows
        self.actions_of_a_row = [
            RowAction("", gettext("查看"), "eye"),
            RowAction("edit/", gettext("编辑"), "pencil-square"),
            RowAction("location/", gettext("定位"), "geo-alt"),
            RowAction("outlets/", gettext("企业排口"), "diagram-3", in_dialog=False),
            RowAction("history/", gettext("历史"), "clock-history"),
        ]

    def render_state(self, record: PollutionSource) -> str:
        """Show whether it is in use."""
        if record.is_closed:
            return status("retired", gettext("已关闭"))
        return status("active", gettext("在用"))

    def render_industry(self, value: str, record: PollutionSource) -> str:
        """Show the class with its GB/T 4754 code."""
        return format_html(
            "{} <span class='text-body-secondary'>{}</span>", value, record.industry_code
        )

    def render_medical(self, value: bool) -> str:  # noqa: FBT001 - the library's signature
        """Say it in words."""
        return str(_("是") if value else _("否"))
