"""Uploads in parts: whatever a line does, the bytes arrive once, in order, or not at all."""

import base64
import errno
import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.evidence.papers import paper
from tests.evidence.pictures import picture
from tests.support.world import World
from yunjian.access.actor import acting_as, system_actor
from yunjian.evidence import parts, storage
from yunjian.evidence.models import Attachment, Event, Upload
from yunjian.evidence.services import upload_append, upload_begin, uploads_expire
from yunjian.evidence.services.uploads import UploadRefused
from yunjian.kernel.clock import now
from yunjian.kernel.errors import DomainError
from yunjian.kernel.ids import new_id

pytestmark = pytest.mark.reads_all_rows
PART = "application/offset+octet-stream"
TUS = {"Tus-Resumable": "1.0.0"}
UPLOADS = "/api/v1/uploads"


@pytest.fixture
def client(world: World) -> Client:
    return world.client(world.engineer)


@pytest.fixture(autouse=True)
def _no_parts_left() -> Iterator[None]:
    yield
    for path in parts.folder().glob("*.part"):
        path.unlink()


def told(**values: str) -> str:
    return ",".join(
        f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in values.items()
    )


def begin(
    client: Client, length: int | str, filename: str = "比对报告.pdf", purpose: str = "report"
) -> Any:
    metadata = told(filename=filename, purpose=purpose)
    headers = {**TUS, "Upload-Length": str(length), "Upload-Metadata": metadata}
    return client.post(UPLOADS, headers=headers)


def begun(client: Client, length: int, **more: str) -> str:
    answer = begin(client, length, **more)
    assert answer.status_code == 201, answer.content
    return str(answer["Location"])


def send(client: Client, where: str, offset: int, body: bytes, **more: str) -> Any:
    headers = {**TUS, "Upload-Offset": str(offset), **more}
    return client.patch(where, body, content_type=PART, headers=headers)


def reached(client: Client, where: str) -> int:
    return int(client.head(where, headers=TUS)["Upload-Offset"])


def code(answer: Any) -> str:
    return str(answer.json()["code"])


def sent(client: Client, content: bytes, filename: str = "比对报告.pdf") -> str:
    where = begun(client, len(content), filename=filename)
    assert send(client, where, 0, content).status_code == 204
    return where


def test_the_server_tells_what_it_understands(client: Client) -> None:
    answer = client.options(UPLOADS)

    assert answer.status_code == 204
    assert answer["Tus-Version"] == "1.0.0"
    assert answer["Tus-Extension"] == "creation,checksum,expiration,termination"
    assert answer["Tus-Max-Size"] == str(100 * 2**20)
    assert "sha256" in answer["Tus-Checksum-Algorithm"]


def test_a_report_sent_in_parts_becomes_an_attachment_of_the_same_id(
    client: Client, world: World
) -> None:
    content = paper(size=300_000)
    where = begun(client, len(content))
    assert reached(client, where) == 0
    for start in range(0, len(content), 100_000):
        answer = send(client, where, start, content[start : start + 100_000])
        assert answer.status_code == 204
        assert answer["Upload-Offset"] == str(min(len(content), start + 100_000))
        assert answer["Upload-Expires"].endswith("GMT")

    finished = client.post(f"{where}/finish")

    assert finished.status_code == 200, finished.content
    row = Attachment.unscoped().get(pk=where.rpartition("/")[2])
    assert finished.json()["id"] == str(row.pk)
    assert (row.filename, row.purpose, row.kind, row.size) == (
        "比对报告.pdf", "report", "pdf", len(content),
    )  # fmt: skip
    assert row.digest == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert (row.uploaded_by_id, row.organization_id) == (world.engineer.pk, world.agency.pk)
    assert storage.get(row.storage_key) == content
    assert Event.unscoped().filter(verb="attachment.stored", object_id=row.pk).count() == 1
    assert not Upload.unscoped().exists()
    assert not parts.path_of(row.pk).exists()


def test_finishing_again_gives_the_same_answer_and_stores_nothing_twice(client: Client) -> None:
    where = sent(client, paper())

    first, second = client.post(f"{where}/finish"), client.post(f"{where}/finish")

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert Event.unscoped().filter(verb="attachment.stored").count() == 1


def test_what_is_not_whole_cannot_be_finished_and_goes_on(client: Client) -> None:
    content = paper()
    where = begun(client, len(content))
    send(client, where, 0, content[:50])

    refused = client.post(f"{where}/finish")

    assert (refused.status_code, code(refused)) == (409, "not_whole")
    assert send(client, where, 50, content[50:]).status_code == 204
    assert client.post(f"{where}/finish").status_code == 200


