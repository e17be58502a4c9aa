"""Lists of the supervision portal."""

from typing import Any

from django.conf import settings
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yunjian.kernel.clock import business_day, today
from yunjian.kernel.workdays import workdays_between
from yunjian.web.tables import (
    Column,
    Order,
    Table,
    actions_column,
    choice_column,
    number_column,
    state_column,
)

FEW_AGENCIES = "some hundred agencies in a city"
FEW_FILINGS = "some hundred filings of agencies"


class AgencyTable(Table):
    """机构."""

    empty_text = _("没有符合条件的机构。请调整查询条件；机构在注册或由管理员登记后出现在这里。")
    name = Column(_("机构名称"), order=Order(by="name", bounded=FEW_AGENCIES))
    uscc = Column(_("统一社会信用代码"), order=Order(by="uscc"))
    district = Column(_("所在区"), "district.name")
    contract_count = number_column(
        _("有效合同"), order=Order(by="contract_count", bounded=FEW_AGENCIES)
    )
    visit_count = number_column(
        _("近 30 天运维"), order=Order(by="visit_count", bounded=FEW_AGENCIES)
    )
    status = state_column("status")
    actions = actions_column("supervision/parts/agency_actions.html")


class AgencyFilingTable(Table):
    """Filings of agencies that were handed in."""

    empty_text = _("没有符合条件的机构备案。机构提交后会出现在这里。")
    row_attributes = {"data-testid": "agency-filing-row"}
    organization = Column(
        _("运维机构"),
        "organization.name",
        order=Order(by="organization__name", bounded=FEW_FILINGS),
    )
    legal_representative = Column(_("法定代表人"))
    scope = Column(_("运维范围"))
    contact_name = Column(_("联系人"))
    contact_phone = Column(_("联系电话"), on_page=False)
    filing_number = Column(_("备案编号"), order=Order(by="filing_number", bounded=FEW_FILINGS))
    submitted_at = Column(_("提交时间"), order=Order(by="submitted_at", bounded=FEW_FILINGS))
    state = state_column()
    decision_note = Column(_("审核意见"), on_page=False)
    actions = actions_column("supervision/agency_filings/row_actions.html")


def workdays_spent(row: Any) -> int | None:
    """Return how many working days a filing has waited, or its review took."""
    if row.submitted_at is None:
        return None
    last = business_day(row.decided_at) if row.decided_at else today()
    return workdays_between(business_day(row.submitted_at), last)


def _spent(row: Any) -> str:
    days = workdays_spent(row)
    return "" if days is None else gettext("%(days)s 个工作日") % {"days": days}


def _spent_shown(row: Any) -> Any:
    days = workdays_spent(row)
    if days is None or days <= settings.FILING_REVIEW_WORKDAYS:
        return _spent(row)
    late = gettext("超过 %(limit)s 日") % {"limit": settings.FILING_REVIEW_WORKDAYS}
    return format_html("{} <span class='badge text-bg-danger'>{}</span>", _spent(row), late)


def _matter(row: Any) -> str:
    """Return what a version is about."""
    if row.instrument.origin != "new" and not row.instrument.period:
        return str(row.instrument.get_origin_display())
    if row.change_kind:
        return str(row.get_change_kind_display())
    if row.number == 1:
        return gettext("新增")
    return gettext("变更") if row.change_reason else gettext("重报")


class QueueTable(Table):
    """Filings to decide on, or decided on."""

    empty_text = _("这里没有备案。排污单位提交后会出现在“待审”中。")
    row_attributes = {"data-testid": "filing-row"}
    organization = Column(_("排污单位"), "instrument.organization.name")
    district = Column(_("所属区"), "instrument.point.outlet.source.district.name")
    outlet = Column(_("排口编号"), "instrument.point.outlet.code")
    point = Column(_("测点"), "instrument.point.name")
    mn_code = Column(_("MN 号"), "instrument.point.mn_code", on_page=False)
    kind = Column(_("类别"), "instrument.get_kind_display", on_page=False)
    parameter = Column(_("监测因子"))
    instrument_name = Column(_("仪器名称"), "name")
    maker = Column(_("生产厂家"), on_page=False)
    model = Column(_("规格型号"))
    serial_number = Column(_("出厂编号"), on_page=False)
    installed_on = Column(_("安装日期"), on_page=False)
    range_lower = number_column(_("量程下限"), on_page=False)
    range_upper = number_column(_("量程上限"), on_page=False)
    unit = Column(_("量程单位"), on_page=False)
    matter = Column(_("事项"), _matter, template="supervision/filings/version.html")
    number = number_column(_("版本"), on_page=False)
    submitted_at = Column(_("提交时间"), order=Order(by="submitted_at"))
    spent = Column(_("用时"), _spent, html=_spent_shown)
    state = state_column()
    decided_at = Column(_("审核时间"), on_page=False)
    decision_note = Column(_("审核意见"), on_page=False)
    file_by = Column(_("备案期限"), on_page=False)
    actions = actions_column("supervision/filings/row_actions.html")


class RenewalTable(QueueTable):
    """Renewals of papers: what changes nothing else may be approved together."""

    empty_text = _("没有待审的续期备案。")
    chosen = choice_column("supervision/filings/choice.html")
