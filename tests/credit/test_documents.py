"""运维文件: versions that follow one another, who must read them, what is missing where."""

from datetime import date, timedelta
from io import BytesIO
from operator import itemgetter
from typing import Any

import pytest
import typst
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pypdf import PdfWriter
from python_calamine import CalamineWorkbook

from tests.support.world import World, account_with
from yunjian.access.actor import acting_as, system_actor
from yunjian.agencies.models import Person
from yunjian.credit.documents.texts import text_of_pdf
from yunjian.credit.domain.categories import categories, category_title
from yunjian.credit.domain.searching import excerpt, grams, searchable, terms
from yunjian.credit.models import Acknowledgement, Document, DocumentVersion
from yunjian.credit.models.documents import MOST_TEXT
from yunjian.credit.selectors import documents as selectors
from yunjian.credit.services import documents as services
from yunjian.credit.services.document_reminders import documents_remind, read_file
from yunjian.evidence.models import Attachment, Event
from yunjian.evidence.services import attachment_store
from yunjian.identity.models import Account
from yunjian.kernel.clock import at, now, today
from yunjian.kernel.errors import Conflict, InvalidInput, InvalidState, NotAllowed, NotFound
from yunjian.kernel.ids import new_id
from yunjian.messaging.models import Notification
from yunjian.records.versions import StaleVersion

pytestmark = pytest.mark.reads_all_rows


def new(world: World, **more: Any) -> Document:
    values: dict[str, Any] = {
        "category": "procedures",
        "title": "巡检操作规程",
        "read_by_positions": ["engineer"],
        "read_within": 10,
    }
    actor = world.actor(world.agency_manager)
    with acting_as(actor):
        return services.document_create(actor=actor, **values | more)


def written(
    world: World, document: Document, body: str = "先看后动", **more: Any
) -> DocumentVersion:
    actor = world.actor(world.agency_manager)
    with acting_as(actor):
        return services.version_write(actor=actor, document=document, body=body, **more)


def published(
    world: World, document: Document, since: date | None = None, **more: Any
) -> DocumentVersion:
    draft = written(world, document, **more)
    actor = world.actor(world.agency_manager)
    with acting_as(actor):
        return services.version_publish(actor=actor, draft=draft, effective_from=since or today())


def on(document: Document, day: date) -> int | None:
    with acting_as(system_actor("test")):
        row = selectors.version_on(document, day)
    return row.number if row else None


def told(kind: str) -> list[str]:
    rows = Notification.unscoped().filter(kind=kind).select_related("recipient").order_by("pk")
    return [row.recipient.username for row in rows]


def event_of(row: Any, verb: str) -> Event:
    return Event.unscoped().get(verb=verb, object_id=str(row.pk))


# --- a document


def test_a_document_is_entered_with_its_event(world: World) -> None:
    row = new(world, points=[world.flue_gas_point], readers=[world.engineer_person])

    assert (row.organization, row.published, row.version) == (world.agency, False, 1)
    with acting_as(world.actor(world.agency_manager)):
        assert list(row.points.all()) == [world.flue_gas_point]
        assert list(row.readers.all()) == [world.engineer_person]
    assert b"procedures" in event_of(row, "document.created").body.encode()


