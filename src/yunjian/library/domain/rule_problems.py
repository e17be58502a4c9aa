"""What the loader of packs finds wrong, told to the person who typed it, at its place."""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yunjian.kernel.errors import FieldError, InvalidInput
from yunjian.library.domain.labels import unit_text
from yunjian.standards.rules import InvalidPack

_SENTENCES: list[tuple[str, str | Promise]] = [
    (
        r"(?P<unit>\S+): overlap at (?P<at>\S+)",
        _("%(unit)s 分段在 %(at)s 处重叠"),
    ),
    (
        r"(?P<what>\S+): gap: the outer bands have to be open",
        _("%(what)s 分段不完整：最低一段不填下限，最高一段不填上限"),
    ),
    (
        r"(?P<unit>\S+): gap at (?P<at>\S+)",
        _("%(unit)s 分段在 %(at)s 处有空档"),
    ),
    (r"one lower and one upper bound at most", _("上下限各只能填一个")),
    (r"an unconfirmed band has no value", _("未确认的分段不能有数值")),
    (r"statistic, limit and unit are needed", _("请填写统计量、限值和单位")),
    (r"exactly one of interval, count, unconfirmed", _("间隔和次数只能填一种")),
    (r"exactly one of limit, criteria, unconfirmed", _("单一限值和分段限值只能填一种")),
    (r"exactly one of value, unconfirmed", _("请填写数值，或标为未确认")),
    (r"unit is missing", _("请填写单位")),
    (
        r"unit is none of the units of the criteria",
        _("默认单位必须是分段所用的单位之一"),
    ),
    (r"out of control begins within the limit", _("失控界限不能比限值更严")),
    (
        r"absolute_limit and absolute_unit go together",
        _("绝对误差限值和它的单位要一起填写"),
    ),
    (r"pass counts have to rise", _("对数要求必须从小到大，不能重复")),
    (r"more pairs are required than there are", _("要求合格的对数多于总对数")),
    (r"confirmed_by and confirmed_on go together", _("核对人和核对日期要一起填写")),
    (r"the end is not after the beginning", _("废止日期必须晚于施行日期")),
    (r"the id occurs twice", _("条目编号重复")),
    (r"Input should be greater than 0", _("必须大于 0")),
    (r"Input should be a valid (decimal|integer|number)", _("必须是数字")),
    (r"Input should be a valid date", _("必须是日期 YYYY-MM-DD")),
    (r"Input should be (?P<what>'.+)", _("只能是 %(what)s 之一")),
    (r"Extra inputs are not permitted|unknown key", _("没有这个字段")),
    (r"Field required|^missing$|(\w+) is missing$", _("缺少必填内容")),
    (r"there is no pack '?(?P<what>\S+?)'?$", _("没有规则包 %(what)s")),
    (r"an overlay needs a code of its own", _("地方加严规则需要自己的代码")),
    (r"the base is for", _("类别与所加严的规则包不一致")),
    (
        r"the base is in force from (?P<what>\S+) on",
        _("施行日期不能早于所加严的规则包（%(what)s）"),
    ),
    (r"an overlay ends with its base", _("地方加严规则随所加严的规则包一起废止")),
    (r"the base has no such row", _("所加严的规则包没有这一条")),
    (r"(?P<what>\w+) cannot be changed", _("地方加严规则不能改 %(what)s")),
    (
        r"looser than (?P<pack>\S+): (?P<what>.+)",
        _("比 %(pack)s 更宽松：%(what)s"),
    ),
    (r"has to be a list of tables", _("应写成 [[…]] 表格")),
]


def explained(reason: str) -> str:
    """Return a reason of the loader as a sentence; one that is not known stays as it is."""
    place, _sep, rest = reason.rpartition("Value error, ")
    for pattern, sentence in _SENTENCES:
        if found := re.search(pattern, rest):
            named = place.rstrip(": ")
            told = str(sentence) % {
                name: unit_text(text) for name, text in found.groupdict().items()
            }
            return f"{named}: {told}" if named else told
    return reason


def place_of(reason: str) -> str:
    """Return the path of the value that a reason is about: `limit`, `bands.mg/m3.143`, or ""."""
    plain = reason.removeprefix("Value error, ")
    if found := re.match(r"(\S+): (?:overlap|gap) at (\S+)$", plain):
        return f"bands:{found[1]}:{found[2]}"
    if found := re.match(r"(\S+): gap: ", plain):
        return f"bands:{found[1]}:"
    if found := re.match(r"criteria\.(.+?)\.(\d+)", reason):
        return f"bands:{found[1]}:#{found[2]}"
    found = re.match(r"(\w+)(?:\.\w+)*: ", reason)
    return found[1] if found else ""


def refused(error: InvalidPack) -> InvalidInput:
    """Return the refusal that names the row and the value in question."""
    message = explained(error.reason)
    path = place_of(error.reason)
    told = f"{error.row}：{message}"
    return InvalidInput(told, errors=[FieldError(path, "invalid_pack", message)])
