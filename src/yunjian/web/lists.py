"""The list page: every list of every room is declared with it and answered by it.

A room states a `ListPage` (title, table, order) and hands over the rows that its query row finds.
Filter, order, columns, page size and position are one address; `part=results` is the address of
the rows alone, `format=xlsx` that of the Excel file with all rows in the same order.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from yunjian.kernel.languages import Text
from yunjian.web.excel import stream_xlsx
from yunjian.web.paging import POSITION, Page, key_page, ordered, sequence_page
from yunjian.web.tables import Head, Table, read

SIZES = (20, 50, 100)
LAYOUT = ("sort", "size", "columns")  # what a person's own default may say
LAYOUTS = "list_layouts"  # where the session holds these defaults
CHUNK = 500
UNMATCHED = _("没有符合条件的数据。请放宽条件，或点“重置”查看全部。")
Rows = QuerySet[Any] | Sequence[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A button above a list."""

    title: Text
    address: str
    icon: str = "plus-lg"
    testid: str = "new"
    in_dialog: bool = True
    is_first: bool = True  # the one thing that people come for


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """A list. `order` is that of a table's `Order` by its path, falling with a minus.

    `tabs` are the titles and addresses of lists that stand side by side below one entry of the
    menu. `prepare` makes what the table shows out of the rows of a page, for all of them at once.
    """

    name: str
    title: Text
    table: type[Table]
    order: str = "-id"
    size: int = SIZES[0]
    parents: tuple[tuple[Text, Text], ...] = ()
    tabs: tuple[tuple[Text, str], ...] = ()
    template: str = "web/list.html"
    prepare: Callable[[list[Any]], list[Any]] = list
    exportable: bool = True
    default: Mapping[str, str] = field(default_factory=dict)
    every: ClassVar[dict[str, "ListPage"]] = {}

    def __post_init__(self) -> None:
        self.every[self.name] = self

    def answer(
        self,
        request: HttpRequest,
        rows: Rows,
        *,
        form: BaseForm | None = None,
        actions: Iterable[Action] = (),
        exclude: Iterable[str] = (),
        order: str = "",
        **context: Any,
    ) -> HttpResponseBase:
        """Answer with a page of rows, with the rows alone, or with all of them as a file."""
        order, exclude = order or self.order, tuple(exclude)
        if request.GET.get("format") == "xlsx" and self.exportable:
            rows = in_order(rows, requested_order(self.table, request.GET, order))
            name = f"{context.get('title', self.title)}.xlsx"
            return stream_xlsx(name, self.table.file_columns(), self._all(rows))
        if form is not None and _is_asked(form, request):
            context["empty"] = UNMATCHED
        shown = Shown(self, request, rows, order=order, exclude=exclude, context=context)
        only_results = request.GET.get("part") == "results"
        template = "web/list/results.html" if only_results else self.template
        page = {
            "title": self.title,
            "parents": self.parents,
            "tabs": self.tabs,
            "filter_form": form,
            "actions": actions,
            **context,
            "list": shown,
            "page": shown.page,
            "table": shown.table,
        }
        response = render(request, template, page)
        response["Cache-Control"] = "no-store"
        return response

    def query(self, sent: QueryDict) -> Mapping[str, str]:
        """Return the query; who asks for nothing gets the list's default."""
        beside = {*LAYOUT, *POSITION, "part", "format"}
        return sent if set(sent) - beside else {**self.default, **_texts(sent)}

    def _all(self, rows: Rows) -> Iterator[Any]:
        result = rows.iterator(CHUNK) if isinstance(rows, QuerySet) else iter(rows)
        while chunk := list(islice(result, CHUNK)):
            yield from self.prepare(chunk)


def requested_order(table: type[Table], query: Mapping[str, str], default: str) -> str:
    """Return the order that is asked for as a path, if it is among the table's."""
    name = query.get("sort", "")
    column = table.columns.get(name.lstrip("-"))
    if column is None or column.order is None:
        return default
    return f"-{column.order.by}" if name.startswith("-") else column.order.by


def in_order(rows: Rows, order: str) -> Rows:
    """Return the rows sorted; those that no table of the database holds keep theirs by default."""
    if isinstance(rows, QuerySet):
        return ordered(rows, order)
    path, falling = order.lstrip("-"), order.startswith("-")
    if not path:
        return rows

    def key(row: Any) -> tuple[bool, Any]:
        value = read(row, path.replace("__", "."))
        return value is None, "" if value is None else value

    return sorted(rows, key=key, reverse=falling)