def test_only_owners_and_managers_keep_documents(world: World) -> None:
    for account in (world.engineer, world.discharger_owner, world.reviewer):
        actor = world.actor(account)
        with acting_as(actor), pytest.raises(NotAllowed):
            services.document_create(actor=actor, category="training", title="一")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "长" * 121}, "title"),
        ({"category": "unknown"}, "category"),
        ({"category": "instructions", "maker": "某厂"}, "model"),
        ({"category": "requirements"}, "points"),
        ({"read_by_positions": ["pilot"]}, "read_by_positions"),
        ({"read_within": -1}, "read_within"),
    ],
)
def test_what_is_missing_or_unknown_is_said_at_its_field(
    world: World, more: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        new(world, **more)
    assert field in {error.path for error in refused.value.errors}
    assert not Document.unscoped().exists()


def test_points_and_people_of_others_are_refused(world: World) -> None:
    stranger = Person.unscoped().create(
        organization=world.other_agency, name="外人", education="x", job="y", position="engineer"
    )
    left = Person.unscoped().create(
        organization=world.agency, name="已走", education="x", job="y", position="engineer",
        left_on=today(),
    )  # fmt: skip
    for readers in ([stranger], [left]):
        with pytest.raises(InvalidInput) as refused:
            new(world, readers=readers)
        assert [error.path for error in refused.value.errors] == ["readers"]
    actor = world.actor(world.other_agency_manager)
    with acting_as(actor), pytest.raises(InvalidInput) as refused:
        services.document_create(
            actor=actor, category="requirements", title="一", points=[world.flue_gas_point]
        )
    assert [error.path for error in refused.value.errors] == ["points"]


def test_a_name_is_taken_once_for_each_category(world: World) -> None:
    new(world)
    new(world, category="training")
    with pytest.raises(Conflict) as refused:
        new(world)
    assert refused.value.errors[0].path == "title"


def test_a_change_says_what_was_before_and_after_and_nothing_when_nothing_changed(
    world: World,
) -> None:
    row = new(world)
    actor = world.actor(world.agency_manager)
    same: dict[str, Any] = {
        "title": row.title, "maker": "", "model": "",
        "read_by_positions": ["engineer"], "read_within": 10,
    }  # fmt: skip
    with acting_as(actor):
        services.document_change(actor=actor, document=row, version=1, **same)
        assert not Event.unscoped().filter(verb="document.changed").exists()
        changed = services.document_change(
            actor=actor,
            document=row,
            version=1,
            points=[world.flue_gas_point],
            **same | {"title": "新规程"},
        )
    assert changed.version == 2
    body = event_of(row, "document.changed").body
    assert "新规程" in body
    assert world.flue_gas_point.mn_code in body


def test_a_change_in_sight_of_an_older_state_is_refused(world: World) -> None:
    row = new(world)
    actor = world.actor(world.agency_manager)
    values: dict[str, Any] = {"title": "甲", "maker": "", "model": "", "read_within": 10}
    with acting_as(actor):
        services.document_change(actor=actor, document=row, version=1, **values)
        with pytest.raises(StaleVersion):
            services.document_change(
                actor=actor, document=row, version=1, **values | {"title": "乙"}
            )


# --- versions


def test_a_version_is_written_then_published_and_read_by_whom_it_concerns(world: World) -> None:
    document = new(world)
    draft = written(world, document)
    assert (draft.state, draft.number, draft.validity) == ("draft", 1, "draft")

    actor = world.actor(world.agency_manager)
    with acting_as(actor):
        row = services.version_publish(actor=actor, draft=draft, effective_from=today(), version=1)

    document.refresh_from_db()
    assert (row.validity, document.published) == ("in_force", True)
    assert row.digest == services.version_digest(row)
    assert told("document.published") == ["engineer"]
    assert row.digest in event_of(row, "document.published").body


def test_the_next_version_ends_the_one_before_on_its_first_day(world: World) -> None:
    document = new(world)
    first = published(world, document)
    tomorrow = today() + timedelta(days=1)
    second = published(world, document, tomorrow, body="改过")

    first.refresh_from_db()
    assert (first.validity, second.validity) == ("in_force", "coming")
    assert (on(document, today()), on(document, tomorrow)) == (1, 2)
    with at(now() + timedelta(days=1)):
        assert first.validity == "superseded"


def test_a_version_that_does_not_hold_yet_can_be_taken_back(world: World) -> None:
    document = new(world)
    first = published(world, document, expires_on=today() + timedelta(days=30))
    second = published(world, document, today() + timedelta(days=5), body="改过")
    actor = world.actor(world.agency_manager)

    with acting_as(actor):
        with pytest.raises(InvalidInput):
            services.version_withdraw(actor=actor, row=second, reason=" ")
        services.version_withdraw(actor=actor, row=second, reason="写错了")
        with pytest.raises(InvalidState):
            services.version_withdraw(actor=actor, row=second, reason="再来")
        with pytest.raises(InvalidState):
            services.version_withdraw(actor=actor, row=first, reason="已施行")

    assert on(document, today() + timedelta(days=6)) == 1
    assert on(document, today() + timedelta(days=31)) is None
    assert told("document.withdrawn") == ["engineer"]
    assert "写错了" in event_of(second, "document.withdrawn").body
    # the number is used up: nobody mistakes another text for what was taken back
    assert published(world, document, today() + timedelta(days=5), body="又改").number == 3


def test_withdrawing_a_version_between_two_leaves_no_day_without_one(world: World) -> None:
    document = new(world)
    published(world, document)
    second = published(world, document, today() + timedelta(days=5), body="二")
    published(world, document, today() + timedelta(days=9), body="三")
    actor = world.actor(world.agency_manager)

    with acting_as(actor):
        services.version_withdraw(actor=actor, row=second, reason="写错了")

    held = [on(document, today() + timedelta(days=days)) for days in (4, 5, 8, 9)]
    assert held == [1, 1, 1, 3]


def test_a_person_confirms_on_the_page_of_the_document(world: World) -> None:
    row = published(world, new(world))
    client = world.client(world.engineer)
    address = f"/agency/documents/versions/{row.pk}/read/"
    assert address in client.get(f"/agency/documents/{row.document_id}/").content.decode()
    assert "先看后动" in client.get(address).content.decode()

    assert client.post(address, {"shown_digest": "sha256:other"}).status_code == 409
    assert client.post(address, {"shown_digest": row.digest}).status_code == 302

    assert Acknowledgement.unscoped().get().person == world.engineer_person
    assert address not in client.get(f"/agency/documents/{row.document_id}/").content.decode()


@pytest.mark.parametrize(
    ("days", "code"), [(-1, "past"), (0, "order"), (367, "far"), (40, "order")]
)
def test_a_first_day_that_cannot_be_is_refused(world: World, days: int, code: str) -> None:
    document = new(world)
    published(world, document)
    draft = written(world, document, "改过", expires_on=today() + timedelta(days=30))
    actor = world.actor(world.agency_manager)

    with acting_as(actor), pytest.raises(InvalidInput) as refused:
        services.version_publish(
            actor=actor, draft=draft, effective_from=today() + timedelta(days=days)
        )

    assert {(error.path, error.code) for error in refused.value.errors} >= {
        ("effective_from", code)
    }
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_the_last_day_is_inclusive(world: World) -> None:
    document = new(world)
    row = published(world, document, expires_on=today())
    assert row.validity == "in_force"
    with at(now() + timedelta(days=1)):
        assert (row.validity, on(document, today())) == ("expired", None)


def test_a_version_says_something_and_not_too_much(world: World) -> None:
    document = new(world)
    for body, note, field in (
        (" ", "", "body"),
        ("长" * (MOST_TEXT + 1), "", "body"),
        ("好", "长" * 201, "change_note"),
    ):
        with pytest.raises(InvalidInput) as refused:
            written(world, document, body, change_note=note)
        assert [error.path for error in refused.value.errors] == [field]


def test_a_draft_is_changed_in_place_and_two_editors_are_told(world: World) -> None:
    document = new(world)
    written(world, document)
    row = written(world, document, "第二稿", version=1)
    assert (row.number, row.version, row.body) == (1, 2, "第二稿")
    with pytest.raises(StaleVersion):
        written(world, document, "第三稿", version=1)
    assert written(world, document, "第二稿", version=2).version == 2  # nothing changed


def test_a_draft_can_be_deleted_a_published_version_cannot(world: World) -> None:
    document = new(world)
    row = published(world, document)
    draft = written(world, document, "二")
    actor = world.actor(world.agency_manager)
    with acting_as(actor):
        services.version_discard(actor=actor, draft=draft)
        with pytest.raises(InvalidState):
            services.version_discard(actor=actor, draft=row)
        with pytest.raises(InvalidState):
            services.version_publish(actor=actor, draft=row, effective_from=today())
    assert [one.number for one in DocumentVersion.unscoped().all()] == [1]


@given(
    days=st.lists(st.integers(min_value=0, max_value=30), min_size=1, max_size=5, unique=True),
    length=st.none() | st.integers(min_value=0, max_value=40),
)
@hypothesis_settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_on_every_day_at_most_one_version_holds_and_it_is_the_newest_begun(
    world: World, days: list[int], length: int | None
) -> None:
    document = new(world, title=f"规程{new_id()}")
    begun: list[tuple[date, date | None, int]] = []
    for number, day in enumerate(sorted(days), start=1):
        since = today() + timedelta(days=day)
        ends = None if length is None else since + timedelta(days=length)
        published(world, document, since, body=f"第 {number} 稿", expires_on=ends)
        begun.append((since, ends, number))
    for offset in range(45):
        on_day = today() + timedelta(days=offset)
        latest = max((one for one in begun if one[0] <= on_day), key=itemgetter(0), default=None)
        expected = None
        if latest is not None and (latest[1] is None or on_day <= latest[1]):
            expected = latest[2]
        assert on(document, on_day) == expected


# --- reading


def test_reading_is_confirmed_once_by_whom_it_concerns(world: World) -> None:
    row = published(world, new(world))
    actor, identifier = world.actor(world.engineer), new_id()
    confirmed: dict[str, Any] = {"version_id": row.pk, "shown_digest": row.digest}

    with acting_as(actor):
        made, is_new = services.version_acknowledge(
            actor=actor, acknowledgement_id=identifier, **confirmed
        )
        again, second = services.version_acknowledge(
            actor=actor, acknowledgement_id=identifier, **confirmed
        )

    assert (made.pk, is_new, again.pk, second) == (identifier, True, identifier, False)
    assert Acknowledgement.unscoped().count() == 1
    assert row.digest in event_of(row, "document.read").body


def test_what_was_not_shown_is_not_confirmed(world: World) -> None:
    document = new(world)
    row = published(world, document)
    actor = world.actor(world.engineer)
    with acting_as(actor):
        with pytest.raises(Conflict):
            services.version_acknowledge(
                actor=actor, version_id=row.pk, acknowledgement_id=new_id(), shown_digest="sha256:x"
            )
        with pytest.raises(NotFound):
            services.version_acknowledge(
                actor=actor, version_id=new_id(), acknowledgement_id=new_id(), shown_digest="x"
            )
    draft = written(world, document, "二")
    with acting_as(actor), pytest.raises(NotFound):
        services.version_acknowledge(
            actor=actor, version_id=draft.pk, acknowledgement_id=new_id(), shown_digest=""
        )


def test_who_is_not_asked_confirms_nothing(world: World) -> None:
    row = published(world, new(world))
    actor = world.actor(world.agency_manager)
    with acting_as(actor), pytest.raises(NotAllowed):
        services.version_acknowledge(
            actor=actor, version_id=row.pk, acknowledgement_id=new_id(), shown_digest=row.digest
        )


def test_a_version_that_was_replaced_is_not_confirmed_any_more(world: World) -> None:
    document = new(world)
    first = published(world, document)
    published(world, document, today() + timedelta(days=1), body="改过")
    actor = world.actor(world.engineer)
    with at(now() + timedelta(days=1)), acting_as(actor), pytest.raises(InvalidState):
        services.version_acknowledge(
            actor=actor, version_id=first.pk, acknowledgement_id=new_id(), shown_digest=first.digest
        )


def test_a_new_person_is_asked_and_who_left_is_not(world: World) -> None:
    document = new(world)
    published(world, document)
    late = Person.unscoped().create(
        organization=world.agency, name="新人", education="x", job="y", position="engineer",
        joined_on=today() + timedelta(days=20),
    )  # fmt: skip
    with acting_as(world.actor(world.agency_manager)):
        rows = {row.person.name: row for row in selectors.to_be_read()}
        assert rows["新人"].due_on == today() + timedelta(days=30)
        assert rows["李建国"].due_on == today() + timedelta(days=10)
        Person.unscoped().filter(pk=late.pk).update(left_on=today())
        assert [row.person.name for row in selectors.to_be_read()] == ["李建国"]


def test_readings_are_found_by_state_and_text(world: World) -> None:
    row = published(world, new(world))
    with acting_as(world.actor(world.agency_manager)):
        assert [one.state for one in selectors.readings()] == ["unread"]
        assert selectors.readings(state="overdue") == []
        assert len(selectors.readings(text="李建")) == 1
        assert selectors.readings(text="无此人") == []
        with at(now() + timedelta(days=11)):
            assert [one.state for one in selectors.readings(state="overdue")] == ["overdue"]
    actor = world.actor(world.engineer)
    with acting_as(actor):
        assert [one.state for one in selectors.readings_of(actor)] == ["unread"]
        services.version_acknowledge(
            actor=actor, version_id=row.pk, acknowledgement_id=new_id(), shown_digest=row.digest
        )
        assert [one.state for one in selectors.readings_of(actor)] == ["read"]
    manager = world.actor(world.agency_manager)
    with acting_as(manager):
        assert selectors.readings_of(manager) == []  # who is nobody of the register reads nothing
        assert len(selectors.readings(state="read")) == 1


# --- what is missing


def test_what_is_missing_is_named_for_the_agency_its_sites_and_their_instruments(
    world: World,
) -> None:
    actor = world.actor(world.agency_manager)
    with acting_as(actor):
        before = selectors.coverage(world.agency.pk)
    needed = {one.code for one in categories().values() if one.required}
    assert {row.category.code for row in before} == needed
    assert {row.state for row in before} == {"missing"}

    published(world, new(world))
    site = new(world, category="requirements", title="要求", points=[world.flue_gas_point])
    published(world, site, expires_on=today() + timedelta(days=30))
    model = new(world, category="instructions", title="说明", maker="试验仪器厂", model="YJ-100")
    published(world, model, expires_on=today())

    with acting_as(actor):
        rows = selectors.coverage(world.agency.pk)
        counts = selectors.coverage_counts(rows)
        here = [row for row in rows if world.flue_gas_point.name in row.place]
        assert {(row.category.code, row.about, row.state) for row in here} == {
            ("requirements", "", "expiring"),
            ("instructions", "试验仪器厂 YJ-100", "expiring"),
        }
        assert counts["in_force"] == 1
        assert len(selectors.coverage(world.agency.pk, state="lacking")) == counts["missing"]
        assert len(selectors.coverage(world.agency.pk, state="in_force")) == 1
        assert len(selectors.coverage(world.agency.pk, text="YJ-100")) == 2
        with at(now() + timedelta(days=1)):
            late = selectors.coverage(world.agency.pk, text=world.flue_gas_point.name)
            assert {row.state for row in late} == {"expiring", "expired"}


def test_documents_are_found_by_category_state_point_and_text(world: World) -> None:
    published(world, new(world, points=[world.flue_gas_point]), expires_on=today())
    new(world, title="空白")
    written(world, new(world, title="有稿"))

    def titles(**query: str) -> list[str]:
        with acting_as(world.actor(world.agency_manager)):
            return sorted(row.title for row in selectors.documents(**query))

    assert titles() == ["巡检操作规程", "有稿", "空白"]
    assert titles(state="in_force") == titles(state="expiring") == ["巡检操作规程"]
    assert titles(state="none") == ["有稿", "空白"]
    assert titles(state="draft") == ["有稿"]
    assert titles(category="training") == []
    assert titles(point=world.flue_gas_point.name) == ["巡检操作规程"]
    assert titles(text="先看") == ["巡检操作规程"]
    assert titles(text="空白") == ["空白"]


# --- searching


def found(text: str) -> list[Document]:
    return list(selectors.documents(text=text))


def test_text_is_found_in_any_width_and_case(world: World) -> None:
    published(world, new(world), body="每周检查ＣＯＤ分析仪的Pump管")
    with acting_as(world.actor(world.agency_manager)):
        for query in ("cod", "ＣＯＤ", "分析", "PUMP 每周", "泵"):
            assert len(found(query)) == (0 if query == "泵" else 1), query
        assert ("分析", True) in selectors.pieces_of(found("分析")[0])
        assert selectors.pieces_of(found("  ")[0]) == []


def test_all_terms_have_to_stand_in_one_text_and_names_are_folded_alike(world: World) -> None:
    published(world, new(world, title="ＣＯＤ 规程"), body="每周检查")
    new(world, title="ＴＯＣ Pump", category="training")
    with acting_as(world.actor(world.agency_manager)):
        assert [row.title for row in found("cod 每周")] == ["ＣＯＤ 规程"]
        assert [row.title for row in found("toc pump")] == ["ＴＯＣ Pump"]
        assert found("cod pump") == []
        assert [row.title for row in found("%")] == []
        assert [row.title for row in found("_")] == []


def test_a_list_that_is_searched_shows_where_the_term_stands(world: World) -> None:
    text = f"{'一' * 100}<b>校准</b>周期{'二' * 100}"
    for title in ("甲", "乙"):
        published(world, new(world, title=title), body=text)
    new(world, title="校准名")
    for account, address in (
        (world.agency_manager, "/agency/documents/"),
        (world.reviewer, "/supervision/documents/"),
    ):
        client = world.client(account)
        page = client.get(f"{address}?text=校准").content.decode()
        assert page.count("&lt;b&gt;<mark>校准</mark>&lt;/b&gt;周期") == 2
        assert "…一一" in page
        assert "内容摘录" in page
        assert "内容摘录" not in client.get(address).content.decode()
    assert (
        "（见文件名称）"
        in world.client(world.agency_manager).get("/agency/documents/?text=校准名").content.decode()
    )


def test_a_list_that_is_searched_has_pages(world: World) -> None:
    for number in range(21):
        published(world, new(world, title=f"规程 {number}"), body="校准")
    client = world.client(world.agency_manager)
    page = client.get("/agency/documents/?text=校准&size=20").content.decode()
    assert page.count('data-testid="document-row"') == 20
    seen = client.get("/api/v1/documents", {"text": "校准"}).json()
    rest = client.get("/api/v1/documents", {"text": "校准", "cursor": seen["next"]}).json()
    assert (len(seen["items"]), len(rest["items"]), rest["next"]) == (20, 1, None)
    assert seen["items"][0]["excerpt"] == "规程 20 校准"


@given(st.text("泵阀检查 \nab1"), st.text("泵阀检查ab1", min_size=1, max_size=2))
def test_a_term_of_one_or_two_characters_is_in_a_text_when_its_grams_are(
    text: str, term: str
) -> None:
    kept = searchable(text)

    assert (term in kept) == ({*grams(term)} <= {*grams(kept)})


@given(st.text("泵阀检查 ab1"), st.integers(0, 20), st.integers(3, 9))
def test_whatever_has_a_term_has_its_grams(text: str, begin: int, length: int) -> None:
    kept = searchable(text)

    for term in terms(kept[begin : begin + length]):
        assert {*grams(term)} <= {*grams(kept)}


def test_only_what_says_a_term_is_found_not_what_has_its_pairs(world: World) -> None:
    published(world, new(world, title="甲"), body="监测设备，自动监测")
    published(world, new(world, title="乙"), body="自动监测设备")
    with acting_as(world.actor(world.agency_manager)):
        assert [row.title for row in found("自动监测设备")] == ["乙"]
        assert [row.title for row in found("监测设备 自动监测")] == ["乙", "甲"]


def test_what_is_searched_is_searched_among_what_is_filtered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selectors, "MOST_FOUND", 2)
    monkeypatch.setattr(selectors, "AT_ONCE", 2)
    published(world, new(world, title="最早", category="training"), body="校准周期")
    for number in range(4):
        published(world, new(world, title=f"规程 {number}"), body="校准周期")

    with acting_as(world.actor(world.agency_manager)):
        for term in ("校准", "校准周期"):
            assert [row.title for row in found(term)] == ["规程 3", "规程 2"]
            among = selectors.documents(text=term, category="training")
            assert [row.title for row in among] == ["最早"]
    page = world.client(world.agency_manager).get("/agency/documents/?text=校准").content.decode()
    assert "最多列出最新的 2 条" in page
    assert (
        "最多列出"
        not in world.client(world.agency_manager).get("/agency/documents/").content.decode()
    )


