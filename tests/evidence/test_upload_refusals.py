"""What an upload meets when the disk is full, another one writes, or the file is foreign."""

import errno
import fcntl
import json
import resource
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from pytest_django import Settings

from tests.evidence.papers import paper
from tests.evidence.test_uploads import begin, begun, code, reached, send, sent
from tests.support.world import World
from yunjian.access.actor import system_actor
from yunjian.evidence import papers, parts, storage
from yunjian.evidence.bounded import limit_process
from yunjian.evidence.jobs import expire_uploads
from yunjian.evidence.models import Attachment, Upload
from yunjian.evidence.services import attachment_store, upload_begin
from yunjian.evidence.services.attachments import attachment_store_file
from yunjian.evidence.services.uploads import uploads_expire
from yunjian.kernel.errors import InvalidInput, NotAllowed
from yunjian.kernel.ids import new_id

pytestmark = pytest.mark.reads_all_rows


@pytest.fixture
def client(world: World) -> Client:
    return world.client(world.engineer)


@pytest.fixture(autouse=True)
def _parts_of_this_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "folder", lambda: tmp_path / "uploads")


def raising(error: Exception) -> Callable[..., Any]:
    def fail(*_args: object, **_more: object) -> None:
        raise error

    return fail


def no_space() -> OSError:
    return OSError(errno.ENOSPC, "No space left on device")


def test_a_foreign_file_has_little_time_and_memory_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limits: dict[int, tuple[int, int]] = {}
    monkeypatch.setattr(resource, "setrlimit", limits.__setitem__)

    limit_process(40, 2**30)

    assert limits == {
        resource.RLIMIT_CPU: (40, 40),
        resource.RLIMIT_AS: (2**30, 2**30),
        resource.RLIMIT_FSIZE: (0, 0),
        resource.RLIMIT_CORE: (0, 0),
    }


