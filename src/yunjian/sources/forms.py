"""Forms of sources, outlets and points. What is right or wrong is decided by the services."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django import forms
from django.db import models
from django.forms.models import fields_for_model
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from yunjian.identity.models import District
from yunjian.kernel.clock import today
from yunjian.kernel.languages import localized
from yunjian.records.fields import Specification
from yunjian.sources.fields import OUTLET, POINT, SOURCE
from yunjian.sources.models import MonitoringPoint, Outlet
from yunjian.sources.models.places import DATUMS, MANAGEMENT_LEVELS, Channel, Discharge, Medium
from yunjian.standards.factors import Factor, factors
from yunjian.web.widgets import DateInput, FilterChoiceField, FilterTextField, ReasonField


class SourceFilterForm(forms.Form):
    """The query row above the sources."""

    name = forms.CharField(label=_("名称"), required=False, max_length=60)
    code = FilterTextField(_("编码"), _("编码、信用代码、许可证"), max_length=40)
    district = forms.ModelChoiceField(
        District.objects.all(), label=_("所属区"), required=False, empty_label=_("全部")
    )
    industry = FilterTextField(_("行业"), _("代码或名称"), max_length=40)
    management_level = FilterChoiceField(_("管理类别"), MANAGEMENT_LEVELS)
    medical = FilterChoiceField(_("医疗机构"), [("yes", _("是")), ("no", _("否"))])
    state = FilterChoiceField(_("状态"), [("active", _("在用")), ("closed", _("已关闭"))])


class PlaceForm(forms.Form):
    """A form of the fields that a specification states, in its sections.

    Changing what is there asks for the reason and the day; `version` is the state that the
    person sees, so that nobody overwrites what somebody else did in between.
    """

    use_required_attribute = False
    specification: ClassVar[Specification]
    only: ClassVar[frozenset[str] | None] = None  # these paths alone, new or not
    widgets: ClassVar[dict[str, Callable[[], forms.Widget]]] = {}

    def __init__(
        self, *args: Any, row: models.Model | None = None, kind: str = "", **kwargs: Any
    ) -> None:
        self.row, self.kind = row, kind
        kwargs["initial"] = (_initial(row) if row is not None else {}) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self._sections = [
            (title, self._wanted(names)) for title, names in self.specification.names(kind)
        ]
        stated = self.specification.fields
        names = [name for _title, group in self._sections for name in group]
        widgets: dict[str, forms.Widget | type[forms.Widget]] = {
            **self.specification.date_widgets(DateInput),
            **{name: make() for name, make in self.widgets.items()},
        }
        built = fields_for_model(self.specification.model, fields=names, widgets=widgets)
        for name in names:
            field = self.fields[name] = built[name]
            field.label, field.required = stated[name].title, stated[name].required
            field.help_text = stated[name].help
        self.adjust()
        if row is not None:
            self.fields["effective_on"] = forms.DateField(
                label=_("生效日期"), initial=today, widget=DateInput()
            )
            self.fields["reason"] = forms.CharField(label=_("变更原因"), max_length=200)
            self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput())
        for field in self.fields.values():
            field.error_messages["required"] = _("请填写此项")

    def adjust(self) -> None:
        """Change the built fields where the columns do not say enough."""

    def _wanted(self, names: Sequence[str]) -> list[str]:
        if self.only is not None:
            return [name for name in names if name in self.only]
        stated = self.specification.fields
        return [name for name in names if self.row is None or not stated[name].fixed]

    def sections(self) -> list[tuple[str, list[tuple[forms.BoundField, int]]]]:
        """Return the fields by section, each with how many of twelve columns it takes.

        The reason of a change comes last.
        """
        reason = [] if self.row is None else [(_("变更说明"), ["effective_on", "reason"])]
        return [
            (str(title), [(self[name], self._width(name)) for name in names])
            for title, names in [*self._sections, *reason]
            if names
        ]

    def _width(self, name: str) -> int:
        stated = self.specification.fields.get(name)
        if stated is None:
            return 8 if name in {"reason", "owner"} else 4
        return {"wide": 8, "narrow": 2}.get(stated.width, 4)


def _initial(row: models.Model) -> dict[str, Any]:
    values = {column.name: getattr(row, column.attname) for column in row._meta.fields}  # noqa: SLF001
    for name in ("longitude", "latitude"):
        typed = values.get(f"typed_{name}")
        if typed is not None:
            values[name] = typed
    return values


def factor_name(factor: Factor) -> str:
    """Return what people call a factor, in the language of the page."""
    return localized({"zh": factor.zh, "en": factor.en})


def _searched(suggestions: str, address: str) -> forms.Widget:
    """Return an input whose proposals the server finds while one types."""
    return forms.TextInput(
        attrs={
            "list": suggestions,
            "autocomplete": "off",
            "hx-get": reverse_lazy(address),
            "hx-trigger": "input changed delay:200ms",
            "hx-target": f"#{suggestions}",
            "hx-swap": "innerHTML",
        }
    )


class SourceForm(PlaceForm):
    """污染源基本信息."""

    specification = SOURCE
    widgets: ClassVar[dict[str, Callable[[], forms.Widget]]] = {
        "street": lambda: forms.TextInput(attrs={"list": "streets", "autocomplete": "off"}),
        "industry_code": lambda: _searched("industries", "sources:industries"),
        "district": lambda: forms.Select(
            attrs={
                "hx-get": reverse_lazy("sources:streets"),
                "hx-trigger": "change",
                "hx-target": "#streets",
                "hx-swap": "innerHTML",
            }
        ),
    }

    def __init__(self, *args: Any, may_move: bool = True, ask_owner: bool = False, **kwargs: Any):
        self._may_move, self._ask_owner = may_move, ask_owner
        super().__init__(*args, **kwargs)

    def _wanted(self, names: Sequence[str]) -> list[str]:
        wanted = super()._wanted(names)
        # where a source is, once it is there, has a page of its own
        elsewhere = () if self.row is None else ("datum", "longitude", "latitude")
        hidden = {*elsewhere, *(() if self._may_move else ("district",))}
        return [name for name in wanted if name not in hidden]

    def adjust(self) -> None:
        """Let an authority say whose the source is."""
        if self._ask_owner:
            self.fields["owner"] = forms.CharField(
                label=_("排污单位"),
                max_length=120,
                widget=_searched("dischargers", "sources:dischargers"),
                help_text=_("输入名称或统一社会信用代码查找"),
            )
            self._sections.insert(0, (_("所属单位"), ["owner"]))


class LocationForm(PlaceForm):
    """Where a source is."""

    specification = SOURCE
    only = frozenset({"datum", "longitude", "latitude"})


class OutletForm(PlaceForm):
    """排口 of one kind: a stack has a height and a diameter, wastewater a channel."""

    specification = OUTLET

    def adjust(self) -> None:
        """Offer what fits the kind."""
        gas = self.kind == Medium.FLUE_GAS
        if "code" in self.fields:
            self.fields["code"].help_text = (
                _("与排污许可证一致，如 DA001") if gas else _("与排污许可证一致，如 DW001")
            )
        to = self.fields["discharge_to"]
        fitting = [
            (value, label)
            for value, label in Discharge.choices
            if (value == Discharge.ATMOSPHERE) == gas
        ]
        to.choices = fitting if gas else [("", _("请选择")), *fitting]  # type: ignore[attr-defined]
        if not gas:
            self.fields["channel"].choices = [("", _("请选择")), *Channel.choices]  # type: ignore[attr-defined]


class PointForm(PlaceForm):
    """测点 of one kind: flue gas says how it samples and whether it calibrates itself."""

    specification = POINT

    def _wanted(self, names: Sequence[str]) -> list[str]:
        wanted = super()._wanted(names)
        fixed = isinstance(self.row, MonitoringPoint) and self.row.networked_on is not None
        return [name for name in wanted if name != "mn_code" or not fixed]

    def adjust(self) -> None:
        """Offer the factors of the kind with their codes."""
        held = self.row.parameters if isinstance(self.row, MonitoringPoint) else []
        known = factors(self.kind)
        self.fields["parameters"] = forms.MultipleChoiceField(
            label=_("监测因子"),
            required=False,
            choices=[
                *((one.symbol, f"{factor_name(one)} {one.code}") for one in known.values()),
                *((name, name) for name in held if name not in known),
            ],
            widget=forms.CheckboxSelectMultiple(),
        )
        for name in ("longitude", "latitude"):
            self.fields[name].required = self.row is not None
        if self.row is None:
            self.fields["longitude"].help_text = _("留空时取污染源的位置")


class CloseForm(forms.Form):
    """Closing a source, an outlet or a point."""

    on = forms.DateField(label=_("关闭日期"), widget=DateInput(), help_text=_("从这一天起不再使用"))
    reason = ReasonField(_("关闭原因"))
    version = forms.IntegerField(widget=forms.HiddenInput())


class ReopenForm(forms.Form):
    """Taking a closed source into use again."""

    reason = ReasonField(_("恢复原因"))
    version = forms.IntegerField(widget=forms.HiddenInput())


class LimitForm(forms.Form):
    """A new emission limit."""

    use_required_attribute = False

    parameter = forms.ChoiceField(label=_("监测因子"))
    lower = forms.DecimalField(
        label=_("下限"), required=False, max_digits=12, decimal_places=4, help_text=_("如 pH 的 6")
    )
    upper = forms.DecimalField(label=_("限值"), required=False, max_digits=12, decimal_places=4)
    unit = forms.CharField(
        label=_("单位"),
        required=False,
        max_length=16,
        widget=forms.TextInput(attrs={"list": "units"}),
        help_text=_("留空时取因子的单位"),
    )
    standard = forms.CharField(label=_("执行标准"), max_length=120)
    clause = forms.CharField(label=_("条款"), required=False, max_length=60)
    effective_from = forms.DateField(label=_("执行开始"), widget=DateInput(), initial=today)
    effective_to = forms.DateField(
        label=_("执行终止"), required=False, widget=DateInput(), help_text=_("长期执行时留空")
    )

    def __init__(self, *args: Any, outlet: Outlet, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"standard": outlet.emission_standard})
        super().__init__(*args, **kwargs)
        known = factors(outlet.kind)
        measured = {name for point in outlet.points.all() for name in point.parameters}
        # what is measured here comes first
        ordered = sorted(known.values(), key=lambda one: one.symbol not in measured)
        self.fields["parameter"].choices = [  # type: ignore[attr-defined]
            (one.symbol, f"{factor_name(one)} {one.symbol}（{one.unit}）") for one in ordered
        ]
        self.units = sorted({one.unit for one in known.values()})


class LimitEndForm(forms.Form):
    """The end of an emission limit."""

    on = forms.DateField(
        label=_("终止日期"), widget=DateInput(), initial=today, help_text=_("从这一天起不再执行")
    )
    reason = ReasonField(_("终止原因"))


class PositionForm(forms.Form):
    """A position that is being typed."""

    longitude = forms.DecimalField(max_digits=9, decimal_places=6)
    latitude = forms.DecimalField(max_digits=9, decimal_places=6)
    datum = forms.ChoiceField(choices=DATUMS)
