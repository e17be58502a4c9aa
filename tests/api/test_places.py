"""Sources, outlets and points over the JSON API."""

from typing import Any

import pytest
from django.test import Client

from tests.support.world import World
from yunjian.kernel.clock import today
from yunjian.sources.models import PollutionSource

pytestmark = pytest.mark.reads_all_rows

API = "/api/v1"


@pytest.fixture
def owner(world: World) -> Client:
    return world.client(world.discharger_owner)


def send(client: Client, method: str, path: str, body: dict[str, Any]) -> Any:
    return getattr(client, method)(f"{API}{path}", body, content_type="application/json")


def new_source(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "name": "浦江试验纸业二厂",
        "district": world.district.pk,
        "industry_code": "222",
        "address": "试验路 2 号",
        "longitude": 121.61,
        "latitude": 31.21,
    } | changes


def test_sources_are_listed_filtered_and_read(world: World, owner: Client) -> None:
    (row,) = owner.get(f"{API}/sources", {"industry": "造纸"}).json()["items"]
    assert (row["code"], row["state"]) == ("310115000001", "active")
    assert row["credit_code"] == world.discharger.uscc
    assert owner.get(f"{API}/sources", {"state": "closed"}).json() == {"items": [], "next": None}
    read = owner.get(f"{API}/sources/{row['id']}").json()
    assert read["name"] == world.source.name
    assert read["typed"] == {"longitude": 121.6, "latitude": 31.2}


def test_others_see_and_change_nothing(world: World) -> None:
    neighbour = world.client(world.other_discharger_owner)
    path = f"/sources/{world.source.pk}"
    assert neighbour.get(f"{API}{path}").status_code == 404
    change = {"reason": "x", "version": 1, "address": "别处"}
    assert send(neighbour, "patch", path, change).status_code == 404
    agency = world.client(world.agency_manager)
    assert agency.get(f"{API}/sources").status_code == 403
    assert agency.get(f"{API}{path}").status_code == 403
    assert Client().get(f"{API}/sources").status_code == 401


def test_a_source_is_entered_changed_and_closed(world: World, owner: Client) -> None:
    made = send(owner, "post", "/sources", new_source(world))
    assert made.status_code == 201
    path = f"/sources/{made.json()['id']}"
    change = {"reason": "更正", "version": 1, "address": "试验路 3 号"}
    assert send(owner, "patch", path, change).json()["version"] == 2
    stale = send(owner, "patch", path, change)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    closed = send(owner, "post", f"{path}/close", {"on": today().isoformat(), "reason": "搬迁"})
    assert closed.json()["state"] == "closed"
    assert send(owner, "post", f"{path}/reopen", {"reason": "恢复"}).json()["state"] == "active"


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"name": None, "address": None}, ["name"]),
        ({"district": "999999"}, ["district"]),
        ({"longitude": 1e300, "datum": "gcj02"}, ["longitude"]),
        ({"longitude": 12, "latitude": 99, "datum": "bd09"}, ["longitude", "latitude"]),
        ({"permit_number": "x"}, ["permit_number"]),
        ({"longitude": None}, ["longitude"]),
        ({"latitude": None}, ["latitude"]),
        ({"datum": "mars"}, ["datum"]),
    ],
)
def test_what_cannot_be_is_named(
    world: World, owner: Client, changes: dict[str, Any], paths: list[str]
) -> None:
    refused = send(owner, "post", "/sources", new_source(world, **changes))
    assert refused.status_code == 422
    assert [error["path"] for error in refused.json()["errors"]] == paths
    assert PollutionSource.unscoped().count() == 1


def test_what_is_missing_is_named_all_at_once(world: World, owner: Client) -> None:
    refused = send(owner, "post", "/sources", {"name": "x"})
    assert {error["path"] for error in refused.json()["errors"]} == {
        "district",
        "industry_code",
        "address",
        "longitude",
        "latitude",
    }


def test_the_code_and_the_owner_stay(world: World, owner: Client) -> None:
    change = {"reason": "x", "version": 1, "code": "310115999999"}
    refused = send(owner, "patch", f"/sources/{world.source.pk}", change)
    assert refused.json()["errors"][0]["path"] == "code"


def test_the_authority_names_the_discharger(world: World) -> None:
    reviewer = world.client(world.reviewer)
    unnamed = send(reviewer, "post", "/sources", new_source(world))
    assert unnamed.json()["errors"][0]["path"] == "organization"
    named = new_source(world, organization=world.discharger.uscc)
    assert send(reviewer, "post", "/sources", named).status_code == 201


def test_a_source_shows_its_own_outlets_and_points(world: World, owner: Client) -> None:
    other = send(owner, "post", "/sources", new_source(world)).json()["id"]
    outlet = {"code": "DW001", "kind": "wastewater", "name": "二厂排口"}
    assert send(owner, "post", f"/sources/{other}/outlets", outlet).status_code == 201

    def shown(source: Any) -> list[tuple[str, list[str]]]:
        rows = owner.get(f"{API}/sources/{source}/outlets").json()["items"]
        return [(row["code"], [point["name"] for point in row["points"]]) for row in rows]

    assert shown(other) == [("DW001", [])]
    assert dict(shown(world.source.pk)) == {
        world.wastewater_outlet.code: [world.wastewater_point.name],
        world.flue_gas_outlet.code: [world.flue_gas_point.name],
    }


def test_outlets_points_and_limits_are_kept(world: World, owner: Client) -> None:
    outlet = send(
        owner,
        "post",
        f"/sources/{world.source.pk}/outlets",
        {"code": "DA002", "kind": "flue_gas", "name": "2# 烟囱", "height": 45},
    ).json()
    path = f"/outlets/{outlet['id']}"
    change = {"reason": "加高", "version": 1, "height": 60}
    assert send(owner, "patch", path, change).json()["height"] == 60
    limit = send(
        owner,
        "post",
        f"{path}/limits",
        {
            "parameter": "SO2",
            "upper": 50,
            "unit": "mg/m³",
            "standard": "DB31/387-2018",
            "effective_from": "2024-01-01",
        },
    )
    assert limit.status_code == 201
    ended = send(
        owner, "post", f"/limits/{limit.json()['id']}/end", {"on": "2025-01-01", "reason": "修订"}
    )
    assert ended.json()["to"] == "2025-01-01"
    assert owner.get(f"{API}{path}").json()["limits"] == [ended.json()]

    point = send(
        owner,
        "post",
        f"{path}/points",
        {
            "name": "2# CEMS",
            "mn_code": "310115FFFF00000000000A01",
            "parameters": ["SO2"],
            "sampling_method": "dilution",
            "opened_on": "2024-01-01",
        },
    ).json()
    assert point["parameters"] == [{"symbol": "SO2", "code": "a21026"}]
    described = send(
        owner,
        "patch",
        f"/points/{point['id']}",
        {
            "parameters": ["SO2", "NOx"],
            "reason": "扩项",
            "effective_on": "2025-01-01",
            "version": 1,
        },
    )
    assert described.status_code == 200
    then = owner.get(f"{API}/points/{point['id']}", {"on": "2024-06-01"}).json()
    assert then["on"]["parameters"] == ["SO2"]
    assert [row["number"] for row in then["revisions"]] == [2, 1]
    for place in (f"/points/{point['id']}", path):
        closing = {"on": today().isoformat(), "reason": "拆除"}
        assert send(owner, "post", f"{place}/close", closing).json()["state"] == "closed"
    tree = owner.get(f"{API}/sources/{world.source.pk}/outlets").json()["items"]
    assert [row["code"] for row in tree] == ["DA001", "DA002", "DW001"]
