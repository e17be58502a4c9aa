"""Visits as a table."""

from django.utils.translation import gettext_lazy as _

from yunjian.web.tables import Column, Order, Table, actions_column, number_column, state_column


class VisitTable(Table):
    """Visits of any portal; `base` in its context is the address that ids go behind."""

    empty_text = _("没有符合条件的运维记录。运维人员在手机端签到后会出现在这里。")
    row_attributes = {"data-testid": "visit-row"}
    key = Column(_("编号"), "pk", on_page=False)
    discharger = Column(_("排污单位"), "discharger.name")
    district = Column(_("所属区"), "district.name")
    source = Column(_("污染源"), "point.outlet.source.name", on_page=False)
    outlet = Column(_("排口编号"), "point.outlet.code")
    point = Column(_("测点"), "point.name")
    mn_code = Column(_("MN 号"), "point.mn_code", on_page=False)
    agency = Column(_("运维机构"), "agency.name")
    engineer = Column(_("运维人员"), "engineer.display_name")
    due_on = Column(_("计划日期"), "task.due_on", on_page=False)
    signed_in_at = Column(_("签到时间"), order=Order(by="id"))
    sign_in_distance = number_column(_("距测点(m)"), on_page=False)
    signed_out_at = Column(_("签退时间"), on_page=False)
    submitted_at = Column(_("提交时间"), css="wide-only")
    verdict = state_column("verdict", title=_("结果"))
    state = state_column()
    confirm_by = Column(_("确认截止"), on_page=False)
    content_digest = Column(_("内容摘要"), on_page=False, css="yj-digest")
    actions = actions_column("maintenance/visits/row_actions.html")


class LatestVisitTable(VisitTable, without=("outlet", "submitted_at")):
    """The newest visits on the workbench."""
