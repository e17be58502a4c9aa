"""One whole day, lived in a real browser by the people whose day it is."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.e2e.conftest import desk, handset
from tests.e2e.hands import (
    bind,
    draw_signature,
    fill_form,
    fill_sheet,
    open_in_wechat,
    opened_dialog,
    photo,
    settled,
    sign_in,
)
from tests.support.serving import Served
from tests.support.world import World
from yunjian.access.actor import acting_as, system_actor
from yunjian.agencies.models import Equipment, Person
from yunjian.evidence.models import Attachment, Event
from yunjian.evidence.services import verify_log
from yunjian.instruments.models import Instrument, InstrumentRevision
from yunjian.kernel.clock import today
from yunjian.maintenance.models import Confirmation, Plan, RecordSheet, Task, Visit
from yunjian.messaging.models import Delivery
from yunjian.sources.models import MonitoringPoint

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(420), pytest.mark.reads_all_rows]

ENGINEER_IN_WECHAT = "张师傅"
FACTORY_IN_WECHAT = "周厂长"


def test_a_whole_day(browser: Browser, server: Served, city: World) -> None:
    with (
        desk(browser, moving=True) as factory,
        desk(browser, moving=True) as bureau,
        desk(browser, moving=True) as agency,
    ):
        sign_in(factory, server, "factory")
        _factory_files_instruments(factory, city)
        sign_in(bureau, server, "bureau")
        _bureau_approves(bureau, server)
        sign_in(agency, server, "agency")
        _agency_files_people_and_equipment(agency, server)
        _agency_plans(agency, server, city)
        tasks = _first_tasks(city)
        with (
            handset(browser, moving=True) as engineer,
            handset(browser, moving=True) as factory_phone,
        ):
            open_in_wechat(engineer, server, ENGINEER_IN_WECHAT)
            bind(engineer, "supervision", "engineer")
            for task in tasks:
                _engineer_visits(engineer, task)
            open_in_wechat(factory_phone, server, FACTORY_IN_WECHAT)
            bind(factory_phone, "source", "factory")
            for task in tasks:
                _factory_confirms(factory_phone, _visit_of(task))
            _bureau_looks_and_verifies(bureau, server, _visit_of(tasks[0]))
    _stored_as_it_should_be(city, tasks)


def _factory_files_instruments(page: Page, city: World) -> None:
    page.get_by_role("link", name="污染源基本信息").click()
    page.get_by_test_id("outlets-link").click()
    _choose(page, f"point-{city.wastewater_point.mn_code}")
    _file_instrument(page, "NH3-N", WATER_ANALYZER)
    _choose(page, "tab-samplers")
    _file_instrument(page, None, SAMPLER)
    _choose(page, f"point-{city.flue_gas_point.mn_code}")
    expect(page.get_by_test_id("tab-samplers")).to_have_count(0)
    _file_instrument(page, "NOx", GAS_ANALYZER)


def _choose(page: Page, testid: str) -> None:
    """Press an entry of a tree or a tab, and wait until it is the open one."""
    page.get_by_test_id(testid).click()
    settled(page)  # the entry may have been open before
    entry = f"[data-testid='{testid}']"
    chosen = (
        f"{entry}[aria-selected='true'], {entry}[aria-current='true'], {entry}[aria-current='page']"
    )
    expect(page.locator(chosen)).to_be_visible()


def _file_instrument(page: Page, parameter: str | None, values: dict[str, str]) -> None:
    page.get_by_test_id("filing-new").click()
    dialog = opened_dialog(page)
    fill_form(dialog, values | ({"parameter": parameter} if parameter else {}))
    dialog.get_by_test_id("filing-save-submit").click()
    expect(dialog).to_be_hidden()
    row = page.get_by_test_id("filing-row").filter(has_text=values["name"])
    expect(row).to_contain_text("待审核")


def _bureau_approves(page: Page, server: Served) -> None:
    for _ in range(3):
        page.goto(f"{server.base}/supervision/filings/")
        page.get_by_test_id("filing-open").first.click()
        page.get_by_test_id("filing-approve").click()
        expect(page.locator(".toast").first).to_contain_text("已通过")
    page.goto(f"{server.base}/supervision/filings/")
    expect(page.get_by_test_id("filing-open")).to_have_count(0)


def _agency_files_people_and_equipment(page: Page, server: Served) -> None:
    page.goto(f"{server.base}/agency/people/")
    page.get_by_test_id("person-new").click()
    person = opened_dialog(page)
    fill_form(
        person,
        {
            "name": "陈小雨",
            "phone": "13900000001",
            "education": "college",
            "job": "运维工程师",
            "position": "engineer",
            "joined_on": "2024-03-01",
        },
    )
    person.get_by_test_id("form-save").click()
    expect(page.locator("table")).to_contain_text("陈小雨")
    page.goto(f"{server.base}/agency/equipment/")
    page.get_by_test_id("equipment-new").click()
    equipment = opened_dialog(page)
    fill_form(
        equipment,
        {"asset_number": "SB-100", "name": "便携式 pH 计", "serial_number": "PH-77"},
    )
    equipment.get_by_test_id("form-save").click()
    expect(page.locator("table")).to_contain_text("SB-100")


def _agency_plans(page: Page, server: Served, city: World) -> None:
    page.goto(f"{server.base}/agency/plans/")
    page.get_by_test_id("plan-new").click()
    fill_form(
        page.locator("main"),
        {
            "name": "端到端运维计划",
            "starts_on": today().isoformat(),
            "ends_on": (today() + timedelta(days=60)).isoformat(),
        },
    )
    for point in (city.wastewater_point, city.flue_gas_point):
        page.get_by_test_id(f"plan-point-{point.mn_code}").check()
    page.get_by_test_id("plan-propose").click()
    expect(page.get_by_test_id("plan-item").first).to_be_visible()
    page.get_by_test_id("plan-next").click()
    page.get_by_label("李建国").check()
    page.get_by_test_id("plan-save").click()
    page.get_by_test_id("plan-activate").click()
    expect(page.locator("main")).to_contain_text("执行中")


def _first_tasks(city: World) -> list[Task]:
    """Return the first task at each point: today's, or one of the next days (they are spread)."""
    tasks = Task.unscoped().select_related("point").filter(plan__name="端到端运维计划")
    points = [city.flue_gas_point, city.wastewater_point]
    first = [tasks.filter(point=point).order_by("due_on")[0] for point in points]
    assert min(task.due_on for task in first) == today()
    return first


