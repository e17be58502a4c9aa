"""Forms of the agency portal. They read what was typed; the services decide what is right."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yunjian.access.actor import current_actor
from yunjian.agencies.dictionaries import EDUCATIONS
from yunjian.agencies.fields import CONFIRMATION, EQUIPMENT, FILING, PART, PERSON, VEHICLE
from yunjian.agencies.models import (
    AgencyFiling,
    CompetenceConfirmation,
    Equipment,
    Person,
    SparePart,
    Vehicle,
)
from yunjian.agencies.models.filing import FilingState, Position
from yunjian.agencies.selectors import free_accounts
from yunjian.identity.models import Account
from yunjian.kernel.languages import Text
from yunjian.web.forms import SaysWhatIsMissing, VersionedForm
from yunjian.web.widgets import DateInput, FilterChoiceField, ReasonField

CERTIFICATE_FILE_HELP = _("PDF 或图片（JPG、PNG），不超过 10 MB")

Sections = list[tuple[Text, list[str]]]


class RegisterForm(VersionedForm, SaysWhatIsMissing, forms.ModelForm):  # type: ignore[type-arg]
    """Takes labels and choices from the model; writes nothing."""

    sections: Sections = []

    def _post_clean(self) -> None:
        """Leave rules about values to the services, so that each is told once and in one way."""

    def values(self) -> dict[str, Any]:
        """Return what the service takes."""
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}


class FilingForm(RegisterForm):
    """备案基本信息."""

    sections = FILING.names()

    class Meta:
        model = AgencyFiling
        fields = FILING.form_names
        widgets = {"scope": forms.Textarea(attrs={"rows": 2})}


class PersonForm(RegisterForm):
    """人员."""

    sections = PERSON.names()
    education = forms.ChoiceField(label=_("学历"))
    account = forms.ModelChoiceField(
        Account.objects.none(),
        label=_("系统账号"),
        required=False,
        empty_label=_("不关联"),
        help_text=_("关联后可在手机端执行运维任务"),
    )

    class Meta:
        model = Person
        fields = PERSON.form_names
        widgets = PERSON.date_widgets(DateInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        education = self.fields["education"]
        assert isinstance(education, forms.ChoiceField)  # noqa: S101 - for the type checker
        offered = EDUCATIONS.choices(held=self.initial.get("education", ""))
        education.choices = [("", _("请选择")), *offered]
        field = self.fields["account"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        field.queryset = free_accounts(current_actor(), besides=self.initial.get("account"))


class EquipmentForm(RegisterForm):
    """设备."""

    sections = EQUIPMENT.names()

    class Meta:
        model = Equipment
        fields = EQUIPMENT.form_names


class VehicleForm(RegisterForm):
    """运维车辆."""

    sections = [*VEHICLE.names(), (_("证明材料"), ["document"])]
    document = forms.FileField(
        label=_("行驶证 / 租赁合同"),
        required=False,
        help_text=_(
            "自有车辆上传行驶证；租赁车辆上传覆盖运维合同期限的租赁合同。%(certificate_file_help)s"
        )
        % {"certificate_file_help": CERTIFICATE_FILE_HELP},
    )

    class Meta:
        model = Vehicle
        fields = VEHICLE.form_names
        widgets = VEHICLE.date_widgets(DateInput)
        help_texts = VEHICLE.help_texts

    def clean_plate(self) -> str:
        """Take the plate as people write it: spaces, dots and small letters do not matter."""
        return re.sub(r"[\s·.-]", "", self.cleaned_data["plate"]).upper()


class SparePartForm(RegisterForm):
    """运维备品备件."""

    sections = PART.names()

    class Meta:
        model = SparePart
        fields = PART.form_names


class ContractForm(SaysWhatIsMissing, forms.Form):
    """服务合同: the other party by its credit code, the points by their MN codes."""

    sections: Sections = [
        (_("合同信息"), ["number", "amount", "starts_on", "ends_on"]),
        (_("排污单位与测点"), ["uscc", "mn_codes"]),
    ]
    number = forms.CharField(label=_("合同编号"), max_length=40)
    amount = forms.DecimalField(
        label=_("合同金额（万元）"), max_digits=12, decimal_places=2, required=False
    )
    starts_on = forms.DateField(label=_("开始日期"), widget=DateInput())
    ends_on = forms.DateField(
        label=_("终止日期"), widget=DateInput(), help_text=_("自该日起合同不再有效")
    )
    uscc = forms.CharField(
        label=_("排污单位统一社会信用代码"), min_length=18, max_length=18, help_text=_("18 位")
    )
    mn_codes = forms.CharField(
        label=_("测点 MN 号"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("每行一个，可从排污单位处取得"),
    )

    def clean_uscc(self) -> str:
        """Take the code in capitals."""
        return str(self.cleaned_data["uscc"]).strip().upper()

    def clean_mn_codes(self) -> list[str]:
        """Split at spaces, commas and line ends; keep each code once."""
        codes = re.split(r"[\s,，、;；]+", self.cleaned_data["mn_codes"].strip())
        return list(dict.fromkeys(code for code in codes if code))


class CertificateForm(SaysWhatIsMissing, forms.Form):
    """A certificate of a person or a device."""

    category = forms.CharField(label=_("证书类别"), max_length=60)
    number = forms.CharField(label=_("证书编号"), max_length=60)
    issuer = forms.CharField(label=_("发证机关"), max_length=80)
    valid_from = forms.DateField(label=_("有效期起"), widget=DateInput(), required=False)
    valid_until = forms.DateField(label=_("有效期止"), widget=DateInput())
    attachment = forms.FileField(label=_("证书附件"), help_text=CERTIFICATE_FILE_HELP)


class ConfirmationForm(SaysWhatIsMissing, forms.ModelForm):  # type: ignore[type-arg]
    """A documented confirmation of a person's competence."""

    document = forms.FileField(label=_("确认记录"), help_text=CERTIFICATE_FILE_HELP)

    class Meta:
        model = CompetenceConfirmation
        fields = CONFIRMATION.form_names
        widgets = CONFIRMATION.date_widgets(DateInput)
        help_texts = CONFIRMATION.help_texts

    def _post_clean(self) -> None:
        """Leave rules about values to the service."""


