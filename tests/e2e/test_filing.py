"""An instrument's filing in real browsers: filed, sent back field by field, corrected, approved,
replaced by another one, labelled."""

from datetime import timedelta
from io import BytesIO

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.e2e.conftest import desk
from tests.e2e.hands import fill_form, opened_dialog, photo, sign_in
from tests.support.serving import Served
from tests.support.world import World
from yunjian.access.actor import acting_as, system_actor
from yunjian.instruments.models import FollowUp, Instrument, InstrumentRevision
from yunjian.kernel.clock import today

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300), pytest.mark.reads_all_rows]

ANALYZER = {
    "parameter": "NH3-N",
    "name": "氨氮在线分析仪",
    "maker": "哈希（HACH）",
    "model": "Amtax Compact II",
    "serial_number": "SN-E-1",
    "manufactured_on": str(today() - timedelta(days=200)),
    "installed_on": str(today() - timedelta(days=100)),
    "range_lower": "0",
    "range_upper": "20",
    "detection_limit": "0.05",
    "settings.slope": "1.002",
    "certificate_number": "CCAEPI-EP-2025-101",
    "certificate_valid_until": str(today() + timedelta(days=900)),
    "contact_name": "周敏",
    "contact_phone": "13800000000",
}
SUCCESSOR = {
    "change_reason": "原仪器故障频繁",
    "serial_number": "SN-E-2",
    "manufactured_on": str(today() - timedelta(days=40)),
    "installed_on": str(today() - timedelta(days=2)),
    "method": "水杨酸分光光度法",
    "certificate_number": "CCAEPI-EP-2026-202",
    "certificate_valid_until": str(today() + timedelta(days=1500)),
}


def test_a_filing_is_returned_corrected_approved_and_replaced(
    browser: Browser, server: Served, city: World
) -> None:
    with desk(browser) as factory, desk(browser) as bureau:
        sign_in(factory, server, "factory")
        sign_in(bureau, server, "bureau")
        _files(factory, server, city)
        _sends_back(bureau, server)
        _corrects(factory, server, city)
        _approves(bureau, server)
        _replaces(factory, server, city)
        _approves(bureau, server)
        _labels(factory, server)
    with acting_as(system_actor("test")):
        old, new = Instrument.objects.filter(slot="NH3-N").order_by("period")
        assert (old.period.upper, new.predecessor_id) == (new.period.lower, old.pk)
        assert FollowUp.objects.filter(instrument=new).count() == 4
        returned = InstrumentRevision.objects.get(instrument=old, state="returned")
        assert returned.field_remarks == {"serial_number": "与铭牌照片不一致"}


def _outlets(page: Page, server: Served, city: World) -> None:
    point = city.wastewater_point.pk
    page.goto(f"{server.base}/source/sources/{city.source.pk}/outlets/?point={point}")


def _files(page: Page, server: Served, city: World) -> None:
    _outlets(page, server, city)
    page.get_by_test_id("filing-new").click()
    dialog = opened_dialog(page)
    # the model that is known brings method and unit along
    known = {name: ANALYZER[name] for name in ("parameter", "name", "maker", "model")}
    fill_form(dialog, known)
    expect(dialog.locator("[name=method]")).to_have_value("水杨酸分光光度法")
    expect(dialog.locator("[name=unit]")).to_have_value("mg/L")
    fill_form(dialog, {name: text for name, text in ANALYZER.items() if name not in known})
    dialog.locator("[name=uploads]").set_input_files(photo("nameplate.jpg"))
    dialog.get_by_test_id("filing-save-submit").click()
    expect(dialog).to_be_hidden()
    row = page.get_by_test_id("filing-row").filter(has_text="氨氮在线分析仪")
    expect(row).to_contain_text("待审核")


def _sends_back(page: Page, server: Served) -> None:
    page.goto(f"{server.base}/supervision/filings/")
    page.get_by_test_id("filing-open").first.click()
    page.locator("[name='remarks.serial_number']").fill("与铭牌照片不一致")
    page.get_by_test_id("filing-return").click()
    expect(page.locator(".toast").first).to_contain_text("已退回")


def _corrects(page: Page, server: Served, city: World) -> None:
    _outlets(page, server, city)
    page.get_by_test_id("filing-edit").click()
    dialog = opened_dialog(page)
    expect(dialog).to_contain_text("审核意见：与铭牌照片不一致")
    fill_form(dialog, {"serial_number": "SN-E-1A"})
    dialog.get_by_test_id("filing-save-submit").click()
    expect(dialog).to_be_hidden()


def _approves(page: Page, server: Served) -> None:
    page.goto(f"{server.base}/supervision/filings/")
    page.get_by_test_id("filing-open").first.click()
    page.get_by_test_id("filing-approve").click()
    expect(page.locator(".toast").first).to_contain_text("已通过")


def _replaces(page: Page, server: Served, city: World) -> None:
    _outlets(page, server, city)
    row = page.get_by_test_id("filing-row").filter(has_text="SN-E-1A")
    row.get_by_test_id("filing-more").click()
    row.get_by_test_id("filing-replace").click()
    dialog = opened_dialog(page)
    fill_form(dialog, SUCCESSOR)
    dialog.get_by_test_id("filing-save-submit").click()
    expect(dialog).to_be_hidden()


def _labels(page: Page, server: Served) -> None:
    page.goto(f"{server.base}/source/instruments/?keyword=SN-E-2")
    expect(page.get_by_test_id("follow-ups-link")).to_be_visible()
    box = page.locator("[name=instrument]")
    token = page.locator("#labels-form [name=csrfmiddlewaretoken]").get_attribute("value")
    answer = page.request.post(
        f"{server.base}/source/instruments/labels/",
        form={"instrument": box.get_attribute("value") or "", "csrfmiddlewaretoken": token or ""},
        headers={"Referer": page.url},
    )
    assert answer.headers["content-type"] == "application/pdf"
    text = "".join(PdfReader(BytesIO(answer.body())).pages[0].extract_text().split())
    assert "SN-E-2" in text
