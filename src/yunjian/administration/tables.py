"""Tables of administration."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yunjian.evidence.vocabulary import object_title, verb_title
from yunjian.identity.models.organizations import OrganizationKind
from yunjian.identity.models.security import Outcome
from yunjian.web.addresses import device_title
from yunjian.web.states import status
from yunjian.web.tables import Column, Order, Table, actions_column, number_column, state_column

NEWEST = Order(by="id")
ONE_DICTIONARY = "the values of one dictionary"
FEW_ORGANIZATIONS = "some thousand organisations in a city"


def kind_titles(kinds: Iterable[str]) -> str:
    """Return the names of kinds of organisations as one text."""
    return "、".join(str(OrganizationKind(kind).label) for kind in kinds)


def _device() -> Column:
    return Column(_("设备"), lambda row: device_title(row.agent))


def _areas(row: Any) -> str:
    if row.kind != "authority":
        return ""
    return "、".join(area.name for area in row.jurisdiction.all()) or gettext("全市")


def _in_use(row: Any) -> str:
    return gettext("启用") if row.is_active else gettext("停用")


def _outcome(row: Any) -> Any:
    opened = row.outcome == Outcome.OPENED
    return status("active" if opened else "failed", row.get_outcome_display())


class OrganizationTable(Table):
    """机构."""

    empty_text = _("没有符合条件的单位。请调整查询条件，或点击右上角“新增单位”。")
    name = Column(_("名称"), order=Order(by="name", bounded=FEW_ORGANIZATIONS))
    kind = Column(_("类型"), "get_kind_display")
    uscc = Column(_("统一社会信用代码"), order=Order(by="uscc"))
    district = Column(_("所在区"), "district.name")
    jurisdiction = Column(_("管辖范围"), _areas)
    account_count = number_column(_("账号数"))
    status = state_column("status")
    reason = Column(_("原因"), "status_reason")
    created_at = Column(_("建立时间"), on_page=False, order=NEWEST)
    actions = actions_column("administration/parts/organization_actions.html")


class DistrictTable(Table):
    """辖区."""

    code = Column(_("编码"), order=Order(by="code"))
    name = Column(_("名称"))
    kind = Column(_("类型"), "get_kind_display")
    within = Column(_("位于"), "within.name")
    organization_count = number_column(_("单位数"))
    authority_count = number_column(_("管理部门数"))


class EntryTable(Table):
    """数据字典."""

    empty_text = _("这个字典还没有值。点击右上角“新增字典项”。")
    code = Column(_("编码"), order=Order(by="code", bounded=ONE_DICTIONARY))
    label = Column(_("名称"))
    label_en = Column(_("英文名称"))
    order = number_column(_("顺序"), order=Order(by="order", bounded=ONE_DICTIONARY))
    state = Column(
        _("状态"),
        _in_use,
        html=lambda row: status("active" if row.is_active else "cancelled", _in_use(row)),
    )
    actions = actions_column("administration/parts/entry_actions.html")


class NoticeTable(Table):
    """通知公告."""

    empty_text = _("还没有通知公告。点击右上角“起草公告”，发布后出现在对象的首页和消息中。")
    title = Column(_("标题"))
    body = Column(_("内容"), on_page=False)
    audience = Column(_("通知对象"), lambda row: kind_titles(row.audience))
    author = Column(_("起草人"))
    author_organization = Column(_("发布单位"))
    published_at = Column(_("发布时间"))
    shown_until = Column(_("首页展示至"))
    state = state_column()
    actions = actions_column("administration/parts/notice_actions.html")


class SignInTable(Table):
    """登录日志."""

    empty_text = _("没有符合条件的登录记录。请调整查询条件。")
    at = Column(_("时间"), order=NEWEST)
    username = Column(_("账号"))
    name = Column(_("姓名"), "account.display_name")
    organization = Column(_("单位"), "organization.name")
    means = Column(_("登录方式"), "get_means_display")
    outcome = Column(_("结果"), "get_outcome_display", html=_outcome)
    detail = Column(_("说明"))
    address = Column(_("地址"))
    agent = _device()


class EventTable(Table):
    """操作日志; what business was about is not shown."""

    empty_text = _("没有符合条件的操作记录。请调整查询条件。")
    at = Column(_("时间"), order=NEWEST)
    chain_name = Column(_("单位"))
    who = Column(_("人员"))
    verb = Column(_("操作"), lambda row: verb_title(row.verb))
    kind = Column(_("对象"), lambda row: object_title(row.object_type))
    object_id = Column(_("对象编号"), css="yj-digest")
    log_index = number_column(_("日志序号"))
    digest = Column(_("摘要"), css="yj-digest")


class SessionTable(Table):
    """在线用户."""

    empty_text = _("没有符合条件的在线用户。")
    username = Column(_("账号"), "account.username")
    name = Column(_("姓名"), "account.display_name")
    organization = Column(_("单位"), "account.organization.name")
    means = Column(_("登录方式"), "get_means_display")
    agent = _device()
    opened_at = Column(_("登录时间"), order=NEWEST)
    address = Column(_("登录地址"))
    seen_at = Column(_("最近使用"))
    seen_from = Column(_("使用地址"))
    actions = actions_column("administration/parts/session_actions.html")


JOB_STATES = {
    "succeeded": ("done", _("成功")),
    "failed": ("failed", _("失败")),
    "doing": ("started", _("执行中")),
    "todo": ("open", _("排队")),
}


class JobTable(Table):
    """定时任务."""

    title = Column(_("任务"))
    name = Column(_("标识"), css="yj-code")
    cron = Column(_("执行计划（UTC）"), css="yj-code")
    last_run = Column(_("上次执行"))
    state = Column(
        _("状态"),
        lambda row: str(JOB_STATES[row.state][1]) if row.state in JOB_STATES else "",
        html=lambda row: status(*JOB_STATES[row.state]) if row.state in JOB_STATES else "",
    )
    next_run = Column(_("下次执行"))
    runs = number_column(_("近 3 天次数"))
    failures = number_column(_("近 30 天失败"))
    actions = actions_column("administration/parts/job_actions.html")
