"""Forms of reports. They read what was typed; the services decide what is right."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import Actor
from yunjian.agencies.models import Equipment, Person
from yunjian.identity.selectors import districts
from yunjian.instruments.models import Instrument
from yunjian.sources.models import MonitoringPoint
from yunjian.verification.fields import REPORT
from yunjian.verification.models import Report, ReportMaterial
from yunjian.verification.models.reports import ReportKind, ReportState
from yunjian.verification.selectors.standing import (
    devices_of,
    instruments_ever_at,
    people_of,
    period_text,
)
from yunjian.web.forms import SaysWhatIsMissing, VersionedForm
from yunjian.web.widgets import (
    DateInput,
    DateTimeInput,
    FilterChoiceField,
    FilterTextField,
    ReasonField,
    ResumableFileField,
)

PDF_HELP = _("PDF，不超过 100 MB；中断后重新选择同一文件即可继续")
FILE_HELP = _("PDF 不超过 100 MB；图片（JPG、PNG）不超过 10 MB")


class _Instruments(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Instrument) -> str:
        return f"{obj.slot or obj.get_kind_display()}（{period_text(obj)}）"


class ReportForm(VersionedForm, SaysWhatIsMissing, forms.ModelForm):  # type: ignore[type-arg]
    """A report: what its cover says, its instruments, people and devices."""

    executed_from = forms.DateTimeField(
        label=_("实施开始时间"), widget=DateTimeInput(), input_formats=["%Y-%m-%d %H:%M"]
    )
    executed_to = forms.DateTimeField(
        label=_("实施结束时间"), widget=DateTimeInput(), input_formats=["%Y-%m-%d %H:%M"]
    )
    instruments = _Instruments(
        Instrument.unscoped().none(),
        label=_("被测仪器"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    people = forms.ModelMultipleChoiceField(
        Person.unscoped().none(),
        label=_("参与人员"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    devices = forms.ModelMultipleChoiceField(
        Equipment.unscoped().none(),
        label=_("参比设备"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Report
        fields = REPORT.form_names
        widgets = REPORT.date_widgets(DateInput) | {"note": forms.Textarea(attrs={"rows": 2})}
        help_texts = REPORT.help_texts

    def __init__(
        self, *args: Any, point: MonitoringPoint, agency_id: Any, fixed: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (
            ("instruments", instruments_ever_at(point)),
            ("people", people_of(agency_id)),
            ("devices", devices_of(agency_id)),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101 - for the type checker
            field.queryset = rows
        if fixed:
            del self.fields["kind"]
        self.sections = [
            (title, [name for name in names if name in self.fields])
            for title, names in [
                *REPORT.names(),
                (_("仪器、人员与设备"), ["instruments", "people", "devices"]),
            ]
        ]

    def _post_clean(self) -> None:
        """Leave rules about values to the services, so that each is told once and in one way."""

    def values(self) -> dict[str, Any]:
        """Return what the service takes."""
        taken = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        for name in ("instruments", "people", "devices"):
            taken[name] = list(taken[name])
        return taken


class PatternForm(VersionedForm, forms.Form):
    """How the agency numbers its reports."""

    pattern = forms.CharField(
        label=_("编号规则"),
        required=False,
        max_length=60,
        help_text=_("# 代表一位数字，@ 代表一个字母，* 代表任意内容，如 QY〔####〕###；留空不检查"),
    )


class MaterialForm(SaysWhatIsMissing, forms.ModelForm):  # type: ignore[type-arg]
    """A standard gas or solution."""

    class Meta:
        model = ReportMaterial
        fields = [
            "name", "certificate_number", "nominal", "unit", "uncertainty", "maker", "valid_until",
        ]  # fmt: skip
        widgets = {"valid_until": DateInput()}

    def _post_clean(self) -> None:
        """Leave rules about values to the service."""


class ReportFileForm(VersionedForm, SaysWhatIsMissing, forms.Form):
    """The report itself."""

    file = ResumableFileField(purpose="report", label=_("报告文件"), help_text=PDF_HELP)


class OriginalForm(SaysWhatIsMissing, forms.Form):
    """A file of the original records."""

    kind = forms.ChoiceField(label=_("记录类别"))
    file = ResumableFileField(purpose="original", label=_("文件"), help_text=FILE_HELP)

    def __init__(self, *args: Any, kinds: list[tuple[str, str, bool]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(key, f"{title}{'*' if required else ''}") for key, title, required in kinds]
        self.fields["kind"].choices = [("", _("请选择")), *choices]  # type: ignore[attr-defined]


class CheckForm(VersionedForm, SaysWhatIsMissing, forms.Form):
    """The opinion of the quality supervisor."""

    note_text = forms.CharField(
        label=_("校核意见"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class SignForm(SaysWhatIsMissing, forms.Form):
    """The signature of the owner, bound to what was shown: by hand, or with the certificate.

    What the key returned (`challenge`, `certificate`, `certificate_signature`) is no field that
    somebody fills in, and is not shown again.
    """

    signature = forms.FileField(
        label=_("手写签名图片"), help_text=_("JPG、PNG，不超过 10 MB"), required=False
    )
    shown_digest = forms.CharField(widget=forms.HiddenInput())
    sections = (("", ["signature"]),)

    @property
    def certified(self) -> dict[str, str] | None:
        """Return what the key returned; None when it was not asked."""
        sent = {
            "challenge_id": self.data.get("challenge", ""),
            "certificate": self.data.get("certificate", ""),
            "signature": self.data.get("certificate_signature", ""),
        }
        return sent if any(sent.values()) else None


class ReasonForm(SaysWhatIsMissing, forms.Form):
    """Why something is done."""

    reason = ReasonField(_("原因"))


class ExceptionForm(SaysWhatIsMissing, forms.Form):
    """Why a finding shall not hold the report up."""

    reason = ReasonField(_("理由"))
    code = forms.CharField(widget=forms.HiddenInput())
    path = forms.CharField(widget=forms.HiddenInput(), required=False)
    finding = forms.CharField(widget=forms.HiddenInput())


class DecisionForm(SaysWhatIsMissing, forms.Form):
    """What the authority says to an exception that was asked for."""

    outcome = forms.ChoiceField(
        label=_("处理"), choices=[("grant", _("同意")), ("refuse", _("不同意"))]
    )
    reason = ReasonField(_("理由"))


class AcceptForm(forms.Form):
    """The opinion with which a report is accepted."""

    note_text = forms.CharField(
        label=_("审核意见"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ReportQuery(forms.Form):
    """The query row above reports."""

    text = FilterTextField(_("关键词"), _("报告编号、测点、单位"))
    kind = FilterChoiceField(_("报告类别"), ReportKind.choices)
    state = FilterChoiceField(_("状态"), ReportState.choices)
    since = forms.DateField(label=_("实施日期"), required=False, widget=DateInput())
    until = forms.DateField(label=_("至"), required=False, widget=DateInput())


class CorrectionQuery(forms.Form):
    """The query row above corrections."""

    text = FilterTextField(_("关键词"), _("报告编号、测点"))
    state = FilterChoiceField(
        _("状态"), [("open", _("未完成")), ("overdue", _("已逾期")), ("done", _("已完成"))]
    )


class QueueQuery(ReportQuery):
    """The query row of the authority."""

    district = FilterChoiceField(_("所属区"), [])
    queue = forms.CharField(required=False, widget=forms.HiddenInput())
    field_order = ("text", "district")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [
            (row.code, row.name)
            for row in districts()
            if actor.districts is None or row.code in actor.districts
        ]
        self.fields["district"].choices = [("", _("全部")), *own]  # type: ignore[attr-defined]
        del self.fields["state"]
