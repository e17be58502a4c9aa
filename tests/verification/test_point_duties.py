"""What accepted reports settle at a point: its next dates, and when it was out of control."""

from datetime import timedelta
from typing import Any

import pytest

from tests.verification.conftest import Desk
from yunjian.access.actor import acting_as, system_actor
from yunjian.kernel.clock import business_day
from yunjian.maintenance.selectors.duties import Duty, PointDuties, point_duties
from yunjian.sources.models import MonitoringPoint

pytestmark = pytest.mark.reads_all_rows
FAILING = [{"reference": str(100 + n), "measured": str(190 + n)} for n in range(9)]


def stood(desk: Desk) -> PointDuties:
    with acting_as(desk.actor(desk.world.agency_manager)):
        point = MonitoringPoint.objects.get(pk=desk.world.flue_gas_point.pk)
        duties = point_duties(point)
    assert duties is not None
    return duties


def verification(desk: Desk) -> Duty:
    return next(one for one in stood(desk).duties if one.title == "参比方法校验")


def only_measures(desk: Desk, *parameters: str) -> None:
    with acting_as(system_actor("test")):
        MonitoringPoint.unscoped().filter(pk=desk.world.flue_gas_point.pk).update(
            parameters=list(parameters)
        )


def failing(desk: Desk, **changes: Any) -> Any:
    report = desk.complete(**changes)
    desk.read(report, readings=FAILING, declared_verdict="fail")
    return desk.accept(desk.fresh(report))


def test_an_accepted_report_settles_the_verification_and_moves_its_next_day(desk: Desk) -> None:
    only_measures(desk, "SO2")
    assert verification(desk).state == "overdue"

    report = desk.accepted()

    settled = verification(desk)
    assert settled.last_done == report.executed_to
    assert settled.due_on is not None
    executed = business_day(report.executed_to)
    assert timedelta(days=89) < settled.due_on - executed < timedelta(days=93)
    assert settled.state == "normal"


def test_a_report_of_some_parameters_is_told_and_settles_not_the_whole_point(desk: Desk) -> None:
    only_measures(desk, "SO2", "NOx")

    report = desk.accepted()

    assert verification(desk).last_done is None
    assert f"/agency/reports/{report.pk}/" in [one.address for one in stood(desk).moments]


def test_a_report_that_was_not_accepted_settles_nothing(desk: Desk) -> None:
    only_measures(desk, "SO2")
    desk.submitted()
    assert verification(desk).last_done is None
    assert stood(desk).moments == []


def test_a_failed_report_puts_its_parameter_out_of_control_and_is_told_once(desk: Desk) -> None:
    only_measures(desk, "SO2")

    report = failing(desk)

    duties = stood(desk)
    [period] = [one for one in duties.out_of_control if one.until is None]
    assert period.parameter == "SO2"
    assert period.since <= report.executed_to
    [moment] = duties.moments
    assert moment.result == ("fail", "不合格")
    assert report.number in moment.title


def test_each_portal_is_led_to_the_report_where_it_stands_for_it(desk: Desk) -> None:
    only_measures(desk, "SO2")
    report = desk.accepted()
    world = desk.world
    for account, base in (
        (world.discharger_owner, "/source/reports/"),
        (world.reviewer, "/supervision/reports/"),
    ):
        page = world.client(account).get(f"/points/{world.flue_gas_point.pk}/duties/")
        assert f'href="{base}{report.pk}/"' in page.content.decode()
