"""Filings through the JSON API: the same services, the same refusals."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.support.filing_values import analyzer_values
from tests.support.world import World
from yunjian.access.actor import acting_as, system_actor
from yunjian.instruments.models import Instrument, InstrumentRevision
from yunjian.kernel.clock import today

pytestmark = pytest.mark.reads_all_rows

JSON = "application/json"


@pytest.fixture
def owner(world: World) -> Client:
    return world.client(world.discharger_owner)


@pytest.fixture
def reviewer(world: World) -> Client:
    return world.client(world.reviewer)


def body_of(values: dict[str, Any]) -> dict[str, Any]:
    return {
        path: value if isinstance(value, dict) else str(value) for path, value in values.items()
    }


def create(client: Client, world: World, **changes: Any) -> Any:
    body = {"kind": "analyzer", "values": body_of(analyzer_values("NH3-N", **changes))}
    return client.post(f"/api/v1/points/{world.wastewater_point.pk}/filings", body, JSON)


def test_a_filing_goes_its_whole_way(world: World, owner: Client, reviewer: Client) -> None:
    made = create(owner, world)
    assert made.status_code == 201
    path = f"/api/v1/filings/{made.json()['id']}"
    assert reviewer.get(path).status_code == 404

    edited = owner.patch(path, {"values": {"model": "YJ-300"}, "edition": 1}, JSON)
    assert (edited.json()["values"]["model"], edited.json()["edition"]) == ("YJ-300", 2)
    stale = owner.patch(path, {"values": {"model": "YJ-400"}, "edition": 1}, JSON)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")

    assert owner.post(f"{path}/submit").json()["state"] == "submitted"
    assert owner.post(f"{path}/withdraw").json()["state"] == "draft"
    owner.post(f"{path}/submit")
    assert owner.post(f"{path}/approve", {}, JSON).status_code == 403
    remarks = {"remarks": {"model": "与铭牌不符"}}
    returned = reviewer.post(f"{path}/return", remarks, JSON).json()
    assert (returned["state"], returned["remarks"]) == ("returned", {"model": "与铭牌不符"})

    again = owner.patch(path, {"values": {"model": "YJ-500"}, "edition": 2}, JSON).json()
    assert again["number"] == 2
    path = f"/api/v1/filings/{again['id']}"
    owner.post(f"{path}/submit")
    assert reviewer.post(f"{path}/approve", {"note": "齐全"}, JSON).json()["state"] == "official"
    shown = owner.get(f"/api/v1/instruments/{again['instrument']}").json()
    assert (shown["model"], shown["point"]["mn_code"]) == ("YJ-500", "31011500000101")


def test_refusals_have_the_shape_of_the_house(world: World, owner: Client) -> None:
    refused = create(owner, world, unit="ppm", range_lower="900")
    body = refused.json()
    assert refused.status_code == 422
    assert {error["path"] for error in body["errors"]} == {"unit", "range_upper"}
    assert all(error["message"] for error in body["errors"])


def test_lists_are_paged_by_cursor(world: World, owner: Client) -> None:
    for number in range(25):
        assert create(owner, world, serial_number=f"SN-{number}").status_code == 201
    first = owner.get("/api/v1/filings?state=draft").json()
    rest = owner.get(f"/api/v1/filings?state=draft&cursor={first['next']}").json()
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (20, 5, None)
    keys = {row["id"] for row in [*first["items"], *rest["items"]]}
    assert len(keys) == 25
    assert owner.get("/api/v1/filings?state=lost").status_code == 422


def test_a_draft_is_thrown_away_and_others_rows_are_not_there(world: World, owner: Client) -> None:
    identifier = create(owner, world).json()["id"]
    neighbour = world.client(world.other_discharger_owner)
    for method in (neighbour.get, neighbour.delete):
        assert method(f"/api/v1/filings/{identifier}").status_code == 404
    assert create(neighbour, world).status_code == 404
    assert owner.delete(f"/api/v1/filings/{identifier}").status_code == 204
    assert owner.get(f"/api/v1/filings/{identifier}").status_code == 404


def test_an_instrument_is_replaced_and_its_label_opens_it(world: World, owner: Client) -> None:
    with acting_as(system_actor("test")):
        standing = Instrument.objects.get(point=world.wastewater_point)
    body = {"values": {"serial_number": "SN-2", "change_reason": "老化"}}
    made = owner.post(f"/api/v1/instruments/{standing.pk}/replacement", body, JSON)
    assert made.status_code == 201
    revision = InstrumentRevision.unscoped().select_related("instrument").get(pk=made.json()["id"])
    assert (revision.instrument.origin, revision.instrument.predecessor_id) == (
        "replacement",
        standing.pk,
    )
    engineer = world.client(world.engineer)
    assert engineer.get(f"/api/v1/instruments/{standing.pk}").json()["serial"] == "SN-CODCr"
    stranger = world.client(world.other_agency_manager)
    assert stranger.get(f"/api/v1/instruments/{standing.pk}").status_code == 404
    assert Client().get(f"/api/v1/instruments/{standing.pk}").status_code == 401


def test_an_instrument_is_stopped_resumed_and_retired(world: World, owner: Client) -> None:
    with acting_as(system_actor("test")):
        standing = Instrument.objects.get(point=world.wastewater_point)
    path = f"/api/v1/instruments/{standing.pk}"
    days = [str(today() - timedelta(days=number)) for number in (9, 5, 1)]
    for act, day in zip(("stop", "resume", "retire"), days, strict=True):
        answer = owner.post(f"{path}/{act}", {"on": day, "reason": "检修"}, JSON)
        assert answer.status_code == 200, act
    assert answer.json()["in_use_until"] == days[2]
    again = owner.post(f"{path}/stop", {"on": days[2], "reason": "再停"}, JSON)
    assert (again.status_code, again.json()["code"]) == (409, "invalid_state")
    assert owner.post(f"{path}/explode", {"on": days[2], "reason": "x"}, JSON).status_code == 404


def test_follow_ups_are_listed_and_closed(world: World, owner: Client, reviewer: Client) -> None:
    with acting_as(system_actor("test")):
        standing = Instrument.objects.get(point=world.wastewater_point)
    values = body_of(analyzer_values("CODCr", serial_number="SN-2", change_reason="老化"))
    made = owner.post(f"/api/v1/instruments/{standing.pk}/replacement", {"values": values}, JSON)
    path = f"/api/v1/filings/{made.json()['id']}"
    assert owner.post(f"{path}/submit").status_code == 200
    assert reviewer.post(f"{path}/approve", {}, JSON).status_code == 200
    rows = owner.get("/api/v1/follow-ups").json()["items"]
    assert len(rows) == 4
    done = f"/api/v1/follow-ups/{rows[0]['id']}/done"
    assert owner.post(done, {"on": str(today())}, JSON).status_code == 422
    closed = owner.post(done, {"on": str(today()), "report_number": "T-1"}, JSON)
    assert closed.json()["done_on"] == str(today())
    assert len(owner.get("/api/v1/follow-ups?state=done").json()["items"]) == 1
    assert reviewer.post(done, {"on": str(today())}, JSON).status_code == 403
