"""The pages of plans, sessions, supervisions and years in every state: what they show and offer."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from tests.credit.controls import dialogs, links
from tests.credit.test_year_pages import picture, workbook
from tests.credit.trainings import (
    another_person,
    approved_plan,
    draft_plan,
    issued,
    item_values,
    past,
    quality_supervisor,
    scheduled,
    second_manager,
    session_values,
    signature,
    supervised,
)
from tests.support.reading import facts, sheet, tables
from tests.support.world import World, account_with
from yunjian.access.actor import acting_as, system_actor
from yunjian.credit.models import (
    AnnualYear,
    Supervision,
    TrainingParticipant,
    TrainingPlan,
    TrainingPlanItem,
    TrainingSession,
)
from yunjian.credit.services.supervisions import supervision_draft
from yunjian.credit.services.trainings import item_save
from yunjian.kernel.clock import today

pytestmark = pytest.mark.reads_all_rows
YEAR = today().year
Offered = dict[str, list[tuple[str, str, str]]]


@pytest.fixture
def manager(world: World) -> Client:
    """The agency's manager, signed in."""
    return world.client(world.agency_manager)


def shown(client: Client, path: str) -> str:
    """Return a page."""
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def offered(page: str, here: str) -> list[tuple[str, str, str]]:
    """Return the dialogs that the head of a page offers, by what follows its address."""
    return [
        (words, address.removeprefix(here), name)
        for words, address, name in dialogs(page)
        if address.startswith(here)
    ]


def test_a_plan_offers_each_what_may_be_done_in_its_state(world: World, manager: Client) -> None:
    plan = draft_plan(world)
    item = TrainingPlanItem.unscoped().get(plan=plan)
    other = world.client(second_manager(world))
    here = f"/agency/trainings/plans/{plan.pk}/"
    writing = [
        ("删除草稿", "discard/", "plan-discard"),
        ("编辑", "edit/", "plan-edit"),
        ("导入项目", "items/import/", "item-import"),
        ("添加项目", "items/new/", "item-new"),
        ("提交审核", "submit/", "plan-submit"),
        ("编辑", f"items/{item.pk}/", "item-edit"),
        ("删除", f"items/{item.pk}/remove/", ""),
    ]
    back = ("退回", "return/", "plan-return")
    to_preparer: Offered = {
        "draft": writing,
        "returned": writing,
        "submitted": [],
        "checked": [],
        "approved": [("编制新版", "revise/", "plan-revise")],
        "superseded": [],
    }
    to_other = to_preparer | {
        "submitted": [back, ("审核通过", "check/", "plan-check")],
        "checked": [back, ("批准", "approve/", "plan-approve")],
    }
    for state, expected in to_preparer.items():
        TrainingPlan.unscoped().filter(pk=plan.pk).update(state=state, remarks="学时不足")
        mine, others = shown(manager, here), shown(other, here)
        assert offered(mine, here) == expected, state
        assert offered(others, here) == to_other[state], state
        assert ("您是编制人" in mine) is (state in {"submitted", "checked"}), state
        assert "您是编制人" not in others
        assert ("退回意见：学时不足" in mine) is (state == "returned"), state
        assert ("导出项目", f"{here}items.xlsx") in links(mine)
    AnnualYear.unscoped().update(state="closed")
    for state in to_preparer:
        TrainingPlan.unscoped().filter(pk=plan.pk).update(state=state)
        assert offered(shown(manager, here), here) == offered(shown(other, here), here) == []


