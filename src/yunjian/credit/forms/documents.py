"""Forms of 运维日常信息. They read what was typed; the services decide what is right."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import current_actor
from yunjian.agencies.models import Person
from yunjian.agencies.models.filing import Position
from yunjian.agencies.selectors import present_people
from yunjian.credit.domain.categories import categories
from yunjian.credit.models import Document, DocumentVersion
from yunjian.credit.models.documents import MOST_TEXT
from yunjian.credit.selectors.documents import STATES, points_served
from yunjian.sources.models import MonitoringPoint
from yunjian.web.forms import SaysWhatIsMissing, VersionedForm
from yunjian.web.widgets import DateInput, FilterChoiceField, ReasonField

FILE_HELP = _("PDF 或图片（JPG、PNG），不超过 10 MB")
CHOSEN = ("in_force", "expiring", "none", "draft")


def _categories() -> list[tuple[str, str]]:
    return [(one.code, one.label) for one in categories().values()]


class DocumentQuery(forms.Form):
    """The query row above the list."""

    text = forms.CharField(label=_("内容"), required=False, max_length=60)
    category = FilterChoiceField(label=_("文件类别"), choices=_categories)
    point = forms.CharField(label=_("测点"), required=False, max_length=60)
    state = FilterChoiceField(
        label=_("状态"),
        choices=[
            *((code, STATES[code]) for code in ("in_force", "expiring", "coming", "expired")),
            ("none", _("未发布")),
            ("draft", _("有草稿")),
        ],
    )


class CoverageQuery(forms.Form):
    """The query row above what is missing."""

    text = forms.CharField(label=_("站点或仪器"), required=False, max_length=60)
    state = FilterChoiceField(
        label=_("状态"),
        choices=[
            ("lacking", _("缺少或过期")),
            *((code, STATES[code]) for code in ("missing", "expired", "expiring", "in_force")),
        ],
    )


class ReadingQuery(forms.Form):
    """The query row above who is to read what."""

    text = forms.CharField(label=_("人员或文件"), required=False, max_length=60)
    state = FilterChoiceField(
        label=_("状态"),
        choices=[("open", _("未阅读")), ("overdue", _("已逾期")), ("read", _("已阅读"))],
    )


class PointsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Points with whose they are."""

    def label_from_instance(self, obj: Any) -> str:
        """Return discharger and point."""
        return f"{obj.organization.name} · {obj.name}"


class DocumentForm(VersionedForm, SaysWhatIsMissing, forms.ModelForm):  # type: ignore[type-arg]
    """What a document is called, what it is for, who reads it."""

    category = forms.TypedChoiceField(label=_("文件类别"), choices=_categories)
    points = PointsField(
        MonitoringPoint.unscoped().none(),
        label=_("适用测点"),
        required=False,
        help_text=_("维护技术要求须选择适用测点；其他类别可不选"),
    )
    read_by_positions = forms.MultipleChoiceField(
        label=_("须阅读的岗位"),
        choices=Position.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    readers = forms.ModelMultipleChoiceField(
        Person.unscoped().none(), label=_("须阅读的人员"), required=False
    )

    class Meta:
        model = Document
        fields = (
            "category",
            "title",
            "maker",
            "model",
            "points",
            "read_by_positions",
            "readers",
            "read_within",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        actor = current_actor()
        points, readers = self.fields["points"], self.fields["readers"]
        assert isinstance(points, forms.ModelMultipleChoiceField)  # noqa: S101 - for the type checker
        assert isinstance(readers, forms.ModelMultipleChoiceField)  # noqa: S101 - for the type checker
        points.queryset = points_served(actor)
        readers.queryset = present_people(actor)
        # a new row has a key from the beginning
        if not self.instance._state.adding:  # noqa: SLF001 - Django's documented API
            self.fields["category"].disabled = True
            self.initial["readers"] = list(self.instance.readers.all())
            self.initial["points"] = list(self.instance.points.all())

    def _post_clean(self) -> None:
        """Leave rules about values to the services, so that each is told once and in one way."""

    def values(self) -> dict[str, Any]:
        """Return what the services take."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class VersionForm(VersionedForm, SaysWhatIsMissing, forms.ModelForm):  # type: ignore[type-arg]
    """What the next version says."""

    document_file = forms.FileField(label=_("文件"), required=False, help_text=FILE_HELP)
    remove_file = forms.BooleanField(label=_("移除文件"), required=False)

    class Meta:
        model = DocumentVersion
        fields = ("body", "expires_on", "change_note")
        widgets = {
            "body": forms.Textarea(attrs={"rows": 12, "maxlength": str(MOST_TEXT)}),
            "expires_on": DateInput(),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        file = self.instance.attachment if self.instance.pk else None
        if file is None:
            del self.fields["remove_file"]
            return
        self.fields["document_file"].help_text = _(
            "现有文件：%(name)s。不重新上传则保留；PDF 或图片（JPG、PNG），不超过 10 MB"
        ) % {"name": file.filename}

    def _post_clean(self) -> None:
        """Leave rules about values to the services, so that each is told once and in one way."""


class PublishVersionForm(VersionedForm, SaysWhatIsMissing, forms.Form):
    """From which day on a version holds."""

    effective_from = forms.DateField(
        label=_("施行日期"),
        widget=DateInput(),
        help_text=_("自这一天 0 时起执行；上一版本同时停止施行"),
    )


class WithdrawForm(SaysWhatIsMissing, forms.Form):
    """Why a version is taken back."""

    reason = ReasonField(label=_("撤回原因"))


class DiscardForm(VersionedForm, forms.Form):
    """Nothing to fill in: only agreed to, in sight of what is deleted."""


class ReadForm(forms.Form):
    """The digest of what was shown."""

    shown_digest = forms.CharField(max_length=80, widget=forms.HiddenInput())
