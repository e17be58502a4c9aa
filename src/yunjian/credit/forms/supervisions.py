"""Forms of supervisions. They read what was typed; the services decide what is right."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from yunjian.agencies.models import Person
from yunjian.credit.domain.checklists import Checklist, source_text
from yunjian.credit.models import Supervision
from yunjian.credit.models.supervisions import Severity, SupervisionState
from yunjian.credit.services.supervisions import SupervisionInput
from yunjian.kernel.errors import DomainError
from yunjian.kernel.languages import localized
from yunjian.sources.models import MonitoringPoint
from yunjian.web.forms import SaysWhatIsMissing, VersionedForm, add_domain_errors
from yunjian.web.widgets import DateInput, FilterChoiceField

CHECK_ROWS = 3
CHECK_FIELDS = (
    "parameter",
    "signal",
    "unit",
    "analyser",
    "logger",
    "analyser_range",
    "acquisition_range",
    "logger_range",
    "not_applicable",
)
LONG = {"purpose": 200, "facts": 800, "opinion": 800}
FILE_HELP = _("PDF 或图片（JPG、PNG），不超过 10 MB")


class SupervisionForm(VersionedForm, SaysWhatIsMissing, forms.Form):
    """A supervision: what was seen, the items of the checklist, the remote checks."""

    supervised_on = forms.DateField(label=_("监督日期"), widget=DateInput())
    purpose = forms.CharField(label=_("监督目的"), max_length=200)
    person = forms.ModelChoiceField(
        Person.unscoped().none(), label=_("被监督人"), empty_label=_("请选择")
    )
    head = forms.ModelChoiceField(
        Person.unscoped().none(),
        label=_("被监督部门负责人"),
        required=False,
        empty_label=_("未填写"),
    )
    point = forms.ModelChoiceField(
        MonitoringPoint.unscoped().none(),
        label=_("测点"),
        required=False,
        empty_label=_("不在测点"),
    )
    place = forms.CharField(label=_("地点"), max_length=120)
    facts = forms.CharField(
        label=_("事实描述"), max_length=800, widget=forms.Textarea(attrs={"rows": 3})
    )
    opinion = forms.CharField(
        label=_("监督意见"), max_length=800, widget=forms.Textarea(attrs={"rows": 3})
    )
    severity = forms.ChoiceField(
        label=_("严重程度"), choices=[("", _("请选择")), *Severity.choices]
    )
    photo = forms.FileField(label=_("照片"), required=False, help_text=FILE_HELP)

    def __init__(
        self, *args: Any, people: Any, points: Any, checklist: Checklist, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.checklist = checklist
        self.fields["person"].queryset = people  # type: ignore[attr-defined]
        self.fields["head"].queryset = people  # type: ignore[attr-defined]
        self.fields["point"].queryset = points  # type: ignore[attr-defined]
        base = [name for name in self.fields if name != "version"]
        self.sections: list[tuple[Any, list[str]]] = [(_("监督情况"), base)]
        self.sections.append((localized(dict(checklist.title)), self._add_items()))
        for row in range(CHECK_ROWS):
            title = _now("参数远程核对 %(number)s（不核对可不填）") % {"number": row + 1}
            self.sections.append((title, self._add_check(row)))

    def _add_items(self) -> list[str]:
        names = []
        answers = [("", _("未检查")), ("yes", _("符合")), ("no", _("不符合"))]
        for item in self.checklist.items:
            severity = dict(Severity.choices)[item.severity]
            label = f"{localized(dict(item.title))}（{severity}，{item.points}）"
            self.fields[f"i_{item.key}"] = forms.ChoiceField(
                label=label,
                choices=answers,
                required=False,
                help_text=source_text(item.clause, item.provenance),
            )
            self.fields[f"n_{item.key}"] = forms.CharField(
                label=_("说明"), max_length=200, required=False
            )
            names += [f"i_{item.key}", f"n_{item.key}"]
        return names

    def _add_check(self, row: int) -> list[str]:
        signals = [("", _("请选择")), ("digital", _("数字")), ("analogue", _("模拟"))]
        labels = {
            "parameter": _("参数"),
            "unit": _("单位"),
            "analyser": _("分析仪示值"),
            "logger": _("数采仪示值"),
            "analyser_range": _("分析仪量程"),
            "acquisition_range": _("采集量程"),
            "logger_range": _("数采仪量程"),
            "not_applicable": _("不适用的原因"),
        }
        names = []
        for name in CHECK_FIELDS:
            key = f"c{row}_{name}"
            self.fields[key] = (
                forms.ChoiceField(label=_("信号"), choices=signals, required=False)
                if name == "signal"
                else forms.CharField(label=labels[name], max_length=200, required=False)
            )
            names.append(key)
        return names

    def clean(self) -> dict[str, Any] | None:
        """Refuse a note beside an item that nobody looked at: it would be kept nowhere."""
        typed = super().clean()
        for item in self.checklist.items:
            noted = self.cleaned_data.get(f"n_{item.key}")
            if noted and not self.cleaned_data.get(f"i_{item.key}"):
                message = _("请选择符合或不符合；未检查的项目不填说明")
                self.add_error(f"i_{item.key}", forms.ValidationError(message, code="required"))
        return typed

    @classmethod
    def initial_of(cls, row: Supervision) -> dict[str, Any]:
        """Return what a draft says, as the form shows it."""
        names = ("supervised_on", "purpose", "person", "head", "point", "place", "facts")
        values = {name: getattr(row, name) for name in (*names, "opinion", "severity", "version")}
        for one in row.findings:
            values[f"i_{one['key']}"] = "yes" if one["passed"] else "no"
            values[f"n_{one['key']}"] = one.get("note", "")
        for number, check in enumerate(row.remote_checks):
            values |= {f"c{number}_{name}": check.get(name) for name in CHECK_FIELDS}
        return values

    def said(self, attachment_ids: list[Any]) -> SupervisionInput:
        """Return what the service takes."""
        typed = self.cleaned_data
        self.asked = [item.key for item in self.checklist.items if typed[f"i_{item.key}"]]
        self.checked = []
        checks = []
        for row in range(CHECK_ROWS):
            one = {name: typed[f"c{row}_{name}"] for name in CHECK_FIELDS}
            if not any(one.values()):
                continue
            self.checked.append(row)
            if not one["not_applicable"]:
                del one["not_applicable"]
            checks.append(one)
        findings = [
            {"key": key, "passed": typed[f"i_{key}"] == "yes", "note": typed[f"n_{key}"]}
            for key in self.asked
        ]
        base = ("supervised_on", "purpose", "person", "head", "point", "place", "facts")
        return SupervisionInput(
            **{name: typed[name] for name in (*base, "opinion", "severity")},
            findings=findings,
            remote_checks=checks,
            attachment_ids=attachment_ids,
        )

    def add_refusal(self, error: DomainError) -> None:
        """Show each problem at the field that was typed into."""
        for one in error.errors:
            name: str | None = one.path
            finding = re.fullmatch(r"findings\.(\d+)(\.note)?", one.path)
            check = re.fullmatch(r"remote_checks\.(\d+)\.(\w+)", one.path)
            if finding:
                key = self.asked[int(finding[1])]
                name = f"n_{key}" if finding[2] else f"i_{key}"
            elif check:
                name = f"c{self.checked[int(check[1])]}_{check[2]}"
            elif one.path == "attachment_ids":
                name = "photo"
            self.add_error(name if name in self.fields else None, one.message)
        if not error.errors:
            add_domain_errors(self, error)


class SignedAnswerForm(SaysWhatIsMissing, forms.Form):
    """The supervised person's answer, with the picture of the handwritten signature."""

    decision = forms.ChoiceField(
        label=_("意见"), choices=[("confirm", _("确认")), ("appeal", _("申诉"))]
    )
    text = forms.CharField(
        label=_("补充说明或申诉理由"),
        max_length=800,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    signature_id = forms.FileField(
        label=_("手写签名图片"), help_text=_("也可以在手机上直接签名确认")
    )
    shown_digest = forms.CharField(widget=forms.HiddenInput())


class IssueForm(SaysWhatIsMissing, forms.Form):
    """The supervisor's signature."""

    signature_id = forms.FileField(label=_("监督人手写签名图片"), help_text=_("手写后拍照或扫描"))


class AnswerAppealForm(SaysWhatIsMissing, forms.Form):
    """The answer to an appeal."""

    upheld = forms.ChoiceField(
        label=_("处理结果"),
        choices=[("", _("请选择")), ("no", _("维持原记录")), ("yes", _("申诉成立，关闭记录"))],
    )
    text = forms.CharField(
        label=_("申诉答复"), max_length=700, widget=forms.Textarea(attrs={"rows": 3})
    )


class AskForm(SaysWhatIsMissing, forms.Form):
    """What is to be put right by when."""

    text = forms.CharField(
        label=_("整改要求"), max_length=800, widget=forms.Textarea(attrs={"rows": 3})
    )
    due_on = forms.DateField(label=_("整改期限"), widget=DateInput())


class ReportForm(SaysWhatIsMissing, forms.Form):
    """How things were put right."""

    text = forms.CharField(
        label=_("整改情况"), max_length=800, widget=forms.Textarea(attrs={"rows": 3})
    )
    attachment = forms.FileField(label=_("整改材料"), required=False, help_text=FILE_HELP)


class NoteForm(SaysWhatIsMissing, forms.Form):
    """A word that goes along."""

    text = forms.CharField(
        label=_("说明"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class SupervisionQuery(forms.Form):
    """What supervisions are searched by."""

    text = forms.CharField(label=_("人员/地点/目的"), required=False, max_length=60)
    severity = FilterChoiceField(_("严重程度"), Severity.choices)
    state = FilterChoiceField(_("状态"), SupervisionState.choices)