def test_the_list_and_the_readings_are_exported(world: World) -> None:
    published(world, new(world, points=[world.flue_gas_point], readers=[world.engineer_person]))
    client = world.client(world.agency_manager)

    def rows(address: str) -> list[dict[str, Any]]:
        content = b"".join(client.get(address).streaming_content)  # type: ignore[attr-defined]
        table = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
        return [dict(zip(map(str, table[0]), row, strict=True)) for row in table[1:]]

    (row,) = rows("/agency/documents/?format=xlsx")
    assert row["文件名称"] == "巡检操作规程"
    assert row["适用测点"] == world.flue_gas_point.name
    assert row["须阅读的岗位"] == "运维人员"
    assert row["须阅读的人员"] == "李建国"
    assert row["阅读期限（天）"] == 10
    assert "内容摘录" not in row
    (reading,) = rows("/agency/readings/?format=xlsx&state=")
    assert (reading["人员"], reading["文件名称"]) == ("李建国", "巡检操作规程")
    assert reading["状态"] == "待阅读"


def test_an_excerpt_marks_the_terms_and_says_where_it_is_cut() -> None:
    text = searchable("一" * 100 + "分析仪" + "二" * 100)
    pieces = excerpt(text, terms("分析仪"))
    assert pieces[0] == ("…", False)
    assert pieces[-1] == ("…", False)
    assert ("分析仪", True) in pieces
    assert excerpt("短", ["无"]) == []
    assert excerpt("分析", ["分析"]) == [("分析", True)]


