"""企业排口 in a real browser: choosing points, going back, deep links, keys, the map."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import desk
from tests.e2e.hands import opened_dialog, sign_in
from tests.support.serving import Served
from tests.support.world import World
from yunjian.kernel.coordinates import Datum, from_wgs84
from yunjian.sources.models import Outlet, PollutionSource

pytestmark = [pytest.mark.e2e, pytest.mark.reads_all_rows]


def outlets_opened(page: Page, server: Served, city: World) -> None:
    sign_in(page, server, city.discharger_owner.username)
    actions = page.locator("tbody tr").first.get_by_role("group").get_by_role("link")
    expect(actions).to_have_count(5)
    expect(actions.nth(3)).to_have_attribute("title", "企业排口")
    actions.nth(3).click()
    page.wait_for_url("**/outlets/")


def chosen(page: Page, name: str) -> None:
    expect(page.locator("#point-panel h2")).to_have_text(name)
    expect(page.locator("#tree-items [aria-selected='true'] .yj-tree-name")).to_have_text(name)


def test_points_are_chosen_gone_back_to_and_linked_to(
    browser: Browser, city: World, server: Served
) -> None:
    water, gas = city.wastewater_point, city.flue_gas_point
    with desk(browser) as page:
        outlets_opened(page, server, city)
        chosen(page, water.name)
        # the frame stays: what is marked on it is still there after a choice
        page.locator("header").evaluate("element => element.dataset.stayed = 'yes'")

        page.get_by_test_id("tab-samplers").click()
        expect(page.get_by_test_id("tab-samplers")).to_have_attribute("aria-current", "page")
        page.get_by_test_id(f"point-{gas.mn_code}").click()
        chosen(page, gas.name)
        expect(page.get_by_test_id("tab-samplers")).to_have_count(0)
        expect(page).to_have_url(re.compile(rf"point={gas.pk}"))

        page.go_back()
        chosen(page, water.name)
        expect(page.get_by_test_id("tab-samplers")).to_have_attribute("aria-current", "page")
        page.go_back()
        expect(page.get_by_test_id("tab-analyzers")).to_have_attribute("aria-current", "page")
        page.go_forward()
        page.go_forward()
        chosen(page, gas.name)
        expect(page.locator("header[data-stayed=yes]")).to_have_count(1)

        # what came back by the browser's buttons still opens dialogs
        page.get_by_test_id("filing-new").click()
        expect(opened_dialog(page)).to_contain_text("新增仪器备案")

        deep = page.context.new_page()
        deep.goto(f"{server.base}/source/sources/{city.source.pk}/outlets/?point={gas.pk}")
        chosen(deep, gas.name)
        deep.reload()
        chosen(deep, gas.name)
        deep.close()


def test_the_tree_is_walked_with_keys_and_searched(
    browser: Browser, city: World, server: Served
) -> None:
    with desk(browser) as page:
        outlets_opened(page, server, city)
        page.get_by_test_id(f"point-{city.wastewater_point.mn_code}").focus()
        page.keyboard.press("ArrowDown")
        expect(page.get_by_test_id("outlet-DA001")).to_be_focused()
        page.keyboard.press("ArrowLeft")
        expect(page.get_by_test_id("outlet-DA001")).to_have_attribute("aria-expanded", "false")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        chosen(page, city.flue_gas_point.name)

        page.get_by_test_id("tree-search").fill("00101")
        expect(page.get_by_test_id("outlet-DA001")).to_have_count(0)
        expect(page.get_by_test_id(f"point-{city.wastewater_point.mn_code}")).to_be_visible()


def test_a_position_is_picked_on_the_map_and_typed_in_another_datum(
    browser: Browser, city: World, server: Served
) -> None:
    with desk(browser) as page:
        sign_in(page, server, city.discharger_owner.username)
        page.get_by_role("link", name=f"定位 {city.source.name}").click()
        dialog = opened_dialog(page)
        area = dialog.locator("[data-yj-map]")
        expect(area.locator("path.leaflet-interactive")).not_to_have_count(0)
        dialog.get_by_label("坐标系").select_option("bd09")
        area.click(position={"x": 200, "y": 150})
        # what is picked is WGS84, whatever was chosen before
        expect(dialog.get_by_label("坐标系")).to_have_value("wgs84")
        east = dialog.get_by_label("经度").input_value()
        assert 120.8 < float(east) < 122.2

        typed = from_wgs84(city.source.longitude, city.source.latitude, Datum.GCJ02)
        dialog.get_by_label("坐标系").select_option("gcj02")
        dialog.get_by_label("经度").fill(str(typed[0]))
        dialog.get_by_label("纬度").fill(str(typed[1]))
        dialog.get_by_label("变更原因").fill("按高德地图核对")
        page.get_by_test_id("place-save").click()
        expect(page.locator(".toast")).to_contain_text("已保存")
    moved = PollutionSource.unscoped().get(pk=city.source.pk)
    assert moved.typed_longitude == typed[0]
    assert abs(moved.longitude - city.source.longitude) < 1


def test_an_outlet_is_entered_in_a_dialog_and_a_mistake_is_shown_at_its_field(
    browser: Browser, city: World, server: Served
) -> None:
    with desk(browser) as page:
        outlets_opened(page, server, city)
        page.get_by_test_id("outlet-new").click()
        page.get_by_test_id("outlet-new-wastewater").click()
        dialog = opened_dialog(page)
        dialog.get_by_label("排口编号").fill("DA007")
        dialog.get_by_label("排口名称").fill("生产废水排口")
        page.get_by_test_id("place-save").click()
        expect(dialog).to_contain_text("废水排口编号以 DW 开头")
        expect(dialog.get_by_label("排口名称")).to_have_value("生产废水排口")
        dialog.get_by_label("排口编号").fill("DW007")
        page.get_by_test_id("place-save").click()
        expect(page.get_by_test_id("outlet-DW007")).to_be_visible()
    assert Outlet.unscoped().get(code="DW007").kind == "wastewater"
