"""Forms of the rule library: the query rows, a row of each table, publishing, what-if."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, get_args

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yunjian.kernel.errors import DomainError
from yunjian.library.domain import labels
from yunjian.library.forms.versions import PublishForm
from yunjian.library.services.rules import LONGEST_UPLOAD
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
from yunjian.web.forms import add_domain_errors
from yunjian.web.widgets import FilterChoiceField, FilterTextField

NONE = ("", "—")
BANDS = "bands"
PASTED = "overlay.toml"
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


def _choice(label: Any, choices: Iterable[Any]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[NONE, *choices])


class LineQuery(forms.Form):
    """The query row above the rows of a pack."""

    text = FilterTextField(_("关键词"), _("名称、条款、因子、数值"))
    provenance = FilterChoiceField(_("来源"), SINGLE_PROVENANCE)
    state = FilterChoiceField(_("核对"), labels.STATES.items())
    tab = forms.CharField(required=False, widget=forms.HiddenInput())
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput())


class LibraryQuery(forms.Form):
    """The query row above the rows of every pack in force."""

    text = LineQuery.base_fields["text"]
    kind = FilterChoiceField(_("类别"), labels.KINDS.items())
    table = FilterChoiceField(_("规则"), labels.TABLES.items())
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
    """What every row says; the tables add their own values.

    `values` are shown as the row has them, `written` in the form's own way.
    """

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

    values: ClassVar[tuple[str, ...]] = ()
    written: ClassVar[tuple[str, ...]] = ()
    bands: Any = None

    def __init__(self, data: QueryDict | None, row: Any) -> None:
        names = ("clause", "provenance", *self.values)
        initial = {name: getattr(row, name) for name in names} | self.shown(row)
        super().__init__(data, initial=initial)

    def shown(self, row: Any) -> dict[str, Any]:  # noqa: ARG002 - of those that have some
        """Return what the form shows of a row in its own way."""
        return {}

    def given(self) -> dict[str, Any]:
        """Return what was said in the form's own way, as the loader reads it; blank is nothing."""
        return {}

    def data_of(self, before: dict[str, Any]) -> dict[str, Any]:
        """Return the row as the loader reads it; what the form does not show stays."""
        dropped = {*self.values, *self.written, "confirmed_by", "confirmed_on"}
        retained = {key: value for key, value in before.items() if key not in dropped}
        values = {key: self.cleaned_data[key] for key in ("clause", "provenance", *self.values)}
        results = values | self.given()
        return retained | {key: value for key, value in results.items() if not _is_blank(value)}