@given(st.text(max_size=80), st.text(max_size=20))
def test_whatever_is_searched_gives_pieces_of_the_text(text: str, query: str) -> None:
    kept = searchable(text)
    pieces = excerpt(kept, terms(query))
    shown = "".join(part for part, _is_term in pieces if part != "…")
    assert shown in kept.replace("\n", " ")


def test_the_text_of_a_pdf_is_found_and_damaged_ones_stop_nothing(world: World) -> None:
    actor = world.actor(world.agency_manager)
    source = '#set text(font: "Noto Sans SC")\n校准周期不超过七天'
    content = typst.compile(source.encode(), format="pdf")
    with acting_as(actor):
        file, _new = attachment_store(
            id=new_id(), actor=actor, content=content, filename="制度.pdf", purpose="document"
        )
    row = published(world, new(world), body="", attachment=file)
    with acting_as(system_actor("test")):
        assert read_file(str(row.pk)) > 5
    with acting_as(actor):
        assert len(found("校准周期")) == 1

    assert text_of_pdf(b"%PDF-1.7 nothing") == ""
    empty = BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(empty)
    assert text_of_pdf(empty.getvalue()).strip() == ""


def test_what_has_no_text_is_not_read(world: World) -> None:
    row = published(world, new(world))
    with acting_as(system_actor("test")):
        assert read_file(str(row.pk)) == 0


