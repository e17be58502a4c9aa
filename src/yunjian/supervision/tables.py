"""Lists of the supervision portal."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from yunjian.web.tables import Table

NUMBER = {"td": {"class": "yj-number"}}


class AgencyTable(Table):
    """机构."""

    name = tables.Column(verbose_name=_("机构名称"))
    uscc = tables.Column(verbose_name=_("统一社会信用代码"))
    district = tables.Column(accessor="district__name", verbose_name=_("所在区"))
    contract_count = tables.Column(verbose_name=_("有效合同"), attrs=NUMBER)
    visit_count = tables.Column(verbose_name=_("近 30 天运维"), attrs=NUMBER)
    status = tables.TemplateColumn(
        "{% load frame %}{% status record.status record.get_status_display %}",
        verbose_name=_("状态"),
    )
    actions = tables.TemplateColumn(
        "{% load i18n %}<a href=\"{% url 'supervision:ledger' %}"
        '?agency={{ record.name|urlencode }}">{% translate "台账" %}</a>',
        verbose_name=_("操作"),
    )
