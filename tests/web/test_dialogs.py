"""The dialog flow: what is refused stays with what was typed; what others did is shown."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django import forms
from django.http import HttpResponse, QueryDict
from django.test import RequestFactory

from yunjian.kernel.clock import now
from yunjian.kernel.errors import Conflict, DomainError, FieldError, InvalidInput, InvalidState
from yunjian.records.versions import Change, StaleVersion
from yunjian.web.dialogs import form_dialog, matching_dialog
from yunjian.web.responses import done

pytestmark = pytest.mark.reads_all_rows


class NameForm(forms.Form):
    name = forms.CharField(max_length=20)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())


class Rows:
    """The row as it is in the database by now."""

    @staticmethod
    def values_list(*_names: str, flat: bool) -> Any:
        assert flat
        return Rows

    @staticmethod
    def get(*, pk: int) -> int:
        assert pk == 7
        return 5


@dataclass
class Row:
    pk: int = 7
    version: int = 3
    _base_manager = Rows


@pytest.fixture
def posting(rf: RequestFactory) -> Any:
    def post(sent: dict[str, str], refusal: DomainError | None = None, **more: Any) -> Any:
        request = rf.post("/x/", sent)
        request.htmx = True  # type: ignore[attr-defined]
        form = NameForm(request.POST)

        def save() -> HttpResponse:
            if refusal:
                raise refusal
            return HttpResponse(status=204)

        return form_dialog(request, form, save=save, title="标题", **more)

    return post


def test_a_form_that_cannot_be_read_comes_back(posting: Any) -> None:
    answer = posting({"name": "长" * 21})
    assert answer.status_code == 422
    assert "长" * 21 in answer.content.decode()


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (InvalidInput("不行", field="name"), 422),
        (InvalidState("不行"), 409),
        (Conflict("不行", field="name"), 409),
        (InvalidInput(errors=[FieldError("name.0", "x", "不行")]), 422),
    ],
)
def test_a_refusal_stays_with_what_was_typed_and_keeps_its_status(
    posting: Any, refusal: DomainError, status: int
) -> None:
    answer = posting({"name": "泵管"}, refusal)
    page = answer.content.decode()
    assert answer.status_code == status
    assert 'value="泵管"' in page
    assert "不行" in page


def test_what_is_saved_answers_for_itself(posting: Any) -> None:
    assert posting({"name": "泵管"}).status_code == 204


def test_what_others_changed_stands_above_what_was_typed_and_may_be_saved_over(
    posting: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    requested: list[tuple[Any, int]] = []
    event = uuid4()

    def changed(row: Any, seen: int) -> list[Change]:
        requested.append((row, seen))
        return [
            Change(
                label="名称", before="旧名", after="新名", who="王审", when=now(), reason="更正",
                event=event,
            )
        ]  # fmt: skip

    monkeypatch.setattr("yunjian.web.forms.others", changed)
    row = Row()
    sent = {"name": "我的名", "version": "4"}
    answer = posting(sent, StaleVersion("已被修改"), row=row)
    page = answer.content.decode()
    assert (answer.status_code, requested) == (409, [(row, 4)])
    for part in ("王审", "更正", "名称：", "<del>旧名</del>", "<ins>新名</ins>", 'value="我的名"'):
        assert part in page
    assert 'name="version" value="5"' in page
    # another conflict is no matter of versions
    requested.clear()
    posting(sent, Conflict("已有同名", code="taken"), row=row)
    assert requested == []


@pytest.mark.parametrize(("count", "status"), [("3", 204), ("2", 409), ("", 409), ("03", 409)])
def test_an_act_upon_all_that_match_needs_their_present_number(
    rf: RequestFactory, count: str, status: int
) -> None:
    done_with: list[Any] = []

    def find(query: QueryDict) -> list[int]:
        assert query.dict() == {"kind": "a&b"}
        return [1, 2, 3]

    def act(rows: Any) -> HttpResponse:
        done_with.extend(rows)
        return HttpResponse(status=204)

    request = rf.post("/x/", {"filter": "kind=a%26b", "count": count})
    request.htmx = True  # type: ignore[attr-defined]
    answer = matching_dialog(request, find, act=act, title="全部", text="", submit="好")
    assert (answer.status_code, done_with) == (status, [1, 2, 3] if status == 204 else [])
    if status == 409:
        page = answer.content.decode()
        assert 'name="count" value="3"' in page
        assert 'name="filter" value="kind=a%26b"' in page
        assert "请核对后重新确认" in page


@pytest.mark.parametrize(
    ("current", "back", "url", "leads"),
    [
        ("https://x/list/?q=a&after=b", "", "/list/", "/list/?q=a&after=b"),
        ("https://x/list/7/", "/list/?q=a", "/list/", "/list/?q=a"),
        ("https://x/other/?q=a", "", "/list/", "/list/"),
        ("https://x/list/?q=a", "", "/list/?tab=b", "/list/?tab=b"),
        ("", "https://elsewhere/list/?q=a", "/list/", "/list/?q=a"),
    ],
)
def test_a_list_comes_back_as_it_was_left(
    rf: RequestFactory, current: str, back: str, url: str, leads: str
) -> None:
    request = rf.post(
        "/x/", {"_back": back}, headers={"HX-Request": "true", "HX-Current-URL": current}
    )
    request._messages = type("Told", (), {"add": lambda *_all: None})()  # type: ignore[attr-defined]
    assert done(request, "已保存", url).headers["HX-Redirect"] == leads