# --- reminders


def test_keepers_are_told_before_a_version_expires_once_for_each_threshold(world: World) -> None:
    account_with(world.agency, "owner2", "owner")
    row = published(world, new(world), expires_on=today() + timedelta(days=59))

    def remind(days: int) -> int:
        with at(now() + timedelta(days=days)), acting_as(system_actor("test")):
            return documents_remind()

    expired = "document.expires"
    assert remind(0) == 2
    assert sorted(told(expired)) == ["agency", "owner2"]
    assert remind(0) == 0
    remind(29)
    assert told(expired).count("agency") == 2
    remind(59)
    assert told(expired).count("agency") == 3
    bodies = Notification.unscoped().filter(kind=expired).order_by("-pk")
    assert "今天到期" in bodies[0].body
    assert str(row.document_id) in bodies[0].link


def test_who_has_not_read_in_time_is_told_again_each_week(world: World) -> None:
    published(world, new(world))

    def remind(days: int) -> None:
        with at(now() + timedelta(days=days)), acting_as(system_actor("test")):
            documents_remind()

    for days, expected in ((10, 0), (11, 1), (12, 1), (17, 2)):
        remind(days)
        assert told("document.unread").count("engineer") == expected, days
    assert "agency" in told("document.unread")


def test_categories_say_on_what_they_stand() -> None:
    for one in categories().values():
        assert one.title["zh"]
        assert one.title["en"]
        assert one.basis
        assert one.provenance in {"text", "secondary", "practice", "assumed"}
    assert category_title("gone") == "gone"


