"""The pages of a year: tabs, dialogs, Excel, the authority's view."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from python_calamine import CalamineWorkbook

from tests.credit.trainings import (
    approved_plan,
    draft_plan,
    issued,
    past,
    quality_supervisor,
    scheduled,
    second_manager,
)
from tests.support.world import World
from yunjian.access.actor import acting_as, system_actor
from yunjian.agencies.models import Person
from yunjian.credit.models import (
    AnnualYear,
    Supervision,
    TrainingParticipant,
    TrainingPlan,
    TrainingPlanItem,
    TrainingSession,
)
from yunjian.credit.services.years import year_close
from yunjian.kernel.clock import today

pytestmark = pytest.mark.reads_all_rows
YEAR = today().year


@pytest.fixture
def manager(world: World) -> Client:
    """The agency's manager, signed in."""
    return world.client(world.agency_manager)


def picture() -> SimpleUploadedFile:
    """Return a small picture."""
    file = BytesIO()
    Image.new("RGB", (120, 40), "white").save(file, "PNG")
    return SimpleUploadedFile("signature.png", file.getvalue(), "image/png")


def workbook(titles: list[Any], *rows: list[Any]) -> SimpleUploadedFile:
    """Return an Excel file."""
    file = BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    for number, row in enumerate([titles, *rows]):
        sheet.write_row(number, 0, row)
    book.close()
    return SimpleUploadedFile("rows.xlsx", file.getvalue())


def item_fields(**values: Any) -> dict[str, Any]:
    """Return what the dialog of an item sends."""
    return {
        "aim": "掌握新标准",
        "content": "HJ 75 要点",
        "form": "lecture",
        "positions": ["engineer"],
        "department": "质量部",
        "place": "会议室",
        "teacher": "李老师",
        "planned_on": f"{YEAR}-01-15",
        "hours": "2",
        "examination": "笔试",
    } | values


def test_a_plan_is_written_checked_and_approved_on_its_pages(world: World, manager: Client) -> None:
    answer = manager.post(
        f"/agency/years/{YEAR}/plans/new/", {"title": "甲计划", "summary": "概要"}
    )
    plan = TrainingPlan.unscoped().get()
    assert answer.status_code == 302
    here = f"/agency/trainings/plans/{plan.pk}/"
    refused = manager.post(f"{here}items/new/", item_fields(hours="1.25", teacher=""))
    assert refused.status_code == 422
    assert "请填写授课人" in refused.content.decode()
    assert "HJ 75 要点" in refused.content.decode()  # nothing typed is lost
    assert manager.post(f"{here}items/new/", item_fields()).status_code == 302
    assert manager.post(f"{here}submit/").status_code == 302
    assert "您是编制人" in manager.get(here).content.decode()
    assert manager.post(f"{here}check/").status_code == 403
    other = world.client(second_manager(world))
    assert other.post(f"{here}check/").status_code == 302
    assert other.post(f"{here}approve/").status_code == 302
    page = other.get(here).content.decode()
    for text in ("甲计划", "概要", "已批准", "HJ 75 要点", "李老师", "笔试", "质量部"):
        assert text in page
    assert page.count(world.agency_manager.display_name) >= 1
    assert second_manager(world).display_name in page
    listed = manager.get(f"/agency/years/{YEAR}/plans/").content.decode()
    assert "甲计划" in listed


