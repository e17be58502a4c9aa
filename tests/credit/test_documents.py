"""运维文件: versions that follow one another, who must read them, what is missing where."""

from datetime import date, timedelta
from io import BytesIO
from operator import itemgetter
from typing import Any

import pytest
import typst
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pypdf import PdfWriter

from tests.support.world import World, account_with
from yunjian.access.actor import acting_as, system_actor
from yunjian.agencies.models import Person
from yunjian.credit.documents.texts import text_of_pdf
from yunjian.credit.domain.categories import categories, category_title
from yunjian.credit.domain.searching import excerpt, searchable, terms
from yunjian.credit.models import Acknowledgement, Document, DocumentVersion
from yunjian.credit.models.documents import MOST_TEXT
from yunjian.credit.selectors import documents as selectors
from yunjian.credit.services import documents as services
from yunjian.credit.services.document_reminders import documents_remind, read_file
from yunjian.evidence.models import Event
from yunjian.evidence.services import attachment_store
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


def test_text_is_found_in_any_width_and_case(world: World) -> None:
    published(world, new(world), body="每周检查ＣＯＤ分析仪的Pump管")
    with acting_as(world.actor(world.agency_manager)):
        for query in ("cod", "ＣＯＤ", "分析", "PUMP 每周", "泵"):
            found = selectors.search(query)
            assert len(found) == (0 if query == "泵" else 1), query
        pieces = selectors.search("分析")[0].pieces
        assert ("分析", True) in pieces
        assert selectors.search("  ") == []


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
        assert len(selectors.search("校准周期")) == 1

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