def _is_blank(value: Any) -> bool:
    return value is None or value in ("", [])


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
    sheet = _choice(_("记录表"), ())

    values = ("sheet",)
    written = (
        "interval", "count", "unconfirmed", "automatic_calibration", "methods", "parameters",
    )  # fmt: skip

    def __init__(self, data: QueryDict | None, row: ObligationRow) -> None:
        super().__init__(data, row)
        codes = {item.code for item in definitions().values()} | {row.sheet or ""}
        choices = [NONE, *((code, code) for code in sorted(codes - {""}))]
        self.fields["sheet"].choices = choices  # type: ignore[attr-defined]

    def shown(self, row: ObligationRow) -> dict[str, Any]:
        """Return how often, and where."""
        shown: dict[str, Any] = {
            "mode": "count" if row.count else "interval" if row.interval else "unconfirmed",
            "automatic": {None: "", True: "yes", False: "no"}[row.automatic_calibration],
            "methods": list(row.methods or ()),
            "parameters": ", ".join(row.parameters or ()),
        }
        if row.interval is not None:
            shown |= {"every": row.interval.value, "every_unit": row.interval.unit}
        if row.count is not None:
            shown |= {"times": row.count.times, "period": row.count.period}
        return shown

    def clean(self) -> dict[str, Any]:
        """See that the way chosen has its number."""
        given: dict[str, Any] = super().clean() or {}
        needed = {"interval": "every", "count": "times"}.get(given.get("mode", ""))
        if needed is not None and given.get(needed) is None and needed not in self.errors:
            self.add_error(needed, gettext("请填写数值"))
        return given

    def given(self) -> dict[str, Any]:
        """Return how often, and where."""
        given = self.cleaned_data
        how_often: dict[str, dict[str, Any]] = {
            "interval": {"interval": {"value": given["every"], "unit": given["every_unit"]}},
            "count": {"count": {"times": given["times"], "period": given["period"]}},
            "unconfirmed": {"unconfirmed": True},
        }
        names = given["parameters"].replace("，", ",").split(",")
        return {
            **how_often[given["mode"]],
            "automatic_calibration": {"yes": True, "no": False}.get(given["automatic"]),
            "methods": given["methods"],
            "parameters": [name.strip() for name in names if name.strip()],
        }


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
    statistic = _choice(_("统计量"), ((key, key) for key, _title in STATISTICS))
    limit = _decimal(_("限值"))
    unit = _choice(_("限值单位"), UNITS)
    emission_limit_below = _decimal(_("仅当排放限值 <"))

    @property
    def is_wanted(self) -> bool:
        """Whether the band is to stay; the place for another one that was left empty is none."""
        given = self.cleaned_data
        if not given or given.get("DELETE"):
            return False
        values = (given.get(name) for name in ("lower", "upper", "limit"))
        return not self.empty_permitted or not all(map(_is_blank, values))

    def data_of(self) -> dict[str, Any]:
        """Return the band as the loader reads it; without a limit nobody has established it."""
        given = self.cleaned_data
        band: dict[str, Any] = {}
        for bound, sign in (("lower", "lower_sign"), ("upper", "upper_sign")):
            if given[bound] is not None:
                band[given[sign] or ("from" if bound == "lower" else "below")] = given[bound]
        if given["limit"] is None:
            return band | {"unconfirmed": True}
        names = ("statistic", "limit", "unit", "emission_limit_below")
        return band | {name: given[name] for name in names if not _is_blank(given[name])}


BandForms = forms.formset_factory(BandForm, extra=1, max_num=60, absolute_max=80, can_delete=True)


def _bands_shown(row: LimitRow) -> list[dict[str, Any]]:
    """Return the bands of a limit as the band forms show them."""
    names = ("lower", "upper", "statistic", "limit", "unit", "emission_limit_below")
    return [
        {
            "measured_in": unit,
            "lower_sign": "above" if band.above is not None else "from",
            "upper_sign": "to" if band.to is not None else "below",
            **{name: getattr(band, name) for name in names},
        }
        for unit, bands in row.criteria.items()
        for band in bands
    ]


