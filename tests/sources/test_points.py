"""Monitoring points through the services: how the rules see them on which day."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.world import World
from yunjian.access.actor import Actor
from yunjian.instruments.selectors import point_on
from yunjian.kernel.clock import today
from yunjian.kernel.errors import Conflict, InvalidInput, InvalidState, NotAllowed
from yunjian.maintenance.selectors.plans import proposals_for
from yunjian.sources.models import MonitoringPoint, PointRevision
from yunjian.sources.selectors import descriptions_on, place_history, revisions_of
from yunjian.sources.services import point_close, point_create, point_update
from yunjian.standards.factors import factors

pytestmark = pytest.mark.reads_all_rows

FIRST = date(2024, 1, 1)


def cems(world: World, owner: Actor, **changes: Any) -> MonitoringPoint:
    fields: dict[str, Any] = {
        "name": "2# 锅炉 CEMS",
        "mn_code": "310115FFFF00000000000A01",
        "parameters": ["SO2", "NOx", "PM"],
        "sampling_method": "dilution",
        "opened_on": FIRST,
    }
    return point_create(actor=owner, outlet=world.flue_gas_outlet, **(fields | changes))


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"mn_code": "123"}, "mn_code"),
        ({"mn_code": "3101150000-0102"}, "mn_code"),
        ({"mn_code": "3" * 25}, "mn_code"),
        ({"parameters": ["CODCr"]}, "parameters"),
        ({"parameters": ["SO2", "SO2"]}, "parameters"),
        ({"parameters": []}, "parameters"),
        ({"sampling_method": ""}, "sampling_method"),
        ({"sampling_method": "sniffing"}, "sampling_method"),
        ({"station_area": Decimal(0)}, "station_area"),
        ({"networked_on": FIRST - timedelta(days=1)}, "networked_on"),
        ({"opened_on": today() + timedelta(days=1)}, "opened_on"),
        ({"longitude": Decimal(1), "latitude": Decimal("31.2")}, "longitude"),
    ],
)
def test_a_point_that_cannot_be_is_refused_at_its_field(
    world: World, owner: Actor, changes: dict[str, Any], path: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        cems(world, owner, **changes)
    assert [error.path for error in refused.value.errors] == [path]


def test_a_change_of_what_the_rules_ask_for_is_described_anew_from_its_day(
    world: World, owner: Actor
) -> None:
    point = cems(world, owner)
    changed = date(2025, 3, 1)
    point_update(
        actor=owner,
        point=point,
        sampling_method="direct",
        automatic_calibration=True,
        reason="改造",
        effective_on=changed,
    )
    point = MonitoringPoint.objects.get(pk=point.pk)
    assert point.sampling_method == "direct"
    before = descriptions_on([point], changed - timedelta(days=1))[point.pk]
    after = descriptions_on([point], changed)[point.pk]
    assert before is not None
    assert after is not None
    assert (before.sampling_method, before.automatic_calibration) == ("dilution", False)
    assert (after.sampling_method, after.automatic_calibration) == ("direct", True)
    assert descriptions_on([point], FIRST - timedelta(days=1)) == {point.pk: None}
    assert [row.reason for row in revisions_of(point)] == ["改造", "登记测点"]


def test_other_changes_make_no_new_description(world: World, owner: Actor) -> None:
    point = cems(world, owner)
    point_update(actor=owner, point=point, station_ups=True, reason="加装 UPS")
    assert PointRevision.objects.filter(point=point).count() == 1
    assert place_history(point)[0].changes[0].label == "不间断电源（UPS）"


def test_a_correction_on_the_first_day_replaces_and_keeps(world: World, owner: Actor) -> None:
    point = cems(world, owner, opened_on=None)
    point_update(actor=owner, point=point, parameters=["SO2", "NOx"], reason="填错")
    newest, first = revisions_of(point)
    assert first.period.isempty
    assert newest.period.lower == today()
    described = descriptions_on([point], today())[point.pk]
    assert described is not None
    assert described.parameters == ("SO2", "NOx")


def test_a_change_cannot_reach_behind_the_last_one(world: World, owner: Actor) -> None:
    point = cems(world, owner)
    change: dict[str, Any] = {"actor": owner, "point": point, "reason": "改造"}
    point_update(**change, automatic_calibration=True, effective_on=date(2025, 3, 1))
    for day in (date(2025, 2, 28), today() + timedelta(days=1)):
        with pytest.raises(InvalidInput) as refused:
            point_update(**change, automatic_calibration=False, effective_on=day)
        assert [error.path for error in refused.value.errors] == ["effective_on"]


def test_the_mn_code_stays_once_networked_and_is_nobody_elses(world: World, owner: Actor) -> None:
    point = cems(world, owner)
    point_update(actor=owner, point=point, mn_code="310115ffff00000000000a02", reason="填错")
    assert MonitoringPoint.objects.get(pk=point.pk).mn_code == "310115FFFF00000000000A02"
    with pytest.raises(Conflict):
        point_update(
            actor=owner, point=point, mn_code=world.wastewater_point.mn_code, reason="填错"
        )
    point_update(actor=owner, point=point, networked_on=today(), reason="联网")
    with pytest.raises(InvalidState) as refused:
        point_update(actor=owner, point=point, mn_code="310115FFFF00000000000A03", reason="换")
    assert refused.value.errors[0].path == "mn_code"


def test_a_measured_parameter_is_not_dropped_and_an_equipped_point_not_closed(
    world: World, owner: Actor
) -> None:
    point = world.flue_gas_point
    with pytest.raises(InvalidState, match="SO2") as refused:
        point_update(actor=owner, point=point, parameters=["NOx"], reason="不测了")
    assert refused.value.errors[0].path == "parameters"
    with pytest.raises(InvalidState, match="SO2"):
        point_close(actor=owner, point=point, on=today(), reason="拆除")


def test_a_closed_point_is_none_from_that_day_on(world: World, owner: Actor) -> None:
    point = cems(world, owner)
    point_close(actor=owner, point=point, on=date(2025, 6, 1), reason="拆除")
    assert point_on(point, date(2025, 5, 31)).description is not None
    assert point_on(point, date(2025, 6, 1)).description is None
    with pytest.raises(InvalidState):
        point_close(actor=owner, point=point, on=today(), reason="拆除")


def test_what_stood_there_on_a_day_is_known(world: World, owner: Actor) -> None:
    point = MonitoringPoint.objects.select_related("outlet").get(pk=world.flue_gas_point.pk)
    now = point_on(point)
    assert [row.instrument.slot for row in now.instruments] == ["SO2"]
    assert now.description is not None
    known = factors(point.kind)
    codes = [known[name].code for name in now.description.parameters]
    assert codes == ["a21026", "a21002"]


def test_neighbours_and_agencies_touch_no_point(world: World) -> None:
    for account in (world.other_discharger_owner, world.agency_manager):
        with pytest.raises(NotAllowed):
            point_update(
                actor=world.actor(account), point=world.flue_gas_point, name="x", reason="改"
            )


def test_plans_are_proposed_by_the_description_of_their_day(world: World, owner: Actor) -> None:
    point = cems(world, owner)
    point_update(
        actor=owner,
        point=point,
        automatic_calibration=True,
        reason="改造",
        effective_on=date(2025, 3, 1),
    )
    point = MonitoringPoint.objects.get(pk=point.pk)
    then = {row.obligation for row in proposals_for([point], date(2025, 2, 1))}
    now = {row.obligation for row in proposals_for([point], date(2025, 4, 1))}
    assert then != now
    assert proposals_for([point], FIRST - timedelta(days=1)) == []


days = st.lists(st.integers(1, 300), min_size=1, max_size=6)


@pytest.mark.django_db
@given(steps=days)
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_is_changed_when_each_day_has_one_description(
    world: World, owner: Actor, steps: list[int]
) -> None:
    point = cems(world, owner, mn_code=f"310115FFFF{next(SERIALS):014d}")
    expected: dict[date, bool] = {FIRST: False}
    automatic = False
    for step in steps:
        day = FIRST + timedelta(days=step)
        automatic = not automatic
        if day < max(expected):
            with pytest.raises(InvalidInput):
                change(owner, point, day, automatic=automatic)
            automatic = not automatic
            continue
        change(owner, point, day, automatic=automatic)
        expected[day] = automatic
    for number in range(-1, 302, 7):
        day = FIRST + timedelta(days=number)
        held = [value for begin, value in sorted(expected.items()) if begin <= day]
        result = descriptions_on([point], day)[point.pk]
        assert (result.automatic_calibration if result else None) == (held[-1] if held else None)


def change(owner: Actor, point: MonitoringPoint, day: date, *, automatic: bool) -> None:
    point_update(
        actor=owner, point=point, automatic_calibration=automatic, reason="改", effective_on=day
    )


SERIALS = iter(range(1, 10**6))