class LeaveForm(VersionedForm, SaysWhatIsMissing, forms.Form):
    """The day on which a person left."""

    left_on = forms.DateField(label=_("离职日期"), widget=DateInput())


class RetireForm(VersionedForm, SaysWhatIsMissing, forms.Form):
    """Why a device goes out of use."""

    reason = ReasonField(_("停用原因"))


class ContractEndForm(VersionedForm, SaysWhatIsMissing, forms.Form):
    """When and why a contract ends early."""

    ends_on = forms.DateField(
        label=_("终止日期"), widget=DateInput(), help_text=_("自该日起合同不再有效")
    )
    reason = ReasonField(_("终止原因"))


# --- query rows


class PeopleQuery(forms.Form):
    """What people are searched by."""

    text = forms.CharField(label=_("姓名/手机号"), required=False)
    position = FilterChoiceField(_("技术岗位"), Position.choices)
    presence = FilterChoiceField(_("在职情况"), [("present", _("在职")), ("left", _("已离职"))])


class EquipmentQuery(forms.Form):
    """What devices are searched by."""

    text = forms.CharField(label=_("名称/编号"), required=False)
    state = FilterChoiceField(_("状态"), FilingState.choices)
    due = FilterChoiceField(
        _("检定/校准"),
        [("expired", _("已过期")), ("soon", _("30 天内到期")), ("none", _("未上传证书"))],
    )


class VehicleQuery(forms.Form):
    """What vehicles are searched by."""

    text = forms.CharField(label=_("车牌号"), required=False)
    ownership = FilterChoiceField(_("权属"), [("owned", _("自有")), ("leased", _("租赁"))])


class SparePartQuery(forms.Form):
    """What spare parts are searched by."""

    text = forms.CharField(label=_("名称/型号"), required=False)
    location = forms.CharField(label=_("放置位置"), required=False)


class ContractQuery(forms.Form):
    """What contracts are searched by."""

    text = forms.CharField(label=_("合同编号/排污单位"), required=False)
    holds = FilterChoiceField(
        _("合同状态"), [("current", _("履行中")), ("coming", _("未开始")), ("over", _("已到期"))]
    )
