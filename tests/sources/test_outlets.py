"""Outlets and their emission limits through the services."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.support.world import World
from yunjian.access.actor import Actor
from yunjian.kernel.clock import today
from yunjian.kernel.errors import Conflict, InvalidInput, InvalidState, NotAllowed
from yunjian.sources.models import EmissionLimit, Outlet
from yunjian.sources.selectors import limits_of, limits_on, place_history
from yunjian.sources.services import (
    limit_add,
    limit_end,
    outlet_close,
    outlet_create,
    outlet_update,
)
from yunjian.sources.services.outlets import limit_text

pytestmark = pytest.mark.reads_all_rows

BEGIN = date(2024, 1, 1)


def stack(world: World, owner: Actor, **changes: Any) -> Outlet:
    fields: dict[str, Any] = {
        "code": "DA002",
        "kind": "flue_gas",
        "name": "2# 锅炉烟囱",
        "discharge_to": "atmosphere",
        "height": Decimal(45),
        "inner_diameter": Decimal("1.2"),
    }
    return outlet_create(actor=owner, source=world.source, **(fields | changes))


def sulphur(world: World, owner: Actor, **changes: Any) -> EmissionLimit:
    fields: dict[str, Any] = {
        "parameter": "SO2",
        "upper": Decimal(50),
        "unit": "mg/m³",
        "standard": "DB31/387-2018",
        "effective_from": BEGIN,
    }
    return limit_add(actor=owner, outlet=world.flue_gas_outlet, **(fields | changes))


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"code": "DW002"}, "code"),
        ({"code": "DA2"}, "code"),
        ({"code": "烟囱"}, "code"),
        ({"kind": "noise"}, "code"),
        ({"height": Decimal(0)}, "height"),
        ({"inner_diameter": Decimal(-1)}, "inner_diameter"),
        ({"channel": "parshall"}, "channel"),
        ({"discharge_to": "sea"}, "discharge_to"),
        ({"longitude": Decimal("121.5")}, "latitude"),
        ({"longitude": Decimal("12.1"), "latitude": Decimal("31.2")}, "longitude"),
    ],
)
def test_a_stack_that_cannot_be_is_refused_at_its_field(
    world: World, owner: Actor, changes: dict[str, Any], path: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        stack(world, owner, **changes)
    assert path in {error.path for error in refused.value.errors}


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"height": Decimal(20)}, "height"),
        ({"inner_diameter": Decimal(1)}, "inner_diameter"),
        ({"discharge_to": "atmosphere"}, "discharge_to"),
        ({"channel": "river"}, "channel"),
    ],
)
def test_wastewater_has_no_stack(
    world: World, owner: Actor, changes: dict[str, Any], path: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        outlet_create(
            actor=owner,
            source=world.source,
            code="DW002",
            kind="wastewater",
            name="雨水排口",
            **changes,
        )
    assert [error.path for error in refused.value.errors] == [path]


def test_an_outlet_is_changed_with_a_reason_and_closed(world: World, owner: Actor) -> None:
    outlet = stack(world, owner)
    changed = outlet_update(
        actor=owner, outlet=outlet, height=Decimal(60), reason="加高", version=1
    )
    assert (changed.height, changed.version) == (Decimal(60), 2)
    with pytest.raises(Conflict):
        outlet_update(actor=owner, outlet=outlet, name="x", reason="改", version=1)
    closed = outlet_close(actor=owner, outlet=outlet, on=today(), reason="拆除")
    assert closed.is_closed
    with pytest.raises(InvalidState):
        outlet_close(actor=owner, outlet=outlet, on=today(), reason="拆除")
    lines = place_history(outlet)
    assert [line.what for line in lines] == ["关闭排口", "修改排口", "新增排口"]
    assert (lines[1].changes[0].before, lines[1].changes[0].after) == ("45.0", "60")


def test_neighbours_change_nothing(world: World) -> None:
    neighbour = world.actor(world.other_discharger_owner)
    with pytest.raises(NotAllowed):
        outlet_update(actor=neighbour, outlet=world.flue_gas_outlet, name="x", reason="改")
    with pytest.raises(NotAllowed):
        sulphur(world, neighbour)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"parameter": "CODCr"}, "parameter"),
        ({"unit": "mg/L"}, "unit"),
        ({"upper": None}, "upper"),
        ({"upper": Decimal(0)}, "upper"),
        ({"lower": Decimal(60)}, "lower"),
        ({"effective_to": BEGIN}, "effective_to"),
        ({"standard": ""}, "standard"),
    ],
)
def test_a_limit_that_cannot_be_is_refused_at_its_field(
    world: World, owner: Actor, changes: dict[str, Any], path: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        sulphur(world, owner, **changes)
    assert [error.path for error in refused.value.errors] == [path]


def test_acidity_has_two_bounds_and_another_unit_of_the_same_kind_fits(
    world: World, owner: Actor
) -> None:
    limit = limit_add(
        actor=owner,
        outlet=world.wastewater_outlet,
        parameter="pH",
        lower=Decimal(6),
        upper=Decimal(9),
        unit="无量纲",
        standard="DB31/199-2018",
        effective_from=BEGIN,
    )
    assert limit_text(limit) == "pH 6～9 无量纲（DB31/199-2018）"
    assert sulphur(world, owner, unit="μg/m³", upper=Decimal(50_000)).unit == "μg/m³"


def test_a_new_limit_ends_the_one_before_it_the_day_it_begins(world: World, owner: Actor) -> None:
    old = sulphur(world, owner)
    new = sulphur(world, owner, upper=Decimal(35), effective_from=date(2025, 7, 1))
    old = EmissionLimit.objects.get(pk=old.pk)
    assert old.period.upper == date(2025, 7, 1)
    outlet = world.flue_gas_outlet
    assert [row.upper for row in limits_on(outlet, date(2025, 6, 30))] == [Decimal(50)]
    assert [row.upper for row in limits_on(outlet, date(2025, 7, 1))] == [Decimal(35)]
    assert limits_of(outlet) == [new, old]
    with pytest.raises(Conflict) as refused:
        sulphur(world, owner, upper=Decimal(20), effective_from=date(2024, 6, 1))
    assert refused.value.errors[0].path == "effective_from"
    # another standard may hold beside it
    assert sulphur(world, owner, standard="GB 13271-2014").pk


def test_a_limit_ends_for_a_reason(world: World, owner: Actor) -> None:
    limit = sulphur(world, owner)
    with pytest.raises(InvalidInput) as refused:
        limit_end(actor=owner, limit=limit, on=BEGIN, reason="")
    assert {error.path for error in refused.value.errors} == {"on", "reason"}
    limit_end(actor=owner, limit=limit, on=date(2025, 1, 1), reason="标准修订")
    with pytest.raises(InvalidState):
        limit_end(actor=owner, limit=limit, on=date(2025, 2, 1), reason="标准修订")
    assert limits_on(world.flue_gas_outlet, date(2025, 1, 1)) == []
