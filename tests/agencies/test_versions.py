"""Two people change one row of an agency's filing: the second is told, and loses nothing."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.agencies.test_services import BASICS, PERSON
from tests.support.concurrency import at_once
from tests.support.world import World, account_with, build_world
from yunjian.access.actor import Actor, acting_as
from yunjian.agencies.models import AgencyFiling, Equipment, Person, SparePart, Vehicle
from yunjian.agencies.services.assets import (
    equipment_create,
    equipment_update,
    spare_part_create,
    spare_part_update,
    vehicle_create,
    vehicle_update,
)
from yunjian.agencies.services.contracts import contract_end
from yunjian.agencies.services.filing import filing_save
from yunjian.agencies.services.people import person_create, person_update
from yunjian.evidence.models import Event
from yunjian.identity.models.accounts import Role
from yunjian.kernel.clock import today
from yunjian.kernel.errors import Conflict
from yunjian.records.versions import StaleVersion, others

pytestmark = pytest.mark.reads_all_rows

EQUIPMENT: dict[str, Any] = {"asset_number": "SB-9", "serial_number": "E-9", "name": "比对仪"}
PART: dict[str, Any] = {"name": "泵管", "location": "一号库", "quantity": 3, "amount": Decimal(30)}


@dataclass(frozen=True)
class Kind:
    """How a row of one kind is made and changed, and which field two people change."""

    make: Callable[[Actor], Any]
    change: Callable[..., Any]
    field: str
    label: str
    values: tuple[Any, Any]


KINDS = {
    "person": Kind(
        lambda actor: person_create(actor=actor, **PERSON),
        lambda actor, row, **more: person_update(actor=actor, row=row, **PERSON | more),
        "job",
        "岗位",
        ("班长", "站长"),
    ),
    "equipment": Kind(
        lambda actor: equipment_create(actor=actor, **EQUIPMENT),
        lambda actor, row, **more: equipment_update(actor=actor, row=row, **EQUIPMENT | more),
        "name",
        "设备名称",
        ("甲", "乙"),
    ),
    "vehicle": Kind(
        lambda actor: vehicle_create(actor=actor, plate="沪A54321"),
        lambda actor, row, **more: vehicle_update(
            actor=actor, row=row, **{"plate": "沪A54321"} | more
        ),
        "plate",
        "车牌号",
        ("沪A11111", "沪A22222"),
    ),
    "part": Kind(
        lambda actor: spare_part_create(actor=actor, **PART),
        lambda actor, row, **more: spare_part_update(actor=actor, row=row, **PART | more),
        "location",
        "放置位置",
        ("二号库", "三号库"),
    ),
    "filing": Kind(
        lambda actor: filing_save(actor=actor, **BASICS),
        lambda actor, _row, **more: filing_save(actor=actor, **BASICS | more),
        "address",
        "办公地址",
        ("甲路 1 号", "乙路 1 号"),
    ),
}
MODELS = {
    "person": Person,
    "equipment": Equipment,
    "vehicle": Vehicle,
    "part": SparePart,
    "filing": AgencyFiling,
}


def _second(world: World) -> Actor:
    return world.actor(account_with(world.agency, "second", Role.MANAGER))


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_in_sight_of_an_old_version_is_refused_and_told(world: World, kind: str) -> None:
    how, first, second = KINDS[kind], world.actor(world.agency_manager), _second(world)
    one, two = how.values
    row = how.make(first)
    how.change(second, row, version=1, **{how.field: one})

    with pytest.raises(StaleVersion) as refused:
        how.change(first, row, version=1, **{how.field: two})

    assert refused.value.code == "stale"
    assert refused.value.status == 409
    with acting_as(first):
        current = MODELS[kind].objects.get(pk=row.pk)
        (change,) = others(row, 1)
    assert (getattr(current, how.field), current.version) == (one, 2)
    assert (change.label, change.after, change.who) == (how.label, one, "second")

    how.change(first, row, version=2, **{how.field: two})
    with acting_as(first):
        assert getattr(MODELS[kind].objects.get(pk=row.pk), how.field) == two


@pytest.mark.parametrize("kind", KINDS)
def test_who_names_no_version_is_not_warned(world: World, kind: str) -> None:
    how, actor = KINDS[kind], world.actor(world.agency_manager)
    row = how.make(actor)
    for value in how.values:
        how.change(actor, row, **{how.field: value})
    with acting_as(actor):
        assert MODELS[kind].objects.get(pk=row.pk).version == 3


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_that_changes_nothing_is_no_version_and_no_event(world: World, kind: str) -> None:
    how, actor = KINDS[kind], world.actor(world.agency_manager)
    row = how.make(actor)
    before = Event.unscoped().count()

    how.change(actor, row, version=1)

    assert Event.unscoped().count() == before
    with acting_as(actor):
        assert MODELS[kind].objects.get(pk=row.pk).version == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", KINDS)
def test_of_two_who_save_at_the_same_moment_one_is_told(kind: str) -> None:
    world = build_world()
    how, first, second = KINDS[kind], world.actor(world.agency_manager), _second(world)
    row = how.make(first)
    values = dict(zip((first.account_id, second.account_id), how.values, strict=True))

    came = at_once(
        [first, second],
        lambda actor: how.change(actor, row, version=1, **{how.field: values[actor.account_id]}),
    )

    (reported,) = (one for one in came if isinstance(one, Exception))
    assert isinstance(reported, StaleVersion), reported
    with acting_as(first):
        assert MODELS[kind].objects.get(pk=row.pk).version == 2


def test_a_contract_is_ended_once_in_sight_of_one_version(world: World) -> None:
    actor, second = world.actor(world.agency_manager), _second(world)
    on = today() + timedelta(days=20)
    end: dict[str, Any] = {"contract": world.contract, "reason": "停产", "version": 1}
    contract_end(actor=second, ends_on=on, **end)
    with pytest.raises(StaleVersion):
        contract_end(actor=actor, ends_on=on - timedelta(days=1), **end)


@pytest.mark.parametrize("path", ["leave", "edit"])
def test_the_dialog_comes_back_with_what_the_other_changed_and_what_was_typed(
    world: World, path: str
) -> None:
    first, second = world.actor(world.agency_manager), _second(world)
    person = person_create(actor=first, **PERSON)
    client, address = world.client(world.agency_manager), f"/agency/people/{person.pk}/{path}/"
    assert 'name="version" value="1"' in client.get(address).content.decode()
    person_update(actor=second, row=person, **PERSON | {"job": "班长"})

    sent = {**PERSON, "job": "站长", "left_on": today().isoformat(), "version": "1"}
    answer = client.post(address, sent)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert 'data-testid="others-changed"' in page
    assert "<del>运维工程师</del> → <ins>班长</ins>" in page
    assert "second" in page
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    assert version[1] == "2"
    if path == "edit":
        assert 'value="站长"' in page
    assert client.post(address, {**sent, "version": "2"}).status_code in {200, 204, 302}
    with acting_as(first):
        saved = Person.objects.get(pk=person.pk)
    assert saved.version == 3


def test_the_first_filing_of_two_who_write_it_at_once_is_not_overwritten(world: World) -> None:
    first, second = world.actor(world.agency_manager), _second(world)
    client = world.client(world.agency_manager)
    assert 'name="version" value="0"' in client.get("/agency/filing/edit/").content.decode()
    filing_save(actor=second, version=0, **BASICS)

    sent = {**BASICS, "address": "别处 1 号", "version": "0"}
    answer = client.post("/agency/filing/edit/", sent)

    assert answer.status_code == 422
    assert "others-changed" in answer.content.decode()
    with acting_as(first):
        assert AgencyFiling.objects.get().address == BASICS["address"]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_begin_the_filing_at_the_same_moment_one_is_told() -> None:
    world = build_world()
    first, second = world.actor(world.agency_manager), _second(world)

    came = at_once([first, second], lambda actor: filing_save(actor=actor, **BASICS))

    assert all(isinstance(one, AgencyFiling | Conflict) for one in came), came
    with acting_as(first):
        assert AgencyFiling.objects.count() == 1