def _engineer_visits(page: Page, task: Task) -> None:
    """Sign in on site, lose the network in the middle of the work, hand in without one."""
    page.goto(page.url.partition("#")[0] + "#/maintenance")
    page.get_by_test_id("tab-today" if task.due_on == today() else "tab-upcoming").click()
    page.get_by_test_id(f"task-{task.pk}").click()
    page.get_by_test_id("sign-in-button").click()
    expect(page.get_by_test_id("sign-in-problem")).to_contain_text("请先拍摄现场照片")
    page.get_by_test_id("photo-input").set_input_files([photo()])
    expect(page.locator(".photos img")).to_be_visible()
    page.get_by_test_id("sign-in-button").click()
    expect(page.get_by_test_id("submit-visit")).to_be_visible()
    page.context.set_offline(True)
    for name in task.sheets:
        fill_sheet(page, name)
    page.get_by_test_id("submit-visit").click()
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_test_id("waiting-upload")).to_be_visible()
    expect(page.get_by_test_id("unsynced-count")).not_to_have_text("0")
    assert Visit.unscoped().filter(task=task, state="submitted").count() == 0
    page.reload()  # the app itself opens without a network
    expect(page.get_by_test_id("waiting-upload")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_test_id("visit-done")).to_contain_text("合格")
    expect(page.get_by_test_id("sync-bar")).to_have_count(0)


def _visit_of(task: Task) -> Visit:
    return Visit.unscoped().get(task=task)


def _factory_confirms(page: Page, visit: Visit) -> None:
    page.goto(page.url.partition("#")[0] + "#/messages")
    page.locator("[data-testid^=message-]").filter(has_text=visit.point.name).first.click()
    expect(page.get_by_test_id("visit-state")).to_have_text("待确认")
    page.get_by_test_id("confirm-open").click()
    page.get_by_test_id("confirm-submit").click()
    expect(page.get_by_test_id("confirm-problem")).to_have_text("请先签名")
    draw_signature(page)
    page.get_by_test_id("confirm-submit").click()
    expect(page.get_by_test_id("visit-state")).to_have_text("已确认")
    expect(page.get_by_test_id("confirmation")).to_contain_text("周敏")


