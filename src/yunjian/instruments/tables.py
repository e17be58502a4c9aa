"""Tables of instruments and their filing."""

from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from yunjian.instruments.models import FollowUp
from yunjian.instruments.selectors import InstrumentRow
from yunjian.instruments.selectors.lifecycle import follow_up_title
from yunjian.records.fields import plain_number
from yunjian.web.tables import Table

NO_BREAK = {"td": {"class": "text-nowrap"}}


def _two_lines(first: str, second: str) -> str:
    if not second:
        return first
    return format_html("{}<div class='small text-body-secondary'>{}</div>", first, second)


class InstrumentTable(Table):
    """What stands, or is to stand, at a point. Rows are `InstrumentRow`."""

    state = tables.TemplateColumn(
        template_name="instruments/parts/filing_state.html", verbose_name=_("状态")
    )
    name = tables.Column(accessor="shown__name", verbose_name=_("仪器名称"))
    make = tables.Column(empty_values=(), orderable=False, verbose_name=_("规格型号"))
    serial = tables.Column(
        accessor="shown__serial_number", verbose_name=_("出厂编号"), attrs=NO_BREAK
    )
    installed = tables.DateColumn(
        accessor="shown__installed_on",
        format="Y-m-d",
        verbose_name=_("安装日期"),
        attrs=NO_BREAK,
    )
    certificate = tables.Column(
        accessor="shown__certificate_valid_until",
        verbose_name=_("认证有效期至"),
        attrs=NO_BREAK,
    )
    actions = tables.TemplateColumn(
        template_name="instruments/parts/filing_actions.html", verbose_name=_("操作")
    )

    class Meta(Table.Meta):
        row_attrs = {
            "data-testid": "filing-row",
            "data-instrument": lambda record: str(record.instrument.pk),
        }

    order: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"sequence": self.order} | kwargs))

    def render_name(self, value: str, record: InstrumentRow) -> str:
        """Show the name, and how it measures or samples below."""
        return _two_lines(value, record.shown.method)

    def render_make(self, record: InstrumentRow) -> str:
        """Show the model, and who makes it below."""
        return _two_lines(record.shown.model or "—", record.shown.maker)

    def render_certificate(self, value: Any) -> str:
        """Show the day as everywhere."""
        return f"{value:%Y-%m-%d}"


class AnalyzerTable(InstrumentTable):
    """分析仪器."""

    parameter = tables.Column(accessor="shown__parameter", verbose_name=_("监测因子"))
    span = tables.Column(empty_values=(), orderable=False, verbose_name=_("量程"), attrs=NO_BREAK)

    class Meta(InstrumentTable.Meta):
        empty_text = _("该测点还没有分析仪器备案。请点击“新增仪器备案”，填写后提交审核。")

    order = (
        "row_number",
        "parameter",
        "name",
        "make",
        "serial",
        "span",
        "installed",
        "certificate",
        "state",
        "actions",
    )

    def render_span(self, record: InstrumentRow) -> str:
        """Show the measuring range with its unit."""
        version = record.shown
        if version.range_lower is None or version.range_upper is None:
            return "—"
        lower, upper = plain_number(version.range_lower), plain_number(version.range_upper)
        return f"{lower}～{upper} {version.unit}".strip()


class SamplerTable(InstrumentTable):
    """自动采样器."""

    bottles = tables.Column(
        accessor="shown__settings__bottles", verbose_name=_("采样瓶（个）"), orderable=False
    )

    class Meta(InstrumentTable.Meta):
        empty_text = _("该测点还没有自动采样器备案。请点击“新增仪器备案”，填写后提交审核。")

    order = (
        "row_number",
        "name",
        "make",
        "serial",
        "bottles",
        "installed",
        "certificate",
        "state",
        "actions",
    )


class LedgerTable(InstrumentTable):
    """Every instrument of a discharger."""

    chosen = tables.TemplateColumn(
        template_name="instruments/parts/ledger_choice.html", verbose_name="", orderable=False
    )
    outlet = tables.Column(accessor="instrument__point__outlet__code", verbose_name=_("排口"))
    point = tables.Column(accessor="instrument__point__name", verbose_name=_("测点"))
    kind = tables.Column(accessor="instrument__get_kind_display", verbose_name=_("类别"))
    parameter = tables.Column(accessor="shown__parameter", verbose_name=_("监测因子"))

    class Meta(InstrumentTable.Meta):
        empty_text = _("没有符合条件的仪器。可在“企业排口”中逐台备案，或用模板批量导入。")

    order = (
        "row_number",
        "chosen",
        "outlet",
        "point",
        "kind",
        "parameter",
        "name",
        "make",
        "serial",
        "installed",
        "certificate",
        "state",
        "actions",
    )


class FollowUpTable(Table):
    """后续事项."""

    title = tables.Column(verbose_name=_("事项"))
    basis = tables.Column(accessor="standard", verbose_name=_("依据"))
    outlet = tables.Column(accessor="instrument__point__outlet__code", verbose_name=_("排口"))
    point = tables.Column(accessor="instrument__point__name", verbose_name=_("测点"))
    instrument = tables.Column(accessor="revision", verbose_name=_("仪器"))
    opened_on = tables.DateColumn(format="Y-m-d", verbose_name=_("起算日期"), attrs=NO_BREAK)
    due_on = tables.DateColumn(format="Y-m-d", verbose_name=_("期限"), attrs=NO_BREAK)
    state = tables.TemplateColumn(
        template_name="instruments/parts/follow_up_state.html", verbose_name=_("状态")
    )
    actions = tables.TemplateColumn(
        template_name="instruments/parts/follow_up_actions.html", verbose_name=_("操作")
    )

    class Meta(Table.Meta):
        empty_text = _("没有待完成的后续事项。更换、迁移仪器或更换核心部件后，会在这里列出。")
        row_attrs = {"data-testid": "follow-up-row"}

    def render_title(self, record: FollowUp) -> str:
        """Show what is to be done, in the language that is read."""
        return follow_up_title(record)

    def render_basis(self, value: str, record: FollowUp) -> str:
        """Show the standard, and the clause below."""
        return _two_lines(value, record.clause)