def test_a_wrong_offset_changes_nothing(client: Client) -> None:
    where = begun(client, 100)
    send(client, where, 0, b"x" * 40)

    for offset in (0, 39, 41, 100):
        answer = send(client, where, offset, b"y" * 10)
        assert (answer.status_code, code(answer)) == (409, "wrong_offset")
    assert reached(client, where) == 40


def test_more_than_was_promised_is_refused_whole(client: Client) -> None:
    where = begun(client, 100)
    send(client, where, 0, b"x" * 90)

    answer = send(client, where, 90, b"y" * 11)

    assert (answer.status_code, code(answer)) == (413, "too_large")
    assert reached(client, where) == 90


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "md5"])
def test_a_part_with_another_checksum_leaves_nothing(client: Client, algorithm: str) -> None:
    where = begun(client, 100)
    good = base64.b64encode(hashlib.new(algorithm, b"x" * 30).digest()).decode()

    wrong = send(client, where, 0, b"y" * 30, **{"Upload-Checksum": f"{algorithm} {good}"})
    after = reached(client, where)
    right = send(client, where, 0, b"x" * 30, **{"Upload-Checksum": f"{algorithm} {good}"})

    assert (wrong.status_code, code(wrong), after) == (460, "checksum", 0)
    assert (right.status_code, reached(client, where)) == (204, 30)


@pytest.mark.parametrize("text", ["crc32 AAAA", "sha256 !", "sha256"])
def test_a_checksum_that_cannot_be_read_is_refused(client: Client, text: str) -> None:
    where = begun(client, 100)
    answer = send(client, where, 0, b"y" * 30, **{"Upload-Checksum": text})
    assert answer.status_code in (422, 460)
    assert reached(client, where) == 0


@pytest.mark.parametrize(
    ("promised", "answered"),
    [
        ((100 * 2**20 + 1, "a.pdf", "report"), (413, "too_large")),
        ((0, "a.pdf", "report"), (422, "empty")),
        ((5, " ", "report"), (422, "required")),
        ((5, "a\nb.pdf", "report"), (422, "invalid")),
        ((5, "a.pdf", "nothing"), (422, "unknown")),
        (("-1", "a.pdf", "report"), (422, "invalid")),
        (("1e3", "a.pdf", "report"), (422, "invalid")),
        (("٣", "a.pdf", "report"), (422, "invalid")),
        (("9" * 16, "a.pdf", "report"), (422, "invalid")),
    ],
)
def test_what_cannot_be_promised_is_told(
    client: Client, promised: tuple[int | str, str, str], answered: tuple[int, str]
) -> None:
    answer = begin(client, *promised)
    assert (answer.status_code, code(answer)) == answered
    assert not Upload.unscoped().exists()


def test_metadata_that_cannot_be_read_is_told(client: Client) -> None:
    for metadata in (
        "filename %%%",
        f"filename {base64.b64encode(bytes([255])).decode()}",
        "a " * 3000,
    ):
        answer = client.post(
            UPLOADS, headers={**TUS, "Upload-Length": "5", "Upload-Metadata": metadata}
        )
        assert answer.status_code == 422, metadata


def test_another_version_of_the_protocol_is_refused_with_ours(client: Client) -> None:
    answer = client.post(UPLOADS, headers={"Tus-Resumable": "0.2.2", "Upload-Length": "5"})
    assert (answer.status_code, answer["Tus-Version"]) == (412, "1.0.0")


def test_another_media_type_is_refused(client: Client) -> None:
    where = begun(client, 100)
    headers = {**TUS, "Upload-Offset": "0"}
    answer = client.patch(where, b"x", content_type="application/json", headers=headers)
    assert answer.status_code == 415


def test_the_open_uploads_of_an_organisation_are_limited(
    client: Client, world: World, settings: Any
) -> None:
    settings.UPLOAD_OPEN_BYTES = 250
    colleague = world.client(world.agency_manager)
    begun(colleague, 100)
    begun(client, 100)

    refused = begin(client, 100)
    other = begin(world.client(world.other_agency_manager), 100)

    assert (refused.status_code, code(refused)) == (413, "too_much_open")
    assert other.status_code == 201
    settings.UPLOAD_OPEN_FILES = 2
    assert code(begin(client, 1)) == "too_much_open"


def test_an_upload_is_its_accounts_alone(client: Client, world: World) -> None:
    where = begun(client, 100)
    for account in (world.agency_manager, world.other_agency_manager, world.reviewer):
        other = world.client(account)
        assert other.head(where, headers=TUS).status_code == 404
        assert send(other, where, 0, b"x").status_code == 404
        assert other.delete(where, headers=TUS).status_code == 404
        assert other.post(f"{where}/finish").status_code == 404
    assert Client().head(where, headers=TUS).status_code == 401
    assert reached(client, where) == 0


