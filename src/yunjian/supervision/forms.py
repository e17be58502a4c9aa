"""Query rows of the supervision portal."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.agencies.models.filing import FilingState
from yunjian.identity.models.organizations import OrganizationStatus
from yunjian.identity.selectors import districts
from yunjian.instruments.models.filing import InstrumentKind
from yunjian.library.domain import labels
from yunjian.library.models.sheets import Verdict
from yunjian.maintenance.models.visits import VisitState
from yunjian.web.widgets import DateInput, FilterChoiceField, FilterTextField

LONGEST_CODE = 19  # as the column of a point


class DistrictQuery(forms.Form):
    """A query row with the districts of the authority."""

    district = forms.ChoiceField(label=_("所属区"), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [
            (row.code, row.name)
            for row in districts()
            if actor.districts is None or row.code in actor.districts
        ]
        self.fields["district"].choices = [("", _("全部")), *own]  # type: ignore[attr-defined]


class FilingQuery(DistrictQuery):
    """The query row above the filings of instruments."""

    keyword = FilterTextField(_("关键词"), _("单位、测点、MN 号、型号、出厂编号"))
    kind = FilterChoiceField(_("类别"), InstrumentKind.choices)
    since = forms.DateField(label=_("提交日期"), required=False, widget=DateInput())
    until = forms.DateField(label=_("至"), required=False, widget=DateInput())
    tab = forms.CharField(required=False, widget=forms.HiddenInput())
    field_order = ("keyword", "district")


class LedgerQuery(DistrictQuery):
    """The query row of the ledger."""

    discharger = FilterTextField(_("排污单位"))
    agency = FilterTextField(_("运维机构"))
    point = FilterTextField(_("测点"))
    since = forms.DateField(label=_("签到日期"), required=False, widget=DateInput())
    until = forms.DateField(label=_("至"), required=False, widget=DateInput())
    state = FilterChoiceField(_("状态"), [*VisitState.choices, ("late", _("超期未确认"))])
    verdict = FilterChoiceField(_("结果"), [*Verdict.choices, ("bad", _("失控或不合格"))])


class AgencyQuery(forms.Form):
    """The query row of the agencies."""

    name = FilterTextField(_("机构名称"))
    status = FilterChoiceField(_("状态"), OrganizationStatus.choices)


class AgencyFilingQuery(forms.Form):
    """The query row above the filings of agencies; a draft is the agency's own affair."""

    name = FilterTextField(_("机构名称"))
    state = FilterChoiceField(
        _("状态"), [row for row in FilingState.choices if row[0] != FilingState.DRAFT]
    )


class ReturnForm(forms.Form):
    """Why a filing goes back."""

    reason = forms.CharField(
        label=_("退回原因"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("填报单位将看到这段话，请写明需要修改的内容"),
    )


class WhatIfForm(forms.Form):
    """A point as the rules see it, and a day."""

    kind = forms.ChoiceField(label=_("类别"), choices=list(labels.KINDS.items()))
    sampling_method = forms.ChoiceField(
        label=_("采样方式"),
        required=False,
        choices=[("", "—"), *labels.METHODS.items()],
        help_text=_("仅烟气"),
    )
    automatic_calibration = forms.BooleanField(label=_("具备自动校准"), required=False)
    on = forms.DateField(label=_("开始日期"), widget=DateInput())
    parameters = forms.MultipleChoiceField(
        label=_("监测因子"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, codes: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # those of the point that no rule is bound to are offered as well
        own = [code for code in self["parameters"].value() or [] if len(code) < LONGEST_CODE]
        choices = [(code, labels.parameter_text(code)) for code in dict.fromkeys([*codes, *own])]
        self.fields["parameters"].choices = choices  # type: ignore[attr-defined]
