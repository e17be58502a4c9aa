"""What may be wrong with a rule pack: a reason with parameters, and its sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

Path = tuple[str | int, ...]


class Reason(StrEnum):
    """Why a pack, or a row of it, is refused."""

    # the file
    NOT_UTF8 = "not_utf8"
    NOT_TOML = "not_toml"
    TOO_DEEP = "too_deep"
    # one value
    UNKNOWN_KEY = "unknown_key"
    MISSING = "missing"
    EMPTY = "empty"
    TOO_FEW = "too_few"
    TOO_MANY = "too_many"
    TOO_SMALL = "too_small"
    NOT_A_NUMBER = "not_a_number"
    NOT_AN_INTEGER = "not_an_integer"
    NOT_A_DATE = "not_a_date"
    NOT_A_TEXT = "not_a_text"
    NOT_A_BOOLEAN = "not_a_boolean"
    NOT_A_LIST = "not_a_list"
    NOT_A_TABLE = "not_a_table"
    NOT_TABLES = "not_tables"
    NOT_A_CHOICE = "not_a_choice"
    NOT_ALLOWED = "not_allowed"
    # values that do not go together
    DUPLICATE_ID = "duplicate_id"
    END_BEFORE_START = "end_before_start"
    HALF_CONFIRMATION = "half_confirmation"
    FREQUENCY_FORM = "frequency_form"
    LIMIT_FORM = "limit_form"
    VALUE_FORM = "value_form"
    UNIT_MISSING = "unit_missing"
    UNIT_WITHOUT_CRITERIA = "unit_without_criteria"
    OUT_OF_CONTROL_WITHIN_LIMIT = "out_of_control_within_limit"
    HALF_ABSOLUTE_LIMIT = "half_absolute_limit"
    PAIRS_NEED_ERROR = "pairs_need_error"
    PAIR_COUNTS_NOT_RISING = "pair_counts_not_rising"
    PAIR_COUNT_IMPOSSIBLE = "pair_count_impossible"
    BAND_BOUNDS = "band_bounds"
    BAND_VALUE_UNCONFIRMED = "band_value_unconfirmed"
    BAND_INCOMPLETE = "band_incomplete"
    BANDS_NOT_OPEN = "bands_not_open"
    BANDS_GAP = "bands_gap"
    BANDS_OVERLAP = "bands_overlap"
    BANDS_UNBOUNDED = "bands_unbounded"
    # an overlay and its base
    UNKNOWN_BASE = "unknown_base"
    CODE_OF_BASE = "code_of_base"
    OTHER_KIND = "other_kind"
    BEFORE_BASE = "before_base"
    END_OF_BASE = "end_of_base"
    ROW_NOT_IN_BASE = "row_not_in_base"
    FIXED_KEY = "fixed_key"
    LOOSER = "looser"
    LOOSER_DATES = "looser_dates"
    LOOSER_UNITS = "looser_units"
    LOOSER_BANDS = "looser_bands"
    LOOSER_CRITERIA = "looser_criteria"


# Chinese and English; the names in braces are the parameters that each reason comes with.
SENTENCES: Mapping[Reason, tuple[str, str]] = {
    Reason.NOT_UTF8: ("文件不是 UTF-8 文本", "not UTF-8"),
    Reason.NOT_TOML: ("不是有效的 TOML：{detail}", "no valid TOML: {detail}"),
    Reason.TOO_DEEP: ("嵌套太深", "nested too deeply"),
    Reason.UNKNOWN_KEY: ("没有这个字段", "unknown key"),
    Reason.MISSING: ("缺少必填内容", "missing"),
    Reason.EMPTY: ("不能为空", "must not be empty"),
    Reason.TOO_FEW: ("至少要有 {least} 项", "has to have at least {least}"),
    Reason.TOO_MANY: ("至多 {most} 项", "has to have at most {most}"),
    Reason.TOO_SMALL: ("必须大于 {bound}", "has to be greater than {bound}"),
    Reason.NOT_A_NUMBER: ("必须是数字", "has to be a number"),
    Reason.NOT_AN_INTEGER: ("必须是整数", "has to be a whole number"),
    Reason.NOT_A_DATE: ("必须是日期 YYYY-MM-DD", "has to be a date YYYY-MM-DD"),
    Reason.NOT_A_TEXT: ("必须是文字", "has to be a text"),
    Reason.NOT_A_BOOLEAN: ("必须是 true 或 false", "has to be true or false"),
    Reason.NOT_A_LIST: ("应写成 […] 列表", "has to be a list"),
    Reason.NOT_A_TABLE: ("应写成 {{…}} 表格", "has to be a table"),
    Reason.NOT_TABLES: ("应写成 [[…]] 表格", "has to be a list of tables"),
    Reason.NOT_A_CHOICE: ("只能是 {choices} 之一", "has to be {choices}"),
    Reason.NOT_ALLOWED: ("不允许这个值", "a value that is not allowed"),
    Reason.DUPLICATE_ID: ("条目编号重复", "the id occurs twice"),
    Reason.END_BEFORE_START: (
        "废止日期必须晚于施行日期",
        "the end is not after the beginning",
    ),
    Reason.HALF_CONFIRMATION: (
        "核对人和核对日期要一起填写",
        "confirmed_by and confirmed_on go together",
    ),
    Reason.FREQUENCY_FORM: (
        "间隔和次数只能填一种",
        "exactly one of interval, count, unconfirmed",
    ),
    Reason.LIMIT_FORM: (
        "单一限值和分段限值只能填一种",
        "exactly one of limit, criteria, unconfirmed",
    ),
    Reason.VALUE_FORM: ("请填写数值，或标为未确认", "exactly one of value, unconfirmed"),
    Reason.UNIT_MISSING: ("请填写单位", "a unit is needed"),
    Reason.UNIT_WITHOUT_CRITERIA: (
        "默认单位必须是分段所用的单位之一",
        "none of the units of the criteria",
    ),
    Reason.OUT_OF_CONTROL_WITHIN_LIMIT: (
        "失控界限不能比限值更严",
        "out of control begins within the limit",
    ),
    Reason.HALF_ABSOLUTE_LIMIT: (
        "绝对误差限值和它的单位要一起填写",
        "absolute_limit and absolute_unit go together",
    ),
    Reason.PAIRS_NEED_ERROR: (
        "逐对判定只能按 AE 或 RE",
        "single pairs are judged by AE or RE",
    ),
    Reason.PAIR_COUNTS_NOT_RISING: (
        "对数要求必须从小到大，不能重复",
        "pass counts have to rise",
    ),
    Reason.PAIR_COUNT_IMPOSSIBLE: (
        "要求合格的对数多于总对数",
        "more pairs are required than there are",
    ),
    Reason.BAND_BOUNDS: ("上下限各只能填一个", "one lower and one upper bound at most"),
    Reason.BAND_VALUE_UNCONFIRMED: (
        "未确认的分段不能有数值",
        "an unconfirmed band has no value",
    ),
    Reason.BAND_INCOMPLETE: (
        "请填写统计量、限值和单位",
        "statistic, limit and unit are needed",
    ),
    Reason.BANDS_NOT_OPEN: (
        "{unit} 分段不完整：最低一段不填下限，最高一段不填上限",
        "gap in {unit}: the outer bands have to be open",
    ),
    Reason.BANDS_GAP: ("{unit} 分段在 {at} 处有空档", "gap at {at} {unit}"),
    Reason.BANDS_OVERLAP: ("{unit} 分段在 {at} 处重叠", "overlap at {at} {unit}"),
    Reason.BANDS_UNBOUNDED: (
        "{unit} 有两个不填上下限的分段",
        "overlap in {unit}: two bands without bounds",
    ),
    Reason.UNKNOWN_BASE: ("没有规则包 {pack}", "there is no pack {pack}"),
    Reason.CODE_OF_BASE: ("地方加严规则需要自己的代码", "an overlay needs a code of its own"),
    Reason.OTHER_KIND: (
        "类别与所加严的规则包不一致（{kind}）",
        "the base is for {kind}",
    ),
    Reason.BEFORE_BASE: (
        "施行日期不能早于所加严的规则包（{since}）",
        "the base is in force from {since} on",
    ),
    Reason.END_OF_BASE: (
        "地方加严规则随所加严的规则包一起废止",
        "an overlay ends with its base",
    ),
    Reason.ROW_NOT_IN_BASE: ("所加严的规则包没有这一条", "the base has no such row"),
    Reason.FIXED_KEY: ("地方加严规则不能改这一项", "cannot be changed"),
    Reason.LOOSER: ("比 {pack} 更宽松：{key}", "looser than {pack}: {key}"),
    Reason.LOOSER_DATES: (
        "比 {pack} 更宽松：所加严的条目在其他时间会缺失",
        "looser than {pack}: the row of the base would be missing at other times",
    ),
    Reason.LOOSER_UNITS: (
        "比 {pack} 更宽松：分段所用的单位不同",
        "looser than {pack}: criteria: the units differ",
    ),
    Reason.LOOSER_BANDS: (
        "比 {pack} 更宽松：{unit} 的分段不同",
        "looser than {pack}: criteria: the bands of {unit} differ",
    ),
    Reason.LOOSER_CRITERIA: (
        "比 {pack} 更宽松：{unit} 的分段限值",
        "looser than {pack}: criteria: {unit}",
    ),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: why, and at which value of the row (or of the head's key)."""

    reason: Reason
    path: Path = ()
    parameters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def message(self) -> dict[str, str]:
        """The reason in both languages, without the path."""
        zh, en = SENTENCES[self.reason]
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