def test_a_plan_shows_each_value_at_its_place_on_the_page_and_in_excel(
    world: World, manager: Client
) -> None:
    plan = approved_plan(world)
    file = signature(world.agency_manager)
    with acting_as(system_actor("test")):
        checker = account_with(world.agency, "checker", "manager")
    TrainingPlan.unscoped().filter(pk=plan.pk).update(
        edition=3, summary="总体", attachment=file, checked_by=checker,
        prepared_at=past(8), checked_at=past(9), approved_at=past(10),
    )  # fmt: skip
    here = f"/agency/trainings/plans/{plan.pk}/"
    page = shown(manager, here)
    day = f"{past(0):%Y-%m-%d}"
    assert facts(page) == {
        "运维机构": world.agency.name,
        "年度": str(YEAR),
        "版次": "3",
        "总体安排": "总体",
        "计划文件": "signature.png",
        "编制": f"吴强 {day} 08:00",
        "审核": f"checker {day} 09:00",
        "批准": f"manager-2 {day} 10:00",
    }
    assert ("signature.png", f"/files/{file.pk}") in links(page)
    [row] = tables(page)[0]
    expected = {
        "培训内容": "HJ 75-2017 运行管理要求",
        "培训目的": "掌握新标准",
        "培训形式": "集中授课",
        "培训对象": "运维人员、李建国",
        "组织部门": "质量部",
        "培训地点": "一号会议室",
        "授课人": "李老师",
        "计划日期": f"{YEAR}-01-15",
        "学时": "2.0",
        "考核方式": "笔试",
        "已完成次数": "0",
    }
    assert {title: text for title, text in row.items() if title in expected} == expected
    answer = manager.get(f"{here}items.xlsx")
    assert sheet(answer) == [expected]
    empty = TrainingPlan.unscoped().create(
        organization=world.agency, year=YEAR + 1, title="空", prepared_by=world.agency_manager
    )
    none = facts(shown(manager, f"/agency/trainings/plans/{empty.pk}/"))
    assert {title: none[title] for title in ("总体安排", "计划文件", "审核", "批准")} == {
        "总体安排": "—", "计划文件": "—", "审核": "—", "批准": "—",
    }  # fmt: skip


def test_the_dialogs_of_a_plan_begin_with_what_is_there_and_save_what_is_sent(
    world: World, manager: Client
) -> None:
    plan = draft_plan(world)
    item = TrainingPlanItem.unscoped().get(plan=plan)
    here = f"/agency/trainings/plans/{plan.pk}/"
    file = signature(world.agency_manager)
    TrainingPlan.unscoped().filter(pk=plan.pk).update(attachment=file, summary="总体")

    # the head: what is there is kept, a file is replaced when there is a new one
    form = manager.get(f"{here}edit/").context["form"]
    assert form.initial == {"title": "年度培训计划", "summary": "总体", "version": 2}
    sent: dict[str, Any] = {"title": "新名", "summary": "新", "version": "2"}
    saved = manager.post(f"{here}edit/", sent)
    assert (saved.status_code, saved.headers["Location"]) == (302, here)
    plan.refresh_from_db()
    assert (plan.title, plan.summary, plan.attachment) == ("新名", "新", file)
    assert manager.post(f"{here}edit/", sent).status_code == 409  # of an older state
    assert (
        manager.post(f"{here}edit/", sent | {"version": "3", "file": picture()}).status_code == 302
    )
    plan.refresh_from_db()
    assert plan.attachment is not None
    assert (plan.attachment.purpose, plan.attachment.filename) == ("training", "signature.png")
    assert plan.attachment != file

    # an item
    form = manager.get(f"{here}items/{item.pk}/").context["form"]
    expected = item_values() | {"people": [world.engineer_person], "version": plan.version}
    assert form.initial == expected
    choices = [one.name for one in form.fields["people"].queryset]
    assert choices == ["李建国"]
    gone = another_person(world, "离职者", left_on=today())
    assert gone not in manager.get(f"{here}items/new/").context["form"].fields["people"].queryset
    sent = {
        "aim": "甲", "content": "乙", "form": "online", "positions": ["quality_lead"],
        "people": [], "department": "丙", "place": "丁", "teacher": "戊",
        "planned_on": f"{YEAR}-02-03", "hours": "3.5", "examination": "己",
        "version": str(plan.version),
    }  # fmt: skip
    assert manager.post(f"{here}items/{item.pk}/", sent).headers["Location"] == here
    item.refresh_from_db()
    assert (item.aim, item.content, item.form, item.positions, item.department) == (
        "甲", "乙", "online", ["quality_lead"], "丙",
    )  # fmt: skip
    assert (item.place, item.teacher, f"{item.planned_on}", item.hours, item.examination) == (
        "丁", "戊", f"{YEAR}-02-03", Decimal("3.5"), "己",
    )  # fmt: skip
    assert manager.post(f"{here}items/{item.pk}/", sent).status_code == 409

    # taken out, after a question that names it
    question = shown(manager, f"{here}items/{item.pk}/remove/")
    assert "删除培训项目" in question
    assert "乙" in question
    assert manager.post(f"{here}items/{item.pk}/remove/").headers["Location"] == here
    assert not TrainingPlanItem.unscoped().filter(plan=plan).exists()


