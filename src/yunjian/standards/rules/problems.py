"""What may be wrong with a rule pack: a reason with parameters, and its sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Self

Path = tuple[str | int, ...]


class Reason(StrEnum):
    """Why a pack, or a row of it, is refused: a code, and the sentence in Chinese and English.

    The names in braces are the parameters that each reason comes with.
    """

    sentences: tuple[str, str]

    def __new__(cls, code: str, zh: str, en: str) -> Self:
        """Make the code the value."""
        member = str.__new__(cls, code)
        member._value_, member.sentences = code, (zh, en)
        return member

    # the file
    NOT_UTF8 = ("not_utf8", "文件不是 UTF-8 文本", "not UTF-8")
    NOT_TOML = ("not_toml", "不是有效的 TOML：{detail}", "no valid TOML: {detail}")
    TOO_DEEP = ("too_deep", "嵌套太深", "nested too deeply")
    # one value
    UNKNOWN_KEY = ("unknown_key", "没有这个字段", "unknown key")
    MISSING = ("missing", "缺少必填内容", "missing")
    EMPTY = ("empty", "不能为空", "must not be empty")
    TOO_FEW = ("too_few", "至少要有 {least} 项", "has to have at least {least}")
    TOO_MANY = ("too_many", "至多 {most} 项", "has to have at most {most}")
    TOO_SMALL = ("too_small", "必须大于 {bound}", "has to be greater than {bound}")
    NOT_A_NUMBER = ("not_a_number", "必须是数字", "has to be a number")
    NOT_AN_INTEGER = ("not_an_integer", "必须是整数", "has to be a whole number")
    NOT_A_DATE = ("not_a_date", "必须是日期 YYYY-MM-DD", "has to be a date YYYY-MM-DD")
    NOT_A_TEXT = ("not_a_text", "必须是文字", "has to be a text")
    NOT_A_BOOLEAN = ("not_a_boolean", "必须是 true 或 false", "has to be true or false")
    NOT_A_LIST = ("not_a_list", "应写成 […] 列表", "has to be a list")
    NOT_A_TABLE = ("not_a_table", "应写成 {{…}} 表格", "has to be a table")
    NOT_TABLES = ("not_tables", "应写成 [[…]] 表格", "has to be a list of tables")
    NOT_A_CHOICE = ("not_a_choice", "只能是 {choices} 之一", "has to be {choices}")
    NOT_ALLOWED = ("not_allowed", "不允许这个值", "a value that is not allowed")
    # values that do not go together
    DUPLICATE_ID = ("duplicate_id", "条目编号重复", "the id occurs twice")
    END_BEFORE_START = (
        "end_before_start",
        "废止日期必须晚于施行日期",
        "the end is not after the beginning",
    )
    HALF_CONFIRMATION = (
        "half_confirmation",
        "核对人和核对日期要一起填写",
        "confirmed_by and confirmed_on go together",
    )
    FREQUENCY_FORM = (
        "frequency_form",
        "间隔和次数只能填一种",
        "exactly one of interval, count, unconfirmed",
    )
    LIMIT_FORM = (
        "limit_form",
        "单一限值和分段限值只能填一种",
        "exactly one of limit, criteria, unconfirmed",
    )
    VALUE_FORM = ("value_form", "请填写数值，或标为未确认", "exactly one of value, unconfirmed")
    UNIT_MISSING = ("unit_missing", "请填写单位", "a unit is needed")
    UNIT_WITHOUT_CRITERIA = (
        "unit_without_criteria",
        "默认单位必须是分段所用的单位之一",
        "none of the units of the criteria",
    )
    OUT_OF_CONTROL_WITHIN_LIMIT = (
        "out_of_control_within_limit",
        "失控界限不能比限值更严",
        "out of control begins within the limit",
    )
    HALF_ABSOLUTE_LIMIT = (
        "half_absolute_limit",
        "绝对误差限值和它的单位要一起填写",
        "absolute_limit and absolute_unit go together",
    )
    PAIRS_NEED_ERROR = (
        "pairs_need_error",
        "逐对判定只能按 AE 或 RE",
        "single pairs are judged by AE or RE",
    )
    PAIR_COUNTS_NOT_RISING = (
        "pair_counts_not_rising",
        "对数要求必须从小到大，不能重复",
        "pass counts have to rise",
    )
    PAIR_COUNT_IMPOSSIBLE = (
        "pair_count_impossible",
        "要求合格的对数多于总对数",
        "more pairs are required than there are",
    )
    BAND_BOUNDS = ("band_bounds", "上下限各只能填一个", "one lower and one upper bound at most")
    BAND_VALUE_UNCONFIRMED = (
        "band_value_unconfirmed",
        "未确认的分段不能有数值",
        "an unconfirmed band has no value",
    )
    BAND_INCOMPLETE = (
        "band_incomplete",
        "请填写统计量、限值和单位",
        "statistic, limit and unit are needed",
    )
    BANDS_NOT_OPEN = (
        "bands_not_open",
        "{unit} 分段不完整：最低一段不填下限，最高一段不填上限",
        "gap in {unit}: the outer bands have to be open",
    )
    BANDS_GAP = ("bands_gap", "{unit} 分段在 {at} 处有空档", "gap at {at} {unit}")
    BANDS_OVERLAP = ("bands_overlap", "{unit} 分段在 {at} 处重叠", "overlap at {at} {unit}")
    BANDS_UNBOUNDED = (
        "bands_unbounded",
        "{unit} 有两个不填上下限的分段",
        "overlap in {unit}: two bands without bounds",
    )
    # an overlay and its base
    UNKNOWN_BASE = ("unknown_base", "没有规则包 {pack}", "there is no pack {pack}")
    CODE_OF_BASE = (
        "code_of_base",
        "地方加严规则需要自己的代码",
        "an overlay needs a code of its own",
    )
    OTHER_KIND = ("other_kind", "类别与所加严的规则包不一致（{kind}）", "the base is for {kind}")
    BEFORE_BASE = (
        "before_base",
        "施行日期不能早于所加严的规则包（{since}）",
        "the base is in force from {since} on",
    )
    END_OF_BASE = (
        "end_of_base",
        "地方加严规则随所加严的规则包一起废止",
        "an overlay ends with its base",
    )
    ROW_NOT_IN_BASE = ("row_not_in_base", "所加严的规则包没有这一条", "the base has no such row")
    FIXED_KEY = ("fixed_key", "地方加严规则不能改这一项", "cannot be changed")
    LOOSER = ("looser", "比 {pack} 更宽松：{key}", "looser than {pack}: {key}")
    LOOSER_DATES = (
        "looser_dates",
        "比 {pack} 更宽松：所加严的条目在其他时间会缺失",
        "looser than {pack}: the row of the base would be missing at other times",
    )
    LOOSER_UNITS = (
        "looser_units",
        "比 {pack} 更宽松：分段所用的单位不同",
        "looser than {pack}: criteria: the units differ",
    )
    LOOSER_BANDS = (
        "looser_bands",
        "比 {pack} 更宽松：{unit} 的分段不同",
        "looser than {pack}: criteria: the bands of {unit} differ",
    )
    LOOSER_CRITERIA = (
        "looser_criteria",
        "比 {pack} 更宽松：{unit} 的分段限值",
        "looser than {pack}: criteria: {unit}",
    )


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: why, and at which value of the row (or of the head's key)."""

    reason: Reason
    path: Path = ()
    parameters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def message(self) -> dict[str, str]:
        """The reason in both languages, without the path."""
        zh, en = self.reason.sentences
        return {"zh": zh.format(**self.parameters), "en": en.format(**self.parameters)}

    @property
    def place(self) -> str:
        """The path as text, `criteria.mg/m3.1.limit`; empty for the row as a whole."""
        return ".".join(map(str, self.path))


class InvalidValues(ValueError):
    """Values do not go together; raised while a row is read, `problem` says what is wrong."""

    def __init__(self, reason: Reason, *path: str | int, **parameters: object) -> None:
        self.problem = Problem(reason, path, {name: str(item) for name, item in parameters.items()})
        super().__init__(self.problem.message["en"])


class InvalidPack(ValueError):
    """A rule pack is not what it should be.

    `file` and `row` say where: the id of a row, `limits[0]` for one without, a key of the head,
    or the line of a text that cannot be read. `problem` says which value of it, and why.
    """

    def __init__(self, file: str, row: str, problem: Problem) -> None:
        places = [file, row, *([problem.place] if problem.path else []), problem.message["en"]]
        super().__init__(": ".join(places))
        self.file, self.row, self.problem = file, row, problem
