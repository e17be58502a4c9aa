"""How forms look in the frame, and how refusals of services get to their fields."""

from datetime import date

from django import forms
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from yunjian.kernel.clock import today
from yunjian.kernel.errors import DomainError
from yunjian.web.widgets import DateInput


class FrameFormRenderer(TemplatesSetting):
    """Renders fields with the frame's own templates."""

    field_template_name = "web/forms/field.html"
    form_template_name = "web/forms/form.html"


def add_domain_errors(form: forms.BaseForm, error: DomainError) -> None:
    """Show a service's refusal: each error at its field, what has no field above the form."""
    for item in error.errors:
        name = item.path if item.path in form.fields else item.path.partition(".")[0]
        form.add_error(name if name in form.fields else None, item.message)
    if not error.errors:
        form.add_error(None, error.message)


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what a form is bound to: what was sent, also when that is nothing ticked."""
    return request.POST if request.method == "POST" else None


class DayQuery(forms.Form):
    """Of which day something is shown; today where nothing, or no day, was typed."""

    on = forms.DateField(label=_("日期"), required=False, widget=DateInput())

    def day(self) -> date:
        """Return the day, of which the page says which one it is."""
        return (self.is_valid() and self.cleaned_data["on"]) or today()
