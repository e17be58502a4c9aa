"""Tables of administration."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from yunjian.kernel.languages import Text
from yunjian.web.tables import Table

NUMBER = {"td": {"class": "yj-number"}, "th": {"class": "yj-number"}}


def _moment(name: str, title: Text) -> tables.TemplateColumn:
    template = "{% load frame %}{{ record." + name + "|moment }}"
    return tables.TemplateColumn(template, verbose_name=title)


def _device(name: str) -> tables.TemplateColumn:
    template = "{% load frame %}{{ record." + name + "|device }}"
    return tables.TemplateColumn(template, verbose_name=_("设备"))


def _part(name: str, title: Text) -> tables.TemplateColumn:
    return tables.TemplateColumn(
        template_name=f"administration/parts/{name}.html", verbose_name=title
    )


class OrganizationTable(Table):
    """机构."""

    name = tables.Column(verbose_name=_("名称"))
    kind = tables.Column(verbose_name=_("类型"), accessor="get_kind_display")
    uscc = tables.Column(verbose_name=_("统一社会信用代码"))
    district = tables.Column(verbose_name=_("所在区"), accessor="district__name")
    jurisdiction = _part("jurisdiction", _("管辖范围"))
    account_count = tables.Column(verbose_name=_("账号数"), attrs=NUMBER)
    status = _part("organization_status", _("状态"))
    reason = tables.Column(verbose_name=_("原因"), accessor="status_reason")
    actions = _part("organization_actions", _("操作"))

    class Meta(Table.Meta):
        pass


class DistrictTable(Table):
    """辖区."""

    code = tables.Column(verbose_name=_("编码"))
    name = tables.Column(verbose_name=_("名称"))
    kind = tables.Column(verbose_name=_("类型"), accessor="get_kind_display")
    within = tables.Column(verbose_name=_("位于"), accessor="within__name")
    organization_count = tables.Column(verbose_name=_("单位数"), attrs=NUMBER)
    authority_count = tables.Column(verbose_name=_("管理部门数"), attrs=NUMBER)

    class Meta(Table.Meta):
        pass


class EntryTable(Table):
    """数据字典."""

    code = tables.Column(verbose_name=_("编码"))
    label = tables.Column(verbose_name=_("名称"))
    label_en = tables.Column(verbose_name=_("英文名称"))
    order = tables.Column(verbose_name=_("顺序"), attrs=NUMBER)
    state = _part("entry_state", _("状态"))
    actions = _part("entry_actions", _("操作"))

    class Meta(Table.Meta):
        pass


class NoticeTable(Table):
    """通知公告."""

    title = tables.Column(verbose_name=_("标题"))
    audience = _part("audience", _("通知对象"))
    author = tables.Column(verbose_name=_("起草人"))
    author_organization = tables.Column(verbose_name=_("发布单位"))
    published_at = _moment("published_at", _("发布时间"))
    shown_until = tables.DateColumn(verbose_name=_("首页展示至"), format="Y-m-d")
    state = _part("notice_state", _("状态"))
    actions = _part("notice_actions", _("操作"))

    class Meta(Table.Meta):
        pass


class SignInTable(Table):
    """登录日志."""

    at = _moment("at", _("时间"))
    username = tables.Column(verbose_name=_("账号"))
    name = tables.Column(verbose_name=_("姓名"), accessor="account__display_name")
    organization = tables.Column(verbose_name=_("单位"), accessor="organization__name")
    means = tables.Column(verbose_name=_("登录方式"), accessor="get_means_display")
    outcome = _part("outcome", _("结果"))
    detail = tables.Column(verbose_name=_("说明"))
    address = tables.Column(verbose_name=_("地址"))
    agent = _device("agent")

    class Meta(Table.Meta):
        pass


class EventTable(Table):
    """操作日志."""

    at = _moment("at", _("时间"))
    chain_name = tables.Column(verbose_name=_("单位"))
    who = tables.Column(verbose_name=_("人员"))
    verb = tables.TemplateColumn("{% load frame %}{{ record.verb|verb }}", verbose_name=_("操作"))
    kind = tables.TemplateColumn(
        "{% load frame %}{{ record.object_type|object_kind }}", verbose_name=_("对象")
    )
    object_id = tables.Column(verbose_name=_("对象编号"), attrs={"td": {"class": "yj-digest"}})
    sequence = tables.Column(verbose_name=_("链上序号"), attrs=NUMBER)
    digest = tables.Column(verbose_name=_("摘要"), attrs={"td": {"class": "yj-digest"}})

    class Meta(Table.Meta):
        pass


class SessionTable(Table):
    """在线用户."""

    username = tables.Column(verbose_name=_("账号"), accessor="account__username")
    name = tables.Column(verbose_name=_("姓名"), accessor="account__display_name")
    organization = tables.Column(verbose_name=_("单位"), accessor="account__organization__name")
    means = tables.Column(verbose_name=_("登录方式"), accessor="get_means_display")
    agent = _device("agent")
    opened_at = _moment("opened_at", _("登录时间"))
    address = tables.Column(verbose_name=_("登录地址"))
    seen_at = _moment("seen_at", _("最近使用"))
    seen_from = tables.Column(verbose_name=_("使用地址"))
    actions = _part("session_actions", _("操作"))

    class Meta(Table.Meta):
        pass