QUESTIONS = {
    "submit": ("提交审核", "提交后由编制人以外的负责人或管理员审核。"),
    "check": ("审核通过", "通过后等待批准。"),
    "approve": ("批准", "批准后不能再修改，变更须编制新版。"),
    "revise": ("编制新版", "新版批准之前，本版仍然有效。"),
    "discard": ("删除草稿", "删除后不能恢复。"),
}


def test_each_step_of_a_plan_asks_in_its_words_and_leads_on(world: World, manager: Client) -> None:
    plan = draft_plan(world)
    other = world.client(second_manager(world))
    here = f"/agency/trainings/plans/{plan.pk}/"
    for act, (title, text) in QUESTIONS.items():
        page = shown(manager, f"{here}{act}/")
        assert title in page, act
        assert text in page, act
    assert "退回培训计划" in shown(other, f"{here}return/")
    assert manager.post(f"{here}submit/").headers["Location"] == here
    returned = other.post(f"{here}return/", {"remarks": "学时不足"})
    assert returned.headers["Location"] == here
    plan.refresh_from_db()
    assert (plan.state, plan.remarks) == ("returned", "学时不足")
    manager.post(f"{here}submit/")
    assert other.post(f"{here}check/").headers["Location"] == here
    assert other.post(f"{here}approve/").headers["Location"] == here
    new = manager.post(f"{here}revise/").headers["Location"]
    edition = TrainingPlan.unscoped().get(edition=2)
    assert new == f"/agency/trainings/plans/{edition.pk}/"
    assert manager.post(f"{new}discard/").headers["Location"] == f"/agency/years/{YEAR}/plans/"
    assert list(TrainingPlan.unscoped().values_list("edition", flat=True)) == [1]


def test_last_years_plan_is_copied_and_who_is_dropped_is_named(
    world: World, manager: Client
) -> None:
    plan = approved_plan(world)
    gone = another_person(world, "离职者", left_on=today())
    item = TrainingPlanItem.unscoped().get(plan=plan)
    TrainingPlanItem.people.through.objects.create(trainingplanitem=item, person=gone)
    here = f"/agency/years/{YEAR + 1}/plans/copy/"
    assert "日期顺延一年，已离职的人员不列入；之后仍可修改。" in shown(manager, here)
    answer = manager.post(here, follow=True)
    new = TrainingPlan.unscoped().get(year=YEAR + 1)
    assert answer.redirect_chain[0][0] == f"/agency/trainings/plans/{new.pk}/"
    words = "已沿用上年计划，日期顺延一年；已离职人员未列入：离职者"
    assert words in answer.content.decode()


# --- sessions


def test_a_session_offers_what_may_be_done_in_its_state(world: World, manager: Client) -> None:
    row = scheduled(world)
    here = f"/agency/trainings/{row.pk}/"
    filing = ("上传照片或记录", "files/new/", "training-file")
    entering = [
        ("导入签到与结果", "results/import/", "training-import"),
        ("登记签到与结果", "results/", "training-hold"),
    ]
    expected: Offered = {
        "scheduled": [
            ("取消培训", "cancel/", "training-cancel"),
            ("编辑", "edit/", "training-edit"),
            filing,
            *entering,
        ],
        "held": [filing, *entering, ("评价效果", "evaluation/", "training-evaluate")],
        "done": [filing],
        "cancelled": [],
    }
    engineer = world.client(world.engineer)
    for state, controls in expected.items():
        TrainingSession.unscoped().filter(pk=row.pk).update(
            state=state, conclusion="effective", cancel_reason="x"
        )
        page = shown(manager, here)
        assert offered(page, here) == controls, state
        assert offered(shown(engineer, here), here) == [], state
        assert ("导出签到与结果", f"{here}results.xlsx") in links(page)
    TrainingSession.unscoped().filter(pk=row.pk).update(state="scheduled")
    AnnualYear.unscoped().update(state="closed")
    assert offered(shown(manager, here), here) == []


