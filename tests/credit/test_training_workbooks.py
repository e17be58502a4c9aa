"""What is read from the workbooks of items and results, and what is told about them."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
import xlsxwriter
from pytest_django import Settings
from python_calamine import CalamineWorkbook

from tests.credit.trainings import another_person, draft_plan, past, said_of, scheduled, signature
from tests.support.world import World
from yunjian.credit.documents.training_workbooks import (
    ITEM_COLUMNS,
    RESULT_COLUMNS,
    items_from,
    results_from,
    template,
)
from yunjian.credit.models import TrainingParticipant
from yunjian.credit.services.training_sessions import ParticipantInput
from yunjian.kernel.clock import today
from yunjian.kernel.errors import InvalidInput

pytestmark = pytest.mark.reads_all_rows
YEAR = today().year
ITEM = ["目的", "内容", "自学", "运维人员", "", "质量部", "会议室", "李老师", f"{YEAR}-03-04", 2]
ITEM = [*ITEM, "笔试"]


def workbook(*rows: list[Any]) -> bytes:
    """Return an Excel file; days and moments as such."""
    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"default_date_format": "yyyy-mm-dd hh:mm"})
    sheet = book.add_worksheet()
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, date) and not isinstance(cell, datetime):
                sheet.write_datetime(number, column, cell, day)
            else:
                sheet.write(number, column, cell)
    book.close()
    return file.getvalue()


def other_archive() -> bytes:
    """Return an archive that is no workbook."""
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", "<junk/>")
    return file.getvalue()


def items(*rows: list[Any]) -> bytes:
    """Return a workbook of items."""
    return workbook(list(ITEM_COLUMNS), *rows)


def results(*rows: list[Any]) -> bytes:
    """Return a workbook of results."""
    return workbook(list(RESULT_COLUMNS), *rows)


def changed(**cells: Any) -> list[Any]:
    """Return the row of an item in which some columns say something else."""
    row = dict(zip(ITEM_COLUMNS, ITEM, strict=True)) | cells
    return list(row.values())


def told(content: bytes, world: World) -> list[str]:
    """Return what is told about a workbook of items."""
    plan = draft_plan(world)
    with pytest.raises(InvalidInput) as refused:
        items_from(content, plan, [world.engineer_person])
    return [one.message for one in refused.value.errors]


def test_an_item_is_read_with_each_value_in_its_place(world: World) -> None:
    second = another_person(world, "周工")
    third = another_person(world, "郑工")
    everything = changed(
        培训形式="外部培训",
        培训岗位="运维人员，技术负责人",
        培训人员="李建国;郑工",
        计划日期=date(YEAR, 3, 5),
        学时="1.5",
    )
    people = [second, third, world.engineer_person]
    read = items_from(items(everything, [], changed()), draft_plan(world), people)
    same = {"aim": "目的", "content": "内容", "department": "质量部", "place": "会议室"} | {
        "teacher": "李老师",
        "examination": "笔试",
    }
    assert read == [
        (
            [world.engineer_person, third],
            same
            | {
                "form": "external",
                "positions": ["engineer", "technical_lead"],
                "planned_on": date(YEAR, 3, 5),
                "hours": Decimal("1.5"),
            },
        ),
        (
            [],
            same
            | {
                "form": "self_study",
                "positions": ["engineer"],
                "planned_on": date(YEAR, 3, 4),
                "hours": Decimal(2),
            },
        ),
    ]


@pytest.mark.parametrize(
    ("title", "form"),
    [
        ("集中授课", "lecture"),
        ("线上学习", "online"),
        ("现场实操", "on_site"),
        ("外部培训", "external"),
        ("自学", "self_study"),
    ],
)
def test_a_form_is_called_as_on_the_page(world: World, title: str, form: str) -> None:
    [(_people, item)] = items_from(items(changed(培训形式=title)), draft_plan(world), [])
    assert item["form"] == form


@pytest.mark.parametrize("sign", ["、", "，", ",", "；", ";", "/", " "])
def test_positions_are_parted_by_any_usual_sign(world: World, sign: str) -> None:
    titles = ["质量负责人", "质量监督管理人", "运维人员", "技术负责人"]
    row = changed(培训岗位=sign.join(titles) + sign)
    [(_people, item)] = items_from(items(row), draft_plan(world), [])
    assert item["positions"] == ["quality_lead", "quality_supervisor", "engineer", "technical_lead"]


def test_each_wrong_cell_is_told_with_its_row_and_column(world: World) -> None:
    another = another_person(world, "李建国")
    plan = draft_plan(world)
    rows = [
        changed(培训形式="做梦", 培训岗位="国王、运维人员", 培训人员="李建国、无此人"),
        changed(计划日期="3月4日", 学时="多"),
        changed(),
        changed(授课人="", 学时="NaN"),
        changed(授课人="", 学时=1.25),
        changed(计划日期=f"{YEAR - 1}-03-04", 培训岗位=""),
    ]
    with pytest.raises(InvalidInput) as refused:
        items_from(items(*rows), plan, [world.engineer_person, another])
    assert refused.value.message == "没有导入任何一行，请修改后重新上传"
    assert said_of(refused.value) == [
        ("file", "row", words)
        for words in (
            "第 2 行“培训人员”：有同名人员“李建国”",
            "第 2 行“培训人员”：没有在职人员“无此人”",
            "第 2 行“培训形式”：应为：集中授课、线上学习、现场实操、外部培训、自学",
            "第 2 行“培训岗位”：应为：运维人员、技术负责人、质量负责人、质量监督管理人",
            "第 3 行“计划日期”：日期应写作 2026-01-31",
            "第 3 行“学时”：请填写数字",
            "第 5 行“学时”：请填写数字",
            "第 6 行“授课人”：请填写授课人",
            "第 6 行“学时”：学时应大于 0、不超过 999，最多一位小数",
            "第 7 行“培训岗位”：请选择培训岗位或培训人员",
            f"第 7 行“计划日期”：计划日期应在 {YEAR} 年度内",
        )
    ]


@pytest.mark.parametrize(("wrong", "more"), [(50, 0), (51, 1), (53, 3)])
def test_only_so_much_is_told_and_how_much_more_there_is(
    world: World, wrong: int, more: int
) -> None:
    messages = told(items(*[changed(学时="多")] * wrong), world)
    assert messages[:50] == [f"第 {row} 行“学时”：请填写数字" for row in range(2, 52)]
    assert messages[50:] == ([f"还有 {more} 处错误"] if more else [])


def test_a_workbook_of_no_use_is_refused_in_words(world: World, settings: Settings) -> None:
    settings.IMPORT_MAX_ROWS = 2
    plan = draft_plan(world)
    reordered = [*list(ITEM_COLUMNS)[1:], "培训目的", "备注"]
    for content, code, message in (
        (b"junk", "kind", "只能导入 .xlsx 文件；请使用下载的模板填写"),
        (other_archive(), "damaged", "文件无法读取，可能已损坏或不是 .xlsx 文件"),
        (workbook(), "columns", "文件缺少以下列：" + "、".join(ITEM_COLUMNS) + "；请使用模板"),
        (
            workbook([one for one in ITEM_COLUMNS if one not in {"学时", "授课人"}], ["x"]),
            "columns",
            "文件缺少以下列：授课人、学时；请使用模板",
        ),
        (items(), "empty", "文件中没有数据"),
        (items([" ", ""]), "empty", "文件中没有数据"),
        (items(ITEM, ITEM, ITEM), "too_many", "每个文件最多 2 行"),
    ):
        with pytest.raises(InvalidInput) as refused:
            items_from(content, plan, [])
        assert said_of(refused.value) == [("file", code, message)]
    assert len(items_from(items(ITEM, ITEM), plan, [])) == 2
    # columns count by their titles, wherever they stand; rows may be short
    [(_people, item)] = items_from(workbook(reordered, [*ITEM[1:], "目的"]), plan, [])
    assert (item["aim"], item["content"], item["examination"]) == ("目的", "内容", "笔试")


# --- results


def there(world: World, *names: str) -> list[TrainingParticipant]:
    """Return the participants of a session: the engineer and others."""
    others = [another_person(world, name) for name in names]
    row = scheduled(world, [world.engineer_person, *others])
    parts = TrainingParticipant.unscoped().filter(session=row).select_related("person")
    return sorted(parts, key=lambda part: [world.engineer_person, *others].index(part.person))


def test_results_are_read_with_each_value_in_its_place(world: World) -> None:
    parts = there(world, "缺席者", "请假者", "未登记者", "补考者")
    parts[1].certificate = signature(world.agency_manager)
    at, day = past(9), past(0).date()
    content = results(
        ["补考者", "到场", f"{at:%Y-%m-%d %H:%M}", "不合格", 41.5, f"{day}", "合格"],
        ["缺席者", "缺席", "", "", "", day, "不合格"],
        ["请假者", "请假"],
        ["未登记者"],
        [
            "李建国", "到场", at.replace(tzinfo=None), "不考核", "", "", "", 20260001, "某协会",
            day + timedelta(days=3),
        ],
    )  # fmt: skip
    people = [part.person for part in parts]
    assert results_from(content, parts) == [
        ParticipantInput(
            people[4],
            attendance="present",
            signed_in_at=at,
            result="fail",
            score=Decimal("41.5"),
            makeup_on=day,
            makeup_result="pass",
        ),
        ParticipantInput(
            people[1],
            attendance="absent",
            makeup_on=day,
            makeup_result="fail",
            certificate=parts[1].certificate,
        ),
        ParticipantInput(people[2], attendance="excused"),
        ParticipantInput(people[3], attendance="expected"),
        ParticipantInput(
            people[0],
            attendance="present",
            signed_in_at=at,
            result="none",
            certificate_number="20260001",
            certificate_issuer="某协会",
            certificate_valid_until=day + timedelta(days=3),
        ),
    ]


def test_a_day_without_a_time_is_its_beginning(world: World) -> None:
    day = past(0).date()
    [read] = results_from(results(["李建国", "到场", day, "合格"]), there(world))
    assert read.signed_in_at == past(0)


def test_each_wrong_result_is_told_with_its_row_and_column(world: World) -> None:
    parts = there(world, "同名", "同名", "甲")
    content = results(
        ["同名", "到场"],
        ["某人", "到场"],
        ["李建国", "迟到", "九点", "优", "高", "昨天", "不考核", "", "", "永久"],
        ["甲", "缺席"],
        ["甲", "到场"],
    )
    with pytest.raises(InvalidInput) as refused:
        results_from(content, parts)
    day = "日期应写作 2026-01-31"
    assert [one.message for one in refused.value.errors] == [
        "第 2 行“姓名”：有同名人员，请在页面上登记",
        "第 3 行“姓名”：没有这名参加人员",
        "第 4 行“到场情况”：应为：到场、缺席、请假",
        "第 4 行“签到时间”：时间应写作 2026-01-31 09:00",
        "第 4 行“考核结果”：应为：合格、不合格、不考核",
        "第 4 行“成绩”：请填写数字",
        f"第 4 行“补考日期”：{day}",
        "第 4 行“补考结果”：应为：合格、不合格",
        f"第 4 行“证书有效期至”：{day}",
        "第 6 行“姓名”：同一人员只能填写一行",
    ]


def test_a_template_has_the_columns_and_a_row_for_each_name() -> None:
    with template(RESULT_COLUMNS, ["甲", "乙"]) as file:
        rows = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).to_python()
    titles = ["姓名", "到场情况", "签到时间", "考核结果", "成绩", "补考日期", "补考结果"]
    titles += ["证书编号", "发证机关", "证书有效期至"]
    assert rows == [titles, *([name, *[""] * 9] for name in ("甲", "乙"))]
    with template(ITEM_COLUMNS) as file:
        rows = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).to_python()
    titles = ["培训目的", "培训内容", "培训形式", "培训岗位", "培训人员", "组织部门", "培训地点"]
    assert rows == [[*titles, "授课人", "计划日期", "学时", "考核方式"]]
