"""Forms of the filing of instruments. What is right or wrong is decided by the services."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from yunjian.instruments.fields import CHANGE, sections_of
from yunjian.instruments.models import InstrumentRevision
from yunjian.instruments.models.filing import ChangeKind, InstrumentKind
from yunjian.instruments.selectors.catalogue import makes_known
from yunjian.kernel.errors import DomainError, InvalidInput
from yunjian.records.fields import Field, Section
from yunjian.sources.models import MonitoringPoint
from yunjian.web.forms import add_domain_errors
from yunjian.web.record_forms import form_field, suggestions_id
from yunjian.web.widgets import (
    DateInput,
    DateTimeInput,
    FilterChoiceField,
    FilterTextField,
    ReasonField,
)

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class FilesInput(forms.ClearableFileInput):
    """Chooses several files at once."""

    allow_multiple_selected = True


def files_field(label: "str | _StrPromise", help_text: "str | _StrPromise" = "") -> forms.Field:
    """Return a field to upload several pictures or PDFs; the view reads `request.FILES`."""
    return forms.Field(
        label=label,
        required=False,
        widget=FilesInput(attrs={"accept": "image/*,application/pdf"}),
        help_text=help_text or _("PDF 或图片，每个不超过 10 MB，最多 6 个"),
    )


class RefusalsAtFields(forms.BaseForm):
    """Shows what a service refuses at the fields, which may have dotted names and files."""

    def add_refusal(self, error: DomainError) -> None:
        """Show a service's refusal, each problem at its field."""
        errors = [
            replace(item, path="uploads") if item.path == "attachments" else item
            for item in error.errors
        ]
        add_domain_errors(self, InvalidInput(error.message, errors=errors))


