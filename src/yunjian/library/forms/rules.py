"""Forms of the rule library: the query rows, a row of each table, publishing, what-if."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, get_args

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yunjian.library.domain import labels
from yunjian.library.forms.versions import PublishForm
from yunjian.library.selectors.rules import CONFIRMED, OPEN, PENDING
from yunjian.standards.rules.model import (
    LimitRow,
    ObligationRow,
    Row,
    Statistic,
    SubstitutionRow,
    Unit,
    ValueRow,
)
from yunjian.standards.sheets import definitions

ANY = ("", _("全部"))
NONE = ("", "—")
STATES = [(CONFIRMED, _("已核对")), (PENDING, _("待核对")), (OPEN, _("未确认"))]
SINGLE_PROVENANCE = list(labels.PROVENANCE.items())
PROVENANCES = [
    *SINGLE_PROVENANCE,
    ("recalled + practice", _("回忆待核、行业实践")),
    ("text + practice", _("原文、行业实践")),
    ("text + recalled", _("原文、回忆待核")),
]
UNITS = [(unit, labels.unit_text(unit) or _("无量纲")) for unit in get_args(Unit)]
STATISTICS = [(key, labels.STATISTICS[key]) for key in get_args(Statistic)]
MOST_DIGITS = 12


def _decimal(label: Any, **options: Any) -> forms.DecimalField:
    options = {"required": False, "max_digits": MOST_DIGITS, **options}
    return forms.DecimalField(
        label=label, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **options
    )


class LineQuery(forms.Form):
    """The query row above the rows of a pack."""

    text = forms.CharField(
        label=_("关键词"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"placeholder": _("名称、条款、因子、数值")}),
    )
    provenance = forms.ChoiceField(
        label=_("来源"), required=False, choices=[ANY, *SINGLE_PROVENANCE]
    )
    state = forms.ChoiceField(label=_("核对"), required=False, choices=[ANY, *STATES])
    tab = forms.CharField(required=False, widget=forms.HiddenInput())
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput())


class LibraryQuery(forms.Form):
    """The query row above the rows of every pack in force."""

    text = LineQuery.base_fields["text"]
    kind = forms.ChoiceField(label=_("类别"), required=False, choices=[ANY, *labels.KINDS.items()])
    table = forms.ChoiceField(
        label=_("规则"), required=False, choices=[ANY, *labels.TABLES.items()]
    )
    provenance = LineQuery.base_fields["provenance"]
    state = LineQuery.base_fields["state"]


class Remark(forms.Form):
    """Where in the print a row was found."""

    page = forms.CharField(
        label=_("页码"),
        required=False,
        max_length=40,
        help_text=_("印刷本中的页码，如“第 18 页”"),
    )
    remark = forms.CharField(
        label=_("备注"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class RowForm(forms.Form):
    """What every row says; the tables add their own values."""

    clause = forms.CharField(label=_("条款"), max_length=60)
    provenance = forms.ChoiceField(label=_("数值来源"), choices=PROVENANCES)
    confirm = forms.BooleanField(label=_("已与标准印刷本核对一致"), required=False)
    page = forms.CharField(label=_("页码"), required=False, max_length=40)
    remark = forms.CharField(
        label=_("更正说明"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("为什么更正，依据是什么"),
    )

    values: tuple[str, ...] = ()

    @classmethod
    def of(cls, row: Row) -> dict[str, Any]:
        """Return the values of a row as the form shows them."""
        return {
            "clause": row.clause,
            "provenance": row.provenance,
            **{key: getattr(row, key) for key in cls.values},
        }

    def data_of(self, before: dict[str, Any]) -> dict[str, Any]:
        """Return the row as the loader reads it; what the form does not show stays."""
        given = self.cleaned_data
        dropped = {*self.values, "confirmed_by", "confirmed_on"}
        retained = {key: value for key, value in before.items() if key not in dropped}
        results = {key: given[key] for key in ("clause", "provenance", *self.values)}
        return retained | {key: value for key, value in results.items() if value not in {None, ""}}


class ObligationForm(RowForm):
    """How often, and where."""

    mode = forms.ChoiceField(
        label=_("频次"),
        choices=[
            ("interval", _("最长间隔")),
            ("count", _("每个周期的次数")),
            ("unconfirmed", labels.UNCONFIRMED),
        ],
    )
    every = forms.IntegerField(label=_("间隔"), required=False, min_value=1, max_value=9999)
    every_unit = forms.ChoiceField(
        label=_("间隔单位"), required=False, choices=list(labels.INTERVAL_UNITS.items())
    )
    times = forms.IntegerField(label=_("次数"), required=False, min_value=1, max_value=9999)
    period = forms.ChoiceField(
        label=_("周期"), required=False, choices=list(labels.PERIODS.items())
    )
    automatic = forms.ChoiceField(
        label=_("自动校准"),
        required=False,
        choices=[("", _("不限")), ("yes", _("具备")), ("no", _("不具备"))],
    )
    methods = forms.MultipleChoiceField(
        label=_("采样方式"),
        required=False,
        choices=list(labels.METHODS.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    parameters = forms.CharField(
        label=_("因子"), required=False, max_length=200, help_text=_("以逗号分开；不填为全部")
    )
    sheet = forms.ChoiceField(label=_("记录表"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = {item.code for item in definitions().values()} | {
            str(self.initial.get("sheet") or "")
        }
        choices = [NONE, *((code, code) for code in sorted(codes - {""}))]
        self.fields["sheet"].choices = choices  # type: ignore[attr-defined]

    @classmethod
    def of(cls, row: Row) -> dict[str, Any]:
        """Return the values of an obligation."""
        assert isinstance(row, ObligationRow)  # noqa: S101 - chosen by the table
        automatic = {None: "", True: "yes", False: "no"}[row.automatic_calibration]
        shown: dict[str, Any] = {
            "mode": "count" if row.count else "interval" if row.interval else "unconfirmed",
            "automatic": automatic,
            "methods": list(row.methods or ()),
            "parameters": ", ".join(row.parameters or ()),
            "sheet": row.sheet or "",
        }
        if row.interval is not None:
            shown |= {"every": row.interval.value, "every_unit": row.interval.unit}
        if row.count is not None:
            shown |= {"times": row.count.times, "period": row.count.period}
        return super().of(row) | shown

    def clean(self) -> dict[str, Any]:
        """See that the way chosen has its number."""
        given: dict[str, Any] = super().clean() or {}
        needed = {"interval": "every", "count": "times"}.get(given.get("mode", ""))
        if needed is not None and given.get(needed) is None and needed not in self.errors:
            self.add_error(needed, gettext("请填写数值"))
        return given

    def data_of(self, before: dict[str, Any]) -> dict[str, Any]:
        """Return the row as the loader reads it."""
        given = self.cleaned_data
        data = super().data_of(before)
        own = ("interval", "count", "unconfirmed", "automatic_calibration", "methods")
        for key in (*own, "parameters", "sheet"):
            data.pop(key, None)
        data |= self._how_often()
        if given["automatic"]:
            data["automatic_calibration"] = given["automatic"] == "yes"
        if given["methods"]:
            data["methods"] = given["methods"]
        parameters = [name.strip() for name in given["parameters"].replace("，", ",").split(",")]
        if any(parameters):
            data["parameters"] = [name for name in parameters if name]
        if given["sheet"]:
            data["sheet"] = given["sheet"]
        return data

    def _how_often(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given["mode"] == "interval":
            return {"interval": {"value": given["every"], "unit": given["every_unit"]}}
        if given["mode"] == "count":
            return {"count": {"times": given["times"], "period": given["period"]}}
        return {"unconfirmed": True}


class LimitForm(RowForm):
    """A limit: one number, or by bands."""

    mode = forms.ChoiceField(
        label=_("限值"),
        choices=[
            ("one", _("一个限值")),
            ("bands", _("分段限值")),
            ("unconfirmed", labels.UNCONFIRMED),
        ],
    )
    statistic = forms.ChoiceField(label=_("统计量"), required=False, choices=[NONE, *STATISTICS])
    limit = _decimal(_("限值"))
    unit = forms.ChoiceField(label=_("单位"), required=False, choices=[NONE, *UNITS])
    out_of_control = _decimal(_("失控界限"))
    out_of_control_provenance = forms.ChoiceField(
        label=_("失控界限来源"), required=False, choices=[NONE, *PROVENANCES]
    )
    absolute_limit = _decimal(_("绝对误差限值"))
    absolute_out_of_control = _decimal(_("绝对误差失控界限"))
    absolute_unit = forms.ChoiceField(
        label=_("绝对误差单位"), required=False, choices=[NONE, *UNITS]
    )
    pairs_min = forms.IntegerField(label=_("最少对数"), required=False, min_value=1)
    pass_counts = forms.RegexField(
        r"^\s*(\d+\s*:\s*\d+(\s*[,，]\s*\d+\s*:\s*\d+)*)?\s*$",
        label=_("合格对数"),
        required=False,
        max_length=120,
        help_text=_("总对数:合格对数，如 3:2, 4:3"),
    )

    values = (
        "out_of_control",
        "out_of_control_provenance",
        "absolute_limit",
        "absolute_out_of_control",
        "absolute_unit",
        "pairs_min",
    )

    @classmethod
    def of(cls, row: Row) -> dict[str, Any]:
        """Return the values of a limit."""
        assert isinstance(row, LimitRow)  # noqa: S101 - chosen by the table
        return super().of(row) | {
            "mode": "bands" if row.criteria else "unconfirmed" if row.unconfirmed else "one",
            "statistic": row.statistic or "",
            "limit": row.limit,
            "unit": row.unit or "",
            "pass_counts": ", ".join(f"{item.from_}:{item.required}" for item in row.pass_counts),
        }

    def clean(self) -> dict[str, Any]:
        """See that one limit has its number and unit."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("mode") == "one":
            for name in ("limit", "unit"):
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, gettext("请填写此项"))
        return given

    def data_of(
        self, before: dict[str, Any], bands: Iterable[dict[str, Any]] = ()
    ) -> dict[str, Any]:
        """Return the row as the loader reads it, with the bands of the band forms."""
        given = self.cleaned_data
        data = super().data_of(before)
        own = ("statistic", "limit", "unit", "criteria", "unconfirmed", "pass_counts")
        for key in own:
            data.pop(key, None)
        if given["unit"]:
            data["unit"] = given["unit"]
        if given["mode"] == "one":
            data["limit"] = given["limit"]
            data |= {"statistic": given["statistic"]} if given["statistic"] else {}
        elif given["mode"] == "bands":
            data["criteria"] = _by_unit(bands)
        else:
            data["unconfirmed"] = True
        if given["pass_counts"].strip():
            data["pass_counts"] = [_step(item) for item in _steps(given["pass_counts"])]
        return data


