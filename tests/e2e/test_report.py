"""A verification report in real browsers: written from pasted readings, checked, signed, returned
with a remark on a field, corrected as a new edition, accepted: then the obligation is settled."""

from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.contrib.auth.hashers import make_password
from django.test import override_settings
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect
from pypdf import PdfWriter

from tests.e2e.conftest import ARGON2, desk
from tests.e2e.hands import fill_form, opened_dialog, photo, sign_in
from tests.support.serving import Served
from tests.support.world import PASSWORD, World, account_with
from yunjian.access.actor import acting_as, system_actor
from yunjian.agencies.models import Certificate
from yunjian.identity.models import Account
from yunjian.kernel.clock import SHANGHAI, business_day, now, today
from yunjian.sources.models import MonitoringPoint
from yunjian.verification.models import Report
from yunjian.verification.selectors.contents import original_kinds

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300), pytest.mark.reads_all_rows]

PASTED = "参比\tCEMS\n" + "\n".join(f"{100 + n}\t{102 + n}" for n in range(9))


def paper(name: str) -> FilePayload:
    """Return a PDF of one page."""
    writer, content = PdfWriter(), BytesIO()
    writer.add_blank_page(width=595, height=842)
    writer.write(content)
    return {"name": name, "mimeType": "application/pdf", "buffer": content.getvalue()}


@dataclass(frozen=True)
class Owed:
    """The line of an obligation on the page of a point's duties."""

    last_done: str
    due_on: date
    state: str


def test_a_report_is_written_returned_corrected_and_accepted(
    browser: Browser, server: Served, city: World
) -> None:
    _people(city)
    _measures_only_what_is_tested(city)
    with desk(browser) as engineer, desk(browser) as supervisor, desk(browser) as boss:
        sign_in(engineer, server, "engineer")
        sign_in(supervisor, server, "supervisor")
        sign_in(boss, server, "boss")
        with desk(browser) as bureau:
            sign_in(bureau, server, "bureau")
            _writes(engineer, server, city)
            _checks_and_signs(supervisor, boss, server)
            _returns(bureau, server)
            _corrects(engineer, server)
            _checks_and_signs(supervisor, boss, server)
            before = _owed(engineer, server, city)
            _accepts(bureau, server)
            after = _owed(engineer, server, city)
            _is_settled(engineer, before, after)
    with acting_as(system_actor("test")):
        first, second = Report.unscoped().order_by("edition")
    assert (first.state, first.field_remarks) == ("returned", {"note": "请说明工况"})
    assert (second.state, second.note) == ("accepted", "负荷 80%")


def _people(city: World) -> None:
    with acting_as(system_actor("test")):
        for name, role in (("supervisor", "quality_supervisor"), ("boss", "owner")):
            account_with(city.agency, name, role)
        with override_settings(PASSWORD_HASHERS=ARGON2):
            Account.objects.filter(username__in=["supervisor", "boss"]).update(
                password=make_password(PASSWORD)
            )
        for holder in ({"person": city.engineer_person}, {"equipment": city.equipment}):
            Certificate.objects.create(
                organization=city.agency,
                category="证书",
                number=f"Z-{next(iter(holder))}",
                issuer="协会",
                valid_until=today() + timedelta(days=300),
                **holder,
            )


def _measures_only_what_is_tested(city: World) -> None:
    """Let the point measure SO2 alone: a report of one of two parameters settles no whole point."""
    with acting_as(system_actor("test")):
        point = MonitoringPoint.unscoped().filter(pk=city.flue_gas_point.pk)
        point.update(parameters=["SO2"])


def _owed(page: Page, server: Served, city: World) -> Owed:
    """Return what the page of the point says of its verification."""
    page.goto(f"{server.base}/points/{city.flue_gas_point.pk}/duties/")
    head = page.locator("thead th").all_inner_texts()
    row = page.get_by_test_id("duty-row").filter(has_text="参比方法校验")
    expect(row).to_have_count(1)
    cells = dict(zip(head, row.locator("td").all_inner_texts(), strict=False))
    return Owed(cells["上次完成"], date.fromisoformat(cells["最迟日期"]), cells["状态"])


def _is_settled(page: Page, before: Owed, after: Owed) -> None:
    """See that the obligation was overdue, was done by the report, and is due a quarter later."""
    report = _latest()
    executed = business_day(report.executed_to)
    assert (before.last_done, before.state) == ("—", "已逾期")
    assert before.due_on < executed
    assert after.last_done.startswith(f"{executed}")
    assert after.state == "正常"
    assert timedelta(days=89) < after.due_on - executed < timedelta(days=93)
    moment = page.get_by_test_id("timeline").get_by_role("link").filter(has_text=report.number)
    expect(moment).to_have_attribute("href", f"/agency/reports/{report.pk}/")


