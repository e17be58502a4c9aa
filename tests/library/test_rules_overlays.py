"""A city's stricter rules: uploaded, validated, previewed, published, carried over."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.library.rules import (
    GAS,
    PATROL,
    actor_of,
    administrator,
    confirm,
    correct,
    patrol,
    publish,
    tomorrow,
)
from tests.support.world import World
from yunjian.access.actor import acting_as
from yunjian.kernel.clock import today
from yunjian.kernel.errors import InvalidInput
from yunjian.library.models import PublishedPack, RuleDraft
from yunjian.library.services.rules import overlay_upload
from yunjian.standards.rules import PointDescription, obligations_for

pytestmark = pytest.mark.reads_all_rows

UPLOAD = "/supervision/rules/overlays/upload/"
STACK = PointDescription("flue_gas", "full_extraction", parameters=("SO2",))


def overlay(days: int = 3, *, base: str = "hj75-2017@1", code: str = "city-hj75") -> str:
    return f"""
code = "{code}"
overlays = "{base}"
authority = "试验市"

[[obligations]]
id = "{PATROL}"
clause = "第三条"
provenance = "text"
interval = {{ value = {days}, unit = "day" }}

[[obligations]]
id = "city.own"
clause = "第五条"
provenance = "text"
activity = {{ zh = "站房消防检查", en = "Fire safety of the shelter" }}
interval = {{ value = 1, unit = "month" }}
"""


@pytest.fixture
def client(world: World) -> Client:
    return world.client(administrator(world))


def upload(world: World, text: str) -> RuleDraft:
    actor = actor_of(world)
    with acting_as(actor):
        return overlay_upload(actor=actor, text=text, filename="city.toml")


def days(offset: int) -> list[int]:
    return [
        item.interval.value
        for item in obligations_for(STACK, tomorrow(offset))
        if item.id == PATROL
    ]


def test_a_published_overlay_takes_the_place_of_its_base_from_its_day(world: World) -> None:
    upload(world, overlay())
    publish(world, code="city-hj75", since=tomorrow())
    assert days(0) == [7]
    assert days(1) == [3]
    names = {item.id for item in obligations_for(STACK, tomorrow())}
    assert {"city.own", "hj75.cal-full-system"} <= names


def test_a_looser_overlay_is_refused_and_names_the_row(world: World) -> None:
    with pytest.raises(InvalidInput, match=rf"{PATROL}：比 hj75-2017@1 更宽松"):
        upload(world, overlay(9))
    assert not RuleDraft.unscoped().exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\ncode = = 1", "line 2"),
        ("a = 1", "overlays"),
        (overlay(base="hj75-2099@1"), "没有规则包"),
        (overlay(code="hj75-2017"), "需要自己的代码"),
        (overlay(code="hj355-2019"), "已被占用"),
        (overlay(code="what-if"), "已被占用"),
        (overlay().replace("interval = { value = 3", "interval = { value = 0"), "必须大于 0"),
        (overlay().replace("provenance", "origin", 1), "缺少必填内容"),
        (overlay() + '[[limits]]\nid = "drift.none"\nclause = "1"\n', "没有这一条"),
    ],
)
def test_what_the_loader_refuses_is_said_in_words(world: World, text: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        upload(world, text)


def test_a_standard_has_one_overlay(world: World) -> None:
    upload(world, overlay())
    publish(world, code="city-hj75")
    with pytest.raises(InvalidInput, match="已有地方加严规则 city-hj75"):
        upload(world, overlay(code="other"))


def test_an_overlay_is_carried_over_to_the_next_version_of_its_base(world: World) -> None:
    upload(world, overlay())
    publish(world, code="city-hj75", since=tomorrow())
    confirm(world)
    publish(world, since=tomorrow(3))
    assert days(2) == [3]
    assert days(3) == [3]
    carried = PublishedPack.unscoped().get(code="city-hj75", version=2)
    assert carried.overlays == "hj75-2017@2"


def test_a_base_that_became_stricter_than_its_overlay_is_not_published(world: World) -> None:
    upload(world, overlay())
    publish(world, code="city-hj75", since=tomorrow())
    correct(world, PATROL, patrol(2))
    with pytest.raises(InvalidInput, match="与新版本不符"):
        publish(world, since=tomorrow(3))
    assert not PublishedPack.unscoped().filter(code=GAS).exists()
    assert RuleDraft.unscoped().filter(code=GAS).exists()


def test_a_new_version_of_an_overlay_replaces_the_one_before(world: World) -> None:
    upload(world, overlay())
    publish(world, code="city-hj75", since=tomorrow())
    upload(world, overlay(2))
    publish(world, code="city-hj75", since=tomorrow(2))
    assert [days(offset) for offset in (0, 1, 2)] == [[7], [3], [2]]


def test_an_overlay_lies_over_the_newest_version(world: World) -> None:
    confirm(world)
    publish(world)
    with pytest.raises(InvalidInput, match="应为最新版本 hj75-2017@2"):
        upload(world, overlay())


def test_the_way_from_the_file_to_publishing(client: Client) -> None:
    file = SimpleUploadedFile("city.toml", overlay().encode())
    answer = client.post(UPLOAD, {"file": file, "text": ""})
    assert answer["Location"] == "/supervision/rules/city-hj75/draft/"
    preview = client.get(answer["Location"]).content.decode()
    assert "站房消防检查" in preview
    assert "至多每 3 天" in preview
    assert "city-hj75" in client.get("/supervision/rules/overlays/").content.decode()
    values = {"effective_from": today().isoformat(), "note": "加严", "revision": 1}
    published = client.post("/supervision/rules/city-hj75/draft/publish/", values)
    assert published.status_code == 302
    library = client.get("/supervision/rules/").content.decode()
    assert "已由 city-hj75 加严" in library
    pack = client.get("/supervision/rules/city-hj75/").content.decode()
    assert "试验市" in pack
    assert "correct-city.own" not in pack
    assert client.post("/supervision/rules/city-hj75/rows/city.own/confirm/").status_code == 409


def test_a_refused_file_stays_to_be_mended(client: Client) -> None:
    file = SimpleUploadedFile("city.toml", overlay(9).encode())
    answer = client.post(UPLOAD, {"file": file, "text": ""})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "更宽松" in page
    assert "站房消防检查" in page


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"\xff\xfe", "不是 UTF-8"), (b"#" * 600_000, "文件太大"), (None, "请选择文件")],
)
def test_what_is_no_text_is_refused(client: Client, content: bytes | None, message: str) -> None:
    given = {"file": SimpleUploadedFile("a.toml", content)} if content is not None else {}
    answer = client.post(UPLOAD, {**given, "text": ""})
    assert answer.status_code == 422
    assert message in answer.content.decode()
