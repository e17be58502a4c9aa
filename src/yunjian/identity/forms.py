"""Forms of the sign-in pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yunjian.identity.models.accounts import Role
from yunjian.identity.models.resets import ResetState
from yunjian.kernel.languages import Text
from yunjian.web.widgets import FilterChoiceField

REQUIRED = {"required": _("请填写此项")}


def password_field(label: Any, completion: str, **options: Any) -> forms.CharField:
    """Return a field for a password; `completion` tells browsers which one they may fill in."""
    widget = forms.PasswordInput(attrs={"autocomplete": completion})
    options = {"error_messages": REQUIRED, **options}
    return forms.CharField(label=label, max_length=256, strip=False, widget=widget, **options)


class SignInForm(forms.Form):
    """Account and password."""

    username = forms.CharField(
        label=_("账号"),
        max_length=64,
        error_messages={"required": _("请输入账号")},
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = password_field(
        _("密码"), "current-password", error_messages={"required": _("请输入密码")}
    )


class CodeForm(forms.Form):
    """A code of the authenticator."""

    token = forms.CharField(
        label=_("动态口令"),
        max_length=16,
        error_messages={"required": _("请输入验证器上的 6 位数字")},
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "autofocus": True,
                "class": "yj-code-input",
            }
        ),
    )


class NewPasswordForm(forms.Form):
    """A new password, typed twice."""

    new = password_field(_("新密码"), "new-password")
    again = password_field(_("再输入一次"), "new-password")

    def clean(self) -> dict[str, Any]:
        """Compare the two."""
        values: dict[str, Any] = super().clean() or {}
        if values.get("new") and values.get("again") and values["new"] != values["again"]:
            self.add_error("again", _("两次输入的密码不一致"))
        return values


class ChangePasswordForm(NewPasswordForm):
    """The present password, and a new one typed twice."""

    old = password_field(_("当前密码"), "current-password")
    # ticked beforehand: who fears for the password does not know what was bound with it
    unbind = forms.BooleanField(
        label=_("同时解除全部微信绑定（手机丢失或怀疑密码泄露时）"), required=False, initial=True
    )
    field_order = ("old", "new", "again", "unbind")

    def __init__(self, *args: Any, bound: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not bound:
            del self.fields["unbind"]


class PersonForm(forms.Form):
    """Whose account it is."""

    display_name = forms.CharField(label=_("姓名"), max_length=40, error_messages=REQUIRED)
    phone = forms.CharField(label=_("手机号"), max_length=20, required=False)


class RolesForm(forms.Form):
    """What an account may do; only roles that the actor may give can be ticked."""

    roles = forms.MultipleChoiceField(
        label=_("角色"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, choices: list[tuple[str, Text]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["roles"].choices = choices  # type: ignore[attr-defined]  # a choice field


class NewAccountForm(PersonForm, RolesForm):
    """An account for somebody else."""

    username = forms.CharField(
        label=_("账号"),
        max_length=64,
        error_messages=REQUIRED,
        help_text=_("用于登录，建立后不能修改"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("username", "display_name", "phone", "roles")


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(
        label=_("原因"),
        max_length=200,
        error_messages={"required": _("请填写原因")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ResetForm(forms.Form):
    """How far to help somebody back in."""

    forget_authenticator = forms.BooleanField(
        label=_("同时关闭动态口令和备用码（手机丢失或更换）"), required=False
    )


class ResetRequestForm(ResetForm):
    """Why another administrator is asked to confirm a reset."""

    reason = forms.CharField(
        label=_("原因"),
        max_length=200,
        error_messages={"required": _("请填写原因")},
        help_text=_("确认人据此核实，例如：来电核实身份，手机丢失"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    field_order = ("reason", "forget_authenticator")


class ResetQuery(forms.Form):
    """The query row of the requests for resets."""

    state = FilterChoiceField(_("状态"), ResetState.choices)


STATES = [
    ("", _("全部")),
    ("active", _("启用")),
    ("waiting", _("待首次登录")),
    ("disabled", _("停用")),
]


class AccountQuery(forms.Form):
    """The query row of the accounts."""

    q = forms.CharField(label=_("账号/姓名"), required=False, max_length=60)
    role = forms.ChoiceField(
        label=_("角色"), required=False, choices=[("", _("全部")), *Role.choices]
    )
    state = forms.ChoiceField(label=_("状态"), required=False, choices=STATES)

    def __init__(self, *args: Any, roles: list[tuple[str, Text]] | None = None, **kw: Any) -> None:
        super().__init__(*args, **kw)
        if roles is not None:
            self.fields["role"].choices = [("", _("全部")), *roles]  # type: ignore[attr-defined]  # a choice field
