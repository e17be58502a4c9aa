"""A year of an agency in real browsers: planned, trained, evaluated, supervised, appealed against,
put right, closed and reopened."""

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.test import override_settings
from playwright.sync_api import Browser, Locator, Page, expect

from tests.credit.trainings import approved_plan, past, quality_supervisor, second_manager
from tests.e2e.conftest import ARGON2, desk, handset
from tests.e2e.hands import (
    bind,
    draw_signature,
    fill_form,
    open_in_wechat,
    opened_dialog,
    photo,
    sign_in,
)
from tests.support.serving import Served
from tests.support.world import PASSWORD, World
from yunjian.access.actor import acting_as, system_actor
from yunjian.credit.models import AnnualYear, Supervision, TrainingSession
from yunjian.identity.models import Account
from yunjian.kernel.clock import at, now

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(420), pytest.mark.reads_all_rows]

YEAR = past(9).year
ADDED = "在线仪器废液收集与转移"


def test_a_year_is_planned_trained_supervised_closed_and_reopened(
    browser: Browser, server: Served, city: World
) -> None:
    _people(city)
    with desk(browser) as manager, desk(browser) as deputy, desk(browser) as supervisor:
        sign_in(manager, server, "agency")
        sign_in(deputy, server, "manager-2")
        sign_in(supervisor, server, "quality")
        _plans(manager, deputy, server)
        _holds(manager, server, city)
        _evaluates(manager, server, city)
        with handset(browser) as engineer:
            open_in_wechat(engineer, server, "张师傅")
            bind(engineer, "supervision", "engineer")
            _supervises(supervisor, server, city, "校准记录缺少签名")
            _appeals_without_a_network(engineer)
            _answers_and_asks(supervisor)
            _reports(engineer)
            _closes_the_record(supervisor)
            _supervises(supervisor, server, city, "未佩戴劳保用品")
            _confirms(engineer)
        _closes_and_reopens(manager, server)
    with acting_as(system_actor("test")):
        first, second = Supervision.unscoped().order_by("number")
        session = TrainingSession.unscoped().get()
        year = AnnualYear.unscoped().get(year=YEAR)
        acts = [step.act for step in first.steps.order_by("at")]
    assert (first.state, second.state) == ("closed", "confirmed")
    assert acts == ["issue", "appeal", "answer", "ask", "report", "close"]
    assert (session.state, len(session.attachment_ids)) == ("done", 1)
    assert (year.state, year.statement, year.reopen_reason) == (
        "open", "一项培训延期到明年", "补登一次培训",
    )  # fmt: skip
    assert not any(ADDED in text for text in year.missing)  # it was held and evaluated


def _people(city: World) -> None:
    accounts = [second_manager(city), quality_supervisor(city)]
    with acting_as(system_actor("test")), override_settings(PASSWORD_HASHERS=ARGON2):
        Account.objects.filter(pk__in=[one.pk for one in accounts]).update(
            password=make_password(PASSWORD)
        )
    with acting_as(system_actor("test")), at(now().replace(year=YEAR - 1, day=1)):
        approved_plan(city)


def _saves(page: Page, dialog: Locator, toast: str) -> None:
    dialog.get_by_test_id("form-save").click()
    expect(dialog).to_be_hidden()
    expect(page.locator(".toast").first).to_contain_text(toast)


def _presses(page: Page, testid: str, toast: str, values: dict[str, str] | None = None) -> None:
    page.get_by_test_id(testid).click()
    dialog = opened_dialog(page) if values else page.locator("#dialog")  # a question has no field
    fill_form(dialog, values or {})
    _saves(page, dialog, toast)


def _plans(manager: Page, deputy: Page, server: Served) -> None:
    manager.goto(f"{server.base}/agency/years/{YEAR}/plans/")
    _presses(manager, "plan-copy", "已沿用上年计划")
    expect(manager.locator("body")).to_contain_text("HJ 75-2017 运行管理要求")
    item = {
        "aim": "防止二次污染",
        "content": ADDED,
        "department": "质量部",
        "positions": "engineer",
        "place": "一号会议室",
        "teacher": "王工",
        "planned_on": f"{past(9):%Y-%m-%d}",
        "hours": "2",
        "examination": "实操",
    }
    _presses(manager, "item-new", "已保存培训项目", item)
    _presses(manager, "plan-submit", "提交审核")
    expect(manager.get_by_test_id("plan-approve")).to_have_count(0)
    deputy.goto(manager.url)
    _presses(deputy, "plan-check", "审核通过")
    _presses(deputy, "plan-approve", "批准")
    expect(deputy.locator("h1, h2").first).to_contain_text("已批准")


