"""The properties of each part of a sheet definition as forms, and back again as data."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from yunjian.kernel.languages import language_code, localized
from yunjian.library.domain.changes import Entry
from yunjian.library.domain.sheet_edits import Part, parts_of
from yunjian.library.domain.sheet_posted import number_typed, text_of
from yunjian.library.models.sheets import Verdict
from yunjian.standards.sheets.checks import FOLLOW_UPS, UNITS

NONE = ("", "—")
TYPES = [
    ("text", _("单行文字")),
    ("longtext", _("多行文字")),
    ("number", _("数字")),
    ("date", _("日期")),
    ("time", _("时间")),
    ("datetime", _("日期和时间")),
    ("choice", _("单选")),
    ("choices", _("多选")),
    ("boolean", _("是/否")),
    ("photo", _("照片")),
    ("signature", _("签名")),
    ("computed", _("计算值")),
]
SECTION_TYPES = [("fields", _("栏目")), ("checklist", _("检查表")), ("group", _("重复行"))]
DEMANDED = [("no", _("否")), ("yes", _("是")), ("when", _("满足条件时"))]
# what means something only for fields of some types
ONLY_FOR: dict[str, set[str]] = {
    "unit": {"number", "computed"},
    "decimals": {"number", "computed"},
    "min": {"number"},
    "max": {"number"},
    "choices": {"choice", "choices"},
    "compute": {"computed"},
    "prefill": {kind for kind, _title in TYPES} - {"computed", "photo", "signature"},
    "demanded": {kind for kind, _title in TYPES} - {"computed"},
}
FOLLOW_UP_TITLES = {
    "calibration": _("校准"),
    "repair": _("维修"),
    "verification": _("校验"),
    "manual_sampling": _("手工监测"),
    "cylinder_replacement": _("更换标气"),
}
LONGEST_EXPRESSION = 2000


def _text(label: Any, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, **{"required": False, "max_length": 200, **options})


def _expression(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=LONGEST_EXPRESSION,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 2, "class": "yj-code", "spellcheck": "false"}),
    )


class _NumberField(forms.CharField):
    """A number as the phone app keeps it: whole or not, and nothing where nothing was typed."""

    def __init__(self, label: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal"})
        super().__init__(label=label, required=False, max_length=24, widget=widget)

    def clean(self, value: Any) -> int | float | None:
        """Return the number typed."""
        text = super().clean(value)
        number = number_typed(text) if text else None
        if isinstance(number, str):
            raise forms.ValidationError(say("请填写数字"))
        return number


class _ChoicesField(forms.CharField):
    """The choices of a field, one a line."""

    def clean(self, value: Any) -> list[dict[str, Any]]:
        """Return the choices as the definition keeps them."""
        return [_choice(line) for line in super().clean(value).splitlines() if line.strip()]


class _PartForm(forms.Form):
    """What every part has. `values()` says what to set in the part; None takes a key away."""

    plain: ClassVar[tuple[str, ...]] = ()
    title_zh = _text(_("中文标题"), required=True)
    title_en = _text(_("英文标题"), required=True)

    def values(self) -> dict[str, Any]:
        """Return the valid values as the definition keeps them."""
        given = self.cleaned_data
        result: dict[str, Any] = {
            key: None if given[key] in ("", []) else given[key]
            for key in self.plain
            if key in self.fields
        }
        result["title"] = {"zh": given["title_zh"], "en": given["title_en"]}
        if "hint_zh" in self.fields:
            zh, en = given["hint_zh"], given["hint_en"]
            result["hint"] = {"zh": zh or en, "en": en or zh} if zh or en else None
        return result

    @classmethod
    def initial_of(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the form shows of a part."""
        title, hint = data.get("title") or {}, data.get("hint") or {}
        texts = {
            "title_zh": title.get("zh", ""),
            "title_en": title.get("en", ""),
            "hint_zh": hint.get("zh", ""),
            "hint_en": hint.get("en", ""),
        }
        return {**texts, **{key: text_of("text", data.get(key)) for key in cls.plain}}