@pytest.mark.parametrize(
    ("made", "found"),
    [
        ({"pages": 3}, {"pages": 3}),
        ({"password": "secret"}, {"encrypted": True, "pages": 0}),
        ({"script": True}, {"runs": True}),
        ({"launches": True}, {"runs": True}),
        ({"opens": True}, {"runs": True}),
        ({"begins": True}, {}),
        ({"carries": True}, {"files": True}),
    ],
)
def test_what_a_pdf_holds_is_found(
    made: dict[str, Any], found: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(paper(**made))
    plain = {"encrypted": False, "pages": 1, "runs": False, "files": False}

    assert papers.contents(path) == plain | found


def test_what_a_pdf_holds_is_printed_for_the_process_that_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(paper(pages=2))
    monkeypatch.setattr(sys, "argv", ["papers", str(path)])
    monkeypatch.delitem(sys.modules, "yunjian.evidence.papers")

    runpy.run_module("yunjian.evidence.papers", run_name="__main__")

    assert json.loads(capsys.readouterr().out)["pages"] == 2


def test_a_pdf_of_more_objects_than_any_report_has_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(paper())
    monkeypatch.setattr(papers, "MOST_OBJECTS", 1)

    with pytest.raises(ValueError, match="more objects"):
        papers.contents(path)


def test_a_pdf_of_too_many_pages_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(paper(pages=3))
    monkeypatch.setattr(papers, "MOST_PAGES", 2)

    with pytest.raises(InvalidInput) as refusal:
        papers.check_paper(path)

    assert refusal.value.code == "too_many_pages"


def test_a_small_report_is_opened_as_a_large_one_is(world: World) -> None:
    actor = world.actor(world.engineer)

    with pytest.raises(InvalidInput) as refusal:
        attachment_store(
            id=new_id(),
            actor=actor,
            content=paper(script=True),
            filename="比对报告.pdf",
            purpose="report",
        )

    assert refusal.value.code == "scripts"
    assert not Attachment.unscoped().exists()


def test_who_belongs_to_no_organisation_uploads_nothing(tmp_path: Path, world: World) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(paper())
    nobody = system_actor("清理上传")

    with pytest.raises(NotAllowed):
        upload_begin(actor=nobody, length=10, filename="比对报告.pdf", purpose="report")
    with pytest.raises(NotAllowed):
        attachment_store_file(
            id=new_id(), actor=nobody, path=path, filename="比对报告.pdf", purpose="report"
        )
    assert not Upload.unscoped().exists()


def test_the_same_large_file_again_is_the_same_attachment(tmp_path: Path, world: World) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(paper())
    said: dict[str, Any] = {
        "id": new_id(),
        "actor": world.actor(world.engineer),
        "path": path,
        "filename": "比对报告.pdf",
        "purpose": "report",
    }
    first, new = attachment_store_file(**said)
    again, newer = attachment_store_file(**said)

    assert (new, newer) == (True, False)
    assert first.pk == again.pk


def test_a_disk_that_is_full_at_the_beginning_leaves_no_upload(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "touch", raising(no_space()))

    answer = begin(client, 1000)

    assert (answer.status_code, code(answer)) == (507, "disk_full")
    assert not Upload.unscoped().exists()


def test_a_disk_that_is_full_at_the_end_keeps_the_upload_for_later(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = paper()
    where = sent(client, content)
    with monkeypatch.context() as full:
        full.setattr(storage, "put_file", raising(no_space()))

        answer = client.post(f"{where}/finish")

    assert (answer.status_code, code(answer)) == (507, "disk_full")
    assert reached(client, where) == len(content)
    assert client.post(f"{where}/finish").status_code == 200


def test_another_fault_of_the_disk_is_not_called_a_full_one(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(paper())
    monkeypatch.setattr(storage, "put_file", raising(OSError(errno.EIO, "Input/output error")))

    with pytest.raises(OSError, match="Input/output error"):
        attachment_store_file(
            id=new_id(),
            actor=world.actor(world.engineer),
            path=path,
            filename="比对报告.pdf",
            purpose="report",
        )
    assert not Attachment.unscoped().exists()


def test_an_upload_is_not_finished_while_somebody_sends(client: Client) -> None:
    where = sent(client, paper())
    with parts.only_writer(UUID(where.rpartition("/")[2])):
        answer = client.post(f"{where}/finish")

    assert (answer.status_code, code(answer)) == (423, "busy")
    assert client.post(f"{where}/finish").status_code == 200


@pytest.mark.parametrize("step", ["send", "finish"])
def test_a_file_that_is_removed_while_we_wait_for_it_is_gone(
    step: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = paper()
    where = sent(client, content) if step == "finish" else begun(client, len(content))
    path = parts.path_of(UUID(where.rpartition("/")[2]))
    monkeypatch.setattr(fcntl, "flock", lambda *_lock: path.unlink())

    answer = client.post(f"{where}/finish") if step == "finish" else send(client, where, 0, content)

    assert (answer.status_code, code(answer)) == (410, "gone")


@pytest.mark.django_db
def test_nothing_is_removed_where_nothing_was_ever_uploaded() -> None:
    assert not parts.folder().exists()
    assert uploads_expire() == 0


def test_the_hourly_job_removes_what_rested_too_long(client: Client) -> None:
    where = begun(client, 1000)
    Upload.unscoped().update(expires_at="2020-01-01T00:00:00Z")

    assert expire_uploads.func(timestamp=0) == 1
    assert not parts.path_of(UUID(where.rpartition("/")[2])).exists()
    assert not Upload.unscoped().exists()


def test_a_file_larger_than_the_memory_is_read_in_pieces(
    client: Client, world: World, settings: Settings
) -> None:
    content = paper(size=50_000)
    row, _new = attachment_store(
        id=new_id(),
        actor=world.actor(world.engineer),
        content=content,
        filename="比对报告.pdf",
        purpose="report",
    )
    settings.ATTACHMENT_MAX_BYTES = 10_000

    answer = client.get(f"/files/{row.pk}")

    assert answer.streaming
    assert answer["Content-Type"] == "application/pdf"
    assert b"".join(answer.streaming_content) == content  # type: ignore[attr-defined]