class FilingForm(RefusalsAtFields, forms.Form):
    """The filing of an instrument, built from its fields. A draft may leave out what is marked.

    What depends on the measured parameter follows the one that is chosen. `remarks` are the
    reviewer's, `theirs` what somebody else changed meanwhile; both stand at their fields.
    """

    use_required_attribute = False

    edition = forms.IntegerField(required=False, widget=forms.HiddenInput)
    uploads = files_field(
        _("上传附件"), _("铭牌照片、认证证书、验收材料；PDF 或图片，每个不超过 10 MB，最多 6 个")
    )

    def __init__(
        self,
        *args: Any,
        kind: str,
        point: MonitoringPoint,
        asks: str = "",
        fixed_parameter: str = "",
        remarks: Mapping[str, str] | None = None,
        theirs: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.point = kind, point
        self.parameter = fixed_parameter or str(
            (self.data if self.is_bound else self.initial).get("parameter") or ""
        )
        self._sections = sections_of(kind, point, self.parameter)
        self._asks = self._add_change_fields(asks)
        for section in self._sections:
            for field in section.fields:
                self.fields[field.path] = form_field(
                    field, InstrumentRevision, str(self.initial.get(field.path) or "")
                )
        if fixed_parameter and "parameter" in self.fields:
            self.fields["parameter"].choices = [(fixed_parameter, fixed_parameter)]  # type: ignore[attr-defined]
        self._complete()
        self._say(remarks or {}, _("审核意见"))
        self._say(theirs or {}, _("他人的修改"))

    def _add_change_fields(self, asks: str) -> list[str]:
        """Add what a change ("change") or a successor ("succession") says of itself."""
        if not asks:
            return []
        if asks == "change":
            self.fields["change_kind"] = forms.ChoiceField(
                label=_("变更类别"),
                required=False,
                choices=ChangeKind.choices,
                help_text=_("更换核心部件或变动位置的，应重新验收，验收后 5 个工作日内变更备案"),
            )
            self.fields["changed_on"] = forms.DateField(
                label=_("变更日期"), required=False, widget=DateInput()
            )
        self.fields["change_reason"] = forms.CharField(
            label=_("变更原因"), max_length=200, help_text=_("审核人员将看到变更前后的差异")
        )
        return [name for name in CHANGE if name in self.fields]

    def _complete(self) -> None:
        """Let the make and the parameter bring what is known of them, without leaving the form."""
        if "parameter" in self.fields:
            measuring = reverse("instruments:filing_measuring", args=[self.point.pk])
            sent = "#filing-measuring, [name=parameter], [name=maker], [name=model]"
            for name in ("parameter", "model"):
                self._follow(name, measuring, "#filing-measuring", sent)
        makes = reverse("instruments:filing_makes", args=[self.point.pk, self.kind])
        self._follow("maker", makes, "#suggest-model", "[name=parameter], [name=maker]")

    def _follow(self, name: str, address: str, target: str, include: str) -> None:
        """Fill a part of the page anew when a field changes."""
        self.fields[name].widget.attrs |= {
            "hx-get": address,
            "hx-trigger": "change",
            "hx-target": target,
            "hx-swap": "innerHTML",
            "hx-include": include,
        }

    def _say(self, texts: Mapping[str, str], title: object) -> None:
        for path, text in texts.items():
            field = self.fields.get(path)
            if field is not None:
                field.help_text = format_html(
                    '{}<span class="d-block text-danger-emphasis fw-semibold">{}：{}</span>',
                    field.help_text,
                    title,
                    text,
                )

    def full_clean(self) -> None:
        """Read what was typed; what is missing is only asked for when the filing is handed in."""
        required = {name for name, field in self.fields.items() if field.required}
        for name in required:
            self.fields[name].required = False
        super().full_clean()
        for name in required:
            self.fields[name].required = True

    def sections(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the fields by section that stand whatever is measured, the change first."""
        change = [(str(_("变更说明")), [self[name] for name in self._asks])] if self._asks else []
        return [*change, self._bound(self._sections[0])]

    def measuring(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the sections of what it measures or takes."""
        return [self._bound(section) for section in self._sections[1:-2]]

    def papers(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the sections of papers and people."""
        return [self._bound(section) for section in self._sections[-2:]]

    def values(self) -> dict[str, Any]:
        """Return what was typed, by path."""
        own = {"uploads", "edition"}
        return {path: value for path, value in self.cleaned_data.items() if path not in own}

    def _bound(self, section: Section) -> tuple[str, list[forms.BoundField]]:
        return str(section.title), [self[field.path] for field in section.fields]

    def suggestions(self) -> list[tuple[str, list[str]]]:
        """Return the lists that fields with free choice propose from."""
        makes = makes_known(self.kind, self.point.kind, self.parameter)
        known = {
            "maker": list(dict.fromkeys(make.maker for make in makes)),
            "model": list(dict.fromkeys(make.model for make in makes)),
        }
        return [
            (suggestions_id(field), known.get(field.path) or list(field.choices))
            for field in self._sections[0].fields
            if field.open_choice
        ]

    def measuring_suggestions(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return the same for the sections of what it measures."""
        return [
            (suggestions_id(field), field.choices)
            for section in self._sections[1:-2]
            for field in section.fields
            if field.open_choice
        ]


class ActForm(forms.Form):
    """An act on an instrument in use: from which day, why, with which evidence."""

    on = forms.DateField(label=_("日期"), widget=DateInput())
    reason = ReasonField(_("原因"))
    uploads = files_field(_("证明材料"))


class ParameterChangeForm(RefusalsAtFields, forms.Form):
    """New values of key parameters; what is left as it was is no change."""

    use_required_attribute = False

    changed_at = forms.DateTimeField(label=_("变更时间"), widget=DateTimeInput())
    reason = ReasonField(_("变更原因"))
    uploads = files_field(_("变更前后照片"), _("至少一张照片，能看清仪器显示的参数"))

    def __init__(self, *args: Any, fields: list[Field], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.paths = [field.path for field in fields]
        for field in fields:
            held = str(self.initial.get(field.path) or "")
            self.fields[field.path] = form_field(
                replace(field, required=False), InstrumentRevision, held
            )
            self.fields[field.path].help_text = _("现值 %(value)s") % {"value": held or "—"}

    def settings(self) -> list[forms.BoundField]:
        """Return the fields of the key parameters."""
        return [self[path] for path in self.paths]


class FollowUpForm(forms.Form):
    """What shows that a follow-up was done."""

    on = forms.DateField(label=_("完成日期"), widget=DateInput())
    report_number = forms.CharField(label=_("报告编号"), max_length=60, required=False)
    note = forms.CharField(label=_("说明"), max_length=200, required=False)
    uploads = files_field(_("报告或材料"))


class FollowUpFilterForm(forms.Form):
    """The query row above the follow-ups."""

    keyword = FilterTextField(_("关键词"), _("测点、型号、事项"), max_length=60)
    state = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=[("open", _("待完成")), ("overdue", _("已逾期")), ("done", _("已完成"))],
    )


class LedgerFilterForm(forms.Form):
    """The query row above all instruments of a discharger."""

    keyword = FilterTextField(_("关键词"), _("测点、MN 号、型号、出厂编号"), max_length=60)
    kind = FilterChoiceField(_("类别"), InstrumentKind.choices)
    state = FilterChoiceField(
        _("状态"),
        [
            ("in_use", _("在用")),
            ("pending", _("办理中")),
            ("expiring", _("认证即将到期")),
            ("ended", _("已停用")),
        ],
    )
