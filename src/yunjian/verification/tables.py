"""Tables of reports."""

from django.utils.translation import gettext_lazy as _

from yunjian.verification.models import ReportCorrection
from yunjian.web.states import status
from yunjian.web.tables import Column, Order, Table, actions_column, number_column, state_column


class ReportTable(Table):
    """Reports of any portal; `base` in its context is the address that ids go behind."""

    empty_text = _("还没有报告。运维机构签字提交后会出现在这里。")
    row_attributes = {"data-testid": "report-row"}
    most_counted = 1000  # its rows are wide: to count ten thousand takes longer than the page
    number = Column(_("报告编号"), css="yj-whole")
    kind = Column(_("报告类别"), "get_kind_display")
    edition = number_column(_("版次"))
    agency = Column(_("运维机构"), "agency.name")
    discharger = Column(_("排污单位"), "discharger.name")
    district = Column(_("所属区"), "district.name", on_page=False)
    outlet = Column(_("排口编号"), "point.outlet.code", on_page=False)
    point = Column(_("测点"), "point.name")
    issuer = Column(_("出具单位"), on_page=False)
    form = Column(_("报告格式"), on_page=False)
    executed_from = Column(_("实施开始时间"), order=Order(by="executed_from"))
    executed_to = Column(_("实施结束时间"), on_page=False)
    prepared_by = Column(_("编制人"), "prepared_by.display_name", on_page=False)
    submitted_at = Column(_("提交时间"), order=Order(by="submitted_at"))
    state = state_column()
    decision_note = Column(_("审核意见"), on_page=False)
    content_digest = Column(_("内容摘要"), on_page=False, css="yj-digest")
    actions = actions_column("verification/parts/row_actions.html")


class AgencyReportTable(ReportTable, without=("agency",)):
    """Reports of one's own agency."""

    empty_text = _("还没有报告。点击右上角“填报报告”选择测点，填写报告编号和实施时间。")


def correction_state(row: ReportCorrection) -> str:
    """Return how a correction stands."""
    if row.done_by_report_id is not None:
        return "done"
    return "overdue" if row.is_overdue else "open"


CORRECTION_STATES = {"open": _("整改中"), "overdue": _("已逾期"), "done": _("已完成")}


def _correction_words(row: ReportCorrection) -> str:
    return str(CORRECTION_STATES[correction_state(row)])


class CorrectionTable(Table):
    """Corrections of failed reports; `base` in its context is the address of reports."""

    empty_text = _("没有这样的整改。接受的报告有测试项目不合格时会列在这里。")
    row_attributes = {"data-testid": "correction-row"}
    report = Column(_("不合格的报告"), "report.number")
    agency = Column(_("运维机构"), "report.agency.name")
    discharger = Column(_("排污单位"), "report.discharger.name")
    point = Column(_("测点"), "point.name")
    parameters = Column(_("监测因子"), lambda row: "、".join(row.parameters))
    due_on = Column(_("期限"), order=Order(by="due_on", bounded="failed reports: some hundred"))
    state = Column(
        _("状态"),
        _correction_words,
        html=lambda row: status(
            {"open": "expiring", "done": "normal"}.get(correction_state(row), "overdue"),
            _correction_words(row),
        ),
    )
    title = Column(_("事项"))
    basis = Column(_("依据"), lambda row: f"{row.standard} {row.clause}", on_page=False)
    opened_on = Column(_("起算日期"), on_page=False)
    done_by = Column(_("完成报告"), "done_by_report.number", on_page=False)
    actions = actions_column("verification/parts/correction_actions.html")


class ExceptionTable(Table):
    """Exceptions that agencies ask for."""

    empty_text = _("没有例外申请。")
    row_attributes = {"data-testid": "exception-row"}
    agency = Column(_("运维机构"), "agency.name")
    report_number = Column(_("报告编号"))
    finding = Column(_("问题"))
    asked_reason = Column(_("申请理由"))
    asked_at = Column(_("申请时间"), order=Order(by="id"))
    state = state_column()
    reason = Column(_("处理理由"))
    actions = actions_column("verification/parts/exception_actions.html")
