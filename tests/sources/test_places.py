"""Sources, outlets and points through their services."""

from decimal import Decimal
from typing import Any

import pytest

from tests.world import World
from yunjian.evidence.models import Event
from yunjian.kernel.actor import Actor
from yunjian.kernel.errors import Conflict, InvalidInput, NotAllowed
from yunjian.sources.models import MonitoringPoint, PollutionSource
from yunjian.sources.services import outlet_create, point_create, source_create, source_update


def source_fields(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "name": "浦江试验纸业二厂",
        "district": world.district,
        "industry_code": "2221",
        "industry_name": "机制纸及纸板制造",
        "address": "浦东新区试验路 2 号",
        "longitude": Decimal("121.61"),
        "latitude": Decimal("31.21"),
    } | changes


def test_a_source_with_outlet_and_point_is_entered_by_its_discharger(
    world: World, owner: Actor
) -> None:
    source = source_create(
        actor=owner, organization=world.discharger, code="310115000002", **source_fields(world)
    )
    outlet = outlet_create(
        actor=owner,
        source=source,
        code="DA001",
        name="锅炉烟囱",
        kind="flue_gas",
        height=Decimal(45),
    )
    point = point_create(
        actor=owner,
        outlet=outlet,
        name="锅炉 CEMS",
        mn_code="31011500000201",
        parameters=["SO2", "NOx"],
        sampling_method="dilution",
    )
    assert (point.kind, point.organization_id) == ("flue_gas", world.discharger.pk)
    assert (point.longitude, point.district_id) == (source.longitude, source.district_id)


def test_an_unknown_position_and_code_are_refused_at_their_fields(
    world: World, owner: Actor
) -> None:
    fields = source_fields(
        world, longitude=Decimal("12.161"), industry_code="纸", contact_phone="1"
    )
    with pytest.raises(InvalidInput) as refused:
        source_create(actor=owner, organization=world.discharger, code="x2", **fields)
    assert {error.path for error in refused.value.errors} == {
        "longitude",
        "industry_code",
        "contact_phone",
    }


def test_codes_are_taken_once(world: World, owner: Actor) -> None:
    with pytest.raises(Conflict) as source_refused:
        source_create(
            actor=owner,
            organization=world.discharger,
            code=world.source.code,
            **source_fields(world),
        )
    assert source_refused.value.errors[0].path == "code"
    with pytest.raises(Conflict):
        outlet_create(
            actor=owner, source=world.source, code="DW001", name="又一个", kind="wastewater"
        )
    with pytest.raises(Conflict) as point_refused:
        point_create(
            actor=owner,
            outlet=world.wastewater_outlet,
            name="又一个",
            mn_code=world.wastewater_point.mn_code,
            parameters=["pH"],
        )
    assert point_refused.value.errors[0].path == "mn_code"


def test_the_code_of_an_outlet_fits_what_flows(world: World, owner: Actor) -> None:
    with pytest.raises(InvalidInput) as refused:
        outlet_create(actor=owner, source=world.source, code="DW002", name="烟囱", kind="flue_gas")
    assert [error.path for error in refused.value.errors] == ["code"]


@pytest.mark.parametrize(
    ("outlet", "method", "parameters", "path"),
    [
        ("flue_gas_outlet", "", ["SO2"], "sampling_method"),
        ("wastewater_outlet", "dilution", ["pH"], "sampling_method"),
        ("wastewater_outlet", "", ["pH", "pH"], "parameters"),
        ("wastewater_outlet", "", [], "parameters"),
    ],
)
def test_a_point_says_how_it_samples_and_what_it_measures(  # noqa: PLR0917
    world: World, owner: Actor, outlet: str, method: str, parameters: list[str], path: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        point_create(
            actor=owner,
            outlet=getattr(world, outlet),
            name="测点",
            mn_code="31011500000999",
            parameters=parameters,
            sampling_method=method,
        )
    assert [error.path for error in refused.value.errors] == [path]


def test_a_change_keeps_the_value_before_it(world: World, owner: Actor) -> None:
    source_update(actor=owner, source=world.source, contact_name="周敏")
    event = Event.objects.filter(verb="source.changed").get()
    assert '"contact_name":["","周敏"]' in event.body

    source_update(actor=owner, source=world.source, longitude=Decimal("121.7"))
    assert Event.objects.filter(verb="source.moved").count() == 1

    source_update(actor=owner, source=world.source, contact_name="周敏")
    assert Event.objects.filter(verb="source.changed").count() == 1


def test_points_follow_their_source_into_another_district(world: World, owner: Actor) -> None:
    source_update(actor=owner, source=world.source, district=world.other_district)
    districts = set(MonitoringPoint.objects.values_list("district_id", flat=True))
    assert districts == {world.other_district.pk}


def test_neighbours_and_agencies_cannot_touch_a_source(world: World) -> None:
    for account in (world.other_discharger_owner, world.agency_manager):
        with pytest.raises(NotAllowed):
            source_update(actor=world.actor(account), source=world.source, address="别处")
    assert PollutionSource.unscoped().get(pk=world.source.pk).address == world.source.address
