"""Filings on paper and reminders: 备案表, labels, certificates that expire."""

from datetime import timedelta
from io import BytesIO

from pypdf import PdfReader

from tests.support.world import World
from yunjian.access.actor import Actor, acting_as, system_actor
from yunjian.evidence.models import Event
from yunjian.instruments.jobs import remind_certificates
from yunjian.instruments.models import Instrument, InstrumentRevision, ReminderRun
from yunjian.kernel.clock import at, now, today
from yunjian.messaging.models import Notification


def text_of(content: bytes) -> str:
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    return "".join(text.split())


def test_the_paper_of_a_filing_says_what_is_on_file(world: World, standing: Instrument) -> None:
    revision = InstrumentRevision.objects.get(instrument=standing, state="official")
    client = world.client(world.discharger_owner)
    answer = client.get(f"/source/filings/{revision.pk}/paper/")
    assert answer["Content-Type"] == "application/pdf"
    text = text_of(answer.content)
    for part in ("污染源自动监控仪器备案表", "浦江试验纸业", "SN-CODCr", "31011500000101"):
        assert part in text
    assert answer.content == client.get(f"/source/filings/{revision.pk}/paper/").content
    neighbour = world.client(world.other_discharger_owner)
    assert neighbour.get(f"/source/filings/{revision.pk}/paper/").status_code == 404


def test_labels_are_printed_for_what_is_on_file(world: World, standing: Instrument) -> None:
    client = world.client(world.discharger_owner)
    assert client.post("/source/instruments/labels/", {}).status_code == 422
    answer = client.post("/source/instruments/labels/", {"instrument": [str(standing.pk)]})
    text = text_of(answer.content)
    assert "SN-CODCr" in text
    assert "MN31011500000101" in text
    with acting_as(system_actor("test")):
        assert Event.objects.filter(verb="instrument.labels_printed").count() == 1


def reminded() -> list[str]:
    rows = Notification.unscoped().filter(kind="instrument.certificate_expires").order_by("id")
    return [row.body.partition("还有 ")[2].partition(" 天")[0] for row in rows]


def test_an_expiring_certificate_is_told_60_30_and_7_days_before_once_each(
    world: World, standing: Instrument, owner: Actor
) -> None:
    until = today() + timedelta(days=61)
    InstrumentRevision.unscoped().filter(instrument=standing).update(certificate_valid_until=until)
    start = now()
    for day in range(70):
        with at(start + timedelta(days=day)):
            remind_certificates(timestamp=0)
            remind_certificates(timestamp=0)
    assert reminded() == ["60", "30", "7"]
    assert ReminderRun.objects.count() == 140
    assert sum(ReminderRun.objects.values_list("sent", flat=True)) == 3


def test_after_days_without_a_run_only_the_nearest_threshold_is_told(
    world: World, standing: Instrument
) -> None:
    until = today() + timedelta(days=5)
    InstrumentRevision.unscoped().filter(instrument=standing).update(certificate_valid_until=until)
    remind_certificates(timestamp=0)
    assert reminded() == ["5"]
