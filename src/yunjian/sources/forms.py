"""Forms of the filing of instruments. What is right or wrong is decided by the services."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yunjian.kernel.errors import DomainError, InvalidInput
from yunjian.sources.filing_fields import FilingField, Section, sections_of
from yunjian.sources.models import InstrumentRevision, MonitoringPoint
from yunjian.web.forms import add_domain_errors
from yunjian.web.widgets import DateInput


class FilesInput(forms.ClearableFileInput):
    """Chooses several files at once."""

    allow_multiple_selected = True


class FilingForm(forms.Form):
    """The filing of an instrument, built from its fields. A draft may leave out what is marked."""

    use_required_attribute = False

    uploads = forms.Field(
        label=_("上传附件"),
        required=False,
        widget=FilesInput(attrs={"accept": "image/*,application/pdf"}),
        help_text=_("铭牌照片、认证证书、验收材料；PDF 或图片，每个不超过 10 MB，最多 6 个"),
    )

    def __init__(
        self,
        *args: Any,
        kind: str,
        point: MonitoringPoint,
        asks_reason: bool = False,
        fixed_parameter: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._sections = sections_of(kind, point)
        self.asks_reason = asks_reason
        if asks_reason:
            self.fields["change_reason"] = forms.CharField(
                label=_("变更原因"), max_length=200, help_text=_("审核人员将看到变更前后的差异")
            )
        for section in self._sections:
            for field in section.fields:
                self.fields[field.path] = _form_field(
                    field, str(self.initial.get(field.path) or "")
                )
        if fixed_parameter and "parameter" in self.fields:
            self.fields["parameter"].choices = [(fixed_parameter, fixed_parameter)]  # type: ignore[attr-defined]

    def full_clean(self) -> None:
        """Read what was typed; what is missing is only asked for when the filing is handed in."""
        required = {name for name, field in self.fields.items() if field.required}
        for name in required:
            self.fields[name].required = False
        super().full_clean()
        for name in required:
            self.fields[name].required = True

    def sections(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the fields by section, the reason of a change first."""
        reason = [(str(_("变更说明")), [self["change_reason"]])] if self.asks_reason else []
        return [*reason, *(self._bound(section) for section in self._sections)]

    def add_refusal(self, error: DomainError) -> None:
        """Show a service's refusal, each problem at its field (settings have dotted names)."""
        rest = []
        for item in error.errors:
            if item.path in self.fields:
                self.add_error(item.path, item.message)
            else:
                rest.append(item)
        if rest or not error.errors:
            add_domain_errors(self, InvalidInput(error.message, errors=rest))

    def values(self) -> dict[str, Any]:
        """Return what was typed, by path."""
        return {path: value for path, value in self.cleaned_data.items() if path != "uploads"}

    def _bound(self, section: Section) -> tuple[str, list[forms.BoundField]]:
        return section.title, [self[field.path] for field in section.fields]

    @property
    def suggestions(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return the lists that fields with free choice propose from."""
        return [
            (_list_id(field), field.choices)
            for section in self._sections
            for field in section.fields
            if field.open_choice
        ]


def _list_id(field: FilingField) -> str:
    return f"suggest-{field.path.replace('.', '-')}"


def _form_field(field: FilingField, held: str) -> forms.Field:
    unit = f"（{field.unit}）" if field.unit not in {"", "*"} else ""
    common: dict[str, Any] = {
        "label": field.label + unit,
        "required": field.required,
        "help_text": field.help,
    }
    match field.kind:
        case "number":
            return forms.DecimalField(
                **common, widget=forms.TextInput(attrs={"inputmode": "decimal"})
            )
        case "date":
            return forms.DateField(**common, widget=DateInput())
        case "choice" if not field.open_choice:
            known = list(field.choices)
            choices = known if not held or held in known else [*known, held]
            return forms.ChoiceField(
                **common, choices=[("", _("请选择")), *((choice, choice) for choice in choices)]
            )
        case "long":
            return forms.CharField(**common, widget=forms.Textarea(attrs={"rows": 2}))
    return forms.CharField(**common, widget=_text_input(field))


def _text_input(field: FilingField) -> forms.TextInput:
    attrs = {"maxlength": str(_max_length(field))}
    if field.kind == "phone":
        attrs["inputmode"] = "tel"
    if field.open_choice:
        attrs["list"] = _list_id(field)
    return forms.TextInput(attrs=attrs)


def _max_length(field: FilingField) -> int:
    column = InstrumentRevision._meta.get_field(field.path)  # noqa: SLF001 - documented API
    return int(getattr(column, "max_length", None) or 200)


class RetireForm(forms.Form):
    """Taking an instrument out of use."""

    on = forms.DateField(label=_("停用日期"), widget=DateInput(), help_text=_("从这一天起不再使用"))
    reason = forms.CharField(
        label=_("停用原因"), max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )
