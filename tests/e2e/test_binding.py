"""我的信息 → 账户信息 in a browser: bind, switch, unbind; WeChat's position, camera, scanner."""

import base64

import httpx
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.e2e.conftest import AT_THE_POINT, handset
from tests.e2e.hands import bind, open_in_wechat, photo
from tests.support.phone import picture
from tests.support.serving import Served
from tests.support.world import PASSWORD, World, current_code
from yunjian.evidence.models import Attachment
from yunjian.identity.models import WechatBinding
from yunjian.maintenance.models import Visit
from yunjian.messaging.models import Delivery

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240), pytest.mark.reads_all_rows]
IN_WECHAT = {"longitude": 121.6001, "latitude": 31.2001, "accuracy": 8.0}
NARROW: ViewportSize = {"width": 320, "height": 640}


def tell(server: Served, path: str, body: dict[str, object]) -> None:
    """Tell the simulator something."""
    answer = httpx.post(f"{server.simulator}/sim/{path}", json=body)
    assert "errcode" not in answer.json(), answer.text


def open_bindings(page: Page) -> None:
    page.get_by_test_id("tab-me").click()
    page.get_by_test_id("open-bindings").click()


def fits(page: Page) -> bool:
    """Tell whether the page scrolls sideways nowhere."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_a_person_binds_two_accounts_switches_and_unbinds(
    browser: Browser, server: Served, city: World
) -> None:
    with handset(browser) as page:
        open_in_wechat(page, server, "张师傅")
        bind(page, "supervision", "engineer", "not-the-password")
        expect(page.get_by_test_id("bind-password")).to_contain_text("账号或密码不正确")
        expect(page.get_by_test_id("bind-username").locator("input")).to_have_value("engineer")
        bind(page, "source", "engineer")
        expect(page.locator(".error")).to_contain_text("请改选系统")
        expect(page.get_by_test_id("bind-password").locator("input")).to_have_value(PASSWORD)
        page.set_viewport_size(NARROW)
        assert fits(page)
        bind(page, "supervision", "engineer")
        open_bindings(page)
        page.get_by_test_id("bind-another").click()
        bind(page, "source", "factory")
        engineer, factory = (page.get_by_test_id(f"binding-{n}") for n in ("engineer", "factory"))
        expect(factory).to_contain_text("当前")
        assert fits(page)
        engineer.get_by_test_id("switch").click()
        expect(engineer).to_contain_text("当前")
        expect(factory).not_to_contain_text("当前")
        engineer.get_by_test_id("unbind").click()
        page.get_by_role("button", name="取消").click()
        expect(engineer).to_be_visible()
        engineer.get_by_test_id("unbind").click()
        page.get_by_role("dialog").get_by_role("button", name="解绑").click()
        expect(engineer).to_be_hidden()
        expect(factory).to_contain_text("当前")
    assert WechatBinding.objects.filter(unbound_at__isnull=True).count() == 1


def test_the_second_factor_is_asked_for_where_it_is_set(
    browser: Browser, server: Served, city: World
) -> None:
    account = city.reviewer
    with handset(browser) as page:
        open_in_wechat(page, server, "陈经理")
        expect(page.get_by_test_id("bind-username")).to_be_visible()
        expect(page.get_by_test_id("bind-token")).to_have_count(0)
        bind(page, "supervision", account.username)
        token = page.get_by_test_id("bind-token")
        token.locator("input").fill("000000")
        page.get_by_test_id("bind-submit").click()
        expect(token).to_contain_text("动态口令不正确")
        page.set_viewport_size(NARROW)
        assert fits(page)
        token.locator("input").fill(current_code(account))
        page.get_by_test_id("bind-submit").click()
        expect(page.get_by_test_id("tab-me")).to_be_visible()


def test_position_camera_and_scanner_are_wechats(
    browser: Browser, server: Served, city: World
) -> None:
    task = city.task(city.wastewater_point)
    taken = base64.b64encode(picture("wechat", (800, 600))).decode()
    scan = f"{server.base}/check/"
    tell(server, "device", {**IN_WECHAT, "photo": taken, "scan": scan})
    with handset(browser) as page:
        open_in_wechat(page, server, "张师傅")
        bind(page, "supervision", "engineer")
        expect(page.get_by_test_id("tab-me")).to_be_visible()
        page.goto(f"{server.base}/h5/#/tasks/{task.pk}")
        with page.expect_response(lambda answer: "do=config" in answer.url):
            expect(page.get_by_test_id("photo-input")).to_be_attached()
        page.get_by_test_id("photo-input").click()
        expect(page.locator(".photos img")).to_be_visible()
        with page.expect_response(lambda answer: answer.url.endswith("/sign-in")):
            page.get_by_test_id("sign-in-button").click()
        expect(page.get_by_test_id("submit-visit")).to_be_visible()
        visit = Visit.unscoped().get(task=task)
        assert float(visit.sign_in_longitude) == IN_WECHAT["longitude"]
        assert visit.sign_in_accuracy == IN_WECHAT["accuracy"]
        assert visit.sign_in_photo_id is not None
        stored = Attachment.unscoped().get(pk=visit.sign_in_photo_id)
        assert (stored.width, stored.height) == (800, 600)
        page.goto(f"{server.base}/h5/#/me")
        page.get_by_test_id("scan").click()
        page.wait_for_url(f"{scan}**")


def test_without_wechats_answer_the_browsers_position_serves(
    browser: Browser, server: Served, city: World
) -> None:
    task = city.task(city.wastewater_point)
    with handset(browser) as page:
        open_in_wechat(page, server, "张师傅")
        bind(page, "supervision", "engineer")
        expect(page.get_by_test_id("tab-me")).to_be_visible()
        page.goto(f"{server.base}/h5/#/tasks/{task.pk}")
        page.get_by_test_id("photo-input").set_input_files([photo()])
        expect(page.locator(".photos img")).to_be_visible()
        with page.expect_response(lambda answer: answer.url.endswith("/sign-in")):
            page.get_by_test_id("sign-in-button").click()
        expect(page.get_by_test_id("submit-visit")).to_be_visible()
    assert float(Visit.unscoped().get(task=task).sign_in_longitude) == AT_THE_POINT["longitude"]


def test_when_wechat_takes_no_message_it_is_in_the_app(
    browser: Browser, server: Served, city: World
) -> None:
    fault = {"endpoint": "/cgi-bin/message/template/send", "times": 9, "errcode": 45009}
    with handset(browser) as first, handset(browser) as second:
        open_in_wechat(first, server, "周厂长")
        bind(first, "source", "factory")
        expect(first.get_by_test_id("tab-me")).to_be_visible()
        tell(server, "errors", fault)
        open_in_wechat(second, server, "林女士")
        bind(second, "source", "factory")
        open_bindings(second)
        expect(second.get_by_test_id("identity-own")).to_contain_text("本微信")
        first.goto(f"{server.base}/h5/#/messages")
        expect(first.locator(".message").first).to_contain_text("现共 2 个")
        second.get_by_test_id("unbind-other").click()
        second.get_by_role("dialog").get_by_role("button", name="解绑").click()
        expect(second.get_by_test_id("identity-own")).to_be_hidden()
        first.reload()
        first.get_by_role("link", name="周厂长").click()
        expect(first.get_by_test_id("bind-username")).to_be_visible()
    assert Delivery.objects.filter(state="waiting", error__startswith="45009").exists()


def test_a_link_back_from_wechat_that_is_not_ours_is_explained(
    browser: Browser, server: Served, city: World
) -> None:
    with handset(browser) as page:
        page.goto(f"{server.base}/api/v1/wechat/callback?code=x&state=stolen")
        expect(page.get_by_test_id("wechat-problem")).to_contain_text("请重新从微信进入")
        page.set_viewport_size(NARROW)
        assert fits(page)
        page.get_by_test_id("open-wechat").click()
        page.get_by_role("link", name="张师傅").click()
        expect(page.get_by_test_id("bind-username")).to_be_visible()
        expect(page.get_by_test_id("wechat-problem")).to_have_count(0)
