"""Every day limit of places: the day before, the day itself, the day after; and locks."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.support.concurrency import at_once
from tests.support.world import World, account_with, build_world
from yunjian.access.actor import Actor
from yunjian.identity.models.accounts import Role
from yunjian.instruments.models import Instrument
from yunjian.kernel.clock import today
from yunjian.kernel.errors import InvalidInput, InvalidState
from yunjian.records.versions import StaleVersion
from yunjian.sources.models import MonitoringPoint, Outlet, PollutionSource
from yunjian.sources.services import (
    limit_add,
    limit_end,
    outlet_update,
    point_close,
    point_update,
    source_close,
    source_update,
)

pytestmark = pytest.mark.reads_all_rows

DAY = timedelta(days=1)
OPENED = today() - timedelta(days=100)


def _effective_until_today(world: World, actor: Actor, offset: int) -> Any:
    return source_update(
        actor=actor,
        source=world.source,
        street="唐镇",
        reason="x",
        effective_on=today() + offset * DAY,
    )


def _effective_since_opened(world: World, actor: Actor, offset: int) -> Any:
    source = source_update(actor=actor, source=world.source, opened_on=OPENED, reason="x")
    return source_update(
        actor=actor, source=source, street="唐镇", reason="x", effective_on=OPENED + offset * DAY
    )


def _permit(world: World, actor: Actor, offset: int) -> Any:
    return source_update(
        actor=actor,
        source=world.source,
        permit_valid_from=today(),
        permit_valid_until=today() + offset * DAY,
        reason="x",
    )


def _closed_since_opened(world: World, actor: Actor, offset: int) -> Any:
    source = source_update(actor=actor, source=world.source, opened_on=OPENED, reason="x")
    for model in (MonitoringPoint, Outlet):
        model.unscoped().update(closed_on=OPENED - 9 * DAY)
    return source_close(actor=actor, source=source, on=OPENED + offset * DAY, reason="x")


def _networked_since_opened(world: World, actor: Actor, offset: int) -> Any:
    return point_update(
        actor=actor,
        point=world.flue_gas_point,
        opened_on=OPENED,
        networked_on=OPENED + offset * DAY,
        reason="x",
    )


def _opened_until_today(world: World, actor: Actor, offset: int) -> Any:
    return point_update(
        actor=actor, point=world.flue_gas_point, opened_on=today() + offset * DAY, reason="x"
    )


def _limit(world: World, actor: Actor, **more: Any) -> Any:
    return limit_add(
        actor=actor,
        outlet=world.flue_gas_outlet,
        parameter="SO2",
        standard="GB 13271-2014",
        effective_from=OPENED,
        upper=Decimal(50),
        **more,
    )


def _limit_of_a_day(world: World, actor: Actor, offset: int) -> Any:
    return _limit(world, actor, effective_to=OPENED + offset * DAY)


def _limit_ended(world: World, actor: Actor, offset: int) -> Any:
    limit = _limit(world, actor)
    return limit_end(actor=actor, limit=limit, on=OPENED + offset * DAY, reason="x")


def _limit_ended_early(world: World, actor: Actor, offset: int) -> Any:
    limit = _limit(world, actor, effective_to=today())
    return limit_end(actor=actor, limit=limit, on=today() + offset * DAY, reason="x")


BOUNDS: dict[str, tuple[Callable[[World, Actor, int], Any], tuple[bool, bool, bool]]] = {
    # accepted the day before, on, after
    "a change holds from today at the latest": (_effective_until_today, (True, True, False)),
    "a change holds since it was opened": (_effective_since_opened, (False, True, True)),
    "a permit ends after it begins": (_permit, (False, True, True)),
    "closed after it was opened": (_closed_since_opened, (False, True, True)),
    "networked after it was opened": (_networked_since_opened, (False, True, True)),
    "opened until today": (_opened_until_today, (True, True, False)),
    "a limit holds a day at least": (_limit_of_a_day, (False, False, True)),
    "a limit ends after it began": (_limit_ended, (False, False, True)),
    "a limit ends before its end": (_limit_ended_early, (True, False, False)),
}


@pytest.mark.parametrize("bound", BOUNDS)
@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_the_day_before_on_and_after(world: World, bound: str, offset: int) -> None:
    act, accepted = BOUNDS[bound]
    actor = world.actor(world.discharger_owner)
    refused: AbstractContextManager[object] = pytest.raises((InvalidInput, InvalidState))
    with nullcontext() if accepted[offset + 1] else refused:
        act(world, actor, offset)


Change = Callable[[World, Actor, str], Any]
ROWS: dict[str, tuple[type[Any], Change]] = {
    "source": (
        PollutionSource,
        lambda world, actor, text: source_update(
            actor=actor, source=world.source, reason="x", version=1, street=text
        ),
    ),
    "outlet": (
        Outlet,
        lambda world, actor, text: outlet_update(
            actor=actor, outlet=world.flue_gas_outlet, reason="x", version=1, location=text
        ),
    ),
    "point": (
        MonitoringPoint,
        lambda world, actor, text: point_update(
            actor=actor, point=world.flue_gas_point, reason="x", version=1, location=text
        ),
    ),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("row", ROWS)
def test_of_two_who_change_a_place_at_once_one_is_told(row: str) -> None:
    world = build_world()
    model, change = ROWS[row]
    second = account_with(world.discharger, "second", Role.MANAGER)
    actors = [world.actor(world.discharger_owner), world.actor(second)]

    came = at_once(actors, lambda actor: change(world, actor, str(actor.account_id)[-12:]))

    (reported,) = (one for one in came if isinstance(one, Exception))
    assert isinstance(reported, StaleVersion), reported
    assert max(model.unscoped().values_list("version", flat=True)) == 2


def test_a_point_is_closed_after_its_last_description_began(world: World) -> None:
    actor = world.actor(world.discharger_owner)
    Instrument.unscoped().filter(point=world.wastewater_point).update(period=None)
    point = point_update(
        actor=actor,
        point=world.wastewater_point,
        parameters=["CODCr"],
        reason="x",
        effective_on=today() - 5 * DAY,
    )
    with pytest.raises(InvalidInput):
        point_close(actor=actor, point=point, on=today() - 6 * DAY, reason="x")
    assert point_close(actor=actor, point=point, on=today() - 5 * DAY, reason="x").closed_on
