"""How forms look in the frame, and how refusals of services get to their fields."""

from django import forms
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest, QueryDict

from yunjian.kernel.errors import DomainError


class FrameFormRenderer(TemplatesSetting):
    """Renders fields with the frame's own templates."""

    field_template_name = "web/forms/field.html"
    form_template_name = "web/forms/form.html"


def add_domain_errors(form: forms.BaseForm, error: DomainError) -> None:
    """Show a service's refusal: each error at its field, what has no field above the form."""
    placed = False
    for item in error.errors:
        name = item.path.partition(".")[0]
        if name in form.fields:
            form.add_error(name, item.message)
        else:
            form.add_error(None, item.message)
        placed = True
    if not placed:
        form.add_error(None, error.message)


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what a form is bound to: what was sent, also when that is nothing ticked."""
    return request.POST if request.method == "POST" else None
