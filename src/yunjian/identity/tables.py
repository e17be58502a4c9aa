"""Tables of accounts."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from yunjian.web.tables import Table


class AccountTable(Table):
    """账号."""

    username = tables.Column(verbose_name=_("账号"))
    display_name = tables.Column(verbose_name=_("姓名"))
    organization = tables.Column(verbose_name=_("单位"), accessor="organization__name")
    phone = tables.Column(verbose_name=_("手机号"), accessor="phone_masked")
    roles = tables.TemplateColumn(
        template_name="identity/parts/roles.html", verbose_name=_("角色"), orderable=False
    )
    authenticator = tables.BooleanColumn(
        verbose_name=_("动态口令"),
        accessor="has_authenticator",
        yesno=(_("已设置"), _("未设置")),
    )
    last_seen = tables.TemplateColumn(
        "{% load frame %}{{ record.last_seen|moment }}", verbose_name=_("最近使用")
    )
    state = tables.TemplateColumn(
        template_name="identity/parts/account_state.html", verbose_name=_("状态")
    )
    actions = tables.TemplateColumn(
        template_name="identity/parts/account_actions.html",
        verbose_name=_("操作"),
        attrs={"td": {"class": "yj-row-actions"}},
    )

    class Meta(Table.Meta):
        pass