class SheetPartForm(_PartForm):
    """The sheet as a whole."""

    plain = ("standard", "annex", "paper")
    standard = _text(_("标准"))
    annex = _text(_("附录或表号"))
    paper = forms.ChoiceField(
        label=_("纸张"),
        required=False,
        choices=[NONE, ("portrait", _("纵向")), ("landscape", _("横向"))],
    )


class SectionPartForm(_PartForm):
    """A part of the sheet; rows only of what repeats."""

    plain = ("key", "show", "rows", "min", "max")
    key = _text(_("编号"), required=True, help_text=_("小写字母、数字、下划线"))
    hint_zh = _text(_("中文提示"))
    hint_en = _text(_("英文提示"))
    show = _expression(_("显示条件"), _("为空时总是显示"))
    min = _NumberField(_("最少行数"))
    max = _NumberField(_("最多行数"))
    rows = _expression(_("预置行"), _("每个元素一行，预填时以 item 引用，如 ctx.instruments"))


class ItemPartForm(_PartForm):
    """A line of a checklist."""

    plain = ("key", "clause", "interval_days")
    key = _text(_("编号"), required=True, help_text=_("小写字母、数字、下划线"))
    interval_days = forms.IntegerField(
        label=_("周期（天）"), required=False, min_value=1, max_value=3660
    )
    clause = _text(_("条款"))
    hint_zh = _text(_("中文提示"))
    hint_en = _text(_("英文提示"))


