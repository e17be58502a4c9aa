"""What may be wrong with a sheet definition, and how it is told."""

from dataclasses import dataclass

REASONS: dict[str, tuple[str, str]] = {
    "unknown_key": ("不认识的键 {detail}", "unknown key {detail}"),
    "missing_key": ("缺少 {detail}", "{detail} is missing"),
    "wrong_kind": ("值的类型不对：{detail}", "a value of the wrong kind: {detail}"),
    "wrong_key": (
        "编号只能由小写字母、数字和下划线组成：{detail}",
        "a key is lower case letters, digits and underscores: {detail}",
    ),
    "twice": ("{detail} 重复", "{detail} is used twice"),
    "text": ("文字须有 zh 和 en 两种语言", "texts are given in zh and en"),
    "unknown_value": ("不认识的值 {detail}", "unknown value {detail}"),
    "unknown_unit": ("不认识的计量单位 {detail}", "unknown unit {detail}"),
    "contents": (
        "检查表须有 items，其他部分须有 fields",
        "a checklist has items, other sections have fields",
    ),
    "compute": (
        "计算项须有 compute，其他项不得有",
        "computed fields, and only they, have compute",
    ),
    "choices": ("没有选项", "no choices"),
    "range": ("下限大于上限：{detail}", "the lower bound is above the upper: {detail}"),
    "unknown_limit": ("规则包中没有此限值：{detail}", "no pack holds this limit: {detail}"),
    "unknown_reference": (
        "引用了不存在的内容 {detail}",
        "{detail} does not exist",
    ),
    "expression": ("表达式不成立（{detail}）", "not a valid expression ({detail})"),
    "effective": (
        "版本的生效日期重叠或中断：{detail}",
        "effective dates overlap or leave a gap: {detail}",
    ),
    "removed": (
        "上一版本中的 {detail} 被去掉，须列入 retired",
        "{detail} of the previous version is gone: list it under retired",
    ),
    "type_changed": (
        "{detail} 的类型与上一版本不同，须列入 retired",
        "the type of {detail} differs from the previous version: list it under retired",
    ),
    "version": ("版本号须大于上一版本", "the version has to be above the previous one"),
    "other_code": ("编号与上一版本不同", "the code differs from that of the previous version"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where, and why (a code of `REASONS`)."""

    place: str
    reason_code: str
    detail: str = ""

    @property
    def message(self) -> dict[str, str]:
        """Return the reason in both languages."""
        zh, en = REASONS[self.reason_code]
        return {"zh": zh.format(detail=self.detail), "en": en.format(detail=self.detail)}


class InvalidDefinition(ValueError):
    """A sheet definition is not what the reference says; `problems` name every place."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{item.place}: {item.message['en']}" for item in problems))
        self.problems = problems
