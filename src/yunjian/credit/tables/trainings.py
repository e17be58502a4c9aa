"""Tables of a year: plans, sessions, supervisions, people."""

from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from yunjian.agencies.models.filing import Position
from yunjian.credit.domain.times import hours_text
from yunjian.kernel.languages import Text
from yunjian.web.tables import Column, Order, Table, actions_column, number_column, state_column

FEW = "what one agency has in one year: some hundred rows"


def _sorted(title: Text, source: str = "", *, by: str, **more: Any) -> Column:
    return Column(title, source, order=Order(by=by, bounded=FEW), **more)


def audience(item: Any) -> str:
    """Return for whom an item is: positions and names."""
    return "、".join([*position_titles(item.positions), *(one.name for one in item.people.all())])


def position_titles(codes: list[str]) -> list[str]:
    """Return what positions are called."""
    titles = dict(Position.choices)
    return [str(titles.get(code, code)) for code in codes]


class TrainingPlanTable(Table):
    """年度培训计划."""

    empty_text = _("还没有培训计划。点击右上角“编制计划”，或沿用上一年度的计划。")
    title = Column(_("计划名称"))
    edition = number_column(_("版次"))
    item_count = number_column(_("项目数"))
    hours = number_column(_("学时"))
    prepared_by = Column(_("编制人"), "prepared_by.display_name")
    prepared_at = Column(_("编制时间"), on_page=False)
    checked_by = Column(_("审核人"), "checked_by.display_name")
    checked_at = Column(_("审核时间"), on_page=False)
    approved_by = Column(_("批准人"), "approved_by.display_name")
    approved_at = Column(_("批准时间"))
    state = state_column()
    actions = actions_column("credit/parts/plan_actions.html")


class PlanItemTable(Table):
    """The items of a plan."""

    empty_text = _("还没有培训项目。")
    content = Column(_("培训内容"))
    aim = Column(_("培训目的"))
    form = Column(_("培训形式"), "get_form_display")
    audience = Column(_("培训对象"), audience)
    department = Column(_("组织部门"))
    place = Column(_("培训地点"))
    teacher = Column(_("授课人"))
    planned_on = Column(_("计划日期"))
    hours = number_column(_("学时"))
    examination = Column(_("考核方式"))
    done_count = number_column(_("已完成次数"))
    actions = actions_column("credit/parts/item_actions.html")


class TrainingSessionTable(Table):
    """教育培训."""

    empty_text = _("还没有教育培训。点击右上角“安排培训”登记时间、内容和参加人员。")
    topic = Column(_("主题"))
    kind = Column(_("类别"), "get_kind_display")
    plan_item = Column(_("计划项目"), "plan_item.content")
    unplanned_reason = Column(_("计划外原因"), on_page=False)
    content = Column(_("内容"), on_page=False)
    starts_at = _sorted(_("开始时间"), by="starts_at")
    ends_at = Column(_("结束时间"))
    hours = number_column(_("学时"))
    place = Column(_("地点"))
    teacher = Column(_("授课人"))
    expected_count = number_column(_("应到"))
    present_count = number_column(_("实到"))
    passed_count = number_column(_("合格"))
    conclusion = Column(_("评价结论"), "get_conclusion_display")
    evaluated_on = Column(_("评价日期"), on_page=False)
    state = state_column()
    actions = actions_column("credit/parts/session_actions.html")


class ParticipantTable(Table):
    """Who took part in a session."""

    empty_text = _("没有参加人员。")
    person = Column(_("姓名"), "person.name")
    position = Column(_("技术岗位"), "person.get_position_display")
    attendance = Column(_("到场情况"), "get_attendance_display")
    signed_in_at = Column(_("签到时间"))
    result = Column(_("考核结果"), "get_result_display")
    score = number_column(_("成绩"))
    makeup_on = Column(_("补考日期"))
    makeup_result = Column(_("补考结果"), "get_makeup_result_display")
    certificate_number = Column(_("证书编号"))
    certificate_issuer = Column(_("发证机关"))
    certificate_valid_until = Column(_("证书有效期至"))
    certificate = Column(_("证书文件"), template="credit/parts/certificate.html", in_file=False)


class SupervisionTable(Table):
    """监督记录."""

    empty_text = _("还没有监督记录。质量监督员可点击右上角“填写监督记录”，或在手机上现场填写。")
    number = Column(_("编号"), "full_number")
    supervised_on = _sorted(_("监督日期"), by="supervised_on")
    person = Column(_("被监督人"), "person.name")
    supervisor = Column(_("监督人"), "supervisor.display_name")
    place = Column(_("地点"))
    purpose = Column(_("监督目的"), on_page=False)
    facts = Column(_("事实描述"), on_page=False)
    opinion = Column(_("监督意见"), on_page=False)
    severity = Column(_("严重程度"), "get_severity_display")
    points_lost = number_column(_("扣分"))
    rectify_by = Column(_("整改期限"))
    state = state_column()
    actions = actions_column("credit/parts/supervision_actions.html")


def _number(name: str, section: str) -> Any:
    def shown(row: Any) -> Any:
        return format_html('<a href="{}/#{}">{}</a>', row.person.pk, section, getattr(row, name))

    return shown


class PersonYearTable(Table):
    """人员汇总: each number opens its list."""

    empty_text = _("还没有人员。")
    name = _sorted(_("姓名"), by="name")
    position = Column(_("技术岗位"), "person.get_position_display")
    planned_count = number_column(_("计划培训（次）"), html=_number("planned_count", "planned"))
    planned_hours = number_column(_("计划学时"), lambda row: hours_text(row.planned_hours))
    done_count = number_column(_("已完成（次）"), html=_number("done_count", "done"))
    done_hours = number_column(_("完成学时"), lambda row: hours_text(row.done_hours))
    missing_count = number_column(_("未完成（次）"), html=_number("missing_count", "missing"))
    missing_hours = number_column(_("未完成学时"), lambda row: hours_text(row.missing_hours))
    supervision_count = number_column(
        _("被监督（次）"), html=_number("supervision_count", "supervisions")
    )


class AgencyYearTable(Table):
    """The years of agencies, as authorities see them."""

    empty_text = _("还没有运维机构登记年度信息。")
    organization = Column(_("运维机构"), "organization.name")
    year = number_column(_("年度"))
    state = state_column()
    closed_at = Column(_("归档时间"))
    statement = Column(_("情况说明"))
    reopen_reason = Column(_("重新开放原因"), on_page=False)
    actions = actions_column("credit/parts/year_actions.html")
