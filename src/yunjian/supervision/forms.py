"""Query rows of the supervision portal."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.identity.models.organizations import OrganizationStatus
from yunjian.identity.selectors import districts
from yunjian.library.models.sheets import Verdict
from yunjian.maintenance.models.visits import VisitState
from yunjian.web.widgets import DateInput

ANY = ("", _("全部"))


class DistrictQuery(forms.Form):
    """A query row that begins with the districts of the authority."""

    district = forms.ChoiceField(label=_("所属区"), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [
            (row.code, row.name)
            for row in districts()
            if actor.districts is None or row.code in actor.districts
        ]
        self.fields["district"].choices = [ANY, *own]  # type: ignore[attr-defined]


class LedgerQuery(DistrictQuery):
    """The query row of the ledger."""

    discharger = forms.CharField(label=_("排污单位"), required=False, max_length=60)
    agency = forms.CharField(label=_("运维机构"), required=False, max_length=60)
    point = forms.CharField(label=_("测点"), required=False, max_length=60)
    since = forms.DateField(label=_("签到日期"), required=False, widget=DateInput())
    until = forms.DateField(label=_("至"), required=False, widget=DateInput())
    state = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=[ANY, *VisitState.choices, ("late", _("超期未确认"))],
    )
    verdict = forms.ChoiceField(
        label=_("结果"), required=False, choices=[ANY, *Verdict.choices, ("bad", _("失控或不合格"))]
    )


class AgencyQuery(forms.Form):
    """The query row of the agencies."""

    name = forms.CharField(label=_("机构名称"), required=False, max_length=60)
    status = forms.ChoiceField(
        label=_("状态"), required=False, choices=[ANY, *OrganizationStatus.choices]
    )


class ReturnForm(forms.Form):
    """Why a filing goes back."""

    reason = forms.CharField(
        label=_("退回原因"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("填报单位将看到这段话，请写明需要修改的内容"),
    )
