"""Sources, outlets and points through their services."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.support.world import World
from yunjian.access.actor import Actor, acting_as
from yunjian.evidence.models import Event
from yunjian.identity.domain.uscc import check_character
from yunjian.kernel.clock import today
from yunjian.kernel.errors import Conflict, InvalidInput, InvalidState, NotAllowed
from yunjian.records.versions import others
from yunjian.sources.domain.industries import industries, industries_like, industry_of
from yunjian.sources.domain.streets import streets_of
from yunjian.sources.models import MonitoringPoint, PollutionSource
from yunjian.sources.selectors import source_history
from yunjian.sources.services import (
    outlet_create,
    point_create,
    source_close,
    source_create,
    source_reopen,
    source_update,
)

pytestmark = pytest.mark.reads_all_rows

DISTRICT_CODES = [f"3101{number:02d}" for number in range(1, 52)]


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
        source_create(actor=owner, organization=world.discharger, code="310115X2", **fields)
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
    source_update(actor=owner, source=world.source, street="唐镇", reason="核对")
    event = Event.objects.filter(verb="source.changed").get()
    assert '"street":["张江镇","唐镇"]' in event.body

    source_update(actor=owner, source=world.source, longitude=Decimal("121.7"), reason="核对位置")
    assert Event.objects.filter(verb="source.moved").count() == 1

    source_update(actor=owner, source=world.source, street="唐镇", reason="核对")
    assert Event.objects.filter(verb="source.changed").count() == 1


def test_points_follow_their_source_into_another_district(
    world: World, owner: Actor, reviewer: Actor
) -> None:
    with pytest.raises(NotAllowed):
        source_update(
            actor=owner, source=world.source, district=world.other_district, reason="搬迁"
        )
    source_update(
        actor=reviewer, source=world.source, district=world.other_district, reason="区划调整"
    )
    districts = set(MonitoringPoint.objects.values_list("district_id", flat=True))
    assert districts == {world.other_district.pk}


def test_an_authority_of_one_district_hands_no_source_to_another(world: World) -> None:
    here = replace(world.actor(world.reviewer), districts=frozenset({world.district.pk}))
    with acting_as(here), pytest.raises(NotAllowed):
        source_update(
            actor=here, source=world.source, district=world.other_district, reason="区划调整"
        )


def test_neighbours_and_agencies_cannot_touch_a_source(world: World) -> None:
    for account in (world.other_discharger_owner, world.agency_manager):
        with pytest.raises(NotAllowed):
            source_update(
                actor=world.actor(account), source=world.source, address="别处", reason="改"
            )
    assert PollutionSource.unscoped().get(pk=world.source.pk).address == world.source.address


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"uscc": "91310115MA1TEST001"}, "uscc"),
        ({"uscc": "123"}, "uscc"),
        ({"permit_number": "沪环证 1 号"}, "permit_number"),
        ({"industry_code": "9999"}, "industry_code"),
        ({"industry_code": "22211"}, "industry_code"),
        ({"longitude": Decimal("116.4")}, "longitude"),
        ({"latitude": Decimal("39.9")}, "latitude"),
        ({"datum": "mars"}, "datum"),
        ({"principal_phone": "12"}, "principal_phone"),
        ({"management_level": "vip"}, "management_level"),
        ({"name": "很长" * 80}, "name"),
        ({"reason": "  "}, "reason"),
        ({"effective_on": today() + timedelta(days=1)}, "effective_on"),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(
    world: World, owner: Actor, changes: dict[str, Any], path: str
) -> None:
    values = {"address": "新地址", "reason": "更正"} | changes
    with pytest.raises(InvalidInput) as refused:
        source_update(actor=owner, source=world.source, **values)
    assert [error.path for error in refused.value.errors] == [path]
    assert PollutionSource.unscoped().get(pk=world.source.pk).version == 1


def test_days_out_of_order_are_refused(world: World, owner: Actor) -> None:
    with pytest.raises(InvalidInput) as refused:
        source_update(
            actor=owner,
            source=world.source,
            permit_valid_from=today(),
            permit_valid_until=today() - timedelta(days=1),
            reason="换证",
        )
    assert [error.path for error in refused.value.errors] == ["permit_valid_until"]


def test_the_own_code_of_a_site_goes_before_that_of_its_discharger(
    world: World, owner: Actor
) -> None:
    assert world.source.credit_code == world.discharger.uscc
    source = source_update(actor=owner, source=world.source, uscc=uscc(), reason="分公司")
    assert source.credit_code == uscc()


def uscc() -> str:
    front = "91310115MA1K3ABC2"
    return front + check_character(front)


def test_a_change_in_sight_of_an_old_state_is_refused_and_what_changed_is_known(
    world: World, owner: Actor, reviewer: Actor
) -> None:
    source_update(actor=reviewer, source=world.source, street="唐镇", reason="核对", version=1)
    with pytest.raises(Conflict) as refused:
        source_update(actor=owner, source=world.source, street="曹路镇", reason="改", version=1)
    assert refused.value.code == "stale"
    (change,) = others(world.source, 1)
    assert (change.who, change.label, change.before, change.after, change.reason) == (
        "王审",
        "街道（镇）",
        "张江镇",
        "唐镇",
        "核对",
    )


def test_the_name_of_the_industry_follows_its_code(world: World, owner: Actor) -> None:
    source = source_update(actor=owner, source=world.source, industry_code="462", reason="主业变更")
    assert source.industry_name == "污水处理及其再生利用"
    named = source_update(
        actor=owner,
        source=world.source,
        industry_code="2641",
        industry_name="涂料制造",
        reason="更正",
    )
    assert named.industry_name == "涂料制造"


def test_new_sources_are_numbered_in_their_district(world: World, owner: Actor) -> None:
    neighbour = world.actor(world.other_discharger_owner)
    with acting_as(neighbour):
        taken = source_create(
            actor=neighbour, organization=world.other_discharger, **source_fields(world)
        )
    assert taken.code == "310115000002"
    codes = [
        source_create(
            actor=owner, organization=world.discharger, **source_fields(world, name=name)
        ).code
        for name in ("二厂", "三厂")
    ]
    assert codes == ["310115000003", "310115000004"]


def test_a_manager_keeps_sources_but_enters_none(world: World) -> None:
    manager = Actor(
        None, "经理", world.discharger.pk, "", "discharger", roles=frozenset({"manager"})
    )
    with acting_as(manager), pytest.raises(NotAllowed):
        source_create(actor=manager, organization=world.discharger, **source_fields(world))


def test_a_source_is_closed_once_and_opened_again(world: World, owner: Actor) -> None:
    source = source_create(
        actor=owner, organization=world.discharger, **source_fields(world, opened_on=today())
    )
    with pytest.raises(InvalidInput) as early:
        source_close(actor=owner, source=source, on=today() - timedelta(days=1), reason="")
    assert {error.path for error in early.value.errors} == {"on", "reason"}
    closed = source_close(actor=owner, source=source, on=today(), reason="搬迁")
    assert closed.is_closed
    with pytest.raises(InvalidState):
        source_close(actor=owner, source=source, on=today(), reason="搬迁")
    with pytest.raises(InvalidState):
        outlet_create(actor=owner, source=closed, code="DW001", name="x", kind="wastewater")
    opened = source_reopen(actor=owner, source=source, reason="恢复生产")
    assert not opened.is_closed
    with pytest.raises(InvalidState):
        source_reopen(actor=owner, source=source, reason="恢复生产")
    whats = [line.what for line in source_history(source)]
    assert whats == ["恢复污染源", "关闭污染源", "登记污染源"]


def test_the_classification_is_whole() -> None:
    assert len(industries()) == 473  # groups of GB/T 4754-2017
    assert industry_of("2221") is industry_of("222")
    assert [industry_of(code) for code in ("22", "22a", "999", "")] == [None] * 4
    assert [row.code for row in industries_like("造纸")] == ["222", "221", "223"]
    assert industries_like("") == []


def test_streets_are_known_for_every_district_of_the_city() -> None:
    assert len(streets_of("310115")) == 36
    assert sum(len(streets_of(code)) for code in DISTRICT_CODES) == 215
    assert streets_of("110101") == []
