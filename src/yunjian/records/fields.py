"""The specification of a field that people fill in; what shows it or judges it follows from it.

Each room says in its `fields.py` what is special about the fields of its records; what a column of
the model already says (label, kind, choices, length) is taken from there. Forms, detail pages, the
API, Excel and the history read the specification, and the sealed chain asks it what is personal.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from decimal import Decimal
from typing import Any, Literal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.forms import Widget
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yunjian.evidence.vocabulary import current_type
from yunjian.kernel.languages import Text
from yunjian.records.numbers import plain_number

FieldKind = Literal[
    "text", "long", "number", "date", "choice", "several", "yes_no", "phone", "ranges", "link"
]
Width = Literal["", "wide", "narrow"]


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a record. `path` is a column, or a column of JSON, a point and a key.

    `personal`: the value identifies a person (a name, a telephone number, an address to reach
    somebody); events carry a keyed digest in its place. `only` is the kind of record that has the
    field ("flue_gas"); every kind when it is empty. `fixed`: said once, when the record is made.
    `unit` is "*" when the record says it in its own column `unit`.
    """

    path: str
    label: Text = ""
    kind: FieldKind = "text"
    required: bool = False
    unit: Text = ""
    help: Text = ""
    choices: tuple[str, ...] = ()
    open_choice: bool = False
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    digits: int = 4
    personal: bool = False
    only: str = ""
    fixed: bool = False
    on_detail: bool = True
    width: Width = ""
    yes_no: tuple[Text, Text] = (gettext_lazy("是"), gettext_lazy("否"))

    @property
    def title(self) -> str:
        """Return the label with the unit, as forms and Excel say it."""
        return f"{self.label}（{self.unit}）" if self.unit not in {"", "*"} else str(self.label)

    @property
    def is_nested(self) -> bool:
        """Whether the value lives in a column of JSON."""
        return "." in self.path

    def read(self, row: Any) -> Any:
        """Return the value that a record holds."""
        if self.kind == "ranges":
            return ranges_text(getattr(row, self.path))
        if not self.is_nested:
            return getattr(row, self.path)
        column, key = self.path.split(".", 1)
        raw = getattr(row, column).get(key)
        if raw in (None, ""):
            return None
        return Decimal(str(raw)) if self.kind == "number" else str(raw)

    def show(self, row: Any) -> str:
        """Return the value as people read it, with its unit; empty when there is none."""
        text = self.text(row)
        unit = row.unit if self.unit == "*" else self.unit
        return f"{text} {unit}" if text and unit else text

    def text(self, row: Any) -> str:
        """Return the value as people read it, without its unit; empty when there is none."""
        display = getattr(row, f"get_{self.path}_display", None)
        value = display() if display else self.read(row)
        match value:
            case None | "" | []:
                return ""
            case bool():
                return str(self.yes_no[0] if value else self.yes_no[1])
            case Decimal():
                return plain_number(value)
            case list():
                return "、".join(str(one) for one in value)
        return str(value)


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that belong together on the form."""

    title: Text
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Specification:
    """The fields of the records of one model, in the order in which people see them."""

    model: type[models.Model]
    sections: tuple[Section, ...]
    fields: Mapping[str, Field] = attribute(init=False)

    def __post_init__(self) -> None:
        every = {field.path: field for section in self.sections for field in section.fields}
        object.__setattr__(self, "fields", every)

    @property
    def label(self) -> str:
        """Return the name by which events know the model."""
        return self.model._meta.label_lower  # noqa: SLF001 - Django's documented API

    def of_kind(self, kind: str = "") -> list[Section]:
        """Return the sections with the fields that a record of the kind has."""
        sections = (
            Section(one.title, tuple(field for field in one.fields if field.only in {"", kind}))
            for one in self.sections
        )
        return [one for one in sections if one.fields]

    def names(self, kind: str = "") -> list[tuple[Text, list[str]]]:
        """Return the paths of the fields by section, as a form of the kind has them."""
        return [(one.title, [field.path for field in one.fields]) for one in self.of_kind(kind)]

    @property
    def form_names(self) -> list[str]:
        """Return the paths of all fields, as a form of the model takes them."""
        return list(self.fields)

    @property
    def help_texts(self) -> dict[str, Text]:
        """Return what helps to fill a field in, by path."""
        return {path: field.help for path, field in self.fields.items() if field.help}

    def date_widgets(self, widget: Callable[[], Widget]) -> dict[str, Widget]:
        """Return a widget for each day, by path."""
        return {path: widget() for path, field in self.fields.items() if field.kind == "date"}

    def facts(self, row: models.Model, kind: str = "") -> list[tuple[str, str]]:
        """Return labels and values of a record, as its detail page shows them."""
        return [
            (field.title, field.text(row))
            for section in self.of_kind(kind)
            for field in section.fields
            if field.on_detail
        ]

    def columns(self) -> list[tuple[str, Callable[[Any], Any]]]:
        """Return titles and accessors of the columns of an Excel file."""
        return [(field.title, field.text) for field in self.fields.values()]

    def check_names(self, values: Mapping[str, Any], *, new: bool = False) -> None:
        """Refuse what no field is called: a mistake of the program, as a wrong keyword is.

        Raises:
            TypeError: a name is unknown, or of a field that is fixed once the record is made.
        """
        known = {path for path, field in self.fields.items() if new or not field.fixed}
        unknown = values.keys() - known
        if unknown:
            raise TypeError(f"{self.label} has no field {sorted(unknown)}")


_SPECIFICATIONS: dict[str, Specification] = {}


def register(*specifications: Specification) -> None:
    """Add the specifications of a room, when it is ready."""
    for one in specifications:
        _SPECIFICATIONS[one.label] = one


def specifications() -> Iterable[Specification]:
    """Return every specification."""
    return _SPECIFICATIONS.values()


def specification_of(object_type: str) -> Specification | None:
    """Return the specification of a kind of object, if its room states one."""
    return _SPECIFICATIONS.get(current_type(object_type))


def is_personal(object_type: str, path: str) -> bool:
    """Tell whether a field holds personal data; a field that no room specifies does not."""
    specification = specification_of(object_type)
    field = specification.fields.get(path) if specification else None
    return field is not None and field.personal


def specify(model: type[models.Model], *parts: Section | Field | str) -> Specification:
    """Return the specification of a model: sections, fields, or names of columns that say enough.

    Fields outside of a section are on no form of their own.
    """
    sections = [part for part in parts if isinstance(part, Section)]
    loose = tuple(
        column_field(model, part) if isinstance(part, str) else part
        for part in parts
        if not isinstance(part, Section)
    )
    return Specification(model, (*sections, *([Section("", loose)] if loose else [])))


def section(model: type[models.Model], title: Text, *parts: Field | str) -> Section:
    """Return a section of fields, or of names of columns that say enough."""
    fields = (column_field(model, part) if isinstance(part, str) else part for part in parts)
    return Section(title, tuple(fields))


def personal(model: type[models.Model], *names: str) -> tuple[Field, ...]:
    """Return the fields of columns that identify a person."""
    return tuple(column_field(model, name, personal=True) for name in names)


def column_field(model: type[models.Model], name: str, **special: Any) -> Field:
    """Return the field of a column: what the column says, and what is `special` about it."""
    column: Any = model._meta.get_field(name)  # noqa: SLF001 - Django's documented API
    derived: dict[str, Any] = {
        "label": column.verbose_name,
        "kind": _kind(column),
        "required": not column.blank and not isinstance(column, models.BooleanField),
        "help": "" if "unit" in special else column.help_text,
        "digits": getattr(column, "decimal_places", None) or 0,
    }
    return Field(name, **derived | special)


KINDS: tuple[tuple[type[Any], FieldKind], ...] = (
    (ArrayField, "several"),
    (models.BooleanField, "yes_no"),
    (models.DateField, "date"),
    (models.DecimalField, "number"),
    (models.IntegerField, "number"),
    (models.ForeignKey, "link"),
)


def _kind(column: Any) -> FieldKind:
    if column.choices:
        return "choice"
    return next((kind for known, kind in KINDS if isinstance(column, known)), "text")


def ranges_text(ranges: list[list[str]]) -> str:
    """Return further ranges as people type them: "0～500；0～1000"."""
    return "；".join("～".join(bounds) for bounds in ranges)


def shown(value: object) -> str:
    """Return a value as people read it."""
    match value:
        case None | "" | []:
            return _("（空）")
        case True:
            return _("是")
        case False:
            return _("否")
        case list():
            return "、".join(str(item) for item in value)
    return str(value)
