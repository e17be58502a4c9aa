"""Forms of training plans, sessions and years. They read what was typed; services decide."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yunjian.agencies.models import Person
from yunjian.agencies.models.filing import Position
from yunjian.credit.models import TrainingParticipant, TrainingPlanItem
from yunjian.credit.models.trainings import (
    Attendance,
    Conclusion,
    PlanState,
    Result,
    SessionKind,
    SessionState,
    TrainingForm,
)
from yunjian.credit.models.years import YearState
from yunjian.credit.services.training_sessions import ParticipantInput
from yunjian.kernel.clock import SHANGHAI, business_day
from yunjian.kernel.errors import DomainError
from yunjian.web.forms import SaysWhatIsMissing, VersionedForm, add_domain_errors
from yunjian.web.widgets import DateInput, DateTimeInput, FilterChoiceField, ReasonField

FILE_HELP = _("PDF 或图片（JPG、PNG），不超过 10 MB")


class PlanForm(VersionedForm, SaysWhatIsMissing, forms.Form):
    """A plan's head."""

    title = forms.CharField(label=_("计划名称"), max_length=80)
    summary = forms.CharField(
        label=_("总体安排"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    file = forms.FileField(label=_("计划文件"), required=False, help_text=FILE_HELP)


class PlanItemForm(VersionedForm, SaysWhatIsMissing, forms.Form):
    """An item of a plan."""

    sections = [
        (_("内容"), ["aim", "content", "form", "department"]),
        (_("对象"), ["positions", "people"]),
        (_("安排"), ["place", "teacher", "planned_on", "hours", "examination"]),
    ]
    aim = forms.CharField(label=_("培训目的"), max_length=200)
    content = forms.CharField(
        label=_("培训内容"), max_length=400, widget=forms.Textarea(attrs={"rows": 2})
    )
    form = forms.ChoiceField(label=_("培训形式"), choices=TrainingForm.choices)
    department = forms.CharField(label=_("组织部门"), max_length=60)
    positions = forms.MultipleChoiceField(
        label=_("培训岗位"), choices=Position.choices, required=False
    )
    people = forms.ModelMultipleChoiceField(
        Person.unscoped().none(), label=_("培训人员"), required=False
    )
    place = forms.CharField(label=_("培训地点"), max_length=120)
    teacher = forms.CharField(label=_("授课人"), max_length=60)
    planned_on = forms.DateField(label=_("计划日期"), widget=DateInput())
    hours = forms.DecimalField(label=_("学时"), max_digits=5)
    examination = forms.CharField(
        label=_("考核方式"), max_length=60, help_text=_("如笔试、实操、不考核")
    )

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].queryset = people  # type: ignore[attr-defined]


class QuestionForm(forms.Form):
    """Nothing but yes."""


class ReturnForm(SaysWhatIsMissing, forms.Form):
    """Why a plan is sent back."""

    remarks = ReasonField(_("退回意见"))


class ReasonForm(SaysWhatIsMissing, forms.Form):
    """Why something is done."""

    reason = ReasonField(_("原因"))


class CloseForm(SaysWhatIsMissing, forms.Form):
    """What is said when a year is closed."""

    statement = forms.CharField(
        label=_("情况说明"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("有未完成的事项时必填"),
    )


class WorkbookForm(SaysWhatIsMissing, forms.Form):
    """A workbook to read."""

    file = forms.FileField(
        label=_("Excel 文件"),
        help_text=_("用模板填写的 .xlsx 文件；有一行不对就一行也不写入"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )


class FileForm(SaysWhatIsMissing, forms.Form):
    """A photo or record of a session."""

    attachment = forms.FileField(label=_("照片或记录"), help_text=FILE_HELP)


class SessionForm(VersionedForm, SaysWhatIsMissing, forms.Form):
    """A session."""

    sections = [
        (_("依据"), ["plan_item", "unplanned_reason", "kind"]),
        (_("内容"), ["topic", "content"]),
        (_("时间与地点"), ["starts_at", "ends_at", "hours", "place", "teacher"]),
        (_("人员"), ["people"]),
    ]
    plan_item = forms.ModelChoiceField(
        TrainingPlanItem.unscoped().none(),
        label=_("计划项目"),
        required=False,
        empty_label=_("计划外"),
    )
    unplanned_reason = forms.CharField(
        label=_("计划外原因"), max_length=200, required=False, help_text=_("不属于计划项目时必填")
    )
    kind = forms.ChoiceField(label=_("类别"), choices=SessionKind.choices)
    topic = forms.CharField(label=_("主题"), max_length=80)
    content = forms.CharField(
        label=_("内容"), max_length=400, widget=forms.Textarea(attrs={"rows": 2})
    )
    starts_at = forms.DateTimeField(label=_("开始时间"), widget=DateTimeInput())
    ends_at = forms.DateTimeField(label=_("结束时间"), widget=DateTimeInput())
    hours = forms.DecimalField(label=_("学时"), max_digits=5)
    place = forms.CharField(label=_("地点"), max_length=120)
    teacher = forms.CharField(label=_("授课人"), max_length=60)
    people = forms.ModelMultipleChoiceField(Person.unscoped().none(), label=_("参加人员"))

    def __init__(self, *args: Any, year: int, people: Any, items: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._year = year
        self.fields["people"].queryset = people  # type: ignore[attr-defined]
        self.fields["plan_item"].queryset = items  # type: ignore[attr-defined]

    def clean_starts_at(self) -> datetime:
        """Refuse a day of another year than that of the page: there it would not be seen."""
        starts_at: datetime = self.cleaned_data["starts_at"]
        if business_day(starts_at).year != self._year:
            message = _("请填写 %(year)s 年的日期；其他年度的培训请在那一年安排")
            raise forms.ValidationError(message % {"year": self._year}, code="other_year")
        return starts_at

    def values(self) -> dict[str, Any]:
        """Return what the service takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class EvaluationForm(VersionedForm, SaysWhatIsMissing, forms.Form):
    """The evaluation of effect."""

    evaluator = forms.ModelChoiceField(
        Person.unscoped().none(), label=_("评价人"), empty_label=_("请选择")
    )
    evaluated_on = forms.DateField(label=_("评价日期"), widget=DateInput())
    evaluation = forms.CharField(
        label=_("效果评价"), max_length=400, widget=forms.Textarea(attrs={"rows": 3})
    )
    conclusion = forms.ChoiceField(
        label=_("评价结论"), choices=[("", _("请选择")), *Conclusion.choices]
    )

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["evaluator"].queryset = people  # type: ignore[attr-defined]


PARTICIPANT_FIELDS = (
    "attendance",
    "signed_in_at",
    "result",
    "score",
    "makeup_on",
    "makeup_result",
    "certificate_number",
    "certificate_issuer",
    "certificate_valid_until",
    "certificate",
)


class AttendanceForm(VersionedForm, SaysWhatIsMissing, forms.Form):
    """Who was there and what came of it: a section for each participant."""

    def __init__(
        self, *args: Any, participants: Sequence[TrainingParticipant], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.participants = list(participants)
        self.sections = []
        for number, part in enumerate(self.participants):
            names = self._add(number, part)
            self.sections.append((part.person.name, names))

    def _add(self, number: int, part: TrainingParticipant) -> list[str]:
        optional: dict[str, Any] = {"required": False}
        said = [("", _("请选择")), *Attendance.choices[1:]]
        results = [("", _("请选择")), *Result.choices]
        made: dict[str, forms.Field] = {
            "attendance": forms.ChoiceField(label=_("到场情况"), choices=said, **optional),
            "signed_in_at": forms.DateTimeField(
                label=_("签到时间"), widget=DateTimeInput(), **optional
            ),
            "result": forms.ChoiceField(label=_("考核结果"), choices=results, **optional),
            "score": forms.DecimalField(label=_("成绩"), **optional),
            "makeup_on": forms.DateField(label=_("补考日期"), widget=DateInput(), **optional),
            "makeup_result": forms.ChoiceField(
                label=_("补考结果"), choices=[("", _("无")), *Result.choices[:2]], **optional
            ),
            "certificate_number": forms.CharField(label=_("证书编号"), max_length=60, **optional),
            "certificate_issuer": forms.CharField(label=_("发证机关"), max_length=80, **optional),
            "certificate_valid_until": forms.DateField(
                label=_("证书有效期至"), widget=DateInput(), **optional
            ),
            "certificate": forms.FileField(label=_("证书文件"), help_text=FILE_HELP, **optional),
        }
        for name, field in made.items():
            key = f"p{number}_{name}"
            self.fields[key] = field
            if name == "certificate":
                continue
            value = getattr(part, name)
            if name == "attendance" and value == Attendance.EXPECTED:
                value = ""
            if name == "signed_in_at" and value is not None:
                value = value.astimezone(SHANGHAI)
            self.initial.setdefault(key, value)
        return [f"p{number}_{name}" for name in made]

    def uploads(self) -> dict[int, Any]:
        """Return the files of certificates that came along, by participant."""
        sent = {
            number: self.cleaned_data.get(f"p{number}_certificate")
            for number in range(len(self.participants))
        }
        return {number: file for number, file in sent.items() if file}

    def inputs(self, files: dict[int, Any]) -> list[ParticipantInput]:
        """Return what the service takes; without a new file the certificate stays."""
        result = []
        for number, part in enumerate(self.participants):
            values = {
                name: self.cleaned_data[f"p{number}_{name}"]
                for name in PARTICIPANT_FIELDS
                if name != "certificate"
            }
            certificate = files.get(number, part.certificate)
            result.append(ParticipantInput(part.person, certificate=certificate, **values))
        return result

    def add_refusal(self, error: DomainError) -> None:
        """Show each problem at the field of its participant."""
        for one in error.errors:
            first, _dot, rest = one.path.partition(".")
            number, _dot, name = rest.partition(".")
            key = f"p{number}_{name}"
            self.add_error(
                key if first == "participants" and key in self.fields else None, one.message
            )
        if not error.errors:
            add_domain_errors(self, error)


# --- query rows


class PlanQuery(forms.Form):
    """What plans are searched by."""

    text = forms.CharField(label=_("计划名称"), required=False, max_length=60)
    state = FilterChoiceField(_("状态"), PlanState.choices)


class SessionQuery(forms.Form):
    """What sessions are searched by."""

    text = forms.CharField(label=_("主题/内容/授课人"), required=False, max_length=60)
    kind = FilterChoiceField(_("类别"), SessionKind.choices)
    state = FilterChoiceField(_("状态"), SessionState.choices)


class PeopleQuery(forms.Form):
    """What people are searched by."""

    text = forms.CharField(label=_("姓名"), required=False, max_length=40)


class YearQuery(forms.Form):
    """What years of agencies are searched by."""

    text = forms.CharField(label=_("运维机构"), required=False, max_length=60)
    year = forms.IntegerField(label=_("年度"), required=False, min_value=2015, max_value=2100)
    state = FilterChoiceField(_("状态"), YearState.choices)
