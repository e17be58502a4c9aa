"""A drift is judged on the phone while there is no network, and so again on the server."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import handset
from tests.e2e.hands import bind, open_in_wechat, photo
from tests.support.serving import Served
from tests.support.world import World
from yunjian.kernel.clock import today
from yunjian.maintenance.models import RecordSheet, Task, Visit
from yunjian.standards import sheets

pytestmark = [pytest.mark.e2e, pytest.mark.reads_all_rows]

NUMBERS = {
    "range_lower": "0",
    "range_upper": "200",
    "zero_gas": "0",
    "zero_last": "0",
    "zero_after": "0",
    "span_gas": "160",
    "span_last": "160",
    "span_before": "161",
    "span_after": "160",
}
# of 200 mg/m³: 2.4 %, 2.6 %, −2.6 % and 5.1 %
JUDGED = {"4.8": "合格", "5.2": "需校准", "-5.2": "需校准", "10.2": "失控"}


def test_a_drift_is_judged_without_a_network(browser: Browser, server: Served, city: World) -> None:
    name = sheets.current_name("hj75-g4", today())
    task = city.task(city.flue_gas_point)
    Task.unscoped().filter(pk=task.pk).update(sheets=[name])
    with handset(browser) as page:
        open_in_wechat(page, server, "张师傅")
        bind(page, "supervision", "engineer")
        _sign_in_on_site(page, task)
        page.context.set_offline(True)
        page.get_by_test_id("sheet-open-hj75-g4").click()
        _fill_in_but_the_drift(page)

        drift = page.get_by_test_id("field-analysers-0-zero_drift-verdict")
        for typed, word in (
            ("4.8", "合格"),
            ("5.2", "需校准"),
            ("-5.2", "需校准"),
            ("10.2", "失控"),
        ):
            _type(page, "zero_before", typed)
            expect(drift).to_contain_text(word)
        assert page.evaluate("navigator.onLine") is False

        page.get_by_test_id("section-closing").click()
        page.get_by_test_id("section-next").click()
        expect(page.get_by_test_id("sheet-complete-hj75-g4")).to_contain_text("失控")
        page.get_by_test_id("submit-visit").click()
        page.get_by_role("button", name="确定").click()
        expect(page.get_by_test_id("waiting-upload")).to_be_visible()
        page.context.set_offline(False)
        expect(page.get_by_test_id("visit-done")).to_contain_text("失控")

    stored = RecordSheet.unscoped().get()
    drift_stored = stored.results["fields"]["analysers.0.zero_drift"]
    assert (drift_stored["value"], drift_stored["verdict"]) == (5.1, "out_of_control")
    assert Visit.unscoped().get().verdict == "out_of_control"


def _sign_in_on_site(page: Page, task: Task) -> None:
    page.goto(page.url.partition("#")[0] + "#/maintenance")
    page.get_by_test_id("tab-today").click()
    page.get_by_test_id(f"task-{task.pk}").click()
    page.get_by_test_id("photo-input").set_input_files([photo()])
    expect(page.locator(".photos img")).to_be_visible()
    page.get_by_test_id("sign-in-button").click()
    expect(page.get_by_test_id("submit-visit")).to_be_visible()
    expect(page.get_by_test_id("sync-bar")).to_have_count(0)


def _fill_in_but_the_drift(page: Page) -> None:
    page.get_by_test_id("section-header").click()
    for key in ("began_at", "ended_at"):
        _pick(page, f"field-header-{key}")
    page.get_by_test_id("section-analysers").click()
    _pick(page, "field-analysers-0-parameter")
    for key, text in {"principle": "紫外差分吸收", "unit": "mg/m³"}.items():
        page.get_by_test_id(f"field-analysers-0-{key}").locator("input").fill(text)
    for key, text in NUMBERS.items():
        _type(page, key, text)
    for key in ("zero_normal", "span_normal"):
        page.get_by_test_id(f"field-analysers-0-{key}-yes").click()


def _pick(page: Page, testid: str) -> None:
    page.get_by_test_id(testid).click()
    confirm = page.locator(".van-popup:visible .van-picker__confirm")
    confirm.click()
    expect(confirm).to_be_hidden()


def _type(page: Page, key: str, text: str) -> None:
    page.get_by_test_id(f"field-analysers-0-{key}").locator("input").fill(text)