def test_a_page_of_others_cannot_send(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = world.client(world.engineer).cookies
    assert begin(client, 100).status_code == 403


def test_an_upload_that_was_given_up_is_gone(client: Client) -> None:
    where = begun(client, 100)
    send(client, where, 0, b"x" * 30)

    assert client.delete(where, headers=TUS).status_code == 204
    assert client.head(where, headers=TUS).status_code == 404
    assert list(parts.folder().glob("*.part")) == []


def test_an_upload_expires_and_is_removed_with_its_bytes(client: Client) -> None:
    stays, goes = begun(client, 100), begun(client, 100)
    send(client, goes, 0, b"x" * 30)
    Upload.unscoped().filter(pk=goes.rpartition("/")[2]).update(expires_at=now())

    assert client.head(goes, headers=TUS).status_code == 410
    assert code(send(client, goes, 30, b"x")) == "gone"
    with acting_as(system_actor("test")):
        assert uploads_expire() == 1
        assert uploads_expire() == 0
    assert client.head(goes, headers=TUS).status_code == 404
    assert reached(client, stays) == 0
    assert len(list(parts.folder().glob("*.part"))) == 1


def test_bytes_that_no_upload_knows_are_removed_when_they_are_old(world: World) -> None:
    young, old = new_id(), new_id()
    for key in (young, old):
        parts.begin(key)
    past = (now() - timedelta(hours=49)).timestamp()
    os.utime(parts.path_of(old), (past, past))

    with acting_as(system_actor("test")):
        assert uploads_expire() == 1
    assert (parts.path_of(young).exists(), parts.path_of(old).exists()) == (True, False)


def test_bytes_that_are_lost_end_the_upload(client: Client) -> None:
    where = begun(client, 100)
    parts.remove(UUID(where.rpartition("/")[2]))
    assert client.head(where, headers=TUS).status_code == 410
    assert send(client, where, 0, b"x").status_code == 410
    assert client.delete(where, headers=TUS).status_code == 204


def test_two_clients_on_one_upload_do_not_mix(client: Client) -> None:
    where = begun(client, 100)
    with parts.only_writer(UUID(where.rpartition("/")[2])):
        answer = send(client, where, 0, b"x" * 30)
        ended = client.delete(where, headers=TUS)
        assert client.post(f"{where}/finish").status_code == 409
    assert (answer.status_code, code(answer), ended.status_code) == (423, "busy", 423)
    assert reached(client, where) == 0


def test_of_many_that_send_the_same_at_once_one_is_kept(world: World) -> None:
    actor = world.actor(world.engineer)
    with acting_as(actor):
        row = upload_begin(actor=actor, length=4000, filename="a.pdf", purpose="report")
    barrier = threading.Barrier(8)
    results: list[int] = []

    def write(number: int) -> None:
        barrier.wait()
        try:
            with parts.only_writer(row.pk) as file:
                if parts.length(row.pk) == 0:
                    parts.append(file, BytesIO(bytes([number]) * 500).read, at_most=500)
                    results.append(number)
        except parts.Busy:
            pass

    threads = [threading.Thread(target=write, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 1
    assert parts.path_of(row.pk).read_bytes() == bytes([results[0]]) * 500


def test_no_room_at_the_beginning_is_told_before_anything_is_sent(
    client: Client, settings: Any
) -> None:
    settings.UPLOAD_SPARE_BYTES = 2**62
    answer = begin(client, 100)
    assert (answer.status_code, code(answer)) == (507, "disk_full")


def test_a_full_disk_keeps_what_was_acknowledged_and_nothing_more(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = begun(client, 100)
    send(client, where, 0, b"x" * 30)

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "no room")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        answer = send(client, where, 30, b"y" * 40)
    assert (answer.status_code, code(answer)) == (507, "disk_full")
    assert reached(client, where) == 30
    assert send(client, where, 30, b"y" * 70).status_code == 204


def test_what_reached_the_disk_before_a_crash_is_gone_on_with(world: World, client: Client) -> None:
    where = begun(client, 100)
    key = UUID(where.rpartition("/")[2])
    with parts.only_writer(key) as file:  # written, and the process ended before the row was
        parts.append(file, BytesIO(b"x" * 60).read, at_most=100)

    assert Upload.unscoped().get(pk=key).offset == 0
    assert reached(client, where) == 60
    assert send(client, where, 60, b"y" * 40)["Upload-Offset"] == "100"
    assert Upload.unscoped().get(pk=key).offset == 100


@pytest.mark.parametrize(
    ("content", "filename", "refusal"),
    [
        (lambda: paper(password="secret"), "a.pdf", "encrypted"),
        (lambda: paper(pages=0), "a.pdf", "no_pages"),
        (lambda: paper(script=True), "a.pdf", "scripts"),
        (lambda: paper(launches=True), "a.pdf", "scripts"),
        (lambda: paper(sends="/SubmitForm"), "a.pdf", "scripts"),
        (lambda: paper(sends="/GoToR"), "a.pdf", "scripts"),
        (lambda: paper(opens=True), "a.pdf", "scripts"),
        (lambda: paper(form=True), "a.pdf", "scripts"),
        (lambda: paper(carries=True), "a.pdf", "files"),
        (lambda: paper()[:-30], "a.pdf", "damaged"),
        (
            lambda: b"%PDF-1.7\n" + b"nonsense " * 90 + b"\nstartxref\n9\n%%EOF\n",
            "a.pdf",
            "damaged",
        ),
        (paper, "a.png", "not_what_it_says"),
        (picture, "a.pdf", "not_what_it_says"),
        (lambda: b"PK\x03\x04" + bytes(90), "a.xlsx", "kind"),
    ],
)
def test_what_a_report_must_not_be_is_told_and_removed(
    client: Client, content: Callable[[], bytes], filename: str, refusal: str
) -> None:
    where = sent(client, content(), filename)

    answer = client.post(f"{where}/finish")

    assert (answer.status_code, code(answer)) == (422, refusal), answer.content
    assert [error["path"] for error in answer.json()["errors"]] == ["file"]
    assert not Attachment.unscoped().exists()
    assert client.head(where, headers=TUS).status_code == 404
    assert list(parts.folder().glob("*.part")) == []


def test_pictures_come_in_parts_too_and_have_their_own_limit(client: Client, settings: Any) -> None:
    where = sent(client, picture("JPEG"), "a.jpg")
    assert client.post(f"{where}/finish").json()["width"] == 64
    settings.ATTACHMENT_MAX_BYTES = 2**20
    where = sent(client, b"x" * (2**20 + 1), "a.jpg")
    answer = client.post(f"{where}/finish")
    assert code(answer) == "too_large"
    assert "只有 PDF 可以超过 1 MB" in answer.content.decode()
    where = sent(client, b"x" * 2**20, "a.jpg")
    assert code(client.post(f"{where}/finish")) != "too_large"


class Line:
    """A line that gives so many bytes, and then drops."""

    def __init__(self, content: bytes, drops_after: int | None) -> None:
        self.left, self.drops_after = BytesIO(content), drops_after

    def read(self, size: int) -> bytes:
        if self.drops_after is None:
            return self.left.read(size)
        piece = self.left.read(min(size, self.drops_after))
        self.drops_after -= len(piece)
        if not piece:
            raise ConnectionResetError
        return piece


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["send", "drop", "repeat", "ahead"]),
        st.integers(1, 200_000),
        st.integers(0, 200_000),
    ),
    max_size=25,
)


