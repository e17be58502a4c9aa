"""What the log gives to everybody: checkpoints, keys and tiles, from which others prove it."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.db import transaction
from django.test import Client

from tests.support.world import World
from yunjian.access.actor import acting_as, system_actor
from yunjian.evidence.jobs import publish_checkpoint
from yunjian.evidence.models import Checkpoint
from yunjian.evidence.services import log_extend, record
from yunjian.evidence.transparency import merkle
from yunjian.evidence.transparency.checkpoint import opened
from yunjian.evidence.transparency.signed_note import Verifier

pytestmark = pytest.mark.reads_all_rows
ORIGIN = "127.0.0.1/yunjian-log"


def _happen(count: int) -> None:
    system = system_actor("test")
    with acting_as(system), transaction.atomic():
        for _ in range(count):
            record(actor=system, verb="test.done", obj=("test.thing", uuid4()))
    with acting_as(system):
        log_extend()


def _hashes(client: Client, path: str) -> list[bytes]:
    answer = client.get(f"/log/tile/{path}")
    assert answer.status_code == 200, path
    size = merkle.HASH_SIZE
    return [answer.content[at : at + size] for at in range(0, len(answer.content), size)]


def test_a_stranger_rebuilds_what_was_signed_from_tiles_alone(world: World, client: Client) -> None:
    _happen(600)

    keys = client.get("/log/keys").content.decode().splitlines()
    answer = client.get("/log/checkpoint")
    signed = opened(answer.content.decode(), ORIGIN, [Verifier.parse(key) for key in keys])

    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    whole, rest = divmod(signed.size, 256)
    tree = merkle.GrowingTree()
    for index in range(whole):
        for leaf in _hashes(client, f"0/{index:03}"):
            tree.append(leaf)
    for leaf in _hashes(client, f"0/{whole:03}.p/{rest}"):
        tree.append(leaf)
    assert (tree.size, tree.root()) == (signed.size, signed.root)
    above = _hashes(client, f"1/000.p/{whole}")
    assert above == [
        merkle.subtree_root(_hashes(client, f"0/{index:03}")) for index in range(whole)
    ]


@pytest.mark.parametrize(
    "path",
    [
        "0/001",  # not whole yet
        "0/000.p/0",
        "0/000.p/99",
        "0/x000/000.p/99",
        "0/x001/000",
        "1/000",
        "6/000",
        "63/000",
        "0/0",
        "0/0000",
        "0/000.p/",
        "0/000.p/1.p/1",
        "0/x000/x000/x000/x000/000",
        "0/٠٠٠",
        "0/-01",
        "entries/000",
    ],
)
def test_what_is_no_tile_is_not_found(world: World, client: Client, path: str) -> None:
    _happen(3)
    assert client.get(f"/log/tile/{path}").status_code == 404


def test_before_the_first_event_there_is_no_checkpoint(db: None, client: Client) -> None:
    assert client.get("/log/checkpoint").status_code == 404
    assert client.get("/log/keys").content.decode().startswith(f"{ORIGIN}+")


def test_each_hour_the_last_checkpoint_is_handed_out(
    world: World, settings: LazySettings, tmp_path: Path
) -> None:
    settings.LOG_FOLDER = tmp_path / "witness"
    _happen(2)
    publish_checkpoint(timestamp=0)
    publish_checkpoint(timestamp=0)
    _happen(1)
    publish_checkpoint(timestamp=0)

    files = sorted(settings.LOG_FOLDER.iterdir())
    with acting_as(system_actor("test")):
        notes = [*Checkpoint.objects.order_by("size").values_list("note", flat=True)]
    assert [file.read_text() for file in files] == notes
    assert [file.suffix for file in files] == [".txt", ".txt"]


def test_nothing_is_handed_out_before_the_first_event(
    db: None, settings: LazySettings, tmp_path: Path
) -> None:
    settings.LOG_FOLDER = tmp_path / "witness"
    publish_checkpoint(timestamp=0)
    assert not settings.LOG_FOLDER.exists()


def test_the_page_of_the_authority_says_what_was_signed_and_what_waits(world: World) -> None:
    client = world.client(world.reviewer)
    before = client.get("/supervision/evidence/").content.decode()
    assert "还没有签署过检查点" in before
    _happen(2)
    with acting_as(system_actor("test")), transaction.atomic():
        record(actor=system_actor("test"), verb="test.done", obj=("test.thing", uuid4()))

    page = client.get("/supervision/evidence/").content.decode()

    with acting_as(system_actor("test")):
        signed = Checkpoint.objects.get()
    for line in signed.note.splitlines():
        assert line in page.replace("&#x27;", "'")
    assert "1 条，最早" in page
