"""The lines of a report form as dialogs, and taking a version out of use."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from yunjian.kernel.languages import language_code
from yunjian.library.domain import labels
from yunjian.library.domain.report_form_edits import Part, free_key, line_of
from yunjian.standards import reports
from yunjian.web.forms import SaysWhatIsMissing
from yunjian.web.widgets import DateInput

LONGEST_TITLE, LONGEST_CLAUSE, LONGEST_KEY = 120, 80, 40


class LineForm(SaysWhatIsMissing, forms.Form):
    """What a line of either list says. A new one has a key; later that stays, for files are kept
    under it."""

    key = forms.CharField(
        label=_("编号"),
        max_length=LONGEST_KEY,
        help_text=_("小写字母、数字和连字符，保存后不能修改"),
    )
    title_zh = forms.CharField(label=_("中文名称"), max_length=LONGEST_TITLE)
    title_en = forms.CharField(label=_("英文名称"), max_length=LONGEST_TITLE)
    provenance = forms.ChoiceField(
        label=_("依据来源"),
        choices=[*labels.PROVENANCE.items()],
        help_text=_("原文：已与标准原文核对；行业实践：见于实际报告；回忆待核：尚未核对"),
    )
    required = forms.BooleanField(label=_("必备"), required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, *args: Any, is_new: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        self.stale = False
        if not is_new:
            del self.fields["key"]

    def values(self) -> dict[str, Any]:
        """Return the valid values as the form's data keep them."""
        given = self.cleaned_data
        plain = ("key", "clause", "provenance", "required", "source")
        values = {name: given[name] for name in plain if name in given}
        return values | {"title": {"zh": given["title_zh"], "en": given["title_en"]}}


class ContentForm(LineForm):
    """A line of the contents checklist."""

    clause = forms.CharField(label=_("条款"), max_length=LONGEST_CLAUSE)
    source = forms.ChoiceField(label=_("填写处"), help_text=_("由报告的哪项数据判断是否已填"))
    field_order = ("key", "title_zh", "title_en", "clause", "source", "provenance", "required")

    def __init__(self, *args: Any, content: Mapping[str, Any], **more: Any) -> None:
        super().__init__(*args, **more)
        choices: list[Any] = [("", say("请选择")), *_sources(content)]
        self.fields["source"].choices = choices  # type: ignore[attr-defined]  # Django's documented API


class OriginalForm(LineForm):
    """A kind of original record."""

    field_order = ("key", "title_zh", "title_en", "provenance", "required")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["required"].label = _("必交")


def line_form(part: Part, content: Mapping[str, Any], key: str, data: Any = None) -> LineForm:
    """Return the form of a line, or of a new one; bound to what was posted, if anything was.

    Raises:
        NoSuchLine: there is no line of that key to show.
    """
    initial: dict[str, Any] = {
        "key": free_key(content, part),
        "provenance": "practice",
        "required": True,
    }
    if key and data is None:
        row = line_of(content, part, key)
        initial = {
            **{name: row.get(name) for name in ("clause", "source", "provenance")},
            "title_zh": row["title"]["zh"],
            "title_en": row["title"]["en"],
            "required": row.get("required", True),
        }
    if part == "contents":
        return ContentForm(data, content=content, is_new=not key, initial=initial)
    return OriginalForm(data, is_new=not key, initial=initial)


class WithdrawForm(SaysWhatIsMissing, forms.Form):
    """From when on a version no longer holds, and why."""

    reason = forms.CharField(
        label=_("停用原因"), max_length=200, widget=forms.Textarea(attrs={"rows": 3})
    )
    ends_on = forms.DateField(
        label=_("停用日期"), widget=DateInput(), help_text=_("自这一天 0 时起不再适用")
    )


def _sources(content: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what a line may be filled from, in groups."""
    return [
        (say("封面"), [(key, labels.localized(text)) for key, text in reports.COVER.items()]),
        (say("正文"), [(key, labels.localized(text)) for key, text in reports.PARTS.items()]),
        (say("统计表"), [*_keyed("test", content["tests"])]),
        (say("原始记录"), [*_keyed("original", content["originals"])]),
    ]


def _keyed(kind: str, rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(f"{kind}:{row['key']}", str(row["title"][language_code()])) for row in rows]
