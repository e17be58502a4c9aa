"""Forms of plans and tasks. They read what was typed; the services decide what is right."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.agencies.models import Equipment, Person, Vehicle
from yunjian.agencies.models.filing import FilingState
from yunjian.agencies.selectors import present_people
from yunjian.maintenance.models.plans import PlanState, TaskState
from yunjian.web.forms import SaysWhatIsMissing
from yunjian.web.widgets import DateInput, FilterChoiceField

UNITS = [("day", _("天")), ("month", _("月")), ("hour", _("小时"))]
BUCKETS = [
    ("unfinished", _("未完成")),
    ("today", _("今日")),
    ("overdue", _("已逾期")),
    ("upcoming", _("未到期")),
    ("done", _("已完成")),
    ("cancelled", _("已取消")),
]


class PlanBasicsForm(SaysWhatIsMissing, forms.Form):
    """Name and period of a plan."""

    name = forms.CharField(label=_("计划名称"), max_length=80)
    starts_on = forms.DateField(label=_("开始日期"), widget=DateInput())
    ends_on = forms.DateField(label=_("结束日期"), widget=DateInput())


class ItemRowForm(SaysWhatIsMissing, forms.Form):
    """One activity for one or more points. `points` holds their ids, separated by commas."""

    activity = forms.CharField(label=_("运维内容"), max_length=80)
    interval_value = forms.IntegerField(label=_("频次"), min_value=1, max_value=1000)
    interval_unit = forms.ChoiceField(label=_("单位"), choices=UNITS)
    obligation = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    clause = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    sheet_code = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    points = forms.CharField(label=_("适用测点"), widget=forms.HiddenInput)


ItemFormSet = forms.formset_factory(ItemRowForm, extra=0, can_delete=True, max_num=100)


class StaffForm(forms.Form):
    """Who does the work and with what."""

    people = forms.ModelMultipleChoiceField(
        Person.unscoped().none(),
        label=_("运维人员"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("多人时按测点平均分配任务，之后可逐条改派"),
        error_messages={"required": _("请至少选择一名运维人员")},
    )
    equipment = forms.ModelMultipleChoiceField(
        Equipment.unscoped().none(),
        label=_("运维设备"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    vehicles = forms.ModelMultipleChoiceField(
        Vehicle.unscoped().none(),
        label=_("运维车辆"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    left_out_reason = forms.CharField(
        label=_("未纳入说明"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("标准要求的内容未纳入，或频次低于标准时必填"),
    )

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_use = {"organization_id": actor.organization_id}
        choices = {
            "people": present_people(actor),
            "equipment": Equipment.objects.filter(**in_use).exclude(state=FilingState.WITHDRAWN),
            "vehicles": Vehicle.objects.filter(**in_use).exclude(state=FilingState.WITHDRAWN),
        }
        for name, rows in choices.items():
            self.fields[name].queryset = rows  # type: ignore[attr-defined]


class ReassignForm(forms.Form):
    """Who takes over."""

    assignee = forms.ModelChoiceField(
        Person.unscoped().none(),
        label=_("改派给"),
        empty_label=_("请选择运维人员"),
        error_messages={"required": _("请选择运维人员")},
    )

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = present_people(actor)  # type: ignore[attr-defined]


class ReasonForm(SaysWhatIsMissing, forms.Form):
    """Why something is cancelled or ended."""

    reason = forms.CharField(
        label=_("原因"), max_length=150, widget=forms.Textarea(attrs={"rows": 2})
    )


class PlanQuery(forms.Form):
    """What plans are searched by."""

    text = forms.CharField(label=_("计划名称"), required=False)
    state = FilterChoiceField(_("状态"), PlanState.choices)


class TaskQuery(forms.Form):
    """What tasks are searched by."""

    text = forms.CharField(label=_("测点/污染源"), required=False)
    bucket = FilterChoiceField(_("时限"), BUCKETS)
    state = FilterChoiceField(_("状态"), TaskState.choices)
    assignee = forms.ModelChoiceField(
        Person.unscoped().none(), label=_("运维人员"), required=False, empty_label=_("全部")
    )
    since = forms.DateField(label=_("计划日期起"), required=False, widget=DateInput())
    until = forms.DateField(label=_("计划日期止"), required=False, widget=DateInput())
    plan = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = Person.objects.order_by("name", "id")  # type: ignore[attr-defined]