def _holds(page: Page, server: Served, city: World) -> None:
    page.goto(f"{server.base}/agency/years/{YEAR}/trainings/")
    page.get_by_test_id("training-new").click()
    dialog = opened_dialog(page)
    typed = {
        "topic": "废液收集",
        "content": "分类、标签、暂存、转移",
        "starts_at": f"{past(9):%Y-%m-%d %H:%M}",
        "ends_at": f"{past(11):%Y-%m-%d %H:%M}",
        "hours": "25",
        "place": "一号会议室",
        "teacher": "王工",
    }
    dialog.locator("[name=plan_item]").select_option(label=ADDED)
    dialog.locator("[name=people]").select_option(str(city.engineer_person.pk))
    fill_form(dialog, typed)
    dialog.get_by_test_id("form-save").click()
    expect(dialog.locator("#id_hours_error")).to_contain_text("学时应大于 0、不超过 24")
    for name, value in typed.items():
        expect(dialog.locator(f"[name={name}]")).to_have_value(value)
    expect(dialog.locator("[name=people]")).to_have_values([str(city.engineer_person.pk)])
    fill_form(dialog, {"hours": "2"})
    _saves(page, dialog, "已安排培训")

    page.get_by_test_id("training-hold").click()
    dialog = opened_dialog(page)
    dialog.locator("[name=p0_certificate]").set_input_files(photo("证书.jpg"))
    results = {
        "p0_attendance": "present",
        "p0_signed_in_at": f"{past(9):%Y-%m-%d %H:%M}",
        "p0_result": "pass",
        "p0_score": "92",
        "p0_certificate_number": "PX-0001",
        "p0_certificate_issuer": "本机构",
    }
    fill_form(dialog, results)
    _saves(page, dialog, "等待评价效果")
    expect(page.locator("h1, h2").first).to_contain_text("待评价")
    expect(page.locator("body")).to_contain_text("PX-0001")
    page.get_by_test_id("training-file").click()
    dialog = opened_dialog(page)
    dialog.locator("[name=attachment]").set_input_files(photo("签到表.jpg"))
    _saves(page, dialog, "已上传")


def _counts(page: Page, server: Served, city: World) -> list[str]:
    """Return what the person's row shows: planned, done, missing."""
    page.goto(f"{server.base}/agency/years/{YEAR}/people/")
    links = page.locator("tr", has_text=city.engineer_person.name).get_by_role("link")
    return links.all_inner_texts()[:3]


def _evaluates(page: Page, server: Served, city: World) -> None:
    session = page.url
    assert _counts(page, server, city) == ["2", "0", "2"]
    page.goto(session)
    evaluation = {
        "evaluator": str(city.supervisor().pk),
        "evaluation": "现场操作正确",
        "conclusion": "effective",
    }
    _presses(page, "training-evaluate", "已评价", evaluation)
    expect(page.locator("h1, h2").first).to_contain_text("已完成")
    assert _counts(page, server, city) == ["2", "1", "1"]
    page.locator("tr", has_text=city.engineer_person.name).get_by_role("link").first.click()
    expect(page.locator("#done")).to_contain_text("废液收集")
    expect(page.locator("#missing")).to_contain_text("HJ 75-2017 运行管理要求")


def _supervises(page: Page, server: Served, city: World, facts: str) -> None:
    page.goto(f"{server.base}/agency/years/{YEAR}/supervisions/")
    page.get_by_test_id("supervision-new").click()
    dialog = opened_dialog(page)
    said = {
        "purpose": "日常监督",
        "person": str(city.engineer_person.pk),
        "place": "一号站房",
        "facts": facts,
        "opinion": "当场改正",
        "severity": "major",
        "i_calibration": "no",
    }
    fill_form(dialog, said)
    dialog.get_by_test_id("form-save").click()
    # what does not fit needs a word; nothing typed is lost
    expect(dialog.locator("#id_n_calibration_error")).to_contain_text("不符合的项目请填写说明")
    expect(dialog.locator("[name=facts]")).to_have_value(facts)
    fill_form(dialog, {"n_calibration": "第 3 页未签名"})
    _saves(page, dialog, "已保存草稿")
    page.get_by_test_id("supervision-issue").click()
    dialog = opened_dialog(page)
    dialog.locator("[name=signature_id]").set_input_files(photo("签名.jpg"))
    _saves(page, dialog, "已下发")
    expect(page.locator("body")).to_contain_text("HJ 75-2017 11.2（回忆待核）")