# --- what went wrong once


def person_of(world: World, account: Any, position: str, **more: Any) -> Person:
    return Person.unscoped().create(
        organization=account.organization, name=account.display_name, account=account,
        education="x", job="y", position=position, **more,
    )  # fmt: skip


def a_pdf(world: World, source: str = "校准周期不超过七天") -> Attachment:
    actor = world.actor(world.agency_manager)
    content = typst.compile(f'#set text(font: "Noto Sans SC")\n{source}'.encode(), format="pdf")
    with acting_as(actor):
        file, _new = attachment_store(
            id=new_id(), actor=actor, content=content, filename="制度.pdf", purpose="document"
        )
    return file


def test_of_two_first_drafts_written_at_once_the_second_is_told_of_the_other(world: World) -> None:
    document = new(world)
    written(world, document, "甲写的")  # both forms were opened when there was no draft
    with pytest.raises(StaleVersion):
        written(world, document, "乙写的")
    assert DocumentVersion.unscoped().get().body == "甲写的"
    assert written(world, document, "乙写的", version=1).body == "乙写的"


def test_the_page_of_a_second_first_draft_shows_the_other_and_then_saves_over_it(
    world: World,
) -> None:
    document = new(world)
    client = world.client(world.agency_manager)
    address = f"/agency/documents/{document.pk}/write/"
    client.get(address)
    written(world, document, "甲写的")

    answer = client.post(address, {"body": "乙写的", "version": ""})
    assert answer.status_code == 409
    assert "乙写的" in answer.content.decode()
    assert 'name="version" value="1"' in answer.content.decode()
    assert client.post(address, {"body": "乙写的", "version": "1"}).status_code == 302


def test_a_draft_that_was_published_meanwhile_is_not_written_as_the_next_one_unseen(
    world: World,
) -> None:
    document = new(world)
    published(world, document)
    with pytest.raises(StaleVersion):
        written(world, document, "在旧稿上改的", version=1)
    client = world.client(world.agency_manager)
    address = f"/agency/documents/{document.pk}/write/"
    answer = client.post(address, {"body": "在旧稿上改的", "version": "1"})
    assert answer.status_code == 409
    assert "在旧稿上改的" in answer.content.decode()
    assert client.post(address, {"body": "在旧稿上改的", "version": ""}).status_code == 302


def test_a_draft_changed_meanwhile_is_not_deleted_or_published_unseen(world: World) -> None:
    document = new(world)
    draft = written(world, document)
    written(world, document, "第二稿", version=1)
    actor = world.actor(world.agency_manager)
    with acting_as(actor):
        with pytest.raises(StaleVersion):
            services.version_discard(actor=actor, draft=draft, version=1)
        with pytest.raises(StaleVersion):
            services.version_publish(actor=actor, draft=draft, effective_from=today(), version=1)
        services.version_discard(actor=actor, draft=draft, version=2)
    assert not DocumentVersion.unscoped().exists()


