"""The query row above visits."""

from django import forms
from django.utils.translation import gettext_lazy as _

from yunjian.library.models.sheets import Verdict
from yunjian.maintenance.models.visits import VisitState
from yunjian.web.widgets import DateInput, FilterChoiceField


class VisitQuery(forms.Form):
    """What agencies and dischargers look for."""

    agency = forms.CharField(label=_("运维机构"), required=False, max_length=60)
    discharger = forms.CharField(label=_("排污单位"), required=False, max_length=60)
    point = forms.CharField(label=_("测点"), required=False, max_length=60)
    since = forms.DateField(label=_("签到日期"), required=False, widget=DateInput())
    until = forms.DateField(label=_("至"), required=False, widget=DateInput())
    state = FilterChoiceField(_("状态"), VisitState.choices)
    verdict = FilterChoiceField(_("结果"), Verdict.choices)
