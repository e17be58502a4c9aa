"""The pages that every register of the filing has: list, new, detail, edit, export."""

from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar, Generic, TypeVar, cast
from uuid import UUID

from django import forms
from django.db.models import Model, QuerySet
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from yunjian.access.actor import Actor, current_actor
from yunjian.access.scope import ScopedModel, get_visible_or_404
from yunjian.agencies.policies import may_edit_filing
from yunjian.kernel.errors import DomainError
from yunjian.kernel.languages import Text
from yunjian.records.versions import Change, StaleVersion, Versioned
from yunjian.web.excel import Column, stream_xlsx
from yunjian.web.forms import add_domain_errors
from yunjian.web.guards import agency_page
from yunjian.web.paging import key_page
from yunjian.web.responses import done
from yunjian.web.stale import others_changed
from yunjian.web.tables import Table

Row = TypeVar("Row", bound=ScopedModel)
Facts = list[tuple[str, list[tuple[str, object]]]]


class Register(Generic[Row]):
    """One register. A subclass says what its rows are, how they look and who writes them."""

    slug: ClassVar[str]
    title: ClassVar[Text]
    noun: ClassVar[Text]
    testid: ClassVar[str]
    group: ClassVar[Text] = _("备案管理")
    model: type[Row]
    form_class: ClassVar[Callable[..., Any]]
    query_class: ClassVar[type[forms.Form]]
    table_class: ClassVar[type[Table]]
    columns: ClassVar[list[Column]]
    editable: ClassVar[bool] = True
    empty_text: ClassVar[Text]

    # --- what a subclass gives

    def rows(self, **query: str) -> QuerySet[Row]:
        """Return the visible rows that fit the query."""
        raise NotImplementedError

    def save(self, actor: Actor, form: Any, row: Row | None) -> Row:
        """Create or update a row through its service."""
        raise NotImplementedError

    def initial(self, row: Row) -> dict[str, Any]:
        """Return what the form shows of a row."""
        names = self.form_class(initial={}).fields
        return {name: _form_value(row, name) for name in names if hasattr(row, name)}

    def facts(self, row: Row) -> Facts:
        """Return what the detail page shows: sections of labels and values."""
        form = self.form_class(initial={})
        sections = form.sections
        labels = {name: field.label for name, field in form.fields.items()}
        return [
            (
                legend,
                [(labels[name], _shown(row, name)) for name in names if hasattr(row, name)],
            )
            for legend, names in sections
            if any(hasattr(row, name) for name in names)
        ]

    def more(self, row: Row) -> dict[str, Any]:  # noqa: ARG002 - subclasses use it
        """Return what else the detail page shows."""
        return {}

    # --- pages

    def list_page(self, request: HttpRequest) -> HttpResponse:
        """Query row, table, pager."""
        query = self.query_class(request.GET or None)
        asked = {key: value for key, value in _cleaned(query).items() if value}
        page = key_page(self.rows(**asked), request)
        table = self.table_class(page.rows, empty_text=self.empty_text)
        context = {
            "register": self,
            "table": table,
            "page": page,
            "filter_form": query,
            "may_edit": may_edit_filing(current_actor()),
            "query_string": request.GET.urlencode(),
        }
        return render(request, "agencies/register_list.html", context)

    def new_page(self, request: HttpRequest) -> HttpResponse:
        """A dialog for a new row."""
        return self._form_page(request, None)

    def edit_page(self, request: HttpRequest, row_id: UUID) -> HttpResponse:
        """A dialog to change a row."""
        return self._form_page(request, get_visible_or_404(self.model, row_id))

    def detail_page(self, request: HttpRequest, row_id: UUID) -> HttpResponse:
        """All that is filed about a row."""
        row = get_visible_or_404(self.model, row_id, queryset=self.rows())
        context = {
            "register": self,
            "row": row,
            "facts": self.facts(row),
            "may_edit": may_edit_filing(current_actor()),
            **self.more(row),
        }
        return render(request, f"agencies/{self.slug}_detail.html", context)

    def export(self, request: HttpRequest) -> HttpResponseBase:
        """The rows of the query as an Excel file."""
        query = self.query_class(request.GET or None)
        asked = {key: value for key, value in _cleaned(query).items() if value}
        rows = self.rows(**asked).order_by("-id")
        return stream_xlsx(f"{self.title}.xlsx", self.columns, rows.iterator(chunk_size=500))

    def _form_page(self, request: HttpRequest, row: Row | None) -> HttpResponse:
        initial = self.initial(row) if row is not None else {}
        changed: list[Change] = []
        if request.method == "POST":
            form = self.form_class(request.POST, request.FILES, initial=initial)
            if form.is_valid():
                try:
                    self.save(current_actor(), form, row)
                except DomainError as error:
                    add_domain_errors(form, error)
                    if isinstance(error, StaleVersion):
                        changed = others_changed(form, cast("Any", row))
                else:
                    said = gettext("已新增%(noun)s") if row is None else gettext("已保存%(noun)s")
                    return done(request, said % {"noun": self.noun}, self.url("list"))
        else:
            form = self.form_class(initial=initial)
        title = gettext("新增%(noun)s") if row is None else gettext("编辑%(noun)s")
        context = {
            "register": self,
            "form": form,
            "others": changed,
            "sections": bound_sections(form),
            "action": request.path,
            "dialog_title": title % {"noun": self.noun},
            "back": self.url("list"),
        }
        status = 422 if form.errors else 200
        return render(request, "agencies/register_form.html", context, status=status)

    def url(self, page: str, row_id: UUID | None = None) -> str:
        """Return the address of a page of this register."""
        return reverse(f"agencies:{self.slug}_{page}", args=[row_id] if row_id else None)

    @property
    def list_url(self) -> str:
        """Return where the list is."""
        return self.url("list")

    @property
    def new_url(self) -> str:
        """Return where a new row is made."""
        return self.url("new")

    @property
    def export_url(self) -> str:
        """Return where the Excel file is."""
        return self.url("export")

    def urls(self) -> list[URLPattern]:
        """Return the addresses of the register."""
        slug = self.slug
        write = require_http_methods(["GET", "POST"])
        return [
            path("", require_GET(agency_page(self.list_page)), name=f"{slug}_list"),
            path("new/", write(agency_page(self.new_page)), name=f"{slug}_new"),
            path("export/", require_GET(agency_page(self.export)), name=f"{slug}_export"),
            path(
                "<uuid:row_id>/", require_GET(agency_page(self.detail_page)), name=f"{slug}_detail"
            ),
            *(
                [
                    path(
                        "<uuid:row_id>/edit/",
                        write(agency_page(self.edit_page)),
                        name=f"{slug}_edit",
                    )
                ]
                if self.editable
                else []
            ),
        ]


