"""An authority writes the next version of a report form and publishes it, and an agency's engineer
moves a report that was begun before, in browsers."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import desk
from tests.e2e.hands import fill_form, opened_dialog, sign_in
from tests.support.serving import Served
from tests.support.world import World
from tests.verification.conftest import report_desk
from yunjian.identity.models import RoleGrant
from yunjian.kernel.clock import today

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300), pytest.mark.reads_all_rows]

CODE = "hj75-verification"


def test_a_form_is_written_published_and_taken_on_by_a_report(
    browser: Browser, server: Served, city: World
) -> None:
    RoleGrant.objects.create(account=city.reviewer, role="rule_administrator")
    report = report_desk(city).draft()
    with desk(browser) as bureau, desk(browser) as engineer:
        sign_in(bureau, server, city.reviewer.username)
        sign_in(engineer, server, "engineer")

        bureau.get_by_role("link", name="报告格式").click()
        bureau.get_by_test_id(f"form-{CODE}").get_by_role("link", name="查看").click()
        bureau.get_by_test_id("form-begin").click()
        _writes(bureau)
        _publishes(bureau)

        engineer.goto(f"{server.base}/agency/reports/{report.pk}/")
        told = engineer.get_by_test_id("form-not-current")
        expect(told).to_contain_text("现行的是 烟气 CEMS 校验（比对）报告 地方第 1 版")
        engineer.get_by_test_id("form-move").click()
        expect(told).to_have_count(0)
        expect(engineer.get_by_test_id("checklist")).to_contain_text("检测机构印章")

        _withdraws(bureau)


def _writes(page: Page) -> None:
    page.get_by_test_id("contents-new").click()
    dialog = opened_dialog(page)
    line = {
        "title_zh": "检测机构印章",
        "title_en": "Seal of the body",
        "clause": "本市要求 3",
        "source": "file",
    }
    fill_form(dialog, line | {"key": "number"})
    page.get_by_test_id("form-line-save").click()
    expect(dialog).to_contain_text("编号“number”在报告内容中已有")
    expect(dialog.locator("[name='title_zh']")).to_have_value("检测机构印章")
    fill_form(dialog, {"key": "seal"})
    page.get_by_test_id("form-line-save").click()
    expect(page.get_by_test_id("draft-contents")).to_contain_text("检测机构印章")

    # a record that is still referred to is missed, until it is asked for by another line no more
    page.get_by_test_id("remove-originals-photos").click()
    expect(page.get_by_test_id("form-problems")).to_contain_text("“现场照片”的填写处已不存在")
    page.get_by_test_id("remove-contents-original-photos").click()
    expect(page.get_by_test_id("form-problems")).to_have_count(0)


def _publishes(page: Page) -> None:
    page.get_by_test_id("form-publish").click()
    dialog = opened_dialog(page)
    expect(dialog).to_contain_text("现场照片")
    dialog.get_by_label("施行日期").fill((today() - timedelta(days=1)).isoformat())
    page.get_by_test_id("form-publish-submit").click()
    expect(dialog).to_contain_text("施行日期不能早于今天")
    dialog.get_by_label("施行日期").fill(today().isoformat())
    page.get_by_test_id("form-publish-submit").click()
    expect(page.get_by_text("地方第 1 版").first).to_be_visible()


def _withdraws(page: Page) -> None:
    page.get_by_test_id("form-withdraw").click()
    fill_form(opened_dialog(page), {"reason": "重新编制"})
    page.get_by_test_id("form-withdraw-submit").click()
    expect(page.get_by_test_id("withdrawal")).to_contain_text("重新编制")
