"""The registration of an agency."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from yunjian.certificates.domain.proof import Proof
from yunjian.identity.forms import password_field
from yunjian.identity.models import District

_PHONE = RegexValidator(r"^(1\d{10}|0\d{2,3}-?\d{7,8})$", _("请填写手机号，或带区号的固定电话"))
_USERNAME = RegexValidator(
    r"^[A-Za-z][A-Za-z0-9_.-]{3,31}$", _("4 到 32 位字母、数字或 _ . -，以字母开头")
)


class RegistrationForm(forms.Form):
    """What the certificate does not say. Name and code are shown, and never taken from here."""

    legal_representative = forms.CharField(label=_("法定代表人"), max_length=40)
    district = forms.ModelChoiceField(
        label=_("所在区"), queryset=District.objects.all(), empty_label=_("请选择")
    )
    address = forms.CharField(label=_("办公地址"), max_length=200)
    contact_name = forms.CharField(label=_("联系人"), max_length=40)
    contact_phone = forms.CharField(label=_("联系电话"), max_length=20, validators=[_PHONE])
    username = forms.CharField(
        label=_("账号"),
        max_length=32,
        validators=[_USERNAME],
        help_text=_("用于微信绑定和没有证书介质时登录"),
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    password = password_field(
        _("密码"), "new-password", help_text=_("至少 10 位，不要与账号相近，也不要只用数字")
    )
    password_again = password_field(_("再次输入密码"), "new-password")
    agreed = forms.BooleanField(
        label=_("我已阅读并同意上述承诺"),
        error_messages={"required": _("请阅读并同意承诺书")},
    )

    def __init__(self, proof: Proof, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"legal_representative": proof.representative})
        super().__init__(*args, **kwargs)
        for name, control in self.fields.items():
            if name != "agreed":
                control.error_messages["required"] = _("请填写此项")

    def clean(self) -> dict[str, Any]:
        """Refuse two passwords that differ."""
        cleaned = super().clean() or {}
        again = cleaned.get("password_again")
        if again is not None and again != cleaned.get("password", again):
            self.add_error("password_again", _("两次输入的密码不一致"))
        return cleaned

    def values(self) -> dict[str, Any]:
        """Return what the service takes."""
        return {
            name: value for name, value in self.cleaned_data.items() if name != "password_again"
        }
