"""What a failed report leads to: its list in each portal, its way out, its reminders."""

from datetime import timedelta
from typing import Any

import pytest

from tests.verification.conftest import Desk
from tests.verification.test_point_duties import failing
from yunjian.access.actor import acting_as, system_actor
from yunjian.kernel.clock import at, now, today
from yunjian.messaging.models import Notification
from yunjian.verification.jobs import remind_corrections
from yunjian.verification.models import Report, ReportCorrection

pytestmark = pytest.mark.reads_all_rows


def due(days: int) -> None:
    """Let the one correction be due in so many days."""
    ReportCorrection.unscoped().update(
        opened_on=today() - timedelta(days=60), due_on=today() + timedelta(days=days)
    )


def told() -> list[tuple[str, str]]:
    rows = Notification.unscoped().filter(kind__startswith="report.correction")
    return sorted((row.recipient.username, row.kind) for row in rows.select_related("recipient"))


def page(desk: Desk, account: Any, portal: str, query: str = "") -> str:
    answer = desk.world.client(account).get(f"/{portal}/reports/corrections/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def failed(desk: Desk) -> Report:
    """An accepted report with a failed test."""
    report: Report = failing(desk)
    return report


def test_each_portal_lists_the_open_ones_and_the_agency_the_way_out(
    desk: Desk, failed: Report
) -> None:
    world = desk.world
    for account, portal in (
        (world.agency_manager, "agency"),
        (world.discharger_owner, "source"),
        (world.reviewer, "supervision"),
    ):
        shown = page(desk, account, portal)
        assert shown.count('data-testid="correction-row"') == 1
        assert failed.number in shown
        assert f'href="/{portal}/reports/{failed.pk}/"' in shown
        way_out = f"/agency/reports/new/?point={failed.point_id}"
        assert (way_out in shown) is (portal == "agency")
    shown = page(desk, world.other_agency_manager, "agency")
    assert 'data-testid="correction-row"' not in shown


def test_its_due_state_is_shown_and_searched(desk: Desk, failed: Report) -> None:
    agency = desk.world.agency_manager
    for days, words, overdue in ((0, "整改中", False), (-1, "已逾期", True)):
        due(days)
        shown = page(desk, agency, "agency", "?state=open")
        row = shown.split('data-testid="correction-row"')[1].split("</tr>")[0]
        assert words in row
        found = page(desk, agency, "agency", "?state=overdue")
        assert ('data-testid="correction-row"' in found) is overdue


def test_the_lists_of_reports_lead_there(desk: Desk) -> None:
    world = desk.world
    for account, portal in (
        (world.agency_manager, "agency"),
        (world.discharger_owner, "source"),
        (world.reviewer, "supervision"),
    ):
        address = f"/{portal}/reports/"
        assert f"{address}corrections/" in world.client(account).get(address).content.decode()


def test_a_report_that_passes_is_the_way_out(desk: Desk, failed: Report) -> None:
    later = desk.complete(
        number="QY-2", executed_from=now() - timedelta(hours=9), executed_to=now()
    )
    desk.read(later, first=300)
    later = desk.accept(desk.fresh(later))
    assert 'data-testid="correction-row"' not in page(desk, desk.world.agency_manager, "agency")
    done = page(desk, desk.world.agency_manager, "agency", "?state=done")
    assert f'href="/agency/reports/{later.pk}/"' in done


def test_the_api_lists_them(desk: Desk, failed: Report) -> None:
    client = desk.world.client(desk.world.agency_manager)
    [row] = client.get("/api/v1/report-corrections").json()["items"]
    assert (row["report"], row["parameters"], row["overdue"]) == (str(failed.pk), ["SO2"], False)
    assert client.get("/api/v1/report-corrections?state=done").json()["items"] == []
    assert client.get("/api/v1/report-corrections?state=x").status_code == 422


@pytest.mark.parametrize(("days", "says"), [(8, 0), (7, 1), (0, 1)])
def test_they_are_told_within_a_week_of_the_last_day_once(
    desk: Desk,
    failed: Report,
    days: int,
    says: int,
) -> None:
    due(days)
    assert remind_corrections(0) == says
    assert remind_corrections(0) == 0
    expected = ["agency", "boss", "engineer", "factory"] if says else []
    assert told() == [(name, "report.correction_due") for name in expected]


def test_a_missed_day_is_caught_up_and_of_a_late_one_only_that_is_told(
    desk: Desk, failed: Report
) -> None:
    due(-3)
    assert remind_corrections(0) == 1
    assert remind_corrections(0) == 0
    with at(now() + timedelta(days=1)):
        assert remind_corrections(0) == 0
    kinds = {kind for _name, kind in told()}
    assert kinds == {"report.correction_overdue"}
    assert "bureau" in {name for name, _kind in told()}


def test_first_near_then_late_are_both_told(desk: Desk, failed: Report) -> None:
    due(1)
    assert remind_corrections(0) == 1
    with at(now() + timedelta(days=2)):
        assert remind_corrections(0) == 1
    assert {kind for _name, kind in told()} == {
        "report.correction_due",
        "report.correction_overdue",
    }


def test_what_is_done_is_told_to_nobody(desk: Desk, failed: Report) -> None:
    due(-1)
    with acting_as(system_actor("test")):
        ReportCorrection.unscoped().update(done_by_report=failed)
    assert remind_corrections(0) == 0
    assert told() == []
