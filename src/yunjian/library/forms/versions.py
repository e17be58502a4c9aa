"""Publishing the next version of a definition."""

from django import forms
from django.utils.translation import gettext_lazy as _

from yunjian.web.widgets import DateInput


class PublishForm(forms.Form):
    """From when on a draft holds; `revision` is that of the draft as it was shown."""

    effective_from = forms.DateField(
        label=_("施行日期"), widget=DateInput(), help_text=_("自这一天 0 时起执行")
    )
    revision = forms.IntegerField(widget=forms.HiddenInput())
