"""Tables of the library: rule packs and their rows."""

from dataclasses import replace
from typing import Any

from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from yunjian.kernel.languages import Text
from yunjian.library.domain import labels
from yunjian.web.tables import Column, Table, actions_column


def _lines(*lines: str) -> Any:
    return format_html_join("", "<div>{}</div>", ((line,) for line in lines))


class RuleTable(Table):
    """Rows of rule packs. Each tab of a pack shows what its kind of rule is about."""

    empty_text = _("没有符合条件的条款。请放宽条件，或点“重置”查看全部。")
    row_attributes = {"data-testid": lambda line: f"line-{line.row.id}"}
    pack = Column(_("规则包"), "pack.name", on_page=False)
    standard = Column(_("标准"), "pack.standard", template="library/rules/standard.html")
    table_title = Column(_("规则"), lambda line: labels.TABLES[line.table])
    row_id = Column(_("条目编号"), "row.id", on_page=False)
    title = Column(_("名称"), css="wrap")
    applies = Column(_("适用"), css="wrap")
    demands = Column(
        _("规定的内容"),
        lambda line: "\n".join(line.demands),
        template="library/rules/demands.html",
        css="wrap",
    )
    # what some tabs show; in the file it is part of 规定的内容
    bands = Column(
        _("限值"),
        html=lambda line: _lines(*(f"{band} {text}" for band, text in line.bands)),
        on_page=False,
        in_file=False,
        css="wrap",
    )
    out_of_control = Column(_("失控判据"), on_page=False, in_file=False, css="wrap")
    control_tag = Column(
        _("判据来源"),
        template="library/rules/control_tag.html",
        on_page=False,
        in_file=False,
    )
    pairs = Column(_("数据对数"), on_page=False)
    pass_counts = Column(_("判定方法"), on_page=False, in_file=False, css="wrap")
    sheet = Column(_("记录表"), on_page=False)
    clause = Column(_("条款"), "row.clause")
    tags = Column(
        _("数值来源"),
        lambda line: "、".join(label for _key, label in line.tags),
        template="library/rules/tags.html",
        css="wrap",
    )
    state = Column(
        _("核对"),
        lambda line: labels.STATES[line.state],
        template="library/rules/state.html",
        css="wrap",
    )
    confirmed = Column(_("核对人与日期"), on_page=False)
    page = Column(_("页码"), "mark.page", on_page=False)
    remark = Column(_("备注与说明"), "mark.remark", on_page=False)


class PackTable(RuleTable):
    """Rows of one pack: 限值 and whatever has no columns of its own."""

    empty_text = _("这里没有符合条件的条目。请换一个标签页，或点“重置”查看全部。")
    row_attributes = {**RuleTable.row_attributes, "id": lambda line: line.row.id}
    standard = Column(_("标准"), "pack.standard", on_page=False)
    table_title = replace(RuleTable.columns["table_title"], on_page=False)
    title = Column(_("名称"), template="library/rules/line_title.html", css="wrap")
    actions = actions_column("library/rules/line_actions.html")


def _also(column: Column, title: Text = "", **more: Any) -> Column:
    """Return a column that a tab shows from the beginning."""
    return replace(column, title=title or column.title, on_page=True, **more)


class ObligationTable(PackTable):
    """运维频次."""

    demands = replace(
        PackTable.columns["demands"],
        title=_("频次"),
        template="",
        html=lambda line: _lines(*line.demands),
    )
    sheet = _also(PackTable.columns["sheet"])


class ControlTable(PackTable, without=("applies", "demands")):
    """失控判据."""

    bands = _also(PackTable.columns["bands"])
    out_of_control = _also(PackTable.columns["out_of_control"])
    control_tag = _also(PackTable.columns["control_tag"])


class PairsTable(PackTable, without=("applies", "demands")):
    """数据对数."""

    pairs = _also(PackTable.columns["pairs"], _("最少对数"))
    pass_counts = _also(PackTable.columns["pass_counts"])
