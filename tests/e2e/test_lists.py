"""The small scripts of lists and dialogs, each in a real browser; and the lists without any."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Browser, Dialog, Page, Route, expect

from tests.e2e.conftest import desk
from tests.e2e.hands import opened_dialog, sign_in
from tests.support.serving import Served
from tests.support.world import World
from yunjian.agencies.models import Person
from yunjian.kernel.clock import today
from yunjian.maintenance.models import Task

pytestmark = [pytest.mark.e2e, pytest.mark.reads_all_rows]
PEOPLE = "/agency/people/"


@pytest.fixture
def people(city: World) -> World:
    """Forty-five people more, so that there are three pages."""
    Person.unscoped().bulk_create(
        Person(organization=city.agency, name=f"员工{number:02}", job="运维", position="engineer")
        for number in range(45)
    )
    return city


def opened(page: Page, server: Served, city: World, path: str = PEOPLE) -> None:
    sign_in(page, server, city.agency_manager.username)
    page.goto(f"{server.base}{path}")


def first_name(page: Page, name: str) -> None:
    expect(page.locator(".yj-list tbody tr").first.locator("td").nth(1)).to_have_text(name)


def test_sorting_paging_and_filtering_swap_the_rows_alone(
    browser: Browser, people: World, server: Served
) -> None:
    with desk(browser) as page:
        opened(page, server, people)
        page.locator("header").evaluate("element => element.dataset.stayed = 'yes'")
        page.get_by_label("姓名/手机号").fill("员工")
        page.get_by_role("button", name="查询").click()
        expect(page).to_have_url(re.compile(r"text="))
        page.locator("#sort-name").click()
        first_name(page, "员工00")
        expect(page.locator("th[aria-sort=ascending]")).to_have_count(1)
        expect(page.locator("#sort-name")).to_be_focused()
        page.locator("#page-next").click()
        first_name(page, "员工20")
        expect(page.locator(".yj-list tbody td").first).to_have_text("21")
        expect(page).to_have_url(re.compile(r"text=.*sort=name.*after="))
        assert "part=" not in page.url
        expect(page.locator("header[data-stayed=yes]")).to_have_count(1)
        # what the address says is what a reload, the way back and another person's browser show
        page.reload()
        first_name(page, "员工20")
        page.go_back()
        first_name(page, "员工00")
        page.go_forward()
        first_name(page, "员工20")


def test_a_list_works_without_scripts(browser: Browser, people: World, server: Served) -> None:
    context = browser.new_context(locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    sign_in(page, server, people.agency_manager.username)
    page.goto(f"{server.base}{PEOPLE}?text=员工")
    page.locator("#sort-name").click()
    first_name(page, "员工00")
    page.locator("#page-next").click()
    first_name(page, "员工20")
    page.get_by_test_id("list-columns").click()
    page.locator("input[name=columns][value=job]").uncheck()
    page.get_by_test_id("columns-apply").click()
    expect(page.locator("th", has_text="岗位").filter(has_not_text="技术")).to_have_count(0)
    page.get_by_test_id("list-views").click()
    page.get_by_label("视图名称").fill("我的视图")
    page.get_by_test_id("view-save").click()
    page.get_by_test_id("list-views").click()
    page.get_by_test_id("view").click()
    first_name(page, "员工00")
    context.close()


def test_who_comes_back_finds_the_list_as_it_was_left(
    browser: Browser, people: World, server: Served
) -> None:
    with desk(browser) as page:
        opened(page, server, people, f"{PEOPLE}?text=员工&sort=name")
        page.locator("#page-next").click()
        first_name(page, "员工20")
        left = page.url
        page.locator(".yj-list tbody tr").first.get_by_role("link", name="查看").click()
        page.wait_for_url(re.compile(r"/agency/people/[0-9a-f-]{36}/"))
        page.locator(".yj-breadcrumb").get_by_role("link", name="人员").click()
        page.wait_for_url(left)
        first_name(page, "员工20")
        # and so does who saved something in a dialog of the list
        page.locator(".yj-list tbody tr").first.get_by_test_id("row-edit").click()
        dialog = opened_dialog(page)
        dialog.locator("[name=job]").fill("新岗位")
        dialog.locator("[name=education]").select_option(index=1)
        dialog.get_by_test_id("form-save").click()
        expect(page.locator(".toast")).to_contain_text("已保存")
        assert page.url == left
        expect(page.locator(".yj-list tbody tr").first).to_contain_text("新岗位")


def answered(requested: list[str], *, accept: bool) -> Callable[[Dialog], None]:
    """Return what answers the browser's question, and notes it."""

    def answer(dialog: Dialog) -> None:
        requested.append(dialog.message)
        if accept:
            dialog.accept()
        else:
            dialog.dismiss()

    return answer