def _bureau_looks_and_verifies(page: Page, server: Served, visit: Visit) -> None:
    page.goto(f"{server.base}/supervision/")
    page.get_by_role("link", name="运维台账").click()
    page.get_by_test_id("visit-row").filter(has_text=visit.point.name).get_by_test_id(
        "visit-open"
    ).click()
    main = page.locator("main")
    for text in ("李建国", "完全抽取法 CEMS 日常巡检记录表", "周敏", "121.600400", "165"):
        expect(main).to_contain_text(text)
    pictures = page.locator("main img").all()
    assert len(pictures) >= 3
    for image in pictures:
        image.scroll_into_view_if_needed()
        expect(image).not_to_have_js_property("naturalWidth", 0)
    page.get_by_test_id("visit-verify").click()
    expect(page.locator("#dialog")).to_contain_text("与已签署的日志一致")
    address = page.get_by_test_id("visit-pdf").get_attribute("href")
    answer = page.context.request.get(f"{server.base}{address}")
    assert answer.headers["content-type"] == "application/pdf"
    pages = [part.extract_text() for part in PdfReader(BytesIO(answer.body())).pages]
    text = re.sub(r"[\s\u200b]", "", "".join(pages))  # lines break where the column ends
    visit.refresh_from_db()
    for expected in (
        "浦江试验纸业有限公司",
        "清源试验环保技术有限公司",
        "李建国",
        "周敏",
        "探头加热温度",
        "日常巡检",
        visit.content_digest[-16:],
    ):
        assert expected in text, text
    public = page.context.browser.new_page()  # type: ignore[union-attr]
    public.goto(f"{server.base}/check/{visit.pk}/")
    expect(public.locator("main")).to_contain_text("有关本记录的事件均与已签署的日志一致")
    public.close()


def _stored_as_it_should_be(city: World, tasks: list[Task]) -> None:
    assert Instrument.unscoped().filter(period__isnull=False).count() == 2 + 3
    assert InstrumentRevision.unscoped().filter(state="official").count() == 2 + 3
    assert Person.unscoped().filter(name="陈小雨", organization=city.agency).count() == 1
    assert Equipment.unscoped().filter(asset_number="SB-100").count() == 1
    plan = Plan.unscoped().get(name="端到端运维计划")
    assert (plan.state, plan.organization_id) == ("active", city.agency.pk)
    for task in tasks:
        task.refresh_from_db()
        assert task.state == "done"
        visit = _visit_of(task)
        point = MonitoringPoint.unscoped().get(pk=task.point_id)
        assert (visit.state, visit.verdict, visit.point_id) == ("confirmed", "pass", point.pk)
        assert visit.engineer_id == city.engineer.pk
        assert 20 < visit.sign_in_distance < 100
        assert abs(visit.clock_offset_ms) < 60_000
        assert RecordSheet.unscoped().filter(visit=visit).count() == len(task.sheets)
        photos = Attachment.unscoped().filter(organization_id=city.agency.pk, kind="image")
        assert photos.filter(shared_with=city.discharger.pk).count() >= 2
        confirmation = Confirmation.unscoped().get(visit=visit)
        assert confirmation.shown_digest == visit.content_digest
        assert confirmation.signer_id == city.discharger_owner.pk
        assert not confirmation.is_late
        verbs = Event.unscoped().filter(object_id=str(visit.pk)).values_list("verb", flat=True)
        assert {"visit.signed_in", "visit.submitted", "visit.confirmed"} <= set(verbs)
    assert Delivery.objects.filter(channel="wechat").exists()
    with acting_as(system_actor("test")):
        assert verify_log().broken == []


_COMMON = {
    "maker": "试验仪器厂",
    "model": "YJ-200",
    "manufactured_on": "2025-01-10",
    "installed_on": "2025-03-20",
    "certificate_number": "CCAEPI-EP-2025-001",
    "certificate_valid_until": "2030-01-01",
    "contact_name": "周敏",
    "contact_phone": "13800000000",
}
WATER_ANALYZER = _COMMON | {
    "name": "氨氮在线分析仪",
    "method": "水杨酸分光光度法",
    "serial_number": "SN-W-1",
    "range_lower": "0",
    "range_upper": "10",
    "unit": "mg/L",
    "detection_limit": "0.05",
}
SAMPLER = _COMMON | {
    "name": "水质自动采样器",
    "method": "等时采样",
    "serial_number": "SN-S-1",
    "settings.bottles": "24",
    "settings.bottle_millilitres": "1000",
    "settings.sample_millilitres": "500",
    "settings.interval_minutes": "60",
    "settings.storage_temperature": "4",
    "settings.retains_exceedance": "具备",
}
GAS_ANALYZER = _COMMON | {
    "name": "烟气氮氧化物分析仪",
    "method": "紫外差分吸收光谱法",
    "serial_number": "SN-G-1",
    "range_lower": "0",
    "range_upper": "300",
    "unit": "mg/m³",
    "detection_limit": "1",
}
