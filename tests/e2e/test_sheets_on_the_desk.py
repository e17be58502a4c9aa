"""Record sheets on a computer: an engineer fills one in, a rule administrator makes a new one."""

from datetime import timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.e2e.conftest import desk
from tests.e2e.hands import opened_dialog, sign_in
from tests.support.phone import picture
from tests.support.serving import Served
from tests.support.world import PASSWORD, World
from yunjian.access.actor import acting_as
from yunjian.evidence.services import attachment_store
from yunjian.identity.models import RoleGrant
from yunjian.kernel.clock import SHANGHAI, now, today
from yunjian.kernel.ids import new_id
from yunjian.library.models import PublishedSheet
from yunjian.maintenance.domain.submissions import Position, SignIn
from yunjian.maintenance.models import SheetDraft, Task, Visit
from yunjian.maintenance.services.visits import visit_sign_in
from yunjian.standards import sheets

pytestmark = [pytest.mark.e2e, pytest.mark.reads_all_rows]

ROW = {
    "range_lower": "0",
    "range_upper": "200",
    "unit": "mg/m³",
    "principle": "紫外差分吸收",
    "zero_gas": "0",
    "zero_last": "0",
    "zero_before": "2",
    "zero_after": "0",
    "span_gas": "160",
    "span_last": "160",
    "span_before": "161",
    "span_after": "160",
}


def test_an_engineer_fills_in_a_sheet_at_the_desk(
    browser: Browser, city: World, server: Served
) -> None:
    visit_id = _visit_with_a_drift_sheet(city)

    with desk(browser) as page:
        sign_in(page, server, city.engineer.username, PASSWORD)
        page.goto(f"{server.base}/agency/visits/{visit_id}/")
        page.get_by_test_id("visit-fill").click()
        expect(_field(page, "header.company")).to_have_value(city.discharger.name)
        _fill_in(page)

        # judged while it is typed, and what is being typed is never overwritten
        before = _field(page, "analysers.0.zero_before")
        for value, text in (("5.2", "需校准"), ("11", "判定失控"), ("4", "在允许范围内")):
            before.fill(value)
            expect(page.locator("#s0-analysers-0-zero_drift-field")).to_contain_text(text)
            expect(before).to_have_value(value)
        assert SheetDraft.unscoped().get().sheets[0]["answers"]["analysers"][0]["principle"]

        # what is missing is named, and nothing is lost
        page.get_by_test_id("fill-submit").click()
        expect(page.get_by_test_id("fill-error")).to_contain_text("请填写离场时间")
        page.locator("#signed_out_at").fill(f"{now().astimezone(SHANGHAI):%Y-%m-%d %H:%M}")
        page.keyboard.press("Escape")
        page.get_by_test_id("fill-submit").click()
        page.wait_for_url(f"**/agency/visits/{visit_id}/")
        expect(page.get_by_text("已提交，等待排污单位确认")).to_be_visible()

    visit = Visit.unscoped().get(pk=visit_id)
    assert (visit.state, visit.verdict) == ("submitted", "pass")
    assert not SheetDraft.unscoped().exists()


def test_answers_that_come_late_undo_nothing_that_was_typed_since(
    browser: Browser, city: World, server: Served
) -> None:
    visit_id = _visit_with_a_drift_sheet(city)

    with desk(browser) as page:
        sign_in(page, server, city.engineer.username, PASSWORD)
        page.goto(f"{server.base}/agency/visits/{visit_id}/fill/")
        held = _hold_the_first_save(page)
        _fill_in(page)
        _field(page, "analysers.0.zero_before").fill("5.2")
        held[0].continue_()
        expect(page.locator("#s0-analysers-0-zero_drift-field")).to_contain_text("需校准")
        for key, value in {**ROW, "zero_before": "5.2"}.items():
            expect(_field(page, f"analysers.0.{key}")).to_have_value(value)
    stored = SheetDraft.unscoped().get().sheets[0]["answers"]["analysers"][0]
    assert (stored["zero_before"], stored["span_before"]) == (5.2, 161)