class Shown:
    """A list as one page of it is shown: what the templates ask for."""

    def __init__(
        self,
        page: ListPage,
        request: HttpRequest,
        rows: Rows,
        *,
        order: str,
        exclude: tuple[str, ...],
        context: Mapping[str, Any],
    ) -> None:
        self.name = page.name
        self.exportable = page.exportable
        self.path = request.path
        own = _texts(QueryDict(own_layouts(request).get(page.name, "")))
        self._asked = {key: value for key, value in own.items() if key in LAYOUT} | {
            key: value
            for key, value in _texts(request.GET).items()
            # "all" may be what somebody asks for where the default is less
            if (value or key in page.default) and key not in {"part", "format"}
        }
        self.size = next(
            (size for size in SIZES if str(size) == self._asked.get("size")), page.size
        )
        chosen = self._asked.get("columns", "").split(",")
        known = [name for name in chosen if name in page.table.columns]
        by = requested_order(page.table, self._asked, order)
        self.rows = rows = in_order(rows, by)
        self.page: Page[Any] = (
            key_page(
                rows,
                self._asked,
                order=by,
                size=self.size,
                most_counted=page.table.most_counted,
            )
            if isinstance(rows, QuerySet)
            else sequence_page(rows, self._asked, size=self.size)
        )
        # the addresses of the pages beside, where there are any
        beside = (self.page.first, self.page.previous, self.page.next)
        self.first, self.previous, self.next = map(self._beside, beside)
        self.table = page.table(
            page.prepare(self.page.rows),
            shown=known or None,
            exclude=exclude,
            first=self.page.start + 1,
            empty_text=context.get("empty", ""),
            **context.get("table_context", {}),
        )
        self.table.heads = [self._head(head, by) for head in self.table.heads]
        self.columns = [
            (column, column in self.table.shown)
            for column in page.table.columns.values()
            if column.can_be_left_out and column.name not in exclude
        ]

    def _head(self, head: Head, by: str) -> Head:
        column = head.column
        if column.order is None:
            return head
        rising, falling = by == column.order.by, by == f"-{column.order.by}"
        sort = f"-{column.name}" if rising else column.name
        direction = "ascending" if rising else "descending" if falling else "none"
        return Head(column, self._address(sort=sort), direction)

    def _address(self, position: Mapping[str, str] | None = None, **changes: str) -> str:
        """Return the address with changes; without a position it is that of the first page."""
        query = {key: value for key, value in self._asked.items() if key not in POSITION}
        query |= changes
        query |= position or {}
        return f"?{urlencode(query)}" if query else self.path

    @property
    def query_items(self) -> list[tuple[str, str]]:
        """Return what is asked for: filter, order, columns and size, without a position."""
        return [(key, value) for key, value in self._asked.items() if key not in POSITION]

    @property
    def filter(self) -> str:
        """Return it as a query string, as acts upon all matching rows post it."""
        return urlencode(self.query_items)

    @property
    def address(self) -> str:
        """Return the address of what is shown, position included, as it should be said."""
        query = urlencode(self._asked)
        return f"{self.path}?{query}" if query else self.path

    @property
    def export_address(self) -> str:
        """Return the address of the Excel file."""
        return self._address(format="xlsx")

    @property
    def sizes(self) -> list[tuple[int, str]]:
        """Return the page sizes with their addresses."""
        return [(size, self._address(size=str(size))) for size in SIZES]

    @property
    def hidden_values(self) -> list[tuple[str, str]]:
        """Return what a new query keeps."""
        return [(key, self._asked[key]) for key in LAYOUT if key in self._asked]

    @property
    def hidden_values_of_columns(self) -> list[tuple[str, str]]:
        """Return what a new choice of columns keeps."""
        gone = {*POSITION, "columns"}
        return [(key, value) for key, value in self._asked.items() if key not in gone]

    def _beside(self, position: Mapping[str, str] | None) -> str | None:
        return None if position is None else self._address(position)

    @property
    def views_address(self) -> str:
        """Return where views of the list are kept."""
        query = urlencode([("_path", self.path), *self.query_items])
        return f"{reverse('web:list_views', args=[self.name])}?{query}"


def _texts(query: QueryDict) -> dict[str, str]:
    return {key: ",".join(map(str, query.getlist(key))) for key in query}


def _is_asked(form: BaseForm, request: HttpRequest) -> bool:
    """Tell whether somebody filled the query row: then nothing found is not nothing there."""
    return any(request.GET.get(field.html_name) for field in form.visible_fields())


def own_layouts(request: HttpRequest) -> dict[str, str]:
    """Return the person's defaults by list: what the sign-in read, so that no list asks anew."""
    layouts: dict[str, str] = request.session.get(LAYOUTS, {})
    return layouts


def cleaned_query(form: Any) -> dict[str, Any]:
    """Return what a query row asks for; what cannot be read asks for nothing."""
    return form.cleaned_data if form.is_valid() else {}
