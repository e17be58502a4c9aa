"""What the services of the agency filing accept, refuse and leave behind."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.support.world import World
from yunjian.access.actor import acting_as, system_actor
from yunjian.agencies.models import AgencyFiling, Person, ServiceContract, Vehicle
from yunjian.agencies.services.assets import (
    equipment_create,
    equipment_retire,
    equipment_update,
    spare_part_create,
    spare_part_update,
    vehicle_create,
)
from yunjian.agencies.services.contracts import contract_create, contract_end
from yunjian.agencies.services.filing import filing_decide, filing_save, filing_submit
from yunjian.agencies.services.people import (
    certificate_add,
    person_create,
    person_leave,
    person_update,
)
from yunjian.evidence.models import Event
from yunjian.identity.models import Account
from yunjian.kernel.clock import today
from yunjian.kernel.errors import Conflict, DomainError, InvalidInput, InvalidState, NotAllowed
from yunjian.sources.models import MonitoringPoint, PointAccess

pytestmark = pytest.mark.reads_all_rows

PERSON: dict[str, Any] = {
    "name": "赵新",
    "education": "college",
    "job": "运维工程师",
    "position": "engineer",
    "phone": "13900000001",
}
BASICS: dict[str, Any] = {
    "legal_representative": "钱某",
    "registered_capital": Decimal(500),
    "project_count": 12,
    "project_amount": Decimal("860.50"),
    "address": "浦东新区试验路 2 号",
    "contact_name": "吴强",
    "contact_phone": "021-12345678",
    "scope": "水污染源、固定污染源烟气自动监控设施运维",
}


def events(verb: str) -> list[Event]:
    with acting_as(system_actor("test")):
        return list(Event.objects.filter(verb=verb))


def fields_of(error: DomainError) -> list[str]:
    return [one.path for one in error.errors]


# --- people


def test_a_new_person_is_a_draft_and_leaves_an_event_without_the_telephone_number(
    world: World,
) -> None:
    actor = world.actor(world.agency_manager)

    person = person_create(actor=actor, **PERSON)

    assert person.state == "draft"
    assert person.organization_id == world.agency.pk
    (event,) = events("person.created")
    assert event.object_id == str(person.pk)
    assert "13900000001" not in event.body


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"job": ""}, "job"),
        ({"education": "wizard"}, "education"),
        ({"position": "boss"}, "position"),
        ({"phone": "1390000"}, "phone"),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(
    world: World, wrong: dict[str, Any], field: str
) -> None:
    actor = world.actor(world.agency_manager)

    with pytest.raises(InvalidInput) as refused:
        person_create(actor=actor, **(PERSON | wrong))

    assert fields_of(refused.value) == [field]
    assert not events("person.created")


def test_all_problems_are_told_at_once(world: World) -> None:
    actor = world.actor(world.agency_manager)

    with pytest.raises(InvalidInput) as refused:
        person_create(actor=actor, **(PERSON | {"name": "", "phone": "1"}))

    assert fields_of(refused.value) == ["name", "phone"]


def test_an_account_belongs_to_one_person_only(world: World) -> None:
    actor = world.actor(world.agency_manager)

    with pytest.raises(Conflict) as refused:
        person_create(actor=actor, **PERSON, account=world.engineer)

    assert fields_of(refused.value) == ["account"]


def test_an_account_of_another_organisation_is_refused(world: World) -> None:
    actor = world.actor(world.agency_manager)

    with pytest.raises(InvalidInput) as refused:
        person_create(actor=actor, **PERSON, account=world.discharger_owner)

    assert fields_of(refused.value) == ["account"]


def test_changing_a_filed_person_puts_it_back_to_draft(world: World) -> None:
    actor = world.actor(world.agency_manager)

    person = person_update(actor=actor, row=world.engineer_person, **PERSON, account=world.engineer)

    assert person.state == "draft"
    (event,) = events("person.changed")
    assert '"phone"' in event.body


def test_a_person_cannot_leave_before_joining_nor_twice(world: World) -> None:
    actor = world.actor(world.agency_manager)
    person = person_create(actor=actor, **PERSON, joined_on=today())

    with pytest.raises(InvalidInput):
        person_leave(actor=actor, person=person, left_on=today() - timedelta(days=1))
    person_leave(actor=actor, person=person, left_on=today())

    with pytest.raises(InvalidState):
        person_leave(actor=actor, person=person, left_on=today())


def _accounts(world: World) -> list[Account]:
    return [
        world.engineer,
        world.discharger_owner,
        world.reviewer,
        world.other_agency_manager,
    ]


@pytest.mark.parametrize("who", range(4), ids=["engineer", "discharger", "authority", "other"])
def test_only_owners_and_managers_of_the_agency_change_its_people(world: World, who: int) -> None:
    actor = world.actor(_accounts(world)[who])

    with pytest.raises(NotAllowed):
        person_update(actor=actor, row=world.engineer_person, **PERSON)


# --- certificates


def test_a_certificate_number_enters_once_per_holder(world: World) -> None:
    actor = world.actor(world.agency_manager)
    certificate: dict[str, Any] = {
        "category": "水污染源",
        "number": "CERT-1",
        "issuer": "试验协会",
        "valid_from": today(),
        "valid_until": today() + timedelta(days=365),
    }
    with acting_as(actor):
        certificate_add(actor=actor, holder=world.engineer_person, **certificate)

        with pytest.raises(InvalidInput) as refused:
            certificate_add(actor=actor, holder=world.engineer_person, **certificate)
        certificate_add(actor=actor, holder=world.equipment, **certificate)

    assert fields_of(refused.value) == ["number"]


def test_a_certificate_that_ends_before_it_begins_is_refused(world: World) -> None:
    actor = world.actor(world.agency_manager)

    with pytest.raises(InvalidInput) as refused:
        certificate_add(
            actor=actor,
            holder=world.equipment,
            category="校准证书",
            number="C-1",
            issuer="试验计量院",
            valid_from=today(),
            valid_until=today() - timedelta(days=1),
        )

    assert fields_of(refused.value) == ["valid_until"]


# --- devices, vehicles, parts


def test_an_asset_number_is_given_once_in_an_agency(world: World) -> None:
    actor = world.actor(world.agency_manager)

    with pytest.raises(Conflict) as refused:
        equipment_create(actor=actor, asset_number="SB-001", serial_number="X", name="流量计")

    assert fields_of(refused.value) == ["asset_number"]
    other = world.actor(world.other_agency_manager)
    equipment_create(actor=other, asset_number="SB-001", serial_number="X", name="流量计")


def test_a_retired_device_cannot_be_changed(world: World) -> None:
    actor = world.actor(world.agency_manager)
    equipment_retire(actor=actor, equipment=world.equipment, reason="报废")

    with pytest.raises(InvalidState):
        equipment_update(
            actor=actor,
            row=world.equipment,
            asset_number="SB-009",
            serial_number="X",
            name="流量计",
        )


@pytest.mark.parametrize("plate", ["沪A12345", "沪AD12345", "沪B1234挂"])
def test_number_plates_of_cars_and_new_energy_cars_are_accepted(world: World, plate: str) -> None:
    if plate == "沪A12345":
        with acting_as(system_actor("test")):
            Vehicle.objects.all().delete()
    vehicle = vehicle_create(actor=world.actor(world.agency_manager), plate=plate)
    assert vehicle.plate == plate


@pytest.mark.parametrize("plate", ["", "A12345", "沪A1234", "沪I12345", "沪AO2345", "沪A1234567"])
def test_what_is_no_number_plate_is_refused(world: World, plate: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        vehicle_create(actor=world.actor(world.agency_manager), plate=plate)
    assert fields_of(refused.value) == ["plate"]


def test_a_plate_registered_twice_is_a_conflict_at_the_plate(world: World) -> None:
    with pytest.raises(Conflict) as refused:
        vehicle_create(actor=world.actor(world.agency_manager), plate="沪A12345")
    assert fields_of(refused.value) == ["plate"]


def test_a_leased_vehicle_needs_a_running_lease(world: World) -> None:
    actor = world.actor(world.agency_manager)
    for lease_until in (None, today() - timedelta(days=1)):
        with pytest.raises(InvalidInput) as refused:
            vehicle_create(
                actor=actor, plate="沪B88888", ownership="leased", lease_until=lease_until
            )
        assert fields_of(refused.value) == ["lease_until"]
    vehicle_create(actor=actor, plate="沪B88888", ownership="leased", lease_until=today())


def test_a_spare_part_cannot_be_fewer_than_none(world: World) -> None:
    actor = world.actor(world.agency_manager)
    with pytest.raises(InvalidInput) as refused:
        spare_part_create(
            actor=actor, name="蠕动泵管", location="一号库", quantity=-1, amount=Decimal(-5)
        )
    assert fields_of(refused.value) == ["quantity", "amount"]
    part = spare_part_create(actor=actor, name="蠕动泵管", location="一号库", quantity=3)
    changed = spare_part_update(
        actor=actor, row=part, name="蠕动泵管", location="二号库", quantity=2
    )
    assert (changed.location, changed.quantity) == ("二号库", 2)


# --- filing


def test_a_filing_goes_from_draft_over_review_to_filed_with_its_people(world: World) -> None:
    manager, reviewer = world.actor(world.agency_manager), world.actor(world.reviewer)
    person = person_create(actor=manager, **PERSON)
    filing = filing_save(actor=manager, **BASICS)
    filing_submit(actor=manager, filing=filing)

    with pytest.raises(InvalidState):
        filing_save(actor=manager, **BASICS)
    filing = filing_decide(actor=reviewer, filing=filing, approve=True)

    assert filing.state == "filed"
    assert filing.filed_on == today()
    assert filing.filing_number.startswith("YW-")
    with acting_as(reviewer):
        assert Person.objects.get(pk=person.pk).state == "filed"


def test_a_returned_filing_says_why_and_can_be_changed(world: World) -> None:
    manager, reviewer = world.actor(world.agency_manager), world.actor(world.reviewer)
    filing = filing_save(actor=manager, **BASICS)
    filing_submit(actor=manager, filing=filing)

    with pytest.raises(InvalidInput):
        filing_decide(actor=reviewer, filing=filing, approve=False)
    filing_decide(actor=reviewer, filing=filing, approve=False, note="地址不全")
    filing = filing_save(actor=manager, **(BASICS | {"address": "新址 1 号"}))

    assert (filing.state, filing.decision_note) == ("returned", "地址不全")


def test_a_new_filing_replaces_the_filed_one_and_keeps_its_number(world: World) -> None:
    manager, reviewer = world.actor(world.agency_manager), world.actor(world.reviewer)
    for _ in range(2):
        filing = filing_save(actor=manager, **BASICS)
        filing_submit(actor=manager, filing=filing)
        filing_decide(actor=reviewer, filing=filing, approve=True)

    with acting_as(manager):
        rows = list(AgencyFiling.objects.values_list("state", "filing_number"))
    assert sorted(state for state, _ in rows) == ["filed", "withdrawn"]
    assert len({number for _, number in rows}) == 1


# --- contracts


def _contract(world: World, **changes: Any) -> ServiceContract:
    values: dict[str, Any] = {
        "actor": world.actor(world.other_agency_manager),
        "agency": world.other_agency,
        "discharger": world.discharger,
        "number": "HT-9",
        "points": [world.flue_gas_point],
        "starts_on": today(),
        "ends_on": today() + timedelta(days=100),
    }
    return contract_create(**(values | changes))


def test_a_contract_lets_the_agency_see_the_points_and_both_parties_know(world: World) -> None:
    actor = world.actor(world.other_agency_manager)

    _contract(world)

    with acting_as(actor):
        assert list(MonitoringPoint.objects.all()) == [world.flue_gas_point]
    chains = {event.chain for event in events("contract.created")}
    assert chains == {world.other_agency.pk, world.discharger.pk}


def test_a_second_contract_over_the_same_days_is_a_conflict_at_the_points(world: World) -> None:
    _contract(world)
    with pytest.raises(Conflict) as refused:
        _contract(world, number="HT-10")
    assert fields_of(refused.value) == ["points"]


def test_a_contract_may_follow_another_one_without_a_gap(world: World) -> None:
    first = _contract(world)
    _contract(
        world,
        number="HT-10",
        starts_on=first.period.upper,
        ends_on=first.period.upper + timedelta(days=1),
    )


def test_a_contract_number_is_given_once_in_an_agency(world: World) -> None:
    _contract(world)
    with pytest.raises(Conflict) as refused:
        _contract(world, points=[world.wastewater_point])
    assert fields_of(refused.value) == ["number"]


def test_a_contract_covers_points_of_the_other_party_only(world: World) -> None:
    with pytest.raises(InvalidInput) as refused:
        _contract(world, discharger=world.other_discharger)
    assert fields_of(refused.value) == ["points"]


def test_a_contract_ends_after_it_begins(world: World) -> None:
    with pytest.raises(InvalidInput) as refused:
        _contract(world, ends_on=today())
    assert fields_of(refused.value) == ["ends_on"]


def test_ending_a_contract_early_ends_the_access_too(world: World) -> None:
    contract = _contract(world)
    actor = world.actor(world.other_agency_manager)
    on = today() + timedelta(days=10)

    contract_end(actor=actor, contract=contract, ends_on=on, reason="双方协商")

    access = PointAccess.unscoped().get(organization=world.other_agency)
    assert access.period.upper == on
    with pytest.raises(InvalidState):
        contract_end(actor=actor, contract=contract, ends_on=on, reason="再次")


def test_an_agency_cannot_enter_a_contract_of_another_one(world: World) -> None:
    with pytest.raises(NotAllowed):
        _contract(world, actor=world.actor(world.agency_manager))
