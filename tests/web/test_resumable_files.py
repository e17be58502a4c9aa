"""The field of a large file: the file itself, or what was sent in parts before the form."""

from io import BytesIO
from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict

from tests.evidence.papers import paper
from tests.support.world import World
from yunjian.access.actor import acting_as
from yunjian.evidence.services import upload_append, upload_begin
from yunjian.kernel.errors import InvalidInput
from yunjian.kernel.ids import new_id
from yunjian.web.uploads import stored
from yunjian.web.widgets import ResumableFileField, SentUpload

pytestmark = pytest.mark.reads_all_rows


class FileForm(forms.Form):
    file = ResumableFileField(purpose="report", label="报告文件")


def form(text: str = "", **files: Any) -> FileForm:
    return FileForm({"file-sent": text}, MultiValueDict({key: [one] for key, one in files.items()}))


def sent(world: World, content: bytes, *, purpose: str = "report") -> SentUpload:
    """Send a file in parts, whole."""
    actor = world.actor(world.engineer)
    with acting_as(actor):
        row = upload_begin(actor=actor, length=len(content), filename="a.pdf", purpose=purpose)
        upload_append(upload=row, offset=0, read=BytesIO(content).read)
    return SentUpload(row.pk)


def keep(world: World, upload: Any) -> Any:
    actor = world.actor(world.engineer)
    with acting_as(actor):
        return stored(actor, upload, purpose="report", field="file")


def refusal(world: World, upload: Any) -> tuple[str, list[str]]:
    with pytest.raises(InvalidInput) as refused:
        keep(world, upload)
    return refused.value.code, [one.path for one in refused.value.errors]


def test_a_form_takes_the_file_or_the_id_of_what_was_sent() -> None:
    file, key = SimpleUploadedFile("a.pdf", b"x"), new_id()
    plain = form(file=file)
    before = form(str(key))
    assert (plain.is_valid(), before.is_valid()) == (True, True)
    assert plain.cleaned_data["file"] == file
    assert before.cleaned_data["file"] == SentUpload(key)


@pytest.mark.parametrize("text", ["", "nonsense", "'; --", "1"])
def test_without_either_the_form_says_what_is_missing(text: str) -> None:
    empty = form(text)
    assert not empty.is_valid()
    assert list(empty.errors) == ["file"]


def test_what_was_sent_stays_in_a_form_that_comes_back() -> None:
    key = new_id()
    shown = str(form(str(key))["file"])
    assert f'value="{key}"' in shown
    assert 'data-yj-purpose="report"' in shown


def test_what_was_sent_becomes_the_attachment_of_its_id(world: World) -> None:
    upload = sent(world, paper())
    row = keep(world, upload)
    assert (row.pk, row.purpose) == (upload.id, "report")
    assert keep(world, upload).pk == row.pk


def test_what_was_sent_for_something_else_is_refused_at_the_field(world: World) -> None:
    assert refusal(world, sent(world, paper(), purpose="original")) == ("purpose", ["file"])


def test_what_is_unknown_or_refused_is_told_at_the_field(world: World) -> None:
    assert refusal(world, SentUpload(new_id())) == ("gone", ["file"])
    assert refusal(world, sent(world, paper(script=True))) == ("scripts", ["file"])


def test_a_small_report_with_its_form_is_checked_as_well(world: World) -> None:
    small = SimpleUploadedFile("a.pdf", paper(password="secret"))
    assert refusal(world, small) == ("encrypted", ["file"])