class LimitForm(RowForm):
    """A limit: one number, or by bands."""

    mode = forms.ChoiceField(
        label=_("限值"),
        choices=[
            ("one", _("一个限值")),
            (BANDS, _("分段限值")),
            ("unconfirmed", labels.UNCONFIRMED),
        ],
    )
    statistic = _choice(_("统计量"), STATISTICS)
    limit = _decimal(_("限值"))
    unit = _choice(_("单位"), UNITS)
    out_of_control = _decimal(_("失控界限"))
    out_of_control_provenance = _choice(_("失控界限来源"), PROVENANCES)
    absolute_limit = _decimal(_("绝对误差限值"))
    absolute_out_of_control = _decimal(_("绝对误差失控界限"))
    absolute_unit = _choice(_("绝对误差单位"), UNITS)
    pairs_min = forms.IntegerField(label=_("最少对数"), required=False, min_value=1)
    pass_counts = forms.RegexField(
        r"^\s*(\d+\s*:\s*\d+(\s*[,，]\s*\d+\s*:\s*\d+)*)?\s*$",
        label=_("合格对数"),
        required=False,
        max_length=120,
        help_text=_("总对数:合格对数，如 3:2, 4:3"),
    )

    values = (
        "unit",
        "out_of_control",
        "out_of_control_provenance",
        "absolute_limit",
        "absolute_out_of_control",
        "absolute_unit",
        "pairs_min",
    )
    written = ("statistic", "limit", "criteria", "unconfirmed", "pass_counts")

    def __init__(self, data: QueryDict | None, row: LimitRow) -> None:
        super().__init__(data, row)
        self.bands = BandForms(data, initial=_bands_shown(row), prefix=BANDS)

    def shown(self, row: LimitRow) -> dict[str, Any]:
        """Return the limit and the pairs that have to pass."""
        return {
            "mode": BANDS if row.criteria else "unconfirmed" if row.unconfirmed else "one",
            "statistic": row.statistic or "",
            "limit": row.limit,
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

    def is_valid(self) -> bool:
        """Whether all can be read, the bands too where there are to be some."""
        return super().is_valid() and (self.cleaned_data["mode"] != BANDS or self.bands.is_valid())

    def given(self) -> dict[str, Any]:
        """Return the limit, by bands or not, and the pairs that have to pass."""
        given = self.cleaned_data
        steps = given["pass_counts"].replace("，", ",").split(",")
        results: dict[str, Any] = {"pass_counts": [_step(one) for one in steps if one.strip()]}
        if given["mode"] == "one":
            return results | {"limit": given["limit"], "statistic": given["statistic"]}
        if given["mode"] == BANDS:
            return results | {"criteria": self._criteria()}
        return results | {"unconfirmed": True}

    def _criteria(self) -> dict[str, list[dict[str, Any]]]:
        results: dict[str, list[dict[str, Any]]] = {}
        for band in self._wanted():
            results.setdefault(band.cleaned_data["measured_in"], []).append(band.data_of())
        return results

    def _wanted(self) -> list[Any]:
        return [band for band in self.bands if band.is_wanted]

    def add_refusal(self, error: DomainError) -> None:
        """Show a refusal at the value, and those of bands at the bands in question."""
        for item in error.errors:
            name, *place = item.path.split(":", 2)
            if name == BANDS:
                for band in self._bands_at(*place):
                    band.add_error(None, item.message)
        add_domain_errors(self, error)

    def _bands_at(self, unit: str = "", at: str = "") -> list[Any]:
        own = [band for band in self._wanted() if band.cleaned_data["measured_in"] == unit]
        if at.startswith("#"):
            number = int(at[1:])
            return own[number : number + 1]
        try:
            bound = Decimal(at)
        except InvalidOperation:
            return own[:1]
        bounds = ("lower", "upper")
        touching = [one for one in own if bound in map(one.cleaned_data.get, bounds)]
        return touching or own[:1]


def _step(text: str) -> dict[str, int]:
    start, required = text.split(":")
    return {"from": int(start), "pass": int(required)}


class ValueForm(RowForm):
    """A deadline or a rate."""

    value = _decimal(_("数值"), min_value=Decimal(0))
    unit = forms.ChoiceField(label=_("单位"), choices=[*UNITS, ("/d", _("次/日"))])
    values = ("value", "unit")
    written = ("unconfirmed",)

    def given(self) -> dict[str, Any]:
        """Without a value nobody has established it."""
        return {"unconfirmed": True} if self.cleaned_data["value"] is None else {}


class SubstitutionForm(RowForm):
    """Which hours stand in for a period without data."""

    capture_from = _decimal(_("捕集率 ≥（%）"), required=True)
    capture_below = _decimal(_("捕集率 <（%）"))
    longer_than = _decimal(_("时长 >（h）"))
    up_to = _decimal(_("时长 ≤（h）"))
    window = forms.IntegerField(label=_("取前多少个有效小时"), min_value=1, max_value=99999)
    before = forms.ChoiceField(label=_("从何时向前数"), choices=list(labels.BEFORE.items()))
    values = ("capture_from", "capture_below", "longer_than", "up_to", "window", "before")


ROW_FORMS: dict[type[Row], type[RowForm]] = {
    ObligationRow: ObligationForm,
    LimitRow: LimitForm,
    ValueRow: ValueForm,
    SubstitutionRow: SubstitutionForm,
}


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

    def clean(self) -> dict[str, Any]:
        """Return the text and its name; what a file held stays in the form as text."""
        given: dict[str, Any] = super().clean() or {}
        file, text, name = given.get("file"), given.get("text", ""), PASTED
        if file is not None and file.size > LONGEST_UPLOAD:
            self.add_error("file", gettext("文件太大，最多 512 KB"))
        elif file is not None:
            try:
                text, name = file.read().decode(), file.name
                self.data = {"text": text}
            except UnicodeDecodeError:
                self.add_error("file", gettext("文件不是 UTF-8 文本"))
        elif not text.strip() and not self.errors:
            self.add_error("file", gettext("请选择文件或粘贴内容"))
        return {"text": text, "filename": name}