def test_what_was_confirmed_stays_checkable_after_the_document_is_renamed(world: World) -> None:
    document = new(world)
    row = published(world, document)
    actor = world.actor(world.agency_manager)
    with acting_as(actor):
        services.document_change(
            actor=actor, document=document, version=document.version, title="改了名的规程",
            maker="", model="", read_by_positions=["engineer"], read_within=10,
        )  # fmt: skip
    row = DocumentVersion.unscoped().select_related("document", "attachment").get(pk=row.pk)
    assert row.title == "巡检操作规程"
    assert services.version_digest(row) == row.digest
    with acting_as(actor):
        draft = services.version_write(actor=actor, document=document, body="二")
        second = services.version_publish(
            actor=actor, draft=draft, effective_from=today() + timedelta(days=1)
        )
    assert second.title == "改了名的规程"
    # both names find it, and the page says under which one it was published
    with acting_as(actor):
        assert [one.pk for one in selectors.documents(text="巡检")] == [document.pk]
        assert [one.pk for one in selectors.documents(text="改了名")] == [document.pk]
    client = world.client(world.engineer)
    assert "巡检操作规程" in client.get(f"/agency/documents/versions/{row.pk}/").content.decode()


def test_who_may_not_read_documents_confirms_none(world: World) -> None:
    viewer = account_with(world.agency, "viewer", "viewer")
    person_of(world, viewer, "engineer")
    row = published(world, new(world))
    actor = world.actor(viewer)
    with acting_as(actor), pytest.raises(NotAllowed):
        services.version_acknowledge(
            actor=actor, version_id=row.pk, acknowledgement_id=new_id(), shown_digest=row.digest
        )
    client = world.client(viewer)
    assert client.get(f"/agency/documents/versions/{row.pk}/read/").status_code == 403
    page = client.get(f"/agency/documents/{row.document_id}/").content.decode()
    assert "version-read" not in page


def test_an_id_that_a_phone_used_before_is_refused_plainly(world: World) -> None:
    first = published(world, new(world))
    second = published(world, new(world, title="别的规程"))
    actor, identifier = world.actor(world.engineer), new_id()
    with acting_as(actor):
        services.version_acknowledge(
            actor=actor, version_id=first.pk, acknowledgement_id=identifier,
            shown_digest=first.digest,
        )  # fmt: skip
        with pytest.raises(Conflict):
            services.version_acknowledge(
                actor=actor, version_id=second.pk, acknowledgement_id=identifier,
                shown_digest=second.digest,
            )  # fmt: skip
        with pytest.raises(Conflict):  # the same id with another content is no repetition
            services.version_acknowledge(
                actor=actor, version_id=first.pk, acknowledgement_id=identifier,
                shown_digest="sha256:other",
            )  # fmt: skip


def test_the_row_is_free_while_its_file_is_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = published(world, new(world), body="", attachment=a_pdf(world))
    held: list[bool] = []

    def reads(content: bytes) -> str:
        statement = "SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation"
        where = " WHERE c.relname = 'credit_documentversion' AND l.mode = 'RowShareLock'"
        with connection.cursor() as cursor:
            cursor.execute(f"{statement}{where} AND l.pid = pg_backend_pid()")
            held.append(cursor.fetchone()[0] > before)
        return text_of_pdf(content)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation"
            " WHERE c.relname = 'credit_documentversion' AND l.mode = 'RowShareLock'"
            " AND l.pid = pg_backend_pid()"
        )
        before = cursor.fetchone()[0]
    monkeypatch.setattr("yunjian.credit.services.document_reminders.text_of_pdf", reads)
    with acting_as(system_actor("test")), CaptureQueriesContext(connection) as asked:
        read_file(str(row.pk))
    assert held == [False]
    statements = [one["sql"] for one in asked]
    locks = [n for n, sql in enumerate(statements) if "FOR UPDATE" in sql]
    reading = [n for n, sql in enumerate(statements) if "pg_locks" in sql]
    assert locks
    assert reading
    assert max(reading) < min(locks)
    row.refresh_from_db()
    assert "校准周期不超过七天" in row.file_text


def test_a_day_on_which_the_reminder_did_not_run_is_caught_up_once(world: World) -> None:
    published(world, new(world), expires_on=today() + timedelta(days=59))

    def remind(days: int) -> int:
        with at(now() + timedelta(days=days)), acting_as(system_actor("test")):
            return documents_remind()

    assert remind(0) == 1
    assert remind(63) == 1  # neither the last day nor the three after it saw the job
    assert remind(63) == remind(64) == 0
    last = Notification.unscoped().filter(kind="document.expires").order_by("-pk")[0]
    assert "已于" in last.body
    assert "过期" in last.body


def test_nobody_is_told_of_an_expiry_that_the_next_version_has_taken_care_of(world: World) -> None:
    document = new(world)
    published(world, document, expires_on=today() + timedelta(days=20))
    published(world, document, today() + timedelta(days=21), body="二")
    gap = new(world, title="有空档的规程")
    published(world, gap, expires_on=today() + timedelta(days=20))
    published(world, gap, today() + timedelta(days=25), body="二")
    with acting_as(system_actor("test")):
        documents_remind()
    bodies = Notification.unscoped().filter(kind="document.expires").values_list("body", flat=True)
    assert [("有空档" in body) for body in bodies] == [True]