def test_a_session_shows_each_value_at_its_place(world: World, manager: Client) -> None:
    item = TrainingPlanItem.unscoped().get(plan=approved_plan(world))
    file, certificate = signature(world.agency_manager), signature(world.engineer)
    row = scheduled(world, plan_item=item, kind="education")
    day = f"{past(0):%Y-%m-%d}"
    here = f"/agency/trainings/{row.pk}/"
    before = facts(shown(manager, here))
    assert {before[name] for name in ("评价人", "评价日期", "效果评价", "评价结论")} == {"—"}
    assert "未上传" in shown(manager, here)
    TrainingSession.unscoped().filter(pk=row.pk).update(
        state="done", evaluator=world.supervisor(), evaluated_on=past(0).date(),
        evaluation="均已掌握", conclusion="partly", attachment_ids=[file.pk],
    )  # fmt: skip
    TrainingParticipant.unscoped().filter(session=row).update(
        attendance="present", signed_in_at=past(8), result="fail", score=Decimal("41.5"),
        makeup_on=today(), makeup_result="pass", certificate_number="ZS-1",
        certificate_issuer="某协会", certificate_valid_until=today() + timedelta(days=9),
        certificate=certificate,
    )  # fmt: skip
    page = shown(manager, here)
    assert facts(page) == {
        "计划项目": "HJ 75-2017 运行管理要求",
        "计划外原因": "新设备投运",
        "类别": "教育",
        "主题": "新设备操作",
        "内容": "烟尘仪操作与校准",
        "开始时间": f"{day} 09:00",
        "结束时间": f"{day} 11:00",
        "学时": "2.0",
        "地点": "站房",
        "授课人": "王工",
        "评价人": "钱立",
        "评价日期": day,
        "效果评价": "均已掌握",
        "评价结论": "基本有效",
        "取消原因": "—",
    }
    assert ("signature.png", f"/files/{file.pk}") in links(page)
    assert ("查看附件", f"/files/{certificate.pk}") in links(page)
    expected = {
        "姓名": "李建国",
        "技术岗位": "运维人员",
        "到场情况": "到场",
        "签到时间": f"{day} 08:00",
        "考核结果": "不合格",
        "成绩": "41.5",
        "补考日期": f"{today()}",
        "补考结果": "合格",
        "证书编号": "ZS-1",
        "发证机关": "某协会",
        "证书有效期至": f"{today() + timedelta(days=9)}",
    }
    [shown_row] = tables(page)[-1]
    assert {title: text for title, text in shown_row.items() if title in expected} == expected
    assert sheet(manager.get(f"{here}results.xlsx")) == [expected]


def test_the_dialogs_of_a_session_begin_with_what_is_there_and_save_what_is_sent(
    world: World, manager: Client
) -> None:
    row = scheduled(world)
    here = f"/agency/trainings/{row.pk}/"
    form = manager.get(f"{here}edit/").context["form"]
    assert form.initial == session_values() | {
        "people": [world.engineer_person.pk],
        "version": 1,
    }
    moment = "%Y-%m-%d %H:%M"
    sent: dict[str, Any] = {
        "plan_item": "",
        "unplanned_reason": "甲",
        "kind": "education",
        "topic": "乙",
        "content": "丙",
        "starts_at": f"{past(13):{moment}}",
        "ends_at": f"{past(15):{moment}}",
        "hours": "1.5",
        "place": "丁",
        "teacher": "戊",
        "people": [str(world.engineer_person.pk), str(world.supervisor().pk)],
        "version": "1",
    }
    assert manager.post(f"{here}edit/", sent).headers["Location"] == here
    row.refresh_from_db()
    assert (row.unplanned_reason, row.kind, row.topic, row.content) == (
        "甲", "education", "乙", "丙",
    )  # fmt: skip
    assert (row.starts_at, row.ends_at, row.hours, row.place, row.teacher) == (
        past(13), past(15), Decimal("1.5"), "丁", "戊",
    )  # fmt: skip
    assert manager.post(f"{here}edit/", sent | {"topic": "己"}).status_code == 409

    # a file, then results for both, in which who is first on the page is known by name
    assert manager.post(f"{here}files/new/", {"attachment": picture()}).headers["Location"] == here
    row.refresh_from_db()
    assert len(row.attachment_ids) == 1
    form = manager.get(f"{here}results/").context["form"]
    assert [title for title, _names in form.sections] == ["李建国", "钱立"]
    assert form.initial["version"] == 3
    assert form.initial["p0_attendance"] == ""
    results = {
        "p0_attendance": "present",
        "p0_signed_in_at": f"{past(12):{moment}}",
        "p0_result": "fail",
        "p0_score": "41.5",
        "p0_makeup_on": f"{past(0):%Y-%m-%d}",
        "p0_makeup_result": "pass",
        "p0_certificate_number": "ZS-1",
        "p0_certificate_issuer": "某协会",
        "p0_certificate_valid_until": f"{today()}",
        "p1_attendance": "absent",
        "version": "3",
    }
    wrong = manager.post(f"{here}results/", results | {"p1_result": "pass"})
    assert wrong.status_code == 422
    assert list(wrong.context["form"].errors) == ["p1_attendance"]
    alone = manager.post(f"{here}results/", {"p0_attendance": "absent", "p1_attendance": "absent"})
    assert alone.context["form"].errors == {"__all__": ["没有人到场；请取消本次培训"]}
    saved = manager.post(f"{here}results/", results | {"p0_certificate": picture()})
    assert saved.headers["Location"] == here
    part = TrainingParticipant.unscoped().get(session=row, person=world.engineer_person)
    assert part.certificate is not None
    assert part.certificate.purpose == "certificate"
    assert (part.signed_in_at, part.score, part.certificate_number, part.certificate_issuer) == (
        past(12), Decimal("41.5"), "ZS-1", "某协会",
    )  # fmt: skip
    # entered again without a file, the certificate stays
    form = manager.get(f"{here}results/").context["form"]
    assert form.initial["p0_signed_in_at"] == past(12)
    assert form.initial["p1_attendance"] == "absent"
    assert manager.post(f"{here}results/", results | {"version": "4"}).status_code == 302
    again = TrainingParticipant.unscoped().get(pk=part.pk)
    assert again.certificate == part.certificate

    # evaluated; by nobody who has left
    form = manager.get(f"{here}evaluation/").context["form"]
    assert form.initial == {"evaluated_on": today(), "version": 5}
    gone = another_person(world, "离职者", left_on=today())
    assert gone not in form.fields["evaluator"].queryset
    evaluation = {
        "evaluator": str(world.supervisor().pk), "evaluated_on": f"{today()}",
        "evaluation": "均已掌握", "conclusion": "partly",
    }  # fmt: skip
    assert manager.post(f"{here}evaluation/", evaluation).headers["Location"] == here
    row.refresh_from_db()
    assert (row.state, row.evaluator, row.conclusion) == ("done", world.supervisor(), "partly")


