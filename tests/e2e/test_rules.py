"""A rule administrator compares a rule with the print and publishes it, in a browser."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import desk
from tests.e2e.hands import opened_dialog, sign_in
from tests.support.serving import Served
from tests.support.world import PASSWORD, World
from yunjian.identity.models import RoleGrant
from yunjian.kernel.clock import today
from yunjian.library.models import PublishedPack

pytestmark = [pytest.mark.e2e, pytest.mark.reads_all_rows]


def test_a_rule_is_compared_corrected_and_published(
    browser: Browser, city: World, server: Served
) -> None:
    RoleGrant.objects.create(account=city.reviewer, role="rule_administrator")
    day = (today() + timedelta(days=1)).isoformat()
    with desk(browser) as page:
        sign_in(page, server, city.reviewer.username, PASSWORD)
        page.get_by_role("link", name="规则库").click()
        page.get_by_test_id("pack-hj75-2017").get_by_role("link", name="查看").click()

        # compared with the print
        page.get_by_test_id("confirm-hj75.patrol").click()
        dialog = opened_dialog(page)
        expect(dialog).to_contain_text("至多每 7 天")
        dialog.get_by_label("页码").fill("第 18 页")
        page.get_by_test_id("confirm-submit").click()
        expect(page.get_by_test_id("line-hj75.patrol")).to_contain_text("草稿：已核对")

        # corrected: first so that bands overlap, which is refused where it was typed
        page.get_by_test_id("tab-limits").click()
        page.get_by_test_id("correct-accuracy.O2").click()
        page.locator("[name='bands-1-upper']").fill("6")
        page.get_by_label("更正说明").fill("对照印刷本")
        page.get_by_test_id("correct-submit").click()
        expect(page.get_by_test_id("band-error").first).to_contain_text("处重叠")
        expect(page.locator("[name='bands-1-upper']")).to_have_value("6")
        expect(page.get_by_label("更正说明")).to_have_value("对照印刷本")
        page.locator("[name='bands-1-upper']").fill("5")
        page.locator("[name='bands-1-limit']").fill("0.8")
        page.get_by_test_id("correct-submit").click()
        expect(page.get_by_test_id("line-accuracy.O2")).to_contain_text("草稿：有更正")

        # previewed and published
        page.get_by_test_id("draft-open").click()
        expect(page.get_by_test_id("change-accuracy.O2").first).to_contain_text("0.8")
        page.get_by_label("施行日期").fill(day)
        page.get_by_label("发布说明").fill("与印刷本核对")
        page.get_by_test_id("publish").click()
        newest = page.get_by_test_id("version-2")
        expect(newest).to_contain_text("将施行")
        expect(newest).to_contain_text("与印刷本核对")

        # nothing scrolls sideways where people work
        page.set_viewport_size({"width": 1280, "height": 800})
        for address in ("", "hj75-2017/?tab=limits", "what-if/?kind=flue_gas&on=2026-12-01"):
            page.goto(f"{server.base}/supervision/rules/{address}")
            wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            assert not page.evaluate(wider), address
    assert PublishedPack.unscoped().get().name == "hj75-2017@2"
