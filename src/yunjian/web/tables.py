"""Tables: a column says once what a page shows of a row and what an Excel file holds of it."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Any, ClassVar, cast

from django.template import Context
from django.template.loader import get_template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from yunjian.kernel.clock import SHANGHAI
from yunjian.kernel.languages import Text
from yunjian.web.paging import MOST_COUNTED
from yunjian.web.states import status

Source = str | Callable[[Any], Any]
EMPTY, STATE = "—", _("状态")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """How rows may be sorted: by a field path of the queryset, ties by the key.

    An index of the model serves it, or `bounded` says why there are too few rows to need one.
    """

    by: str
    bounded: str = ""


@dataclass(slots=True, eq=False)  # each is itself alone: to compare titles translates them
class Column:
    """A column of a table and of its Excel file.

    `source` is a dotted path or a function of the row, by default the column's own name. A page
    shows it as text, or by `html` (a function of the row) or by `template` (given `record`, in the
    context of the page). An Excel file holds the source, or `exports` instead.
    """

    title: Text
    source: Source = ""
    html: Callable[[Any], Any] | None = None
    template: str = ""
    exports: Source | None = None
    on_page: bool = True  # False: only after somebody chose the column
    in_file: bool = True
    order: Order | None = None
    css: str = ""
    name: str = field(default="", init=False)

    def value(self, row: Any) -> Any:
        """Return what an Excel file holds of a row."""
        return read(row, self.source if self.exports is None else self.exports)

    def cells(self, context: Context) -> Callable[[Any], str]:
        """Return what gives a row's cell as HTML; a template is looked up once for all rows."""
        if self.template:
            compiled: Any = get_template(self.template)

            def filled(row: Any) -> str:
                with context.push(record=row):
                    # not through the backend: the page's context has been through the processors
                    return str(compiled.template.render(context))

            return filled
        shown = self.html or (lambda row: as_text(read(row, self.source)))

        def text(row: Any) -> str:
            value = shown(row)
            return str(conditional_escape(EMPTY if value in (None, "") else value))

        return text

    @property
    def can_be_left_out(self) -> bool:
        """Whether people may choose not to see it."""
        return self.name not in {"chosen", "actions"}


def number_column(title: Text, source: Source = "", **more: Any) -> Column:
    """Return a column of numbers, at the right."""
    return Column(title, source, css="yj-number", **more)


def state_column(source: str = "state", *, title: Text = STATE, **more: Any) -> Column:
    """Return a column of a state: its dot and its words; an Excel file holds the words."""
    prefix, _dot, name = source.rpartition(".")
    text = f"{prefix}.get_{name}_display" if prefix else f"get_{name}_display"

    def dot(row: Any) -> Any:
        value = read(row, source)
        return status(value, read(row, text)) if value else ""

    return Column(title, text, html=dot, **more)


def choice_column(template: str) -> Column:
    """Return the column in which rows are ticked."""
    return Column("", template=template, in_file=False)


def actions_column(template: str) -> Column:
    """Return 操作, the last column of a table; it stays in view when the rest is scrolled."""
    return Column(_("操作"), template=template, in_file=False, css="yj-row-actions")


@dataclass(frozen=True, slots=True)
class Head:
    """A heading; `address` sorts by it, `sorted` is what `aria-sort` says."""

    column: Column
    address: str = ""
    sorted: str = ""


class Table:
    """Base of every list: dense, bordered, 序号 first and 操作 last.

    A subclass declares columns in their order; one of the same name replaces the inherited one at
    its place, `without` drops some. `chosen` (ticks) comes first and `actions` last.
    """

    columns: ClassVar[dict[str, Column]] = {}
    empty_text: ClassVar[Text] = _("没有符合条件的数据")
    row_attributes: ClassVar[Mapping[str, str | Callable[[Any], str]]] = {}
    most_counted: ClassVar[int] = MOST_COUNTED

    def __init_subclass__(cls, *, without: Iterable[str] = ()) -> None:
        columns = {name: one for name, one in cls.columns.items() if name not in set(without)}
        for name, value in vars(cls).items():
            if isinstance(value, Column):
                value.name, value.source = name, value.source or name
                columns[name] = value
        if "actions" in columns:
            columns["actions"] = columns.pop("actions")
        if "chosen" in columns:
            columns = {"chosen": columns.pop("chosen"), **columns}
        cls.columns = columns

    def __init__(
        self,
        rows: Iterable[Any],
        *,
        shown: Iterable[str] | None = None,
        exclude: Collection[str] = (),
        first: int = 1,
        empty_text: Text = "",
        **context: Any,
    ) -> None:
        self.rows = list(rows)
        names = set(shown) if shown is not None else None
        self.shown = [
            column
            for column in self.columns.values()
            if column.name not in exclude and _is_shown(column, names)
        ]
        self.first = first
        self.heads = [Head(column) for column in self.shown]
        self.context = context
        self.empty = empty_text or self.empty_text

    def rows_html(self, context: Context) -> SafeString:
        """Return the rows as the page shows them.

        Joined here and not in a template: a loop over cells there costs three times as much.
        """
        rows = []
        with context.push(table=self, **self.context):
            columns = [(_opening(column.css), column.cells(context)) for column in self.shown]
            for position, row in enumerate(self.rows, start=self.first):
                cells = "".join(f"{opening}{cell(row)}</td>" for opening, cell in columns)
                rows.append(f"<tr{self._attributes(row)}><td>{position}</td>{cells}</tr>\n")
        return mark_safe("".join(rows))  # noqa: S308 - every part was escaped

    def _attributes(self, row: Any) -> str:
        return "".join(
            f' {name}="{conditional_escape(value(row) if callable(value) else value)}"'
            for name, value in self.row_attributes.items()
        )

    @classmethod
    def file_columns(cls) -> list[tuple[Text, Source]]:
        """Return the columns of the Excel file."""
        return [(one.title, one.value) for one in cls.columns.values() if one.in_file]


def _opening(css: str) -> str:
    return f'<td class="{css}">' if css else "<td>"


def _is_shown(column: Column, names: set[str] | None) -> bool:
    if names is None or not column.can_be_left_out:
        return column.on_page
    return column.name in names


def read(row: Any, source: Source) -> Any:
    """Return what a dotted path leads to, or a function returns; None where the path ends."""
    if callable(source):
        return source(row)
    value = row
    for name in source.split("."):
        value = value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
        if isinstance(value, partial) and "field" in value.keywords:
            value = _choice_text(value)
        elif callable(value):
            value = value()
        if value is None:
            return None
    return value


def _choice_text(display: partial[Any]) -> Any:
    """Return what `get_…_display` does; that makes the table of choices anew for each row."""
    field, shown = display.keywords["field"], cast("Any", display.func)
    value = getattr(shown.__self__, field.attname)
    return display() if value is None else _text_of_choice(field, value, get_language())


@lru_cache(maxsize=4096)
def _text_of_choice(field: Any, value: str | int, _language: str) -> str:
    return str(dict(field.flatchoices).get(value, value))


def as_text(value: Any) -> Any:
    """Return a value as people read it: times in Shanghai, days, yes and no."""
    match value:
        case bool():
            return gettext("是") if value else gettext("否")
        case datetime():
            return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        case date():
            return value.isoformat()
    return value
