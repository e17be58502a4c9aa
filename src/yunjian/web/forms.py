"""How forms look in the frame, how refusals get to their fields, and what others changed."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yunjian.kernel.clock import in_calendar, today
from yunjian.kernel.errors import DomainError
from yunjian.records.versions import Change, Versioned, others
from yunjian.web.widgets import DateInput


def refuse_far_days(value: date) -> None:
    """Refuse a day that cannot be meant: the validator of every field of days and moments.

    Raises:
        ValidationError: it lies before 1900 or after 2200.
    """
    if not in_calendar(value):
        raise ValidationError(OUT_OF_CALENDAR, code="out_of_calendar")


OUT_OF_CALENDAR = _("日期应在 1900 年至 2200 年之间")


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


class SaysWhatIsMissing(forms.BaseForm):
    """Tells by name what is missing, and says what to do in an empty choice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            choice = isinstance(field, forms.ChoiceField)
            upload = isinstance(field, forms.FileField)
            missing = (
                gettext("请选择%(label)s")
                if choice
                else gettext("请上传%(label)s")
                if upload
                else gettext("请填写%(label)s")
            )
            field.error_messages["required"] = missing % {"label": field.label}
            field.error_messages |= {
                "invalid_choice": gettext("请从列表中选择"),
                "invalid_pk_value": gettext("请从列表中选择"),
                "max_length": gettext("不能超过 %(limit_value)d 字，现有 %(show_value)d 字"),
                "null_characters_not_allowed": gettext("含有看不见的控制字符，请重新输入"),
            }
            if type(field) is forms.TypedChoiceField and field.required:
                choices: list[Any] = list(field.choices)  # type: ignore[arg-type]  # never a function here
                field.choices = [("", gettext("请选择")), *(one for one in choices if one[0])]


class DayQuery(forms.Form):
    """Of which day something is shown; today where nothing, or no day, was typed."""

    on = forms.DateField(label=_("日期"), required=False, widget=DateInput())

    def day(self) -> date:
        """Return the day, of which the page says which one it is."""
        return (self.is_valid() and self.cleaned_data["on"]) or today()


class VersionedForm(forms.BaseForm):
    """Carries the version of the row that its person saw."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"] = forms.IntegerField(required=False, widget=forms.HiddenInput())

    @property
    def seen_version(self) -> int | None:
        """Return the version that the person saw; None when the form does not say."""
        version: int | None = self.cleaned_data.get("version")
        return version


def others_changed(form: Any, row: Versioned) -> list[Change]:
    """Return what others changed of a row while its form was open.

    From here on the form is in sight of the present version, so that sending it again writes it.
    """
    seen = form.cleaned_data.get("version") or 0
    current = type(row)._base_manager.values_list("version", flat=True).get(pk=row.pk)  # noqa: SLF001 - documented
    form.data = form.data.copy()
    form.data["version"] = str(current)
    return others(row, seen)