class FieldPartForm(_PartForm):
    """Something to fill in."""

    plain = (
        "key", "type", "unit", "decimals", "min", "max", "choices", "show", "prefill", "compute",
    )  # fmt: skip
    key = _text(_("编号"), required=True, help_text=_("小写字母、数字、下划线"))
    type = forms.ChoiceField(label=_("类型"), choices=TYPES)
    unit = forms.ChoiceField(
        label=_("单位"), required=False, choices=[NONE, *((one, one) for one in sorted(UNITS))]
    )
    decimals = _NumberField(_("小数位数"))
    min = _NumberField(_("下限"))
    max = _NumberField(_("上限"))
    choices = _ChoicesField(
        label=_("选项"),
        required=False,
        help_text=_("每行一个：值 | 中文 | 英文"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    demanded = forms.ChoiceField(label=_("必填"), choices=DEMANDED, initial="no")
    demanded_when = _expression(_("必填条件"))
    show = _expression(_("显示条件"), _("为空时总是显示"))
    prefill = _expression(_("预填"), _("如 ctx.discharger.name"))
    compute = _expression(_("计算公式"), _("只用于计算值，如 row.after - row.before"))
    hint_zh = _text(_("中文提示"))
    hint_en = _text(_("英文提示"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = str(self["type"].value() or "")
        unused = {key for key, kinds in ONLY_FOR.items() if kind not in kinds}
        if self["demanded"].value() != "when":
            unused.add("demanded_when")
        for key in unused:
            del self.fields[key]

    @classmethod
    def initial_of(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """Add what is not written as it is kept."""
        demanded = data.get("required", False)
        lines = [
            f"{one.get('value', '')} | {one['title'].get('zh', '')} | {one['title'].get('en', '')}"
            for one in data.get("choices") or []
        ]
        return {
            **super().initial_of(data),
            "choices": "\n".join(lines),
            "demanded": "when" if isinstance(demanded, str) else "yes" if demanded else "no",
            "demanded_when": demanded if isinstance(demanded, str) else "",
        }

    def values(self) -> dict[str, Any]:
        """Add what is not written as it is kept."""
        given = self.cleaned_data
        # a condition that is still to be written demands nothing
        when = given.get("demanded_when") or None
        demanded = {"no": None, "yes": True, "when": when or "false"}
        return {
            **dict.fromkeys(ONLY_FOR),
            **super().values(),
            "required": demanded.get(given.get("demanded", "no")),
        }


class JudgementForm(forms.Form):
    """One rule of a field; the first that holds counts."""

    when = _expression(_("条件"))
    verdict = forms.ChoiceField(label=_("结论"), choices=Verdict.choices, required=False)
    message_zh = _text(_("中文说明"))
    message_en = _text(_("英文说明"))
    clause = _text(_("条款"))
    follow_up = forms.MultipleChoiceField(
        label=_("后续工作"),
        required=False,
        choices=[(one, FOLLOW_UP_TITLES[one]) for one in FOLLOW_UPS],
        widget=forms.CheckboxSelectMultiple,
    )


JudgementFormSet = forms.formset_factory(JudgementForm, extra=1, can_delete=True, max_num=40)


def judgements_initial(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what the forms show of the rules of a field."""
    return [
        {
            "when": rule.get("when", ""),
            "verdict": rule.get("verdict", ""),
            "message_zh": (rule.get("message") or {}).get("zh", ""),
            "message_en": (rule.get("message") or {}).get("en", ""),
            "clause": rule.get("clause", ""),
            "follow_up": _listed(rule.get("follow_up")),
        }
        for rule in data.get("judge") or []
    ]


def judgements_given(formset: Any) -> list[dict[str, Any]] | None:
    """Return the rules as the definition keeps them; None when there are none."""
    rules = []
    for form in formset.forms:
        given = form.cleaned_data
        if not given.get("when") or given.get("DELETE"):
            continue
        rule: dict[str, Any] = {
            "when": given["when"],
            "verdict": given["verdict"],
            "message": {"zh": given["message_zh"], "en": given["message_en"]},
        }
        rules.append(rule | {key: given[key] for key in ("clause", "follow_up") if given[key]})
    return rules or None


PART_FORMS: dict[str, type[_PartForm]] = {
    "sheet": SheetPartForm,
    "section": SectionPartForm,
    "item": ItemPartForm,
    "field": FieldPartForm,
}


def part_form(part: Part, data: Any = None) -> _PartForm:
    """Return the form of a part, bound to what was posted or showing what is there."""
    kind = PART_FORMS[part.kind]
    form = kind(data=data, prefix="part", initial=kind.initial_of(part.data))
    if part.kind == "section" and part.data["kind"] != "group":
        for key in ("min", "max", "rows"):
            del form.fields[key]
    return form


def entries(definition: Mapping[str, Any]) -> dict[str, Entry]:
    """Return what a definition says of each of its parts, in the words of the editor."""
    result: dict[str, Entry] = {}
    before = ""
    for key, part in parts_of(dict(definition)):
        title = localized(part.data["title"])
        section = key.partition(".")[0] if "." in key else ""
        note = result[section].title if section else ""
        values = {str(_("前一项")): before} if part.kind in {"field", "item"} and before else {}
        result[key] = Entry(title, note, _shown(part) | values)
        before = title if part.kind in {"field", "item"} else ""
    return result


def _shown(part: Part) -> dict[str, str]:
    form = part_form(part)
    values = {}
    for bound in form:
        titles = dict(getattr(bound.field, "choices", []))
        value = bound.initial
        values[str(bound.label)] = str(titles.get(value, value) if value else value or "")
    for number, rule in enumerate(judgements_initial(part.data), start=1):
        message = rule["message_en"] if language_code() == "en" else rule["message_zh"]
        follow_up = "、".join(str(FOLLOW_UP_TITLES[one]) for one in rule["follow_up"])
        verdict = str(dict(Verdict.choices).get(rule["verdict"], ""))
        texts = [rule["when"], verdict, message, rule["clause"], follow_up]
        values[say("判定规则 %(number)d") % {"number": number}] = " · ".join(filter(None, texts))
    return values


class CopyForm(forms.Form):
    """Begin a draft: the next version of the sheet, or one of one's own."""

    code = forms.CharField(
        label=_("新编码"),
        required=False,
        max_length=32,
        help_text=_("留空则修订原记录单；填写则另成一种，如 city-g1"),
    )


def _choice(line: str) -> dict[str, Any]:
    value, *titles = [part.strip() for part in line.split("|")]
    zh = titles[0] if titles else value
    return {"value": value, "title": {"zh": zh, "en": titles[1] if titles[1:] else zh}}


def _listed(given: Any) -> list[str]:
    if isinstance(given, str):
        return [given] if given else []
    return list(given or [])
