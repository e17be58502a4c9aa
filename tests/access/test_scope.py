"""Scope by default: what each party sees, and what happens beyond it."""

import pytest
from django.http import Http404

from tests.support.world import World
from yunjian.access.actor import OutsideScope, acting_as, system_actor
from yunjian.access.scope import get_visible_or_404
from yunjian.evidence.models import Event
from yunjian.sources.models import MonitoringPoint


def test_a_query_on_scoped_rows_raises_when_nobody_acts(world: World) -> None:
    with pytest.raises(OutsideScope):
        MonitoringPoint.objects.count()


def test_the_parties_see_their_points_and_nobody_else_does(world: World) -> None:
    counts = {}
    for account in (
        world.discharger_owner,
        world.agency_manager,
        world.reviewer,
        world.other_discharger_owner,
        world.other_agency_manager,
    ):
        with acting_as(world.actor(account)):
            counts[account.username] = MonitoringPoint.objects.count()
    assert counts == {"factory": 2, "agency": 2, "bureau": 2, "factory2": 0, "agency2": 0}


def test_asking_for_a_foreign_row_looks_like_nothing_and_leaves_an_event(world: World) -> None:
    actor = world.actor(world.other_discharger_owner)
    with acting_as(actor), pytest.raises(Http404):
        get_visible_or_404(MonitoringPoint, world.wastewater_point.pk)
    with acting_as(system_actor("test")):
        event = Event.objects.get(verb="access.foreign")
    assert event.chain == world.other_discharger.pk
    assert event.object_id == str(world.wastewater_point.pk)