def _steps(text: str) -> list[str]:
    return text.replace("，", ",").split(",")


def _step(text: str) -> dict[str, int]:
    start, required = text.split(":")
    return {"from": int(start), "pass": int(required)}


def _by_unit(bands: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    results: dict[str, list[dict[str, Any]]] = {}
    for band in bands:
        own = dict(band)
        results.setdefault(own.pop("measured_in"), []).append(own)
    return results


class BandForm(forms.Form):
    """One band: from … up to …, and its limit."""

    measured_in = forms.ChoiceField(label=_("测量单位"), choices=UNITS)
    lower_sign = forms.ChoiceField(
        label=_("下限符号"), required=False, choices=[("from", "≥"), ("above", ">")]
    )
    lower = _decimal(_("下限"))
    upper_sign = forms.ChoiceField(
        label=_("上限符号"), required=False, choices=[("below", "<"), ("to", "≤")]
    )
    upper = _decimal(_("上限"))
    statistic = forms.ChoiceField(
        label=_("统计量"),
        required=False,
        choices=[NONE, *((key, key) for key, _title in STATISTICS)],
    )
    limit = _decimal(_("限值"))
    unit = forms.ChoiceField(label=_("限值单位"), required=False, choices=[NONE, *UNITS])
    emission_limit_below = _decimal(_("仅当排放限值 <"))

    @property
    def data_of(self) -> dict[str, Any]:
        """The band as the loader reads it; without a limit nobody has established it."""
        given = self.cleaned_data
        band: dict[str, Any] = {"measured_in": given["measured_in"]}
        for bound, sign in (("lower", "lower_sign"), ("upper", "upper_sign")):
            if given[bound] is not None:
                band[given[sign] or ("from" if bound == "lower" else "below")] = given[bound]
        if given["limit"] is None:
            return band | {"unconfirmed": True}
        for name in ("statistic", "limit", "unit", "emission_limit_below"):
            if given[name] not in {None, ""}:
                band[name] = given[name]
        return band


BandForms = forms.formset_factory(BandForm, extra=1, max_num=60, absolute_max=80, can_delete=True)


def bands_of(row: LimitRow) -> list[dict[str, Any]]:
    """Return the bands of a limit as the band forms show them."""
    return [
        {
            "measured_in": unit,
            "lower_sign": "above" if band.above is not None else "from",
            "lower": band.lower,
            "upper_sign": "to" if band.to is not None else "below",
            "upper": band.upper,
            "statistic": band.statistic or "",
            "limit": band.limit,
            "unit": band.unit or "",
            "emission_limit_below": band.emission_limit_below,
        }
        for unit, bands in row.criteria.items()
        for band in bands
    ]


class ValueForm(RowForm):
    """A deadline or a rate."""

    value = _decimal(_("数值"), min_value=Decimal(0))
    unit = forms.ChoiceField(label=_("单位"), choices=[*UNITS, ("/d", _("次/日"))])
    values = ("value", "unit")

    def data_of(self, before: dict[str, Any]) -> dict[str, Any]:
        """Return the row as the loader reads it; without a value nobody has established it."""
        data = super().data_of(before)
        data.pop("unconfirmed", None)
        return data if "value" in data else data | {"unconfirmed": True}


class SubstitutionForm(RowForm):
    """Which hours stand in for a period without data."""

    capture_from = _decimal(_("捕集率 ≥（%）"), required=True)
    capture_below = _decimal(_("捕集率 <（%）"))
    longer_than = _decimal(_("时长 >（h）"))
    up_to = _decimal(_("时长 ≤（h）"))
    window = forms.IntegerField(label=_("取前多少个有效小时"), min_value=1, max_value=99999)
    before = forms.ChoiceField(label=_("从何时向前数"), choices=list(labels.BEFORE.items()))
    values = ("capture_from", "capture_below", "longer_than", "up_to", "window", "before")


def form_for(row: Row) -> type[RowForm]:
    """Return the form that corrects a row."""
    match row:
        case ObligationRow():
            return ObligationForm
        case LimitRow():
            return LimitForm
        case ValueRow():
            return ValueForm
        case SubstitutionRow():
            return SubstitutionForm
    raise TypeError(type(row).__name__)


class PackPublishForm(PublishForm):
    """From when a version holds, and why."""

    note = forms.CharField(
        label=_("发布说明"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("写明依据和主要变化，各方在版本历史中可见"),
    )


class OverlayForm(forms.Form):
    """A city's stricter rules, as a file or pasted."""

    file = forms.FileField(label=_("TOML 文件"), required=False)
    text = forms.CharField(
        label=_("或直接粘贴"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false", "class": "yj-digest"}),
    )
