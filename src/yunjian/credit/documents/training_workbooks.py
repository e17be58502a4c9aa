"""Workbooks of a plan's items and of a session's results: what counts is the title of a column.

Nothing of a workbook is trusted: it is looked at before it is unpacked, and only so many bytes and
rows are read. What is wrong is told row by row; then nothing of it is written.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from tempfile import TemporaryFile
from typing import IO, Any

import xlsxwriter
from django.conf import settings
from django.utils.translation import gettext as _
from python_calamine import CalamineError

from yunjian.agencies.models import Person
from yunjian.credit.models import TrainingParticipant, TrainingPlan
from yunjian.credit.models.trainings import Attendance
from yunjian.credit.services.training_sessions import ParticipantInput
from yunjian.credit.services.trainings import check_item
from yunjian.kernel.clock import SHANGHAI
from yunjian.kernel.errors import FieldError, InvalidInput
from yunjian.records.workbooks import open_workbook

MAX_UNPACKED = 30 * 2**20
MOST_TOLD = 50
# title → field; the titles are those of the template, in Chinese, as the files are kept
ITEM_COLUMNS = {
    "培训目的": "aim",
    "培训内容": "content",
    "培训形式": "form",
    "培训岗位": "positions",
    "培训人员": "people",
    "组织部门": "department",
    "培训地点": "place",
    "授课人": "teacher",
    "计划日期": "planned_on",
    "学时": "hours",
    "考核方式": "examination",
}
RESULT_COLUMNS = {
    "姓名": "person",
    "到场情况": "attendance",
    "签到时间": "signed_in_at",
    "考核结果": "result",
    "成绩": "score",
    "补考日期": "makeup_on",
    "补考结果": "makeup_result",
    "证书编号": "certificate_number",
    "发证机关": "certificate_issuer",
    "证书有效期至": "certificate_valid_until",
}
FORMS = {"集中授课": "lecture", "线上学习": "online", "现场实操": "on_site"} | {
    "外部培训": "external",
    "自学": "self_study",
}
POSITIONS = {"运维人员": "engineer", "技术负责人": "technical_lead"} | {
    "质量负责人": "quality_lead",
    "质量监督管理人": "quality_supervisor",
}
ATTENDANCES = {"到场": "present", "缺席": "absent", "请假": "excused"}
RESULTS = {"合格": "pass", "不合格": "fail", "不考核": "none"}
CHOICES = {
    "培训形式": FORMS,
    "到场情况": ATTENDANCES,
    "考核结果": RESULTS,
    "补考结果": {"合格": "pass", "不合格": "fail"},
}


def template(columns: dict[str, str], names: Sequence[str] = ()) -> IO[bytes]:
    """Return an empty workbook with these columns, and a row for each name."""
    file = TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - closed by the response
    book = xlsxwriter.Workbook(file, {"strings_to_formulas": False})
    head = book.add_format({"bold": True, "bg_color": "#EAF2FB", "border": 1})
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for column, title in enumerate(columns):
        sheet.write_string(0, column, title, head)
        sheet.set_column(column, column, 18)
        if title in CHOICES:
            rule = {"validate": "list", "source": list(CHOICES[title]), "error_type": "warning"}
            sheet.data_validation(1, column, settings.IMPORT_MAX_ROWS, column, rule)
    for row, name in enumerate(names, start=1):
        sheet.write_string(row, 0, name)
    book.close()
    file.seek(0)
    return file


class Rows:
    """The rows of a workbook, and what is wrong with them."""

    def __init__(self, content: bytes, columns: dict[str, str]) -> None:
        self.errors: list[FieldError] = []
        table = _table(content)
        titles = [str(cell).strip() for cell in table[0]] if table else []
        missing = [title for title in columns if title not in titles]
        if missing:
            message = _("文件缺少以下列：%(list)s；请使用模板") % {"list": "、".join(missing)}
            raise InvalidInput(message, code="columns", field="file")
        places = {title: titles.index(title) for title in columns}
        self.rows = [
            (number, {title: row[at] if at < len(row) else "" for title, at in places.items()})
            for number, row in enumerate(table[1:], start=2)
            if any(str(cell).strip() for cell in row)
        ]
        if not self.rows:
            raise InvalidInput(_("文件中没有数据"), code="empty", field="file")
        if len(self.rows) > settings.IMPORT_MAX_ROWS:
            message = _("每个文件最多 %(rows)s 行") % {"rows": settings.IMPORT_MAX_ROWS}
            raise InvalidInput(message, code="too_many", field="file")

    def wrong(self, number: int, column: str, message: str) -> None:
        """Note what is wrong with a row."""
        where = _("第 %(row)s 行") % {"row": number}
        text = f"{where}“{column}”：{message}" if column else f"{where}：{message}"
        self.errors.append(FieldError("file", "row", text))

    def refuse_if_any(self) -> None:
        """Refuse when something is wrong.

        Raises:
            InvalidInput: with every problem, by row.
        """
        if self.errors:
            more = len(self.errors) - MOST_TOLD
            told = self.errors[:MOST_TOLD]
            if more > 0:
                message = _("还有 %(count)s 处错误") % {"count": more}
                told.append(FieldError("file", "more", message))
            raise InvalidInput(_("没有导入任何一行，请修改后重新上传"), errors=told)

    def coded(self, number: int, row: dict[str, Any], column: str, known: dict[str, str]) -> str:
        """Return the code of a choice; empty when nothing stands there."""
        text = _text(row[column])
        if text and text not in known:
            choices = "、".join(known)
            self.wrong(number, column, _("应为：%(choices)s") % {"choices": choices})
        return known.get(text, "")

    def read(
        self, number: int, row: dict[str, Any], column: str, reader: Callable[[Any], Any], what: str
    ) -> Any:
        """Return a day, moment or number; None when nothing stands there."""
        if _text(row[column]) == "":
            return None
        value = reader(row[column])
        if value is None:
            self.wrong(number, column, what)
        return value


def items_from(
    content: bytes, plan: TrainingPlan, people: Sequence[Person]
) -> list[tuple[list[Person], dict[str, Any]]]:
    """Return the items that a workbook holds.

    Raises:
        InvalidInput: at `file`; no workbook of ours, or rows that are wrong, each named.
    """
    rows = Rows(content, ITEM_COLUMNS)
    titles = {field: title for title, field in ITEM_COLUMNS.items()}
    result = []
    for number, row in rows.rows:
        before = len(rows.errors)
        values = {field: _text(row[title]) for title, field in ITEM_COLUMNS.items()}
        named = _named(rows, number, values.pop("people"), people)
        item: dict[str, Any] = dict(values)
        item["form"] = rows.coded(number, row, "培训形式", FORMS)
        item["positions"] = _positions(rows, number, values["positions"])
        day = _("日期应写作 2026-01-31")
        item["planned_on"] = rows.read(number, row, "计划日期", _day, day)
        item["hours"] = rows.read(number, row, "学时", _number, _("请填写数字"))
        if len(rows.errors) == before:
            try:
                check_item(plan, named, item)
            except InvalidInput as error:
                for one in error.errors:
                    rows.wrong(number, titles.get(one.path, ""), one.message)
        result.append((named, item))
    rows.refuse_if_any()
    return result


def results_from(
    content: bytes, participants: Sequence[TrainingParticipant]
) -> list[ParticipantInput]:
    """Return the results that a workbook holds; certificates that are there stay.

    Raises:
        InvalidInput: at `file`; no workbook of ours, or rows that are wrong, each named.
    """
    rows = Rows(content, RESULT_COLUMNS)
    result, seen = [], set()
    day, clock = _("日期应写作 2026-01-31"), _("时间应写作 2026-01-31 09:00")
    for number, row in rows.rows:
        name = _text(row["姓名"])
        found = [part for part in participants if part.person.name == name]
        if len(found) != 1:
            message = _("没有这名参加人员") if not found else _("有同名人员，请在页面上登记")
            rows.wrong(number, "姓名", message)
            continue
        if name in seen:
            rows.wrong(number, "姓名", _("同一人员只能填写一行"))
        seen.add(name)
        result.append(
            ParticipantInput(
                person=found[0].person,
                attendance=rows.coded(number, row, "到场情况", ATTENDANCES) or Attendance.EXPECTED,
                signed_in_at=rows.read(number, row, "签到时间", _moment, clock),
                result=rows.coded(number, row, "考核结果", RESULTS),
                score=rows.read(number, row, "成绩", _number, _("请填写数字")),
                makeup_on=rows.read(number, row, "补考日期", _day, day),
                makeup_result=rows.coded(number, row, "补考结果", CHOICES["补考结果"]),
                certificate_number=_text(row["证书编号"]),
                certificate_issuer=_text(row["发证机关"]),
                certificate_valid_until=rows.read(number, row, "证书有效期至", _day, day),
                certificate=found[0].certificate,
            )
        )
    rows.refuse_if_any()
    return result


def _table(content: bytes) -> list[list[Any]]:
    message = _("这不是 .xlsx 文件，或文件已损坏")
    try:
        return open_workbook(content).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, IndexError) as error:
        raise InvalidInput(message, code="no_workbook", field="file") from error


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _number(value: Any) -> Decimal | None:
    try:
        number = Decimal(_text(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(_text(value))
    except ValueError:
        return None


def _moment(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value.replace(tzinfo=SHANGHAI)
    if isinstance(value, date):
        return datetime.combine(value, time.min, tzinfo=SHANGHAI)
    try:
        return datetime.fromisoformat(_text(value)).replace(tzinfo=SHANGHAI)
    except ValueError:
        return None


def _parts(text: str) -> list[str]:
    for sign in "，,；;/ ":
        text = text.replace(sign, "、")
    return [part.strip() for part in text.split("、") if part.strip()]


def _positions(rows: Rows, number: int, text: str) -> list[str]:
    unknown = [part for part in _parts(text) if part not in POSITIONS]
    if unknown:
        rows.wrong(number, "培训岗位", _("应为：%(choices)s") % {"choices": "、".join(POSITIONS)})
    return [POSITIONS[part] for part in _parts(text) if part in POSITIONS]


def _named(rows: Rows, number: int, text: str, people: Sequence[Person]) -> list[Person]:
    result = []
    for name in _parts(text):
        found = [person for person in people if person.name == name]
        if len(found) == 1:
            result.append(found[0])
        else:
            message = _("没有在职人员“%(name)s”") if not found else _("有同名人员“%(name)s”")
            rows.wrong(number, "培训人员", message % {"name": name})
    return result