def test_a_save_that_is_never_answered_stops_neither_the_next_nor_handing_in(
    browser: Browser, city: World, server: Served
) -> None:
    visit_id = _visit_with_a_drift_sheet(city)

    with desk(browser) as page:
        sign_in(page, server, city.engineer.username, PASSWORD)
        page.goto(f"{server.base}/agency/visits/{visit_id}/fill/")
        page.locator("#fill").evaluate(
            "form => form.setAttribute('hx-request', '{\"timeout\":500}')"
        )
        held = _hold_the_first_save(page)
        _field(page, "header.began_at").fill("09:00")
        expect(page.locator("#toasts")).to_contain_text("操作没有成功")
        assert len(held) == 1
        page.locator("#fill").evaluate("form => form.removeAttribute('hx-request')")
        _fill_in(page)
        page.get_by_test_id("fill-submit").click()
        expect(page.get_by_test_id("fill-error")).to_contain_text("请填写离场时间")
        expect(_field(page, "header.began_at")).to_be_editable()
    stored = SheetDraft.unscoped().get().sheets[0]["answers"]["header"]
    assert (stored["began_at"], stored["ended_at"]) == ("09:00", "10:00")


def test_a_rule_administrator_makes_the_next_version_of_a_sheet(
    browser: Browser, city: World, server: Served
) -> None:
    RoleGrant.objects.create(account=city.reviewer, role="rule_administrator")
    day = (today() + timedelta(days=7)).isoformat()
    with desk(browser) as page:
        sign_in(page, server, city.reviewer.username, PASSWORD)
        page.get_by_role("link", name="记录单").click()
        row = page.locator("tr", has_text="hj75-g1")
        row.get_by_role("button", name="复制修改").click()
        opened_dialog(page)
        page.get_by_test_id("design-begin").click()
        page.wait_for_url("**/designs/**")
        page.locator(".yj-outline a", has_text="基本信息").click()
        page.get_by_test_id("part-add").click()
        page.get_by_role("button", name="数字").click()
        title = page.locator("[name='part-title_zh']")
        expect(title).to_have_value("新的栏目")
        title.fill("烟道静压")
        title.press("Tab")
        expect(page.get_by_test_id("trial")).to_contain_text("烟道静压")

        # a mistake is told at once, and stands against publishing
        page.locator("[name='part-show']").fill("s.nobody ==")
        page.locator("[name='part-show']").press("Tab")
        expect(page.get_by_test_id("design-problems")).to_contain_text("表达式不成立")
        page.get_by_test_id("design-to-publish").click()
        expect(page.locator("#dialog.show")).to_contain_text("还不能发布")
        page.locator("#dialog [data-bs-dismiss]").first.click()
        expect(page.locator("#dialog")).to_be_hidden()
        page.locator("[name='part-show']").fill("")
        page.locator("[name='part-show']").press("Tab")
        expect(page.get_by_test_id("design-problems")).to_be_hidden()

        page.get_by_test_id("design-to-publish").click()
        dialog = opened_dialog(page)
        dialog.get_by_label("施行日期").fill(day)
        page.keyboard.press("Tab")
        page.get_by_test_id("design-publish").click()
        expect(page.get_by_text(f"hj75-g1@2 已发布，{day} 起生效")).to_be_visible()
    published = PublishedSheet.unscoped().get()
    added = published.content["sections"][0]["fields"][-1]
    assert (added["title"]["zh"], added["type"]) == ("烟道静压", "number")


def _visit_with_a_drift_sheet(city: World) -> UUID:
    task = city.task(city.flue_gas_point)
    Task.unscoped().filter(pk=task.pk).update(sheets=[sheets.current_name("hj75-g4", today())])
    return _signed_in(city, task)


def _hold_the_first_save(page: Page) -> list[Route]:
    """Answer no save but the later ones; the first waits in the list that is returned."""
    held: list[Route] = []

    def answer(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route("**/fill/", answer)
    return held


def _signed_in(city: World, task: Task) -> UUID:
    actor, visit_id, photo_id = city.actor(city.engineer), new_id(), new_id()
    with acting_as(actor):
        attachment_store(
            id=photo_id, actor=actor, content=picture(), filename="a.jpg", purpose="sign_in"
        )
        here = Position(longitude=121.5, latitude=31.2, accuracy=5)
        sign_in = SignIn(task_id=task.pk, at=now(), position=here, photo_id=photo_id)
        visit_sign_in(actor=actor, visit_id=visit_id, sign_in=sign_in, digest="sha256:0")
    return visit_id


def _field(page: Page, path: str) -> Locator:
    return page.locator(f"[name='s0.{path}']")


def _fill_in(page: Page) -> None:
    for key, value in {"began_at": "09:00", "ended_at": "10:00"}.items():
        _field(page, f"header.{key}").fill(value)
    for key, value in ROW.items():
        _field(page, f"analysers.0.{key}").fill(value)
    _field(page, "analysers.0.parameter").select_option("SO2")
    for key in ("zero_normal", "span_normal"):
        page.locator(f"[name='s0.analysers.0.{key}'][value='true']").check()