def _opens(page: Page, facts: str) -> None:
    with acting_as(system_actor("test")):
        row = Supervision.unscoped().get(facts=facts)
    page.goto(f"{page.url.partition('#')[0]}#/supervisions")
    page.get_by_test_id(f"supervision-{row.pk}").click()
    expect(page.locator(".page")).to_contain_text(facts)


def _appeals_without_a_network(page: Page) -> None:
    _opens(page, "校准记录缺少签名")
    page.context.set_offline(True)
    page.get_by_test_id("supervision-answer").click()
    page.get_by_test_id("decision-appeal").click()
    page.get_by_test_id("answer-text").locator("textarea").fill("签名在背面，见照片")
    draw_signature(page)
    page.get_by_test_id("answer-submit").click()
    expect(page.get_by_test_id("step-waiting")).to_contain_text("等待发送")
    page.context.set_offline(False)
    expect(page.get_by_test_id("supervision-state")).to_have_text("申诉中")
    expect(page.get_by_test_id("step-waiting")).to_have_count(0)


def _answers_and_asks(page: Page) -> None:
    page.reload()
    expect(page.get_by_test_id("supervision-steps")).to_contain_text("签名在背面，见照片")
    answer = {"upheld": "no", "text": "背面签名不是本次校准的"}
    _presses(page, "supervision-appeal", "已答复", answer)
    ask = {"text": "补签并学习", "due_on": f"{now() + timedelta(days=3):%Y-%m-%d}"}
    _presses(page, "supervision-ask", "已要求整改", ask)


def _reports(page: Page) -> None:
    page.reload()
    expect(page.get_by_test_id("supervision-state")).to_have_text("整改中")
    page.get_by_test_id("supervision-text").locator("textarea").fill("已补签，已学习")
    page.get_by_test_id("supervision-report").click()
    expect(page.get_by_test_id("supervision-state")).to_have_text("待复核")


def _closes_the_record(page: Page) -> None:
    page.reload()
    expect(page.get_by_test_id("supervision-steps")).to_contain_text("已补签，已学习")
    _presses(page, "supervision-close", "已办理", {"text": "复核通过"})


def _confirms(page: Page) -> None:
    _opens(page, "未佩戴劳保用品")
    page.get_by_test_id("supervision-answer").click()
    draw_signature(page)
    page.get_by_test_id("answer-submit").click()
    expect(page.get_by_test_id("supervision-state")).to_have_text("已确认")


def _closes_and_reopens(page: Page, server: Served) -> None:
    page.goto(f"{server.base}/agency/years/{YEAR}/trainings/")
    page.get_by_test_id("year-close").click()
    dialog = opened_dialog(page)
    expect(dialog.get_by_test_id("year-missing")).to_contain_text("计划项目未完成：HJ 75-2017")
    dialog.get_by_test_id("form-save").click()
    expect(dialog.locator("#id_statement_error")).to_contain_text("请填写情况说明")
    fill_form(dialog, {"statement": "一项培训延期到明年"})
    _saves(page, dialog, "年度已归档")
    page.goto(f"{server.base}/agency/years/{YEAR}/trainings/")
    expect(page.get_by_test_id("year-head")).to_contain_text("已归档")
    expect(page.get_by_test_id("training-new")).to_have_count(0)
    _presses(page, "year-reopen", "年度已重新开放", {"reason": "补登一次培训"})
    page.goto(f"{server.base}/agency/years/{YEAR}/trainings/")
    expect(page.get_by_test_id("year-head")).to_contain_text("办理中")
    expect(page.locator("body")).to_contain_text("补登一次培训")
    expect(page.get_by_test_id("training-new")).to_be_visible()
