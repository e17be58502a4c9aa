"""What differs between two versions of a pack, row by row and value by value."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from yunjian.library.domain import labels
from yunjian.standards.rules import Pack
from yunjian.standards.rules.model import LimitRow, ObligationRow, Row
from yunjian.standards.rules.packs import TABLES


@dataclass(frozen=True, slots=True)
class ValueChange:
    """A value before and after; empty where there was or is none."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that was added, removed or changed."""

    kind: str
    table: str
    row: Row
    values: tuple[ValueChange, ...]

    @property
    def title(self) -> str:
        """What the row is about."""
        return labels.title_of(self.row)

    @property
    def table_title(self) -> labels.Label:
        """Which table it is in."""
        return labels.TABLES[self.table]


def changes_between(old: Pack, new: Pack) -> list[RowChange]:
    """Return the rows that were changed or added in the order of the new pack, then those gone."""
    before, after = dict(_rows(old)), dict(_rows(new))
    results = []
    for row_id, (table, row) in after.items():
        earlier = before.get(row_id)
        if earlier is None:
            results.append(RowChange("added", table, row, _values({}, facts(row))))
        elif earlier[1] != row:
            values = _values(facts(earlier[1]), facts(row))
            results.append(RowChange("changed", table, row, values))
    return results + [
        RowChange("removed", table, row, _values(facts(row), {}))
        for row_id, (table, row) in before.items()
        if row_id not in after
    ]


def facts(row: Row) -> dict[str, str]:
    """Return all that a row says: what it is called, and what it is."""
    values = {_("名称"): labels.title_of(row), _("条款"): row.clause}
    sources = [str(labels.PROVENANCE[key]) for key, _label in labels.provenance_tags(row)]
    values[_("数值来源")] = "、".join(sources)
    if isinstance(row, ObligationRow):
        values |= _obligation(row)
    elif isinstance(row, LimitRow):
        values |= _limit(row)
    else:
        values[_("规定")] = "；".join(labels.demand_lines(row))
    if row.effective is not None:
        values[_("条目期限")] = " ~ ".join(day.isoformat() for day in row.effective)
    if row.confirmed_by is not None:
        values[_("核对")] = f"{row.confirmed_by} {row.confirmed_on}"
    return values


def _obligation(row: ObligationRow) -> dict[str, str]:
    sheets = labels.sheets_text(row)
    values = {_("频次"): labels.how_often(row), _("适用"): labels.applicability(row)}
    return values | ({_("记录表"): sheets} if sheets else {})


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


def _rows(pack: Pack) -> Iterable[tuple[str, tuple[str, Row]]]:
    for table in TABLES:
        for row in getattr(pack, table):
            yield row.id, (table, row)


def _values(before: dict[str, str], after: dict[str, str]) -> tuple[ValueChange, ...]:
    labels = dict.fromkeys([*before, *after])
    return tuple(
        ValueChange(label, before.get(label, ""), after.get(label, ""))
        for label in labels
        if before.get(label) != after.get(label)
    )
