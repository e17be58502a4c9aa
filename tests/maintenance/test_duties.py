"""到期情况: what is owed at a point, from visits and from what rooms above know."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from tests.support.phone import Phone
from tests.support.reading import tables
from tests.support.world import World
from yunjian.access.actor import acting_as
from yunjian.instruments.models import Instrument, InstrumentAction
from yunjian.kernel.clock import at, now, today
from yunjian.maintenance.domain import work
from yunjian.maintenance.domain.work import RecordedWork
from yunjian.maintenance.models import Visit
from yunjian.maintenance.selectors.duties import Duty, PointDuties, point_duties
from yunjian.sources.models import MonitoringPoint, PointAccess
from yunjian.standards.rules.duty import Outcome, WorkDone

pytestmark = pytest.mark.reads_all_rows


def stood(world: World, point: MonitoringPoint | None = None) -> PointDuties:
    """Return what the manager of the agency reads of a point."""
    with acting_as(world.actor(world.agency_manager)):
        duties = point_duties(point or world.flue_gas_point)
    assert duties is not None
    return duties


def duty(duties: PointDuties, title: str) -> Duty:
    return next(item for item in duties.duties if item.title == title)


def handed_in(world: World, point: MonitoringPoint | None = None) -> UUID:
    """Have the engineer inspect a point now, with nothing wrong."""
    task = world.task(point or world.flue_gas_point)
    phone = Phone(world.engineer)
    visit_id, _answer = phone.sign_in(task)
    assert phone.put(f"visits/{visit_id}", phone.submission(task)).status_code == 201
    return visit_id


@pytest.fixture
def said_of_point(monkeypatch: pytest.MonkeyPatch) -> list[RecordedWork]:
    """What a room above knows of every point."""
    known: list[RecordedWork] = []
    monkeypatch.setitem(work._SOURCES, "test", lambda _point: known)
    return known


def report(outcome: Outcome, days_ago: int, *parameters: str) -> RecordedWork:
    moment = now() - timedelta(days=days_ago)
    return RecordedWork(
        at=moment,
        work=WorkDone(moment, outcome, obligations=("hj75.verify-manual",), parameters=parameters),
        title="校验报告",
        by="某机构",
        result=("pass", "合格"),
        address="/somewhere/",
    )


def test_an_inspection_moves_the_day_on_which_the_next_one_is_due(world: World) -> None:
    visit_id = handed_in(world)

    patrol = duty(stood(world), "日常巡检")

    assert patrol.last_done == Visit.unscoped().get(pk=visit_id).signed_in_at
    assert patrol.due_on == today() + timedelta(days=7)
    assert (patrol.state, patrol.how_often) == ("normal", "至多每 7 天")
    assert patrol.source == "HJ 75-2017 10.2"


def test_without_visits_an_inspection_is_overdue_since_the_contract_began(world: World) -> None:
    duties = stood(world)

    assert duties.since == today() - timedelta(days=365)
    patrol = duty(duties, "日常巡检")
    assert (patrol.state, patrol.last_done) == ("overdue", None)


def test_the_day_before_it_is_due_it_is_said_to_be_due_soon(world: World) -> None:
    handed_in(world)

    with at(now() + timedelta(days=6)):
        assert duty(stood(world), "日常巡检").state == "expiring"
    with at(now() + timedelta(days=5)):
        assert duty(stood(world), "日常巡检").state == "normal"
    with at(now() + timedelta(days=8)):
        assert duty(stood(world), "日常巡检").state == "overdue"


def test_what_a_machine_does_by_itself_is_not_observed_and_never_late(world: World) -> None:
    MonitoringPoint.unscoped().filter(pk=world.flue_gas_point.pk).update(automatic_calibration=True)
    world.flue_gas_point.refresh_from_db()

    duties = stood(world)

    assert duty(duties, "自动零点量程校准核查").state == "not_observed"
    assert all("自动" not in item.title or item.state != "overdue" for item in duties.duties)


def test_of_what_is_not_observed_the_filed_ability_is_said_and_why_nothing_is_seen(
    world: World,
) -> None:
    MonitoringPoint.unscoped().filter(pk=world.flue_gas_point.pk).update(automatic_calibration=True)
    world.flue_gas_point.refresh_from_db()

    item = duty(stood(world), "自动零点量程校准核查")

    assert (item.state, item.last_done) == ("not_observed", None)
    assert item.known == (
        "测点备案为具备自动校准；在用仪器：SO2 YJ-100 SN-SO2。"
        "此项没有记录单，系统也没有接收设备自身的记录，无法判断是否完成"
    )
    assert duty(stood(world), "日常巡检").known == ""
    address = f"/points/{world.flue_gas_point.pk}/duties/"
    page = world.client(world.agency_manager).get(address).content.decode()
    assert "测点备案为具备自动校准；在用仪器：SO2 YJ-100 SN-SO2" in page


def test_an_objected_visit_is_told_and_settles_nothing(world: World) -> None:
    visit_id = handed_in(world)
    Visit.unscoped().filter(pk=visit_id).update(state="objected")

    duties = stood(world)

    assert duty(duties, "日常巡检").last_done is None
    assert [moment.address for moment in duties.moments] == [f"/agency/visits/{visit_id}/"]


def test_a_failed_report_puts_its_parameters_out_of_control_until_one_passes(
    world: World, said_of_point: list[RecordedWork]
) -> None:
    said_of_point.append(report("out_of_control", 10, "SO2"))
    begun = [(item.parameter, item.until) for item in stood(world).out_of_control]
    assert ("SO2", None) in begun

    said_of_point.append(report("pass", 3, "SO2"))
    ended = {item.parameter: item for item in stood(world).out_of_control}
    # manual calibrations are overdue as well: what the report said ends with the report
    assert ended["SO2"].since <= said_of_point[0].at


def test_a_passed_report_settles_the_verification_and_its_next_day_follows(
    world: World, said_of_point: list[RecordedWork]
) -> None:
    said_of_point.append(report("pass", 1))

    verification = duty(stood(world), "参比方法校验")

    assert verification.last_done is not None
    assert verification.due_on is not None
    assert verification.due_on > today() + timedelta(days=85)
    assert verification.state == "normal"


def test_while_every_analyser_stands_still_nothing_falls_due(world: World) -> None:
    handed_in(world)
    for row in Instrument.unscoped().filter(point=world.flue_gas_point):
        InstrumentAction.unscoped().create(
            instrument=row,
            action="stop",
            on=today(),
            stopped=DateRange(today(), None),
            reason="检修停产",
        )

    duties = stood(world)

    assert duty(duties, "日常巡检").state == "suspended"
    assert any("停运" in moment.title for moment in duties.moments)


def test_a_point_without_a_contract_has_no_days(world: World) -> None:
    PointAccess.unscoped().filter(point=world.flue_gas_point).delete()
    owner = world.discharger_owner
    with acting_as(world.actor(owner)):
        assert point_duties(world.flue_gas_point) is None

    page = world.client(owner).get(f"/points/{world.flue_gas_point.pk}/duties/")

    assert "还没有生效的运维合同" in page.content.decode()


def test_the_page_shows_each_duty_with_its_source_and_state(world: World) -> None:
    handed_in(world)

    page = world.client(world.discharger_owner).get(f"/points/{world.flue_gas_point.pk}/duties/")

    rows = {row["事项"]: row for row in tables(page.content.decode())[0]}
    due = (today() + timedelta(days=7)).isoformat()
    assert rows["日常巡检"]["最迟日期"] == due
    assert rows["日常巡检"]["依据"] == "HJ 75-2017 10.2"
    assert rows["日常巡检"]["状态"] == "正常"


def test_another_agency_does_not_find_the_point(world: World) -> None:
    page = world.client(world.other_agency_manager).get(
        f"/points/{world.flue_gas_point.pk}/duties/"
    )
    assert page.status_code == 404