def test_who_comes_late_is_told_though_others_were_told_weeks_ago(world: World) -> None:
    row = published(world, new(world))
    late = account_with(world.agency, "late", "engineer")

    def remind(days: int) -> None:
        with at(now() + timedelta(days=days)), acting_as(system_actor("test")):
            documents_remind()

    remind(11)
    actor = world.actor(world.engineer)
    with at(now() + timedelta(days=12)), acting_as(actor):
        services.version_acknowledge(
            actor=actor, version_id=row.pk, acknowledgement_id=new_id(),
            shown_digest=row.digest,
        )  # fmt: skip
    person_of(world, late, "engineer", joined_on=today() + timedelta(days=20))
    remind(32)
    assert told("document.unread").count("late") == 1
    assert told("document.unread").count("engineer") == 1


def test_who_has_left_is_neither_told_nor_counted(world: World) -> None:
    gone = account_with(world.agency, "gone", "quality_supervisor")
    person_of(world, gone, "quality_supervisor", left_on=today())
    boss = account_with(world.agency, "boss", "owner")
    person_of(world, boss, "technical_lead", left_on=today())
    closed = account_with(world.agency, "closed", "quality_supervisor")
    person_of(world, closed, "quality_supervisor")
    stays = account_with(world.agency, "stays", "quality_supervisor")
    person_of(world, stays, "quality_supervisor")
    Account.objects.filter(pk=closed.pk).update(is_active=False)
    row = published(
        world,
        new(world, read_by_positions=["engineer", "quality_supervisor", "technical_lead"]),
        expires_on=today() + timedelta(days=40),
    )
    assert sorted(told("document.published")) == ["engineer", "stays"]
    with at(now() + timedelta(days=11)), acting_as(system_actor("test")):
        documents_remind()
    everybody = {*told("document.expires"), *told("document.unread")}
    assert everybody == {"agency", "engineer", "stays"}
    client = world.client(world.agency_manager)
    page = client.get(f"/agency/documents/versions/{row.pk}/").content.decode()
    assert page
    actor = world.actor(gone)
    with acting_as(actor), pytest.raises(NotAllowed):
        services.version_acknowledge(
            actor=actor, version_id=row.pk, acknowledgement_id=new_id(), shown_digest=row.digest
        )


def test_a_named_reader_who_left_is_shown_as_such(world: World) -> None:
    document = new(world, readers=[world.engineer_person], read_by_positions=[])
    Person.unscoped().filter(pk=world.engineer_person.pk).update(left_on=today())
    page = world.client(world.agency_manager).get(f"/agency/documents/{document.pk}/")
    assert "李建国（已离职）" in page.content.decode()


def test_a_file_is_taken_off_a_draft_again(world: World) -> None:
    document = new(world)
    file = a_pdf(world)
    draft = written(world, document, attachment=file)
    with pytest.raises(InvalidInput) as refused:
        written(world, document, "", remove_file=True, version=1)
    assert [error.path for error in refused.value.errors] == ["body"]
    assert written(world, document, remove_file=True, version=1).attachment is None
    assert "attachment" in Event.unscoped().filter(object_id=str(draft.pk)).order_by("-id")[0].body

    written(world, document, attachment=file, version=2)
    client = world.client(world.agency_manager)
    address = f"/agency/documents/{document.pk}/write/"
    page = client.get(address).content.decode()
    assert "制度.pdf" in page
    assert 'name="remove_file"' in page
    sent = {"body": "先看后动", "version": "3", "remove_file": "on"}
    assert client.post(address, sent).status_code == 302
    draft.refresh_from_db()
    assert draft.attachment is None
    assert 'name="remove_file"' not in client.get(address).content.decode()


def test_an_authority_is_told_plainly_what_is_not_in_force(world: World) -> None:
    document = new(world)
    first = published(world, document)
    published(world, document, today() + timedelta(days=5), body="改过")
    only_coming = new(world, title="明天的规程")
    published(world, only_coming, today() + timedelta(days=1))
    over = new(world, title="过了期的规程")
    ended = published(world, over, expires_on=today())
    client = world.client(world.reviewer)

    def shown(row: DocumentVersion) -> str:
        return client.get(f"/agency/documents/versions/{row.pk}/").content.decode()

    assert "not-in-force" not in shown(first)
    coming = DocumentVersion.unscoped().get(document=document, number=2)
    assert "本版本尚未施行" in shown(coming)
    assert "现行为第 1 版" in shown(coming)
    listed = client.get("/supervision/documents/").content.decode()
    assert "尚未施行" in listed
    assert (
        client.get("/supervision/documents/?state=coming")
        .content.decode()
        .count('data-testid="document-row"')
        == 1
    )
    with at(now() + timedelta(days=6)):
        later = world.client(world.reviewer)
        old = later.get(f"/agency/documents/versions/{first.pk}/").content.decode()
        assert "本版本已停止施行" in old
        assert "现行为第 2 版" in old
        expired = later.get(f"/agency/documents/versions/{ended.pk}/").content.decode()
        assert "本版本已过期" in expired
        assert "目前没有施行的版本" in expired
        assert "已过期" in later.get("/supervision/documents/").content.decode()


def test_a_document_whose_only_version_was_taken_back_is_no_longer_published(world: World) -> None:
    document = new(world)
    row = published(world, document, today() + timedelta(days=1))
    actor = world.actor(world.agency_manager)
    with acting_as(actor):
        services.version_withdraw(actor=actor, row=row, reason="写错了")
    document.refresh_from_db()
    assert not document.published
    with acting_as(world.actor(world.reviewer)):
        assert list(Document.objects.all()) == []
