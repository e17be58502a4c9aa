"""What papers, templates and states of instruments say: each value, by distinct values."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.template.loader import render_to_string
from django.utils.html import strip_tags

from tests.instruments.conftest import Draft
from tests.instruments.test_papers import text_of
from tests.support.world import World
from yunjian.access.actor import Actor, acting_as, system_actor
from yunjian.evidence.models import Event
from yunjian.instruments.models import Instrument, InstrumentRevision, ParameterChange
from yunjian.instruments.selectors import InstrumentRow, parameter_changes_of
from yunjian.instruments.services import revision_approve, revision_submit
from yunjian.kernel.clock import now, today
from yunjian.kernel.errors import InvalidState
from yunjian.sources.models import MonitoringPoint, Outlet, PollutionSource
from yunjian.sources.services import point_close

pytestmark = pytest.mark.reads_all_rows


def test_the_paper_names_the_event_that_came_last(
    world: World, owner: Actor, reviewer: Actor, draft: Draft
) -> None:
    revision = revision_submit(actor=owner, revision=draft())
    submitted = Event.unscoped().get(verb="instrument_filing.submitted")
    address = f"/source/filings/{revision.pk}/paper/"
    client = world.client(world.discharger_owner)
    assert submitted.digest in text_of(client.get(address).content)

    with acting_as(reviewer):
        revision_approve(actor=reviewer, revision=revision, note="资料齐全")

    approved = Event.unscoped().get(verb="instrument_filing.approved")
    text = text_of(client.get(address).content)
    assert approved.digest in text
    assert submitted.digest not in text


def second_source(world: World) -> MonitoringPoint:
    """Another source of the same discharger, with a point."""
    with acting_as(system_actor("test")):
        source = PollutionSource.objects.get(pk=world.source.pk)
        source.pk, source.code, source.name = None, "310115000009", "二厂"
        source._state.adding = True
        source.save()
        outlet = Outlet.unscoped().create(
            source=source, code="DW009", name="二厂排口", kind="wastewater"
        )
        point = MonitoringPoint.unscoped().get(pk=world.wastewater_point.pk)
        point.pk, point.outlet, point.mn_code = None, outlet, "31011500000909"
        point._state.adding = True
        point.save()
    return point


@pytest.mark.parametrize(
    "address", ["/source/sources/{}/import-template/", "/api/v1/sources/{}/filing-template"]
)
def test_the_template_of_a_source_offers_its_own_points_only(world: World, address: str) -> None:
    other = second_source(world)
    client = world.client(world.discharger_owner)

    answer: Any = client.get(address.format(world.source.pk))

    content = b"".join(answer.streaming_content)
    with ZipFile(BytesIO(content)) as archive:
        text = "".join(
            archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")
        )
    assert world.wastewater_point.mn_code in text
    assert world.flue_gas_point.mn_code in text
    assert other.mn_code not in text


def shown_state(**row: Any) -> str:
    record = InstrumentRow(**({"official": None, "pending": None} | row))
    text = strip_tags(render_to_string("instruments/parts/filing_state.html", {"record": record}))
    return re.sub(r"\s+", " ", text).strip()


def test_each_state_of_an_instrument_is_shown_in_its_word() -> None:
    standing = Instrument(period=DateRange(today(), None))
    never = Instrument(period=None)
    gone = Instrument(period=DateRange(today() - timedelta(days=9), today()))
    official = InstrumentRevision(state="official")

    assert shown_state(instrument=standing, official=official) == "已备案"
    assert shown_state(instrument=standing, official=official, is_stopped=True) == "停运"
    assert shown_state(instrument=gone, official=official) == f"已停用{today()}"
    assert shown_state(instrument=never, pending=InstrumentRevision(state="draft")) == "草稿"
    changing = shown_state(
        instrument=standing, official=official, pending=InstrumentRevision(state="submitted")
    )
    assert changing == "已备案 待审核 变更"


def test_a_point_that_is_closed_names_the_first_five_instruments_in_use(
    world: World, owner: Actor
) -> None:
    point = world.wastewater_point
    for slot in ("NH3-N", "TN", "TP", "flow", "pH"):
        Instrument.objects.create(
            point=point,
            organization=world.discharger,
            kind="analyzer",
            slot=slot,
            period=DateRange(today() - timedelta(days=9), None),
        )

    with pytest.raises(InvalidState) as refused:
        point_close(actor=owner, point=point, on=today(), reason="停产")

    assert refused.value.message == "请先停用该测点的仪器：CODCr、NH3-N、TN、TP、flow"


def test_changes_of_parameters_are_shown_the_newest_first(
    world: World, owner: Actor, standing: Instrument
) -> None:
    for reason in ("第一次", "第二次", "第三次"):
        ParameterChange.objects.create(
            instrument=standing, changes={}, reason=reason, changed_at=now()
        )

    shown = [each.change.reason for each in parameter_changes_of(standing)]

    assert shown == ["第三次", "第二次", "第一次"]
