"""备案表, labels and imports through the JSON API."""

from io import BytesIO

import pytest
from django.test import Client
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from tests.instruments.test_imports import book
from tests.support.filing_values import analyzer_values
from tests.support.world import World
from yunjian.access.actor import acting_as, system_actor
from yunjian.instruments.models import Instrument, InstrumentRevision

pytestmark = pytest.mark.reads_all_rows

JSON = "application/json"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def owner(world: World) -> Client:
    return world.client(world.discharger_owner)


def send(client: Client, world: World, content: bytes) -> dict[str, object]:
    path = f"/api/v1/sources/{world.source.pk}/filing-imports?filename=a.xlsx"
    answer = client.post(path, content, XLSX)
    assert answer.status_code == 201, answer.content.decode()
    facts: dict[str, object] = answer.json()
    return facts


def revisions() -> int:
    with acting_as(system_actor("test")):
        return InstrumentRevision.objects.count()


def test_a_workbook_is_tried_written_and_taken_back(world: World, owner: Client) -> None:
    before = revisions()
    batch = send(owner, world, book([analyzer_values("NH3-N")]))
    path = f"/api/v1/filing-imports/{batch['id']}"
    assert (batch["state"], batch["rows"], batch["problems"]) == ("checked", 1, [])
    assert revisions() == before

    assert owner.post(f"{path}/apply", {"submit": False}, JSON).json()["state"] == "applied"
    assert revisions() == before + 1
    assert owner.post(f"{path}/undo").json()["state"] == "undone"
    assert revisions() == before
    again = owner.post(f"{path}/undo")
    assert (again.status_code, owner.get(path).json()["state"]) == (409, "undone")


def test_a_wrong_row_is_named_and_keeps_all_out(world: World, owner: Client) -> None:
    before = revisions()
    batch = send(owner, world, book([analyzer_values("NH3-N", unit="ppm")]))
    assert batch["problems"]
    refused = owner.post(f"/api/v1/filing-imports/{batch['id']}/apply", {}, JSON)
    assert refused.status_code in {409, 422}
    assert revisions() == before


def test_what_is_no_workbook_is_refused_in_words(world: World, owner: Client) -> None:
    path = f"/api/v1/sources/{world.source.pk}/filing-imports"
    answer = owner.post(path, b"no workbook", XLSX)
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "file")


def test_others_find_neither_the_source_nor_the_import(world: World, owner: Client) -> None:
    batch = send(owner, world, book([analyzer_values("NH3-N")]))
    neighbour = world.client(world.other_discharger_owner)
    assert neighbour.get(f"/api/v1/filing-imports/{batch['id']}").status_code == 404
    path = f"/api/v1/sources/{world.source.pk}"
    assert neighbour.get(f"{path}/filing-template").status_code == 404
    assert neighbour.post(f"{path}/filing-imports", b"x", XLSX).status_code == 404


def test_the_template_names_the_points_of_the_source(world: World, owner: Client) -> None:
    answer = owner.get(f"/api/v1/sources/{world.source.pk}/filing-template")
    workbook = CalamineWorkbook.from_filelike(BytesIO(b"".join(answer)))
    cells = {
        str(cell)
        for name in workbook.sheet_names
        for row in workbook.get_sheet_by_name(name).to_python()
        for cell in row
    }
    assert any(cell.startswith(world.wastewater_point.mn_code) for cell in cells)


def test_paper_and_labels_are_pdf(world: World, owner: Client) -> None:
    with acting_as(system_actor("test")):
        revision = InstrumentRevision.objects.filter(state="official").first()
        instruments = [str(one.pk) for one in Instrument.objects.all()]
    assert revision is not None
    paper = owner.get(f"/api/v1/filings/{revision.pk}/paper")
    assert revision.serial_number in PdfReader(BytesIO(paper.content)).pages[0].extract_text()
    labels = owner.post("/api/v1/instruments/labels", {"instruments": instruments}, JSON)
    assert labels.content.startswith(b"%PDF")
    neighbour = world.client(world.other_discharger_owner)
    assert neighbour.get(f"/api/v1/filings/{revision.pk}/paper").status_code == 404