def test_a_session_is_cancelled_on_its_page_with_a_reason(world: World, manager: Client) -> None:
    row = scheduled(world)
    here = f"/agency/trainings/{row.pk}/"
    assert "取消教育培训" in shown(manager, f"{here}cancel/")
    assert manager.post(f"{here}cancel/", {"reason": ""}).status_code == 422
    assert manager.post(f"{here}cancel/", {"reason": "停电"}).headers["Location"] == here
    assert facts(shown(manager, here))["取消原因"] == "停电"


def test_workbooks_are_asked_for_and_read_at_their_plan_and_session(
    world: World, manager: Client
) -> None:
    plan, row = draft_plan(world), scheduled(world)
    for here, title in (
        (f"/agency/trainings/plans/{plan.pk}/items/import/", "导入培训项目"),
        (f"/agency/trainings/{row.pk}/results/import/", "导入签到与结果"),
    ):
        page = shown(manager, here)
        assert title in page
        assert 'href="?template=1"' in page
        assert "下载模板" in page
    at = f"{past(9):%Y-%m-%d %H:%M}"
    titles = ["姓名", "到场情况", "签到时间", "考核结果", "成绩", "补考日期", "补考结果"]
    titles += ["证书编号", "发证机关", "证书有效期至"]
    file = workbook(titles, ["李建国", "到场", at, "合格", 88.5])
    here = f"/agency/trainings/{row.pk}/"
    assert manager.post(f"{here}results/import/", {"file": file}).headers["Location"] == here
    row.refresh_from_db()
    assert row.state == "held"


# --- supervisions


