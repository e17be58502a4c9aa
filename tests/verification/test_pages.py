"""The pages of reports: written by the agency, read by the discharger, decided by the authority."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from tests.verification.conftest import Desk
from yunjian.access.actor import acting_as, system_actor
from yunjian.kernel.clock import SHANGHAI
from yunjian.kernel.ids import new_id
from yunjian.verification.models import Report, ReportTest
from yunjian.verification.tables import ReportTable

pytestmark = pytest.mark.reads_all_rows

TABS = ("basics", "instruments", "tests", "originals", "signing", "history")


def picture() -> SimpleUploadedFile:
    content = BytesIO()
    Image.new("RGB", (200, 80), "white").save(content, "PNG")
    return SimpleUploadedFile("签名.png", content.getvalue(), "image/png")


def form_values(desk: Desk, **changes: Any) -> dict[str, Any]:
    values = desk.values()
    return {
        "kind": "verification",
        "number": "QY-2026-7",
        "issuer": "清源试验环保技术有限公司",
        "data_source": "own",
        "executed_from": values["executed_from"].astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"),
        "executed_to": values["executed_to"].astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"),
        "instruments": [str(one.pk) for one in values["instruments"]],
        "people": [str(desk.world.engineer_person.pk)],
        "devices": [str(desk.world.equipment.pk)],
    } | changes


def test_a_report_is_begun_by_choosing_its_point(desk: Desk) -> None:
    client = desk.world.client(desk.preparer)
    choice = client.get("/agency/reports/new/")
    assert desk.world.flue_gas_point.name in choice.content.decode()

    address = f"/agency/reports/new/?point={desk.world.flue_gas_point.pk}"
    assert client.get(address).status_code == 200
    answer = client.post(address, form_values(desk))

    assert answer.status_code == 302
    report = Report.unscoped().get()
    assert (report.number, report.form) == ("QY-2026-7", "hj75-verification@1")


def test_what_is_refused_stays_typed_with_its_sentence_at_the_field(desk: Desk) -> None:
    client = desk.world.client(desk.preparer)
    address = f"/agency/reports/new/?point={desk.world.flue_gas_point.pk}"
    answer = client.post(address, form_values(desk, executed_to="2020-01-01 08:00"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "实施结束时间应晚于开始时间" in page
    assert "QY-2026-7" in page
    assert not Report.unscoped().exists()


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_opens_at_every_step_for_everybody_who_sees_it(desk: Desk, tab: str) -> None:
    report = desk.submitted()
    for account, base in (
        (desk.preparer, "/agency/reports/"),
        (desk.world.reviewer, "/supervision/reports/"),
        (desk.world.discharger_owner, "/source/reports/"),
    ):
        answer = desk.world.client(account).get(f"{base}{report.pk}/?tab={tab}")
        assert answer.status_code == 200, (base, tab)
        assert "QY〔2026〕第 001 号" in answer.content.decode()


def test_the_values_of_a_report_stand_on_its_tabs(desk: Desk) -> None:
    report = desk.complete()
    client = desk.world.client(desk.preparer)

    def page(tab: str) -> str:
        return client.get(f"/agency/reports/{report.pk}/?tab={tab}").content.decode()

    assert "烟气 CEMS 校验（比对）报告 第 1 版" in page("basics")
    assert "SN-SO2" in page("instruments")
    assert "GBW-1" in page("instruments")
    assert "106" in page("tests")
    assert "报告-" in page("originals")


def test_whoever_sees_a_report_reads_the_same_people_and_devices(desk: Desk) -> None:
    report = desk.submitted()
    with acting_as(system_actor("test")):
        person = report.people.select_related("person").get()
        device = report.devices.get()
    for account, base in (
        (desk.preparer, "/agency/reports/"),
        (desk.world.reviewer, "/supervision/reports/"),
        (desk.world.discharger_owner, "/source/reports/"),
    ):
        client = desk.world.client(account)
        page = client.get(f"{base}{report.pk}/?tab=instruments").content.decode()
        assert person.person.name in page
        assert device.snapshot["asset_number"] in page
        assert "缺少" not in client.get(f"{base}{report.pk}/?tab=basics").content.decode()


def test_pasted_readings_fill_the_table_and_are_saved(desk: Desk) -> None:
    report = desk.draft()
    client = desk.world.client(desk.preparer)
    address = f"/agency/reports/{report.pk}/tests/gas/?parameter=SO2"
    assert "mg/m³" in client.get(address).content.decode()
    pasted = "参比\tCEMS\n" + "\n".join(f"{100 + n}\t{102 + n}" for n in range(9))

    read = client.post(address, {"then": "read", "pasted": pasted, "unit": "mg/m³"})

    assert read.status_code == 200
    assert 'value="108"' in read.content.decode()
    assert not ReportTest.unscoped().exists()
    cells = {
        f"readings.{n + 1}.{key}": str(value)
        for n in range(9)
        for key, value in (("reference", 100 + n), ("measured", 102 + n))
    }
    saved = client.post(address, {**cells, "unit": "mg/m³", "then": "save"})
    assert saved.status_code == 302
    assert ReportTest.unscoped().get().readings[8]["measured"] == "110"


def test_a_cell_that_cannot_be_read_is_named_and_nothing_typed_is_lost(desk: Desk) -> None:
    report = desk.draft()
    client = desk.world.client(desk.preparer)
    address = f"/agency/reports/{report.pk}/tests/gas/?parameter=SO2"
    cells = {"readings.1.reference": "1O0", "readings.1.measured": "102", "unit": "mg/m³"}
    answer = client.post(address, {**cells, "then": "save"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="1O0"' in page
    assert "id_readings.1.reference_error" in page
    assert not ReportTest.unscoped().exists()


def test_readings_are_taken_from_a_csv_file(desk: Desk) -> None:
    report = desk.draft()
    client = desk.world.client(desk.preparer)
    file = SimpleUploadedFile("数据.csv", "参比,CEMS\n100,102\n101,103\n".encode("gb18030"))
    address = f"/agency/reports/{report.pk}/tests/gas/?parameter=SO2"
    answer = client.post(address, {"then": "read", "upload": file, "unit": "mg/m³"})
    assert 'value="103"' in answer.content.decode()


def test_a_file_that_is_no_table_is_refused_at_its_field(desk: Desk) -> None:
    report = desk.draft()
    client = desk.world.client(desk.preparer)
    file = SimpleUploadedFile("数据.xlsx", b"no workbook")
    address = f"/agency/reports/{report.pk}/tests/gas/?parameter=SO2"
    answer = client.post(address, {"then": "read", "upload": file})
    assert answer.status_code == 422
    assert "只能导入 .xlsx 文件" in answer.content.decode()


def test_the_way_of_a_report_over_the_pages(desk: Desk) -> None:
    # given
    report = desk.complete()
    base, review = f"/agency/reports/{report.pk}/", f"/supervision/reports/{report.pk}/"

    # when: checked, signed
    checked = desk.world.client(desk.supervisor).post(f"{base}check/", {"version": report.version})
    assert checked.status_code == 302, checked.content.decode()
    owner = desk.world.client(desk.owner)
    digest = owner.get(f"{base}sign/").context["form"].initial["shown_digest"]
    signed = owner.post(f"{base}sign/", {"signature": picture(), "shown_digest": digest})
    assert signed.status_code == 302, signed.content.decode()

    # then: received, returned with a remark, revised
    reviewer = desk.world.client(desk.world.reviewer)
    assert reviewer.post(f"{review}receive/").status_code == 302
    empty = reviewer.post(f"{review}return/", {})
    assert empty.status_code == 422
    assert "请填写退回的原因" in empty.content.decode()
    assert reviewer.post(f"{review}return/", {"remarks.number": "编号有误"}).status_code == 302
    preparer = desk.world.client(desk.preparer)
    assert "编号有误" in preparer.get(base).content.decode()
    assert preparer.post(f"{base}revise/").status_code == 302
    with acting_as(system_actor("test")):
        assert Report.unscoped().filter(edition=2, state="draft").count() == 1


def test_a_stale_edit_shows_what_the_other_changed(desk: Desk) -> None:
    report = desk.draft()
    client = desk.world.client(desk.preparer)
    address = f"/agency/reports/{report.pk}/edit/"
    first = form_values(desk, note="甲写的", version="1")
    assert client.post(address, first).status_code == 302
    answer = client.post(address, form_values(desk, note="乙写的", version="1"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "甲写的" in page
    assert "乙写的" in page


def test_an_agency_asks_for_an_exception_and_the_authority_grants_it(desk: Desk) -> None:
    report = desk.complete(people=[])
    client = desk.world.client(desk.preparer)
    page = client.get(f"/agency/reports/{report.pk}/")
    found = next(one for one in page.context["findings"] if one.is_blocking)
    asked = client.post(
        f"/agency/reports/{report.pk}/exceptions/ask/",
        {
            "code": found.finding.code,
            "path": found.finding.path,
            "finding": found.key_text,
            "reason": "人员在外省备案",
        },
    )
    assert asked.status_code == 302, asked.content.decode()
    reviewer = desk.world.client(desk.world.reviewer)
    listed = reviewer.get("/supervision/report-exceptions/")
    assert "人员在外省备案" in listed.content.decode()
    row = listed.context["list"].rows[0]
    decided = reviewer.post(
        f"/supervision/report-exceptions/{row.pk}/decide/",
        {"outcome": "grant", "reason": "情况属实"},
    )
    assert decided.status_code == 302
    again = client.get(f"/agency/reports/{report.pk}/")
    same = [one for one in again.context["findings"] if one.key_text == found.key_text]
    assert [one.is_blocking for one in same] == [False]
    lifted = reviewer.post(f"/supervision/report-exceptions/{row.pk}/lift/", {"reason": "不再适用"})
    assert lifted.status_code == 302


@pytest.mark.parametrize(
    ("text", "found"),
    [("qy(2026)第 001", 1), ("CEMS", 1), ("浦江试验", 1), ("清源", 1), ("别的", 0)],
)
def test_reports_are_found_by_number_point_and_parties(desk: Desk, text: str, found: int) -> None:
    desk.draft()
    answer = desk.world.client(desk.preparer).get("/agency/reports/", {"text": text})
    assert len(answer.context["list"].page.rows) == found


def test_a_whole_number_finds_its_report_and_a_part_all_that_hold_it(desk: Desk) -> None:
    desk.draft(number="QY-1")
    desk.draft(number="QY-12")
    client = desk.world.client(desk.preparer)
    found = {
        text: len(client.get("/agency/reports/", {"text": text}).context["list"].page.rows)
        for text in ("ｑｙ—1", "QY-", "QY-12", "%")
    }
    assert found == {"ｑｙ—1": 1, "QY-": 2, "QY-12": 1, "%": 0}


def test_what_is_pasted_stands_behind_what_was_typed(desk: Desk) -> None:
    report = desk.draft()
    client = desk.world.client(desk.preparer)
    address = f"/agency/reports/{report.pk}/tests/gas/?parameter=SO2"
    typed = {"then": "read", "readings.1.reference": "1", "readings.1.measured": "2"}
    answer = client.post(address, typed | {"pasted": "100\t102"})
    cells = [line["cells"] for line in answer.context["lines"]]
    reference = [cell["value"] for line in cells for cell in line if cell["name"].endswith("nce")]
    assert reference[:2] == ["1", "100"]
    answer = client.post(address, typed | {"pasted": "100\t102", "replace": "1"})
    first = answer.context["lines"][0]["cells"]
    assert "100" in [cell["value"] for cell in first]


def test_the_second_of_two_at_one_table_sees_what_changed_and_saves(desk: Desk) -> None:
    report = desk.draft()
    client = desk.world.client(desk.preparer)
    address = f"/agency/reports/{report.pk}/tests/gas/?parameter=SO2"
    row = {"then": "save", "version": "1", "readings.1.reference": "1", "readings.1.measured": "2"}
    assert client.post(address, row).status_code == 302
    stale = client.post(address, row | {"readings.1.measured": "3"})
    assert (stale.status_code, stale.context["version"]) == (409, 2)
    assert stale.context["changes"]
    again = row | {"readings.1.measured": "3", "version": str(stale.context["version"])}
    assert client.post(address, again).status_code == 302


@pytest.mark.parametrize(
    "sent",
    [
        {"version": "9" * 5000},
        {f"readings.{'9' * 5000}.reference": "1"},
        {"readings.1.excluded": "自动\0反吹", "readings.1.reference": "1"},
        {"declared.RA": "1\0"},
        {"unit": "mg\0"},
    ],
    ids=["version", "row", "reason", "declared", "unit"],
)
def test_what_only_programs_send_is_no_failure(desk: Desk, sent: dict[str, str]) -> None:
    report = desk.draft()
    client = desk.world.client(desk.preparer)
    address = f"/agency/reports/{report.pk}/tests/gas/?parameter=SO2"
    assert client.post(address, {"then": "save"} | sent).status_code in {302, 400, 409, 422}


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_days_beyond_the_calendar_filter_nothing_and_are_refused(desk: Desk, day: str) -> None:
    client = desk.world.client(desk.preparer)
    for name in ("since", "until"):
        answer = client.get("/agency/reports/", {name: day})
        assert (answer.status_code, name in answer.context["filter_form"].errors) == (200, True)


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"number": "A\0B"}, "number"),
        ({"issuer": "㍿" * 40}, "issuer"),
        ({"issuer": "ß" * 80}, "issuer"),
        ({"executed_from": "0001-01-01T00:00:00+08:00"}, "executed_from"),
    ],
)
def test_the_api_refuses_at_the_field_what_cannot_be_stored(
    desk: Desk, values: dict[str, str], path: str
) -> None:
    client = desk.world.client(desk.preparer)
    begins = desk.begins.isoformat()
    body = {
        "kind": "verification", "number": "A-1", "executed_from": begins,
        "executed_to": (desk.begins + timedelta(hours=3)).isoformat(),
    }  # fmt: skip
    answer = client.post(
        f"/api/v1/points/{desk.world.flue_gas_point.pk}/reports",
        body | values,
        content_type="application/json",
    )
    assert answer.status_code == 422, answer.content
    assert path in [one["path"] for one in answer.json()["errors"]]


@pytest.mark.parametrize("form", ["", "&format=xlsx"])
def test_a_list_of_reports_reads_all_its_columns_at_once(desk: Desk, form: str) -> None:
    columns = ",".join(ReportTable.columns)

    def costs() -> list[int]:
        asked = []
        for account, base in (
            (desk.preparer, "/agency/reports/"),
            (desk.world.reviewer, "/supervision/reports/"),
            (desk.world.discharger_owner, "/source/reports/"),
        ):
            client = desk.world.client(account)
            address = f"{base}?columns={columns}{form}"
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(address)
                assert len(answer.getvalue()) > 1000  # also what is sent in pieces
            asked.append(len(queries))
        with CaptureQueriesContext(connection) as queries:
            desk.world.client(desk.preparer).get("/api/v1/reports")
        return [*asked, len(queries)]

    report = desk.submitted()
    before = costs()
    with acting_as(system_actor("test")):
        for number in ("QY-1", "QY-2", "QY-3"):
            report.pk, report.series, report.number_key = new_id(), new_id(), number
            Report.unscoped().bulk_create([report])
    assert costs() == before


@pytest.mark.parametrize("version", ["9" * 5000, "x", "-1", "1"])
def test_a_version_that_nobody_saw_writes_nothing(desk: Desk, version: str) -> None:
    report = desk.complete()
    client = desk.world.client(desk.preparer)
    base = f"/agency/reports/{report.pk}"
    before = ReportTest.unscoped().get(report=report).readings

    sent = {"version": version, "readings.0.reference": "1", "readings.0.measured": "1"}
    answer = client.post(f"{base}/tests/gas/?parameter=SO2", sent)
    moved = client.post(f"{base}/form/", {"version": version})
    file = client.post(f"{base}/file/", {"version": version, "file": pdf()})

    assert [one.status_code for one in (answer, moved)] == [409, 409]
    assert file.status_code in {409, 422}
    assert ReportTest.unscoped().get(report=report).readings == before
    assert desk.fresh(report).file_id == report.file_id


def pdf() -> SimpleUploadedFile:
    return SimpleUploadedFile("报告.pdf", picture().read(), "application/pdf")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "tests/gas/?parameter=%00"),
        ("post", "tests/gas/?parameter=%00"),
        ("post", "tests/gas/remove/?parameter=%00"),
        ("delete", "/api/v1/reports/{report}/tests?test=%00&parameter=%00"),
    ],
)
def test_a_null_character_is_refused_and_no_fault(desk: Desk, method: str, path: str) -> None:
    report = desk.complete()
    client = desk.world.client(desk.preparer)
    address = path.format(report=report.pk)
    if not path.startswith("/"):
        address = f"/agency/reports/{report.pk}/{path}"
    answer = getattr(client, method)(address)
    assert answer.status_code == 422
    assert "空字符" in answer.content.decode()
