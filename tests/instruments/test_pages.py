"""The source portal: what it shows, what it refuses, what it keeps of what was typed."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from tests.support.filing_values import analyzer_values, sampler_values
from tests.support.world import World
from yunjian.access.actor import Actor, acting_as, system_actor
from yunjian.evidence.models import Event
from yunjian.instruments.models import Instrument, InstrumentRevision
from yunjian.instruments.services import revision_approve, revision_return, revision_submit
from yunjian.sources.models import MonitoringPoint

pytestmark = pytest.mark.reads_all_rows

Draft = Callable[..., InstrumentRevision]
# session, account, actor, unread messages; source, chosen point; how many outlets and points,
# outlets of each kind, points and pending of each, points, instruments, under way;
# instruments of the point, versions
TREE_QUERIES = 17


def typed(values: dict[str, Any]) -> dict[str, str]:
    """Return values as a browser sends them."""
    flat = {path: value for path, value in values.items() if path != "settings"}
    flat |= {f"settings.{key}": value for key, value in values.get("settings", {}).items()}
    return {path: str(value) for path, value in flat.items()}


@pytest.fixture
def client(world: World) -> Client:
    return world.client(world.discharger_owner)


def outlets(world: World) -> str:
    return f"/source/sources/{world.source.pk}/outlets/"


def foreign_accesses() -> int:
    with acting_as(system_actor("test")):
        return Event.objects.filter(verb="access.foreign").count()


def latest() -> InstrumentRevision:
    with acting_as(system_actor("test")):
        row: InstrumentRevision = InstrumentRevision.objects.latest("id")
        return row


def test_a_foreign_id_is_answered_like_none_and_leaves_an_event(world: World, draft: Draft) -> None:
    revision = draft()
    neighbour = world.client(world.other_discharger_owner)
    point, instrument = world.wastewater_point.pk, revision.instrument_id
    foreign = [
        f"/source/sources/{world.source.pk}/",
        f"/source/sources/{world.source.pk}/edit/",
        f"/source/sources/{world.source.pk}/outlets/",
        f"/source/points/{point}/filings/new/analyzer/",
        f"/source/filings/{revision.pk}/edit/",
        f"/source/instruments/{instrument}/",
        f"/source/instruments/{instrument}/change/",
        f"/source/instruments/{instrument}/retire/",
        f"/source/instruments/{instrument}/history/",
    ]
    for number, path in enumerate(foreign, start=1):
        assert neighbour.get(path).status_code == 404, path
        assert foreign_accesses() == number, path
    for number, action in enumerate(("submit", "withdraw", "discard"), start=1):
        path = f"/source/filings/{revision.pk}/{action}/"
        assert neighbour.post(path).status_code == 404
        assert foreign_accesses() == len(foreign) + number


def test_another_partys_portal_is_closed_and_strangers_sign_in(world: World) -> None:
    assert world.client(world.agency_manager).get("/source/sources/").status_code == 403
    assert world.client(world.reviewer).get("/source/sources/").status_code == 200
    assert Client().get("/source/sources/").headers["Location"].startswith("/signin/")


def test_wastewater_points_have_samplers_and_flue_gas_points_do_not(
    world: World, client: Client
) -> None:
    water = client.get(f"{outlets(world)}?point={world.wastewater_point.pk}").content.decode()
    gas = client.get(f"{outlets(world)}?point={world.flue_gas_point.pk}").content.decode()
    assert 'data-testid="tab-samplers"' in water
    assert 'data-testid="tab-samplers"' not in gas
    assert 'data-testid="tab-analyzers"' in gas
    for page in (water, gas):
        assert f'data-testid="point-{world.wastewater_point.mn_code}"' in page
        assert f'data-testid="point-{world.flue_gas_point.mn_code}"' in page
    path = f"/source/points/{world.flue_gas_point.pk}/filings/new/sampler/"
    assert client.get(path).status_code == 404


def test_an_unknown_point_in_the_address_is_not_found(world: World, client: Client) -> None:
    assert client.get(f"{outlets(world)}?point=nonsense").status_code == 404
    assert client.get(f"{outlets(world)}?point={UUID(int=1)}").status_code == 404


@pytest.mark.parametrize(
    ("kind", "tab", "values"),
    [
        ("analyzer", "analyzers", analyzer_values("CODCr")),
        ("sampler", "samplers", sampler_values()),
    ],
)
def test_a_new_filing_is_saved_and_handed_in(
    world: World, client: Client, kind: str, tab: str, values: dict[str, Any]
) -> None:
    path = f"/source/points/{world.wastewater_point.pk}/filings/new/{kind}/"
    assert "保存草稿" in client.get(path).content.decode()
    saved = client.post(path, typed(values) | {"then": "save"})
    back = f"{outlets(world)}?point={world.wastewater_point.pk}&tab={tab}"
    assert (saved.status_code, saved.headers["Location"]) == (302, back)
    revision = latest()
    assert (revision.state, revision.instrument.kind) == ("draft", kind)

    page = client.get(back).content.decode()
    assert values["serial_number"] in page
    assert 'data-testid="filing-submit"' in page
    assert client.post(f"/source/filings/{revision.pk}/submit/").status_code == 302
    assert latest().state == "submitted"
    assert 'data-testid="filing-withdraw"' in client.get(back).content.decode()


def test_handing_in_from_the_form_is_all_or_nothing_and_keeps_what_was_typed(
    world: World, client: Client
) -> None:
    path = f"/source/points/{world.wastewater_point.pk}/filings/new/analyzer/"
    values = typed(analyzer_values("CODCr", model="很特别的型号", maker=""))
    before = latest().pk
    refused = client.post(path, values | {"then": "submit"})
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "请填写生产厂家" in page
    assert "很特别的型号" in page
    assert "1.0213" in page
    assert latest().pk == before

    wrong = client.post(path, values | {"range_upper": "两百", "then": "save"})
    assert wrong.status_code == 422
    assert "两百" in wrong.content.decode()


def test_handing_in_an_incomplete_draft_shows_the_form_with_what_is_missing(
    world: World, client: Client, draft: Draft
) -> None:
    revision = draft(certificate_number="")
    response = client.post(f"/source/filings/{revision.pk}/submit/")
    page = response.content.decode()
    assert response.status_code == 422
    assert "请填写环保产品认证" in page
    assert f'action="/source/filings/{revision.pk}/edit/"' in page
    assert latest().state == "draft"


def test_a_returned_filing_shows_why_and_is_corrected(
    client: Client, submitted: InstrumentRevision, reviewer: Actor
) -> None:
    revision_return(actor=reviewer, revision=submitted, reason="铭牌与型号不符")
    path = f"/source/filings/{submitted.pk}/edit/"
    assert "铭牌与型号不符" in client.get(path).content.decode()
    values = typed(analyzer_values("NH3-N", model="YJ-300"))
    assert client.post(path, values | {"then": "submit"}).status_code == 302
    assert (latest().number, latest().state, latest().model) == (2, "submitted", "YJ-300")


def test_an_instrument_on_file_is_changed_and_retired(
    client: Client, standing: Instrument, reviewer: Actor
) -> None:
    path = f"/source/instruments/{standing.pk}/change/"
    values = typed(analyzer_values("CODCr", range_upper="500"))
    refused = client.post(path, values | {"then": "submit"})
    assert refused.status_code == 422
    assert "请填写变更原因" in refused.content.decode()
    done = client.post(path, values | {"then": "submit", "change_reason": "更换量程"})
    assert done.status_code == 302
    with acting_as(reviewer):
        revision_approve(actor=reviewer, revision=latest(), note="")
    page = client.get(f"/source/instruments/{standing.pk}/").content.decode()
    assert "500" in page
    assert "<del>200 mg/L</del>" in page
    older = client.get(f"/source/instruments/{standing.pk}/?version=1").content.decode()
    assert "历史版本" in older

    retire = f"/source/instruments/{standing.pk}/retire/"
    assert client.post(retire, {"on": "2026-01-01", "reason": ""}).status_code == 422
    ended = latest().effective
    assert ended is not None
    assert client.get(f"/source/instruments/{standing.pk}/history/").status_code == 200


def test_withdrawing_and_discarding_from_the_row(
    client: Client, submitted: InstrumentRevision
) -> None:
    assert client.post(f"/source/filings/{submitted.pk}/discard/").status_code == 409
    assert client.post(f"/source/filings/{submitted.pk}/withdraw/").status_code == 302
    assert client.post(f"/source/filings/{submitted.pk}/withdraw/").status_code == 409
    assert client.post(f"/source/filings/{submitted.pk}/discard/").status_code == 302
    assert client.get(f"/source/filings/{submitted.pk}/edit/").status_code == 404


def test_a_draft_changes_only_by_post(client: Client, draft: Draft) -> None:
    revision = draft()
    for action in ("submit", "withdraw", "discard"):
        assert client.get(f"/source/filings/{revision.pk}/{action}/").status_code == 405


def test_the_tree_asks_the_same_few_questions_however_much_stands_there(
    world: World,
    client: Client,
    draft: Draft,
    owner: Actor,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    parameters = [f"P{number}" for number in range(12)]
    for point in (world.wastewater_point, world.flue_gas_point):
        MonitoringPoint.unscoped().filter(pk=point.pk).update(parameters=["CODCr", *parameters])
    world.wastewater_point.parameters = ["CODCr", *parameters]
    for parameter in parameters:
        revision_submit(actor=owner, revision=draft(parameter))
    client.get(outlets(world))
    with django_assert_max_num_queries(TREE_QUERIES):
        page = client.get(outlets(world)).content.decode()
    assert page.count('data-testid="filing-row"') == 13
    assert "待审核" in page


def picture() -> SimpleUploadedFile:
    content = BytesIO()
    Image.new("RGB", (40, 30), "navy").save(content, "PNG")
    return SimpleUploadedFile("铭牌.png", content.getvalue(), "image/png")


def test_files_come_with_the_filing_and_survive_a_refusal(world: World, client: Client) -> None:
    path = f"/source/points/{world.wastewater_point.pk}/filings/new/analyzer/"
    values = typed(analyzer_values("CODCr"))
    refused = client.post(path, values | {"contact_phone": "1", "uploads": [picture()]})
    assert refused.status_code == 422
    match = re.search(r'name="stored" value="([0-9a-f-]{36})"', refused.content.decode())
    assert match is not None

    assert client.post(path, values | {"stored": match.group(1)}).status_code == 302
    with acting_as(system_actor("test")):
        assert [file.filename for file in latest().attachments.all()] == ["铭牌.png"]
    page = client.get(f"/source/instruments/{latest().instrument_id}/").content.decode()
    assert f"/files/{match.group(1)}" in page


def test_a_file_that_is_not_what_it_says_is_refused_at_its_field(
    world: World, client: Client
) -> None:
    path = f"/source/points/{world.wastewater_point.pk}/filings/new/analyzer/"
    fake = SimpleUploadedFile("证书.pdf", b"MZ not a pdf", "application/pdf")
    refused = client.post(path, typed(analyzer_values("CODCr")) | {"uploads": [fake]})
    assert refused.status_code == 422
    assert "证书.pdf：" in refused.content.decode()