def test_a_supervision_offers_each_what_may_be_done_in_its_state(
    world: World, manager: Client
) -> None:
    draft = supervision_draft(actor=world.actor(quality_supervisor(world)), said=supervised(world))
    here = f"/agency/supervisions/{draft.pk}/"
    engineer, quality = world.client(world.engineer), world.client(quality_supervisor(world))
    writing = [
        ("删除草稿", "discard/", "supervision-discard"),
        ("编辑", "edit/", "supervision-edit"),
        ("签名下发", "issue/", "supervision-issue"),
    ]
    asking = [("要求整改", "ask/", "supervision-ask"), ("关闭", "close/", "supervision-close")]
    to_leaders: Offered = {
        "draft": writing,
        "issued": [],
        "appealed": [("答复申诉", "appeal/", "supervision-appeal")],
        "confirmed": asking,
        "rectifying": [],
        "rectified": asking,
        "closed": [],
    }
    to_person: Offered = {
        "issued": [("确认或申诉", "answer/", "supervision-answer")],
        "appealed": [("撤回申诉", "withdraw/", "supervision-withdraw")],
        "rectifying": [("报告整改", "report/", "supervision-report")],
    }
    for state, expected in to_leaders.items():
        Supervision.unscoped().filter(pk=draft.pk).update(
            state=state,
            rectify_by=today() - timedelta(days=1),
            number=None if state == "draft" else 7,
            issued_at=None if state == "draft" else past(9),
        )
        page = shown(manager, here)
        assert offered(page, here) == offered(shown(quality, here), here) == expected, state
        assert ("整改期限已过" in page) is (state == "rectifying"), state
        if state != "draft":
            assert offered(shown(engineer, here), here) == to_person.get(state, []), state
    Supervision.unscoped().filter(pk=draft.pk).update(state="rectifying", rectify_by=today())
    assert "整改期限已过" not in shown(manager, here)
    AnnualYear.unscoped().update(state="closed")
    for client in (manager, engineer):
        assert offered(shown(client, here), here) == []


def test_a_supervision_shows_each_value_at_its_place(world: World, manager: Client) -> None:
    photo = signature(world.agency_manager)
    check = {
        "parameter": "SO2", "signal": "analogue", "unit": "mg/m³", "analyser": "35.2",
        "logger": "36", "analyser_range": "0～101", "acquisition_range": "0～102",
        "logger_range": "0～103",
    }  # fmt: skip
    row = issued(
        world,
        head=another_person(world, "负责人"),
        point=world.flue_gas_point,
        remote_checks=[check, {"parameter": "NOx", "not_applicable": "停用"}],
        attachment_ids=[photo.pk],
        findings=[
            {"key": "safety", "passed": True, "note": ""},
            {"key": "calibration", "passed": False, "note": "未签名"},
        ],
    )
    sign = signature(quality_supervisor(world))
    Supervision.unscoped().filter(pk=row.pk).update(
        rectify_by=today(), supervised_on=past(0).date(), signature=sign
    )
    page = shown(manager, f"/agency/supervisions/{row.pk}/")
    assert facts(page) == {
        "运维机构": world.agency.name,
        "监督日期": f"{past(0):%Y-%m-%d}",
        "监督目的": "日常监督",
        "被监督人": "李建国",
        "被监督部门负责人": "负责人",
        "监督人": "quality",
        "测点": world.flue_gas_point.name,
        "地点": "一号站房",
        "严重程度": "一般",
        "扣分": "6",
        "事实描述": "校准记录缺少签名",
        "监督意见": "补签并培训",
        "整改期限": f"{today()}",
        "照片": "signature.png",
        "监督人签名": "",
    }
    assert ("signature.png", f"/files/{photo.pk}") in links(page)
    assert f'src="/files/{sign.pk}"' in page
    items, checks, steps = tables(page)
    assert [(one["序号"], one["说明"], one["结果"]) for one in items] == [
        ("1", "—", "符合"),
        ("2", "未签名", "不符合"),
    ]
    columns = ("参数", "分析仪示值", "数采仪示值", "分析仪量程", "采集量程", "数采仪量程")
    assert [tuple(one[name] for name in columns) for one in checks] == [
        ("SO2", "35.2 mg/m³", "36 mg/m³", "0～101", "0～102", "0～103"),
        ("NOx", "—", "—", "—", "—", "—"),
    ]
    assert checks[0]["判定"].startswith("不符合")
    assert "相差 0.8" in checks[0]["判定"]
    assert checks[1]["判定"] == "不适用：停用"
    assert [(one["序号"], one["办理"], one["办理人"], one["说明"]) for one in steps] == [
        ("1", "下发", "quality", "—")
    ]


