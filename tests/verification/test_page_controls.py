"""What the page of a report offers to whom in each state, what it says, and where controls lead."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.evidence.papers import paper
from tests.support.reading import facts, tables
from tests.support.world import account_with
from tests.verification.conftest import Desk
from tests.verification.test_pages import form_values, picture
from yunjian.access.actor import acting_as, system_actor
from yunjian.agencies.models import Certificate
from yunjian.identity.models import Account
from yunjian.kernel.clock import SHANGHAI, at, now, today
from yunjian.kernel.ids import new_id
from yunjian.verification.models import (
    NumberPattern,
    Report,
    ReportMaterial,
    ReportOriginal,
    ReportTest,
)
from yunjian.verification.services import drafts, parts, readings, reviews, signing

pytestmark = pytest.mark.reads_all_rows

NUMBER = "QY〔2026〕第 001 号"


def offered(page: str, report: Report) -> list[str]:
    """Return the steps that buttons and forms of a page of a report lead to."""
    leads = re.findall(r'(?:hx-get|action)="([^"?]*)', page)
    own = [one for one in leads if str(report.pk) in one]
    return sorted({one.partition(str(report.pk))[2].strip("/") for one in own})


def returned(desk: Desk) -> Report:
    report = desk.submitted()
    reviewer = desk.actor(desk.world.reviewer)
    with acting_as(reviewer):
        return reviews.report_return(actor=reviewer, report=report, reason="补充说明")


def received(desk: Desk) -> Report:
    report = desk.submitted()
    reviewer = desk.actor(desk.world.reviewer)
    with acting_as(reviewer):
        return reviews.report_receive(actor=reviewer, report=report)


def withdrawn(desk: Desk) -> Report:
    report = desk.submitted()
    manager = desk.actor(desk.world.agency_manager)
    with acting_as(manager):
        return drafts.report_withdraw(actor=manager, report=report, reason="数据有误")


def corrected(desk: Desk) -> Report:
    """Return an accepted report of which a newer edition is written."""
    report = desk.accepted()
    preparer = desk.actor(desk.preparer)
    with acting_as(preparer):
        drafts.report_revise(actor=preparer, report=desk.fresh(report))
    return desk.fresh(report)


EDITS = ["edit", "file"]
NOBODY: list[str] = []


@pytest.mark.parametrize(
    ("state", "offers"),
    [
        (
            Desk.complete,
            {
                "preparer": EDITS,
                "supervisor": ["check", *EDITS],
                "owner": [*EDITS, "withdraw"],
                "manager": [*EDITS, "withdraw"],
            },
        ),
        (
            Desk.checked,
            {
                "preparer": ["send-back"],
                "supervisor": ["send-back"],
                "owner": ["send-back", "sign", "withdraw"],
                "manager": ["send-back", "withdraw"],
            },
        ),
        (
            Desk.submitted,
            {
                "preparer": NOBODY,
                "supervisor": NOBODY,
                "owner": ["withdraw"],
                "manager": ["withdraw"],
                "reviewer": ["accept", "receive", "return"],
            },
        ),
        (
            received,
            {
                "preparer": NOBODY,
                "owner": ["withdraw"],
                "manager": ["withdraw"],
                "reviewer": ["accept", "return"],
            },
        ),
        (
            returned,
            {
                "preparer": ["revise"],
                "supervisor": ["revise"],
                "owner": ["revise", "withdraw"],
                "reviewer": NOBODY,
            },
        ),
        (Desk.accepted, {"preparer": ["revise"], "owner": ["revise"], "reviewer": NOBODY}),
        (corrected, {"preparer": NOBODY, "owner": NOBODY, "reviewer": NOBODY}),
        (withdrawn, {"preparer": NOBODY, "owner": NOBODY, "reviewer": NOBODY}),
    ],
    ids=["draft", "checked", "submitted", "received", "returned", "accepted", "corrected", "taken"],
)
def test_each_state_offers_its_own_steps_to_who_may_take_them(
    desk: Desk, state: Callable[[Desk], Report], offers: dict[str, list[str]]
) -> None:
    report = state(desk)
    world = desk.world
    people: dict[str, tuple[Account, str]] = {
        "preparer": (desk.preparer, "agency"),
        "supervisor": (desk.supervisor, "agency"),
        "owner": (desk.owner, "agency"),
        "manager": (world.agency_manager, "agency"),
        "reviewer": (world.reviewer, "supervision"),
    }
    if report.submitted_at:
        inspector = account_with(world.authority, "inspector", "inspector")
        people |= {
            "factory": (world.discharger_owner, "source"),
            "inspector": (inspector, "supervision"),
        }
        offers = offers | {"factory": [], "inspector": []}
    for who, expected in offers.items():
        account, portal = people[who]
        page = world.client(account).get(f"/{portal}/reports/{report.pk}/").content.decode()
        assert offered(page, report) == sorted(expected), who
        # whoever sees a report takes its papers; a public check is of what was signed
        for paper_of in ("pdf", "xlsx"):
            assert f'href="/reports/{report.pk}/report.{paper_of}"' in page
        assert (f'href="/check/reports/{report.pk}/"' in page) is bool(report.submitted_at)
        assert f'href="/agency/reports/{new_id()}' not in page


def test_who_wrote_in_a_draft_is_offered_no_check_of_it(desk: Desk) -> None:
    report = desk.complete()
    supervisor = desk.actor(desk.supervisor)
    with acting_as(supervisor):
        drafts.report_change(actor=supervisor, report=report, values={"note": "x"})
    page = desk.world.client(desk.supervisor).get(f"/agency/reports/{report.pk}/")
    assert "check" not in offered(page.content.decode(), report)


# --- what it says


@pytest.fixture
def told(desk: Desk) -> Report:
    """A report with another value in every field."""
    begins = desk.begins
    return desk.complete(
        issued_on=today(),
        issuer="出具检测公司",
        executed_from=begins,
        executed_to=begins + timedelta(hours=3),
        data_source="third_party",
        third_party="丙方检测公司",
        third_party_report="BF-3",
        laboratory="丁实验室",
        laboratory_cma="CMA-4",
        laboratory_report="SY-5",
        note="说明六",
    )


def shown(client: Client, report: Report, tab: str) -> str:
    answer = client.get(f"/agency/reports/{report.pk}/?tab={tab}")
    assert answer.status_code == 200
    return answer.content.decode()


def moment(of: Any) -> str:
    return f"{of.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def test_the_cover_says_each_value_at_its_place(desk: Desk, told: Report) -> None:
    page = shown(desk.world.client(desk.preparer), told, "basics")
    said = facts(page)
    assert said.pop("报告格式").startswith("烟气 CEMS 校验（比对）报告 第 1 版")
    assert said == {
        "报告编号": NUMBER,
        "报告类别": "校验",
        "出具单位": "出具检测公司",
        "签发日期": today().isoformat(),
        "排污单位": "浦江试验纸业有限公司",
        "排口": str(desk.world.flue_gas_outlet),
        "测点": "锅炉烟气 CEMS",
        "MN 号": "31011500000102",
        "实施开始时间": moment(told.executed_from),
        "实施结束时间": moment(told.executed_to),
        "执行标准": "HJ 75-2017",
        "参比数据来源": "委托第三方测定",
        "第三方名称": "丙方检测公司",
        "第三方报告编号": "BF-3",
        "分析实验室": "丁实验室",
        "CMA 证书编号": "CMA-4",
        "实验室报告编号": "SY-5",
        "说明": "说明六",
        "保存期限": "—",
    }
    assert told.file is not None
    assert (
        f'href="/files/{told.file_id}" target="_blank" rel="noopener">{told.file.filename}<' in page
    )
    [lines] = tables(page)
    first = lines[0]
    assert (first["序号"], first["内容"], first["填写处"], first["情况"]) == (
        "1",
        "报告编号",
        "报告编号",
        "已有",
    )
    assert {row["情况"] for row in lines} <= {"已有", "未填（可选）", "缺少"}


def test_a_draft_without_anything_says_what_lacks(desk: Desk) -> None:
    report = desk.draft(people=[], devices=[], instruments=[])
    client = desk.world.client(desk.preparer)
    basics, instruments = shown(client, report, "basics"), shown(client, report, "instruments")
    lacking = {row["内容"] for row in tables(basics)[0] if row["情况"] == "缺少"}
    assert "报告编号" not in lacking
    assert lacking
    assert "未上传" in basics
    for words in (
        "还没有选择仪器。",
        "还没有选择设备。",
        "还没有选择人员。",
        "还没有登记标准物质。",
    ):
        assert words in instruments
    assert "还没有比对数据。" in shown(client, report, "tests")
    assert "还没有原始记录。" in shown(client, report, "originals")
    without = desk.draft(number="W-1", kind="water_sample")
    assert "实施当日没有适用的报告格式，不能填写比对数据。" in shown(client, without, "tests")
    assert "实施当日没有适用的报告格式。" in shown(client, without, "basics")


def test_instruments_devices_people_and_materials_stand_in_their_tables(
    desk: Desk, told: Report
) -> None:
    actor = desk.actor(desk.preparer)
    with acting_as(actor):
        parts.material_add(
            actor=actor,
            report=told,
            name="NO 标准气体",
            certificate_number="GBW-2",
            nominal="50",
            unit="μmol/mol",
            uncertainty="1 %",
            maker="标气厂",
            valid_until=date(2030, 2, 3),
        )
    client = desk.world.client(desk.preparer)
    page = shown(client, told, "instruments")
    instruments, devices, people, materials = tables(page)
    assert instruments == [
        {
            "序号": "1",
            "监测因子": "SO2",
            "仪器名称": "SO2 分析仪",
            "生产厂家": "试验仪器厂",
            "型号": "YJ-100",
            "出厂编号": "SN-SO2",
            "分析方法/原理": "—",
            "量程": "0～200 mg/m³",
            "关键参数": "—",
        }
    ]
    until = Certificate.unscoped().get(number="Z-equipment").valid_until
    assert devices == [
        {
            "序号": "1",
            "资产编号": "SB-001",
            "设备名称": "便携式烟气分析仪",
            "出厂编号": "E-1001",
            "当日有效的检定/校准证书": f"Z-equipment（至 {until}）",
        }
    ]
    assert people == [
        {
            "序号": "1",
            "姓名": "李建国",
            "技术岗位": desk.world.engineer_person.get_position_display(),
            "当日有效的能力证书": f"Z-person（至 {until}）",
        }
    ]
    assert materials[1] == {
        "序号": "2",
        "名称": "NO 标准气体",
        "证书编号": "GBW-2",
        "标称值": "50 μmol/mol",
        "不确定度": "1 %",
        "生产单位": "标气厂",
        "有效期至": "2030-02-03",
        "操作": "删除",
    }
    gas = ReportMaterial.unscoped().get(certificate_number="GBW-2")
    base = f"/agency/reports/{told.pk}/materials/"
    assert f'hx-get="{base}new/"' in page
    assert f'action="{base}{gas.pk}/remove/"' in page
    others = desk.world.client(desk.owner)
    desk.check(desk.fresh(told))
    frozen = shown(others, told, "instruments")
    assert "操作" not in tables(frozen)[3][0]
    assert "material-new" not in frozen


def test_originals_stand_under_their_kinds_with_their_files(desk: Desk, told: Report) -> None:
    page = shown(desk.world.client(desk.preparer), told, "originals")
    [rows] = tables(page)
    held = ReportOriginal.unscoped().filter(report=told).order_by("position")
    assert [row["文件"] for row in rows] == [one.attachment.filename for one in held]
    for row, one in zip(rows, held, strict=True):
        assert (row["上传时间"], row["操作"]) == (moment(one.added_at), "移除")
        assert f'href="/files/{one.attachment_id}"' in page
        assert f'title="{one.attachment.digest}"' in page
        assert f'action="/agency/reports/{told.pk}/originals/{one.pk}/remove/"' in page
        assert row["记录类别"] not in {"", one.kind}
    assert f"{rows[0]['记录类别']}*" in page


def test_the_tab_of_signing_names_who_did_what(desk: Desk) -> None:
    # given: each step an hour after the one before
    report, begun = desk.complete(), now()
    supervisor, reviewer = desk.actor(desk.supervisor), desk.actor(desk.world.reviewer)
    with at(begun + timedelta(hours=1)), acting_as(supervisor):
        report = signing.report_check(actor=supervisor, report=report, note_text="数据齐全")
    with at(begun + timedelta(hours=2)):
        report = desk.sign(report)
    with at(begun + timedelta(hours=3)), acting_as(reviewer):
        reviews.report_receive(actor=reviewer, report=report)
    with at(begun + timedelta(hours=4)), acting_as(reviewer):
        report = reviews.report_return(actor=reviewer, report=report, reason="补充说明")
    preparer = desk.actor(desk.preparer)
    with acting_as(preparer):
        second = drafts.report_revise(actor=preparer, report=report)

    # when
    page = shown(desk.world.client(desk.preparer), report, "signing")

    # then
    assert facts(page) == {
        "编制人": "李建国",
        "编制时间": moment(report.created_at),
        "校核人": "supervisor",
        "校核时间": moment(report.checked_at),
        "校核意见": "数据齐全",
        "批准人": "boss",
        "提交时间": moment(report.submitted_at),
        "受理时间": moment(report.received_at),
        "审核时间": moment(report.decided_at),
        "审核意见": "补充说明",
        "撤回原因": "—",
        "内容摘要": report.content_digest,
    }
    assert report.signature is not None
    assert f'href="/files/{report.signature_id}"' in page
    assert report.signature.filename in page
    editions = re.findall(r'<a href="([^"]*)"( aria-current="page")?>第 (\d) 版</a>', page)
    assert editions == [
        (f"/agency/reports/{second.pk}/", "", "2"),
        (f"/agency/reports/{report.pk}/", ' aria-current="page"', "1"),
    ]
    # the authority and the discharger are led to their own pages, and see no draft
    for account, portal in (
        (desk.world.reviewer, "supervision"),
        (desk.world.discharger_owner, "source"),
    ):
        answer = desk.world.client(account).get(f"/{portal}/reports/{report.pk}/?tab=signing")
        text = answer.content.decode()
        assert f'<a href="/{portal}/reports/{report.pk}/" aria-current="page">第 1 版</a>' in text
        assert "第 2 版" not in text


def test_a_test_is_shown_with_what_was_typed_and_what_it_computes_to(desk: Desk) -> None:
    # given
    report = desk.draft()
    rows = [{"reference": str(100 + n), "measured": str(102 + n)} for n in range(9)]
    rows.append({"reference": "7", "measured": "8", "excluded": "自动反吹"})
    desk.read(
        report,
        readings=rows,
        basis="依据甲",
        declared={"difference": "3.5"},
        declared_verdict="fail",
    )
    client = desk.world.client(desk.preparer)

    # when
    page = shown(client, report, "tests")

    # then
    readings_table, quantities = tables(page)
    assert [row["剔除原因"] for row in readings_table] == [""] * 9 + ["自动反吹"]
    assert [row["序号"] for row in readings_table] == [str(n) for n in range(1, 11)]
    values = {row["统计量"]: (row["计算值"], row["申报值"]) for row in quantities}
    row = ReportTest.unscoped().get()
    for one in row.results["quantities"]:
        computed, declared = values[one["title"]["zh"]]
        assert computed.split(" ")[0] == one["text"]
        assert declared == ("3.5" if one["key"] == "difference" else "—")
    for words in ("合格", "申报结论：不合格", "评价依据：依据甲", "计入 9 组", "要求不少于 9 组"):
        assert words.replace("：", "") in re.sub(r"<[^>]*>|：|\s(?=：)", "", page)
    gas = f"/agency/reports/{report.pk}/tests/gas/"
    assert f'href="{gas}?parameter=SO2"' in page
    assert f'action="{gas}remove/?parameter=SO2"' in page
    assert f'href="{gas}?parameter=SO2" data-testid="test-gas-SO2"' in page
    # the table to type holds the same, with what is declared at its name
    typed = client.get(f"{gas}?parameter=SO2")
    text = typed.content.decode()
    assert typed.context["held"]["basis"] == "依据甲"
    assert 'id="basis" name="basis" value="依据甲"' in text
    assert 'id="unit" name="unit" value="mg/m³"' in text
    assert '<option value="fail" selected>不合格</option>' in text
    assert text.count(" selected>") == 1
    assert 'name="declared.difference" id="id_declared.difference" value="3.5"' in text
    assert 'name="values.emission_limit" id="id_values.emission_limit" value="200"' in text
    assert 'name="readings.10.excluded" id="id_readings.10.excluded" value="自动反吹"' in text
    assert 'name="readings.9.reference" id="id_readings.9.reference" value="108"' in text
    assert 'name="readings.9.measured" id="id_readings.9.measured" value="110"' in text
    assert 'name="readings.13.reference"' in text
    assert 'name="readings.14.reference"' not in text
    assert f'href="/agency/reports/{report.pk}/?tab=tests"' in text
    assert f'<input type="hidden" name="version" value="{desk.fresh(report).version}">' in text


# --- dialogs


def pdf(name: str = "报告.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, paper(), "application/pdf")


def test_a_material_is_entered_once_and_removed(desk: Desk) -> None:
    # given
    report, other = desk.draft(), desk.draft(number="O-1")
    client = desk.world.client(desk.preparer)
    base = f"/agency/reports/{report.pk}/materials/"
    assert "登记标准物质" in client.get(f"{base}new/").content.decode()
    values = {
        "name": "SO2 标准气体",
        "certificate_number": "GBW-7",
        "nominal": "100",
        "unit": "mg/m³",
        "uncertainty": "2 %",
        "maker": "标气厂",
        "valid_until": "2030-01-02",
    }

    # when, then
    answer = client.post(f"{base}new/", values)
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"/agency/reports/{report.pk}/?tab=instruments",
    )
    gas = ReportMaterial.unscoped().get()
    kept = {name: str(getattr(gas, name)) for name in values}
    assert (kept, gas.report_id) == (values, report.pk)
    again = client.post(f"{base}new/", values)
    assert again.status_code == 409
    assert "该标准物质已登记" in again.content.decode()
    lacking = client.post(f"{base}new/", values | {"nominal": ""})
    assert lacking.status_code == 422
    assert "id_nominal_error" in lacking.content.decode()
    elsewhere = f"/agency/reports/{other.pk}/materials/{gas.pk}/remove/"
    assert client.post(elsewhere).status_code == 404
    answer = client.post(f"{base}{gas.pk}/remove/")
    assert answer["Location"] == f"/agency/reports/{report.pk}/?tab=instruments"
    assert not ReportMaterial.unscoped().exists()


def test_an_original_is_uploaded_under_its_kind_and_removed(desk: Desk) -> None:
    # given
    report, other = desk.draft(), desk.draft(number="O-1")
    client = desk.world.client(desk.preparer)
    base = f"/agency/reports/{report.pk}/originals/"
    dialog = client.get(f"{base}new/?kind=photos")
    form = dialog.context["form"]
    assert form.initial["kind"] == "photos"
    choices = dict(form.fields["kind"].choices)
    assert choices[""] == "请选择"
    titles = dialog.context["form"].fields["kind"].choices
    assert any(str(title).endswith("*") for _key, title in titles)
    assert any(not str(title).endswith("*") for key, title in titles if key)

    # when
    answer = client.post(f"{base}new/", {"kind": "photos", "file": picture()})

    # then
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"/agency/reports/{report.pk}/?tab=originals",
    )
    row = ReportOriginal.unscoped().get()
    assert (row.report_id, row.kind, row.attachment.purpose, row.added_by_id) == (
        report.pk,
        "photos",
        "original",
        desk.preparer.pk,
    )
    wrong = client.post(f"{base}new/", {"kind": "nothing", "file": picture()})
    assert wrong.status_code == 422
    assert client.post(f"{base}new/", {"kind": "photos"}).status_code == 422
    elsewhere = f"/agency/reports/{other.pk}/originals/{row.pk}/remove/"
    assert client.post(elsewhere).status_code == 404
    answer = client.post(f"{base}{row.pk}/remove/")
    assert answer["Location"] == f"/agency/reports/{report.pk}/?tab=originals"
    assert not ReportOriginal.unscoped().exists()


def test_what_is_frozen_is_refused_on_the_page_itself(desk: Desk) -> None:
    report = desk.checked()
    client = desk.world.client(desk.preparer)
    base = f"/agency/reports/{report.pk}/"
    gas = ReportMaterial.unscoped().get()
    original = ReportOriginal.unscoped().filter(report=report).order_by("position")[0]
    for step in (
        f"materials/{gas.pk}/remove/",
        f"originals/{original.pk}/remove/",
        "form/",
    ):
        answer = client.post(f"{base}{step}")
        page = answer.content.decode()
        assert answer.status_code == 409, step
        assert "报告已校核或提交，不能修改；被退回的报告请先修订" in page
        assert answer.context["report"] == report
    removed = client.post(f"{base}tests/gas/remove/?parameter=SO2")
    assert (removed.status_code, removed.templates[0].name) == (409, "verification/readings.html")
    assert "不能修改" in removed.content.decode()
    revised = client.post(f"{base}revise/")
    assert revised.status_code == 409
    assert "只有被退回或已接受的报告可以修订" in revised.content.decode()
    assert ReportMaterial.unscoped().exists()
    assert ReportTest.unscoped().exists()
    reviewer = desk.world.client(desk.world.reviewer)
    submitted = desk.sign(report)
    review = f"/supervision/reports/{submitted.pk}/"
    assert reviewer.post(f"{review}receive/")["Location"] == review
    twice = reviewer.post(f"{review}receive/")
    assert twice.status_code == 409
    assert "该报告不在待受理状态" in twice.content.decode()


def test_a_test_is_removed_by_its_key_and_parameter(desk: Desk) -> None:
    report = desk.draft()
    desk.read(report)
    actor = desk.actor(desk.preparer)
    with acting_as(actor):
        readings.readings_save(
            actor=actor, report=report, test="gas", parameter="NOx",
            readings=[{"reference": "1", "measured": "2"}],
        )  # fmt: skip
    client = desk.world.client(desk.preparer)
    base = f"/agency/reports/{report.pk}/tests/"
    assert client.post(f"{base}gas/remove/?parameter=PM").status_code == 404
    assert client.post(f"{base}nothing/remove/?parameter=SO2").status_code == 404
    assert client.get(f"{base}nothing/?parameter=SO2").status_code == 404
    answer = client.post(f"{base}gas/remove/?parameter=NOx")
    assert answer["Location"] == f"/agency/reports/{report.pk}/?tab=tests"
    assert ReportTest.unscoped().get().parameter == "SO2"


def test_the_report_itself_is_uploaded_in_its_place(desk: Desk) -> None:
    report = desk.draft()
    client = desk.world.client(desk.preparer)
    address = f"/agency/reports/{report.pk}/file/"
    assert client.get(address).context["form"].initial == {"version": report.version}
    answer = client.post(address, {"file": pdf("新报告.pdf"), "version": str(report.version)})
    assert (answer.status_code, answer["Location"]) == (302, f"/agency/reports/{report.pk}/")
    held = desk.fresh(report)
    assert held.file is not None
    assert (held.file.filename, held.file.purpose) == ("新报告.pdf", "report")
    wrong = client.post(address, {"file": picture(), "version": str(held.version)})
    assert wrong.status_code == 422
    assert "id_file_error" in wrong.content.decode()
    assert desk.fresh(report).file_id == held.file_id


def test_a_report_is_edited_from_what_it_says(desk: Desk, told: Report) -> None:
    client = desk.world.client(desk.preparer)
    address = f"/agency/reports/{told.pk}/edit/"
    dialog = client.get(address)
    form = dialog.context["form"]
    expected = {
        "number": NUMBER,
        "issuer": "出具检测公司",
        "issued_on": today(),
        "executed_from": told.executed_from,
        "executed_to": told.executed_to,
        "data_source": "third_party",
        "third_party": "丙方检测公司",
        "third_party_report": "BF-3",
        "laboratory": "丁实验室",
        "laboratory_cma": "CMA-4",
        "laboratory_report": "SY-5",
        "note": "说明六",
        "version": told.version,
        "people": [desk.world.engineer_person.pk],
        "devices": [desk.world.equipment.pk],
    }
    assert {name: form.initial[name] for name in expected} == expected
    assert len(form.initial["instruments"]) == 1
    assert "kind" not in form.fields
    assert [str(title) for title, _names in form.sections] == [
        "报告",
        "数据来源",
        "其他",
        "仪器、人员与设备",
    ]
    text = dialog.content.decode()
    assert f'value="{moment(told.executed_from)}"' in text
    assert f'value="{moment(told.executed_to)}"' in text
    sent = form_values(desk, number="N-2", note="另写", version=str(told.version))
    answer = client.post(address, sent)
    assert (answer.status_code, answer["Location"]) == (302, f"/agency/reports/{told.pk}/")
    held = desk.fresh(told)
    assert (held.number, held.note, held.issuer, held.data_source) == (
        "N-2",
        "另写",
        "清源试验环保技术有限公司",
        "own",
    )


def test_the_pattern_of_numbers_is_set_in_sight_of_the_last(desk: Desk) -> None:
    client = desk.world.client(desk.supervisor)
    address = "/agency/reports/number-pattern/"
    assert client.get(address).context["form"].initial == {}
    assert client.post(address, {"pattern": "QY〔####〕###"}).status_code == 302
    row = NumberPattern.unscoped().get()
    assert (row.organization_id, row.pattern) == (desk.world.agency.pk, "QY〔####〕###")
    form = client.get(address).context["form"]
    assert form.initial == {"pattern": "QY〔####〕###", "version": row.version}
    stale = client.post(address, {"pattern": "B-#", "version": str(row.version - 1)})
    assert stale.status_code == 409
    answer = client.post(address, {"pattern": "B-#", "version": str(row.version)})
    assert answer["Location"] == "/agency/reports/"
    assert NumberPattern.unscoped().get().pattern == "B-#"
    assert desk.world.client(desk.preparer).get(address).status_code == 403


def test_the_list_offers_what_one_may_do(desk: Desk) -> None:
    desk.draft()
    for account, expected in (
        (desk.preparer, {"new"}),
        (desk.supervisor, {"new", "number-pattern"}),
        (desk.world.agency_manager, {"new", "number-pattern"}),
    ):
        page = desk.world.client(account).get("/agency/reports/").content.decode()
        found = {one for one in ("new", "number-pattern") if f"/agency/reports/{one}/" in page}
        assert found == expected
        assert ('data-testid="number-pattern"' in page) is ("number-pattern" in expected)
        [rows] = tables(page)
        assert "运维机构" not in rows[0]
        assert rows[0]["操作"] == "查看"


def test_a_point_is_chosen_of_those_the_agency_serves(desk: Desk) -> None:
    page = desk.world.client(desk.preparer).get("/agency/reports/new/").content.decode()
    for point in (desk.world.flue_gas_point, desk.world.wastewater_point):
        link = f"/agency/reports/new/?point={point.pk}"
        assert f'href="{link}" hx-get="{link}" hx-target="#dialog"' in page
        assert f"浦江试验纸业有限公司 · {point.outlet} · {point.name}</a>" in page
    assert page.count(" autofocus") == 1
    manager = desk.world.client(desk.world.other_agency_manager)
    assert "还没有合同内的测点" in manager.get("/agency/reports/new/").content.decode()
    address = f"/agency/reports/new/?point={desk.world.flue_gas_point.pk}"
    assert manager.get(address).status_code == 404
    form = desk.world.client(desk.preparer).get(address).context["form"]
    assert form.initial == {"issuer": "清源试验环保技术有限公司"}
    assert [str(one) for one in form.fields["people"].queryset] == ["李建国"]
    labels = [label for _key, label in form.fields["instruments"].choices]
    assert labels == [f"SO2（{today() - timedelta(days=400)}～）"]


@pytest.mark.parametrize(
    ("step", "state", "becomes"),
    [("send-back", Desk.checked, "draft"), ("withdraw", Desk.submitted, "withdrawn")],
)
def test_a_step_asks_for_its_reason(
    desk: Desk, step: str, state: Callable[[Desk], Report], becomes: str
) -> None:
    report = state(desk)
    client = desk.world.client(desk.owner)
    address = f"/agency/reports/{report.pk}/{step}/"
    assert client.get(address).status_code == 200
    empty = client.post(address, {"reason": ""})
    assert empty.status_code == 422
    assert "id_reason_error" in empty.content.decode()
    answer = client.post(address, {"reason": "时间有误"})
    assert (answer.status_code, answer["Location"]) == (302, f"/agency/reports/{report.pk}/")
    held = desk.fresh(report)
    said = held.check_note if step == "send-back" else held.withdraw_reason
    assert (held.state, said) == (becomes, "时间有误")


def test_an_opinion_is_kept_with_the_check_and_the_acceptance(desk: Desk) -> None:
    report = desk.complete()
    address = f"/agency/reports/{report.pk}/check/"
    supervisor = desk.world.client(desk.supervisor)
    assert supervisor.get(address).context["form"].initial == {"version": report.version}
    stale = supervisor.post(address, {"version": str(report.version - 1)})
    assert stale.status_code == 409
    answer = supervisor.post(address, {"version": str(report.version), "note_text": "数据齐全"})
    assert answer["Location"] == f"/agency/reports/{report.pk}/?tab=signing"
    checked = desk.fresh(report)
    assert (checked.check_note, checked.checked_by_id) == ("数据齐全", desk.supervisor.pk)
    signed = desk.sign(checked)
    reviewer = desk.world.client(desk.world.reviewer)
    address = f"/supervision/reports/{signed.pk}/accept/"
    with acting_as(system_actor("test")):
        majors = len(reviews.major_findings(signed))
    dialog = reviewer.get(address).content.decode()
    assert f"有 {majors} 项重要问题，接受时请写明理由。" in dialog
    answer = reviewer.post(address, {"note_text": "同意接受"})
    assert (answer.status_code, answer["Location"]) == (302, "/supervision/reports/")
    accepted = desk.fresh(signed)
    assert (accepted.state, accepted.decision_note) == ("accepted", "同意接受")


def test_a_return_that_is_refused_keeps_what_was_typed(desk: Desk) -> None:
    report = desk.submitted()
    client = desk.world.client(desk.world.reviewer)
    long = "长" * 201
    answer = client.post(
        f"/supervision/reports/{report.pk}/return/",
        {"reason": "先说原因", "remarks.number": long, "remarks.note": "另一项"},
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert '<textarea class="form-control form-control-sm mb-2" id="reason" name="reason"' in page
    assert ">先说原因</textarea>" in page
    assert f'id="remark-number" name="remarks.number" value="{long}"' in page
    assert 'id="remark-note" name="remarks.note" value="另一项"' in page
    assert "意见不能超过 200 字" in page
    assert page.count("is-invalid") == 1
    labels = dict(re.findall(r'<label [^>]*for="remark-([^"]*)">([^<]*)</label>', page))
    assert (labels["number"], labels["note"], labels["tests"]) == ("报告编号", "说明", "比对数据")
    assert desk.fresh(report).state == "submitted"


def test_a_decision_is_read_with_its_remarks_by_the_names_of_their_fields(desk: Desk) -> None:
    report = desk.submitted()
    reviewer = desk.actor(desk.world.reviewer)
    with acting_as(reviewer):
        reviews.report_return(
            actor=reviewer, report=report, reason="请改", remarks={"number": "编号有误"}
        )
    page = shown(desk.world.client(desk.preparer), report, "basics")
    note = page.split('data-testid="decision-note">')[1].split("</div></div>")[0]
    assert re.sub(r"<[^>]*>", " ", note).split() == ["审核意见：请改", "报告编号：编号有误"]
    assert 'class="alert alert-warning py-2" data-testid="decision-note"' in page
    with acting_as(system_actor("test")):
        Report.unscoped().filter(pk=report.pk).update(state="accepted")
    page = shown(desk.world.client(desk.preparer), report, "basics")
    assert 'class="alert alert-light border py-2" data-testid="decision-note"' in page


def test_a_draft_that_was_sent_back_says_why(desk: Desk) -> None:
    report = desk.checked()
    owner = desk.actor(desk.owner)
    with acting_as(owner):
        signing.report_send_back(actor=owner, report=report, reason="时间有误")
    assert "退回修改：时间有误" in shown(desk.world.client(desk.preparer), report, "basics")


def test_exceptions_are_asked_for_and_granted_from_the_finding(desk: Desk) -> None:
    # given
    report = desk.complete(people=[])
    client = desk.world.client(desk.preparer)
    page = shown(client, report, "basics")
    link = re.findall(r'hx-get="([^"]*exceptions/ask/[^"]*)"', page)
    assert len(link) == 1
    address = link[0].replace("&amp;", "&")

    # when
    dialog = client.get(address)

    # then
    initial = {"code": "no_person", "path": "people", "finding": "没有登记参与人员"}
    assert dialog.context["form"].initial == initial
    assert "没有登记参与人员" in dialog.content.decode()
    answer = client.post(address, initial | {"reason": "外省备案"})
    assert answer["Location"] == f"/agency/reports/{report.pk}/?tab=signing"
    page = shown(client, report, "signing")
    assert "exceptions/ask/" not in page
    assert "外省备案" in page.split('data-testid="findings"')[1]
    [rows] = tables(page)
    assert rows == [
        {
            "序号": "1",
            "问题": "没有登记参与人员",
            "申请理由": "外省备案",
            "状态": "待处理",
            "处理理由": "—",
        }
    ]


def test_an_authority_sets_a_new_finding_aside_from_the_page(desk: Desk) -> None:
    report = desk.submitted()
    with acting_as(system_actor("test")):
        Certificate.unscoped().filter(person__isnull=False).update(valid_until="2020-01-01")
    client = desk.world.client(desk.world.reviewer)
    base = f"/supervision/reports/{report.pk}/"
    page = client.get(base).content.decode()
    [link] = re.findall(r'hx-get="([^"]*exceptions/grant/[^"]*)"', page)
    assert "签字后新发现" in page
    dialog = client.get(link.replace("&amp;", "&"))
    initial = dialog.context["form"].initial
    assert (initial["code"], initial["path"]) == ("person_uncertified", "people")
    assert initial["finding"] in dialog.content.decode()
    answer = client.post(f"{base}exceptions/grant/", initial | {"reason": "续证中"})
    assert (answer.status_code, answer["Location"]) == (302, base)
    assert "exceptions/grant/" not in client.get(base).content.decode()
    # who may not decide is offered neither
    inspector = account_with(desk.world.authority, "inspector", "inspector")
    page = desk.world.client(inspector).get(base).content.decode()
    assert "exceptions/" not in page.split('data-testid="findings"')[1]
