"""Forms and query rows of administration."""

from django import forms
from django.utils.translation import gettext_lazy as _

from yunjian.evidence.vocabulary import objects, verbs
from yunjian.identity.forms import AccountQuery as OwnAccountQuery
from yunjian.identity.models import District
from yunjian.identity.models.organizations import OrganizationKind, OrganizationStatus
from yunjian.identity.models.security import Means, Outcome
from yunjian.messaging.models import NoticeState
from yunjian.records.dictionaries import dictionaries
from yunjian.web.widgets import DateInput, FilterChoiceField, FilterTextField

REQUIRED = {"required": _("请填写此项")}


class OrganizationQuery(forms.Form):
    """The query row of the organisations."""

    q = FilterTextField(_("名称/信用代码"))
    kind = FilterChoiceField(_("类型"), OrganizationKind.choices)
    district = forms.ModelChoiceField(
        District.objects.all(), label=_("所在区"), required=False, empty_label=_("全部")
    )
    status = FilterChoiceField(_("状态"), OrganizationStatus.choices)


class OrganizationForm(forms.Form):
    """What can be changed of an organisation."""

    name = forms.CharField(label=_("名称"), max_length=120, error_messages=REQUIRED)
    district = forms.ModelChoiceField(
        District.objects.all(), label=_("所在区"), required=False, empty_label=_("不属于某个区")
    )
    jurisdiction = forms.ModelMultipleChoiceField(
        District.objects.all(),
        label=_("管辖范围（管理部门）"),
        required=False,
        help_text=_("不选为全市；选行政区时含其内的园区"),
        widget=forms.CheckboxSelectMultiple,
    )


class NewOrganizationForm(OrganizationForm):
    """An organisation."""

    kind = forms.ChoiceField(label=_("类型"), choices=OrganizationKind.choices)
    uscc = forms.CharField(label=_("统一社会信用代码"), max_length=18, error_messages=REQUIRED)
    field_order = ("kind", "name", "uscc", "district", "jurisdiction")


class StatusForm(forms.Form):
    """Whether an organisation may work here, and why."""

    status = forms.ChoiceField(label=_("状态"), choices=OrganizationStatus.choices)
    reason = forms.CharField(
        label=_("原因"),
        max_length=200,
        error_messages={"required": _("请填写原因")},
        help_text=_("该单位人员登录时会看到"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ParkForm(forms.Form):
    """A park."""

    code = forms.CharField(
        label=_("编码"), max_length=6, error_messages=REQUIRED, help_text=_("6 位数字，本市自定")
    )
    name = forms.CharField(label=_("名称"), max_length=40, error_messages=REQUIRED)
    within = forms.ModelChoiceField(
        District.objects.filter(kind="district"),
        label=_("位于"),
        required=False,
        empty_label=_("跨区"),
    )
    longitude = forms.DecimalField(label=_("经度"), min_value=70, max_value=140, decimal_places=6)
    latitude = forms.DecimalField(label=_("纬度"), min_value=0, max_value=60, decimal_places=6)


class AccountQuery(OwnAccountQuery):
    """The query row of the accounts of all organisations."""

    kind = FilterChoiceField(_("类型"), OrganizationKind.choices)


class DictionaryQuery(forms.Form):
    """Which dictionary is open."""

    dictionary = forms.ChoiceField(
        label=_("字典"),
        required=False,
        choices=lambda: [(one.code, one.title) for one in dictionaries()],
    )


class EntryForm(forms.Form):
    """A value of a dictionary."""

    label = forms.CharField(label=_("名称"), max_length=60, error_messages=REQUIRED)
    label_en = forms.CharField(label=_("英文名称"), max_length=120, required=False)
    order = forms.IntegerField(label=_("顺序"), min_value=0, max_value=9999, initial=100)
    is_active = forms.BooleanField(label=_("启用"), required=False, initial=True)


class NewEntryForm(EntryForm):
    """A new value of a dictionary."""

    code = forms.CharField(
        label=_("编码"),
        max_length=40,
        error_messages=REQUIRED,
        help_text=_("小写字母、数字或下划线；建立后不能修改"),
    )
    field_order = ("code", "label", "label_en", "order", "is_active")


class NoticeQuery(forms.Form):
    """The query row of the notices."""

    q = FilterTextField(_("标题"))
    state = FilterChoiceField(_("状态"), NoticeState.choices)


class NoticeForm(forms.Form):
    """A notice."""

    title = forms.CharField(label=_("标题"), max_length=60, error_messages=REQUIRED)
    body = forms.CharField(
        label=_("内容"),
        max_length=4000,
        error_messages=REQUIRED,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    audience = forms.MultipleChoiceField(
        label=_("通知对象"),
        choices=OrganizationKind.choices,
        error_messages={"required": _("请选择通知对象")},
        widget=forms.CheckboxSelectMultiple,
    )
    shown_until = forms.DateField(
        label=_("首页展示至"), required=False, help_text=_("不填则一直展示"), widget=DateInput()
    )


class PeriodQuery(forms.Form):
    """A query row with days."""

    since = forms.DateField(label=_("日期"), required=False, widget=DateInput())
    until = forms.DateField(label=_("至"), required=False, widget=DateInput())


class SignInQuery(PeriodQuery):
    """The query row of the login log."""

    q = FilterTextField(_("账号/姓名/单位"))
    outcome = FilterChoiceField(_("结果"), Outcome.choices)
    means = FilterChoiceField(_("登录方式"), Means.choices)
    address = forms.GenericIPAddressField(label=_("地址"), required=False)
    field_order = ("q", "outcome", "means", "address", "since", "until")


class EventQuery(PeriodQuery):
    """The query row of the operation log."""

    organization = FilterTextField(_("单位"))
    person = FilterTextField(_("人员"), max_length=40)
    verb = FilterChoiceField(_("操作"), verbs)
    kind = FilterChoiceField(_("对象"), objects)
    field_order = ("organization", "person", "verb", "kind", "since", "until")


class SessionQuery(forms.Form):
    """The query row of the sessions."""

    q = FilterTextField(_("账号/姓名/单位"))
    kind = FilterChoiceField(_("类型"), OrganizationKind.choices)
    means = FilterChoiceField(_("登录方式"), Means.choices)