def test_a_draft_is_opened_as_written_and_thrown_away(world: World) -> None:
    quality = world.client(quality_supervisor(world))
    photo = signature(quality_supervisor(world))
    check = {
        "parameter": "SO2", "signal": "analogue", "unit": "mg/m³", "analyser": "35.2",
        "logger": "36", "analyser_range": "0～101", "acquisition_range": "0～102",
        "logger_range": "0～103",
    }  # fmt: skip
    head = another_person(world, "负责人")
    row = supervision_draft(
        actor=world.actor(quality_supervisor(world)),
        said=supervised(
            world, head=head, point=world.flue_gas_point, attachment_ids=[photo.pk],
            remote_checks=[{"parameter": "NOx", "not_applicable": "停用"}, check],
        ),
    )  # fmt: skip
    here = f"/agency/supervisions/{row.pk}/"
    form = quality.get(f"{here}edit/").context["form"]
    assert form.initial == {
        "supervised_on": today(),
        "purpose": "日常监督",
        "person": world.engineer_person,
        "head": head,
        "point": world.flue_gas_point,
        "place": "一号站房",
        "facts": "校准记录缺少签名",
        "opinion": "补签并培训",
        "severity": "general",
        "version": 1,
        "i_calibration": "no",
        "n_calibration": "未签名",
        **{f"c0_{name}": None for name in check},
        "c0_parameter": "NOx",
        "c0_not_applicable": "停用",
        **{f"c1_{name}": value for name, value in check.items()},
        "c1_not_applicable": None,
    }
    sent: dict[str, Any] = {
        "supervised_on": f"{today()}", "purpose": "甲", "person": str(world.supervisor().pk),
        "head": "", "point": "", "place": "乙", "facts": "丙", "opinion": "丁",
        "severity": "major", "version": "1", "i_safety": "yes", "photo": picture(),
        **{f"c2_{name}": value for name, value in check.items()},
    }  # fmt: skip
    # what is refused of a row or photo is shown where it was typed
    refused = quality.post(f"{here}edit/", sent | {"c2_analyser": "x", "i_safety": ""})
    assert list(refused.context["form"].errors) == ["__all__", "c2_analyser"]
    assert quality.post(f"{here}edit/", sent | {"photo": picture()}).headers["Location"] == here
    row.refresh_from_db()
    assert (row.purpose, row.person, row.head, row.point, row.place, row.facts) == (
        "甲", world.supervisor(), None, None, "乙", "丙",
    )  # fmt: skip
    assert (row.opinion, row.severity, row.points_lost) == ("丁", "major", 0)
    assert row.findings == [{"key": "safety", "passed": True, "note": ""}]
    assert len(row.attachment_ids) == 2
    assert row.attachment_ids[0] == photo.pk
    assert quality.post(f"{here}edit/", sent | {"photo": picture()}).status_code == 409
    assert "删除后不能恢复" in shown(quality, f"{here}discard/")
    back = quality.post(f"{here}discard/").headers["Location"]
    assert back == f"/agency/years/{YEAR}/supervisions/"
    assert not Supervision.unscoped().exists()


def test_an_appeal_is_withdrawn_and_a_report_brings_its_file(world: World) -> None:
    row = issued(world)
    here = f"/agency/supervisions/{row.pk}/"
    engineer = world.client(world.engineer)
    Supervision.unscoped().filter(pk=row.pk).update(state="appealed")
    assert "撤回申诉" in shown(engineer, f"{here}withdraw/")
    assert engineer.post(f"{here}withdraw/", {"text": ""}).headers["Location"] == here
    row.refresh_from_db()
    assert row.state == "issued"
    Supervision.unscoped().filter(pk=row.pk).update(state="rectifying", rectify_by=today())
    report = {"text": "已补签", "attachment": picture()}
    assert engineer.post(f"{here}report/", report).headers["Location"] == here
    page = shown(engineer, here)
    step = tables(page)[-1][-1]
    assert (step["办理"], step["说明"], step["附件"]) == ("整改报告", "已补签", "signature.png")


# --- years


def test_each_tab_of_a_year_offers_what_one_may_do_there(world: World, manager: Client) -> None:
    quality, engineer = world.client(quality_supervisor(world)), world.client(world.engineer)
    here = f"/agency/years/{YEAR}/"
    closing = ("年度归档", "close/", "year-close")
    copy = ("沿用上年计划", "plans/copy/", "plan-copy")
    plan = ("编制计划", "plans/new/", "training-plan-new")
    session = ("安排培训", "trainings/new/", "training-new")
    supervision = ("填写监督记录", "supervisions/new/", "supervision-new")
    for tab, to_manager, to_quality in (
        ("plans", {copy, plan, closing}, set()),
        ("trainings", {session, closing}, set()),
        ("supervisions", {supervision, closing}, {supervision}),
        ("people", {closing}, set()),
    ):
        path = f"{here}{tab}/"
        assert set(offered(shown(manager, path), here)) == to_manager, tab
        assert set(offered(shown(quality, path), here)) == to_quality, tab
        assert offered(shown(engineer, path), here) == [], tab
        page = shown(manager, path)
        assert f'href="/agency/years/{YEAR - 1}/{tab}/"' in page
        assert f'href="/agency/years/{YEAR + 1}/{tab}/"' in page
    # a year that is still to come is not closed
    later = f"/agency/years/{YEAR + 1}/"
    assert set(offered(shown(manager, f"{later}people/"), later)) == set()
    reopening = [("重新开放", "reopen/", "year-reopen")]
    AnnualYear.unscoped().update_or_create(
        organization=world.agency,
        year=YEAR,
        defaults={
            "state": "closed", "closed_at": past(9), "closed_by": world.agency_manager,
            "missing": ["甲", "乙"], "statement": "顺延",
        },
    )  # fmt: skip
    page = shown(manager, f"{here}plans/")
    assert offered(page, here) == reopening
    for text in (
        "已归档",
        f"{past(0):%Y-%m-%d} 09:00 吴强",
        "情况说明：顺延",
        "归档时有 2 项未完成",
    ):
        assert text in page, text
    assert offered(shown(quality, f"{here}supervisions/"), here) == []
    AnnualYear.unscoped().update(state="open", reopen_reason="补录")
    page = shown(manager, f"{here}plans/")
    assert "重新开放原因：补录" in page
    assert "情况说明" not in page


