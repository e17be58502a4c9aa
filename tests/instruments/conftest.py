"""Shortcuts of the filing tests."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.filing_values import analyzer_values
from tests.support.world import World
from yunjian.access.actor import Actor
from yunjian.instruments.models import Instrument, InstrumentRevision
from yunjian.instruments.services import revision_draft, revision_submit

Draft = Callable[..., InstrumentRevision]


@pytest.fixture
def draft(world: World, owner: Actor) -> Draft:
    """Makes a complete draft of a NH3-N analyser, which no instrument measures yet."""
    world.wastewater_point.parameters = ["CODCr", "NH3-N"]
    world.wastewater_point.save()

    def make(parameter: str = "NH3-N", **changes: Any) -> InstrumentRevision:
        return revision_draft(
            actor=owner,
            point=world.wastewater_point,
            kind="analyzer",
            values=analyzer_values(parameter, **changes),
        )

    return make


@pytest.fixture
def submitted(draft: Draft, owner: Actor) -> InstrumentRevision:
    """A complete filing that was handed in."""
    return revision_submit(actor=owner, revision=draft())


@pytest.fixture
def standing(world: World, owner: Actor) -> Instrument:
    """The analyser that the world has on file at the wastewater point."""
    instrument: Instrument = Instrument.objects.get(point=world.wastewater_point, slot="CODCr")
    return instrument
