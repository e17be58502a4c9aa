"""The dialogs of filings and instruments: what they offer, keep and refuse."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from tests.support.filing_values import analyzer_values
from tests.support.world import World
from yunjian.access.actor import Actor, acting_as
from yunjian.instruments.models import FollowUp, Instrument, InstrumentAction, InstrumentRevision
from yunjian.instruments.services import (
    instrument_replace,
    revision_approve,
    revision_change,
    revision_submit,
)
from yunjian.instruments.views import completion, filings
from yunjian.kernel.clock import today

pytestmark = pytest.mark.reads_all_rows

Draft = Callable[..., InstrumentRevision]
# session, account, actor; rows with versions, count; follow-ups twice; unread messages
LEDGER_QUERIES = 9


def typed(values: dict[str, Any]) -> dict[str, str]:
    flat = {path: value for path, value in values.items() if path != "settings"}
    flat |= {f"settings.{key}": value for key, value in values.get("settings", {}).items()}
    return {path: str(value) for path, value in flat.items()}


def picture(name: str = "铭牌.png") -> SimpleUploadedFile:
    content = BytesIO()
    Image.new("RGB", (40, 30), "navy").save(content, "PNG")
    return SimpleUploadedFile(name, content.getvalue(), "image/png")


@pytest.fixture
def client(world: World) -> Client:
    return world.client(world.discharger_owner)


def test_the_fields_follow_the_measured_parameter(world: World, client: Client) -> None:
    path = f"/source/points/{world.flue_gas_point.pk}/filings/measuring/"
    gas = client.get(path, {"parameter": "SO2"}).content.decode()
    dust = client.get(path, {"parameter": "PM"}).content.decode()
    assert "空气过量系数" in gas
    assert "ppm" in gas
    assert "K 系数" not in gas
    assert "K 系数" in dust
    assert "ppm" not in dust


def test_a_known_model_brings_method_and_unit_but_overwrites_nothing(
    world: World, client: Client
) -> None:
    path = f"/source/points/{world.wastewater_point.pk}/filings/measuring/"
    requested = {"parameter": "CODCr", "maker": "哈希（HACH）", "model": "CODmax III"}
    assert 'value="重铬酸钾氧化分光光度法"' in client.get(path, requested).content.decode()
    stored = client.get(path, requested | {"method": "紫外吸收法"}).content.decode()
    assert 'value="紫外吸收法"' in stored
    makes = f"/source/points/{world.wastewater_point.pk}/filings/makes/analyzer/"
    models = client.get(makes, {"maker": "哈希（HACH）", "parameter": "NH3-N"}).content.decode()
    assert "Amtax Compact II" in models
    assert "CODmax" not in models


def test_a_photo_of_50_mb_and_a_false_pdf_are_refused_and_nothing_typed_is_lost(
    world: World, client: Client
) -> None:
    path = f"/source/points/{world.wastewater_point.pk}/filings/new/analyzer/"
    large = SimpleUploadedFile("大照片.jpg", b"\xff\xd8\xff" + bytes(50 * 2**20), "image/jpeg")
    false = SimpleUploadedFile("证书.pdf", b"%PDF-1.7 only the beginning", "application/pdf")
    values = typed(analyzer_values("CODCr", model="很特别的型号"))
    answer = client.post(path, values | {"uploads": [picture(), large, false]})
    page = answer.content.decode()
    assert answer.status_code == 422
    limit = settings.ATTACHMENT_MAX_BYTES // 2**20
    assert f"大照片.jpg：文件超过 {limit} MB" in page
    assert "证书.pdf：PDF 文件不完整或已损坏" in page
    assert "很特别的型号" in page
    assert 'name="stored"' in page


def test_who_saves_second_sees_what_changed_and_loses_nothing(
    client: Client, draft: Draft, owner: Actor
) -> None:
    revision = draft()
    path = f"/source/filings/{revision.pk}/edit/"
    assert 'name="edition" value="1"' in client.get(path).content.decode()
    revision_change(
        actor=owner,
        revision=revision,
        values={"model": "YJ-300", "note": "对方的备注"},
        edition=1,
    )
    mine = typed(analyzer_values("NH3-N", note="我的备注", contact_name="李四"))
    answer = client.post(path, mine | {"edition": "1", "then": "save"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "周敏 在您填写期间修改了这份草稿" in page
    assert 'value="YJ-300"' in page  # only the other one changed it
    assert "我的备注" in page  # both did: mine stays, the other's is shown
    assert "对方的备注" in page
    assert 'value="李四"' in page
    assert 'name="edition" value="2"' in page
    revision.refresh_from_db()
    assert (revision.model, revision.note) == ("YJ-300", "对方的备注")

    saved = client.post(path, mine | {"model": "YJ-300", "edition": "2", "then": "save"})
    assert saved.status_code == 302
    revision.refresh_from_db()
    assert (revision.model, revision.note, revision.contact_name) == ("YJ-300", "我的备注", "李四")


class Reader:
    """Reads what a test says stands on the nameplate."""

    def read(self, picture: bytes) -> list[str]:
        assert picture.startswith(b"\x89PNG")
        return [
            "CODCr 水质在线自动监测仪",
            "规格型号：YJ-200B",
            "出厂编号: SN20260017",
            "生产日期：2026年3月",
            "测量范围：0-500 mg/L",
            "生产厂家：试验仪器股份有限公司",
        ]


def test_a_nameplate_proposes_and_a_person_accepts(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completion, "engine", Reader)
    monkeypatch.setattr(filings, "engine", Reader)
    form = f"/source/points/{world.wastewater_point.pk}/filings/new/analyzer/"
    assert "用铭牌或证书照片填写" in client.get(form).content.decode()
    path = f"/source/points/{world.wastewater_point.pk}/filings/nameplate/"
    page = client.post(path, {"nameplate": picture()}).content.decode()
    for field, value in (
        ("serial_number", "SN20260017"),
        ("model", "YJ-200B"),
        ("manufactured_on", "2026-03-01"),
        ("range_upper", "500"),
    ):
        assert f'data-yj-fill="{field}" data-yj-value="{value}"' in page
    assert "建议" in page
    assert client.post(path, {}).status_code == 422
    assert not InstrumentRevision.unscoped().filter(state="draft").exists()


def test_without_the_engine_nothing_is_offered(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completion, "engine", lambda: None)
    monkeypatch.setattr(filings, "engine", lambda: None)
    form = f"/source/points/{world.wastewater_point.pk}/filings/new/analyzer/"
    assert "用铭牌或证书照片填写" not in client.get(form).content.decode()
    path = f"/source/points/{world.wastewater_point.pk}/filings/nameplate/"
    assert client.post(path, {"nameplate": picture()}).status_code == 404


def test_an_instrument_is_replaced_from_its_dialog(
    client: Client, standing: Instrument, reviewer: Actor
) -> None:
    path = f"/source/instruments/{standing.pk}/replace/"
    page = client.get(path).content.decode()
    assert "更换仪器" in page
    assert "MN 号 31011500000101 不变" in page
    assert "SN-CODCr" not in page
    values = analyzer_values("CODCr", serial_number="SN-NEW", change_reason="老化")
    assert client.post(path, typed(values) | {"then": "submit"}).status_code == 302
    revision = InstrumentRevision.unscoped().select_related("instrument").get(state="submitted")
    with acting_as(reviewer):
        revision_approve(actor=reviewer, revision=revision)
    detail = client.get(f"/source/instruments/{revision.instrument_id}/").content.decode()
    assert "后续事项" in detail
    assert "HJ 353-2019" in detail
    old = client.get(f"/source/instruments/{standing.pk}/").content.decode()
    assert "更换" in old


def test_an_instrument_is_stopped_and_resumed_with_evidence(
    client: Client, standing: Instrument
) -> None:
    path = f"/source/instruments/{standing.pk}"
    assert client.post(f"{path}/stop/", {"on": "", "reason": ""}).status_code == 422
    form = {"on": str(today() - timedelta(days=3)), "reason": "停产", "uploads": [picture()]}
    assert client.post(f"{path}/stop/", form).status_code == 302
    action = InstrumentAction.unscoped().get(action="stop")
    assert [file.filename for file in action.attachments.all()] == ["铭牌.png"]
    outlets = f"/source/sources/{standing.point.outlet.source_id}/outlets/"
    page = client.get(f"{outlets}?point={standing.point_id}").content.decode()
    assert "停运" in page
    assert 'data-testid="filing-resume"' in page
    resumed = client.post(f"{path}/resume/", {"on": str(today()), "reason": "恢复生产"})
    assert resumed.status_code == 302
    assert "停产" in client.get(f"{path}/").content.decode()


def test_a_change_of_parameters_shows_before_and_after(
    client: Client, standing: Instrument
) -> None:
    path = f"/source/instruments/{standing.pk}/parameters/"
    assert "斜率" in client.get(path).content.decode()
    form = {"settings.slope": "1.05", "changed_at": f"{today()} 00:01", "reason": "校准后调整"}
    refused = client.post(path, form)
    assert refused.status_code == 422
    assert "请上传变更前后的照片" in refused.content.decode()
    assert client.post(path, form | {"uploads": [picture()]}).status_code == 302
    page = client.get(f"/source/instruments/{standing.pk}/").content.decode()
    assert "参数变更记录" in page
    assert "1.05" in page


def test_a_follow_up_is_closed_from_its_list(
    client: Client, standing: Instrument, owner: Actor, reviewer: Actor
) -> None:
    values = {
        path: value
        for path, value in analyzer_values("CODCr", serial_number="SN-NEW").items()
        if path != "settings"
    } | {"change_reason": "老化"}
    revision = instrument_replace(actor=owner, instrument=standing, values=values)
    revision_submit(actor=owner, revision=revision)
    revision_approve(actor=reviewer, revision=revision)
    ledger = client.get("/source/instruments/").content.decode()
    assert "还有 4 项后续事项待完成" in ledger
    page = client.get("/source/instruments/follow-ups/").content.decode()
    assert page.count('data-testid="follow-up-row"') == 4
    row = FollowUp.unscoped().order_by("due_on").first()
    assert row is not None
    path = f"/source/instruments/follow-ups/{row.pk}/"
    assert client.get(path).status_code == 200
    assert client.post(path, {"on": str(today())}).status_code == 422
    assert client.post(path, {"on": str(today()), "report_number": "T-1"}).status_code == 302
    done = client.get("/source/instruments/follow-ups/?state=done").content.decode()
    assert "已完成" in done
    neighbour = client.__class__()
    assert neighbour.get(path).status_code == 302


@pytest.mark.parametrize(
    ("query", "result"),
    [
        ("", 2),
        ("?keyword=SN-CODCr", 1),
        ("?keyword=别处", 0),
        ("?kind=sampler", 0),
        ("?state=in_use", 2),
        ("?state=ended", 0),
        ("?state=pending", 0),
        ("?state=expiring", 0),
    ],
)
def test_the_ledger_lists_every_instrument(client: Client, query: str, result: int) -> None:
    page = client.get(f"/source/instruments/{query}").content.decode()
    assert page.count('data-testid="filing-row"') == result


def test_the_ledger_is_exported(client: Client) -> None:
    answer = client.get("/source/instruments/?format=xlsx")
    assert b"".join(answer.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]


def test_the_ledger_asks_the_same_few_questions_however_long_it_is(
    client: Client, draft: Draft, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(18):
        draft(serial_number=f"SN-{number}")
    client.get("/source/instruments/")
    with django_assert_max_num_queries(LEDGER_QUERIES):
        page = client.get("/source/instruments/").content.decode()
    assert page.count('data-testid="filing-row"') == 20


def test_two_versions_are_compared_and_a_day_is_asked_for(
    client: Client, standing: Instrument
) -> None:
    page = client.get(f"/source/instruments/{standing.pk}/?version=1&against=1").content.decode()
    assert "SN-CODCr" in page
    standing_on = f"/source/points/{standing.point_id}/standing/"
    assert "SN-CODCr" in client.get(standing_on).content.decode()
    gone = client.get(standing_on, {"on": "2001-01-01"}).content.decode()
    assert "没有已备案的仪器" in gone
