"""Lists of reports, corrections and exceptions: each filter finds its own rows alone, in order."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from tests.support.reading import sheet, tables
from tests.support.world import account_with
from tests.verification.conftest import Desk
from tests.verification.test_exceptions import as_, asked
from tests.verification.test_point_duties import failing
from yunjian.access.actor import acting_as, system_actor
from yunjian.identity.models import Account
from yunjian.kernel.clock import SHANGHAI, now, today
from yunjian.kernel.ids import new_id
from yunjian.verification.domain.numbers import number_key
from yunjian.verification.models import FindingException, Report, ReportCorrection
from yunjian.verification.selectors.reports import next_waiting
from yunjian.verification.services import exceptions
from yunjian.verification.tables import CorrectionTable, ExceptionTable, ReportTable

pytestmark = pytest.mark.reads_all_rows

DAY = today() - timedelta(days=20)


def at_hour(days: int, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(DAY + timedelta(days=days), time(hour, minute), SHANGHAI)


def another(report: Report, number: str, **changes: Any) -> Report:
    """Return a report like this one that differs in what is said."""
    with acting_as(system_actor("test")):
        row = Report.unscoped().get(pk=report.pk)
        row.pk, row.series = new_id(), new_id()
        row.number, row.number_key = number, number_key(number)
        if "submitted_at" in changes:
            row.checked_by = row.signed_by = Account.objects.get(username="agency")
            row.content_digest, row.keep_until = "sha256:00", today()
        for name, value in changes.items():
            setattr(row, name, value)
        Report.unscoped().bulk_create([row])
        return row


def numbers(desk: Desk, account: Account, address: str, **query: str) -> list[str]:
    answer = desk.world.client(account).get(address, query)
    assert answer.status_code == 200
    return [row.number for row in answer.context["list"].page.rows]


@pytest.fixture
def many(desk: Desk) -> Report:
    """A report, and others that differ from it in one respect each."""
    noon = {"executed_from": at_hour(0, 12), "executed_to": at_hour(0, 15)}
    report = desk.draft(number="A-1", **noon)
    another(report, "A-2", kind="comparison")
    another(report, "A-3", state="returned", submitted_at=now())
    another(report, "A-4", executed_from=at_hour(-1, 23, 59), executed_to=at_hour(0, 3))
    another(report, "A-5", executed_from=at_hour(0, 0), executed_to=at_hour(0, 3))
    another(report, "A-6", executed_from=at_hour(0, 23, 59), executed_to=at_hour(1, 3))
    another(report, "A-7", executed_from=at_hour(1, 0), executed_to=at_hour(1, 3))
    another(report, "A-8", point=desk.world.wastewater_point)
    return report


EVERY = {f"A-{n}" for n in range(1, 9)}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, EVERY),
        ({"kind": "comparison"}, {"A-2"}),
        ({"kind": "verification"}, EVERY - {"A-2"}),
        ({"state": "returned"}, {"A-3"}),
        ({"state": "draft"}, EVERY - {"A-3"}),
        ({"kind": "comparison", "state": "returned"}, set()),
        ({"since": DAY.isoformat()}, EVERY - {"A-4"}),
        ({"until": DAY.isoformat()}, EVERY - {"A-7"}),
        ({"since": DAY.isoformat(), "until": DAY.isoformat()}, EVERY - {"A-4", "A-7"}),
        ({"text": "废水"}, {"A-8"}),
        ({"text": "锅炉", "kind": "comparison"}, {"A-2"}),
        ({"text": "A-"}, EVERY),
        ({"text": "a-8"}, {"A-8"}),
        ({"text": "？"}, set()),
    ],
)
def test_each_filter_of_reports_finds_its_own(
    desk: Desk, many: Report, query: dict[str, str], found: set[str]
) -> None:
    shown = numbers(desk, desk.preparer, "/agency/reports/", **query)
    assert sorted(shown) == sorted(found)


@pytest.mark.parametrize(
    ("tab", "states"),
    [
        ("", ["submitted", "received"]),
        ("waiting", ["submitted", "received"]),
        ("accepted", ["superseded", "accepted"]),
        ("returned", ["returned"]),
        ("withdrawn", ["withdrawn"]),
    ],
)
def test_the_queue_has_a_tab_for_each_outcome(desk: Desk, tab: str, states: list[str]) -> None:
    # given: one of each state, those that wait longest made last
    report = desk.draft(number="draft")
    made = ["checked", "returned", "withdrawn", "accepted", "superseded", "received", "submitted"]
    for days, state in enumerate(made):
        handed_in = None if state == "checked" else now() - timedelta(days=days)
        another(report, state, state=state, submitted_at=handed_in)

    # when, then: the longest waiting first; of the rest the newest
    query = {"queue": tab} if tab else {}
    assert numbers(desk, desk.world.reviewer, "/supervision/reports/", **query) == states
    page = desk.world.client(desk.world.reviewer).get("/supervision/reports/", query)
    shown = tab or "waiting"
    text = page.content.decode()
    for key in ("waiting", "accepted", "returned", "withdrawn"):
        current = ' aria-current="page"' if key == shown else ""
        assert f'href="?queue={key}" data-testid="tab-{key}"{current}>' in text


def test_the_queue_is_narrowed_to_a_district(desk: Desk) -> None:
    world = desk.world
    report = desk.draft(number="here")
    another(report, "1-here", state="submitted", submitted_at=now())
    another(report, "2-there", state="submitted", submitted_at=now(), district=world.other_district)
    for code, found in (("310115", ["1-here"]), ("310112", ["2-there"])):
        assert numbers(desk, world.reviewer, "/supervision/reports/", district=code) == found
    answer = world.client(world.reviewer).get("/supervision/reports/")
    form = answer.context["filter_form"]
    assert form.fields["district"].choices == [
        ("", "全部"),
        ("310112", "闵行区"),
        ("310115", "浦东新区"),
    ]
    assert [*form.fields] == ["text", "district", "kind", "since", "until", "queue"]


def test_the_next_one_is_the_other_that_has_waited_longest(desk: Desk) -> None:
    report = desk.draft(number="0")
    first = another(report, "1", state="received", submitted_at=now() - timedelta(days=2))
    second = another(report, "2", state="submitted", submitted_at=now() - timedelta(days=4))
    third = another(report, "3", state="submitted", submitted_at=now() - timedelta(days=3))
    another(report, "4", state="accepted", submitted_at=now() - timedelta(days=9))
    with acting_as(desk.actor(desk.world.reviewer)):
        assert next_waiting(third) == second
        assert next_waiting(second) == third
        assert next_waiting(first) == second
    client = desk.world.client(desk.world.reviewer)
    page = client.get(f"/supervision/reports/{second.pk}/").content.decode()
    assert f'href="/supervision/reports/{third.pk}/" data-testid="report-next"' in page
    answer = client.post(f"/supervision/reports/{third.pk}/return/", {"reason": "补"})
    assert answer["Location"] == f"/supervision/reports/{second.pk}/"
    Report.unscoped().exclude(pk__in=[second.pk]).update(state="accepted")
    page = client.get(f"/supervision/reports/{second.pk}/").content.decode()
    assert "report-next" not in page
    answer = client.post(f"/supervision/reports/{second.pk}/return/", {"reason": "补"})
    assert answer["Location"] == "/supervision/reports/"


def test_a_workbook_of_reports_has_every_value_under_its_heading(desk: Desk) -> None:
    # given
    report = desk.draft(number="B-1", executed_from=at_hour(0, 12), executed_to=at_hour(1, 15))
    another(
        report,
        "B-2",
        state="returned",
        edition=3,
        issuer="别家检测有限公司",
        submitted_at=at_hour(2, 16, 30),
        decision_note="补充说明",
        content_digest="sha256:0b",
    )
    columns = ",".join(name for name in ReportTable.columns if name != "actions")

    # when
    client = desk.world.client(desk.world.reviewer)
    address = f"/supervision/reports/?queue=returned&format=xlsx&columns={columns}"
    [row] = sheet(client.get(address))

    # then
    row.pop("序号", None)
    assert row == {
        "报告编号": "B-2",
        "报告类别": "校验",
        "版次": "3",
        "运维机构": "清源试验环保技术有限公司",
        "排污单位": "浦江试验纸业有限公司",
        "所属区": "浦东新区",
        "排口编号": "DA001",
        "测点": "锅炉烟气 CEMS",
        "出具单位": "别家检测有限公司",
        "报告格式": "hj75-verification@1",
        "实施开始时间": f"{DAY} 12:00",
        "实施结束时间": f"{DAY + timedelta(days=1)} 15:00",
        "编制人": "李建国",
        "提交时间": f"{DAY + timedelta(days=2)} 16:30",
        "状态": "已退回",
        "审核意见": "补充说明",
        "内容摘要": "sha256:0b",
    }


def test_the_api_lists_reports_of_a_state_newest_first(desk: Desk) -> None:
    report = desk.draft(number="C-1", executed_from=at_hour(0, 12), executed_to=at_hour(1, 15))
    second = another(report, "C-2", state="returned", edition=2, submitted_at=at_hour(2, 16))
    third = another(report, "C-3")
    client = desk.world.client(desk.preparer)

    def listed(**query: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = client.get("/api/v1/reports", query).json()["items"]
        return items

    assert [one["number"] for one in listed()] == ["C-3", "C-2", "C-1"]
    assert [one["number"] for one in listed(state="draft")] == ["C-3", "C-1"]
    assert [one["number"] for one in listed(cursor=str(third.pk))] == ["C-2", "C-1"]
    [row] = listed(state="returned")
    moments = {
        name: datetime.fromisoformat(row.pop(name))
        for name in ("executed_from", "executed_to", "submitted_at")
    }
    assert moments == {
        "executed_from": at_hour(0, 12),
        "executed_to": at_hour(1, 15),
        "submitted_at": at_hour(2, 16),
    }
    assert row == {
        "id": str(second.pk),
        "number": "C-2",
        "kind": "verification",
        "edition": 2,
        "state": "returned",
        "point": str(desk.world.flue_gas_point.pk),
        "agency": str(desk.world.agency.pk),
        "discharger": str(desk.world.discharger.pk),
    }


# --- corrections


def correction(report: Report, days: int, done_by: Report | None = None) -> ReportCorrection:
    with acting_as(system_actor("test")):
        row: ReportCorrection = ReportCorrection.objects.create(
            report=report,
            point=report.point,
            parameters=["NOx", "SO2"],
            title="事项",
            standard="HJ 75-2017",
            clause="11.6",
            provenance="text",
            opened_on=today() - timedelta(days=50),
            due_on=today() + timedelta(days=days),
            done_by_report=done_by,
        )
        return row


@pytest.fixture
def corrected(desk: Desk) -> dict[str, Report]:
    """Corrections that are open, due today, late and done."""
    report = desk.draft(number="D-0")
    made = {}
    for number, days in (("D-1", 5), ("D-2", 0), ("D-3", -1), ("D-4", -2)):
        point = desk.world.wastewater_point if number == "D-2" else desk.world.flue_gas_point
        row = another(report, number, state="accepted", submitted_at=now(), point=point)
        made[number] = row
        correction(row, days, made["D-3"] if number == "D-4" else None)
    return made


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["D-3", "D-2", "D-1"]),
        ({"state": "open"}, ["D-3", "D-2", "D-1"]),
        ({"state": ""}, ["D-4", "D-3", "D-2", "D-1"]),
        ({"state": "overdue"}, ["D-3"]),
        ({"state": "done"}, ["D-4"]),
        ({"state": "", "text": "废水"}, ["D-2"]),
        ({"state": "", "text": "D-4"}, ["D-4"]),
        ({"state": "open", "text": "D-4"}, []),
    ],
)
def test_corrections_are_found_by_state_and_words_the_first_due_first(
    desk: Desk, corrected: dict[str, Report], query: dict[str, str], found: list[str]
) -> None:
    for account, portal in (
        (desk.preparer, "agency"),
        (desk.world.discharger_owner, "source"),
        (desk.world.reviewer, "supervision"),
    ):
        answer = desk.world.client(account).get(f"/{portal}/reports/corrections/", query)
        assert [row.report.number for row in answer.context["list"].page.rows] == found, portal


def test_a_correction_says_all_of_itself(desk: Desk, corrected: dict[str, Report]) -> None:
    client = desk.world.client(desk.world.reviewer)
    columns = ",".join(name for name in CorrectionTable.columns if name != "actions")
    address = f"/supervision/reports/corrections/?state=done&format=xlsx&columns={columns}"
    [row] = sheet(client.get(address))
    row.pop("序号", None)
    assert row == {
        "不合格的报告": "D-4",
        "运维机构": "清源试验环保技术有限公司",
        "排污单位": "浦江试验纸业有限公司",
        "测点": "锅炉烟气 CEMS",
        "监测因子": "NOx、SO2",
        "期限": (today() - timedelta(days=2)).isoformat(),
        "状态": "已完成",
        "事项": "事项",
        "依据": "HJ 75-2017 11.6",
        "起算日期": (today() - timedelta(days=50)).isoformat(),
        "完成报告": "D-3",
    }


def test_each_state_of_a_correction_in_words_and_its_way_out(
    desk: Desk, corrected: dict[str, Report]
) -> None:
    client = desk.world.client(desk.preparer)
    page = client.get("/agency/reports/corrections/?state=").content.decode()
    [rows] = tables(page)
    assert [(row["不合格的报告"], row["状态"], row["操作"]) for row in rows] == [
        ("D-4", "已完成", "查看报告 查看完成报告"),
        ("D-3", "已逾期", "查看报告 填报复测报告"),
        ("D-2", "整改中", "查看报告 填报复测报告"),
        ("D-1", "整改中", "查看报告 填报复测报告"),
    ]
    assert "运维机构" not in rows[0]
    point = desk.world.wastewater_point.pk
    way_out = f"/agency/reports/new/?point={point}"
    assert f'href="{way_out}" hx-get="{way_out}" hx-target="#dialog"' in page
    for number in ("D-3", "D-4"):
        assert f'href="/agency/reports/{corrected[number].pk}/"' in page
    source = desk.world.client(desk.world.discharger_owner)
    [rows] = tables(source.get("/source/reports/corrections/").content.decode())
    assert "排污单位" not in rows[0]
    assert rows[0]["操作"] == "查看报告"


def test_the_api_tells_all_of_a_correction(desk: Desk, corrected: dict[str, Report]) -> None:
    client = desk.world.client(desk.world.reviewer)

    def listed(**query: str) -> list[dict[str, Any]]:
        answer = client.get("/api/v1/report-corrections", query)
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    reports = {str(row.pk): number for number, row in corrected.items()}
    for query, found in (
        ({}, ["D-3", "D-2", "D-1"]),
        ({"state": "open"}, ["D-3", "D-2", "D-1"]),
        ({"state": "overdue"}, ["D-3"]),
        ({"state": "done"}, ["D-4"]),
    ):
        assert [reports[one["report"]] for one in listed(**query)] == found
    [late] = listed(state="overdue")
    late.pop("id")
    assert late == {
        "report": str(corrected["D-3"].pk),
        "point": str(desk.world.flue_gas_point.pk),
        "parameters": ["NOx", "SO2"],
        "title": "事项",
        "standard": "HJ 75-2017",
        "clause": "11.6",
        "opened_on": (today() - timedelta(days=50)).isoformat(),
        "due_on": (today() - timedelta(days=1)).isoformat(),
        "overdue": True,
        "done_by_report": None,
    }
    [done] = listed(state="done")
    assert (done["overdue"], done["done_by_report"]) == (False, str(corrected["D-3"].pk))


def test_the_page_of_a_failed_report_says_until_when(desk: Desk) -> None:
    report = failing(desk)
    row = ReportCorrection.unscoped().get()
    client = desk.world.client(desk.preparer)

    def said() -> str:
        page = client.get(f"/agency/reports/{report.pk}/").content.decode()
        return page.split('data-testid="report-correction">')[1].split("</div>")[0]

    assert said() == f"{row.title}（{row.standard} {row.clause}）：期限 {row.due_on}"
    ReportCorrection.unscoped().update(done_by_report=report)
    assert said() == f"{row.title}（{row.standard} {row.clause}）：已完成"


# --- exceptions


def test_exceptions_are_listed_with_what_may_be_done(desk: Desk) -> None:
    # given: one that waits, one granted, one refused
    report, first = asked(desk)
    rows = {"asked": first}
    for state in ("granted", "refused"):
        row = FindingException.unscoped().get(pk=first.pk)
        row.pk, row.series = new_id(), new_id()
        row.state, row.report_number, row.reason = state, f"N-{state}", f"理由{state}"
        row.save(force_insert=True)
        rows[state] = row
    inspector = account_with(desk.world.authority, "inspector", "inspector")

    # when
    page = desk.world.client(desk.world.reviewer).get("/supervision/report-exceptions/")
    [shown] = tables(page.content.decode())
    only_reads = desk.world.client(inspector).get("/supervision/report-exceptions/")

    # then
    by_number = {row["报告编号"]: row for row in shown}
    assert {
        number: (row["状态"], row["处理理由"], row["操作"]) for number, row in by_number.items()
    } == {
        report.number: ("待处理", "—", "处理"),
        "N-granted": ("已同意", "理由granted", "取消例外"),
        "N-refused": ("未同意", "理由refused", "—"),
    }
    one = by_number[report.number]
    assert (one["运维机构"], one["问题"], one["申请理由"]) == (
        "清源试验环保技术有限公司",
        "没有登记参与人员",
        "情况特殊",
    )
    base = "/supervision/report-exceptions/"
    for state, step in (("asked", "decide"), ("granted", "lift")):
        link = f"{base}{rows[state].pk}/{step}/"
        shown_link = f'href="{link}" hx-get="{link}" hx-target="#dialog"'
        assert shown_link in page.content.decode()
    [shown] = tables(only_reads.content.decode())
    assert {row["操作"] for row in shown} == {"—"}
    assert [*ExceptionTable.columns] == [
        "agency", "report_number", "finding", "asked_reason", "asked_at", "state", "reason",
        "actions",
    ]  # fmt: skip


def test_exceptions_of_other_reports_stand_not_on_a_page(desk: Desk) -> None:
    _report, row = asked(desk)
    other = desk.draft(number="Z-1")
    decide = exceptions.exception_decide
    as_(desk, "reviewer", decide, exception=row, granted=True, reason="属实")
    client = desk.world.client(desk.preparer)
    page = client.get(f"/agency/reports/{other.pk}/?tab=signing")
    assert page.context["exceptions"] == []
    shown = {one.finding.code: one for one in page.context["findings"]}
    assert {one.exception for one in shown.values()} == {None}
