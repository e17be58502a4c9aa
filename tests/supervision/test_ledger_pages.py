"""The workbench, the ledger, and a visit as every portal shows it."""

from typing import Any
from uuid import uuid4

import pytest

from tests.phone import Phone
from tests.world import World


@pytest.fixture
def visit_id(world: World, db: None) -> Any:
    """Walk a visit as far as its submission."""
    phone = Phone(world.engineer)
    task = world.task(world.flue_gas_point)
    identifier, answer = phone.sign_in(task)
    assert answer.status_code == 201, answer.content.decode()
    return identifier


@pytest.mark.parametrize(
    "path", ["", "visits/", "agencies/", "sources/", "evidence/", "visits/?state=late"]
)
def test_the_reviewer_opens_every_page(world: World, visit_id: Any, path: str) -> None:
    answer = world.client(world.reviewer).get(f"/supervision/{path}")
    assert answer.status_code == 200


def test_the_visit_is_shown_in_all_three_portals(world: World, visit_id: Any) -> None:
    for account, portal in (
        (world.reviewer, "supervision"),
        (world.agency_manager, "agency"),
        (world.discharger_owner, "source"),
    ):
        client = world.client(account)
        listed = client.get(f"/{portal}/visits/").content.decode()
        assert f"/{portal}/visits/{visit_id}/" in listed
        shown = client.get(f"/{portal}/visits/{visit_id}/").content.decode()
        assert world.flue_gas_point.name in shown


def test_another_agency_does_not_find_the_visit(world: World, visit_id: Any) -> None:
    client = world.client(world.other_agency_manager)
    assert client.get(f"/agency/visits/{visit_id}/").status_code == 404
    assert str(visit_id) not in client.get("/agency/visits/").content.decode()


def test_only_authorities_enter_the_ledger(world: World, visit_id: Any) -> None:
    assert world.client(world.agency_manager).get("/supervision/visits/").status_code == 403


def test_an_unknown_visit_is_not_found(world: World, db: None) -> None:
    answer = world.client(world.reviewer).get(f"/supervision/visits/{uuid4()}/")
    assert answer.status_code == 404


def test_verification_says_that_the_seals_hold(world: World, visit_id: Any) -> None:
    client = world.client(world.reviewer)
    assert "封存链完整" in client.get(f"/supervision/visits/{visit_id}/verify/").content.decode()
    assert "验证通过" in client.post("/supervision/evidence/verify/").content.decode()


@pytest.mark.parametrize("path", ["visits", "agencies", "sources"])
def test_lists_are_exported_as_excel(world: World, visit_id: Any, path: str) -> None:
    answer = world.client(world.reviewer).get(f"/supervision/{path}/?format=xlsx")
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert b"".join(answer).startswith(b"PK")
