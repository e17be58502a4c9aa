"""Tables of the agency portal."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from yunjian.kernel.languages import Text
from yunjian.web.tables import Table

NUMBER = {"td": {"class": "yj-number"}, "th": {"class": "yj-number"}}


def _actions(slug: str, *, editable: bool = True) -> tables.TemplateColumn:
    """操作, the last column of every table."""
    return tables.TemplateColumn(
        template_name="agencies/parts/row_actions.html",
        extra_context={"slug": slug, "editable": editable},
        verbose_name=_("操作"),
        orderable=False,
    )


def _state() -> tables.TemplateColumn:
    return tables.TemplateColumn(
        template_name="agencies/parts/state.html", verbose_name=_("状态"), orderable=False
    )


def _valid_until(title: Text) -> tables.TemplateColumn:
    return tables.TemplateColumn(
        template_name="agencies/parts/valid_until.html", verbose_name=title, orderable=False
    )


class PeopleTable(Table):
    """人员."""

    name = tables.Column(verbose_name=_("姓名"))
    position = tables.Column(verbose_name=_("技术岗位"), accessor="get_position_display")
    job = tables.Column(verbose_name=_("岗位"))
    education = tables.Column(verbose_name=_("学历"), accessor="get_education_display")
    title = tables.Column(verbose_name=_("职称"))
    phone = tables.Column(verbose_name=_("手机号"))
    account = tables.Column(verbose_name=_("账号"), accessor="account__username")
    valid_until = _valid_until(_("证书有效期至"))
    state = _state()
    actions = _actions("people")

    class Meta(Table.Meta):
        pass


class EquipmentTable(Table):
    """设备."""

    asset_number = tables.Column(verbose_name=_("资产编号"))
    name = tables.Column(verbose_name=_("设备名称"))
    serial_number = tables.Column(verbose_name=_("出厂编号"))
    maker = tables.Column(verbose_name=_("生产厂家"))
    model = tables.Column(verbose_name=_("型号"))
    valid_until = _valid_until(_("检定/校准有效期至"))
    state = _state()
    actions = _actions("equipment")

    class Meta(Table.Meta):
        pass


class VehicleTable(Table):
    """运维车辆."""

    plate = tables.Column(verbose_name=_("车牌号"))
    ownership = tables.Column(verbose_name=_("权属"), accessor="get_ownership_display")
    lease_until = tables.DateColumn(verbose_name=_("租赁期至"), format="Y-m-d")
    attachment = tables.TemplateColumn(
        template_name="agencies/parts/attachment.html", verbose_name=_("行驶证/租赁合同")
    )
    state = _state()
    actions = _actions("vehicles")

    class Meta(Table.Meta):
        pass


class SparePartTable(Table):
    """运维备品备件."""

    name = tables.Column(verbose_name=_("名称"))
    model = tables.Column(verbose_name=_("规格型号"))
    quantity = tables.Column(verbose_name=_("数量"), attrs=NUMBER)
    unit = tables.Column(verbose_name=_("单位"))
    amount = tables.Column(verbose_name=_("金额（元）"), attrs=NUMBER)
    location = tables.Column(verbose_name=_("放置位置"))
    actions = _actions("parts")

    class Meta(Table.Meta):
        pass


class ContractTable(Table):
    """服务合同."""

    number = tables.Column(verbose_name=_("合同编号"))
    discharger = tables.Column(verbose_name=_("排污单位"))
    point_count = tables.Column(verbose_name=_("测点数"), attrs=NUMBER)
    starts_on = tables.DateColumn(
        verbose_name=_("开始日期"), accessor="period__lower", format="Y-m-d"
    )
    ends_on = tables.DateColumn(
        verbose_name=_("终止日期"), accessor="period__upper", format="Y-m-d"
    )
    amount = tables.Column(verbose_name=_("金额（万元）"), attrs=NUMBER)
    holds = tables.TemplateColumn(
        template_name="agencies/parts/contract_state.html", verbose_name=_("合同状态")
    )
    actions = _actions("contracts", editable=False)

    class Meta(Table.Meta):
        pass
