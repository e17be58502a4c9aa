"""The table of sources."""

from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yunjian.web.states import status
from yunjian.web.tables import Column, Order, Table, actions_column, number_column

# what can be done with a source: what follows the address of its details, the title, the icon,
# and whether it opens in a dialog
ROW_ACTIONS = (
    ("", _("查看"), "eye", True),
    ("edit/", _("编辑"), "pencil-square", True),
    ("location/", _("定位"), "geo-alt", True),
    ("outlets/", _("企业排口"), "diagram-3", False),
    ("history/", _("历史"), "clock-history", True),
)


def _industry(row: Any) -> Any:
    """Show the class with its GB/T 4754 code."""
    if not row.industry_name:
        return ""
    code = row.industry_code
    return format_html("{} <span class='text-body-secondary'>{}</span>", row.industry_name, code)


def _state(row: Any) -> str:
    return gettext("已关闭") if row.is_closed else gettext("在用")


class SourceTable(Table):
    """污染源基本信息."""

    empty_text = _("没有符合条件的污染源。请调整查询条件，或点击“新增污染源”登记。")
    code = Column(_("污染源编码"), order=Order(by="code"))
    name = Column(
        _("污染源名称"), order=Order(by="name", bounded="some thousand sources in a city")
    )
    credit_code = Column(_("统一社会信用代码"), on_page=False)
    district = Column(_("所属区"), "district.name")
    street = Column(_("街道（镇）"))
    industry_code = Column(_("行业代码"), on_page=False)
    industry = Column(_("行业类别"), "industry_name", html=_industry)
    address = Column(_("地址"), on_page=False)
    longitude = number_column(_("经度"), on_page=False)
    latitude = number_column(_("纬度"), on_page=False)
    level = Column(_("管理类别"), "get_management_level_display")
    medical = Column(_("医疗机构"), "is_medical")
    permit_number = Column(_("排污许可证编号"), on_page=False)
    permit_valid_from = Column(_("许可证有效期自"), on_page=False)
    permit_valid_until = Column(_("许可证有效期至"), on_page=False)
    contact_name = Column(_("环保联系人"), on_page=False)
    contact_phone = Column(_("联系电话"), on_page=False)
    principal_name = Column(_("单位负责人"), on_page=False)
    principal_phone = Column(_("负责人电话"), on_page=False)
    outlets = number_column(_("排口"), "outlet_count")
    points = number_column(_("测点"), "point_count")
    state = Column(
        _("状态"),
        _state,
        html=lambda row: status("retired" if row.is_closed else "active", _state(row)),
    )
    opened_on = Column(_("投用日期"), on_page=False)
    closed_on = Column(_("关闭日期"), on_page=False)
    close_reason = Column(_("关闭原因"), on_page=False)
    actions = actions_column("sources/parts/source_actions.html")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # translated once for all rows
        actions = [(path, str(title), *more) for path, title, *more in ROW_ACTIONS]
        super().__init__(*args, row_actions=actions, **kwargs)