def test_a_session_is_scheduled_held_and_evaluated_on_its_pages(
    world: World, manager: Client
) -> None:
    sent = {
        "plan_item": "",
        "unplanned_reason": "新设备",
        "kind": "training",
        "topic": "新设备操作",
        "content": "操作与校准",
        "starts_at": f"{past(9):%Y-%m-%d %H:%M}",
        "ends_at": f"{past(11):%Y-%m-%d %H:%M}",
        "hours": "3",
        "place": "站房",
        "teacher": "王工",
        "people": [str(world.engineer_person.pk)],
    }
    refused = manager.post(f"/agency/years/{YEAR}/trainings/new/", sent)
    assert refused.status_code == 422
    assert "超过起止时间" in refused.content.decode()
    elsewhere = manager.post(f"/agency/years/{YEAR + 1}/trainings/new/", sent | {"hours": "2"})
    assert elsewhere.status_code == 422
    assert f"请填写 {YEAR + 1} 年的日期" in elsewhere.content.decode()
    assert not TrainingSession.unscoped().exists()
    answer = manager.post(f"/agency/years/{YEAR}/trainings/new/", sent | {"hours": "2"})
    assert answer.status_code == 302
    session = TrainingSession.unscoped().get()
    here = f"/agency/trainings/{session.pk}/"
    assert manager.get(f"{here}edit/").status_code == 200
    results = {"p0_attendance": "present", "p0_signed_in_at": f"{past(9):%Y-%m-%d %H:%M}"}
    refused = manager.post(f"{here}results/", results)
    assert refused.status_code == 422
    assert "考核结果" in refused.content.decode()
    assert manager.post(f"{here}results/", results | {"p0_result": "pass"}).status_code == 302
    assert "待评价" in manager.get(here).content.decode()
    evaluation = {
        "evaluator": str(world.supervisor().pk),
        "evaluated_on": today().isoformat(),
        "evaluation": "均已掌握",
        "conclusion": "effective",
    }
    assert manager.post(f"{here}evaluation/", evaluation).status_code == 302
    page = manager.get(here).content.decode()
    for text in ("已完成", "均已掌握", "新设备", "王工", world.engineer_person.name):
        assert text in page
    answer = manager.get(f"{here}results.xlsx")
    rows = CalamineWorkbook.from_filelike(BytesIO(b"".join(answer))).get_sheet_by_index(0)
    assert rows.to_python()[1][0] == world.engineer_person.name


def test_items_are_read_from_a_workbook_all_or_none(world: World, manager: Client) -> None:
    plan = draft_plan(world)
    here = f"/agency/trainings/plans/{plan.pk}/items/import/"
    template = CalamineWorkbook.from_filelike(BytesIO(b"".join(manager.get(f"{here}?template=1"))))
    titles = template.get_sheet_by_index(0).to_python()[0]
    good = [
        "目的",
        "内容",
        "自学",
        "运维人员",
        "",
        "质量部",
        "会议室",
        "李老师",
        f"{YEAR}-03-04",
        2,
        "笔试",
    ]
    bad = [
        "目的",
        "内容",
        "做梦",
        "国王",
        "不存在",
        "质量部",
        "会议室",
        "李老师",
        "某天",
        "多",
        "笔试",
    ]
    refused = manager.post(here, {"file": workbook(titles, good, bad)})
    text = refused.content.decode()
    assert refused.status_code == 422
    for column in ("培训形式", "培训岗位", "培训人员", "计划日期", "学时"):
        assert f"第 3 行“{column}”" in text
    assert TrainingPlanItem.unscoped().filter(plan=plan).count() == 1
    assert manager.post(here, {"file": workbook(titles, good)}).status_code == 302
    assert TrainingPlanItem.unscoped().filter(plan=plan).count() == 2
    for junk in (b"junk", b""):
        upload = SimpleUploadedFile("x.xlsx", junk)
        assert manager.post(here, {"file": upload}).status_code == 422


def test_results_are_read_from_a_workbook_all_or_none(world: World, manager: Client) -> None:
    session = scheduled(world)
    here = f"/agency/trainings/{session.pk}/results/import/"
    template = CalamineWorkbook.from_filelike(BytesIO(b"".join(manager.get(f"{here}?template=1"))))
    titles, (name, *_rest) = template.get_sheet_by_index(0).to_python()[:2]
    at = f"{past(9):%Y-%m-%d %H:%M}"
    refused = manager.post(
        here, {"file": workbook(titles, [name, "到场", at, "优", 120], ["某人", "到场"])}
    )
    assert refused.status_code == 422
    assert "第 2 行“考核结果”" in refused.content.decode()
    assert "第 3 行“姓名”" in refused.content.decode()
    assert manager.post(here, {"file": workbook(titles, [name, "到场", at, "合格", 88.5])})
    part = TrainingParticipant.unscoped().get()
    assert (part.attendance, str(part.score)) == ("present", "88.5")


