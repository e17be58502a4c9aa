"""Tables of instruments and their filing."""

from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yunjian.instruments.selectors.lifecycle import follow_up_title
from yunjian.records.numbers import plain_number
from yunjian.web.tables import Column, Order, Table, actions_column, choice_column, number_column


def two_lines(first: Any, second: Any) -> Any:
    """Return two lines of a cell, the second small."""
    if not second:
        return first
    return format_html("{}<div class='small text-body-secondary'>{}</div>", first or "—", second)


def _span(row: Any) -> str:
    """Return the measuring range with its unit."""
    version = row.shown
    if version.range_lower is None or version.range_upper is None:
        return ""
    lower, upper = plain_number(version.range_lower), plain_number(version.range_upper)
    return f"{lower}～{upper} {version.unit}".strip()


# what stands, or is to stand, at a point: columns of `InstrumentRow`
def _name() -> Column:
    return Column(
        _("仪器名称"), "shown.name", html=lambda row: two_lines(row.shown.name, row.shown.method)
    )


def _make() -> Column:
    return Column(
        _("规格型号"), "shown.model", html=lambda row: two_lines(row.shown.model, row.shown.maker)
    )


class InstrumentTable(Table):
    """What stands, or is to stand, at a point. Rows are `InstrumentRow`."""

    row_attributes = {
        "data-testid": "filing-row",
        "data-instrument": lambda row: str(row.instrument.pk),
    }


class AnalyzerTable(InstrumentTable):
    """分析仪器."""

    empty_text = _("该测点还没有分析仪器备案。请点击“新增仪器备案”，填写后提交审核。")
    parameter = Column(_("监测因子"), "shown.parameter")
    name = _name()
    make = _make()
    serial = Column(_("出厂编号"), "shown.serial_number")
    capacity = Column(_("量程"), _span)
    installed = Column(_("安装日期"), "shown.installed_on")
    certificate = Column(_("认证有效期至"), "shown.certificate_valid_until")
    state = Column(_("状态"), template="instruments/parts/filing_state.html", in_file=False)
    actions = actions_column("instruments/parts/filing_actions.html")


class SamplerTable(AnalyzerTable, without=("parameter",)):
    """自动采样器: what it holds stands where an analyser has its range."""

    empty_text = _("该测点还没有自动采样器备案。请点击“新增仪器备案”，填写后提交审核。")
    capacity = number_column(_("采样瓶（个）"), "shown.settings.bottles")


class LedgerTable(InstrumentTable):
    """Every instrument of a discharger."""

    empty_text = _("没有符合条件的仪器。可在“企业排口”中逐台备案，或用模板批量导入。")
    chosen = choice_column("instruments/parts/ledger_choice.html")
    source = Column(_("污染源"), "instrument.point.outlet.source.name", on_page=False)
    outlet = Column(
        _("排口编号"),
        "instrument.point.outlet.code",
        order=Order(by="point__outlet__code", bounded="the instruments of one discharger"),
    )
    point = Column(_("测点"), "instrument.point.name")
    mn_code = Column(_("MN 号"), "instrument.point.mn_code", on_page=False)
    kind = Column(_("类别"), "instrument.get_kind_display")
    parameter = Column(_("监测因子"), "shown.parameter")
    name = _name()
    method = Column(_("分析方法/原理"), "shown.method", on_page=False)
    maker = Column(_("生产厂家"), "shown.maker", on_page=False)
    make = _make()
    serial = Column(_("出厂编号"), "shown.serial_number")
    manufactured = Column(_("出厂日期"), "shown.manufactured_on", on_page=False)
    installed = Column(_("安装日期"), "shown.installed_on")
    range_lower = number_column(_("量程下限"), "shown.range_lower", on_page=False)
    range_upper = number_column(_("量程上限"), "shown.range_upper", on_page=False)
    unit = Column(_("量程单位"), "shown.unit", on_page=False)
    detection_limit = number_column(_("检出限"), "shown.detection_limit", on_page=False)
    certificate_number = Column(
        _("环保产品认证/适用性检测编号"), "shown.certificate_number", on_page=False
    )
    certificate = Column(_("认证有效期至"), "shown.certificate_valid_until")
    type_approval = Column(
        _("计量器具型式批准（CPA）编号"), "shown.type_approval_number", on_page=False
    )
    accepted = Column(_("验收日期"), "shown.accepted_on", on_page=False)
    acceptance = Column(_("验收文号"), "shown.acceptance_number", on_page=False)
    networked = Column(_("联网日期"), "shown.networked_on", on_page=False)
    state = Column(
        _("状态"), "shown.get_state_display", template="instruments/parts/filing_state.html"
    )
    retired = Column(_("停用日期"), "retired_on", on_page=False)
    actions = actions_column("instruments/parts/filing_actions.html")


def _follow_up_state(row: Any) -> str:
    if row.done_on:
        return gettext("已完成")
    return gettext("已逾期") if row.is_overdue else gettext("待完成")


class FollowUpTable(Table):
    """后续事项."""

    empty_text = _("没有待完成的后续事项。更换、迁移仪器或更换核心部件后，会在这里列出。")
    row_attributes = {"data-testid": "follow-up-row"}
    title = Column(_("事项"), follow_up_title)
    basis = Column(
        _("依据"),
        lambda row: f"{row.standard} {row.clause}".strip(),
        html=lambda row: two_lines(row.standard, row.clause),
    )
    outlet = Column(_("排口编号"), "instrument.point.outlet.code")
    point = Column(_("测点"), "instrument.point.name")
    instrument = Column(_("仪器"), "revision.__str__")
    opened_on = Column(_("起算日期"))
    due_on = Column(_("期限"), order=Order(by="due_on"))
    done_on = Column(_("完成日期"), on_page=False)
    state = Column(_("状态"), _follow_up_state, template="instruments/parts/follow_up_state.html")
    actions = actions_column("instruments/parts/follow_up_actions.html")
