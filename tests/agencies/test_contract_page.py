"""The page of a contract: what may still be done with it."""

from datetime import timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from tests.support.world import World
from yunjian.access.actor import acting_as, system_actor
from yunjian.kernel.clock import today

pytestmark = pytest.mark.reads_all_rows


@pytest.mark.parametrize(("days", "offered"), [(-1, False), (0, False), (1, True)])
def test_a_contract_is_ended_early_only_before_its_end(
    world: World, days: int, *, offered: bool
) -> None:
    end = today() + timedelta(days=days)  # the first day on which it no longer holds
    with acting_as(system_actor("test")):
        world.contract.period = DateRange(today() - timedelta(days=100), end)
        world.contract.save(update_fields=["period"])

    page = world.client(world.agency_manager).get(f"/agency/contracts/{world.contract.pk}/")

    assert page.status_code == 200
    assert ("提前终止" in page.content.decode()) is offered
