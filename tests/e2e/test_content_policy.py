"""The phone's pages under their content policy: nothing inline, one foreign host.

Every browser test fails when a policy is violated (`conftest`); here the phone's pages are gone
through for it, and it is shown that a violation would be noticed.
"""

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import handset
from tests.e2e.hands import bind, draw_signature, fill_sheet, open_in_wechat, photo
from tests.support.serving import Served
from tests.support.world import World
from yunjian.maintenance.models import Visit

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300), pytest.mark.reads_all_rows]


def test_the_way_of_a_visit_breaks_no_policy(browser: Browser, server: Served, city: World) -> None:
    task = city.task(city.flue_gas_point)
    with handset(browser) as page:
        answer = page.goto(f"{server.base}/h5/")
        page.wait_for_url(f"{server.simulator}/**")  # the app goes on to WeChat by itself
        assert answer is not None
        open_in_wechat(page, server, "张师傅")
        bind(page, "supervision", "engineer")
        page.get_by_test_id("tab-me").click()
        page.get_by_test_id("language").click()
        page.get_by_test_id("language").click()
        page.goto(f"{server.base}/h5/#/messages")
        page.goto(f"{server.base}/h5/#/tasks/{task.pk}")
        page.get_by_test_id("photo-input").set_input_files([photo()])
        page.locator(".photos img").click()
        page.locator(".van-image-preview__swipe-item").first.tap()
        expect(page.locator(".van-image-preview")).to_be_hidden()
        page.get_by_test_id("sign-in-button").click()
        for name in task.sheets:
            fill_sheet(page, name)
        page.get_by_test_id("submit-visit").click()
        page.get_by_role("button", name="确定").click()
        expect(page.get_by_test_id("visit-done")).to_be_visible()
    visit = Visit.unscoped().get(task=task)
    with handset(browser) as page:
        open_in_wechat(page, server, "周厂长")
        bind(page, "source", "factory")
        expect(page.get_by_test_id("tab-me")).to_be_visible()
        page.goto(f"{server.base}/h5/#/visits/{visit.pk}")
        page.get_by_test_id("confirm-open").click()
        draw_signature(page)
        page.get_by_test_id("confirm-submit").click()
        expect(page.get_by_test_id("confirmation")).to_be_visible()


def test_the_policy_allows_no_inline_style_and_one_foreign_host(
    browser: Browser, server: Served
) -> None:
    with handset(browser) as page:
        answer = page.goto(f"{server.base}/h5/#/bind")
        assert answer is not None
        policy = str(answer.header_value("content-security-policy"))
        assert "unsafe" not in policy
        assert f"script-src 'self' {server.simulator};" in policy


ADD = "document.body.append(Object.assign(document.createElement({0}), {{ {1} }}))"
BREACHES = {
    "a style attribute": "document.body.insertAdjacentHTML('beforeend', '<p style=\"top: 0\">')",
    "a style element": ADD.format("'style'", "textContent: 'p { top: 0 }'"),
    "an inline script": ADD.format("'script'", "textContent: '1'"),
    "a foreign script": ADD.format("'script'", "src: 'https://elsewhere.example/x.js'"),
}


@pytest.mark.parametrize("what", BREACHES)
def test_a_violation_would_be_noticed(browser: Browser, server: Served, what: str) -> None:
    with pytest.raises(AssertionError, match="content policy violated"):
        _breach(browser, server, BREACHES[what])


def _breach(browser: Browser, server: Served, script: str) -> None:
    with handset(browser) as page:
        page.goto(f"{server.base}/h5/#/bind")
        with page.expect_console_message(lambda stated: "content policy" in stated.text):
            page.evaluate(script)
