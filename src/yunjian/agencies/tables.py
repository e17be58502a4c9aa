"""Tables of the agency portal."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yunjian.agencies.templatetags.validity import contract_state, contract_words
from yunjian.kernel.languages import Text
from yunjian.web.states import status
from yunjian.web.tables import Column, Order, Table, actions_column, number_column

ACTIONS = "agencies/parts/row_actions.html"
FEW = "what one agency has: some hundred rows"


def _sorted(title: Text, source: str = "", *, by: str, **more: Any) -> Column:
    return Column(title, source, order=Order(by=by, bounded=FEW), **more)


def _state_words(row: Any) -> str:
    left = getattr(row, "left_on", None) is not None
    return gettext("已离职") if left else str(row.get_state_display())


def _state() -> Column:
    return Column(
        _("状态"),
        _state_words,
        html=lambda row: status(
            "left" if getattr(row, "left_on", None) else row.state, _state_words(row)
        ),
    )


def _valid_until(title: Text) -> Column:
    return _sorted(title, by="valid_until", template="agencies/parts/valid_until.html")


class PeopleTable(Table):
    """人员."""

    empty_text = _("还没有人员。点击右上角“新增人员”录入，并上传能力评定证书。")
    name = _sorted(_("姓名"), by="name")
    position = Column(_("技术岗位"), "get_position_display")
    job = Column(_("岗位"))
    education = Column(_("学历"), "get_education_display")
    title = Column(_("职称"))
    phone = Column(_("手机号"))
    account = Column(_("账号"), "account.username")
    joined_on = _sorted(_("入职日期"), by="joined_on", on_page=False)
    left_on = _sorted(_("离职日期"), by="left_on", on_page=False)
    valid_until = _valid_until(_("证书有效期至"))
    confirmed_until = Column(_("能力确认有效期至"), on_page=False)
    state = _state()
    actions = actions_column(ACTIONS)


class EquipmentTable(Table):
    """设备."""

    empty_text = _("还没有设备。点击右上角“新增设备”录入，并上传检定或校准证书。")
    asset_number = _sorted(_("资产编号"), by="asset_number")
    name = _sorted(_("设备名称"), by="name")
    serial_number = Column(_("出厂编号"))
    maker = Column(_("生产厂家"))
    model = Column(_("型号"))
    valid_until = _valid_until(_("检定/校准有效期至"))
    state = _state()
    actions = actions_column(ACTIONS)


class VehicleTable(Table):
    """运维车辆."""

    empty_text = _("还没有运维车辆。点击右上角“新增车辆”登记车牌号并上传行驶证。")
    plate = _sorted(_("车牌号"), by="plate")
    ownership = Column(_("权属"), "get_ownership_display")
    lease_until = _sorted(_("租赁期至"), by="lease_until")
    attachment = Column(
        _("行驶证/租赁合同"), template="agencies/parts/attachment.html", in_file=False
    )
    state = _state()
    actions = actions_column(ACTIONS)


class SparePartTable(Table):
    """运维备品备件."""

    empty_text = _("还没有备品备件。点击右上角“新增备品备件”登记名称、金额和放置位置。")
    name = _sorted(_("名称"), by="name")
    model = Column(_("规格型号"))
    quantity = _sorted(_("数量"), by="quantity", css="yj-number")
    unit = Column(_("单位"))
    amount = _sorted(_("金额（元）"), by="amount", css="yj-number")
    location = _sorted(_("放置位置"), by="location")
    actions = actions_column(ACTIONS)


class ContractTable(Table):
    """服务合同."""

    empty_text = _("还没有服务合同。新增合同后，合同内的测点才能编制运维计划。")
    number = _sorted(_("合同编号"), by="number")
    discharger = _sorted(_("排污单位"), "discharger.name", by="discharger__name")
    point_count = number_column(_("测点数"), order=Order(by="point_count", bounded=FEW))
    starts_on = Column(_("开始日期"), "period.lower")
    ends_on = Column(_("终止日期"), "period.upper")
    amount = _sorted(_("金额（万元）"), by="amount", css="yj-number")
    holds = Column(_("合同状态"), contract_words, html=contract_state)
    actions = actions_column(ACTIONS)
