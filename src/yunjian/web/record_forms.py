"""Fields of forms that follow from a specification, where no column of a model says more."""

from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext as _

from yunjian.records.fields import Field
from yunjian.web.widgets import DateInput

MOST = 200


def suggestions_id(field: Field) -> str:
    """Return the id of the list of proposals that stands beside a field."""
    return f"suggest-{field.path.replace('.', '-')}"


def form_field(field: Field, model: type[models.Model], held: str = "") -> forms.Field:
    """Return the form field of a specified one; a choice that a record holds stays offered."""
    common: dict[str, Any] = {
        "label": field.title,
        "required": field.required,
        "help_text": field.help,
    }
    match field.kind:
        case "number":
            return forms.DecimalField(
                **common, widget=forms.TextInput(attrs={"inputmode": "decimal"})
            )
        case "date":
            return forms.DateField(**common, widget=DateInput())
        case "choice" if not field.open_choice:
            known = list(field.choices)
            choices = known if not held or held in known else [*known, held]
            return forms.ChoiceField(
                **common, choices=[("", _("请选择")), *((choice, choice) for choice in choices)]
            )
        case "ranges":
            return forms.CharField(**common, widget=forms.TextInput(attrs={"maxlength": str(MOST)}))
        case "long":
            return forms.CharField(**common, widget=forms.Textarea(attrs={"rows": 2}))
    return forms.CharField(**common, widget=_text_input(field, model))


def _text_input(field: Field, model: type[models.Model]) -> forms.TextInput:
    column: Any = model._meta.get_field(field.path)  # noqa: SLF001 - Django's documented API
    attrs = {"maxlength": str(getattr(column, "max_length", None) or MOST)}
    if field.kind == "phone":
        attrs["inputmode"] = "tel"
    if field.open_choice:
        attrs["list"] = suggestions_id(field)
    return forms.TextInput(attrs=attrs)
