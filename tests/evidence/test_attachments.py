"""Attachments: what they are is told by their bytes, stored once, seen by whom they concern."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError
from django.test import Client, override_settings
from PIL import Image

from tests.evidence.pictures import picture
from tests.support.world import World
from yunjian.access.actor import acting_as, system_actor
from yunjian.evidence import storage
from yunjian.evidence.models import Attachment
from yunjian.evidence.pictures import accepted
from yunjian.evidence.schemas import AttachmentOut
from yunjian.evidence.services import attachment_store, attachments_share, verify_log
from yunjian.evidence.services import attachments as service
from yunjian.kernel.errors import Conflict, InvalidInput, NotAllowed
from yunjian.kernel.ids import new_id


def whole_pdf() -> bytes:
    """Return the smallest thing that is a PDF."""
    body = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n"
    end = b"xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 2/Root 1 0 R>>\n"
    return body + end + b"startxref\n%d\n%%%%EOF\n" % len(body)


def _store(
    world: World, content: bytes, name: str = "a.jpg", key: UUID | None = None
) -> tuple[Attachment, bool]:
    return attachment_store(
        id=key or new_id(),
        actor=world.actor(world.engineer),
        content=content,
        filename=name,
        purpose="sheet",
    )


def test_the_same_upload_twice_is_stored_once(world: World) -> None:
    key = new_id()
    first, new = _store(world, picture(), key=key)
    second, again = _store(world, picture(), key=key)

    assert (new, again) == (True, False)
    assert first.pk == second.pk
    assert (first.width, first.height, len(first.dhash)) == (64, 48, 16)
    assert storage.get(first.storage_key)


def test_an_answer_names_the_address_of_the_file(world: World) -> None:
    row, _new = _store(world, picture())
    assert AttachmentOut.model_validate(row).model_dump() == {
        "id": row.pk,
        "purpose": "sheet",
        "url": f"/files/{row.pk}",
        "taken_at": row.created_at,
    }


def test_other_bytes_under_a_used_id_are_a_conflict(world: World) -> None:
    key = new_id()
    _store(world, picture(), key=key)
    with pytest.raises(Conflict) as refused:
        _store(world, picture(size=(30, 30)), key=key)
    assert refused.value.code == "different_content"


def test_of_two_uploads_at_once_the_later_gets_the_earlier_answer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = new_id()
    _store(world, picture(), key=key)
    look, requested = service._known, []

    def blind_at_first(*arguments: object) -> Attachment | None:
        requested.append(arguments)
        return None if len(requested) == 1 else look(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(service, "_known", blind_at_first)
    _row, new = _store(world, picture(), key=key)
    assert not new

    monkeypatch.setattr(service, "_known", lambda *_: None)
    with pytest.raises(IntegrityError):
        _store(world, picture(), key=key)


@pytest.mark.parametrize(
    ("kind", "name", "content_type"),
    [
        ("JPEG", "a.JPG", "image/jpeg"),
        ("PNG", "a.png", "image/png"),
        ("WEBP", "a.webp", "image/jpeg"),
        ("HEIF", "a.heic", "image/jpeg"),
    ],
)
def test_pictures_are_drawn_anew(kind: str, name: str, content_type: str) -> None:
    assert accepted(picture(kind), name).content_type == content_type


def test_transparent_pictures_keep_their_paper_or_get_a_white_one() -> None:
    assert accepted(picture("PNG", mode="RGBA"), "a.png").content_type == "image/png"
    assert accepted(picture("WEBP", mode="RGBA"), "a.webp").content_type == "image/jpeg"


def test_a_turned_photo_is_set_upright_and_loses_where_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "maker"
    out = BytesIO()
    Image.new("RGB", (64, 48)).save(out, "JPEG", exif=exif)

    upload = accepted(out.getvalue(), "a.jpg")

    assert (upload.width, upload.height) == (48, 64)
    assert not Image.open(BytesIO(upload.content)).getexif()


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.jpg", "empty"),
        (b"plain text", "a.jpg", "kind"),
        (picture("PNG"), "a.jpg", "not_what_it_says"),
        (picture(size=(400, 400))[:600], "a.jpg", "damaged"),
        (b"x" * (10 * 2**20 + 1), "a.jpg", "too_large"),
    ],
)
def test_what_is_not_what_it_says_is_refused_at_the_file(
    content: bytes, name: str, code: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        accepted(content, name)
    assert [(e.path, e.code) for e in refused.value.errors] == [("file", code)]


def _sign(world: World, size: tuple[int, int]) -> Attachment:
    return attachment_store(
        id=new_id(),
        actor=world.actor(world.engineer),
        content=picture("PNG", size),
        filename="a.png",
        purpose="signature",
    )[0]


def test_a_signature_is_large_enough_to_be_one(world: World) -> None:
    assert _sign(world, (60, 20)).width == 60
    for size in ((59, 20), (60, 19), (1, 1)):
        with pytest.raises(InvalidInput) as refusal:
            _sign(world, size)
        assert refusal.value.code == "too_small"


def test_pictures_of_too_many_pixels_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with override_settings(ATTACHMENT_MAX_PIXELS=100), pytest.raises(InvalidInput) as refused:
        accepted(picture(), "a.jpg")
    assert refused.value.code == "pixels"
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(InvalidInput) as bomb:
        accepted(picture(), "a.jpg")
    assert bomb.value.code == "damaged"


def test_a_file_is_whole_or_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_disk(_descriptor: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("yunjian.evidence.storage.os.fsync", no_disk)
    with pytest.raises(OSError, match="no space"):
        storage.put("test/whole/a.bin", b"abc")
    folder = Path(default_storage.path("test/whole"))
    assert list(folder.iterdir()) == []


def test_files_are_served_to_those_who_may_see_them(world: World) -> None:
    row, _new = _store(world, picture(size=(800, 600)))
    url = f"/files/{row.pk}"

    answer = world.client(world.engineer).get(url)
    small = world.client(world.engineer).get(url, {"size": "thumb"})

    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("inline")
    assert "immutable" in answer["Cache-Control"]
    assert Image.open(BytesIO(small.content)).size == (320, 240)
    assert world.client(world.discharger_owner).get(url).status_code == 404
    assert world.client(world.reviewer).get(url).status_code == 200


def test_nobody_signed_in_sees_nothing(world: World) -> None:
    row, _new = _store(world, picture())
    assert Client().get(f"/files/{row.pk}").status_code in {302, 404}


def test_a_shared_file_is_seen_by_the_other_party_and_its_district(world: World) -> None:
    row, _new = _store(world, whole_pdf(), "a.pdf")
    party = world.discharger.pk
    with acting_as(world.actor(world.engineer)):
        attachments_share(ids=[], organization_id=party, district_code="310115")
        attachments_share(ids=[row.pk], organization_id=party, district_code="310115")

    assert world.client(world.discharger_owner).get(f"/files/{row.pk}").status_code == 200
    actor = world.actor(world.reviewer)
    for districts, count in ((frozenset({"310115"}), 1), (frozenset({"310112"}), 0), (None, 1)):
        with acting_as(replace(actor, districts=districts)):
            assert Attachment.objects.filter(pk=row.pk).count() == count


def test_changed_and_lost_files_are_found(world: World) -> None:
    changed, _ = _store(world, picture(size=(71, 41)))
    lost, _ = _store(world, picture(size=(72, 42)))
    whole, _ = _store(world, picture(size=(73, 43)))
    stored = Path(default_storage.path(changed.storage_key)).read_bytes()
    Path(default_storage.path(changed.storage_key)).write_bytes(b"other")
    Path(default_storage.path(lost.storage_key)).unlink()

    with acting_as(system_actor("test")):
        broken = [str(b) for b in verify_log(files=True).broken]

    assert any(str(changed.pk) in b and "changed" in b for b in broken)
    assert any(str(lost.pk) in b and "missing" in b for b in broken)
    assert not any(str(whole.pk) in b for b in broken)
    Path(default_storage.path(changed.storage_key)).write_bytes(stored)


def test_who_belongs_to_no_organisation_uploads_nothing(db: None) -> None:
    with pytest.raises(NotAllowed):
        attachment_store(
            id=new_id(),
            actor=system_actor("test"),
            content=picture(),
            filename="a.jpg",
            purpose="sheet",
        )


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.7 test", whole_pdf()[:60], b"%PDF-9.9" + whole_pdf()[8:], whole_pdf() + b"x" * 4096],
)
def test_what_only_begins_like_a_pdf_is_refused(world: World, content: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        _store(world, content, "证书.pdf")
    assert [error.code for error in refused.value.errors] == ["damaged"]