@given(size=st.integers(1, 400_000), steps=STEPS)
@examples(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_the_line_does_the_bytes_arrive_once_and_in_order(
    world: World, size: int, steps: list[tuple[str, int, int]]
) -> None:
    content = hashlib.shake_128(size.to_bytes(4)).digest(size)
    actor = world.actor(world.engineer)
    with acting_as(actor):
        row = upload_begin(actor=actor, length=size, filename="a.pdf", purpose="report")
        for kind, length, at in [*steps, ("send", size, 0)]:
            there = parts.length(row.pk)
            offset = {"repeat": max(0, there - at - 1), "ahead": there + at + 1}.get(kind, there)
            part = content[offset : offset + length]
            line = Line(part, at if kind == "drop" else None)
            more: dict[str, Any] = {"announced": len(part)} if part else {}
            if offset != there:
                with pytest.raises(UploadRefused):
                    upload_append(upload=row, offset=offset, read=line.read, **more)
                assert parts.length(row.pk) == there
            else:
                reached = upload_append(upload=row, offset=offset, read=line.read, **more)
                assert reached == there + min(len(part), at if kind == "drop" else len(part))
        assert parts.path_of(row.pk).read_bytes() == content
        parts.remove(row.pk)
        Upload.unscoped().delete()


def test_a_refusal_has_a_sentence(world: World) -> None:
    with pytest.raises(DomainError) as refused:
        upload_begin(
            actor=world.actor(world.engineer), length=2**40, filename="a.pdf", purpose="report"
        )
    assert refused.value.message == "文件超过 100 MB，请压缩后再上传"


def test_the_bytes_lie_beside_the_attachments() -> None:
    assert parts.folder().parent == Path(default_storage.path("x")).parent
