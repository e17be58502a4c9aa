"""The review of agency filings, page by page."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from tests.support.world import World, account_with
from yunjian.access.actor import acting_as
from yunjian.agencies.models import AgencyFiling
from yunjian.agencies.services.filing import filing_save, filing_submit

pytestmark = pytest.mark.reads_all_rows

QUEUE = "/supervision/agency-filings/"
BASICS: dict[str, Any] = {
    "legal_representative": "钱立",
    "registered_capital": Decimal("500.00"),
    "address": "上海市闵行区测试路 1 号",
    "contact_name": "孙宁",
    "contact_phone": "021-55550100",
    "scope": "废水、废气自动监测设备运维",
}


@pytest.fixture
def filing(world: World) -> AgencyFiling:
    actor = world.actor(world.agency_manager)
    with acting_as(actor):
        return filing_submit(actor=actor, filing=filing_save(actor=actor, **BASICS))


@pytest.fixture
def client(world: World) -> Client:
    return world.client(world.reviewer)


def state(filing: AgencyFiling) -> str:
    return AgencyFiling.unscoped().get(pk=filing.pk).state


def test_what_was_handed_in_is_listed_and_shown_whole(
    world: World, client: Client, filing: AgencyFiling
) -> None:
    assert world.agency.name in client.get(QUEUE).content.decode()
    page = client.get(f"{QUEUE}{filing.pk}/").content.decode()
    assert "钱立" in page
    assert world.engineer_person.name in page
    assert 'data-testid="filing-approve"' in page


def test_the_query_row_narrows_the_list(client: Client, filing: AgencyFiling) -> None:
    row = 'data-testid="agency-filing-row"'
    assert row in client.get(f"{QUEUE}?state=submitted").content.decode()
    assert row not in client.get(f"{QUEUE}?state=filed").content.decode()
    assert client.get(f"{QUEUE}?format=xlsx").status_code == 200


def test_only_who_may_decide_is_offered_to_and_only_while_it_waits(
    world: World, client: Client, filing: AgencyFiling
) -> None:
    inspector = account_with(world.authority, "inspector", "inspector")
    assert "filing-approve" not in world.client(inspector).get(f"{QUEUE}{filing.pk}/").text
    client.post(f"{QUEUE}{filing.pk}/approve/")
    assert "filing-approve" not in client.get(f"{QUEUE}{filing.pk}/").text


def test_approval_makes_it_official_once(client: Client, filing: AgencyFiling) -> None:
    assert client.post(f"{QUEUE}{filing.pk}/approve/").status_code == 302
    assert state(filing) == "filed"
    assert client.post(f"{QUEUE}{filing.pk}/approve/").status_code == 409


def test_a_return_needs_its_reason(client: Client, filing: AgencyFiling) -> None:
    address = f"{QUEUE}{filing.pk}/return/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"reason": ""}).status_code == 422
    assert state(filing) == "submitted"
    assert client.post(address, {"reason": "请补充人员证书"}).status_code == 302
    assert state(filing) == "returned"


def test_a_draft_is_not_shown(world: World, client: Client) -> None:
    actor = world.actor(world.agency_manager)
    with acting_as(actor):
        draft = filing_save(actor=actor, **BASICS)
    assert client.get(f"{QUEUE}{draft.pk}/").status_code == 404


def test_only_authorities_enter(world: World, filing: AgencyFiling) -> None:
    assert world.client(world.agency_manager).get(QUEUE).status_code == 403
    assert Client().get(QUEUE).status_code == 302