def test_a_supervision_is_filled_in_issued_answered_and_closed_on_its_pages(
    world: World, manager: Client
) -> None:
    quality = world.client(quality_supervisor(world))
    sent = {
        "supervised_on": today().isoformat(),
        "purpose": "日常监督",
        "person": str(world.engineer_person.pk),
        "place": "一号站房",
        "facts": "校准记录缺少签名",
        "opinion": "补签",
        "severity": "general",
        "i_calibration": "no",
        "c0_parameter": "SO2",
        "c0_signal": "analogue",
        "c0_analyser": "35.2",
        "c0_logger": "x",
        "c0_analyser_range": "0～100",
        "c0_acquisition_range": "0～100",
        "c0_logger_range": "0～100",
    }
    new = f"/agency/years/{YEAR}/supervisions/new/"
    noted = quality.post(new, sent | {"c0_logger": "35.2", "n_safety": "缺警示牌"})
    assert (noted.status_code, Supervision.unscoped().count()) == (422, 0)
    assert "未检查的项目不填说明" in noted.content.decode()
    refused = quality.post(new, sent)
    assert refused.status_code == 422
    assert "不符合的项目请填写说明" in refused.content.decode()
    assert "请填写数字" in refused.content.decode()
    assert (
        quality.post(new, sent | {"n_calibration": "未签名", "c0_logger": "35.5"}).status_code
        == 302
    )
    row = Supervision.unscoped().get()
    here = f"/agency/supervisions/{row.pk}/"
    shown = quality.get(here).content.decode()
    assert "不符合项目中最严重的为“重点”，本记录的严重程度为“一般”" in shown
    assert quality.get(f"{here}edit/").status_code == 200
    assert quality.post(f"{here}issue/", {"signature_id": picture()}).status_code == 302
    engineer = world.client(world.engineer)
    digest = engineer.get(f"{here}answer/").context["form"].initial["shown_digest"]
    answer = {"decision": "appeal", "text": "", "shown_digest": digest}
    refused = engineer.post(f"{here}answer/", answer | {"signature_id": picture()})
    assert refused.status_code == 422
    assert "请填写申诉理由" in refused.content.decode()
    answer["text"] = "签名在背面"
    assert engineer.post(f"{here}answer/", answer | {"signature_id": picture()}).status_code == 302
    assert quality.post(f"{here}appeal/", {"upheld": "no", "text": "照片可证"}).status_code == 302
    due = {"text": "请补签", "due_on": (today() + timedelta(days=3)).isoformat()}
    assert quality.post(f"{here}ask/", due).status_code == 302
    assert engineer.post(f"{here}report/", {"text": "已补签"}).status_code == 302
    assert manager.post(f"{here}close/", {"text": ""}).status_code == 302
    page = manager.get(here).content.decode()
    for text in ("已关闭", "校准记录缺少签名", "补签", "未签名", "HJ/T 477-2009", "签名在背面"):
        assert text in page
    assert (
        f"RYJD-{YEAR}-0001" in manager.get(f"/agency/years/{YEAR}/supervisions/").content.decode()
    )


def test_the_summary_of_people_adds_up_and_opens_its_lists(world: World, manager: Client) -> None:
    approved_plan(world)
    issued(world)
    answer = manager.get(f"/agency/years/{YEAR}/people/")
    (row,) = [
        one for one in answer.context["table"].rows if one.person.pk == world.engineer_person.pk
    ]
    counts = (row.planned_count, row.done_count, row.missing_count, row.supervision_count)
    assert counts == (1, 0, 1, 1)
    assert str(row.missing_hours) == "2.0"
    page = manager.get(f"/agency/years/{YEAR}/people/{world.engineer_person.pk}/")
    assert "HJ 75-2017 运行管理要求" in page.content.decode()


