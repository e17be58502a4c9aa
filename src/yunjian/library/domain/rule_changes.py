"""What a pack says of each of its rows, so that versions can be compared."""

from django.utils.translation import gettext as _

from yunjian.library.domain import labels
from yunjian.library.domain.changes import Entry
from yunjian.standards.rules import Pack
from yunjian.standards.rules.model import LimitRow, ObligationRow, Row
from yunjian.standards.rules.packs import TABLES


def entries(pack: Pack) -> dict[str, Entry]:
    """Return what a pack says, by the id of the row."""
    return {
        row.id: Entry(labels.title_of(row), f"{labels.TABLES[table]} · {row.clause}", facts(row))
        for table in TABLES
        for row in getattr(pack, table)
    }


def facts(row: Row) -> dict[str, str]:
    """Return all that a row says: what it is called, and what it is."""
    values = {_("名称"): labels.title_of(row), _("条款"): row.clause}
    sources = [str(labels.PROVENANCE[key]) for key, _label in labels.provenance_tags(row)]
    values[_("数值来源")] = "、".join(sources)
    if isinstance(row, ObligationRow):
        values |= {_("频次"): labels.how_often(row), _("适用"): labels.applicability(row)}
        if sheets := labels.sheets_text(row):
            values[_("记录表")] = sheets
    elif isinstance(row, LimitRow):
        values |= _limit(row)
    else:
        values[_("规定")] = "；".join(labels.demand_lines(row))
    if row.effective is not None:
        values[_("条目期限")] = " ~ ".join(day.isoformat() for day in row.effective)
    if row.confirmed_by is not None:
        values[_("核对")] = f"{row.confirmed_by} {row.confirmed_on}"
    return values


def _limit(row: LimitRow) -> dict[str, str]:
    values = {
        _("限值 %(band)s") % {"band": band} if band else _("限值"): text
        for band, text in labels.limit_lines(row)
    }
    values[_("失控")] = labels.out_of_control_text(row)
    if row.out_of_control_provenance is not None:
        values[_("失控数值来源")] = str(labels.PROVENANCE[row.out_of_control_provenance])
    values[_("数据对数")] = labels.pairs_text(row)
    values[_("合格对数")] = labels.pass_counts_text(row) if row.pass_counts or row.largest else ""
    return {label: text for label, text in values.items() if text}