def test_what_was_typed_is_not_thrown_away_unasked(
    browser: Browser, city: World, server: Served
) -> None:
    with desk(browser) as page:
        opened(page, server, city)
        page.get_by_test_id("person-new").click()
        dialog = opened_dialog(page)
        page.keyboard.press("Escape")  # nothing was typed: nobody is asked
        expect(dialog).to_be_hidden()
        page.get_by_test_id("person-new").click()
        opened_dialog(page).locator("[name=name]").fill("新人")
        requested: list[str] = []
        page.once("dialog", answered(requested, accept=False))
        page.keyboard.press("Escape")
        expect(dialog.locator("[name=name]")).to_have_value("新人")
        assert "还没有保存" in requested[0]
        # what was refused is still not saved
        dialog.get_by_test_id("form-save").click()
        expect(dialog.locator(".is-invalid").first).to_be_visible()
        page.once("dialog", answered(requested, accept=True))
        dialog.get_by_role("button", name="取消").click()
        expect(dialog).to_be_hidden()
        assert len(requested) == 2


def test_a_double_click_saves_once(browser: Browser, city: World, server: Served) -> None:
    with desk(browser) as page:
        opened(page, server, city, "/agency/parts/")
        page.get_by_test_id("part-new").click()
        dialog = opened_dialog(page)
        dialog.locator("[name=name]").fill("泵管")
        dialog.locator("[name=location]").fill("仓库")
        sent: list[str] = []

        def slowly(route: Route) -> None:
            if route.request.method == "POST":
                sent.append(route.request.url)
                expect(dialog.get_by_test_id("form-save")).to_be_disabled()
                expect(dialog.get_by_test_id("form-save")).to_have_text("保存中…")
            route.continue_()

        page.route("**/agency/parts/new/", slowly)
        dialog.get_by_test_id("form-save").dblclick()
        expect(page.locator(".toast")).to_contain_text("已新增")
        assert len(sent) == 1


def test_a_lost_session_leaves_the_dialog_and_what_was_typed(
    browser: Browser, city: World, server: Served
) -> None:
    with desk(browser) as page:
        opened(page, server, city, "/agency/parts/")
        page.get_by_test_id("part-new").click()
        dialog = opened_dialog(page)
        dialog.locator("[name=name]").fill("泵管")
        dialog.locator("[name=location]").fill("仓库")
        Session.objects.all().delete()
        dialog.get_by_test_id("form-save").click()
        expect(page.locator("#signed-out")).to_be_visible()
        expect(dialog.locator("[name=name]")).to_have_value("泵管")
        expect(page.locator("[name=password]")).to_have_count(0)
        beside = page.context.new_page()
        sign_in(beside, server, city.agency_manager.username)
        beside.close()
        page.evaluate("window.dispatchEvent(new Event('focus'))")
        expect(page.locator("#signed-out")).to_be_hidden()
        dialog.get_by_test_id("form-save").click()
        expect(page.locator(".toast")).to_contain_text("已新增")


def test_all_ticks_of_a_page_are_set_at_once(browser: Browser, city: World, server: Served) -> None:
    for days in range(3):
        city.task(city.flue_gas_point, today() + timedelta(days=days))
    with desk(browser) as page:
        opened(page, server, city, "/agency/tasks/")
        every = page.get_by_label("全选本页")
        ticks = page.locator(".yj-list input[name=task]")
        every.check()
        expect(page.locator(".yj-list input[name=task]:checked")).to_have_count(ticks.count())
        ticks.first.uncheck()
        assert every.evaluate("box => box.indeterminate")
        page.get_by_test_id("tasks-reassign").click()
        expect(opened_dialog(page).locator("input[name=task]")).to_have_count(ticks.count() - 1)
    assert Task.unscoped().count() >= 3


def test_actions_stay_in_view_and_rows_stay_low_on_a_small_screen(
    browser: Browser, people: World, server: Served
) -> None:
    with desk(browser) as page:
        page.set_viewport_size({"width": 1280, "height": 800})
        opened(page, server, people)
        columns = "&".join(
            f"columns={name}"
            for name in ("name", "position", "job", "education", "title", "phone", "account",
                         "joined_on", "left_on", "valid_until", "state")
        )  # fmt: skip
        page.goto(f"{server.base}{PEOPLE}?{columns}")
        boxes = page.evaluate(
            "[...document.querySelectorAll('.yj-list tbody tr')].map(row => ({height:"
            " row.getBoundingClientRect().height, right:"
            " row.querySelector('.yj-row-actions').getBoundingClientRect().right}))"
        )
        assert max(box["height"] for box in boxes) <= 34
        assert max(box["right"] for box in boxes) <= 1280
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280
