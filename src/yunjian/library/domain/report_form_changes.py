"""What a report form says of each of its parts, so that versions can be compared."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yunjian.kernel.languages import localized
from yunjian.library.domain import labels
from yunjian.library.domain.changes import Entry
from yunjian.standards.reports import COVER, PARTS

METHODS: dict[str, labels.Label] = {
    "accuracy": gettext_lazy("准确度（RA、AE、RE）"),
    "drift": gettext_lazy("零点和量程漂移"),
    "indication": gettext_lazy("示值误差"),
    "response": gettext_lazy("响应时间"),
    "correlation": gettext_lazy("相关校准（r、置信区间、允许区间）"),
    "field_factor": gettext_lazy("速度场系数（相对标准偏差）"),
    "standard_check": gettext_lazy("标准样品核查（相对误差）"),
}
GROUPS: dict[str, labels.Label] = {
    "cover": gettext_lazy("封面"),
    "part": gettext_lazy("正文"),
    "test": gettext_lazy("统计表"),
    "original": gettext_lazy("原始记录"),
}


def provenance_text(provenance: str) -> str:
    """Return where a demand comes from, as people call it."""
    return "、".join(str(labels.PROVENANCE[part]) for part in provenance.split(" + "))


def group_of(source: str) -> str:
    """Return in which part of the report a line is filled: a key of `GROUPS`."""
    kind, colon, _key = source.partition(":")
    if colon:
        return kind
    return "cover" if source in COVER else "part"


def source_title(content: Mapping[str, Any], source: str) -> str:
    """Return where a line is filled from, as people call it."""
    kind, colon, key = source.partition(":")
    if not colon:
        text = COVER.get(source) or PARTS.get(source)
        return labels.localized(text) if text else _("已不存在")
    titles = {row["key"]: row["title"] for row in content.get(f"{kind}s", ())}
    return localized(titles[key]) if key in titles else _("已不存在")


def entries(content: Mapping[str, Any]) -> dict[str, Entry]:
    """Return what a report form says of each of its parts."""
    return dict(_entries(content))


def _entries(content: Mapping[str, Any]) -> Iterator[tuple[str, Entry]]:
    before = ""
    for row in content["contents"]:
        values = _words(row) | {
            _("条款"): row["clause"],
            _("填写处"): source_title(content, row["source"]),
            _("必备"): _yes_no(row.get("required", True)),
        }
        yield f"contents.{row['key']}", _entry(row, _("报告内容"), values, before)
        before = localized(row["title"])
    before = ""
    for row in content["originals"]:
        values = _words(row) | {_("必交"): _yes_no(row["required"])}
        yield f"originals.{row['key']}", _entry(row, _("原始记录"), values, before)
        before = localized(row["title"])
    for row in content["tests"]:
        values = _words(row) | {
            _("统计方法"): str(METHODS[row["method"]]),
            _("监测因子"): "、".join(labels.parameter_text(one) for one in row["parameters"]),
            _("判定依据"): f"{row['pack']} {'、'.join(row['limits'])}",
            _("条款"): row["clause"],
        }
        yield f"tests.{row['key']}", Entry(localized(row["title"]), _("统计与判定"), values)


def _words(row: Mapping[str, Any]) -> dict[str, str]:
    return {
        _("中文名称"): row["title"]["zh"],
        _("英文名称"): row["title"]["en"],
        _("依据来源"): provenance_text(row["provenance"]),
    }


def _entry(row: Mapping[str, Any], note: str, values: dict[str, str], before: str) -> Entry:
    place = {_("前一项"): before} if before else {}
    return Entry(localized(row["title"]), note, values | place)


def _yes_no(value: object) -> str:
    return _("是") if value else _("否")
