"""The pages that every register of the filing has: list, new, detail, edit, export."""

from collections.abc import Callable
from dataclasses import dataclass
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
from yunjian.agencies.forms import CertificateForm
from yunjian.agencies.policies import may_edit_filing
from yunjian.agencies.selectors import certificates_of
from yunjian.agencies.services.people import certificate_add
from yunjian.agencies.services.registers import RegisterService
from yunjian.kernel.clock import today
from yunjian.kernel.languages import Text
from yunjian.records.fields import Specification
from yunjian.web.dialogs import form_dialog
from yunjian.web.guards import agency_page
from yunjian.web.lists import Action, ListPage, cleaned_query
from yunjian.web.responses import done
from yunjian.web.tables import Table
from yunjian.web.uploads import stored

Row = TypeVar("Row", bound=ScopedModel)
Facts = list[tuple[str, list[tuple[str, object]]]]


@dataclass(frozen=True, slots=True)
class Ending:
    """How a row of a register comes to its end: `act` names it in the address, `noun` is what the
    service calls the row, `day` the field that begins as today."""

    act: str
    service: Callable[..., object]
    noun: str
    form_class: Callable[..., Any]
    title: Text
    message: Text
    submit: Text
    day: str = ""


class Register(Generic[Row]):
    """One register. A subclass says what its rows are, how they look and who writes them."""

    slug: ClassVar[str]
    title: ClassVar[Text]
    noun: ClassVar[Text]
    testid: ClassVar[str]
    group: ClassVar[Text] = _("备案管理")
    model: type[Row]
    specification: ClassVar[Specification]
    form_class: ClassVar[Callable[..., Any]]
    query_class: ClassVar[type[forms.Form]]
    table_class: ClassVar[type[Table]]
    service: RegisterService[Any]
    select: ClassVar[Callable[..., QuerySet[Any]]]
    editable: ClassVar[bool] = True
    certified: ClassVar[bool] = False
    ending: ClassVar[Ending | None] = None
    named_by: ClassVar[str] = "name"

    def __init__(self) -> None:
        self.page = ListPage(
            name=f"agencies.{self.slug}",
            title=self.title,
            table=self.table_class,
            parents=((self.group, ""),),
        )

    # --- what a subclass gives

    def values(self, actor: Actor, form: Any) -> dict[str, Any]:  # noqa: ARG002 - subclasses use it
        """Return what the service takes of a form."""
        values: dict[str, Any] = form.values()
        return values

    def save(self, actor: Actor, form: Any, row: Row | None) -> None:
        """Create or update a row through its service."""
        values = self.values(actor, form)
        if row is None:
            self.service.create(actor=actor, **values)
        else:
            self.service.update(actor=actor, row=row, version=form.seen_version, **values)

    def facts(self, row: Row) -> Facts:
        """Return what the detail page shows: sections of labels and values."""
        return facts_shown(self.specification, row)

    def more(self, row: Any) -> dict[str, Any]:
        """Return what else the detail page shows: the certificates, where rows have any."""
        return {"certificates": certificates_of(row)} if self.certified else {}

    # --- pages

    def list_page(self, request: HttpRequest) -> HttpResponseBase:
        """The rows that the query row asks for, or all of them as an Excel file."""
        query = self.query_class(request.GET)
        may_edit = may_edit_filing(current_actor())
        new = Action(
            title=gettext("新增%(noun)s") % {"noun": self.noun},
            address=self.url("new"),
            testid=self.testid,
        )
        return self.page.answer(
            request,
            type(self).select(**cleaned_query(query)),
            form=query,
            actions=[new] if may_edit else [],
            table_context={"slug": self.slug, "editable": self.editable, "may_edit": may_edit},
        )

    def detail_page(self, request: HttpRequest, row_id: UUID) -> HttpResponse:
        """All that is filed about a row."""
        row = get_visible_or_404(self.model, row_id, queryset=type(self).select())
        context = {
            "register": self,
            "row": row,
            "name": getattr(row, self.named_by),
            "facts": self.facts(row),
            "list_url": self.url("list"),
            "edit_url": self.url("edit", row_id) if self.editable else "",
            "may_edit": may_edit_filing(current_actor()),
            **self.more(row),
        }
        templates = [f"agencies/{self.slug}_detail.html", "agencies/register_detail.html"]
        return render(request, templates, context)

    def form_page(self, request: HttpRequest, row_id: UUID | None = None) -> HttpResponse:
        """A dialog for a new row, or to change one."""
        row = None if row_id is None else get_visible_or_404(self.model, row_id)
        initial = {}
        if row is not None:
            known = model_to_dict(row, self.specification.form_names)
            initial = known | {"version": row.version}  # type: ignore[attr-defined]
        sent = (request.POST, request.FILES) if request.method == "POST" else ()
        form = self.form_class(*sent, initial=initial)
        title = gettext("新增%(noun)s") if row is None else gettext("编辑%(noun)s")
        message = gettext("已新增%(noun)s") if row is None else gettext("已保存%(noun)s")

        return self._dialog(
            request,
            form,
            row,
            save=lambda: self.save(current_actor(), form, row),
            back=self.url("list"),
            message=message % {"noun": self.noun},
            title=title % {"noun": self.noun},
        )

    def certificate_page(self, request: HttpRequest, row_id: UUID) -> HttpResponse:
        """A dialog for a certificate of a row."""
        holder: Any = get_visible_or_404(self.model, row_id)
        form = CertificateForm(request.POST or None, request.FILES or None)

        def save() -> None:
            actor, values = current_actor(), form.cleaned_data
            upload = values.pop("attachment")
            attachment = stored(actor, upload, purpose="certificate", field="attachment")
            certificate_add(actor=actor, holder=holder, attachment=attachment, **values)

        return self._dialog(
            request,
            form,
            save=save,
            back=self.url("detail", row_id),
            message=gettext("已上传证书"),
            title=gettext("上传证书 · %(holder)s") % {"holder": holder},
        )

    def ending_page(self, request: HttpRequest, row_id: UUID) -> HttpResponse:
        """A dialog to note that a person left, take a device out of use, end a contract early."""
        ending = cast("Ending", self.ending)
        row: Any = get_visible_or_404(self.model, row_id)
        initial = {"version": row.version} | ({ending.day: today()} if ending.day else {})
        form = ending.form_class(request.POST or None, initial=initial)
        return self._dialog(
            request,
            form,
            row,
            save=lambda: ending.service(
                actor=current_actor(), **{ending.noun: row}, **form.cleaned_data
            ),
            back=self.url("detail", row_id),
            message=str(ending.message),
            title=str(ending.title) % {ending.noun: row},
            submit=str(ending.submit),
            danger=True,
        )

    def _dialog(
        self,
        request: HttpRequest,
        form: Any,
        row: Any = None,
        *,
        save: Callable[[], object],
        back: str,
        message: str,
        **context: Any,
    ) -> HttpResponse:
        """Show a form; when it is saved, say so and go `back`."""

        def saved() -> HttpResponse:
            save()
            return done(request, message, back)

        sections = bound_sections(form) if hasattr(form, "sections") else None
        return form_dialog(
            request, form, save=saved, row=row, sections=sections, size="lg", **context
        )

    def url(self, page: str, row_id: UUID | None = None) -> str:
        """Return the address of a page of this register."""
        return reverse(f"agencies:{self.slug}_{page}", args=[row_id] if row_id else None)

    def urls(self) -> list[URLPattern]:
        """Return the addresses of the register."""
        read, write = require_GET, require_http_methods(["GET", "POST"])
        row = "<uuid:row_id>/"
        pages: list[tuple[str, str, Any]] = [
            ("", "list", read(agency_page(self.list_page))),
            ("new/", "new", write(agency_page(self.form_page))),
            (row, "detail", read(agency_page(self.detail_page))),
        ]
        if self.editable:
            pages.append((f"{row}edit/", "edit", write(agency_page(self.form_page))))
        if self.certified:
            view = write(agency_page(self.certificate_page))
            pages.append((f"{row}certificates/new/", "certificate_new", view))
        if self.ending is not None:
            act = self.ending.act
            pages.append((f"{row}{act}/", act, write(agency_page(self.ending_page))))
        return [path(route, view, name=f"{self.slug}_{name}") for route, name, view in pages]


def bound_sections(form: Any) -> list[tuple[Text, list[forms.BoundField]]]:
    """Return the sections of a form with their fields."""
    return [(legend, [form[name] for name in names]) for legend, names in form.sections]


def facts_shown(specification: Specification, row: Model) -> Facts:
    """Return the fields of a row as its page shows them: sections of labels and values."""
    return [
        (str(one.title), [(str(field.label), _shown(row, field.path)) for field in one.fields])
        for one in specification.sections
    ]


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
