"""What a change changes, and the exact event that says so."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from tests.support.world import World
from yunjian.access.actor import acting_as, system_actor
from yunjian.agencies.models import SparePart
from yunjian.agencies.services.assets import (
    equipment_retire,
    equipment_update,
    spare_part_create,
    spare_part_update,
    vehicle_update,
)
from yunjian.evidence.models import Event
from yunjian.identity.services.accounts import account_update
from yunjian.identity.services.organizations import organization_update
from yunjian.records.changes import assign, changes_of, differences, plain
from yunjian.sources.models import PollutionSource

pytestmark = pytest.mark.reads_all_rows


def payloads(verb: str) -> list[dict[str, Any]]:
    rows = Event.unscoped().filter(verb=verb).order_by("id")
    return [orjson.loads(row.body)["payload"] for row in rows]


def test_only_what_differs_is_a_change_and_a_key_stands_for_a_row(world: World) -> None:
    source = world.source
    values = {"street": "唐镇", "name": source.name, "district": world.other_district}

    assert changes_of(source, values) == {
        "street": ("张江镇", "唐镇"),
        "district": ("310115", "310112"),
    }
    assert source.street == "张江镇"

    assert set(assign(source, values)) == {"street", "district"}
    assert (source.street, source.district_id) == ("唐镇", "310112")
    assert assign(source, values) == {}


def test_a_new_row_changes_from_what_its_columns_begin_with(world: World) -> None:
    part = SparePart()
    assert assign(part, {"name": "泵管", "quantity": 0, "unit": "件"}) == {"name": ("", "泵管")}
    assert changes_of(PollutionSource(), {"district": world.district}) == {
        "district": (None, "310115")
    }


def test_two_descriptions_differ_where_either_says_something_else() -> None:
    before, after = {"a": 1, "b": 2, "gone": 3}, {"a": 1, "b": 4, "new": 5}
    assert differences(before, after) == {"b": (2, 4), "new": (None, 5), "gone": (3, None)}


@pytest.mark.parametrize(
    ("value", "carried"),
    [
        (None, None),
        (True, True),
        (3, 3),
        (Decimal("1.50"), "1.50"),
        (Decimal("1E+2"), "100"),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, 3, tzinfo=UTC), "2026-01-02T03:00:00+00:00"),
        (["a", Decimal(1)], ["a", "1"]),
        (DateRange(date(2026, 1, 2), None), ["2026-01-02", None]),
    ],
)
def test_values_are_carried_as_canonical_json_has_them(value: object, carried: object) -> None:
    assert plain(value) == carried


def test_the_events_of_an_agency_carry_before_and_after(world: World) -> None:
    actor = world.actor(world.agency_manager)
    device: dict[str, Any] = {
        "asset_number": "SB-001",
        "serial_number": "E-1001",
        "name": "便携式分析仪",
    }
    equipment_update(actor=actor, row=world.equipment, **device)
    equipment_retire(actor=actor, equipment=world.equipment, reason="报废")
    vehicle_update(actor=actor, row=world.vehicle, plate="沪A54321")
    part = spare_part_create(actor=actor, name="泵管", location="一号库", quantity=3)
    spare_part_update(
        actor=actor, row=part, name="泵管", location="二号库", quantity=3, amount=Decimal("12.50")
    )

    assert payloads("equipment.changed") == [
        {
            "version": 2,
            "changed": {
                "name": ["便携式烟气分析仪", "便携式分析仪"],
                "state": ["filed", "draft"],
            },
        }
    ]
    assert payloads("equipment.retired") == [
        {"version": 3, "reason": "报废", "changed": {"state": ["draft", "withdrawn"]}}
    ]
    assert payloads("vehicle.changed") == [
        {"version": 2, "changed": {"plate": ["沪A12345", "沪A54321"], "state": ["filed", "draft"]}}
    ]
    assert payloads("spare_part.created") == [{"name": "泵管", "quantity": 3, "version": 1}]
    assert payloads("spare_part.changed") == [
        {"version": 2, "changed": {"location": ["一号库", "二号库"], "amount": ["0.00", "12.50"]}}
    ]


def test_an_organisation_that_is_saved_unchanged_leaves_no_event(world: World) -> None:
    actor = system_actor("test")
    with acting_as(actor):
        for name in (world.agency.name, "清源环保", "清源环保"):
            organization_update(
                actor=actor, organization=world.agency, name=name, district=world.district
            )
    assert payloads("organization.updated") == [
        {"changed": {"name": ["清源试验环保技术有限公司", "清源环保"]}}
    ]


def test_the_districts_of_an_authority_are_told_before_and_after(world: World) -> None:
    actor = system_actor("test")
    with acting_as(actor):
        organization_update(
            actor=actor,
            organization=world.authority,
            name=world.authority.name,
            jurisdiction=[world.district],
        )
    assert payloads("organization.updated") == [{"changed": {"jurisdiction": [[], ["310115"]]}}]


def test_an_account_that_is_saved_unchanged_leaves_no_event(world: World) -> None:
    actor, account = world.actor(world.agency_manager), world.agency_manager
    account_update(
        actor=actor, account=account, display_name=account.display_name, phone=account.phone
    )
    assert payloads("account.updated") == []