def test_the_first_and_last_year_lead_no_further(manager: Client) -> None:
    first, last = shown(manager, "/agency/years/2015/plans/"), "/agency/years/2100/plans/"
    assert "/agency/years/2014/" not in first
    assert "/agency/years/2016/plans/" in first
    page = shown(manager, last)
    assert "/agency/years/2101/" not in page
    assert "/agency/years/2099/plans/" in page


def test_the_summary_of_a_person_lists_what_belongs_to_it_alone(
    world: World, manager: Client
) -> None:
    plan = approved_plan(world)
    second = TrainingPlanItem.unscoped().get(plan=plan)
    TrainingPlan.unscoped().filter(pk=plan.pk).update(state="draft")
    for values in ({"content": "没学的", "hours": Decimal("1.5")}, {"content": "别人的"}):
        people = [] if values["content"] == "别人的" else [world.engineer_person]
        more = {"positions": ["technical_lead"], **values}
        item_save(
            actor=world.actor(world.agency_manager), plan=plan, people=people,
            **item_values(**more),
        )  # fmt: skip
    TrainingPlan.unscoped().filter(pk=plan.pk).update(state="approved")
    done = scheduled(world, plan_item=second, unplanned_reason="")
    TrainingSession.unscoped().filter(pk=done.pk).update(state="done", conclusion="effective")
    TrainingParticipant.unscoped().filter(session=done).update(attendance="present", result="pass")
    row = issued(world, supervised_on=today(), severity="major")
    issued(world, person=another_person(world, "钱同事"))
    page = shown(manager, f"/agency/years/{YEAR}/people/{world.engineer_person.pk}/")
    planned, learnt, missing, supervisions = tables(page)
    assert [(one["培训内容"], one["计划日期"], one["学时"]) for one in planned] == [
        ("HJ 75-2017 运行管理要求", f"{YEAR}-01-15", "2.0"),
        ("没学的", f"{YEAR}-01-15", "1.5"),
    ]
    assert learnt == [
        {
            "序号": "1", "主题": "新设备操作", "开始时间": f"{past(9):%Y-%m-%d %H:%M}",
            "评价结论": "有效", "学时": "2.0",
        }
    ]  # fmt: skip
    assert [one["培训内容"] for one in missing] == ["没学的"]
    assert supervisions == [
        {
            "序号": "1", "编号": row.full_number, "监督日期": f"{today()}", "严重程度": "重点",
            "状态": "待确认",
        }
    ]  # fmt: skip
    assert {
        ("HJ 75-2017 运行管理要求", f"/agency/trainings/plans/{plan.pk}/"),
        ("新设备操作", f"/agency/trainings/{done.pk}/"),
        (row.full_number, f"/agency/supervisions/{row.pk}/"),
    } <= links(page)
    [listed] = [
        one for one in tables(shown(manager, f"/agency/years/{YEAR}/people/"))[0]
        if one["姓名"] == "李建国"
    ]  # fmt: skip
    expected = {
        "技术岗位": "运维人员",
        "计划培训（次）": "2",
        "计划学时": "3.5",
        "已完成（次）": "1",
        "完成学时": "2",
        "未完成（次）": "1",
        "未完成学时": "1.5",
        "被监督（次）": "1",
    }
    assert {title: listed[title] for title in expected} == expected