def bound_sections(form: Any) -> list[tuple[Text, list[forms.BoundField]]]:
    """Return the sections of a form with their fields."""
    return [(legend, [form[name] for name in names]) for legend, names in form.sections]


def _cleaned(query: forms.Form) -> dict[str, Any]:
    return query.cleaned_data if query.is_bound and query.is_valid() else {}


def _form_value(row: Model, name: str) -> object:
    return model_to_dict(row, [name]).get(name, getattr(row, name))


def _shown(row: Model, name: str) -> object:
    display: Callable[[], object] | None = getattr(row, f"get_{name}_display", None)
    value = display() if display else getattr(row, name)
    return plain_text(value)


def plain_text(value: object) -> str:
    """Return a value as the pages show it; a dash for nothing."""
    match value:
        case bool():
            return gettext("是") if value else gettext("否")
        case date():
            return value.isoformat()
        case None | "":
            return "—"
    return str(value)


def dialog(
    request: HttpRequest,
    form: forms.Form,
    *,
    title: str,
    back: str,
    save: Callable[[], object],
    message: str,
    row: Versioned | None = None,
    submit_label: Text = "",
    danger: bool = False,
) -> HttpResponse:
    """Show a small form as a dialog; save it when it is sent and good, else tell what is wrong."""
    changed: list[Change] = []
    if request.method == "POST" and form.is_valid():
        try:
            save()
        except DomainError as error:
            add_domain_errors(form, error)
            if isinstance(error, StaleVersion) and row is not None:
                changed = others_changed(form, row)
        else:
            return done(request, message, back)
    sections = bound_sections(form) if hasattr(form, "sections") else [("", form.visible_fields())]
    context = {
        "form": form,
        "others": changed,
        "sections": sections,
        "action": request.path,
        "dialog_title": title,
        "back": back,
        "submit_label": submit_label,
        "danger": danger,
    }
    status = 422 if form.errors else 200
    return render(request, "agencies/register_form.html", context, status=status)
