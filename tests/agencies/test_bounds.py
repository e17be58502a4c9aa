"""Every day limit of an agency's filing: the day before, the day itself, the day after."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import date, timedelta
from typing import Any

import pytest

from tests.agencies.test_services import PERSON
from tests.support.world import World
from yunjian.access.actor import Actor
from yunjian.agencies.services.assets import vehicle_create
from yunjian.agencies.services.contracts import contract_create, contract_end
from yunjian.agencies.services.people import certificate_add, person_create, person_leave
from yunjian.kernel.clock import today
from yunjian.kernel.errors import InvalidInput, InvalidState

pytestmark = pytest.mark.reads_all_rows

DAY = timedelta(days=1)


def _leave(world: World, actor: Actor, day: date) -> Any:
    person = person_create(actor=actor, **PERSON, joined_on=today())
    return person_leave(actor=actor, person=person, left_on=day)


def _lease(_world: World, actor: Actor, day: date) -> Any:
    return vehicle_create(actor=actor, plate="沪A54321", ownership="leased", lease_until=day)


def _certificate(world: World, actor: Actor, day: date) -> Any:
    return certificate_add(
        actor=actor,
        holder=world.engineer_person,
        category="能力评定",
        number="P-9",
        issuer="协会",
        valid_from=today(),
        valid_until=day,
    )


def _contract(world: World, actor: Actor, day: date) -> Any:
    begins = today() + timedelta(days=400)  # after the contract that there is
    return contract_create(
        actor=actor,
        agency=world.agency,
        discharger=world.discharger,
        number="HT-9",
        points=[world.flue_gas_point],
        starts_on=begins,
        ends_on=begins + (day - today()),
    )


def _end_after_beginning(world: World, actor: Actor, day: date) -> Any:
    first = world.contract.period.lower
    return contract_end(
        actor=actor, contract=world.contract, ends_on=first + (day - today()), reason="停产"
    )


def _end_before_its_end(world: World, actor: Actor, day: date) -> Any:
    last = world.contract.period.upper
    return contract_end(
        actor=actor, contract=world.contract, ends_on=last + (day - today()), reason="停产"
    )


BOUNDS: dict[str, tuple[Callable[[World, Actor, date], Any], tuple[bool, bool, bool]]] = {
    # accepted the day before, on, after
    "leaving after joining": (_leave, (False, True, True)),
    "a lease that runs today": (_lease, (False, True, True)),
    "valid until after valid from": (_certificate, (False, True, True)),
    "a contract of a day at least": (_contract, (False, False, True)),
    "ending a contract after it began": (_end_after_beginning, (False, False, True)),
    "ending a contract early": (_end_before_its_end, (True, False, False)),
}


@pytest.mark.parametrize("bound", BOUNDS)
@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_the_day_before_on_and_after(world: World, bound: str, offset: int) -> None:
    act, accepted = BOUNDS[bound]
    actor = world.actor(world.agency_manager)
    refused: AbstractContextManager[object] = pytest.raises((InvalidInput, InvalidState))
    with nullcontext() if accepted[offset + 1] else refused:
        act(world, actor, today() + offset * DAY)