def test_a_year_is_closed_and_reopened_on_its_pages(world: World, manager: Client) -> None:
    scheduled(world)
    close = f"/agency/years/{YEAR}/close/"
    assert "新设备操作" in manager.get(close).content.decode()
    assert manager.post(close, {"statement": ""}).status_code == 422
    assert manager.post(close, {"statement": "顺延"}).status_code == 302
    page = manager.get(f"/agency/years/{YEAR}/trainings/").content.decode()
    assert "顺延" in page
    assert "training-new" not in page
    assert manager.post(f"/agency/years/{YEAR}/reopen/", {"reason": "补录"}).status_code == 302


def test_the_authority_sees_what_is_approved_done_and_issued_and_no_drafts(world: World) -> None:
    draft = draft_plan(world)
    session = scheduled(world)
    row = issued(world)
    year = AnnualYear.unscoped().get()
    client = world.client(world.reviewer)

    assert world.agency.name in client.get("/supervision/years/").content.decode()
    here = f"/supervision/years/{year.pk}/"
    assert draft.title not in client.get(f"{here}plans/").content.decode()
    assert session.topic not in client.get(f"{here}trainings/").content.decode()
    assert row.full_number in client.get(f"{here}supervisions/").content.decode()
    assert client.get(f"/agency/trainings/plans/{draft.pk}/").status_code == 404
    assert client.get(f"/agency/trainings/{session.pk}/").status_code == 404
    assert client.get(f"/agency/supervisions/{row.pk}/").status_code == 200
    people = client.get(f"{here}people/{world.engineer_person.pk}/")
    assert people.status_code == 200


def test_another_agency_sees_nothing(world: World) -> None:
    plan, row = approved_plan(world), issued(world)
    client = world.client(world.other_agency_manager)
    for path in (f"/agency/trainings/plans/{plan.pk}/", f"/agency/supervisions/{row.pk}/"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize("page", ["plans/", "plans/new/", "trainings/new/", "supervisions/new/"])
def test_a_year_that_cannot_be_is_not_there(manager: Client, page: str) -> None:
    for year in (0, 1999, 2101, 10000, 999999999, "9" * 30):
        assert manager.get(f"/agency/years/{year}/{page}").status_code == 404


def test_last_years_plan_is_the_start_of_this_years(world: World, manager: Client) -> None:
    plan = approved_plan(world)
    assert manager.post(f"/agency/years/{YEAR + 1}/plans/copy/").status_code == 302
    assert TrainingPlan.unscoped().filter(year=YEAR + 1).count() == 1
    with acting_as(world.actor(world.agency_manager)):
        year_close(actor=world.actor(world.agency_manager), year=YEAR, statement="x")
    assert manager.post(f"/agency/trainings/plans/{plan.pk}/revise/").status_code == 409


def test_who_left_during_the_year_takes_part_before_that_day_and_not_after(
    world: World, manager: Client
) -> None:
    """Given somebody who left yesterday, sessions of the days before can still be entered."""
    with acting_as(system_actor("test")):
        left = Person.unscoped().create(
            organization=world.agency, name="离职者", education="college", job="x",
            position="engineer", left_on=past(0).date(),
        )  # fmt: skip
    sent: dict[str, Any] = {
        "unplanned_reason": "新设备",
        "kind": "training",
        "topic": "新设备操作",
        "content": "操作与校准",
        "starts_at": f"{past(9):%Y-%m-%d %H:%M}",
        "ends_at": f"{past(11):%Y-%m-%d %H:%M}",
        "hours": "2",
        "place": "站房",
        "teacher": "王工",
        "people": [str(left.pk)],
    }
    here = f"/agency/years/{past(9).year}/trainings/new/"
    refused = manager.post(here, sent)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert page.index('id="id_people_error"') < page.index(f"离职者已于 {past(0).date()} 离职")
    assert "操作与校准" in page
    days = {name: f"{past(hour, days=1):%Y-%m-%d %H:%M}" for name, hour in TIMES.items()}
    assert manager.post(here, sent | days).status_code == 302
    assert TrainingParticipant.unscoped().get().person_id == left.pk


TIMES = {"starts_at": 9, "ends_at": 11}