def _latest() -> Report:
    with acting_as(system_actor("test")):
        return Report.unscoped().get(latest=True)


def _open(page: Page, server: Served, portal: str = "agency", tab: str = "") -> None:
    page.goto(f"{server.base}/{portal}/reports/{_latest().pk}/?tab={tab}")


def _uploads(dialog: Locator, file: FilePayload, name: str = "file") -> None:
    dialog.locator(f"[name={name}]").set_input_files(file)
    dialog.get_by_test_id("form-save").click()
    expect(dialog).to_be_hidden()


def _writes(page: Page, server: Served, city: World) -> None:
    page.goto(f"{server.base}/agency/reports/")
    page.get_by_test_id("new").click()
    opened_dialog(page).get_by_test_id("report-point").filter(has_text="CEMS").click()
    dialog = page.locator("#dialog")
    expect(dialog.locator("[name=number]")).to_be_visible()
    begins = now().astimezone(SHANGHAI) - timedelta(days=2)
    fill_form(
        dialog,
        {
            "kind": "verification",
            "number": "QY〔2026〕第 8 号",
            "executed_from": f"{begins:%Y-%m-%d %H:%M}",
            "executed_to": f"{begins + timedelta(hours=3):%Y-%m-%d %H:%M}",
        },
    )
    for name in ("instruments", "people", "devices"):
        dialog.locator(f"[name={name}]").first.check()
    dialog.get_by_test_id("form-save").click()
    expect(page.get_by_test_id("findings")).to_contain_text("没有上传报告文件")
    _reads(page, server)
    _open(page, server)
    page.get_by_test_id("report-file").click()
    _uploads(opened_dialog(page), paper("报告.pdf"))
    with acting_as(system_actor("test")):
        kinds = [key for key, _title, required in original_kinds(_latest()) if required]
    for kind in kinds:
        _open(page, server, tab="originals")
        page.get_by_test_id("original-new").click()
        dialog = opened_dialog(page)
        dialog.locator("[name=kind]").select_option(kind)
        _uploads(dialog, paper(f"{kind}.pdf"))


def _reads(page: Page, server: Served) -> None:
    _open(page, server, tab="tests")
    page.get_by_test_id("test-new").click()
    page.get_by_test_id("test-gas-SO2").click()
    page.locator("[name=pasted]").fill(PASTED)
    page.get_by_test_id("readings-read").click()
    expect(page.locator("[name='readings.9.measured']")).to_have_value("110")
    fill_form(
        page.locator("body"),
        {
            "values.check_nominal": "100",
            "values.check_before": "100",
            "values.check_after": "101",
            "declared_verdict": "pass",
        },
    )
    page.get_by_test_id("readings-save").click()
    expect(page.get_by_test_id("test-shown")).to_contain_text("104.000")


def _checks_and_signs(supervisor: Page, boss: Page, server: Served) -> None:
    _open(supervisor, server)
    supervisor.get_by_test_id("report-check").click()
    opened_dialog(supervisor).get_by_test_id("form-save").click()
    expect(supervisor.locator(".toast").first).to_contain_text("已校核")
    _open(boss, server)
    boss.get_by_test_id("report-sign").click()
    _uploads(opened_dialog(boss), photo("签名.jpg"), "signature")
    expect(boss.locator(".toast").first).to_contain_text("已签字提交")


def _returns(page: Page, server: Served) -> None:
    page.goto(f"{server.base}/supervision/reports/")
    page.get_by_test_id("report-row").get_by_role("link").first.click()
    page.locator("summary").first.click()
    page.locator("[name='remarks.note']").fill("请说明工况")
    page.get_by_test_id("report-return").click()
    expect(page.locator(".toast").first).to_contain_text("已退回")


def _corrects(page: Page, server: Served) -> None:
    _open(page, server)
    expect(page.get_by_test_id("decision-note")).to_contain_text("请说明工况")
    page.get_by_test_id("report-revise").click()
    page.get_by_test_id("report-edit").click()
    dialog = opened_dialog(page)
    fill_form(dialog, {"note": "负荷 80%"})
    dialog.get_by_test_id("form-save").click()
    expect(dialog).to_be_hidden()


def _accepts(page: Page, server: Served) -> None:
    _open(page, server, "supervision")
    page.get_by_test_id("report-accept").click()
    dialog = opened_dialog(page)
    expect(dialog).to_contain_text("接受后不能再退回或撤回")
    dialog.get_by_label("审核意见").fill("已核对原始记录")
    dialog.get_by_test_id("form-save").click()
    expect(page.locator(".toast").first).to_contain_text("已接受")
